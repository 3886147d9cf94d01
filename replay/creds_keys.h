/*
 * creds_keys.h - keys as programs and endpoints hand them out: one JSON object
 */
#ifndef REPLAY_CREDS_KEYS_H
#define REPLAY_CREDS_KEYS_H

#include "base/span.h"

struct arena;
struct err;

struct creds_keys {
    struct span access_key, secret, token;
};

/**
 * creds_keys_read(out, a, name, text, e):
 * Read AccessKeyId, SecretAccessKey, and SessionToken or Token of the object ${text}; ${name} is
 * what complaints call it, and they never quote it.
 *
 * Owns:   ${out} lives in ${a}.
 * Errors: ERR_INPUT when it is no such object.
 */
int creds_keys_read(struct creds_keys *out, struct arena *a, const char *name, struct span text,
                    struct err *e);

/**
 * creds_keys_run(out, a, name, command, e):
 * Run ${command}, words with quotes as a shell has them but no shell, and read what it prints.
 *
 * Errors: ERR_INPUT when it cannot be started, takes longer than a minute, fails, or prints no
 * keys. Source: AWS SDKs and Tools Reference Guide, "Process credential provider".
 */
int creds_keys_run(struct creds_keys *out, struct arena *a, const char *name, struct span command,
                   struct err *e);

#endif
