/* source_s3.c - see source_s3.h. */
#include "replay/source_s3.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/order.h"
#include "cloudtrail/beside.h"
#include "cloudtrail/key.h"
#include "replay/recorded.h"
#include "replay/s3_call.h"
#include "replay/s3_list.h"

struct source_s3 {
    struct arena arena; /* holds this struct */
    struct source_s3_options options;
    struct span bucket, prefix; /* prefix with its slash */
    struct http http;
    struct s3_call call;
    struct s3_list list;
    struct recorded recorded;
    struct order sorted; /* keys by their stamps */
    uint64_t skipped, found;
};

/* Whether ${key} is one to read; what is not is counted. */
static bool is_wanted(struct source_s3 *s, struct span key)
{
    if (!span_starts(key, s->prefix)) {
        s->skipped++;
        return false;
    }
    const struct span rel = span_from(key, s->prefix.n);
    if (span_is(rel, "manifest.json") || span_is(rel, "labels.jsonl") ||
        (key.n > 0 && key.p[key.n - 1] == '/'))
        return false;
    if (span_ends(key, SPAN(".json")) || span_ends(key, SPAN(".json.gz"))) {
        s->found++;
        return true;
    }
    s->skipped++;
    return false;
}

static int load(struct source_s3 *s, struct span key, struct logfile *out, struct err *e)
{
    struct s3_object got;
    char name[2 * KEY_MAX];
    if (s3_call_get(&s->call, &got, key, NULL, 0, e) != 0)
        return -1;
    struct buf body;
    buf_init(&body, LOGFILE_BODY_MAX);
    if (!buf_fits(&body, got.body.n))
        return err_set(e, ERR_INPUT, "s3://%.*s/%.*s: is larger than a log file may be",
                       SPAN_ARG(s->bucket), SPAN_ARG(key));
    buf_put_span(&body, got.body);
    size_t n = s->bucket.n + 6 + key.n < sizeof(name) ? s->bucket.n + 6 + key.n : sizeof(name) - 1;
    memcpy(name, "s3://", 5);
    memcpy(name + 5, s->bucket.p, s->bucket.n);
    name[5 + s->bucket.n] = '/';
    memcpy(name + 6 + s->bucket.n, key.p, n - 6 - s->bucket.n);
    name[n] = '\0';
    const struct span path = recorded_path(key, span_from(key, s->prefix.n));
    int rc = 0;
    if (recorded_awslogs(path) < path.n && key_kind(path) == KEY_DIGEST && path.n <= KEY_MAX) {
        recorded_copy(out, path, &body);
        beside_take(&out->signature, got.signature, got.algorithm);
    } else {
        rc = recorded_read(out, &s->recorded, name, path, &body, e);
    }
    buf_free(&body);
    return rc;
}

static int sort_all(struct source_s3 *s, struct err *e)
{
    struct s3_entry entry;
    int got;
    while ((got = s3_list_next(&s->list, &entry, e)) > 0) {
        if (!is_wanted(s, entry.key))
            continue;
        struct key_parts k;
        struct err ignored = {0};
        uint64_t ms = UINT64_MAX;
        if (key_read(&k, entry.key, &ignored) == 0 && k.kind == KEY_LOG)
            ms = (uint64_t)k.stamp_ms + (UINT64_C(1) << 63);
        /* Of one stamp, those that come first in the listing go first. */
        uint8_t stamp[8];
        for (size_t i = sizeof(stamp); i > 0; i--, ms >>= 8)
            stamp[i - 1] = (uint8_t)ms;
        if (order_add(&s->sorted, (struct span){(const char *)stamp, sizeof(stamp)}, entry.key,
                      e) != 0)
            return -1;
    }
    return got == 0 ? order_settle(&s->sorted, e) : got;
}

static int s3_next(void *self, struct logfile *out, struct err *e)
{
    struct source_s3 *s = self;
    char key[8 * KEY_MAX];
    struct span wanted = {NULL, 0};
    if (s->options.by_time) {
        struct span stamp;
        if (order_next(&s->sorted, &stamp, &wanted, e) < 0)
            return -1;
    } else {
        struct s3_entry entry;
        int got;
        do {
            got = s3_list_next(&s->list, &entry, e);
        } while (got > 0 && !is_wanted(s, entry.key));
        if (got < 0)
            return -1;
        if (got > 0 && entry.key.n <= sizeof(key)) {
            memcpy(key, entry.key.p, entry.key.n);
            wanted = (struct span){key, entry.key.n};
        }
    }
    if (wanted.n > 0)
        return load(s, wanted, out, e) == 0 ? 1 : -1;
    if (s->found == 0)
        return err_set(e, ERR_INPUT, "%.*s: has no log file (.json.gz or .json) in it",
                       SPAN_ARG(s->options.location));
    return 0;
}

static void s3_close(void *self)
{
    struct source_s3 *s = self;
    s3_list_close(&s->list);
    s3_call_close(&s->call);
    s->http.ops->close(s->http.self);
    recorded_free(&s->recorded);
    order_free(&s->sorted);
    struct arena a = s->arena;
    arena_free(&a);
}

static const struct source_ops s3_ops = {.name = "s3", .next = s3_next, .close = s3_close};

int source_s3_open(struct source *out, const struct source_s3_options *o, struct err *e)
{
    struct arena a;
    struct creds c;
    struct span bucket, prefix;
    if (s3_location(&bucket, &prefix, o->location, e) != 0)
        return -1;
    arena_init(&a);
    struct source_s3 *s = ARENA_NEW(&a, struct source_s3, 1);
    s->arena = a;
    s->options = *o;
    s->bucket = bucket;
    s->prefix = prefix.n > 0 ? arena_printf(&s->arena, "%.*s/", SPAN_ARG(prefix)) : SPAN("");
    if (creds_find(&c, &s->arena, &o->wish, e) != 0)
        goto fail;
    const struct http_options http = {
        .connections = 1, .ca_bundle = c.ca_bundle, .body_max = LOGFILE_BODY_MAX};
    if (http_open(&s->http, &http, e) != 0)
        goto fail;
    const struct s3_door_options door = {.endpoint = c.endpoint,
                                         .bucket = bucket,
                                         .region = c.region,
                                         .access_key = c.access_key,
                                         .secret = c.secret,
                                         .token = c.token,
                                         .wish = &s->options.wish};
    if (s3_call_open(&s->call, &s->arena, &door, s->http, c.attempts, e) != 0) {
        s->http.ops->close(s->http.self);
        goto fail;
    }
    s->call.stop = o->stop;
    s3_list_open(&s->list, &s->call, s->prefix);
    recorded_init(&s->recorded);
    order_init(&s->sorted, 0);
    if (o->by_time && sort_all(s, e) != 0) {
        s3_close(s);
        return -1;
    }
    *out = (struct source){&s3_ops, s};
    return 0;
fail:
    a = s->arena;
    arena_free(&a);
    return -1;
}

uint64_t source_s3_skipped(const struct source *source)
{
    const struct source_s3 *s = source->self;
    return s->skipped;
}
