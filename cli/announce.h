/*
 * announce.h - what the command line says of notifications, and a run's notifier made of it
 */
#ifndef CLI_ANNOUNCE_H
#define CLI_ANNOUNCE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cloudtrail/sink.h"
#include "replay/notify.h"
#include "replay/target.h"

struct buf;
struct err;

struct announce_options {
    const char *place, *topic, *bucket; /* NULL: not given */
    uint64_t keys;                      /* 0: not given */
    int form, test;                     /* indexes of words */
};

extern const char *const announce_tests[];

/* The rows of a command's options; ${at} gives the offset of a member of its announce_options. */
#define ANNOUNCE_ROWS(at)                                                                          \
    {"notify",                                                                                     \
     OPT_TEXT,                                                                                     \
     at(place),                                                                                    \
     0,                                                                                            \
     0,                                                                                            \
     NULL,                                                                                         \
     "PLACE",                                                                                      \
     "announce each log file once it can be read: sqs://QUEUE, a queue's URL, DIR, FILE.jsonl, "   \
     "-"},                                                                                         \
        {"notify-form",                                                                            \
         OPT_WORD,                                                                                 \
         at(form),                                                                                 \
         0,                                                                                        \
         0,                                                                                        \
         notify_text_forms,                                                                        \
         "FORM",                                                                                   \
         "s3 (the default), sns-s3, cloudtrail, sns-cloudtrail, eventbridge"},                     \
        {"notify-bucket",                                                                          \
         OPT_TEXT,                                                                                 \
         at(bucket),                                                                               \
         0,                                                                                        \
         0,                                                                                        \
         NULL,                                                                                     \
         "NAME",                                                                                   \
         "the bucket that messages name (that of --to; a directory's own name)"},                  \
        {"notify-topic",                                                                           \
         OPT_TEXT,                                                                                 \
         at(topic),                                                                                \
         0,                                                                                        \
         0,                                                                                        \
         NULL,                                                                                     \
         "ARN",                                                                                    \
         "the topic that messages of an sns- form come from"},                                     \
        {"notify-keys",    OPT_COUNT, at(keys), 1,                                                 \
         NOTIFY_KEYS_MOST, NULL,      "N",      "up to N log files in one message (1)"},           \
    {                                                                                              \
        "notify-test", OPT_WORD, at(test), 0, 0, announce_tests, "auto|yes|no",                    \
            "begin with the message that setting it up sends (yes for s3 forms, else no)"          \
    }

/* A run's notifications; all NULL and 0 when none are wanted. */
struct announce {
    struct notify *notify;
    bool buckets; /* only buckets announce what arrives in them */
    struct notify_totals totals;
};

/**
 * announce_check(o, to, to_n, e):
 * Whether the options of ${o} go together, and with the ${to_n} places of ${to}.
 */
int announce_check(const struct announce_options *o, const char *const *to, size_t to_n,
                   struct err *e);

/**
 * announce_open(out, o, to, to_n, target, stop, e):
 * Open what ${o} names, which announce_check has found fine, and send the message of its set-up.
 * ${target} says how the log files are sent: region, profile, resume.
 *
 * Errors: as notify_place_open; ERR_INPUT when a directory's name is none for a bucket.
 */
int announce_open(struct announce *out, const struct announce_options *o, const char *const *to,
                  size_t to_n, const struct target_options *target,
                  const volatile sig_atomic_t *stop, struct err *e);

/* Let ${target}, options for the place ${to}, tell of arrivals if that place announces them. */
void announce_target(const struct announce *a, struct target_options *target, const char *to);

/* Put the notifier's wait in front of ${sink}, which all places are behind. */
void announce_wrap(const struct announce *a, struct sink *sink);

/**
 * announce_finish(a, lost, lost_ctx, e):
 * Behind the sink's finish: wait until all is announced and fill ${a}->totals.
 *
 * Errors: ERR_WORK when something was not.
 */
int announce_finish(struct announce *a, sink_lost_fn *lost, void *lost_ctx, struct err *e);

/* What ${o} led to, as a member of JSON or a line of a summary; nothing when it names no place. */
void announce_put(struct buf *b, const struct announce_options *o, const struct notify_totals *t);
void announce_print(FILE *out, const struct announce_options *o, const struct notify_totals *t);

/* After all sinks are closed. */
void announce_close(struct announce *a);

/* Where the summary goes: stdout, or stderr where the messages have that. */
FILE *announce_summary(const struct announce_options *o);

#endif
