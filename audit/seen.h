/*
 * seen.h - what a consumer says it saw
 *
 * One record a line: its eventID, perhaps with the time behind it; or an object, exported from
 * wherever the consumer put it. Several in one line may be a list, or a log file's text.
 */
#ifndef AUDIT_SEEN_H
#define AUDIT_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct err;
struct seen_file;

/* Where objects have what is wanted, as names joined by dots; NULL: where it usually is. */
struct seen_options {
    const char *id_field;
    const char *time_field;
    const char *record_field;
    bool ids_only; /* do not look for whole records */
};

struct seen {
    struct span id;  /* valid until the next one */
    int64_t seen_ms; /* or LOGFILE_NO_TIME */
    bool is_whole;   /* whether the consumer has the record itself, or its digest */
    bool is_broken;  /* it has a record that is no JSON */
    uint64_t digest; /* the first bytes of its record_digest */
};

/**
 * seen_open(out, path, o, e) / seen_close(f):
 * Begin with ${path}, or standard input for "-".
 *
 * Owns:   the strings of ${o} must outlive it.
 */
int seen_open(struct seen_file **out, const char *path, const struct seen_options *o,
              struct err *e);
void seen_close(struct seen_file *f);

/**
 * seen_next(f, out, e):
 * The next record: 1, 0 at the end, -1.
 *
 * Errors: ERR_INPUT "path:line: what is wrong": an object that is no JSON, or in which there is no
 *         eventID, or a time that is none where ${time_field} says.
 */
int seen_next(struct seen_file *f, struct seen *out, struct err *e);

#endif
