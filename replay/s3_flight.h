/*
 * s3_flight.h - the PUTs of a sink while they are on their way
 *
 * A thread of its own takes objects from a queue, sends them, tries again, gives them up, and hands
 * each back through the other queue. Concurrency opens from one as answers come and closes when the
 * server is slow or gone. The same key with the same bytes makes a repeated PUT harmless.
 */
#ifndef REPLAY_S3_FLIGHT_H
#define REPLAY_S3_FLIGHT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "cloudtrail/sink.h"
#include "replay/http.h"
#include "replay/pace.h"
#include "replay/retry.h"
#include "replay/s3_door.h"
#include "replay/s3_job.h"

enum { S3_FLIGHT_LAST_MS = 10000 /* for what is on its way when the run was stopped */ };

struct s3_flight {
    struct s3_door door;
    struct http http;
    struct s3_put_options put;
    sink_arrived_fn *arrived; /* or NULL; called on the transfer thread */
    void *arrived_ctx;
    const struct pace_clock *clock;
    unsigned jobs_n; /* that exist */
    struct work_queue *idle, *ready;
    atomic_bool hungry;     /* the thread waits for more from ${ready}: wake it */
    struct s3_job end;      /* its address in ${ready} marks the end */
    struct work_lock *lock; /* on ${hurried} */
    bool hurried;           /* the run was stopped */

    /* The transfer thread's until it has ended; ${fatal} also once ${ready} has ended. */
    void **done; /* room for all; not handed back yet */
    unsigned done_n;
    struct s3_job **waiting; /* room for all; for their next attempt */
    unsigned waiting_n, flying;
    bool all_seen;    /* nothing more comes from ${ready} */
    int64_t hurry_ns; /* when a stopped run ends at the latest, or 0 */
    struct retry retry;
    uint64_t attempts;
    struct err fatal;
};

/**
 * s3_flight_run(ctx):
 * The thread of struct s3_flight ${ctx}: returns when the end was taken from ${ready} and nothing
 * is on its way any more.
 */
void s3_flight_run(void *ctx);

/**
 * s3_flight_hurry(s):
 * The run was stopped: what is on its way, and what waits to be tried again, has S3_FLIGHT_LAST_MS;
 * then it is cut off and lost. For the caller's thread.
 */
void s3_flight_hurry(struct s3_flight *s);

#endif
