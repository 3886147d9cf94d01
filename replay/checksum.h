/*
 * checksum.h - the digests that S3 checks an object against, beside the signed SHA-256
 */
#ifndef REPLAY_CHECKSUM_H
#define REPLAY_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum checksum_kind {
    CHECKSUM_NONE,
    CHECKSUM_MD5,
    CHECKSUM_CRC32,
    CHECKSUM_CRC32C,
    CHECKSUM_SHA256
};

/* The words of enum checksum_kind in its order, then NULL. */
extern const char *const checksum_words[];

enum { CHECKSUM_TEXT_N = 44 };

/* A header's value, base64. */
struct checksum {
    enum checksum_kind kind;
    char text[CHECKSUM_TEXT_N];
    size_t text_n;
};

/* The header that carries it: "Content-MD5", "x-amz-checksum-crc32"; not for CHECKSUM_NONE. */
struct span checksum_header(enum checksum_kind kind);

/**
 * checksum_make(out, kind, body, sha256):
 * The checksum of ${body}, whose SHA-256 is known.
 *
 * Source: "Checking object integrity", Amazon S3 User Guide: big-endian sums in base64.
 */
void checksum_make(struct checksum *out, enum checksum_kind kind, struct span body,
                   const uint8_t *sha256);

/* CRC-32 (ISO-HDLC, as in gzip) and CRC-32C (Castagnoli) of ${data}. */
uint32_t checksum_crc32(struct span data);
uint32_t checksum_crc32c(struct span data);

#endif
