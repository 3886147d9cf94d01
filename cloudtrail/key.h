/*
 * key.h - where a log file lies: its key in the bucket, which is also its path below a directory
 *
 * [prefix/]AWSLogs/[o-orgid/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/
 *     ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_16CHARS.json.gz
 */
#ifndef CLOUDTRAIL_KEY_H
#define CLOUDTRAIL_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct buf;
struct err;

enum {
    KEY_MAX = 1024, /* bytes of an S3 key */
    KEY_SUFFIX_N = 16
};

enum key_kind { KEY_LOG, KEY_DIGEST, KEY_INSIGHT, KEY_OTHER };

struct key_parts {
    enum key_kind kind;
    struct span prefix;       /* without slashes at its ends; empty for none */
    struct span organization; /* "o-..." or empty */
    struct span account;      /* 12 digits, as the file name says */
    struct span region;
    int64_t stamp_ms;   /* the name's time; CloudTrail's is a multiple of five minutes */
    struct span suffix; /* 16 characters of A-Z a-z 0-9 */
};

/**
 * key_stamp(newest_ms):
 * The stamp of a file whose newest event is at ${newest_ms}: rounded up to five minutes.
 *
 * Source: every one of 3 938 published files; not documented by AWS.
 */
int64_t key_stamp(int64_t newest_ms);

/**
 * key_suffix(at, bits):
 * Sixteen characters of A-Z a-z 0-9 made from the 128 ${bits}, evenly spread. No NUL.
 */
void key_suffix(char at[KEY_SUFFIX_N], const uint64_t bits[2]);

/**
 * key_write(out, k, gzipped):
 * Append the key of a KEY_LOG; its day folder is the stamp's day. ".json" instead of ".json.gz"
 * when not ${gzipped}. At most KEY_MAX bytes: check key_prefix first.
 */
void key_write(struct buf *out, const struct key_parts *k, bool gzipped);

/**
 * key_read(out, text, e):
 * Take the key ${text} apart. The file name is enough: without CloudTrail's folders before it,
 * prefix and organization are empty. Digest, insight and other keys only get their kind.
 *
 * Owns:   the spans point into ${text}.
 * Errors: ERR_INPUT when the name begins like a log file's and is not one (a stamp that is no time,
 *         a suffix of another length); ${out} is untouched.
 */
int key_read(struct key_parts *out, struct span text, struct err *e);

/* What kind of object the key ${text} names; whether a log file's is well formed, key_read tells. */
enum key_kind key_kind(struct span text);

/**
 * key_prefix(prefix, e):
 * Whether ${prefix} can stand before AWSLogs: at most 200 bytes, no control characters, no empty
 * part or one that begins with "." (file_walk would not see it), no slash at either end; empty is
 * fine. ERR_INPUT says what is wrong.
 *
 * Source: the limit is CloudTrail's (S3KeyPrefix, 200 characters).
 */
int key_prefix(struct span prefix, struct err *e);

/* Whether ${text} is 12 digits. */
bool key_is_account(struct span text);

/* The partition of ${region}: "aws", "aws-cn" or "aws-us-gov". */
const char *key_partition(struct span region);

#endif
