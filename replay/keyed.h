/*
 * keyed.h - a text becomes another of the same form, the same one every time, by a key
 *
 * HMAC-SHA-256 gives the bytes. Who does not have the key cannot tell the one from the other.
 */
#ifndef REPLAY_KEYED_H
#define REPLAY_KEYED_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { KEYED_BYTES_MAX = 1024 };

/**
 * keyed_bytes(out, n, key, purpose, text, turn):
 * ${n} bytes, at most KEYED_BYTES_MAX, made from ${text}; each ${purpose} and ${turn} has its own.
 */
void keyed_bytes(uint8_t *out, size_t n, struct span key, struct span purpose, struct span text,
                 uint32_t turn);

/**
 * keyed_text(at, key, purpose, text, turn):
 * Write text.n characters at ${at}: digits become digits, small and capital letters their like, all
 * else stays; in a text of hex digits and hyphens only, hex digits become hex digits, and a UUID
 * keeps its version and variant. At most KEYED_BYTES_MAX bytes change.
 */
void keyed_text(char *at, struct span key, struct span purpose, struct span text, uint32_t turn);

#endif
