/* sqs.c - see sqs.h. */
#include "replay/sqs.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "cloudtrail/key.h"
#include "replay/retry.h"
#include "replay/s3_door.h"
#include "replay/sqs_answer.h"

enum {
    TURNS_MOST = 3,
    DETAIL_N = 360,
    CONNECTIONS = 1,
    LOOK_MS = 200,               /* between looks whether the run was stopped */
    LAST_MS = 10000,             /* for an answer to come when it was */
    BATCH_BYTES = 256 << 10,     /* of all bodies of a request */
    BODY_MOST = 8 * BATCH_BYTES, /* of the request: what has to be escaped grows */
    URL_MOST = 2048
};

struct sqs {
    struct arena arena; /* holds this struct and what the door learns */
    struct sqs_queue queue;
    struct s3_door door;
    struct http http;
    struct retry retry;
    struct s3_prepared prepared;
    const struct pace_clock *clock;
    const volatile sig_atomic_t *stop;
    struct buf body;
};

/* How a request has been doing. */
struct trial {
    struct retry_object tried;
    unsigned turns;
};

static int64_t now_ns(const struct sqs *s)
{
    return s->clock->now_ns(s->clock->self);
}

static bool is_stopped(const struct sqs *s)
{
    return s->stop != NULL && *s->stop;
}

/* Wait before the next attempt: false when the run was stopped. */
static bool wait_ms(const struct sqs *s, int64_t ms)
{
    const int64_t until_ns = now_ns(s) + ms * 1000000;
    while (now_ns(s) < until_ns && !is_stopped(s)) {
        const int64_t look_ns = now_ns(s) + LOOK_MS * INT64_C(1000000);
        s->clock->sleep_until(s->clock->self, look_ns < until_ns ? look_ns : until_ns);
    }
    return !is_stopped(s);
}

/* Send ${s}->body once to ${action}. */
static void exchange(struct sqs *s, const char *action, bool fresh, struct http_reply *reply)
{
    uint8_t sha256[HASH_SHA256_N];
    char target[64];
    snprintf(target, sizeof(target), "AmazonSQS.%s", action);
    hash_sha256(sha256, buf_span(&s->body));
    const struct sigv4_pair headers[] = {
        {SPAN("Content-Type"), SPAN("application/x-amz-json-1.0")},
        {SPAN("X-Amz-Target"), span_of(target)},
    };
    const struct s3_request request = {.method = "POST",
                                       .headers = headers,
                                       .headers_n = sizeof(headers) / sizeof(headers[0]),
                                       .body_sha256 = sha256};
    s3_door_prepare(&s->door, &s->prepared, &request);
    const struct http_request h = {.method = request.method,
                                   .url = s->prepared.url.p,
                                   .headers = s->prepared.headers,
                                   .headers_n = s->prepared.headers_n,
                                   .body = buf_span(&s->body),
                                   .fresh = fresh};
    s->http.ops->start(s->http.self, &h, s);
    int64_t until_ns = INT64_MAX;
    while (!s->http.ops->next(s->http.self, reply, LOOK_MS)) {
        if (is_stopped(s) && until_ns == INT64_MAX)
            until_ns = now_ns(s) + LAST_MS * INT64_C(1000000);
        if (now_ns(s) < until_ns)
            continue;
        s->http.ops->cut(s->http.self);
        until_ns = INT64_MAX;
    }
}

/* The request did not do: true when it is worth another try, for which it has waited. */
static bool again(struct sqs *s, struct trial *t, const struct s3_rule *rule,
                  const struct http_reply *reply, const struct s3_error *error)
{
    if (t->turns < TURNS_MOST && s3_door_turn(&s->door, rule->action, reply, error)) {
        t->turns++;
        t->tried.attempts--;
        return true;
    }
    const bool slower = rule->action == S3_SLOWER;
    if (!slower && rule->action != S3_AGAIN)
        return false;
    retry_narrow(&s->retry, reply->fault, slower, now_ns(s));
    if (retry_is_spent(&s->retry, &t->tried, reply->fault, now_ns(s)) ||
        retry_is_gone(&s->retry, now_ns(s)))
        return false;
    return wait_ms(s,
                   retry_delay_ms(&s->retry, &t->tried, reply->fault, slower, reply->retry_after));
}

/* Send ${s}->body until there is an answer that stands: what it means. */
static const struct s3_rule *ask(struct sqs *s, struct trial *t, const char *action,
                                 struct http_reply *reply, struct s3_error *error)
{
    for (;;) {
        t->tried.attempts++;
        exchange(s, action, t->tried.attempts > 2, reply);
        *error = (struct s3_error){.code = ""};
        if (reply->fault == HTTP_ANSWERED)
            retry_heard(&s->retry);
        if (reply->fault == HTTP_ANSWERED && reply->status != 200)
            sqs_answer_error(error, reply->body);
        const struct s3_rule *rule = sqs_answer_judge(reply->fault, reply->status, error->code);
        if (rule->action == S3_DONE || !again(s, t, rule, reply, error))
            return rule;
    }
}

/* The error for a request that no other would better. */
static int stop_for(const struct sqs *s, const struct trial *t, const struct s3_rule *rule,
                    const struct http_reply *reply, const struct s3_error *error, struct err *e)
{
    char detail[DETAIL_N];
    char tries[64] = "";
    s3_answer_describe(detail, sizeof(detail), reply, error, rule->what == NULL);
    if (t->tried.attempts > 1)
        snprintf(tries, sizeof(tries), ", %u tries in %.1f s", t->tried.attempts,
                 (double)(now_ns(s) - t->tried.first_ns) / 1e9);
    return err_set(e, ERR_WORK, "--notify: queue %.*s: %s at %.*s (%s%s)%s%s",
                   SPAN_ARG(s->queue.name), rule->what != NULL ? rule->what : "it refuses",
                   SPAN_ARG(s->door.place.url), detail, tries, rule->advice != NULL ? "; " : "",
                   rule->advice != NULL ? rule->advice : "");
}

/* The messages of a request. */
struct batch {
    struct notify_message *messages[NOTIFY_BATCH_MOST];
    size_t n;
};

static void put_batch(struct sqs *s, const struct batch *b)
{
    struct buf *out = &s->body;
    buf_clear(out);
    buf_printf(out, "{\"QueueUrl\":");
    json_put_string(out, s->queue.url);
    buf_printf(out, ",\"Entries\":[");
    for (size_t i = 0; i < b->n; i++) {
        buf_printf(out, "%s{\"Id\":\"%zu\",\"MessageBody\":", i > 0 ? "," : "", i);
        json_put_string(out, b->messages[i]->text);
        buf_put_char(out, '}');
    }
    buf_printf(out, "]}");
}

/* Which message an entry of the answer speaks of, or NULL. */
static struct notify_message *message_of(const struct batch *b, const struct json *entry)
{
    const struct json id = json_member(entry, "Id");
    const struct span text = json_text(&id);
    if (text.n != 1 || text.p[0] < '0' || text.p[0] > '9')
        return NULL;
    const size_t i = (size_t)(text.p[0] - '0');
    return i < b->n ? b->messages[i] : NULL;
}

/*
 * Take what the answer says of each message and keep in ${b} those that are to be sent again: the
 * failed ones that were not our fault, and those of which it says nothing.
 */
static void take_answer(struct batch *b, struct s3_error *last, struct span body)
{
    struct json_doc *doc;
    struct err ignored = {0};
    *last = (struct s3_error){.message = "the answer does not tell what became of it"};
    if (json_open(&doc, "answer", body, &ignored) != 0)
        return;
    const struct json root = json_root(doc);
    struct json entry = {0};
    const struct json successful = json_member(&root, "Successful");
    while (json_next(&successful, &entry)) {
        struct notify_message *m = message_of(b, &entry);
        if (m != NULL)
            m->sent = true;
    }
    entry = (struct json){0};
    const struct json failed = json_member(&root, "Failed");
    while (json_next(&failed, &entry)) {
        struct notify_message *m = message_of(b, &entry);
        const struct json code = json_member(&entry, "Code");
        const struct json words = json_member(&entry, "Message");
        const struct json ours = json_member(&entry, "SenderFault");
        const struct span code_text = json_text(&code), words_text = json_text(&words);
        if (m == NULL || m->sent)
            continue;
        snprintf(last->code, sizeof(last->code), "%.*s", SPAN_ARG(code_text));
        snprintf(last->message, sizeof(last->message), "%.*s", SPAN_ARG(words_text));
        if (json_is_true(&ours))
            snprintf(m->why, sizeof(m->why), "%.60s: %.180s", last->code, last->message);
    }
    json_close(doc);
    size_t left = 0;
    for (size_t i = 0; i < b->n; i++) {
        if (!b->messages[i]->sent && b->messages[i]->why[0] == '\0')
            b->messages[left++] = b->messages[i];
    }
    b->n = left;
}

/* Give up what is left of ${b}; -1 when nothing else is taken either. */
static int refuse(struct sqs *s, const struct batch *b, const struct trial *t,
                  const struct http_reply *reply, const struct s3_error *error, struct err *e)
{
    char detail[DETAIL_N];
    char tries[32] = "";
    s3_answer_describe(detail, sizeof(detail), reply, error, true);
    if (t->tried.attempts > 1)
        snprintf(tries, sizeof(tries), " (%u tries)", t->tried.attempts);
    for (size_t i = 0; i < b->n; i++)
        snprintf(b->messages[i]->why, sizeof(b->messages[i]->why), "%.200s%s", detail, tries);
    if (!retry_refused(&s->retry))
        return 0;
    return err_set(
        e, ERR_WORK,
        "--notify: queue %.*s: %u requests in a row were given up at %.*s, the last one: "
        "%s",
        SPAN_ARG(s->queue.name), s->retry.refused_in_a_row, SPAN_ARG(s->door.place.url), detail);
}

/* Send ${b} until each message is there or given up. */
static int send_batch(struct sqs *s, struct batch *b, struct err *e)
{
    struct trial t = {.tried = {.first_ns = now_ns(s)}};
    for (;;) {
        struct http_reply reply;
        struct s3_error error;
        put_batch(s, b);
        const struct s3_rule *rule = ask(s, &t, "SendMessageBatch", &reply, &error);
        if (rule->action == S3_DONE) {
            const size_t before = b->n;
            take_answer(b, &error, reply.body);
            if (b->n < before)
                retry_arrived(&s->retry, &t.tried);
            const bool slower =
                strstr(error.code, "Throttl") != NULL || strcmp(error.code, "OverLimit") == 0;
            const struct s3_rule some_failed = {.action = slower ? S3_SLOWER : S3_AGAIN};
            if (b->n == 0)
                return 0;
            if (again(s, &t, &some_failed, &reply, &error))
                continue;
            return refuse(s, b, &t, &reply, &error, e);
        }
        if (rule->for_all || retry_is_gone(&s->retry, now_ns(s)) || is_stopped(s) ||
            (reply.fault != HTTP_ANSWERED && !s->retry.alive))
            return stop_for(s, &t, rule, &reply, &error, e);
        if (rule->action != S3_REFUSED || b->n == 1)
            return refuse(s, b, &t, &reply, &error, e);
        /* One of them is at fault: find out which. */
        for (size_t i = 0; i < b->n; i++) {
            struct batch one = {.messages = {b->messages[i]}, .n = 1};
            if (send_batch(s, &one, e) != 0)
                return -1;
        }
        return 0;
    }
}

static int sqs_send(void *self, struct notify_message *messages, size_t n, struct err *e)
{
    struct sqs *s = self;
    for (size_t at = 0; at < n;) {
        struct batch b = {.n = 0};
        size_t bytes = 0;
        while (at < n && (b.n == 0 || bytes + messages[at].text.n <= BATCH_BYTES)) {
            bytes += messages[at].text.n;
            b.messages[b.n++] = &messages[at++];
        }
        if (send_batch(s, &b, e) != 0)
            return -1;
    }
    return 0;
}

static void sqs_close(void *self)
{
    struct sqs *s = self;
    s->http.ops->close(s->http.self);
    s3_door_close(&s->door);
    s3_prepared_free(&s->prepared);
    buf_free(&s->body);
    struct arena a = s->arena;
    arena_free(&a);
}

static const struct notify_place_ops sqs_ops = {
    .name = "sqs", .send = sqs_send, .close = sqs_close};

int sqs_open(struct notify_place *out, const struct sqs_options *o, struct http http, struct err *e)
{
    struct arena a;
    arena_init(&a);
    struct sqs *s = ARENA_NEW(&a, struct sqs, 1);
    s->arena = a;
    const struct span region = o->queue.region.n > 0 ? o->queue.region : o->region;
    struct span endpoint = o->queue.endpoint.n > 0 ? o->queue.endpoint : o->endpoint;
    if (endpoint.n == 0)
        endpoint = arena_printf(&s->arena, "https://sqs.%.*s.amazonaws.com%s", SPAN_ARG(region),
                                strcmp(key_partition(region), "aws-cn") == 0 ? ".cn" : "");
    /* A place without a bucket: the path of every request is the endpoint's. */
    const struct s3_door_options door = {.endpoint = endpoint,
                                         .bucket = SPAN(""),
                                         .region = region,
                                         .access_key = o->access_key,
                                         .secret = o->secret,
                                         .token = o->token,
                                         .service = "sqs",
                                         .style = S3_STYLE_PATH,
                                         .utc_ms = o->utc_ms,
                                         .wish = o->wish};
    if (s3_door_open(&s->door, &s->arena, &door, e) != 0) {
        a = s->arena;
        arena_free(&a);
        return -1;
    }
    s->queue.url = arena_copy(&s->arena, o->queue.url);
    s->queue.account = arena_copy(&s->arena, o->queue.account);
    s->queue.name = arena_copy(&s->arena, o->queue.name);
    s->http = http;
    s->clock = o->clock != NULL ? o->clock : &pace_machine_clock;
    s->stop = o->stop;
    retry_init(&s->retry, o->attempts, CONNECTIONS,
               (uint64_t)s->door.options.utc_ms() ^ (uint64_t)(uintptr_t)s);
    s3_prepared_init(&s->prepared);
    buf_init(&s->body, BODY_MOST);
    *out = (struct notify_place){&sqs_ops, s};
    return 0;
}

int sqs_find(const struct notify_place *place, struct span *url, struct err *e)
{
    assert(place->ops == &sqs_ops);
    struct sqs *s = place->self;
    struct trial t = {.tried = {.first_ns = now_ns(s)}};
    struct http_reply reply;
    struct s3_error error;
    const bool known = s->queue.url.n > 0;
    buf_clear(&s->body);
    buf_printf(&s->body, known ? "{\"QueueUrl\":" : "{\"QueueName\":");
    json_put_string(&s->body, known ? s->queue.url : s->queue.name);
    if (known)
        buf_printf(&s->body, ",\"AttributeNames\":[\"QueueArn\"]");
    else if (s->queue.account.n > 0)
        buf_printf(&s->body, ",\"QueueOwnerAWSAccountId\":\"%.*s\"", SPAN_ARG(s->queue.account));
    buf_put_char(&s->body, '}');
    const struct s3_rule *rule =
        ask(s, &t, known ? "GetQueueAttributes" : "GetQueueUrl", &reply, &error);
    const bool denied = strncmp(error.code, "AccessDenied", 12) == 0;
    if (rule->action != S3_DONE && !(known && denied))
        return stop_for(s, &t, rule, &reply, &error, e);
    if (!known) {
        struct json_doc *doc;
        struct err why = {0};
        struct span text = {NULL, 0};
        const bool read = json_open(&doc, "answer", reply.body, &why) == 0;
        if (read) {
            const struct json root = json_root(doc);
            const struct json member = json_member(&root, "QueueUrl");
            text = json_text(&member);
            if (text.n > 0 && text.n <= URL_MOST)
                s->queue.url = arena_copy(&s->arena, text);
            json_close(doc);
        }
        if (s->queue.url.n == 0)
            return err_set(e, ERR_WORK,
                           "--notify: queue %.*s: the answer at %.*s is not one of SQS's JSON "
                           "protocol; correct --notify or AWS_ENDPOINT_URL_SQS",
                           SPAN_ARG(s->queue.name), SPAN_ARG(s->door.place.url));
    }
    retry_arrived(&s->retry, &t.tried);
    *url = s->queue.url;
    return 0;
}
