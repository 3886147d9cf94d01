/*
 * play.h - the run: source, schedule, pace, sink
 */
#ifndef REPLAY_PLAY_H
#define REPLAY_PLAY_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "cloudtrail/sink.h"
#include "cloudtrail/source.h"
#include "replay/hist.h"
#include "replay/pace.h"
#include "replay/schedule.h"

struct err;

struct play_totals {
    uint64_t files;   /* taken from the source and given to the sink */
    uint64_t records; /* in them */
    uint64_t past;    /* of files: due before a run by the clock began */
    uint64_t there;   /* passed over, for the sink holds them already (resume) */
    struct sink_totals sink;
    struct hist late; /* ns from the planned moment to the moment the sink was asked */
    int64_t elapsed_ns;
};

/* Hears now and then how far the run is. */
typedef void play_tick_fn(void *ctx, const struct play_totals *so_far);

struct play_options {
    struct schedule schedule;
    const struct pace_clock *clock;    /* NULL: the machine's */
    const volatile sig_atomic_t *stop; /* set: finish what is on its way and end; or NULL */
    bool resume;                       /* pass over what the sink holds; it takes no time */
    play_tick_fn *tick;                /* or NULL */
    void *tick_ctx;
};

/**
 * play_run(source, sink, o, t, e):
 * Move every log file of ${source} into ${sink} at its planned moment, then finish the sink.
 *
 * Owns:   source and sink stay the caller's to close; ${t} is filled in every case.
 * Errors: what source or sink report, after the sink has finished; ERR_STOP when the flag was set;
 *         ERR_WORK with the number when log files were given up.
 */
int play_run(struct source *source, struct sink *sink, const struct play_options *o,
             struct play_totals *t, struct err *e);

#endif
