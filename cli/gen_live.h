/*
 * gen_live.h - gen --live: each log file is delivered when its moment comes
 */
#ifndef CLI_GEN_LIVE_H
#define CLI_GEN_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/gen_output.h"
#include "cloudtrail/manifest.h"
#include "gen/gen.h"

struct err;
struct load;

struct gen_live {
    const struct gen_where *where;
    const struct fingerprint *fingerprint;
    const struct digest_wish *digest;
    const struct load *load;
    double speed; /* of the clock, from the begin on */
    bool endless; /* no end was given */
    bool resume, json, quiet;
};

/**
 * gen_live_run(g, o, e):
 * Make the run ${o} and deliver it by the clock, then print the summary.
 *
 * Errors: those of play_run and live_open.
 */
int gen_live_run(const struct gen_live *g, const struct gen_options *o, struct err *e);

#endif
