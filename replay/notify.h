/*
 * notify.h - announcements of log files: gathered, put into words, handed to a place, counted
 *
 * Whoever puts log files tells of each arrival, on any thread; couriers of their own turn arrivals
 * into messages and hand these to where they go: a folder, a file of lines, a queue. Every object
 * that is in its place is announced at least once, or told as one that was not.
 */
#ifndef REPLAY_NOTIFY_H
#define REPLAY_NOTIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "cloudtrail/sink.h"
#include "replay/notify_text.h"

struct err;

enum { NOTIFY_WHY_N = 256, NOTIFY_BATCH_MOST = 10, NOTIFY_PLACES_MOST = 8 };

/* A message on its way. */
struct notify_message {
    struct span text;
    bool sent;              /* filled by send: it is there, */
    char why[NOTIFY_WHY_N]; /* or why it never will be; neither when the run stopped first */
};

/* Where messages go. Each place is used by one courier; several of them work side by side. */
struct notify_place_ops {
    const char *name;
    /* Hand over ${n} messages, at most NOTIFY_BATCH_MOST, and wait until each is there or given up;
       -1: no other message would fare better. */
    int (*send)(void *self, struct notify_message *messages, size_t n, struct err *e);
    void (*close)(void *self);
};

struct notify_place {
    const struct notify_place_ops *ops;
    void *self;
};

struct notify_options {
    struct notify_style style;
    unsigned keys;              /* log files in a message, 1 .. NOTIFY_KEYS_MOST */
    int64_t linger_ms;          /* how long a message waits for more of them; -1: until a pause */
    struct span bucket, region; /* of log files whose place has none */
    bool rename;                /* call every bucket by that name */
    int64_t (*utc_ms)(void);    /* NULL: utc_now_ms */
};

struct notify_totals {
    uint64_t objects, messages; /* announced, in so many messages */
    uint64_t failed;            /* objects that could not be announced */
};

struct notify;

/**
 * notify_open(out, o, places, n, e):
 * Start a courier for each of the ${n} places, 1 .. NOTIFY_PLACES_MOST. With one, messages keep the
 * order of arrivals.
 *
 * Owns:   the places are the notifier's in every case; the spans of ${o} are copied.
 * Errors: ERR_WORK when there are no threads.
 */
int notify_open(struct notify **out, const struct notify_options *o,
                const struct notify_place *places, size_t n, struct err *e);

/* The sink_arrived_fn of a struct notify: any thread. */
void notify_arrived(void *ctx, const struct sink_arrival *a);

/**
 * notify_ready(n, e):
 * Wait until there is room for more arrivals, so that a slow queue slows the run down, not the
 * transfers in flight. -1 and the error when nothing can be announced any more.
 */
int notify_ready(struct notify *n, struct err *e);

/* What has arrived so far waits for nothing more. */
void notify_pause(struct notify *n);

/**
 * notify_finish(n, totals, lost, lost_ctx, e):
 * Wait until all is announced, then report; tells ${lost} of what was not, the first
 * NOTIFY_LOST_TOLD with the reason.
 *
 * Errors: -1 and ERR_WORK when the couriers stopped; ${totals} is filled in every case.
 */
int notify_finish(struct notify *n, struct notify_totals *totals, sink_lost_fn *lost,
                  void *lost_ctx, struct err *e);

/* After finish or without it: what was not sent yet is dropped. */
void notify_close(struct notify *n);

#endif
