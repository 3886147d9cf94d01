/*
 * record_digest.h - what a record says, whatever the spelling of its JSON
 *
 * Two texts of one record, members in another order, other blanks and escapes, have the same
 * digest: SHA-256 of the text with members sorted by name, no blanks, and only the escapes that
 * must be. In Python:
 * sha256(json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
 */
#ifndef CLOUDTRAIL_RECORD_DIGEST_H
#define CLOUDTRAIL_RECORD_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/span.h"

/* What is kept between records. */
struct record_digester {
    struct arena arena;
    struct buf text; /* the canonical text of the last record */
};

void record_digester_init(struct record_digester *d);
void record_digester_free(struct record_digester *d);

/**
 * record_digest(out, d, record, without):
 * The digest of the object ${record}, its own members named in the NULL-terminated ${without} (or
 * NULL) left out.
 *
 * Shape:  numbers with a fraction or an exponent are written as a whole number where they are one,
 *         else with the fewest digits that tell them apart.
 * Errors: false when the text is not JSON, or is deeper than 64.
 */
bool record_digest(uint8_t out[HASH_SHA256_N], struct record_digester *d, struct span record,
                   const char *const *without);

#endif
