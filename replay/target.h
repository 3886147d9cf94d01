/*
 * target.h - the text after --to becomes a sink: a directory, a bucket, or nothing
 */
#ifndef REPLAY_TARGET_H
#define REPLAY_TARGET_H

#include <signal.h>
#include <stdbool.h>

#include "base/span.h"
#include "cloudtrail/sink.h"

struct err;
struct hist;

enum target_kind { TARGET_DIR, TARGET_S3, TARGET_NULL };

struct target {
    enum target_kind kind;
    struct span dir;            /* TARGET_DIR */
    struct span bucket, prefix; /* TARGET_S3 */
};

/* What the command line may say about S3; each NULL or 0 when it does not. */
struct target_options {
    const char *endpoint_url;
    const char *region;
    const char *profile;
    const char *ca_bundle;
    const char *acl;      /* "bucket-owner-full-control" */
    unsigned connections; /* 1 .. 1024 */
    bool volatile_ok;     /* a directory need not survive a power cut */
    const char *sse;      /* "AES256", "aws:kms" or "aws:kms:KEY" */
    int checksum;         /* enum checksum_kind */
    bool if_none_match;
    bool resume;                       /* look first at what an interrupted run left there */
    struct hist *latency;              /* from planned moment to arrival in a bucket, or NULL */
    const volatile sig_atomic_t *stop; /* set: end soon, nothing half-written; or NULL */
    sink_arrived_fn *arrived;          /* as the sinks have it, or NULL */
    void *arrived_ctx;
};

/**
 * target_read(out, to, e):
 * Take ${to} apart: "s3://BUCKET[/PREFIX]", "null:", anything else is a directory.
 *
 * Owns:   ${out} points into ${to}.
 * Errors: ERR_INPUT for an empty text, another scheme, a name that no bucket can have.
 */
int target_read(struct target *out, struct span to, struct err *e);

/**
 * target_check(to, o, e):
 * Whether ${to} and the words of ${o} have the right form: opens and reads nothing.
 */
int target_check(struct span to, const struct target_options *o, struct err *e);

/**
 * target_open(out, to, o, lost, lost_ctx, e):
 * Open the sink that ${to} names. Opens no connection yet. Call it before starting threads.
 *
 * Owns:   ${lost} hears of each log file given up, on the thread that calls the sink; may be NULL.
 *         The strings of ${o} must outlive the sink.
 * Errors: as target_read; ERR_INPUT for missing credentials, an endpoint, region or CA bundle that
 *         cannot be used; ERR_WORK for a directory that cannot be made.
 */
int target_open(struct sink *out, struct span to, const struct target_options *o,
                sink_lost_fn *lost, void *lost_ctx, struct err *e);

#endif
