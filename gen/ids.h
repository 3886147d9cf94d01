/*
 * ids.h - identifiers as AWS makes them
 */
#ifndef GEN_IDS_H
#define GEN_IDS_H

#include <stdint.h>

#include "base/span.h"

enum { IDS_KEY_N = 20, IDS_PRINCIPAL_N = 21, IDS_UUID_N = 36, IDS_RESOURCE_N = 17 };

/**
 * ids_unique(at, n, prefix, account, address):
 * Write an IAM identifier of ${n} characters: four of ${prefix} (AKIA, ASIA, AIDA, AROA), ten that
 * carry the account number, the rest random.
 *
 * Shape:  ${n} is IDS_KEY_N or IDS_PRINCIPAL_N; no NUL. ${account} is 12 digits.
 * Source: published trails: characters 5 to 14 are 50 bits in base 32 (A-Z, 2-7); without the last
 *         two, bit 47 is 1 and bits 46 to 7 are the account number.
 */
void ids_unique(char *at, size_t n, const char prefix[4], struct span account, uint64_t address);

/**
 * ids_uuid(at, a, b):
 * Write a version 4 UUID made of the bits ${a} and ${b}: 36 characters, lower-case, no NUL.
 *
 * Source: RFC 9562, section 5.4.
 */
void ids_uuid(char at[IDS_UUID_N], uint64_t a, uint64_t b);

/**
 * ids_text(at, n, alphabet, address):
 * Write ${n} characters drawn evenly from ${alphabet}, at most 64 of them; no NUL.
 */
void ids_text(char *at, size_t n, struct span alphabet, uint64_t address);

/**
 * ids_resource(at, address):
 * Write what stands behind "i-", "vpc-" and the like: IDS_RESOURCE_N hex digits; no NUL.
 *
 * Source: published trails since 2017: the first digit is 0 in 128 of 128 ids that no publisher
 *         made up.
 */
void ids_resource(char at[IDS_RESOURCE_N], uint64_t address);

/* Alphabets of ids_text. */
#define IDS_HEX   SPAN("0123456789abcdef")
#define IDS_UPPER SPAN("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
/* Environment ids hold no l, o, 0 or 1. Source: 36 published ids. */
#define IDS_ENVIRONMENT SPAN("abcdefghijkmnpqrstuvwxyz23456789")
#define IDS_BASE64      SPAN("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
#define IDS_BASE64URL   SPAN("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

#endif
