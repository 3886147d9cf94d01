/*
 * sqs.h - messages to a queue: SQS's JSON protocol, ten at a time, tried again, given up
 *
 * One request at a time, waited for; where more shall be on their way, several of these work side
 * by side. A message is sent at least once: behind a lost answer it is sent again.
 */
#ifndef REPLAY_SQS_H
#define REPLAY_SQS_H

#include <signal.h>
#include <stdint.h>

#include "base/span.h"
#include "replay/creds.h"
#include "replay/http.h"
#include "replay/notify.h"
#include "replay/pace.h"
#include "replay/sqs_queue.h"

struct arena;
struct err;

struct sqs_options {
    struct sqs_queue queue;
    struct span endpoint; /* where the queue does not say it; empty: AWS's own */
    struct span region;   /* where the queue does not say it */
    struct span access_key, secret, token;
    const struct creds_wish *wish;     /* how to find new credentials; copied; or NULL */
    unsigned attempts;                 /* 0: as retry.h has it */
    const volatile sig_atomic_t *stop; /* set: one try each is enough, and soon; or NULL */
    const struct pace_clock *clock;    /* NULL: the machine's */
    int64_t (*utc_ms)(void);           /* NULL: utc_now_ms */
};

/**
 * sqs_open(out, o, http, e):
 * A place that sends through ${http}, which has room for one connection.
 *
 * Owns:   ${http} is the place's when 0 is returned; the spans of ${o} are copied.
 * Errors: ERR_INPUT for an endpoint or region of wrong form. Of the place: send gives -1 and
 * ERR_WORK when no other message would fare better: no queue, keys refused, nothing reached for all
 *         attempts, or 16 batches in a row given up.
 */
int sqs_open(struct notify_place *out, const struct sqs_options *o, struct http http,
             struct err *e);

/**
 * sqs_find(place, url, e):
 * Ask for the queue of ${place}, a place of sqs_open: whether it is there, and its URL where only
 * its name is known. A key that may send and nothing else is no error where the URL is known.
 *
 * Owns:   ${url} lives as long as the place.
 * Errors: ERR_WORK as send has them.
 */
int sqs_find(const struct notify_place *place, struct span *url, struct err *e);

#endif
