/*
 * source.h - the seam that gives log files, one after another
 */
#ifndef CLOUDTRAIL_SOURCE_H
#define CLOUDTRAIL_SOURCE_H

#include "cloudtrail/logfile.h"

struct err;

struct source_ops {
    const char *name;
    /* 1 and ${out} holds the next log file, the caller's now; 0 at the end; -1. */
    int (*next)(void *self, struct logfile *out, struct err *e);
    void (*close)(void *self);
};

struct source {
    const struct source_ops *ops;
    void *self;
};

#endif
