/*
 * change.h - a source whose log files are changed on their way: moved in time, rewritten, repeated
 *
 * What nothing changes passes through byte for byte. A changed text is packed anew. Digests vouch
 * for bytes and places that are no more, so they are left out and counted; digest_source.h makes
 * others.
 */
#ifndef REPLAY_CHANGE_H
#define REPLAY_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "cloudtrail/source.h"

struct err;
struct rewrite;

/* Opens the source again, from its beginning. */
typedef int change_reopen_fn(struct source *out, void *ctx, struct err *e);

struct change_options {
    bool retime;
    int64_t retime_ms;       /* when the first log file is delivered */
    struct rewrite *rewrite; /* or NULL; stays the caller's */
    uint64_t rounds;         /* how often the source is played, at least 1 */
    change_reopen_fn *reopen;
    void *reopen_ctx;
};

/**
 * change_open(out, o, e):
 * A source that opens its own through ${o}->reopen.
 *
 * Shape:  of the second round on, deliver_ms goes on where the round before ended, rounded up to
 *         five minutes; with retime the records move as far. Ids and names' suffixes are fresh
 *         (fresh.h).
 * Errors: as reopen. Of next: also ERR_INPUT for a text that grows beyond a log file's most.
 */
int change_open(struct source *out, const struct change_options *o, struct err *e);

/* How many digests were left out. */
uint64_t change_digests(const struct source *source);

/* The source that is being read. */
const struct source *change_inner(const struct source *source);

#endif
