/*
 * held.h - what a bucket holds already, remembered in sixteen bytes an object
 *
 * An object counts as there when key, size and ETag (the MD5 of its bytes) are those of ours. Where
 * a store's ETags are something else, nothing counts as there: to send it again is harmless.
 */
#ifndef REPLAY_HELD_H
#define REPLAY_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { HELD_BUCKETS = 1 << 16 };

struct held_block;
struct held_slab;

/* A table that grows without moving, for ten million objects are 150 MiB. */
struct held {
    struct held_block *
        *buckets;            /* HELD_BUCKETS of them, by the first bits; NULL: nothing is held */
    struct held_slab *slabs; /* the memory of all blocks */
    size_t free_n;           /* blocks left in the first slab */
    size_t n;
};

void held_init(struct held *h);
void held_free(struct held *h);

/* Remember an object of a listing; ${etag} with or without quotes. */
void held_add(struct held *h, struct span key, uint64_t size_n, struct span etag);

/* How many objects are remembered. */
size_t held_count(const struct held *h);

/* Whether ${body} is there under ${key}. */
bool held_has(const struct held *h, struct span key, struct span body);

#endif
