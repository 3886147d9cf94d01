/*
 * gzip.h - whole buffers into and out of gzip members
 *
 * One member, no name, no time, so the same text gives the same bytes with the same compressor and
 * level. A struct gzip is one worker's: it keeps its tables between calls and never allocates per
 * call beyond the output.
 */
#ifndef BASE_GZIP_H
#define BASE_GZIP_H

#include <stddef.h>

#include "base/span.h"

struct buf;
struct err;
struct gzip;

enum gzip_kind {
    GZIP_FAST, /* ISA-L level 1, or zlib level 1 where ISA-L is not built in */
    GZIP_AWS   /* zlib level 6, default window and memory: the sizes of delivered files */
};

/**
 * gzip_open(kind) / gzip_close(z):
 * A compressor to reuse; never NULL.
 */
struct gzip *gzip_open(enum gzip_kind kind);
void gzip_close(struct gzip *z);

/**
 * gzip_pack(z, out, text):
 * Append ${text} to ${out} as one gzip member.
 *
 * Source: RFC 1952; header without name, mtime 0; the OS byte is 255 (unknown): what delivered
 *         files carry there is not established.
 */
void gzip_pack(struct gzip *z, struct buf *out, struct span text);

/* The most bytes that packing ${text_n} can take. */
size_t gzip_bound(const struct gzip *z, size_t text_n);

/* What the manifest calls this compressor: "isa-l 2.30.0 level 1", "zlib 1.2.13 level 6". */
const char *gzip_name(enum gzip_kind kind);

/* Whether ${body} begins like a gzip member. */
int gzip_is(struct span body);

/**
 * gzip_unpack(out, members, body, e):
 * Append what all members of ${body} hold to ${out}, within its maximum; ${members} counts them.
 *
 * Errors: ERR_INPUT for damage, a cut end, bytes behind the last member, or more text than ${out}
 *         may hold ("is larger than N bytes when inflated").
 */
int gzip_unpack(struct buf *out, unsigned *members, struct span body, struct err *e);

#endif
