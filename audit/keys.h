/*
 * keys.h - the keys of a manifest, read once more: they are too many to be remembered
 */
#ifndef AUDIT_KEYS_H
#define AUDIT_KEYS_H

#include <stddef.h>

#include "base/span.h"

struct err;

/* Takes the key of the log file with the place ${file} in the manifest; valid during the call. */
typedef void keys_take_fn(void *ctx, size_t file, struct span key);

/**
 * keys_each(manifest, n, take, ctx, e):
 * Give all keys of ${manifest}, which had ${n} when it was read before, to ${take}.
 *
 * Errors: as manifest_read; ERR_INPUT when there are now more or fewer.
 */
int keys_each(const char *manifest, size_t n, keys_take_fn *take, void *ctx, struct err *e);

#endif
