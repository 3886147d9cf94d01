/*
 * span.h - text that is looked at and never owned
 *
 * A span need not end in NUL and may hold any byte. Knows nothing of memory or encodings.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
    const char *p;
    size_t n;
};

/* A literal as a span; not for char pointers. */
#define SPAN(literal) ((struct span){"" literal, sizeof(literal) - 1})

/* The same in a static initialiser. */
#define SPAN_INIT(literal) {"" literal, sizeof(literal) - 1}

/* The two arguments that printf's "%.*s" wants. */
#define SPAN_ARG(s) (int)(s).n, (s).p

static inline struct span span_of(const char *text)
{
    return (struct span){text, text == NULL ? 0 : strlen(text)};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool span_is(struct span a, const char *text)
{
    return span_equal(a, span_of(text));
}

static inline bool span_starts(struct span a, struct span head)
{
    return a.n >= head.n && (head.n == 0 || memcmp(a.p, head.p, head.n) == 0);
}

static inline bool span_ends(struct span a, struct span tail)
{
    return a.n >= tail.n && (tail.n == 0 || memcmp(a.p + a.n - tail.n, tail.p, tail.n) == 0);
}

/* What is left of ${a} from byte ${from} on; ${from} must not exceed a.n. */
static inline struct span span_from(struct span a, size_t from)
{
    return (struct span){a.p + from, a.n - from};
}

/* Bytewise order, the shorter first; negative, 0 or positive. */
static inline int span_compare(struct span a, struct span b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n == 0 ? 0 : memcmp(a.p, b.p, n);
    if (order != 0)
        return order;
    return (a.n > b.n) - (a.n < b.n);
}

/* The index of the first ${c} in ${a}, or a.n. */
static inline size_t span_find(struct span a, char c)
{
    const char *at = a.n == 0 ? NULL : memchr(a.p, c, a.n);
    return at == NULL ? a.n : (size_t)(at - a.p);
}

#endif
