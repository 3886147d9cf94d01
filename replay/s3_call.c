/* s3_call.c - see s3_call.h. */
#include "replay/s3_call.h"

#include "base/err.h"
#include "base/hash.h"

enum {
    TURNS_MOST = 3,
    DETAIL_N = 360,
    CONNECTIONS = 1,
    LOOK_MS = 200, /* between looks whether the run was stopped */
    LAST_MS = 3000 /* for an answer to come when it was */
};

int s3_call_open(struct s3_call *c, struct arena *a, const struct s3_door_options *door,
                 struct http http, unsigned attempts, struct err *e)
{
    *c = (struct s3_call){.http = http, .clock = &pace_machine_clock};
    if (s3_door_open(&c->door, a, door, e) != 0)
        return -1;
    retry_init(&c->retry, attempts, CONNECTIONS, (uint64_t)c->door.options.utc_ms());
    s3_prepared_init(&c->prepared);
    return 0;
}

void s3_call_close(struct s3_call *c)
{
    s3_door_close(&c->door);
    s3_prepared_free(&c->prepared);
}

static bool is_stopped(const struct s3_call *c)
{
    return c->stop != NULL && *c->stop;
}

/* False when the run was stopped and the answer had not come in its time. */
static bool ask(struct s3_call *c, const struct s3_request *request, bool fresh,
                struct http_reply *reply)
{
    s3_door_prepare(&c->door, &c->prepared, request);
    const struct http_request h = {.method = request->method,
                                   .url = c->prepared.url.p,
                                   .headers = c->prepared.headers,
                                   .headers_n = c->prepared.headers_n,
                                   .fresh = fresh};
    c->http.ops->start(c->http.self, &h, c);
    int64_t until_ns = INT64_MAX;
    while (!c->http.ops->next(c->http.self, reply, LOOK_MS)) {
        const int64_t now_ns = c->clock->now_ns(c->clock->self);
        if (is_stopped(c) && until_ns == INT64_MAX)
            until_ns = now_ns + LAST_MS * INT64_C(1000000);
        if (now_ns < until_ns)
            continue;
        c->http.ops->cut(c->http.self);
        c->http.ops->next(c->http.self, reply, 0);
        return false;
    }
    return true;
}

static int give_stop(const struct s3_call *c, struct err *e)
{
    return err_set(e, ERR_STOP, "interrupted while waiting for s3://%.*s",
                   SPAN_ARG(c->door.place.bucket));
}

static int give_up(const struct s3_call *c, struct span key, const struct s3_rule *rule,
                   const struct http_reply *reply, const struct s3_error *error, struct err *e)
{
    char detail[DETAIL_N];
    s3_answer_describe(detail, sizeof(detail), reply, error, true);
    return err_set(e, ERR_WORK, "s3://%.*s%s%.*s: cannot be read at %.*s: %s%s%s",
                   SPAN_ARG(c->door.place.bucket), key.n > 0 ? "/" : "", SPAN_ARG(key),
                   SPAN_ARG(c->door.place.url), detail, rule->advice != NULL ? "; " : "",
                   rule->advice != NULL ? rule->advice : "");
}

/* Wait before the next attempt: false when the run was stopped. */
static bool wait_ms(const struct s3_call *c, int64_t ms)
{
    const int64_t until_ns = c->clock->now_ns(c->clock->self) + ms * 1000000;
    while (c->clock->now_ns(c->clock->self) < until_ns) {
        if (is_stopped(c))
            return false;
        const int64_t look_ns = c->clock->now_ns(c->clock->self) + LOOK_MS * INT64_C(1000000);
        c->clock->sleep_until(c->clock->self, look_ns < until_ns ? look_ns : until_ns);
    }
    return !is_stopped(c);
}

int s3_call_get(struct s3_call *c, struct s3_object *out, struct span key,
                const struct sigv4_pair *query, size_t query_n, struct err *e)
{
    uint8_t nothing[HASH_SHA256_N];
    hash_sha256(nothing, SPAN(""));
    const struct s3_request request = {
        .method = "GET", .key = key, .query = query, .query_n = query_n, .body_sha256 = nothing};
    struct retry_object tried = {.first_ns = c->clock->now_ns(c->clock->self)};
    unsigned turns = 0;
    for (;;) {
        struct http_reply reply;
        struct s3_error error = {.code = ""};
        tried.attempts++;
        if (!ask(c, &request, tried.attempts > 2, &reply))
            return give_stop(c, e);
        if (reply.fault == HTTP_ANSWERED)
            retry_heard(&c->retry);
        if (reply.fault == HTTP_ANSWERED && reply.status >= 300)
            s3_answer_error(&error, reply.body);
        const struct s3_rule *rule = s3_answer_judge(reply.fault, reply.status, error.code);
        if (rule->action == S3_DONE) {
            retry_arrived(&c->retry, &tried);
            *out = (struct s3_object){.body = reply.body,
                                      .signature = span_of(reply.signature),
                                      .algorithm = span_of(reply.algorithm)};
            return 0;
        }
        if (turns < TURNS_MOST && s3_door_turn(&c->door, rule->action, &reply, &error)) {
            turns++;
            tried.attempts--;
            continue;
        }
        const bool slower = rule->action == S3_SLOWER;
        const bool again = slower || rule->action == S3_AGAIN || rule->action == S3_ELSEWHERE;
        const int64_t now_ns = c->clock->now_ns(c->clock->self);
        retry_narrow(&c->retry, reply.fault, slower, now_ns);
        if (!again || retry_is_spent(&c->retry, &tried, reply.fault, now_ns) ||
            retry_is_gone(&c->retry, now_ns))
            return give_up(c, key, rule, &reply, &error, e);
        if (!wait_ms(c, retry_delay_ms(&c->retry, &tried, reply.fault, slower, reply.retry_after)))
            return give_stop(c, e);
    }
}
