/*
 * stop.h - where a consumer stopped: everything behind some log file is lost
 *
 * A consumer takes log files in the order in which they were put, or in that of their keys.
 */
#ifndef AUDIT_STOP_H
#define AUDIT_STOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/cause.h"
#include "audit/expected.h"

struct err;

/* What became of a log file's records. */
struct stop_fate {
    uint32_t seen; /* of those for which it answers */
    uint32_t n[VERDICTS];
};

/**
 * stop_find(beyond, at, x, fates, manifest, e):
 * Whether it stopped: 1, and ${at} is the place in the manifest of the first file behind what it
 * saw of whose fault it may have died, else of the last one it saw, or their number when it saw
 * none; 0 when it did not stop; -1.
 *
 * Shape:  one element of ${beyond} and ${fates} a file; those of ${beyond} that it did not come to
 *         are set.
 * Errors: as keys_each.
 */
int stop_find(bool *beyond, size_t *at, const struct expected *x, const struct stop_fate *fates,
              const char *manifest, struct err *e);

#endif
