/*
 * fault_plan.h - which log files are given which fault: a function of the seed and the key, nothing
 * else
 *
 * A share needs no more than the key. A count takes the keys with the lowest draws, so all keys
 * must have been learnt before; memory is that of the counts, not of the keys.
 */
#ifndef REPLAY_FAULT_PLAN_H
#define REPLAY_FAULT_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "cloudtrail/fault.h"
#include "cloudtrail/logfile.h"

struct err;

/* What a draw is for; append only. */
enum fault_purpose {
    FAULT_DRAW_FILE = 1, /* the address of a key */
    FAULT_DRAW_SHARE,
    FAULT_DRAW_RANK,
    FAULT_DRAW_BEHIND, /* behind how many others it goes */
    FAULT_DRAW_PLACE,  /* where inside it */
    FAULT_DRAW_NAME,   /* of a file more */
};

struct fault_plan {
    uint64_t seed;
    uint64_t counts[FAULT_KINDS];  /* log files; 0: none asked for */
    uint32_t shares[FAULT_KINDS];  /* in a million */
    bool named[FAULT_KINDS];       /* asked for by its own name, not with "all" */
    uint64_t wanted;               /* the counts added up */
    uint64_t targets;              /* keys learnt that could take a fault */
    struct buf ranks[FAULT_KINDS]; /* of struct fault_rank: the lowest ones, as a heap */
    struct buf chosen;             /* of struct fault_choice, by address */
};

void fault_plan_init(struct fault_plan *p, uint64_t seed);
void fault_plan_free(struct fault_plan *p);

/**
 * fault_plan_wish(p, text, e):
 * Add what ${text} asks for: "KIND", "KIND=COUNT", "KIND=SHARE%", "all" for each kind, or several
 * with commas between. Without a number it is one log file. A kind by its own name counts more than
 * "all".
 *
 * Errors: ERR_INPUT for another kind, with the nearest one; a number that is none; a kind twice;
 *         shares above 100 % together.
 */
int fault_plan_wish(struct fault_plan *p, const char *text, struct err *e);

/* Whether log files must be learnt before the run. */
bool fault_plan_must_learn(const struct fault_plan *p);

/* Whether ${f} can be given a fault: a log file by its name, with records. */
bool fault_plan_is_target(const struct logfile *f);

/* Learn of one log file that will come. */
void fault_plan_learn(struct fault_plan *p, const struct logfile *f);

/**
 * fault_plan_settle(p, e):
 * Behind the last one: choose. ERR_INPUT when there are fewer log files than faults.
 */
int fault_plan_settle(struct fault_plan *p, struct err *e);

/* What is to be done to ${f}. */
enum fault_kind fault_plan_of(const struct fault_plan *p, const struct logfile *f);

/* The bits for ${purpose} and ${index} of the log file with that key. */
uint64_t fault_plan_draw(const struct fault_plan *p, const struct logfile *f,
                         enum fault_purpose purpose, uint64_t index);

#endif
