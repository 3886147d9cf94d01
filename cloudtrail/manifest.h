/*
 * manifest.h - what a run made: fingerprint, counts, every key with size and hashes
 *
 * Written front to back while the run goes on, so that memory does not grow with it. The first line
 * holds the fingerprint, each file has a line of its own, the counts come last; the whole is one
 * JSON object.
 */
#ifndef CLOUDTRAIL_MANIFEST_H
#define CLOUDTRAIL_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "cloudtrail/logfile.h"

struct err;
struct manifest;

/* The most bytes of what a file's line may have beyond its own members. */
#define MANIFEST_MORE_MAX ((size_t)128 << 20)

/* What a run is reproducible from. All text; empty where it does not apply. */
struct fingerprint {
    struct span program;      /* "beantrail 0.1.0" */
    struct span scenario;     /* its name; empty: nothing up to the duration applies */
    struct span scenario_sha; /* hex SHA-256 of the scenario's text; empty: no scenario, and neither
                                 catalog, seed, start nor duration */
    struct span catalog_sha;  /* hex SHA-256 over the schemas in use */
    struct span seed;
    int64_t start_ms;
    int64_t duration_ms;
    struct span settings;   /* JSON object text: the options that change bytes, sorted */
    struct span shard;      /* "I/N", or empty for the whole */
    struct span compressor; /* gzip_name */
};

struct manifest_counts {
    uint64_t files, records, text_bytes, object_bytes, labels;
};

/**
 * fingerprint_id(out, f):
 * 64 hex digits over all parts of ${f} but the compressor: equal ids mean equal texts. No NUL.
 */
void fingerprint_id(char out[64], const struct fingerprint *f);

/**
 * manifest_open(out, path, f, e):
 * Begin a manifest under the temporary name .NAME.tmp beside ${path}; the folder must exist.
 *
 * Errors: ERR_WORK with the system's reason.
 */
int manifest_open(struct manifest **out, const char *path, const struct fingerprint *f,
                  struct err *e);

/**
 * manifest_add(m, file, e):
 * Add a line for ${file}, whose digests must be filled, before its body is handed on.
 */
int manifest_add(struct manifest *m, const struct logfile *file, struct err *e);

/**
 * manifest_add_with(m, file, more, e):
 * The same with the members ${more} behind the others: JSON text that begins with a comma, or
 * nothing; at most MANIFEST_MORE_MAX bytes.
 */
#define MANIFEST_MORE_MAX ((size_t)128 << 20)
int manifest_add_with(struct manifest *m, const struct logfile *file, struct span more,
                      struct err *e);

/**
 * manifest_add_with(m, file, more, e):
 * The same with the members ${more} behind the others: JSON text that begins with a comma, or
 * nothing; at most MANIFEST_MORE_MAX bytes.
 */
int manifest_add_with(struct manifest *m, const struct logfile *file, struct span more,
                      struct err *e);

/**
 * manifest_finish(m, counts, e):
 * Write the counts and rename into place. manifest_close without finish removes what was written.
 *
 * Errors: ERR_WORK with the system's reason, or that another run began a manifest here meanwhile.
 */
int manifest_finish(struct manifest *m, const struct manifest_counts *counts, struct err *e);
void manifest_close(struct manifest *m);

/**
 * manifest_id(out, path, e):
 * The fingerprint id in the first line of the manifest ${path}, or of the unfinished one that a
 * killed run left under the temporary name: 1; 0 when there is neither; -1 and ERR_INPUT when it is
 * no manifest of ours.
 */
int manifest_id(char out[64], const char *path, struct err *e);

#endif
