/*
 * sqs_queue.h - which queue is meant: a URL as SQS gives it, or sqs:// and a name
 */
#ifndef REPLAY_SQS_QUEUE_H
#define REPLAY_SQS_QUEUE_H

#include <stdbool.h>

#include "base/span.h"

struct arena;
struct err;

struct sqs_queue {
    struct span endpoint; /* "https://HOST[:PORT]"; empty: the settings say where */
    struct span url;      /* the queue's own; empty: it must be asked for, by account and name */
    struct span account;  /* whose queue, or empty: that of the keys */
    struct span name;
    struct span region; /* that the host names, or empty */
};

/* Whether ${text} is meant as a queue: it begins with sqs://, http:// or https://. */
bool sqs_queue_is(struct span text);

/**
 * sqs_queue_read(out, a, text, e):
 * Take ${text} apart: "https://HOST[:PORT]/ACCOUNT/QUEUE" (http:// as well); the same with sqs://,
 * which is https:// for AWS's hosts and http:// for others; "sqs://[ACCOUNT/]QUEUE".
 *
 * Owns:   what ${out} points to lives in ${a}, or is ${text}'s.
 * Errors: ERR_INPUT for another form, a name that no queue can have, or that of a FIFO queue, to
 *         which neither S3 nor CloudTrail delivers.
 */
int sqs_queue_read(struct sqs_queue *out, struct arena *a, struct span text, struct err *e);

#endif
