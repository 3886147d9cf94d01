/*
 * s3_job.h - an object on its way into a bucket
 *
 * It goes round between the sink's caller and the transfer thread, and keeps its memory.
 */
#ifndef REPLAY_S3_JOB_H
#define REPLAY_S3_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"
#include "cloudtrail/key.h"
#include "cloudtrail/logfile.h"
#include "replay/checksum.h"
#include "replay/retry.h"
#include "replay/s3.h"

struct err;

enum { S3_WHY_N = 512, S3_JOB_HEADERS_MOST = 9 };

enum s3_fate { S3_ARRIVED, S3_WAS_THERE, S3_LOST };

struct s3_job {
    char key[KEY_MAX + 1]; /* in the bucket */
    size_t key_n;
    struct buf body;       /* its bytes, */
    struct folder *unread; /* or held: where they still are, under the last part of the key */
    size_t body_n;         /* how many they are */
    uint32_t records;
    int64_t more; /* records that it turned out to have */
    bool gzipped;
    char signature[LOGFILE_SIGNATURE_MAX]; /* of a digest */
    size_t signature_n;
    uint8_t sha256[HASH_SHA256_N];
    struct checksum checksum;
    bool used; /* carries an object whose end the caller has not counted yet */
    int64_t planned_ns, arrived_ns;
    enum s3_fate fate;
    char why[S3_WHY_N]; /* it was lost; empty when the run stopped first */

    /* The transfer thread's. */
    struct retry_object tried;
    unsigned turns;
    bool looking;  /* HEAD: what is it that is there? */
    bool repeated; /* an earlier PUT may have put it there */
    int64_t due_ns;
    int file; /* open, to send its bytes from, or -1 */
    struct s3_prepared prepared;
};

/* What every PUT carries; empty or false: not sent. */
struct s3_put_options {
    struct span acl;     /* x-amz-acl */
    struct span sse;     /* "AES256" or "aws:kms" */
    struct span kms_key; /* of aws:kms, or empty for the bucket's own */
    enum checksum_kind checksum;
    bool if_none_match; /* refuse to overwrite */
};

/* An empty one; and what it holds is given back. */
void s3_job_init(struct s3_job *j);
void s3_job_free(struct s3_job *j);

/**
 * s3_job_load(j, prefix, f, o):
 * Carry ${f} below ${prefix}, "" or with its slash; both with the key have at most KEY_MAX bytes.
 *
 * Owns:   the bytes of ${f}, or its hold on them, are ${j}'s; s3_job_return gives them back to it.
 */
void s3_job_load(struct s3_job *j, struct span prefix, struct logfile *f,
                 const struct s3_put_options *o);
void s3_job_return(struct s3_job *j, struct logfile *f);

/* Let the bytes go; room for the next one's stays where it is not much. */
void s3_job_unload(struct s3_job *j);

/**
 * s3_job_fetch(j, o, e):
 * Before a PUT: have the bytes at hand, in ${j}->body or to be sent from ${j}->file. A file that is
 * not as listed is looked into as if nobody had listed it.
 *
 * Errors: -1, ERR_INPUT: it cannot be read, or is no log file.
 */
int s3_job_fetch(struct s3_job *j, const struct s3_put_options *o, struct err *e);

/* No PUT of it follows. */
void s3_job_close_file(struct s3_job *j);

/* What its PUT says beyond the body: the number of headers. */
size_t s3_job_headers(struct s3_job *j, const struct s3_put_options *o,
                      struct sigv4_pair headers[S3_JOB_HEADERS_MOST]);

#endif
