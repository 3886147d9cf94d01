/*
 * s3_call.h - reads from a bucket: listings one at a time, objects some ahead, in the order asked
 *
 * Tries again by the same table as the PUTs of a sink do. All on the caller's thread: what is on
 * its way moves while the caller waits for the oldest.
 */
#ifndef REPLAY_S3_CALL_H
#define REPLAY_S3_CALL_H

#include <signal.h>

#include "base/buf.h"
#include "replay/http.h"
#include "replay/pace.h"
#include "replay/retry.h"
#include "replay/s3_door.h"

struct err;
struct s3_read;

enum { S3_CALL_KEY_MOST = 8192 /* bytes: some stores have longer keys than S3 */ };

struct s3_call {
    struct s3_door door;
    struct http http; /* the caller's to close; gives bodies up to LOGFILE_BODY_MAX */
    struct retry retry;
    const struct pace_clock *clock;
    const volatile sig_atomic_t *stop; /* set: do not try again; or NULL */
    int64_t last_ns;                   /* until when a stopped run waits, or 0 */

    struct s3_read *reads; /* a ring of as many as there are connections */
    unsigned reads_n, first, n, flying;
    uint64_t ahead_n; /* bytes that those asked for have, by what was said */
};

/* What was read; valid until the next ask or take. */
struct s3_object {
    struct span key;
    struct buf *body;                 /* the caller may take the bytes out of it */
    struct span signature, algorithm; /* its metadata, of a digest; or empty */
};

/**
 * s3_call_open(c, a, door, http, connections, attempts, e) / s3_call_close(c):
 * Ready to ask through ${http}, which has so many connections; what is learnt lives in ${a}.
 *
 * Errors: ERR_INPUT as s3_place_make.
 */
int s3_call_open(struct s3_call *c, struct arena *a, const struct s3_door_options *door,
                 struct http http, unsigned connections, unsigned attempts, struct err *e);
void s3_call_close(struct s3_call *c);

/* Whether one more may be asked for: there is a connection, and not too many bytes are on their way
   already. */
bool s3_call_has_room(const struct s3_call *c);

/**
 * s3_call_ask(c, key, n) / s3_call_take(c, out, e):
 * GET ${key}, which has ${n} bytes as far as is known; and wait for the one that was asked for
 * longest ago. 1; 0 when none was; -1.
 *
 * Errors: ERR_WORK with the server's answer after all attempts; ERR_STOP when the flag was set.
 */
void s3_call_ask(struct s3_call *c, struct span key, uint64_t n);
int s3_call_take(struct s3_call *c, struct s3_object *out, struct err *e);

/* GET the bucket itself with ${query} and wait for the answer: 0 or -1 as take. Nothing else is
   asked for meanwhile. */
int s3_call_get(struct s3_call *c, struct s3_object *out, const struct sigv4_pair *query,
                size_t query_n, struct err *e);

#endif
