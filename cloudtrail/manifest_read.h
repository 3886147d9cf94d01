/*
 * manifest_read.h - a manifest read back, line by line
 *
 * Memory is that of one line, whatever the number of files.
 */
#ifndef CLOUDTRAIL_MANIFEST_READ_H
#define CLOUDTRAIL_MANIFEST_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/span.h"
#include "cloudtrail/fault.h"

struct buf;
struct err;
struct manifest_reader;

/* One log file; the spans are valid until the next one is read. */
struct manifest_entry {
    struct span key;
    uint64_t records, text_n, body_n;
    uint8_t text_sha256[HASH_SHA256_N], body_sha256[HASH_SHA256_N];
    /* Instants as the manifest has them, or LOGFILE_NO_TIME. */
    int64_t delivered_ms; /* when CloudTrail would put it */
    int64_t planned_ms;   /* when it was to be put */
    int64_t put_ms;       /* when it was put; none for a file that was there already */
    enum fault_kind fault;
    struct span of;        /* of a fault that is a file more: the key of the file it is made from */
    struct span event_ids; /* JSON array of strings, as text; empty where the manifest has none */
    struct span digests;   /* the same, of as many: 16 hex digits of record_digest, or "" */
};

/**
 * manifest_read_open(out, path, e) / manifest_read_close(r):
 * Begin with the manifest ${path}, which "beantrail gen" or "beantrail replay" wrote.
 *
 * Errors: ERR_INPUT when it cannot be read or is none of ours.
 */
int manifest_read_open(struct manifest_reader **out, const char *path, struct err *e);
void manifest_read_close(struct manifest_reader *r);

/**
 * manifest_line_read(entry, key, of, line, wrong):
 * Read the line of a file. False when it is none, or its member ${wrong} is not what belongs there.
 *
 * Owns:   texts that had to be unescaped are in ${key} and ${of}, which hold six times KEY_MAX.
 */
bool manifest_line_read(struct manifest_entry *entry, struct buf *key, struct buf *of,
                        struct span line, struct span *wrong);

/**
 * manifest_read_next(r, entry, e):
 * The next file's line, in the order in which they were put: 1; 0 behind the last one; -1.
 *
 * Errors: ERR_INPUT "path:line: what is wrong": a line that is no file's, a member that is missing
 *         or of another type, a fault that is not known, an end before the counts.
 */
int manifest_read_next(struct manifest_reader *r, struct manifest_entry *entry, struct err *e);

#endif
