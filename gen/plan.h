/*
 * plan.h - the coarse decisions of a run: entities, callers, cells, who does what when
 *
 * A plan is cheap, made before anything else, and read-only afterwards. What it does not list is a
 * pure function of its address, made when asked: the runs of an actor's activities in a stretch of
 * time (plan_agenda) and the changes of one account on one day (page.h).
 */
#ifndef GEN_PLAN_H
#define GEN_PLAN_H

#include <stdint.h>

#include "cloudtrail/rules.h"
#include "gen/caller.h"
#include "gen/scenario.h"
#include "gen/world.h"

struct across;
struct saved;
struct arena;
struct scene;

/* What an activity does, found once. */
struct plan_activity {
    bool changes;       /* it changes an environment */
    bool makes_version; /* it creates an application version or deploys one */
    bool needs_running; /* its records tell what the environment runs */
    bool needs_other;   /* its records tell of a second environment */
    bool deploys;       /* it updates an environment to a version it makes */
};

/* What a step's request tells, found once. */
struct plan_step {
    bool saved;   /* it makes a template or tells when one was made */
    bool crosses; /* it is about a role of another account, which is named */
    bool deploys; /* it names the version that its activity makes */
};

/* Who deploys to an environment at least once in thirty days; SCENARIO_NONE: nobody. */
struct plan_deployer {
    uint32_t actor, activity;
};

struct plan {
    const struct scenario *scenario;
    const struct rules *rules;
    uint64_t seed;
    int64_t start_ms, end_ms; /* the window that is made */
    struct world world;
    const struct caller *callers;
    size_t ncallers;
    const uint32_t *first_caller;        /* by actor, and one behind the last */
    const struct caller *const *openers; /* by actor: who begins its sessions, or NULL */
    const struct across *across;         /* whose calls another account records too */
    size_t nacross;
    const struct saved *saved; /* templates that are made on purpose, in order of time */
    size_t nsaved;
    const uint32_t *actors;      /* grouped by account */
    const uint32_t *first_actor; /* by account, and one behind the last */
    const struct plan_activity *activities;
    const struct plan_deployer *deployers; /* by environment */
    const struct plan_step *steps;         /* by step.index */
    int64_t cell_ms;        /* length of a cell: day, six hours, hour or five minutes */
    int64_t first_ms;       /* where the first cell begins on the grid of cells */
    uint64_t ncells;        /* all accounts' */
    double records_per_day; /* expected of the busiest account */
};

/* One run of an activity: who, what, when, about what. */
struct occurrence {
    int64_t start_ms;
    uint64_t address;
    uint32_t actor, activity;
    uint32_t environment, application; /* or SCENARIO_NONE */
    const struct place *place;
    const struct placed *placed; /* or NULL */
    const struct session *opens; /* it is the beginning of this session of the actor; or NULL */
    const struct scene *follows; /* the scene of the call it follows, or NULL */
    int64_t done_ms;             /* when the change it follows is done */
};

/* Occurrences in a worker's arena. */
struct agenda {
    struct arena *arena;
    struct occurrence *items;
    size_t n, room;
};

/* The stretch and the account of cell ${i}: accounts take turns within each stretch. */
void plan_cell(const struct plan *p, uint64_t i, uint32_t *account, int64_t *from_ms,
               int64_t *to_ms);

/* The occurrence of placed activity ${i} of the scenario. */
void plan_placed(struct occurrence *out, const struct plan *p, size_t i);

/* The caller that ${actor} is with client ${client}. */
const struct caller *plan_caller(const struct plan *p, uint32_t actor, uint32_t client);

/**
 * plan_agenda(list, p, account, from_ms, to_ms, only_changes):
 * Append to ${list} the occurrences of ${account} that begin in ${from_ms} .. ${to_ms} - 1, placed
 * ones too, in an order that depends on nothing but the plan; with ${only_changes} those that
 * change an environment. Without it, the beginnings of sessions too.
 */
void plan_agenda(struct agenda *list, const struct plan *p, uint32_t account, int64_t from_ms,
                 int64_t to_ms, bool only_changes);

#endif
