/*
 * err.h - the one error that stops, and the many findings that do not
 *
 * An error is one line (what, where, what to do), set once where the fault is first seen and passed
 * up unchanged. Only cli/ prints it.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>

#include "base/span.h"

enum err_kind {
    ERR_NONE = 0,
    ERR_INPUT, /* what was given is wrong: exit 2 */
    ERR_WORK,  /* the work ran and something failed: exit 1 */
    ERR_STOP   /* interrupted, can be resumed: exit 130 */
};

enum { ERR_TEXT_MAX = 2048 };

struct err {
    enum err_kind kind;
    char text[ERR_TEXT_MAX];
};

/**
 * err_set(e, kind, format, ...):
 * Fill ${e}, which must not be set yet, and return -1. Control characters in the text become '?',
 * so that an error stays one line whatever the input held.
 */
int err_set(struct err *e, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a caller that has the arguments as a list. */
int err_vset(struct err *e, enum err_kind kind, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/**
 * err_sys(e, kind, format, ...):
 * The same with ": " and the system's reason (errno at the call) behind the text.
 */
int err_sys(struct err *e, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* One of several things that are wrong with a file. */
struct finding {
    const char *file;    /* as the user named it */
    unsigned line;       /* from 1; 0 where the file has no lines */
    unsigned column;     /* from 1, in bytes */
    struct span pointer; /* JSON pointer (RFC 6901) of the value, or empty */
    struct span text;    /* what is wrong and what to do */
};

/* Takes one finding, which is only valid during the call. */
typedef void finding_fn(void *ctx, const struct finding *f);

#endif
