/*
 * sink_s3.h - log files into a bucket: a window of PUTs in flight, tried again, given up
 *
 * Transfers run on a thread of their own, so that whoever makes log files never waits for one
 * transfer; put waits only when the window is full. Concurrency opens from one as answers come and
 * closes when the server is slow or gone. The same key with the same bytes makes a repeated PUT
 * harmless.
 */
#ifndef REPLAY_SINK_S3_H
#define REPLAY_SINK_S3_H

#include <stdint.h>

#include "base/span.h"
#include "replay/http.h"
#include "replay/pace.h"
#include "replay/s3.h"
#include "cloudtrail/sink.h"

struct err;

enum { SINK_S3_CONNECTIONS = 16 };

struct sink_s3_options {
    struct span endpoint; /* empty: AWS's own */
    struct span bucket, prefix, region;
    struct span access_key, secret, token;
    enum s3_style style;
    struct span acl;      /* value of x-amz-acl; empty: none is sent */
    unsigned connections; /* 0: SINK_S3_CONNECTIONS */
    unsigned attempts;    /* 0: as retry.h has it */
    sink_lost_fn *lost;   /* or NULL; called by put and finish, on their thread */
    void *lost_ctx;
    /* The outside, replaced by tests. */
    const struct pace_clock *clock; /* NULL: the machine's */
    int64_t (*utc_ms)(void);        /* NULL: utc_now_ms */
};

/**
 * sink_s3_open(out, o, http, e):
 * A sink that puts through ${http}, which has room for the connections.
 *
 * Owns:   ${http} is the sink's when 0 is returned; the spans of ${o} are copied.
 * Errors: ERR_INPUT for an endpoint or region of wrong form. Of the sink: put or finish give -1 and
 *         ERR_WORK when no object would fare better: no bucket, keys refused, nothing reached for
 *         all attempts, or 16 objects in a row given up.
 */
int sink_s3_open(struct sink *out, const struct sink_s3_options *o, struct http http,
                 struct err *e);

#endif
