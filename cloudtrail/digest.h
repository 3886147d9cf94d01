/*
 * digest.h - digest files: every hour one for each account and region, which vouches for the log
 * files that were delivered in it, and for the digest before
 *
 * AWSLogs/[o-orgid/]ACCOUNT/CloudTrail-Digest/REGION/YYYY/MM/DD/
 *     ACCOUNT_CloudTrail-Digest_REGION_TRAIL_HOMEREGION_YYYYMMDDTHHMMSSZ.json.gz
 */
#ifndef CLOUDTRAIL_DIGEST_H
#define CLOUDTRAIL_DIGEST_H

#include <stdint.h>

#include "base/gzip.h"
#include "base/span.h"
#include "cloudtrail/logfile.h"

struct digests;
struct err;
struct sign_key;

struct digest_options {
    const struct sign_key *key;
    struct span bucket, prefix; /* where the keys lie: a digest tells its own place */
    struct span trail;          /* its name, */
    struct span home;           /* and its region; empty: that of the first log file */
    int64_t start_ms;           /* when logging starts: hours are counted from here */
    enum gzip_kind gzip;
};

/**
 * digests_fingerprint(out, key):
 * How AWS calls the public key: 32 hex digits, no NUL.
 *
 * Source: four published keys; it is the MD5 of the DER.
 */
void digests_fingerprint(char out[32], const struct sign_key *key);

/**
 * digests_open(o):
 * No chain yet.
 *
 * Owns: the spans of ${o} are copied, the key stays the caller's.
 */
struct digests *digests_open(const struct digest_options *o);
void digests_close(struct digests *d);

/**
 * digests_chain(d, place):
 * Begin the chain of the account and region of ${place}, if there is none: with a digest of the
 * hour before, which lists nothing. Prefix and organization are those of the log files' keys.
 */
void digests_chain(struct digests *d, const struct key_parts *place);

/**
 * digests_add(d, f):
 * ${f}, hashed and with its deliver_ms, is delivered: its hour's digest will list it; if that was
 * written already, the next one. Begins its chain. Nothing when its key is no log file's.
 */
void digests_add(struct digests *d, const struct logfile *f);

/**
 * digests_settle(d, horizon_ms, take, ctx, e):
 * Give ${take} the digests of all hours that end by ${horizon_ms}, hour by hour, in the order in
 * which the chains began. Each is signed; its deliver_ms lies 16 to 23 minutes behind its hour.
 *
 * Errors: those of ${take}; ERR_INPUT when a digest would be longer than a log file may be.
 * Source: 82 hours of 21 regions of a published trail: cadence, and 995 to 1 372 s until delivery.
 */
int digests_settle(struct digests *d, int64_t horizon_ms, logfile_take_fn *take, void *ctx,
                   struct err *e);

/* Logging stops and starts again at ${start_ms}: all chains begin anew there. After digests_finish.
 */
void digests_restart(struct digests *d, int64_t start_ms);

/* Logging stops behind all that was added: settle the hours until then, the last one too. */
int digests_finish(struct digests *d, logfile_take_fn *take, void *ctx, struct err *e);

/* How many were made. */
uint64_t digests_count(const struct digests *d);

#endif
