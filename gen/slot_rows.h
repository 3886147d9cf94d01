/*
 * slot_rows.h - the slots by subject, and what their writers share
 *
 * slot_record.c has those of the record and of Elastic Beanstalk, slot_session.c those of
 * credentials, slot_stack.c those of what other services hold, slot_option.c those of a refused
 * option setting, slot_family.c those whose name ends in a tag; slot_find.c looks them up.
 * Nothing outside these includes this.
 */
#ifndef GEN_SLOT_ROWS_H
#define GEN_SLOT_ROWS_H

#include <assert.h>

#include "base/utc.h"
#include "gen/slot.h"

/* The longest escaped text of a scenario that a slot copies: an ARN of two 100-character names. */
enum { SLOT_TEXT_MOST = 2048 };

/* The head of a writer; most have no use for the tag. */
#define SLOT_PUT(name)                                                                             \
    static char *name(char *at, const struct event *ev, __attribute__((unused)) uint64_t tag)

/* The same for a value that all records of a template share. */
#define SLOT_FIXED(name)                                                                           \
    static struct span name(__attribute__((unused)) const struct call *c,                          \
                            __attribute__((unused)) struct span tag)

static inline char *slot_put_span(char *at, struct span s)
{
    assert(s.n <= SLOT_TEXT_MOST);
    memcpy(at, s.p, s.n);
    return at + s.n;
}

static inline char *slot_put_date(char *at, int64_t t_ms)
{
    return at + utc_java(at, t_ms, UTC_JAVA_COMMA);
}

/* ${n} in decimal; not negative. */
static inline char *slot_put_number(char *at, int64_t n)
{
    char digits[20];
    size_t k = sizeof digits;
    do {
        digits[--k] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    memcpy(at, digits + k, sizeof digits - k);
    return at + sizeof digits - k;
}

/* Rows of one subject, sorted by name. */
struct slot_rows {
    const struct slot *rows;
    size_t n;
};

extern const struct slot_rows slot_record_rows, slot_session_rows, slot_stack_rows,
    slot_option_rows, slot_family_rows;

/**
 * slot_row(rows, name):
 * The row called ${name}, or NULL.
 */
const struct slot *slot_row(const struct slot_rows *rows, struct span name);

#endif
