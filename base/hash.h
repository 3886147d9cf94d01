/*
 * hash.h - digests and how they are spelled
 *
 * The only file that knows OpenSSL is hash.c.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { HASH_SHA256_N = 32, HASH_MD5_N = 16 };

/* The digest of ${data}; no allocation after the first call on a thread. */
void hash_sha256(uint8_t out[HASH_SHA256_N], struct span data);

/* The digest of the spans joined together. */
void hash_sha256_parts(uint8_t out[HASH_SHA256_N], const struct span *parts, size_t nparts);

/* HMAC-SHA-256 (RFC 2104) of ${data} under ${key}. */
void hash_hmac_sha256(uint8_t out[HASH_SHA256_N], struct span key, struct span data);

void hash_md5(uint8_t out[HASH_MD5_N], struct span data);

/* Lower-case hex of ${n} bytes: writes 2 * n characters at ${at}, no NUL. */
void hash_hex(char *at, const uint8_t *bytes, size_t n);

/* Base64 (RFC 4648, padded) of ${n} bytes: returns the length; ${at} has room for (n + 2) / 3 * 4. */
size_t hash_base64(char *at, const uint8_t *bytes, size_t n);

/**
 * hash_thread_end():
 * Give back what hashing keeps for this thread; work.c calls it as each of its threads ends.
 */
void hash_thread_end(void);

#endif
