/*
 * fresh.h - the same records once more, with ids of their own
 */
#ifndef REPLAY_FRESH_H
#define REPLAY_FRESH_H

#include <stdint.h>

#include "base/span.h"

struct buf;

/**
 * fresh_text(out, text, round):
 * Append ${text} with its eventID, requestID and sharedEventID replaced, as a function of the old
 * one and of
 * ${round}: the same run gives the same ids again, and records that share one still do.
 */
void fresh_text(struct buf *out, struct span text, uint32_t round);

/* Replace the 16 characters behind the last '_' of the key ${key}, before its dot, in place. */
void fresh_key(char *key, size_t n, uint32_t round);

#endif
