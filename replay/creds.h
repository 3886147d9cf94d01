/*
 * creds.h - who signs, for which region, at which endpoint: as the AWS tools find it
 *
 * Given on the command line, else environment, else the profile in the shared files, else what a
 * container's or an instance's endpoint gives. A secret never stands in an error.
 */
#ifndef REPLAY_CREDS_H
#define REPLAY_CREDS_H

#include <stdbool.h>

#include "base/span.h"
#include "replay/creds_http.h"

struct arena;
struct err;

struct creds_wish {
    const char *profile; /* each NULL when not given on the command line */
    const char *region;
    const char *endpoint_url;
    const char *ca_bundle;
    creds_env_fn *env; /* NULL: the process's environment */
    bool no_asking;    /* look only at environment and files, run and ask nothing */
    bool no_keys;      /* only the settings are wanted */
    bool for_sqs;      /* the endpoint is that of SQS, not of S3 */
};

struct creds {
    struct span access_key, secret;
    struct span token;     /* empty for long-term keys */
    struct span region;    /* "us-east-1" when nothing says otherwise */
    struct span endpoint;  /* empty: AWS's own */
    const char *ca_bundle; /* NULL: the system's certificates */
    unsigned attempts;     /* AWS_MAX_ATTEMPTS, or 0 */
};

/**
 * creds_find(out, a, w, e):
 * Find credentials and settings.
 *
 * Shape:  keys from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN unless a profile
 *         was given on the command line; then from the profile (also AWS_PROFILE, "default") in
 *         AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE, or its credential_process; then from the
 *         endpoint of a container or an instance.
 * Owns:   what ${out} points to lives in ${a}.
 * Errors: ERR_INPUT when there are no keys, half of a pair, a profile that is in neither file, a
 *         named file that cannot be read, a value with blanks or control characters in it.
 * Source: AWS SDKs and Tools Reference Guide, "Settings reference".
 */
int creds_find(struct creds *out, struct arena *a, const struct creds_wish *w, struct err *e);

#endif
