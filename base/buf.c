/* buf.c - see buf.h. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

enum { FIRST_N = 256 };

void buf_init(struct buf *b, size_t max_n)
{
    /* One byte stays free for the NUL of buf_text. */
    size_t most_n = PTRDIFF_MAX - 1;
    *b = (struct buf){.max_n = max_n < most_n ? max_n : most_n};
}

void buf_grow(struct buf *b, size_t more_n)
{
    assert(buf_fits(b, more_n));
    size_t cap = b->cap < FIRST_N ? FIRST_N : b->cap;
    while (cap - b->n < more_n && cap <= b->max_n / 2)
        cap *= 2;
    if (cap - b->n < more_n || cap > b->max_n)
        cap = b->max_n;
    char *p = realloc(b->p, cap + 1);
    if (p == NULL)
        mem_die(cap + 1);
    b->p = p;
    b->cap = cap;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(n >= 0);
    if (n == 0)
        return;
    char *at = buf_need(b, (size_t)n);
    va_start(args, format);
    vsnprintf(at, (size_t)n + 1, format, args);
    va_end(args);
    b->n += (size_t)n;
}

void buf_fit(struct buf *b)
{
    if (b->n == b->cap)
        return;
    char *p = realloc(b->p, b->n + 1);
    if (p == NULL)
        return; /* what was there stays good */
    b->p = p;
    b->cap = b->n;
}

void buf_free(struct buf *b)
{
    free(b->p);
    buf_init(b, b->max_n);
}
