/*
 * outdir.h - the directory a run is made into: complete, or as it was before
 *
 * The run is built in a hidden folder inside the directory and moved up at the end, so that no
 * reader meets half a trail and a failed run takes nothing away.
 */
#ifndef CLI_OUTDIR_H
#define CLI_OUTDIR_H

#include <stdbool.h>

#include "base/arena.h"

struct err;

struct outdir {
    struct arena arena;
    const char *path;
    const char *building; /* the hidden folder */
    bool made;            /* the directory did not exist before */
    bool open;
};

/**
 * outdir_open(out, path, id, force, e):
 * Prepare the directory ${path} for the run whose fingerprint id is ${id} (64 characters).
 *
 * Errors: ERR_INPUT when it holds something else than that run and ${force} is false, is a file, or
 *         is a folder nobody should replace ("/", the current one or one above it).
 */
int outdir_open(struct outdir *out, const char *path, const char *id, bool force, struct err *e);

/* A file of the run, where it is being built; lives as long as ${d}. */
const char *outdir_file(struct outdir *d, const char *name);

/**
 * outdir_finish(d, e):
 * Put what was built in the place of what was there.
 */
int outdir_finish(struct outdir *d, struct err *e);

/* Without finish: remove what was built, and the directory if it was new. */
void outdir_close(struct outdir *d);

#endif
