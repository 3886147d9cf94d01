/*
 * gen.h - the run: cells to workers, log files in order to the taker
 */
#ifndef GEN_GEN_H
#define GEN_GEN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/gzip.h"
#include "cloudtrail/label.h"
#include "cloudtrail/logfile.h"
#include "cloudtrail/rules.h"
#include "gen/scenario.h"

struct err;

enum gen_format {
    GEN_TRAIL, /* {"Records":[...]}, gzipped */
    GEN_LINES  /* one record a line, not gzipped */
};

/* Hears, in between, that all log files to be delivered before ${horizon_ms} have been taken; the
   instants never fall. */
typedef int gen_horizon_fn(void *ctx, int64_t horizon_ms, struct err *e);

struct gen_options {
    const struct scenario *scenario;
    const struct rules *rules;
    uint64_t seed;
    int64_t start_ms, end_ms; /* the window */
    uint64_t records;         /* stop after exactly so many calls; 0: all of the window */
    unsigned jobs;            /* 1 .. */
    uint32_t shard, nshards;  /* this one, 0 .. nshards - 1; 0 and 1 for the whole */
    enum gen_format format;
    enum gzip_kind gzip;
    bool hash;                         /* fill the digests of the log files */
    const volatile sig_atomic_t *stop; /* set: end with ERR_STOP; may be NULL */
    gen_horizon_fn *horizon;           /* or NULL; called with the ctx of the takers of log files */
};

struct gen_totals {
    uint64_t files, records, text_bytes, object_bytes, labels;
    int64_t oldest_ms, newest_ms; /* events, or LOGFILE_NO_TIME */
};

/**
 * gen_run(o, take, ctx, take_label, label_ctx, totals, e):
 * Make the trail that ${o} asks for and give its log files to ${take}, on the calling thread, in an
 * order that does not depend on the number of jobs. The labels of a file's records go to
 * ${take_label} before the file does; NULL leaves labels out.
 *
 * Shape:  with nshards, cell i belongs to shard i % nshards: the union of all shards is the whole.
 * Owns:   a taken log file's body is the taker's.
 * Errors: ERR_INPUT for what the scenario has wrong, ERR_STOP when told to stop, and whatever a
 *         taker sets. ${totals} counts what was taken.
 */
int gen_run(const struct gen_options *o, logfile_take_fn *take, void *ctx,
            label_take_fn *take_label, void *label_ctx, struct gen_totals *totals, struct err *e);

#endif
