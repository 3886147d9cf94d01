/*
 * sigv4.h - AWS Signature Version 4: a request, credentials and an instant become one header
 *
 * Pure: no clock, no environment, no socket. A path or query is signed exactly as it is sent, so
 * encode it once, here, and use the same bytes for the URL.
 */
#ifndef REPLAY_SIGV4_H
#define REPLAY_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/span.h"

enum {
    SIGV4_PAIRS_MAX = 32,       /* headers, or query parameters, of one request */
    SIGV4_DATE_N = 16,          /* "20130524T000000Z" */
    SIGV4_SECRET_MAX = 256,     /* bytes of a secret key; AWS's have 40 */
    SIGV4_CANONICAL_MAX = 65536 /* bytes of a canonical request */
};

/* A header or a query parameter, not encoded. */
struct sigv4_pair {
    struct span name, value;
};

struct sigv4_request {
    struct span method;
    struct span path;  /* encoded */
    struct span query; /* as from sigv4_put_query, or empty */
    const struct sigv4_pair *headers;
    size_t headers_n;    /* all are signed; host and x-amz-date must be among them */
    struct span payload; /* hex SHA-256 of the body, or "UNSIGNED-PAYLOAD" */
};

/* Who signs, and the signing key of the day, kept because it changes once a day. */
struct sigv4_signer {
    struct span access_key, secret, region, service; /* the caller's, as long as the signer */
    bool keyed;
    char day[8]; /* which day and region ${key} is for */
    struct span key_region;
    uint8_t key[HASH_SHA256_N];
    struct buf canonical; /* scratch */
    struct buf names;     /* scratch: SignedHeaders */
};

/**
 * sigv4_init(s, access_key, secret, region, service):
 * Make ${s} ready to sign. An access key is opaque text and is never encoded.
 *
 * Shape:  ${secret} at most SIGV4_SECRET_MAX bytes.
 * Owns:   the spans stay the caller's; free the scratch with sigv4_free.
 */
void sigv4_init(struct sigv4_signer *s, struct span access_key, struct span secret,
                struct span region, struct span service);
void sigv4_free(struct sigv4_signer *s);

/**
 * sigv4_put_encoded(out, text, keep_slash):
 * Append ${text} with every byte but A-Z a-z 0-9 - . _ ~ as %XX; '/' stays when ${keep_slash}.
 *
 * Source: Signature Version 4, UriEncode; S3 encodes a path once and does not normalise it.
 */
void sigv4_put_encoded(struct buf *out, struct span text, bool keep_slash);

/**
 * sigv4_put_query(out, pairs, pairs_n):
 * Append the query: encoded, sorted by encoded name and value, "name=" also for empty values.
 */
void sigv4_put_query(struct buf *out, const struct sigv4_pair *pairs, size_t pairs_n);

/* The value of x-amz-date for ${now_ms}. No NUL. */
void sigv4_date(char at[SIGV4_DATE_N], int64_t now_ms);

/**
 * sigv4_put_canonical(out, names, r):
 * Append the canonical form of ${r} to ${out} and its signed header names to ${names}.
 */
void sigv4_put_canonical(struct buf *out, struct buf *names, const struct sigv4_request *r);

/**
 * sigv4_sign(out, s, r, now_ms):
 * Append the value of the Authorization header for ${r}; its x-amz-date header must be that of
 * ${now_ms}.
 *
 * Source: "Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference.
 */
void sigv4_sign(struct buf *out, struct sigv4_signer *s, const struct sigv4_request *r,
                int64_t now_ms);

#endif
