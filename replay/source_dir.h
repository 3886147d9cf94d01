/*
 * source_dir.h - log files from trees and single files on disk
 *
 * A tree is walked in the order of keys, or by the time of delivery. Its manifest.json and
 * labels.jsonl, names that begin with ".", and what is neither .json nor .json.gz are left out;
 * digests are passed on as they are. A path that is named itself may hold records one a line
 * (.jsonl, .ndjson); "-" is standard input: lines, or one log file.
 */
#ifndef REPLAY_SOURCE_DIR_H
#define REPLAY_SOURCE_DIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cloudtrail/source.h"

struct err;

struct source_dir_options {
    const char *const *paths; /* as the user named them; at least one */
    size_t paths_n;
    bool by_time; /* in order of delivery: reads every file twice, sorts all names */
    bool listed;  /* what a tree's manifest tells of a file of that size is taken as it is: the file
                     is not looked into */
    bool as_is;   /* nor is any other gzipped file of a tree; its records are not counted */
};

/**
 * source_dir_open(out, o, e):
 * Look at all paths, read none yet (with by_time: read all).
 *
 * Owns:   the strings of ${o} stay the caller's until the source is closed.
 * Errors: ERR_INPUT for a path that is not there or cannot be read; of next: also for a file that
 *         is no log file, with its name.
 */
int source_dir_open(struct source *out, const struct source_dir_options *o, struct err *e);

/**
 * source_dir_leave_unread(source):
 * From now on leave the bytes of log files that a tree's manifest lists in their files, where the
 * tree is not put in order of time. Whoever reads one finds out whether it has as many as listed.
 */
void source_dir_leave_unread(const struct source *source);

/* How many files were left out so far, other than manifest.json, labels.jsonl and dotfiles. */
uint64_t source_dir_skipped(const struct source *source);

#endif
