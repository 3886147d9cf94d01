/*
 * live.h - gen as a source: log files in the order of delivery, made as they are needed
 *
 * gen_run works on a thread of its own and hands over through a bounded queue. What it has made
 * waits (due.h) until nothing that comes earlier can still be made; it runs ahead of what is
 * delivered by one stretch of cells.
 */
#ifndef CLI_LIVE_H
#define CLI_LIVE_H

#include <stddef.h>

#include "cloudtrail/source.h"
#include "gen/gen.h"

struct digests;
struct err;
struct lines;

/* What waits in memory; more of it waits in a temporary file. */
#define LIVE_MEMORY_N ((size_t)64 << 20)

struct live_options {
    const struct gen_options *gen; /* its horizon is set here */
    struct lines *labels;    /* get the labels of each log file once it was delivered; or NULL */
    struct digests *digests; /* of the run, for its thread to use; or NULL */
    const char *folder;      /* for temporary files */
    size_t memory_n;         /* LIVE_MEMORY_N */
};

/**
 * live_open(out, o, e):
 * A source of the run ${o}->gen.
 *
 * Shape:  the same keys and bytes as gen_run gives, deliver_ms never falls.
 * Errors: ERR_WORK when no thread can be started. Of next: those of gen_run, of due.h and of the
 *         labels' file.
 */
int live_open(struct source *out, const struct live_options *o, struct err *e);

/**
 * live_ready(source, e):
 * Wait until the first log file is ready: what is made for it takes a while where there are many
 * accounts, and no clock should run meanwhile. Errors as next.
 */
int live_ready(struct source *source, struct err *e);

/**
 * live_settle(source, moved, e):
 * After the last next, of which ${moved} log files came to their place: write what is left of
 * labels.
 */
int live_settle(struct source *source, uint64_t moved, struct err *e);

#endif
