/*
 * expected.h - what a consumer was given: the id of each record, and the log files that brought it
 *
 * Read from a manifest, and for what it does not say from the tree beside it. Memory is 32 bytes a
 * record and as many a log file, and as much again for records while they are put in order.
 */
#ifndef AUDIT_EXPECTED_H
#define AUDIT_EXPECTED_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/event_id.h"
#include "base/buf.h"
#include "cloudtrail/fault.h"

struct err;

/* What is known of a record. */
enum expected_state {
    EXPECTED_ONCE = 1,    /* a right consumer has seen it, once */
    EXPECTED_DIGEST = 2,  /* its digest is known */
    EXPECTED_UUID = 4,    /* its id is one */
    EXPECTED_MANGLED = 8, /* seen with another digest */
    EXPECTED_LATE = 16,   /* seen too late */
    EXPECTED_IN_TIME = 32 /* seen in time as well */
};

/* A record in a log file; in order of ids, those of one id in the order in which they came. */
struct expected_record {
    uint64_t high, low; /* its id */
    uint64_t digest;    /* the first eight bytes of record_digest */
    uint32_t file;      /* its place in the manifest, from 0 */
    uint16_t times;     /* how often it was seen; only in the first of one id */
    uint8_t state;      /* enum expected_state; what was seen only in the first of one id */
};

struct expected_file {
    int64_t put_ms;   /* when it was put, else when CloudTrail would have, or LOGFILE_NO_TIME */
    uint32_t records; /* with an id */
    uint8_t fault;    /* enum fault_kind */
    bool reported;
};

struct expected {
    struct buf records; /* of struct expected_record */
    struct buf files;   /* of struct expected_file, in the manifest's order */
    uint64_t nameless;  /* records without an eventID: nobody can tell what became of them */
    uint32_t *first;    /* where the ids with the same sixteen highest bits begin */
};

/**
 * expected_read(out, manifest, tree, e):
 * Read the manifest at the path ${manifest}; log files whose ids it does not have are read below
 * ${tree}.
 *
 * Owns:   free ${out} with expected_free.
 * Errors: ERR_INPUT as manifest_read, or a log file that is not there or cannot be read.
 */
int expected_read(struct expected *out, const char *manifest, const char *tree, struct err *e);
void expected_free(struct expected *x);

/**
 * expected_find(x, n, id):
 * The first of the ${n} records with that id; NULL when there is none.
 */
struct expected_record *expected_find(const struct expected *x, size_t *n,
                                      const struct event_id *id);

static inline size_t expected_records_n(const struct expected *x)
{
    return x->records.n / sizeof(struct expected_record);
}

static inline size_t expected_files_n(const struct expected *x)
{
    return x->files.n / sizeof(struct expected_file);
}

static inline struct expected_record *expected_record(const struct expected *x, size_t i)
{
    return (struct expected_record *)(void *)x->records.p + i;
}

static inline struct expected_file *expected_file(const struct expected *x, size_t i)
{
    return (struct expected_file *)(void *)x->files.p + i;
}

#endif
