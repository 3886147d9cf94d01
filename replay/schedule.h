/*
 * schedule.h - the planned moment of each log file; pure
 */
#ifndef REPLAY_SCHEDULE_H
#define REPLAY_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum schedule_kind {
    SCHEDULE_ASAP,  /* all at once, as fast as the sink takes them */
    SCHEDULE_SPEED, /* as recorded, so many times faster */
    SCHEDULE_RATE,  /* so many a second */
    SCHEDULE_RAMP   /* from so many a second to so many, then on */
};

struct schedule {
    enum schedule_kind kind;
    double factor;      /* SPEED: above 1 is faster; RATE: units a second */
    double from, to;    /* RAMP: units a second, */
    int64_t ramp_ms;    /* the way from one to the other */
    bool records;       /* units are records, not files */
    bool poisson;       /* RATE, RAMP: arrivals are independent of each other */
    uint64_t seed;      /* of their draws */
    int64_t max_gap_ns; /* longer pauses are cut to this; 0: none is */

    bool by_clock;      /* SPEED: origin_ms is the begin of the run, given from outside */
    bool begun;         /* SPEED: whether origin_ms is known */
    int64_t origin_ms;  /* when the first was delivered, as recorded */
    uint64_t at, draws; /* POISSON: the units so far, */
    double arrivals;    /* where they have come to */
    int64_t last_ns, cut_ns;
};

/**
 * schedule_offset(s, index, deliver_ms):
 * Nanoseconds from the start of the run to the planned moment of the file that comes behind
 * ${index} units, delivered at ${deliver_ms} as recorded; the first known instant becomes the
 * origin. Never negative; a file whose time is not known (LOGFILE_NO_TIME), or lies before the
 * origin, goes at once. To be asked in the order of files.
 */
int64_t schedule_offset(struct schedule *s, uint64_t index, int64_t deliver_ms);

/* Whether what is delivered at ${deliver_ms} was due before a run by the clock began: it goes at
   once and is not late. */
static inline bool schedule_is_past(const struct schedule *s, int64_t deliver_ms)
{
    return s->kind == SCHEDULE_SPEED && s->by_clock && deliver_ms < s->origin_ms;
}

#endif
