/*
 * sink.h - the seam that takes log files
 */
#ifndef CLOUDTRAIL_SINK_H
#define CLOUDTRAIL_SINK_H

#include "cloudtrail/logfile.h"

struct err;

/* What became of the log files a sink was given; filled by finish. */
struct sink_totals {
    uint64_t files;    /* that arrived */
    uint64_t bytes;    /* of their objects */
    uint64_t same;     /* that were there already, byte for byte */
    uint64_t failed;   /* given up */
    uint64_t attempts; /* requests sent, for sinks that try again */
    int64_t more;      /* records in files that were unread when they were put, and were others */
};

/* Hears of each log file that was given up: its key and why, in one line; an empty ${why} means
   that the run stopped before its turn, and the error that stopped it says why. */
typedef void sink_lost_fn(void *ctx, struct span key, struct span why);

/* A log file that is in its place, where readers find it; valid during the call. */
struct sink_arrival {
    struct span bucket, region; /* empty for a directory */
    struct span key;            /* with the place's prefix */
    uint64_t bytes;
    struct span etag;    /* as the bucket gave it; else the MD5 of its bytes in hex */
    struct span version; /* of a bucket that keeps versions, or empty */
};

/* Hears of each log file once it can be read, whether it arrived now or was there already; also
   on a thread of the sink's own. */
typedef void sink_arrived_fn(void *ctx, const struct sink_arrival *a);

struct sink_ops {
    const char *name;
    /* Whether put takes log files whose bytes are still in their file. */
    bool takes_unread;
    /* Whether ${f} is there already, byte for byte: 1, 0, -1. NULL where a sink cannot tell. */
    int (*holds)(void *self, const struct logfile *f, struct err *e);
    /* ${f} is passed over because it is held: whoever hears of arrivals hears of it. NULL where
       nobody does. */
    int (*pass)(void *self, const struct logfile *f, struct err *e);
    /* 0 and the body is the sink's (it may still be on its way); -1: the run cannot go on. */
    int (*put)(void *self, struct logfile *f, struct err *e);
    /* A pause in the run begins: what was put becomes visible now. NULL where it does at once. */
    int (*flush)(void *self, struct err *e);
    /* Wait for all that is on its way, then report; -1 when the sink itself broke. Files given up
       are no error of finish: they are counted in ${totals} and were told to the sink_lost_fn. */
    int (*finish)(void *self, struct sink_totals *totals, struct err *e);
    void (*close)(void *self);
};

struct sink {
    const struct sink_ops *ops;
    void *self;
};

#endif
