/* target.c - see target.h. */
#include "replay/target.h"

#include "base/arena.h"
#include "base/err.h"
#include "replay/creds.h"
#include "replay/http.h"
#include "replay/s3.h"
#include "replay/sink_dir.h"
#include "replay/sink_null.h"
#include "replay/sink_s3.h"

/* The length of "word:" at the head of ${text}, as URLs have it, or 0. */
static size_t scheme_n(struct span text)
{
    size_t n = span_find(text, ':');
    if (n == text.n || n < 2)
        return 0;
    for (size_t i = 0; i < n; i++) {
        char c = text.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (i > 0 && c >= '0' && c <= '9')))
            return 0;
    }
    return n + 1;
}

int target_read(struct target *out, struct span to, struct err *e)
{
    struct target t = {.kind = TARGET_DIR, .dir = to};
    if (to.n == 0)
        return err_set(e, ERR_INPUT, "--to: is empty; give a directory or s3://BUCKET[/PREFIX]");
    if (span_is(to, "null:")) {
        t.kind = TARGET_NULL;
    } else if (span_starts(to, SPAN("s3://"))) {
        t.kind = TARGET_S3;
        if (s3_location(&t.bucket, &t.prefix, to, e) != 0)
            return -1;
    } else if (scheme_n(to) > 0) {
        return err_set(e, ERR_INPUT,
                       "%.*s: is neither a directory, s3://BUCKET[/PREFIX] nor null:; write ./%.*s "
                       "for a directory of that name",
                       SPAN_ARG(to), SPAN_ARG(to));
    }
    *out = t;
    return 0;
}

int target_check(struct span to, const struct target_options *o, struct err *e)
{
    struct target t;
    if (target_read(&t, to, e) != 0)
        return -1;
    if (t.kind != TARGET_S3)
        return 0;
    struct arena a;
    struct s3_place place;
    arena_init(&a);
    int rc =
        s3_place_make(&place, &a, span_of(o->endpoint_url), t.bucket,
                      o->region != NULL ? span_of(o->region) : SPAN("us-east-1"), S3_STYLE_AUTO, e);
    arena_free(&a);
    return rc;
}

static int open_s3(struct sink *out, const struct target *t, const struct target_options *o,
                   sink_lost_fn *lost, void *lost_ctx, struct err *e)
{
    struct arena a;
    arena_init(&a);
    const struct creds_wish wish = {.profile = o->profile,
                                    .region = o->region,
                                    .endpoint_url = o->endpoint_url,
                                    .ca_bundle = o->ca_bundle};
    struct creds c;
    int rc = -1;
    if (creds_find(&c, &a, &wish, e) != 0)
        goto out;
    unsigned connections = o->connections > 0 ? o->connections : SINK_S3_CONNECTIONS;
    const struct http_options http_options = {.connections = connections, .ca_bundle = c.ca_bundle};
    struct http http;
    if (http_open(&http, &http_options, e) != 0)
        goto out;
    const struct sink_s3_options s3_options = {.endpoint = c.endpoint,
                                               .bucket = t->bucket,
                                               .prefix = t->prefix,
                                               .region = c.region,
                                               .access_key = c.access_key,
                                               .secret = c.secret,
                                               .token = c.token,
                                               .acl = span_of(o->acl),
                                               .connections = connections,
                                               .attempts = c.attempts,
                                               .lost = lost,
                                               .lost_ctx = lost_ctx};
    rc = sink_s3_open(out, &s3_options, http, e);
    if (rc != 0)
        http.ops->close(http.self);
out:
    arena_free(&a);
    return rc;
}

static int open_dir(struct sink *out, const struct target *t, const struct target_options *o,
                    sink_lost_fn *lost, void *lost_ctx, struct err *e)
{
    struct arena a;
    arena_init(&a);
    const struct sink_dir_options options = {.root = arena_copy(&a, t->dir).p,
                                             .volatile_ok = o->volatile_ok,
                                             .lost = lost,
                                             .lost_ctx = lost_ctx};
    int rc = sink_dir_open(out, &options, e);
    arena_free(&a);
    return rc;
}

int target_open(struct sink *out, struct span to, const struct target_options *o,
                sink_lost_fn *lost, void *lost_ctx, struct err *e)
{
    struct target t;
    if (target_read(&t, to, e) != 0)
        return -1;
    switch (t.kind) {
    case TARGET_DIR:
        return open_dir(out, &t, o, lost, lost_ctx, e);
    case TARGET_S3:
        return open_s3(out, &t, o, lost, lost_ctx, e);
    case TARGET_NULL:
        break;
    }
    sink_null_open(out);
    return 0;
}
