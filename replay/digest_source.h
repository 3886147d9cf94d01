/*
 * digest_source.h - a source whose digests are made anew, for the log files as they are delivered
 *
 * The digests of its inner source are left out: they vouch for other bytes or places.
 */
#ifndef REPLAY_DIGEST_SOURCE_H
#define REPLAY_DIGEST_SOURCE_H

#include <stdint.h>

#include "cloudtrail/digest.h"
#include "cloudtrail/source.h"

struct err;

/**
 * digest_source_open(out, inner, o):
 * Read ${inner}, which gives log files in the order of delivery, and give digests in between.
 *
 * Shape:  o->start_ms is not looked at: logging starts five minutes before the first log file is
 *         delivered, and stops and starts again where a week passes without one.
 * Owns:   ${inner} is the source's.
 * Errors: of next: as ${inner} and digests_settle; ERR_INPUT for a log file that cannot be
 * inflated.
 */
void digest_source_open(struct source *out, struct source inner, const struct digest_options *o);

/* How many digests were made, and how many of the inner source were left out. */
uint64_t digest_source_made(const struct source *source);
uint64_t digest_source_left(const struct source *source);

#endif
