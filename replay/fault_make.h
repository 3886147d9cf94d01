/*
 * fault_make.h - what a fault does to a log file's bytes
 */
#ifndef REPLAY_FAULT_MAKE_H
#define REPLAY_FAULT_MAKE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "cloudtrail/logfile.h"

struct gzip;

/* More than the 16 MiB that readers of JSON take at once. */
#define FAULT_OVERSIZE_N ((size_t)17 << 20)

/* Cut the gzipped ${body} somewhere behind three tenths of it and before the end. */
void fault_truncate(struct buf *body, uint64_t bits);

/* Append ${text} to ${body} as two gzip members, parted somewhere in its middle. */
void fault_split(struct buf *body, struct gzip *z, struct span text, uint64_t bits);

/* Append ${text} with the bracket that begins one record replaced: no longer JSON. */
void fault_break(struct buf *out, struct span text, uint64_t bits);

/* Append ${text} with FAULT_OVERSIZE_N blanks behind its last record, fewer where it would be
   longer than a log file's most. */
void fault_widen(struct buf *out, struct span text);

/* Append a log file's text with the records of ${text}, the last one first; never the same text. */
void fault_reverse(struct buf *out, struct span text);

/**
 * fault_digest(key, text, like, bits):
 * Make ${key} and ${text} of a digest that vouches for no log file, unsigned, in the folder and of
 * the time of ${like}, which is a log file's by its key.
 */
void fault_digest(struct buf *key, struct buf *text, const struct logfile *like,
                  const uint64_t bits[2]);

/* Give the log file's key of ${f} another suffix. */
void fault_rename(struct logfile *f, const uint64_t bits[2]);

#endif
