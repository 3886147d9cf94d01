/*
 * order.h - rows put in order of their keys, more of them than memory holds
 *
 * Rows are collected, sorted and, where they are many, written to a temporary file (in TMPDIR, else
 * /tmp), which nobody else sees and which goes when the program does. Then they come one by one.
 */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

struct err;

enum { ORDER_MEMORY = 16 << 20, ORDER_ROW_MAX = 128 << 10 };

struct order {
    size_t memory_n;
    struct buf rows;  /* those that are not written yet */
    struct buf index; /* of them */
    struct buf runs;  /* sorted stretches of the file */
    struct buf heap;  /* of runs that have more, the one with the first row on top */
    int fd;           /* of the file, or -1 */
    uint64_t file_n;
    size_t next_i; /* in the index, where no file was needed */
};

/* Nothing yet; about ${memory_n} bytes are kept in memory, ORDER_MEMORY where it is 0. */
void order_init(struct order *o, size_t memory_n);
void order_free(struct order *o);

/**
 * order_add(o, key, value, e):
 * One row more; both spans are copied. Together they have at most ORDER_ROW_MAX bytes.
 *
 * Errors: ERR_WORK when the temporary file cannot be written.
 */
int order_add(struct order *o, struct span key, struct span value, struct err *e);

/* All rows are there. */
int order_settle(struct order *o, struct err *e);

/**
 * order_next(o, key, value, e):
 * The next row in bytewise order of keys, equal ones as they were added: 1, 0 at the end, -1. The
 * spans are valid until the next call; without a row they stay as they were.
 */
int order_next(struct order *o, struct span *key, struct span *value, struct err *e);

#endif
