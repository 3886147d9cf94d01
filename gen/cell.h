/*
 * cell.h - one account for a stretch of time: the calls that begin in it
 */
#ifndef GEN_CELL_H
#define GEN_CELL_H

#include <stddef.h>
#include <stdint.h>

#include "gen/event.h"
#include "gen/plan.h"

struct arena;
struct err;
struct page_cache;
struct template_cache;

/* What a worker keeps between cells. */
struct cell_work {
    const struct plan *plan;
    struct page_cache *pages;
    struct template_cache *templates;
};

/* The events of one cell, in the arena it was run with, in no particular order. */
struct cell {
    uint32_t account;
    int64_t from_ms, to_ms;
    struct event *events;
    size_t n, room;
};

/**
 * cell_run(out, arena, work, i, e):
 * Simulate cell ${i}: what its activities call, with which outcome.
 *
 * Owns:   everything in ${out} lives in ${arena}.
 * Errors: those of template_make.
 */
int cell_run(struct cell *out, struct arena *arena, struct cell_work *work, uint64_t i,
             struct err *e);

#endif
