/*
 * reconcile.h - what a consumer saw against what it was given
 *
 * A record that came in several log files, or several times, is to be seen once. One that a right
 * consumer may be unable to read, for its file is broken or missing, may be seen once or not.
 */
#ifndef AUDIT_RECONCILE_H
#define AUDIT_RECONCILE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/cause.h"
#include "audit/expected.h"
#include "audit/seen.h"
#include "base/arena.h"

struct err;

enum { RECONCILE_SHOWN = 3 };

/* What is wrong for one reason. */
struct reconcile_cause {
    enum verdict verdict;
    enum fault_kind fault; /* what was done to the files, or FAULT_NONE */
    bool stopped;          /* the consumer came no further */
    const char *why;
    uint64_t records, files;
    uint64_t whole; /* of the files: none of their records was seen */
    struct span keys[RECONCILE_SHOWN], ids[RECONCILE_SHOWN];
    size_t keys_n, ids_n;
    struct span stopped_at; /* the key of the file at which it stopped; empty: not known */
};

struct reconcile {
    struct arena arena;
    const char *manifest;
    int64_t late_ms; /* how long after the put a record may be seen; negative: however long */
    bool reports;    /* whether the consumer's reports are known */
    struct expected expected;
    uint64_t lines;      /* what was seen, all told */
    uint64_t unexpected; /* of these, what was never given */
    struct span unexpected_ids[RECONCILE_SHOWN];
    uint64_t untimed; /* of these, with no time to judge by, here or in the manifest */
    /* Filled by reconcile_settle. */
    uint64_t once;      /* records to be seen */
    uint64_t seen_once; /* of these, seen exactly once */
    uint64_t maybe;     /* records that need not be seen, */
    uint64_t maybe_seen;
    uint64_t broken; /* and the files they are in */
    uint64_t totals[VERDICTS];
    struct reconcile_cause *causes;
    size_t causes_n;
};

/**
 * reconcile_open(r, manifest, tree, late_ms, e) / reconcile_close(r):
 * Read what is expected, as expected_read does; ${manifest} must outlive ${r}. Nothing is to be
 * closed after an error.
 */
int reconcile_open(struct reconcile *r, const char *manifest, const char *tree, int64_t late_ms,
                   struct err *e);
void reconcile_close(struct reconcile *r);

/* Note one record that the consumer saw. */
void reconcile_see(struct reconcile *r, const struct seen *s);

/**
 * reconcile_reports(r, path, e):
 * Read the keys that the consumer reported as missing or not readable, one a line, as they are or
 * at the end of a longer name (s3://bucket/KEY, a path).
 */
int reconcile_reports(struct reconcile *r, const char *path, struct err *e);

/**
 * reconcile_settle(r, e):
 * Behind the last record: find what is wrong, and group it by cause.
 *
 * Owns:   the causes live in ${r}->arena, in the order of verdicts, the most records first.
 * Errors: as manifest_read, for the manifest is read once more for the keys.
 */
int reconcile_settle(struct reconcile *r, struct err *e);

#endif
