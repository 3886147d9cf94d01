/*
 * label.h - ground truth about a record, kept outside it
 *
 * One JSON object a line in labels.jsonl. Records are byte-identical with labels on or off.
 */
#ifndef CLOUDTRAIL_LABEL_H
#define CLOUDTRAIL_LABEL_H

#include <stdint.h>

#include "base/span.h"

struct buf;
struct err;

struct label {
    struct span key;        /* the log file it is in */
    struct span event_id;   /* 36 characters */
    int64_t time_ms;        /* eventTime */
    struct span event_name; /* "UpdateEnvironment" */
    struct span actor;      /* the scenario's name for who did it */
    struct span story;      /* the story's name */
    struct span instance;   /* which run of the story, unique in the output */
    struct span verdict;    /* "attack" or "twin" */
    struct span step;       /* the step's name inside the story */
    struct span techniques; /* JSON array text of ATT&CK ids, "[]" for none */
};

/* Takes ${l}, valid during the call; 0 or -1. */
typedef int label_take_fn(void *ctx, const struct label *l, struct err *e);

/**
 * label_write(out, l):
 * Append ${l} as one line of JSON with its line feed.
 */
void label_write(struct buf *out, const struct label *l);

#endif
