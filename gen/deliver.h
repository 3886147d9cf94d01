/*
 * deliver.h - which event goes to which log file, in which place
 *
 * CloudTrail as observed: each region of an account has one or a few buffers; a buffer opens with
 * its first event and is written some five minutes later under a name made from its newest event.
 * Inside, runs of several servers lie one behind the other. Some events come minutes late, in files
 * of their own.
 */
#ifndef GEN_DELIVER_H
#define GEN_DELIVER_H

#include <stddef.h>
#include <stdint.h>

#include "gen/cell.h"
#include "gen/scenario.h"

struct arena;

/* No log file of a cell is put earlier than this behind the cell's begin: a session may open a
   minute before it, and a buffer waits for 302 s. */
#define DELIVER_LEAST_MS INT64_C(242000)

/* A log file to be: places first .. first + n - 1 of the order. */
struct delivery_file {
    const struct place *place;
    uint32_t first, n;
    int64_t oldest_ms, newest_ms; /* events */
    int64_t deliver_ms;           /* when it is put */
    uint64_t address;             /* seeds its suffix */
};

struct delivery {
    const struct event **order; /* all events of the cell, file by file */
    struct delivery_file *files;
    size_t nfiles;
};

/**
 * deliver_place(out, arena, cell, settings, seed):
 * Give each event of ${cell} its place.
 *
 * Shape:  a file spans at most 315 s of events and at most settings->most_records of them; its
 *         deliver_ms lies 302 s or more after its oldest event.
 * Owns:   ${out} lives in ${arena}; order points into ${cell}.
 * Source: counted in 3 938 published files; AWS documents only "about every five minutes".
 */
void deliver_place(struct delivery *out, struct arena *arena, const struct cell *cell,
                   const struct delivery_settings *settings, uint64_t seed);

/**
 * deliver_limit(cell, most):
 * Keep the ${most} earliest events of ${cell}.
 */
void deliver_limit(struct cell *cell, struct arena *arena, size_t most);

#endif
