/*
 * s3_list.h - what lies in a bucket, page by page (ListObjectsV2)
 *
 * Holds one page, whatever the bucket's size.
 */
#ifndef REPLAY_S3_LIST_H
#define REPLAY_S3_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "replay/s3_call.h"

/* The most bytes of one page that are read: 1 000 keys of 1 024 bytes, all escaped, and more. */
enum { S3_LIST_PAGE_MAX = 16 << 20 };

struct s3_entry {
    struct span key;
    uint64_t size_n;
    struct span etag; /* without quotes */
};

struct s3_list {
    struct s3_call *call;
    struct span prefix;
    struct buf page;  /* the XML that is being read */
    struct span left; /* of it */
    struct buf token; /* of the next page */
    struct buf key, etag;
    bool more; /* pages */
};

/**
 * s3_list_open(l, call, prefix) / s3_list_close(l):
 * Begin a listing of the keys that begin with ${prefix}; both arguments must outlive it.
 */
void s3_list_open(struct s3_list *l, struct s3_call *call, struct span prefix);
void s3_list_close(struct s3_list *l);

/**
 * s3_list_next(l, out, e):
 * The next object, in the order of keys: 1, 0 at the end, -1.
 *
 * Owns:   ${out} is valid until the next call.
 * Errors: as s3_call_get; ERR_WORK for an answer that is no listing.
 */
int s3_list_next(struct s3_list *l, struct s3_entry *out, struct err *e);

/**
 * s3_list_element(value, text, name):
 * The text of the first element ${name} in the XML ${text}, still escaped, and in ${rest} what
 * stands behind it (may be NULL): false when there is none. Elements of that name do not nest.
 */
bool s3_list_element(struct span *value, struct span *rest, struct span text, const char *name);

/**
 * s3_list_unescape(out, text):
 * Append ${text} with XML's entities resolved; one that is none stays as it is.
 */
void s3_list_unescape(struct buf *out, struct span text);

#endif
