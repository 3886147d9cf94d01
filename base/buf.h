/*
 * buf.h - bytes that grow, kept between uses
 *
 * Every buffer states its maximum at the start. Reaching it is the caller's to avoid: ask buf_fits
 * before adding bytes whose number comes from outside.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/span.h"

struct buf {
    char *p;
    size_t n;     /* bytes in use */
    size_t cap;   /* bytes allocated, not counting one more for the NUL of buf_text */
    size_t max_n; /* n never grows past this */
};

/**
 * buf_init(b, max_n):
 * Make ${b} empty with room for at most ${max_n} bytes; nothing is allocated yet.
 */
void buf_init(struct buf *b, size_t max_n);

/**
 * buf_grow(b, more_n):
 * Make room for ${more_n} more bytes; out of memory ends the program, growing past max_n is an
 * assert. Called by buf_need only when the room is missing.
 */
void buf_grow(struct buf *b, size_t more_n);

/**
 * buf_printf(b, format, ...):
 * Append formatted text. For cold paths.
 */
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * buf_fit(b):
 * Give back the room that ${b} does not use.
 */
void buf_fit(struct buf *b);

/**
 * buf_free(b):
 * Give the bytes back; ${b} is then empty with the same maximum.
 */
void buf_free(struct buf *b);

static inline bool buf_fits(const struct buf *b, size_t more_n)
{
    return more_n <= b->max_n - b->n;
}

/* Make room for ${more_n} bytes and return where they go; count them with b->n. */
static inline char *buf_need(struct buf *b, size_t more_n)
{
    if (b->cap - b->n < more_n)
        buf_grow(b, more_n);
    return b->p + b->n;
}

static inline void buf_put(struct buf *b, const void *p, size_t n)
{
    if (n == 0)
        return;
    memcpy(buf_need(b, n), p, n);
    b->n += n;
}

static inline void buf_put_span(struct buf *b, struct span s)
{
    buf_put(b, s.p, s.n);
}

static inline void buf_put_char(struct buf *b, char c)
{
    *buf_need(b, 1) = c;
    b->n++;
}

static inline struct span buf_span(const struct buf *b)
{
    return (struct span){b->p, b->n};
}

static inline void buf_clear(struct buf *b)
{
    b->n = 0;
}

/* Put a NUL behind the bytes, not counted, and return them as a C string. */
static inline const char *buf_text(struct buf *b)
{
    if (b->p == NULL)
        buf_grow(b, 0);
    b->p[b->n] = '\0';
    return b->p;
}

#endif
