/* target.c - see target.h. */
#include "replay/target.h"

#include "base/arena.h"
#include "base/err.h"
#include "replay/creds.h"
#include "replay/http.h"
#include "replay/s3.h"
#include "replay/s3_call.h"
#include "replay/s3_list.h"
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

/* "aws:kms:KEY" as its two headers. */
static int read_sse(struct s3_put_options *put, const char *text, struct err *e)
{
    const struct span kms = SPAN("aws:kms:");
    struct span sse = span_of(text);
    put->sse = sse;
    put->kms_key = SPAN("");
    if (sse.n > kms.n && span_starts(sse, kms)) {
        put->sse.n = kms.n - 1;
        put->kms_key = span_from(sse, kms.n);
    }
    for (size_t i = 0; i < put->kms_key.n; i++) {
        if (put->kms_key.p[i] <= ' ' || put->kms_key.p[i] > '~')
            return err_set(e, ERR_INPUT, "--sse: the key of \"%s\" has a character that no key has",
                           text);
    }
    if (text != NULL && !span_is(put->sse, "AES256") && !span_is(put->sse, "aws:kms"))
        return err_set(e, ERR_INPUT, "--sse: must be AES256, aws:kms or aws:kms:KEY, not \"%s\"",
                       text);
    return 0;
}

int target_check(struct span to, const struct target_options *o, struct err *e)
{
    struct target t;
    struct s3_put_options put;
    if (target_read(&t, to, e) != 0 || read_sse(&put, o->sse, e) != 0)
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

static struct creds_wish wish_of(const struct target_options *o)
{
    return (struct creds_wish){.profile = o->profile,
                               .region = o->region,
                               .endpoint_url = o->endpoint_url,
                               .ca_bundle = o->ca_bundle};
}

/* Remember what lies below the target's prefix. */
static int list_held(struct held *held, const struct target *t, const struct creds *c,
                     const struct s3_door_options *door, const volatile sig_atomic_t *stop,
                     struct err *e)
{
    const struct http_options http_options = {
        .connections = 1, .ca_bundle = c->ca_bundle, .body_max = S3_LIST_PAGE_MAX};
    struct http http;
    if (http_open(&http, &http_options, e) != 0)
        return -1;
    struct arena a;
    struct s3_call call;
    arena_init(&a);
    int rc = s3_call_open(&call, &a, door, http, 1, c->attempts, e);
    call.stop = stop;
    if (rc == 0) {
        struct s3_list list;
        struct s3_entry entry;
        struct span prefix =
            t->prefix.n > 0 ? arena_printf(&a, "%.*s/", SPAN_ARG(t->prefix)) : SPAN("");
        s3_list_open(&list, &call, prefix);
        for (rc = s3_list_next(&list, &entry, e); rc > 0; rc = s3_list_next(&list, &entry, e))
            held_add(held, entry.key, entry.size_n, entry.etag);
        s3_list_close(&list);
        s3_call_close(&call);
    }
    http.ops->close(http.self);
    arena_free(&a);
    return rc;
}

static int open_s3(struct sink *out, const struct target *t, const struct target_options *o,
                   sink_lost_fn *lost, void *lost_ctx, struct err *e)
{
    const struct creds_wish wish = wish_of(o);
    struct arena a;
    struct held held;
    arena_init(&a);
    held_init(&held);
    struct creds c;
    int rc = -1;
    struct sink_s3_options s3 = {.prefix = t->prefix,
                                 .put = {.acl = span_of(o->acl),
                                         .checksum = (enum checksum_kind)o->checksum,
                                         .if_none_match = o->if_none_match},
                                 .latency = o->latency,
                                 .stop = o->stop,
                                 .arrived = o->arrived,
                                 .arrived_ctx = o->arrived_ctx,
                                 .lost = lost,
                                 .lost_ctx = lost_ctx};
    if (read_sse(&s3.put, o->sse, e) != 0 || creds_find(&c, &a, &wish, e) != 0)
        goto out;
    s3.door = (struct s3_door_options){.endpoint = c.endpoint,
                                       .bucket = t->bucket,
                                       .region = c.region,
                                       .access_key = c.access_key,
                                       .secret = c.secret,
                                       .token = c.token,
                                       .wish = &wish};
    s3.attempts = c.attempts;
    s3.connections = o->connections > 0 ? o->connections : SINK_S3_CONNECTIONS;
    const struct http_options http_options = {.connections = s3.connections,
                                              .ca_bundle = c.ca_bundle};
    struct http http;
    if (o->resume && list_held(&held, t, &c, &s3.door, o->stop, e) != 0)
        goto out;
    if (o->resume)
        s3.held = &held;
    if (http_open(&http, &http_options, e) != 0)
        goto out;
    rc = sink_s3_open(out, &s3, http, e);
    if (rc != 0)
        http.ops->close(http.self);
out:
    held_free(&held);
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
                                             .resume = o->resume,
                                             .lost = lost,
                                             .lost_ctx = lost_ctx,
                                             .arrived = o->arrived,
                                             .arrived_ctx = o->arrived_ctx};
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
