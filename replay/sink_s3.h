/*
 * sink_s3.h - log files into a bucket: a window of PUTs in flight, tried again, given up
 *
 * Transfers run on a thread of their own (s3_flight.h), so that whoever makes log files never waits
 * for one transfer; put waits only when the window is full.
 */
#ifndef REPLAY_SINK_S3_H
#define REPLAY_SINK_S3_H

#include <signal.h>
#include <stdint.h>

#include "base/span.h"
#include "cloudtrail/sink.h"
#include "replay/held.h"
#include "replay/hist.h"
#include "replay/http.h"
#include "replay/pace.h"
#include "replay/s3_door.h"
#include "replay/s3_flight.h"

struct err;

enum { SINK_S3_CONNECTIONS = 16 };

struct sink_s3_options {
    struct s3_door_options door;
    struct span prefix;
    struct s3_put_options put;
    unsigned connections; /* 0: SINK_S3_CONNECTIONS */
    unsigned attempts;    /* 0: as retry.h has it */
    struct held *held;    /* what is there; moves into the sink when 0 is returned; or NULL */
    struct hist *latency; /* gets ns from planned moment to arrival, on the thread of the sink's
                             caller; or NULL */
    sink_lost_fn *lost;   /* or NULL; called by put and finish, on their thread */
    void *lost_ctx;
    sink_arrived_fn *arrived; /* or NULL; called on the transfer thread, and by pass on its own */
    void *arrived_ctx;
    const volatile sig_atomic_t *stop; /* set: what is on its way has S3_FLIGHT_LAST_MS; or NULL */
    const struct pace_clock *clock;    /* NULL: the machine's */
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
