/* source_s3.c - see source_s3.h. */
#include "replay/source_s3.h"

#include <stdio.h>
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

enum { AHEAD = 16 /* objects */ };

/* Asks through transfers of its own. */
struct asker {
    struct http http;
    struct s3_call call;
    bool open;
};

struct source_s3 {
    struct arena arena; /* holds this struct */
    struct source_s3_options options;
    struct span bucket, prefix; /* prefix with its slash */
    struct asker lister, reader;
    struct s3_list list;
    struct recorded recorded;
    struct order sorted; /* keys by their stamps, and how many bytes they have */
    struct err later;    /* what ends the keys; what was asked for before comes first */
    bool all_asked;
    uint64_t skipped, found;
};

/* Whether ${key} is one to read; what is not is counted. */
static bool is_wanted(struct source_s3 *s, struct span key)
{
    if (!span_starts(key, s->prefix) || key.n > S3_CALL_KEY_MOST) {
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

/* A log file of what was read. */
static int load(struct source_s3 *s, const struct s3_object *o, struct logfile *out, struct err *e)
{
    char name[S3_CALL_KEY_MOST + 128];
    snprintf(name, sizeof(name), "s3://%.*s/%.*s", SPAN_ARG(s->bucket), SPAN_ARG(o->key));
    const struct span path = recorded_path(o->key, span_from(o->key, s->prefix.n));
    if (recorded_awslogs(path) == path.n || key_kind(path) != KEY_DIGEST || path.n > KEY_MAX)
        return recorded_read(out, &s->recorded, name, path, o->body, e);
    recorded_copy(out, path, o->body);
    beside_take(&out->signature, o->signature, o->algorithm);
    return 0;
}

static int sort_all(struct source_s3 *s, struct err *e)
{
    struct s3_entry entry;
    struct buf row;
    int got;
    buf_init(&row, ORDER_ROW_MAX);
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
        buf_clear(&row);
        buf_put(&row, &entry.size_n, sizeof(entry.size_n));
        buf_put_span(&row, entry.key);
        got = order_add(&s->sorted, (struct span){(const char *)stamp, sizeof(stamp)},
                        buf_span(&row), e);
        if (got != 0)
            break;
    }
    buf_free(&row);
    return got == 0 ? order_settle(&s->sorted, e) : -1;
}

/* The next object to read: 1, 0, -1. */
static int next_wanted(struct source_s3 *s, struct s3_entry *out, struct err *e)
{
    if (!s->options.by_time) {
        int got;
        do {
            got = s3_list_next(&s->list, out, e);
        } while (got > 0 && !is_wanted(s, out->key));
        return got;
    }
    struct span stamp, row;
    const int got = order_next(&s->sorted, &stamp, &row, e);
    if (got > 0) {
        memcpy(&out->size_n, row.p, sizeof(out->size_n));
        out->key = span_from(row, sizeof(out->size_n));
    }
    return got;
}

static int s3_next(void *self, struct logfile *out, struct err *e)
{
    struct source_s3 *s = self;
    while (!s->all_asked && s3_call_has_room(&s->reader.call)) {
        struct s3_entry entry;
        if (next_wanted(s, &entry, &s->later) > 0)
            s3_call_ask(&s->reader.call, entry.key, entry.size_n);
        else
            s->all_asked = true;
    }
    struct s3_object object;
    const int got = s3_call_take(&s->reader.call, &object, e);
    if (got > 0)
        return load(s, &object, out, e) == 0 ? 1 : -1;
    if (got < 0)
        return -1;
    if (s->later.kind != ERR_NONE) {
        *e = s->later;
        return -1;
    }
    if (s->found == 0)
        return err_set(e, ERR_INPUT, "%.*s: has no log file (.json.gz or .json) in it",
                       SPAN_ARG(s->options.location));
    return 0;
}

static void close_asker(struct asker *k)
{
    if (!k->open)
        return;
    s3_call_close(&k->call);
    k->http.ops->close(k->http.self);
}

static void s3_close(void *self)
{
    struct source_s3 *s = self;
    s3_list_close(&s->list);
    close_asker(&s->lister);
    close_asker(&s->reader);
    recorded_free(&s->recorded);
    order_free(&s->sorted);
    struct arena a = s->arena;
    arena_free(&a);
}

static const struct source_ops s3_ops = {.name = "s3", .next = s3_next, .close = s3_close};

static int open_asker(struct asker *k, struct source_s3 *s, const struct creds *c,
                      unsigned connections, size_t body_max, struct err *e)
{
    const struct http_options http = {
        .connections = connections, .ca_bundle = c->ca_bundle, .body_max = body_max};
    const struct s3_door_options door = {.endpoint = c->endpoint,
                                         .bucket = s->bucket,
                                         .region = c->region,
                                         .access_key = c->access_key,
                                         .secret = c->secret,
                                         .token = c->token,
                                         .wish = &s->options.wish};
    if (http_open(&k->http, &http, e) != 0)
        return -1;
    if (s3_call_open(&k->call, &s->arena, &door, k->http, connections, c->attempts, e) != 0) {
        k->http.ops->close(k->http.self);
        return -1;
    }
    k->call.stop = s->options.stop;
    k->open = true;
    return 0;
}

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
    s3_list_open(&s->list, &s->lister.call, s->prefix);
    recorded_init(&s->recorded);
    order_init(&s->sorted, 0);
    if (creds_find(&c, &s->arena, &o->wish, e) != 0 ||
        open_asker(&s->lister, s, &c, 1, S3_LIST_PAGE_MAX, e) != 0 ||
        open_asker(&s->reader, s, &c, AHEAD, LOGFILE_BODY_MAX, e) != 0 ||
        (o->by_time && sort_all(s, e) != 0)) {
        s3_close(s);
        return -1;
    }
    *out = (struct source){&s3_ops, s};
    return 0;
}

uint64_t source_s3_skipped(const struct source *source)
{
    const struct source_s3 *s = source->self;
    return s->skipped;
}
