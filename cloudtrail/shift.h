/*
 * shift.h - all times in a record's text move together
 *
 * Works on spans of the text, without a tree: what is no time stays as it is, byte for byte.
 */
#ifndef CLOUDTRAIL_SHIFT_H
#define CLOUDTRAIL_SHIFT_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct buf;

/**
 * shift_text(out, text, delta_ms):
 * Append ${text}, a record or a whole log file, with its times moved by ${delta_ms}, whole seconds.
 *
 * Shape:  in string values "2023-07-10T11:42:31" with whatever fraction and zone follow,
 *         "20230710T114231Z", and Java's "Jul 9, 2023, 9:09:09 PM" in its three spellings, anywhere
 *         in the string; a bare "2023-07-10" and numbers of seconds or milliseconds since 1970
 *         only where the member's name speaks of a time. Names of members stay. A time that would
 *         leave the years 1970 to 9999 stays. ${out} needs room for 2 * text.n bytes.
 */
void shift_text(struct buf *out, struct span text, int64_t delta_ms);

/**
 * shift_key(key, n, delta_ms, newest_ms, new_newest_ms):
 * Move the stamp in the name at the end of the key, and the day folder before it, in place. Where
 * the stamp was that of ${newest_ms}, it becomes that of ${new_newest_ms}; another one moves by
 * ${delta_ms} and is rounded up as key_stamp does. A key without a stamp stays.
 */
void shift_key(char *key, size_t n, int64_t delta_ms, int64_t newest_ms, int64_t new_newest_ms);

#endif
