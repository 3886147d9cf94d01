/*
 * hist.h - how often each duration occurred, to within 1.6 per cent, in a fixed table
 *
 * Linear in each octave, as HdrHistogram is: 64 steps to a doubling from 1 ns to 292 years.
 */
#ifndef REPLAY_HIST_H
#define REPLAY_HIST_H

#include <stdint.h>

struct buf;

enum { HIST_STEPS = 64, HIST_CELLS = 58 * HIST_STEPS };

struct hist {
    uint64_t n;
    int64_t most; /* the largest value, exact */
    uint64_t cells[HIST_CELLS];
};

/* Count ${value}, 0 or more; start with {0}. */
void hist_add(struct hist *h, int64_t value);

/* Add the counts of ${from} to ${h}. */
void hist_merge(struct hist *h, const struct hist *from);

/**
 * hist_at(h, per_million):
 * The value that ${per_million} of a million values do not exceed, rounded up to its cell's end
 * and never above the largest; 0 when nothing was counted.
 */
int64_t hist_at(const struct hist *h, uint32_t per_million);

/**
 * hist_put(out, h, name):
 * Append ${h} as text: a line "name count N max M", then for each cell that is not empty a line
 * "name FROM TO COUNT", the values from FROM to TO having occurred COUNT times.
 */
void hist_put(struct buf *out, const struct hist *h, const char *name);

#endif
