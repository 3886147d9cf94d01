/* s3_call.c - see s3_call.h. */
#include "replay/s3_call.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "cloudtrail/logfile.h"
#include "replay/s3_answer.h"

enum {
    TURNS_MOST = 3,
    DETAIL_N = 360,
    AHEAD_MOST_N = 64 << 20,  /* bytes that are asked for at once */
    ROOM_KEPT_MOST = 1 << 20, /* bytes */
    LOOK_MS = 200,            /* between looks whether the run was stopped */
    LAST_MS = 3000            /* for an answer to come when it was */
};

static const int64_t ms_ns = 1000000;

enum read_state { READ_WAITS, READ_FLIES, READ_DONE, READ_FAILED };

/* One that was asked for. */
struct s3_read {
    enum read_state state;
    struct buf key;
    uint64_t said_n;
    const struct sigv4_pair *query; /* of a listing, its caller's */
    size_t query_n;
    struct retry_object tried;
    unsigned turns;
    int64_t due_ns; /* it waits until then */
    struct s3_prepared prepared;
    struct buf body;
    char signature[LOGFILE_SIGNATURE_MAX + 1], algorithm[32];
    struct err err; /* it failed */
};

static int64_t now_ns(const struct s3_call *c)
{
    return c->clock->now_ns(c->clock->self);
}

int s3_call_open(struct s3_call *c, struct arena *a, const struct s3_door_options *door,
                 struct http http, unsigned connections, unsigned attempts, struct err *e)
{
    *c = (struct s3_call){.http = http, .clock = &pace_machine_clock};
    if (s3_door_open(&c->door, a, door, e) != 0)
        return -1;
    retry_init(&c->retry, attempts, connections, (uint64_t)c->door.options.utc_ms());
    c->reads_n = connections;
    c->reads = ARENA_NEW(a, struct s3_read, connections);
    for (unsigned i = 0; i < connections; i++) {
        struct s3_read *r = &c->reads[i];
        buf_init(&r->key, S3_CALL_KEY_MOST);
        buf_init(&r->body, LOGFILE_BODY_MAX);
        s3_prepared_init(&r->prepared);
    }
    return 0;
}

/* Nothing of what is on its way is wanted any more. */
static void cut(struct s3_call *c)
{
    struct http_reply reply;
    if (c->flying == 0)
        return;
    c->http.ops->cut(c->http.self);
    while (c->flying > 0 && c->http.ops->next(c->http.self, &reply, 0)) {
        struct s3_read *r = reply.tag;
        r->state = READ_WAITS;
        c->flying--;
    }
}

void s3_call_close(struct s3_call *c)
{
    cut(c);
    for (unsigned i = 0; i < c->reads_n; i++) {
        struct s3_read *r = &c->reads[i];
        buf_free(&r->key);
        buf_free(&r->body);
        s3_prepared_free(&r->prepared);
    }
    s3_door_close(&c->door);
}

static bool is_stopped(const struct s3_call *c)
{
    return c->stop != NULL && *c->stop;
}

static int give_stop(const struct s3_call *c, struct err *e)
{
    return err_set(e, ERR_STOP, "interrupted while waiting for s3://%.*s",
                   SPAN_ARG(c->door.place.bucket));
}

static void give_up(const struct s3_call *c, struct s3_read *r, const struct s3_rule *rule,
                    const struct http_reply *reply, const struct s3_error *error)
{
    char detail[DETAIL_N];
    s3_answer_describe(detail, sizeof(detail), reply, error, true);
    r->state = READ_FAILED;
    r->err = (struct err){.kind = ERR_NONE};
    err_set(&r->err, ERR_WORK, "s3://%.*s%s%.*s: cannot be read at %.*s: %s%s%s",
            SPAN_ARG(c->door.place.bucket), r->key.n > 0 ? "/" : "", SPAN_ARG(buf_span(&r->key)),
            SPAN_ARG(c->door.place.url), detail, rule->advice != NULL ? "; " : "",
            rule->advice != NULL ? rule->advice : "");
}

static void send(struct s3_call *c, struct s3_read *r)
{
    uint8_t nothing[HASH_SHA256_N];
    hash_sha256(nothing, SPAN(""));
    if (r->tried.attempts == 0 && r->turns == 0)
        r->tried.first_ns = now_ns(c);
    r->tried.attempts++;
    const struct s3_request request = {.method = "GET",
                                       .key = buf_span(&r->key),
                                       .query = r->query,
                                       .query_n = r->query_n,
                                       .body_sha256 = nothing};
    s3_door_prepare(&c->door, &r->prepared, &request);
    const struct http_request h = {.method = request.method,
                                   .url = r->prepared.url.p,
                                   .headers = r->prepared.headers,
                                   .headers_n = r->prepared.headers_n,
                                   .fresh = r->tried.attempts > 2};
    r->state = READ_FLIES;
    c->flying++;
    c->http.ops->start(c->http.self, &h, r);
}

/* Send what waits and is due, the oldest first: how long until the next one is, at most LOOK_MS. */
static int64_t send_due(struct s3_call *c)
{
    int64_t wait_ms = LOOK_MS;
    for (unsigned i = 0; i < c->n && !is_stopped(c); i++) {
        struct s3_read *r = &c->reads[(c->first + i) % c->reads_n];
        if (r->state != READ_WAITS || c->flying >= c->retry.allowed)
            continue;
        const int64_t left_ms = (r->due_ns - now_ns(c) + ms_ns - 1) / ms_ns;
        if (left_ms <= 0)
            send(c, r);
        else if (left_ms < wait_ms)
            wait_ms = left_ms;
    }
    return wait_ms;
}

static void keep(struct s3_read *r, const struct http_reply *reply)
{
    assert(buf_fits(&r->body, reply->body.n));
    r->state = READ_DONE;
    buf_put_span(&r->body, reply->body);
    snprintf(r->signature, sizeof(r->signature), "%s", reply->signature);
    snprintf(r->algorithm, sizeof(r->algorithm), "%s", reply->algorithm);
}

static void settle(struct s3_call *c, struct s3_read *r, const struct http_reply *reply)
{
    struct s3_error error = {.code = ""};
    c->flying--;
    if (reply->fault == HTTP_ANSWERED)
        retry_heard(&c->retry);
    if (reply->fault == HTTP_ANSWERED && reply->status >= 300)
        s3_answer_error(&error, reply->body);
    const struct s3_rule *rule = s3_answer_judge(reply->fault, reply->status, error.code);
    if (rule->action == S3_DONE) {
        retry_arrived(&c->retry, &r->tried);
        keep(r, reply);
        return;
    }
    r->state = READ_WAITS;
    r->due_ns = now_ns(c);
    if (r->turns < TURNS_MOST && s3_door_turn(&c->door, rule->action, reply, &error)) {
        r->turns++;
        r->tried.attempts--;
        return;
    }
    const bool slower = rule->action == S3_SLOWER;
    const bool again = slower || rule->action == S3_AGAIN || rule->action == S3_ELSEWHERE;
    retry_narrow(&c->retry, reply->fault, slower, r->due_ns);
    if (!again || retry_is_spent(&c->retry, &r->tried, reply->fault, r->due_ns) ||
        retry_is_gone(&c->retry, r->due_ns))
        give_up(c, r, rule, reply, &error);
    else
        r->due_ns +=
            ms_ns * retry_delay_ms(&c->retry, &r->tried, reply->fault, slower, reply->retry_after);
}

bool s3_call_has_room(const struct s3_call *c)
{
    return c->n == 0 || (c->n < c->reads_n && c->ahead_n < AHEAD_MOST_N);
}

static struct s3_read *add(struct s3_call *c, uint64_t n)
{
    assert(c->n < c->reads_n);
    struct s3_read *r = &c->reads[(c->first + c->n++) % c->reads_n];
    r->state = READ_WAITS;
    buf_clear(&r->key);
    buf_clear(&r->body);
    r->said_n = n;
    c->ahead_n += n;
    r->query_n = 0;
    r->tried = (struct retry_object){0};
    r->turns = 0;
    r->due_ns = 0;
    if (r->body.cap > ROOM_KEPT_MOST)
        buf_free(&r->body);
    return r;
}

void s3_call_ask(struct s3_call *c, struct span key, uint64_t n)
{
    struct s3_read *r = add(c, n);
    assert(key.n <= S3_CALL_KEY_MOST);
    buf_put_span(&r->key, key);
    send_due(c);
}

int s3_call_take(struct s3_call *c, struct s3_object *out, struct err *e)
{
    if (c->n == 0)
        return 0;
    struct s3_read *r = &c->reads[c->first];
    while (r->state == READ_WAITS || r->state == READ_FLIES) {
        struct http_reply reply;
        const int64_t wait_ms = send_due(c);
        if (c->http.ops->next(c->http.self, &reply, wait_ms)) {
            settle(c, reply.tag, &reply);
            continue;
        }
        if (!is_stopped(c))
            continue;
        if (c->last_ns == 0)
            c->last_ns = now_ns(c) + LAST_MS * ms_ns;
        if (r->state == READ_WAITS || now_ns(c) >= c->last_ns) {
            cut(c);
            return give_stop(c, e);
        }
    }
    c->first = (c->first + 1) % c->reads_n;
    c->n--;
    c->ahead_n -= r->said_n;
    if (r->state == READ_FAILED) {
        *e = r->err;
        return -1;
    }
    *out = (struct s3_object){.key = buf_span(&r->key),
                              .body = &r->body,
                              .signature = span_of(r->signature),
                              .algorithm = span_of(r->algorithm)};
    return 1;
}

int s3_call_get(struct s3_call *c, struct s3_object *out, const struct sigv4_pair *query,
                size_t query_n, struct err *e)
{
    assert(c->n == 0);
    struct s3_read *r = add(c, 0);
    r->query = query;
    r->query_n = query_n;
    return s3_call_take(c, out, e) == 1 ? 0 : -1;
}
