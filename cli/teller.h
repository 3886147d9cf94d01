/*
 * teller.h - what a run tells on stderr while it goes on: how far it is, and what was given up
 */
#ifndef CLI_TELLER_H
#define CLI_TELLER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "cli/progress.h"
#include "replay/play.h"

struct teller {
    struct progress progress;
    uint64_t lost; /* each for a reason of its own */
};

/* Begin to tell of the run of ${command}, with --quiet only of what is lost. */
void teller_init(struct teller *t, const char *command, bool quiet);

/* A sink_lost_fn: the first twenty have a line each. ${ctx} is the teller. */
void teller_lost(void *ctx, struct span key, struct span why);

/* A play_tick_fn. ${ctx} is the teller. */
void teller_tick(void *ctx, const struct play_totals *so_far);

/* The run is over: take the bar away, and tell how many losses had no line. */
void teller_end(struct teller *t);

#endif
