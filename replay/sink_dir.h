/*
 * sink_dir.h - log files into a directory, each whole or not at all
 *
 * A file is written under a temporary name beside its place and renamed when its bytes are on the
 * disk; a group of files shares one synchronisation. A name that exists is never overwritten.
 */
#ifndef REPLAY_SINK_DIR_H
#define REPLAY_SINK_DIR_H

#include <stdbool.h>

#include "base/span.h"
#include "cloudtrail/sink.h"

struct err;

struct sink_dir_options {
    const char *root;   /* made when it is missing */
    bool resume;        /* clear away what a killed run left unfinished */
    bool volatile_ok;   /* leave the writing back to the system: faster, lost in a power cut */
    sink_lost_fn *lost; /* or NULL */
    void *lost_ctx;
    sink_arrived_fn *arrived; /* or NULL; called by put, pass, flush and finish, on their thread */
    void *arrived_ctx;
};

/**
 * sink_dir_open(out, o, e):
 * A sink below ${o}->root.
 *
 * Errors: ERR_WORK when the folder cannot be made or opened, or with resume when another run writes
 *         there. Of the sink: put gives -1 when the
 * disk is full or broken; a key that is no safe path, or that is there with other bytes, is a file
 * given up.
 */
int sink_dir_open(struct sink *out, const struct sink_dir_options *o, struct err *e);

/**
 * sink_dir_key_is_safe(key):
 * Whether ${key} is a path that stays below the root: no empty, "." or ".." segment, no control
 * character, not absolute.
 */
bool sink_dir_key_is_safe(struct span key);

#endif
