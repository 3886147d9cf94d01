/*
 * due.h - log files that wait for their turn, in the order of delivery
 *
 * What waits may be more than memory is meant for: from a stated number of bytes on, log files wait
 * in a temporary file, and only 32 bytes of each stay.
 */
#ifndef REPLAY_DUE_H
#define REPLAY_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cloudtrail/logfile.h"

struct due;
struct err;

/**
 * due_open(folder, memory_n):
 * Nothing waits yet. ${folder} is where a temporary file would be; it has no name there, so that
 * nothing can be left behind, and blocks that were read again are given back to the system.
 *
 * Owns:   ${folder} must outlive it.
 */
struct due *due_open(const char *folder, size_t memory_n);
void due_close(struct due *d);

/**
 * due_put(d, f, notes, e):
 * Let ${f} wait, and bytes that belong to it.
 *
 * Shape:  with a deliver_ms; one that is the same as another's comes behind it.
 * Owns:   ${f} is ${d}'s when 0 is returned, ${notes} stays the caller's.
 * Errors: ERR_WORK with the system's reason when the temporary file cannot be written.
 */
int due_put(struct due *d, struct logfile *f, struct span notes, struct err *e);

/* When the next one is to be delivered; false when none waits. */
bool due_next_ms(const struct due *d, int64_t *deliver_ms);

/**
 * due_take(d, f, notes, e):
 * The one that is to be delivered next, of those that wait; append its bytes to ${notes}.
 *
 * Owns:   ${f} is the caller's.
 * Errors: 1, 0 when none waits, -1 and ERR_WORK when the temporary file cannot be read.
 */
int due_take(struct due *d, struct logfile *f, struct buf *notes, struct err *e);

#endif
