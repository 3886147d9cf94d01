/*
 * jsonl.h - records one a line become log files, or a log file comes as it is
 *
 * Reads as it goes: memory is a log file's, not the input's.
 */
#ifndef REPLAY_JSONL_H
#define REPLAY_JSONL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "cloudtrail/logfile.h"
#include "replay/recorded.h"

struct err;

struct jsonl {
    const char *name; /* for complaints */
    int fd;
    struct buf in; /* read and not used yet, from ${at} on */
    size_t at;
    bool ended, begun, whole;
    uint64_t line; /* number of the next one, from 1 */
};

/* Whether a file of this name is read as lines: ".jsonl" or ".ndjson", gzipped or not; "-". */
bool jsonl_is(struct span name);

/**
 * jsonl_open(l, path, e) / jsonl_close(l):
 * Begin with ${path}, or with standard input where it is "-".
 *
 * Owns:   ${path} stays the caller's until the end.
 * Errors: ERR_INPUT when it cannot be opened; for a gzipped one also when it cannot be unpacked.
 */
int jsonl_open(struct jsonl *l, const char *path, struct err *e);
void jsonl_close(struct jsonl *l);

/**
 * jsonl_next(l, r, out, e):
 * The next log file: records that follow each other, of one account and region and within five
 * minutes. What begins like a log file is one: 1, 0 at the end, -1.
 *
 * Errors: ERR_INPUT with the line for what is no record, or longer than a log file may be.
 */
int jsonl_next(struct jsonl *l, struct recorded *r, struct logfile *out, struct err *e);

#endif
