/*
 * notify_text.h - what CloudTrail, S3, SNS and EventBridge say when a log file has arrived
 *
 * Pure: everything but the time of arrival is a function of bucket, key and ETag, so that a message
 * that is sent again is known again.
 */
#ifndef REPLAY_NOTIFY_TEXT_H
#define REPLAY_NOTIFY_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

enum notify_form {
    NOTIFY_S3,             /* S3's event, as it comes straight from the bucket */
    NOTIFY_SNS_S3,         /* the same inside SNS's envelope */
    NOTIFY_CLOUDTRAIL,     /* CloudTrail's message, as raw delivery gives it */
    NOTIFY_SNS_CLOUDTRAIL, /* the same inside SNS's envelope */
    NOTIFY_EVENTBRIDGE     /* S3's event as EventBridge has it */
};

/* How --notify-form calls them, NULL behind the last. */
extern const char *const notify_text_forms[];

enum {
    NOTIFY_KEYS_MOST = 32,      /* log files in one message */
    NOTIFY_TEXT_MAX = 256 << 10 /* bytes of a message: so many keys, however they are escaped */
};

struct notify_object {
    struct span bucket, region;
    struct span key;     /* at most KEY_MAX bytes */
    struct span etag;    /* with or without quotes */
    struct span version; /* or empty */
    uint64_t bytes;
    int64_t arrived_ms;
};

struct notify_style {
    enum notify_form form;
    struct span topic; /* its ARN; empty: one of the account that the key names */
    bool one_line;     /* SNS's envelope without its line breaks */
};

/**
 * notify_text_names(form, key):
 * Whether a message of ${form} can name ${key}: those that hold it as it is must be UTF-8.
 */
bool notify_text_names(enum notify_form form, struct span key);

/**
 * notify_text_tells(form, key):
 * Whether anything is said of ${key} at all: CloudTrail announces log and insight files, not
 * digests.
 *
 * Source: AWS CloudTrail User Guide, "Configuring Amazon SNS notifications for CloudTrail".
 */
bool notify_text_tells(enum notify_form form, struct span key);

/**
 * notify_text_put(out, style, objects, n):
 * Append the message that tells of ${n} objects of one bucket, 1 .. NOTIFY_KEYS_MOST; only the
 * forms of CloudTrail and of S3 hold more than one. At most NOTIFY_TEXT_MAX bytes.
 *
 * Shape:  CloudTrail's forms have the keys as they are; S3's have them encoded as a form is, a
 * space as '+'; EventBridge's has it as it is. Source: "Event message structure", Amazon S3 User
 * Guide (version 2.1); "Configuring Amazon SNS notifications for CloudTrail"; messages in public
 * test fixtures.
 */
void notify_text_put(struct buf *out, const struct notify_style *style,
                     const struct notify_object *objects, size_t n);

/**
 * notify_text_put_test(out, style, bucket, region, now_ms):
 * Append what is sent when the notification is set up: s3:TestEvent, or CloudTrail's line, which is
 * no JSON. EventBridge has none: false, and nothing is appended.
 */
bool notify_text_put_test(struct buf *out, const struct notify_style *style, struct span bucket,
                          struct span region, int64_t now_ms);

#endif
