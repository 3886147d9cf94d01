/*
 * digest_option.h - what the command line says of digests: the key, and the bucket they tell of
 */
#ifndef CLI_DIGEST_OPTION_H
#define CLI_DIGEST_OPTION_H

#include <stddef.h>

#include "base/arena.h"
#include "cloudtrail/digest.h"

struct buf;
struct err;
struct sign_key;

/* The file of the public key below a directory that log files go to. */
#define DIGEST_PUBLIC_KEY "digest-public-key.pem"

/* The bucket of a directory that no --digest-bucket names. */
#define DIGEST_BUCKET "cloudtrail-logs"

/* The trail that no --digest-trail names, as the console calls the first one. */
#define DIGEST_TRAIL "management-events"

/* Each NULL where the command line does not say it. */
struct digest_option {
    const char *key;    /* no key: no digests */
    const char *bucket; /* BUCKET[/PREFIX] */
    const char *trail;
};

/* The key, and what digests shall tell. */
struct digest_wish {
    struct arena arena;
    struct sign_key *key; /* NULL: no digests */
    struct digest_options options;
};

/**
 * digest_wish_open(out, o, to, to_n, e):
 * Read the key and find the bucket: as said, or the one among the places ${to}, or DIGEST_BUCKET.
 *
 * Errors: ERR_INPUT for a key or a name that cannot be used, places in different buckets, options
 *         that mean nothing without a key.
 */
int digest_wish_open(struct digest_wish *out, const struct digest_option *o, const char *const *to,
                     size_t to_n, struct err *e);
void digest_wish_close(struct digest_wish *w);

/* Append what of the wish changes bytes, as a member of JSON. */
void digest_wish_put(struct buf *out, const struct digest_wish *w);

/**
 * digest_wish_publish(w, folder, e):
 * Write the public key into ${folder}, which is made when it is missing.
 */
int digest_wish_publish(const struct digest_wish *w, const char *folder, struct err *e);

#endif
