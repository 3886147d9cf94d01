/*
 * creds_http.h - credentials from the endpoint of a container or of an instance
 */
#ifndef REPLAY_CREDS_HTTP_H
#define REPLAY_CREDS_HTTP_H

#include "base/span.h"

struct arena;
struct creds_keys;
struct err;

/* Like getenv; tests bring their own. */
typedef const char *creds_env_fn(const char *name);

/**
 * creds_http_container(out, a, env, e):
 * Ask the endpoint that AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI names: 1, 0 when
 * neither is set, -1.
 *
 * Shape:  a full URI must be https, or of loopback or a container's own addresses, so that no token
 *         leaves the machine in the clear. The token in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE is
 *         read anew each time.
 * Errors: ERR_INPUT for a URI that may not be asked or an answer without keys.
 * Source: AWS SDKs and Tools Reference Guide, "Container credential provider".
 */
int creds_http_container(struct creds_keys *out, struct arena *a, creds_env_fn *env, struct err *e);

/**
 * creds_http_instance(out, a, env):
 * Ask the instance's metadata service (version 2): 1, or 0 when there is none within a second, or
 * AWS_EC2_METADATA_DISABLED is true.
 *
 * Source: Amazon EC2 User Guide, "Use the Instance Metadata Service".
 */
int creds_http_instance(struct creds_keys *out, struct arena *a, creds_env_fn *env);

#endif
