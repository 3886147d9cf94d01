/* sqs.c - fuzz target: a queue that answers anything; each message is there or given up. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "replay/sqs.h"
#include "replay/sqs_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Answers with the text, under a status that changes with each request. */
struct script {
    struct span text;
    void *tag;
    int64_t now_ns;
    unsigned asked;
};

static int64_t script_now(void *self)
{
    return ((struct script *)self)->now_ns;
}

static void script_sleep(void *self, int64_t deadline_ns)
{
    ((struct script *)self)->now_ns = deadline_ns;
}

static void script_start(void *self, const struct http_request *r, void *tag)
{
    (void)r;
    ((struct script *)self)->tag = tag;
}

static bool script_next(void *self, struct http_reply *out, int64_t wait_ms)
{
    static const int statuses[] = {200, 200, 400, 503};
    struct script *s = self;
    (void)wait_ms;
    *out = (struct http_reply){.tag = s->tag,
                               .status = statuses[s->asked++ % 4],
                               .body = s->text,
                               .reason = "",
                               .region = "",
                               .etag = "",
                               .location = "",
                               .retry_after = "",
                               .date_ms = -1};
    return true;
}

static void script_nothing(void *self)
{
    (void)self;
}

static const struct http_ops script_ops = {.start = script_start,
                                           .next = script_next,
                                           .wake = script_nothing,
                                           .close = script_nothing,
                                           .cut = script_nothing};

static int64_t script_utc(void)
{
    return INT64_C(1773000000000);
}

static void send(struct span text)
{
    struct script script = {.text = text};
    const struct pace_clock clock = {script_now, script_sleep, &script};
    const struct sqs_options o = {.queue = {.endpoint = SPAN("http://q:1"), .name = SPAN("q")},
                                  .region = SPAN("us-east-1"),
                                  .access_key = SPAN("AK"),
                                  .secret = SPAN("s"),
                                  .clock = &clock,
                                  .utc_ms = script_utc};
    struct notify_message messages[] = {{.text = SPAN("m0")}, {.text = SPAN("m1")}};
    struct notify_place place;
    struct span url;
    struct err e = {0};
    const int opened = sqs_open(&place, &o, (struct http){&script_ops, &script}, &e);
    assert(opened == 0);
    (void)opened;
    if (sqs_find(&place, &url, &e) == 0 && place.ops->send(place.self, messages, 2, &e) == 0) {
        for (size_t i = 0; i < 2; i++)
            assert(messages[i].sent != (messages[i].why[0] != '\0'));
    } else {
        assert(e.kind == ERR_WORK && strchr(e.text, '\n') == NULL);
    }
    place.ops->close(place.self);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct span text = {(const char *)data, n};
    struct s3_error error;
    sqs_answer_error(&error, text);
    assert(strlen(error.code) < sizeof(error.code));
    send(text);

    struct arena a;
    struct sqs_queue queue;
    struct err e = {0};
    arena_init(&a);
    if (sqs_queue_is(text) && sqs_queue_read(&queue, &a, text, &e) == 0)
        assert(queue.name.n >= 1 && queue.name.n <= 80);
    arena_free(&a);
    return 0;
}
