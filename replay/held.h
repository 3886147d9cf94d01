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

#include "base/buf.h"
#include "base/span.h"

struct held {
    struct buf entries; /* 128 bits each */
    bool sorted;
};

void held_init(struct held *h);
void held_free(struct held *h);

/* Remember an object of a listing; ${etag} with or without quotes. */
void held_add(struct held *h, struct span key, uint64_t size_n, struct span etag);

/* Put what was added in order, so that held_has finds it. */
void held_settle(struct held *h);

/* How many objects are remembered. */
size_t held_count(const struct held *h);

/* Whether ${body} is there under ${key}; after held_settle. */
bool held_has(const struct held *h, struct span key, struct span body);

#endif
