/*
 * s3.h - S3 requests as data: where a bucket is, and what is sent there
 *
 * A place is an endpoint and a bucket; a request names what to do with a key; s3_prepare makes the
 * URL and the signed header lines of both. No socket, no clock.
 */
#ifndef REPLAY_S3_H
#define REPLAY_S3_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "replay/http.h"
#include "replay/sigv4.h"

struct arena;
struct err;

enum s3_style {
    S3_STYLE_AUTO, /* virtual host on AWS unless the bucket's name has dots, path elsewhere */
    S3_STYLE_PATH,
    S3_STYLE_VIRTUAL
};

struct s3_place {
    struct span url;    /* for messages: "http://127.0.0.1:9000/base" */
    struct span host;   /* as the Host header has it: port unless usual, IPv6 in brackets */
    struct span base;   /* what the path begins with, the bucket included in path style */
    struct span bucket; /* as s3://BUCKET has it */
    struct span region;
    bool tls;
    bool aws; /* AWS's own endpoint: the region decides the host */
};

/**
 * s3_location(bucket, prefix, text, e):
 * Take "s3://BUCKET[/PREFIX]" apart; ${prefix} has no slash at its ends.
 *
 * Owns:   both point into ${text}.
 * Errors: ERR_INPUT for another form or a name that no bucket can have.
 */
int s3_location(struct span *bucket, struct span *prefix, struct span text, struct err *e);

/**
 * s3_place_make(out, a, endpoint, bucket, region, style, e):
 * Find ${bucket} at the URL ${endpoint}, or at AWS's endpoint of ${region} where it is empty.
 *
 * Owns:   what ${out} points to lives in ${a}.
 * Errors: ERR_INPUT when ${endpoint} is no http(s) URL of a host, or has a user, query or fragment,
 *         or ${region} is not a word of a-z, 0-9 and "-".
 */
int s3_place_make(struct s3_place *out, struct arena *a, struct span endpoint, struct span bucket,
                  struct span region, enum s3_style style, struct err *e);

struct s3_request {
    const char *method;
    struct span key; /* empty: the bucket itself */
    const struct sigv4_pair *query;
    size_t query_n;
    const struct sigv4_pair *headers; /* beyond host, date, body hash, token, authorization */
    size_t headers_n;
    const uint8_t *body_sha256;
    struct span token; /* session token, or empty */
};

/* A request ready for http; kept between uses. */
struct s3_prepared {
    struct buf url;
    struct buf lines; /* header lines, each ends in NUL */
    const char *headers[HTTP_HEADERS_MAX];
    size_t headers_n;
};

void s3_prepared_init(struct s3_prepared *p);
void s3_prepared_free(struct s3_prepared *p);

/**
 * s3_prepare(out, place, signer, r, now_ms):
 * Encode and sign ${r} as of ${now_ms}. Signed are host, x-amz-*, content-type, content-md5 and
 * if-none-match; what proxies may change is not.
 *
 * Shape:  the key at most 1 024 bytes, all headers together at most 32 KB.
 */
void s3_prepare(struct s3_prepared *out, const struct s3_place *place, struct sigv4_signer *signer,
                const struct s3_request *r, int64_t now_ms);

#endif
