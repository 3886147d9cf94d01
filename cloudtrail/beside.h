/*
 * beside.h - the metadata of a digest, in a file beside it: a bucket keeps it with the object, a
 * directory cannot
 *
 * {"signature":"HEX","signature-algorithm":"SHA256withRSA"}, as the object's metadata is called.
 */
#ifndef CLOUDTRAIL_BESIDE_H
#define CLOUDTRAIL_BESIDE_H

#include <stdbool.h>

#include "base/span.h"

struct buf;

/* What the name of such a file ends in, behind the name of the digest. */
#define BESIDE_END ".metadata"

/* The only algorithm. */
#define BESIDE_ALGORITHM "SHA256withRSA"

/* Append the file's text for ${signature}, which is in hex. */
void beside_write(struct buf *out, struct span signature);

/* Append the ${hex} of a signature by ${algorithm}, as an object's metadata has them: false, and
   nothing, when it is none. */
bool beside_take(struct buf *signature, struct span hex, struct span algorithm);

/* Append the signature that the file's ${text} has; false, and nothing, when it has none. */
bool beside_read(struct buf *signature, struct span text);

#endif
