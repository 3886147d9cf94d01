/*
 * rewrite.h - accounts, users, names and addresses become others, the same ones everywhere
 *
 * Learns first, from all records, what there is to be replaced; then replaces whole words in all
 * values and keys, and looks at the result for what is left.
 */
#ifndef REPLAY_REWRITE_H
#define REPLAY_REWRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "cloudtrail/source.h"

struct buf;
struct err;
struct logfile;
struct rewrite;

/**
 * rewrite_open(out, path, e) / rewrite_close(r):
 * Read the map ${path} (docs/replay.md, "Rewriting").
 *
 * Errors: ERR_INPUT for a file that cannot be read or says something that cannot be.
 */
int rewrite_open(struct rewrite **out, const char *path, struct err *e);
void rewrite_close(struct rewrite *r);

/**
 * rewrite_learn(r, source, e):
 * Read all of ${source} and decide what becomes what.
 *
 * Errors: as the source's.
 */
int rewrite_learn(struct rewrite *r, struct source *source, struct err *e);

/**
 * rewrite_file(r, out, f, text, e):
 * Append ${text}, of ${f}, rewritten to ${out}, rewrite the key of ${f}, and look for leaks in
 * both.
 *
 * Errors: ERR_INPUT when the key would be too long.
 */
int rewrite_file(struct rewrite *r, struct buf *out, struct logfile *f, struct span text,
                 struct err *e);

/* An original text that is still in the output: where it first was, how often. */
struct rewrite_leak {
    struct span token;
    const char *key;
    uint64_t times;
};

/**
 * rewrite_leak_next(r, at, out):
 * Walk the leaks found so far: start with ${at} 0; false at the end.
 */
bool rewrite_leak_next(const struct rewrite *r, size_t *at, struct rewrite_leak *out);

#endif
