/*
 * s3_call.h - one request at a time, waited for: listings and reads
 *
 * Tries again by the same table as the PUTs of a sink do.
 */
#ifndef REPLAY_S3_CALL_H
#define REPLAY_S3_CALL_H

#include <signal.h>

#include "replay/http.h"
#include "replay/pace.h"
#include "replay/retry.h"
#include "replay/s3_door.h"

struct err;

struct s3_call {
    struct s3_door door;
    struct http http; /* the caller's to close */
    struct retry retry;
    struct s3_prepared prepared;
    const struct pace_clock *clock;
    const volatile sig_atomic_t *stop; /* set: do not try again; or NULL */
};

/* What was read; valid until the next call. */
struct s3_object {
    struct span body;
    struct span signature, algorithm; /* its metadata, of a digest; or empty */
};

/**
 * s3_call_open(c, a, door, http, attempts, e) / s3_call_close(c):
 * Ready to ask through ${http}; what is learnt lives in ${a}.
 *
 * Errors: ERR_INPUT as s3_place_make.
 */
int s3_call_open(struct s3_call *c, struct arena *a, const struct s3_door_options *door,
                 struct http http, unsigned attempts, struct err *e);
void s3_call_close(struct s3_call *c);

/**
 * s3_call_get(c, out, key, query, query_n, e):
 * GET ${key}, or the bucket itself where it is empty.
 *
 * Errors: ERR_WORK with the server's answer after all attempts; ERR_STOP when the flag was set.
 */
int s3_call_get(struct s3_call *c, struct s3_object *out, struct span key,
                const struct sigv4_pair *query, size_t query_n, struct err *e);

#endif
