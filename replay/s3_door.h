/*
 * s3_door.h - where a bucket is and who knocks: what a request needs beyond itself
 *
 * Holds the place, the signer and what was learnt from the server: its clock, its region, the host
 * that it sends us to for a while.
 */
#ifndef REPLAY_S3_DOOR_H
#define REPLAY_S3_DOOR_H

#include <stdbool.h>
#include <stdint.h>

#include "replay/creds.h"
#include "replay/http.h"
#include "replay/s3.h"
#include "replay/s3_answer.h"

struct arena;
struct err;

struct s3_door_options {
    struct span endpoint; /* empty: AWS's own */
    struct span bucket, region;
    struct span access_key, secret, token;
    const char *service; /* that is signed for; NULL: "s3" */
    enum s3_style style;
    int64_t (*utc_ms)(void);       /* NULL: utc_now_ms */
    const struct creds_wish *wish; /* how to find new credentials when these have expired; copied;
                                      NULL: there are no others */
};

struct s3_door {
    struct arena *arena;
    struct s3_door_options options;
    struct creds_wish wish;
    struct s3_place place;
    struct span home_host; /* the place's own, when the server sent us elsewhere */
    int64_t away_until_ms;
    struct sigv4_signer signer;
    struct span token;
    int64_t skew_ms;
};

/**
 * s3_door_open(d, a, o, e):
 * A door to ${o}->bucket; everything is copied into ${a}, which must outlive it.
 *
 * Errors: ERR_INPUT as s3_place_make.
 */
int s3_door_open(struct s3_door *d, struct arena *a, const struct s3_door_options *o,
                 struct err *e);
void s3_door_close(struct s3_door *d);

/**
 * s3_door_prepare(d, out, r):
 * Make ${r} ready to be sent, signed as of now by the server's clock.
 */
void s3_door_prepare(struct s3_door *d, struct s3_prepared *out, const struct s3_request *r);

/**
 * s3_door_turn(d, action, r, error):
 * Do what ${action} (S3_CLOCK, S3_REGION, S3_ELSEWHERE, S3_KEYS) asks for after the answer ${r}:
 * true when the request is worth another try because of it.
 *
 * Shape:  a redirect is followed to a host that is the endpoint's or lies below its domain, with
 *         the endpoint's scheme; it is forgotten after five minutes.
 */
bool s3_door_turn(struct s3_door *d, enum s3_action action, const struct http_reply *r,
                  const struct s3_error *error);

#endif
