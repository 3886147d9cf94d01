/*
 * test_sqs.c - a scripted transport and a clock that jumps: what becomes of messages for each story
 * a queue can tell. Expected values follow from retry.h and sqs_answer.h.
 */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "replay/sqs.h"

enum { ANSWERS = 12, LOG_N = 16384 };

struct answer {
    enum http_fault fault;
    int status;
    const char *body;
    int64_t date_ms; /* 0: no Date header */
    bool never;      /* no answer until it is cut off */
};

/* The transport: answers in order, the last one for ever. */
static struct script {
    const struct answer *answers;
    size_t at;
    int64_t now_ns; /* jumps ahead when somebody waits */
    void *flying;
    unsigned started;
    bool was_cut;
    char url[512], body[LOG_N], headers[LOG_N]; /* of the last request */
} script;

static volatile sig_atomic_t stop;

static int64_t script_now(void *self)
{
    return ((struct script *)self)->now_ns;
}

static void script_sleep(void *self, int64_t deadline_ns)
{
    struct script *s = self;
    if (s->now_ns < deadline_ns)
        s->now_ns = deadline_ns;
}

static int64_t script_utc(void)
{
    return INT64_C(1773000000000); /* 2026-03-08T20:00:00Z */
}

static void script_start(void *self, const struct http_request *r, void *tag)
{
    struct script *s = self;
    assert_null(s->flying);
    assert_string_equal(r->method, "POST");
    s->flying = tag;
    s->started++;
    snprintf(s->url, sizeof(s->url), "%s", r->url);
    snprintf(s->body, sizeof(s->body), "%.*s", SPAN_ARG(r->body));
    s->headers[0] = '\0';
    for (size_t i = 0; i < r->headers_n; i++) {
        const size_t n = strlen(s->headers);
        snprintf(s->headers + n, sizeof(s->headers) - n, "%s\n", r->headers[i]);
    }
}

static bool script_next(void *self, struct http_reply *out, int64_t wait_ms)
{
    struct script *s = self;
    const struct answer *a = &s->answers[s->at];
    assert_non_null(s->flying);
    if (a->never && !s->was_cut) {
        s->now_ns += wait_ms * 1000000;
        return false;
    }
    if (s->answers[s->at + 1].status != 0 || s->answers[s->at + 1].fault != HTTP_ANSWERED)
        s->at++;
    *out = (struct http_reply){.tag = s->flying,
                               .fault = s->was_cut ? HTTP_BROKEN : a->fault,
                               .status = a->status,
                               .body = span_of(a->body),
                               .reason = "the reason",
                               .region = "",
                               .etag = "",
                               .location = "",
                               .retry_after = "",
                               .date_ms = a->date_ms > 0 ? a->date_ms : -1};
    s->flying = NULL;
    s->now_ns += 1000000;
    return true;
}

static void script_wake(void *self)
{
    (void)self;
}

static void script_close(void *self)
{
    (void)self;
}

static void script_cut(void *self)
{
    ((struct script *)self)->was_cut = true;
}

static const struct http_ops script_ops = {script_start, script_next, script_wake, script_close,
                                           script_cut};
static const struct pace_clock script_clock = {script_now, script_sleep, &script};

#define URL "http://queue:9324/000000000000/q"

static struct notify_place open(const struct answer *answers, bool known)
{
    struct err e = {0};
    struct notify_place p;
    struct sqs_options o = {.queue = {.endpoint = SPAN("http://queue:9324"), .name = SPAN("q")},
                            .region = SPAN("eu-west-1"),
                            .access_key = SPAN("AK"),
                            .secret = SPAN("the secret"),
                            .stop = &stop,
                            .clock = &script_clock,
                            .utc_ms = script_utc};
    if (known)
        o.queue.url = SPAN(URL);
    else
        o.queue.account = SPAN("000000000000");
    stop = 0;
    script = (struct script){.answers = answers};
    if (sqs_open(&p, &o, (struct http){&script_ops, &script}, &e) != 0)
        fail_msg("%s", e.text);
    return p;
}

/* Send ${n} messages; what became of each: 's' sent, 'f' failed with a reason, '-' neither. */
static int send_all(const struct answer *answers, size_t n, char *fates, char *why, struct err *e)
{
    static const char *const texts[] = {"m0", "m\"1\"", "m2", "m3", "m4",
                                        "m5", "m6",     "m7", "m8", "m9"};
    struct notify_message messages[NOTIFY_BATCH_MOST];
    struct notify_place p = open(answers, true);
    for (size_t i = 0; i < n; i++)
        messages[i] = (struct notify_message){.text = span_of(texts[i])};
    *e = (struct err){0};
    const int rc = p.ops->send(p.self, messages, n, e);
    why[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        fates[i] = messages[i].sent ? 's' : messages[i].why[0] != '\0' ? 'f' : '-';
        if (messages[i].why[0] != '\0')
            snprintf(why, NOTIFY_WHY_N, "%s", messages[i].why);
    }
    fates[n] = '\0';
    p.ops->close(p.self);
    return rc;
}

#define ENTRY(id) "{\"Id\":\"" id "\",\"MessageId\":\"x\",\"MD5OfMessageBody\":\"y\"}"
#define FAILED(id, code, ours)                                                                     \
    "{\"Id\":\"" id "\",\"Code\":\"" code "\",\"Message\":\"words\",\"SenderFault\":" ours "}"
#define ALL "{\"Successful\":[" ENTRY("0") "," ENTRY("1") "," ENTRY("2") "]}"
#define OK                                                                                         \
    {                                                                                              \
        .status = 200, .body = ALL                                                                 \
    }
#define ERROR(code) "{\"__type\":\"com.amazonaws.sqs#" code "\",\"message\":\"words\"}"

static const struct {
    const char *name;
    struct answer answers[ANSWERS];
    int rc;
    const char *fates; /* of three messages */
    unsigned requests;
    const char *says; /* in the error, or in a message's reason */
} stories[] = {
    {"all is well", {OK}, 0, "sss", 1, ""},
    {"busy, then well", {{.status = 503}, {.status = 500}, OK}, 0, "sss", 3, ""},
    {"slower, then well",
     {{.status = 400, .body = ERROR("RequestThrottled")}, OK},
     0,
     "sss",
     2,
     ""},
    {"lost connections, then well",
     {{.fault = HTTP_BROKEN}, {.fault = HTTP_SLOW}, OK},
     0,
     "sss",
     3,
     ""},
    {"one failed for their fault and is sent again",
     {{.status = 200,
       .body = "{\"Successful\":[" ENTRY("0") "," ENTRY("2") "],\"Failed\":[" FAILED(
           "1", "InternalError", "false") "]}"},
      {.status = 200, .body = "{\"Successful\":[" ENTRY("0") "]}"}},
     0,
     "sss",
     2,
     ""},
    {"one failed for our fault and is given up",
     {{.status = 200,
       .body = "{\"Successful\":[" ENTRY("0") "," ENTRY("2") "],\"Failed\":[" FAILED(
           "1", "InvalidMessageContents", "true") "]}"}},
     0,
     "sfs",
     1,
     "InvalidMessageContents: words"},
    {"one is not spoken of and is sent again",
     {{.status = 200, .body = "{\"Successful\":[" ENTRY("0") "," ENTRY("1") "]}"},
      {.status = 200, .body = "{\"Successful\":[" ENTRY("0") "]}"}},
     0,
     "sss",
     2,
     ""},
    {"garbage, then well", {{.status = 200, .body = "<html>"}, OK}, 0, "sss", 2, ""},
    {"garbage for ever",
     {{.status = 200, .body = "{\"Successful\":[{\"Id\":\"9\"},{\"Id\":7},8]}"}},
     0,
     "fff",
     8,
     "does not tell"},
    {"the batch is refused, so each goes alone",
     {{.status = 400, .body = ERROR("BatchRequestTooLong")},
      {.status = 200, .body = "{\"Successful\":[" ENTRY("0") "]}"},
      {.status = 400, .body = ERROR("InvalidMessageContents")},
      {.status = 200, .body = "{\"Successful\":[" ENTRY("0") "]}"}},
     0,
     "sfs",
     4,
     "InvalidMessageContents"},
    {"no queue",
     {{.status = 400, .body = ERROR("QueueDoesNotExist")}},
     -1,
     "---",
     1,
     "--notify: queue q: there is no such queue at http://queue:9324 (400 QueueDoesNotExist); "
     "create it, or correct --notify"},
    {"keys refused", {{.status = 403, .body = ERROR("InvalidClientTokenId")}}, -1, "---", 1, "key"},
    {"a clock that is wrong",
     {{.status = 403,
       .body = ERROR("InvalidSignatureException"),
       .date_ms = INT64_C(1773003600000)},
      OK},
     0,
     "sss",
     2,
     ""},
    {"a secret that is wrong",
     {{.status = 403, .body = ERROR("SignatureDoesNotMatch"), .date_ms = INT64_C(1773000000000)}},
     -1,
     "---",
     4,
     "AWS_SECRET_ACCESS_KEY"},
    {"busy for ever", {{.status = 503, .body = ""}}, 0, "fff", 8, "503 (8 tries)"},
    {"nobody there", {{.fault = HTTP_UNREACHABLE}}, -1, "---", 8, "no connection"},
    {"something else there", {{.status = 404, .body = "<html>"}}, -1, "---", 1, "this is no SQS"},
};

static void every_story_ends_as_it_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(stories); i++) {
        char fates[NOTIFY_BATCH_MOST + 1], why[NOTIFY_WHY_N];
        struct err e;
        const int rc = send_all(stories[i].answers, 3, fates, why, &e);
        if (rc != stories[i].rc || strcmp(fates, stories[i].fates) != 0 ||
            script.started != stories[i].requests ||
            strstr(rc != 0 ? e.text : why, stories[i].says) == NULL ||
            (rc != 0 && e.kind != ERR_WORK))
            fail_msg("%s: rc %d, %s, %u requests, \"%s\", \"%s\"", stories[i].name, rc, fates,
                     script.started, why, e.text);
    }
}

static void a_request_is_signed_and_says_what_it_is(void **state)
{
    (void)state;
    static const struct answer answers[] = {OK, {0}};
    char fates[NOTIFY_BATCH_MOST + 1], why[NOTIFY_WHY_N];
    struct err e;
    send_all(answers, 3, fates, why, &e);
    assert_string_equal(script.url, "http://queue:9324/");
    assert_string_equal(script.body, "{\"QueueUrl\":\"" URL "\",\"Entries\":["
                                     "{\"Id\":\"0\",\"MessageBody\":\"m0\"},"
                                     "{\"Id\":\"1\",\"MessageBody\":\"m\\\"1\\\"\"},"
                                     "{\"Id\":\"2\",\"MessageBody\":\"m2\"}]}");
    assert_non_null(strstr(script.headers, "\nContent-Type: application/x-amz-json-1.0\n"));
    assert_non_null(strstr(script.headers, "\nX-Amz-Target: AmazonSQS.SendMessageBatch\n"));
    assert_non_null(strstr(script.headers,
                           "Credential=AK/20260308/eu-west-1/sqs/aws4_request, SignedHeaders="
                           "content-type;host;x-amz-content-sha256;x-amz-date;x-amz-target,"));
    assert_null(strstr(script.headers, "the secret"));
}

static void large_messages_go_in_several_requests(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        {.status = 200, .body = "{\"Successful\":[" ENTRY("0") "," ENTRY("1") "," ENTRY("2") "]}"},
        {0}};
    static char large[80 << 10];
    memset(large, 'x', sizeof(large));
    struct notify_message messages[7];
    for (size_t i = 0; i < COUNT(messages); i++)
        messages[i] = (struct notify_message){.text = {large, sizeof(large)}};
    struct notify_place p = open(answers, true);
    struct err e = {0};
    assert_int_equal(p.ops->send(p.self, messages, COUNT(messages), &e), 0);
    assert_int_equal(script.started, 3); /* three of 80 KB fit into 256 KB */
    for (size_t i = 0; i < COUNT(messages); i++)
        assert_true(messages[i].sent);
    p.ops->close(p.self);
}

static void requests_given_up_in_a_row_end_the_run(void **state)
{
    (void)state;
    static const struct answer answers[] = {{.status = 400, .body = ERROR("InvalidParameterValue")},
                                            {0}};
    struct notify_place p = open(answers, true);
    struct err e = {0};
    int rc = 0;
    unsigned sent = 0;
    for (; rc == 0 && sent < 100; sent++) {
        struct notify_message m = {.text = SPAN("m")};
        rc = p.ops->send(p.self, &m, 1, &e);
    }
    assert_int_equal(sent, 16);
    assert_non_null(strstr(e.text, "in a row"));
    p.ops->close(p.self);
}

static void an_interrupt_ends_the_waiting(void **state)
{
    (void)state;
    static const struct answer silent[] = {{.never = true}, {0}};
    static const struct answer busy[] = {{.status = 503}, {0}};
    for (size_t i = 0; i < 2; i++) {
        struct notify_place p = open(i == 0 ? silent : busy, true);
        struct notify_message m = {.text = SPAN("m")};
        struct err e = {0};
        stop = 1;
        assert_int_equal(p.ops->send(p.self, &m, 1, &e), -1);
        assert_int_equal(script.started, 1);
        assert_true(script.now_ns <= INT64_C(11000000000));
        p.ops->close(p.self);
    }
    stop = 0;
}

static int find(const struct answer *answers, bool known, char *url, struct err *e)
{
    struct notify_place p = open(answers, known);
    struct span found = {NULL, 0};
    *e = (struct err){0};
    const int rc = sqs_find(&p, &found, e);
    snprintf(url, 128, "%.*s", SPAN_ARG(found));
    p.ops->close(p.self);
    return rc;
}

static void a_queue_is_asked_for_before_it_is_used(void **state)
{
    (void)state;
    static const struct answer named[] = {
        {.status = 200, .body = "{\"QueueUrl\":\"http://elsewhere/1/q\"}"}, {0}};
    static const struct answer known[] = {{.status = 200, .body = "{\"Attributes\":{}}"}, {0}};
    static const struct answer denied[] = {{.status = 403, .body = ERROR("AccessDenied")}, {0}};
    static const struct answer none[] = {{.status = 400, .body = ERROR("QueueDoesNotExist")}, {0}};
    static const struct answer page[] = {{.status = 200, .body = "<html>"}, {0}};
    char url[128];
    struct err e;
    assert_int_equal(find(named, false, url, &e), 0);
    assert_string_equal(url, "http://elsewhere/1/q");
    assert_string_equal(script.body,
                        "{\"QueueName\":\"q\",\"QueueOwnerAWSAccountId\":\"000000000000\"}");
    assert_string_equal(script.url, "http://queue:9324/");
    assert_int_equal(find(known, true, url, &e), 0);
    assert_string_equal(url, URL);
    /* A key that may only send can still do so. */
    assert_int_equal(find(denied, true, url, &e), 0);
    assert_int_equal(find(denied, false, url, &e), -1);
    assert_int_equal(find(none, true, url, &e), -1);
    assert_int_equal(find(none, false, url, &e), -1);
    assert_int_equal(find(page, false, url, &e), -1);
    assert_non_null(strstr(e.text, "JSON protocol"));
}

static void aws_has_its_own_endpoints(void **state)
{
    (void)state;
    static const struct answer answers[] = {
        {.status = 200, .body = "{\"QueueUrl\":\"https://x/1/q\"}"}, {0}};
    static const struct {
        struct span region;
        const char *url;
    } rows[] = {
        {SPAN_INIT("eu-west-1"), "https://sqs.eu-west-1.amazonaws.com/"},
        {SPAN_INIT("cn-north-1"), "https://sqs.cn-north-1.amazonaws.com.cn/"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {0};
        struct notify_place p;
        struct span url;
        const struct sqs_options o = {.queue = {.name = SPAN("q")},
                                      .region = rows[i].region,
                                      .access_key = SPAN("AK"),
                                      .secret = SPAN("s"),
                                      .clock = &script_clock,
                                      .utc_ms = script_utc};
        script = (struct script){.answers = answers};
        assert_int_equal(sqs_open(&p, &o, (struct http){&script_ops, &script}, &e), 0);
        assert_int_equal(sqs_find(&p, &url, &e), 0);
        assert_string_equal(script.url, rows[i].url);
        p.ops->close(p.self);
    }
    struct err e = {0};
    struct notify_place p;
    const struct sqs_options wrong = {
        .queue = {.name = SPAN("q")}, .endpoint = SPAN("queue:9324"), .region = SPAN("eu-west-1")};
    assert_int_equal(sqs_open(&p, &wrong, (struct http){&script_ops, &script}, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_story_ends_as_it_should),
        cmocka_unit_test(a_request_is_signed_and_says_what_it_is),
        cmocka_unit_test(large_messages_go_in_several_requests),
        cmocka_unit_test(requests_given_up_in_a_row_end_the_run),
        cmocka_unit_test(an_interrupt_ends_the_waiting),
        cmocka_unit_test(a_queue_is_asked_for_before_it_is_used),
        cmocka_unit_test(aws_has_its_own_endpoints),
    };
    return cmocka_run_group_tests_name("replay/sqs", tests, NULL, NULL);
}
