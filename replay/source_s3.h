/*
 * source_s3.h - log files from a bucket
 *
 * Lists page by page and reads some objects ahead: memory is a page and those, or one that is
 * large. In order of time, all keys are listed first and put in order of the stamps in their names.
 */
#ifndef REPLAY_SOURCE_S3_H
#define REPLAY_SOURCE_S3_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "cloudtrail/source.h"
#include "replay/creds.h"

struct err;

struct source_s3_options {
    struct span location; /* "s3://BUCKET[/PREFIX]" */
    struct creds_wish wish;
    bool by_time;
    const volatile sig_atomic_t *stop; /* set: ask no more; or NULL */
};

/**
 * source_s3_open(out, o, e):
 * Look at the bucket: lists its first page, or with by_time all of them.
 *
 * Owns:   what ${o} points to must outlive the source.
 * Errors: ERR_INPUT for a location, credentials or an endpoint that cannot be used, or no log file
 *         there; ERR_WORK for what the server answers.
 */
int source_s3_open(struct source *out, const struct source_s3_options *o, struct err *e);

/* How many objects were left out so far, for they are no log files by their names. */
uint64_t source_s3_skipped(const struct source *source);

#endif
