/*
 * sign.h - RSA signatures with a key of a PEM file
 */
#ifndef BASE_SIGN_H
#define BASE_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct buf;
struct err;
struct sign_key;

enum { SIGN_MOST_N = 512 }; /* bytes of a signature: of a key of 4096 bits */

/**
 * sign_open(out, path, e):
 * The RSA key in ${path}: PEM, PKCS#8 or PKCS#1, without a passphrase, 2048 to 4096 bits.
 *
 * Errors: ERR_INPUT when it cannot be read or is something else; nothing of it is ever printed.
 */
int sign_open(struct sign_key **out, const char *path, struct err *e);
void sign_close(struct sign_key *k);

/**
 * sign_make(out, k, data):
 * Sign ${data} and return the signature's length.
 *
 * Shape:  SHA-256, RSASSA-PKCS1-v1_5: the same data always gives the same bytes.
 * Source: RFC 8017, section 8.2.
 */
size_t sign_make(uint8_t out[SIGN_MOST_N], const struct sign_key *k, struct span data);

/* Append the public key: PEM, as OpenSSL and everybody reads it (SubjectPublicKeyInfo), */
void sign_put_pem(struct buf *out, const struct sign_key *k);

/* or its DER alone (RSAPublicKey, RFC 8017, A.1.1). */
void sign_put_der(struct buf *out, const struct sign_key *k);

#endif
