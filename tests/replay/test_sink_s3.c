/*
 * test_sink_s3.c - a scripted transport and a clock that jumps: what becomes of objects and of the
 * run for each story a server can tell. Expected values follow from retry.h and s3_answer.h.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "tests/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/folder.h"
#include "replay/sink_s3.h"

enum { ANSWERS = 24, FLYING = 64, LOG_N = 4096 };

struct answer {
    enum http_fault fault;
    int status;
    const char *body;
    const char *region, *retry_after, *etag, *version, *location;
    int64_t date_ms; /* 0: no Date header */
    int takes_s;     /* of the script's time */
};

/* The transport: answers in order, the last one for ever. Only the transfer thread enters. */
struct script {
    const struct answer *answers;
    size_t at;
    int64_t now_ns; /* jumps ahead when somebody waits */
    void *flying[FLYING];
    size_t flying_n, flying_most;
    unsigned started;
    char urls[LOG_N], auth[LOG_N]; /* of the last request */
    char body[64];                 /* and what it has of one */
    bool fresh;
    bool silent; /* no reply until it is cut off */
};

static struct script script;

static int64_t script_now(void *self)
{
    return ((struct script *)self)->now_ns;
}

static void no_sleep(void *self, int64_t deadline_ns)
{
    (void)self;
    (void)deadline_ns;
}

static int64_t script_utc(void)
{
    return INT64_C(
        1773000000000); /* 2026-03-08T20:00:00Z; the clock of this machine stands still */
}

static void script_start(void *self, const struct http_request *r, void *tag)
{
    struct script *s = self;
    assert_true(s->flying_n < FLYING);
    s->flying[s->flying_n++] = tag;
    if (s->flying_n > s->flying_most)
        s->flying_most = s->flying_n;
    s->started++;
    s->fresh = r->fresh;
    snprintf(s->urls, sizeof(s->urls), "%s", r->url);
    snprintf(s->body, sizeof(s->body), "%.*s", SPAN_ARG(r->body));
    snprintf(s->auth, sizeof(s->auth), "%s", r->headers[0]);
}

static bool script_next(void *self, struct http_reply *out, int64_t wait_ms)
{
    struct script *s = self;
    if (s->flying_n == 0 || s->silent) {
        s->now_ns += wait_ms * 1000000;
        return false;
    }
    const struct answer *a = &s->answers[s->at];
    if (s->answers[s->at + 1].status != 0 || s->answers[s->at + 1].fault != HTTP_ANSWERED)
        s->at++;
    s->now_ns += a->takes_s * INT64_C(1000000000);
    *out = (struct http_reply){.tag = s->flying[0],
                               .fault = a->fault,
                               .status = a->status,
                               .body = span_of(a->body),
                               .reason = a->fault != HTTP_ANSWERED ? "the reason" : "",
                               .region = a->region != NULL ? a->region : "",
                               .etag = a->etag != NULL ? a->etag : "",
                               .version = a->version != NULL ? a->version : "",
                               .location = a->location != NULL ? a->location : "",
                               .retry_after = a->retry_after != NULL ? a->retry_after : "",
                               .date_ms = a->date_ms > 0 ? a->date_ms : -1};
    s->flying_n--;
    memmove(s->flying, s->flying + 1, s->flying_n * sizeof(s->flying[0]));
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

/* Until then the transport has nothing to say of what is flying. */
static void script_cut(void *self)
{
    ((struct script *)self)->silent = false;
}

static const struct http_ops script_ops = {script_start, script_next, script_wake, script_close,
                                           script_cut};
static const struct pace_clock script_clock = {script_now, no_sleep, &script};

static unsigned lost_n, lost_silent;
static char lost_why[512];

static void note_lost(void *ctx, struct span key, struct span why)
{
    (void)ctx;
    assert_true(key.n > 0);
    lost_n++;
    if (why.n == 0)
        lost_silent++;
    else
        snprintf(lost_why, sizeof(lost_why), "%.*s", SPAN_ARG(why));
}

/* Whether the next transport is silent until it is cut off. */
static bool silent;

static struct sink open_sink(const struct answer *answers, const struct sink_s3_options *more)
{
    struct err e = {0};
    struct sink sink;
    struct sink_s3_options o = {.door = {.endpoint = SPAN("http://store:9000"),
                                         .bucket = SPAN("trails"),
                                         .region = SPAN("us-east-1"),
                                         .access_key = SPAN("AK"),
                                         .secret = SPAN("the secret"),
                                         .utc_ms = script_utc},
                                .connections = 4,
                                .lost = note_lost,
                                .clock = &script_clock};
    if (more != NULL) {
        o.prefix = more->prefix;
        o.attempts = more->attempts;
        if (more->door.endpoint.p != NULL)
            o.door.endpoint = more->door.endpoint;
        o.put = more->put;
        o.held = more->held;
        o.latency = more->latency;
        o.stop = more->stop;
        o.arrived = more->arrived;
    }
    script = (struct script){.answers = answers, .silent = silent};
    lost_n = lost_silent = 0;
    lost_why[0] = '\0';
    if (sink_s3_open(&sink, &o, (struct http){&script_ops, &script}, &e) != 0)
        fail_msg("%s", e.text);
    return sink;
}

/* Put ${n} objects and finish; the first error of either goes to ${e}. */
static struct sink_totals put_all(struct sink *sink, unsigned n, struct err *e)
{
    struct sink_totals t;
    int rc = 0;
    for (unsigned i = 0; i < n && rc == 0; i++) {
        struct logfile f;
        char key[64];
        snprintf(key, sizeof(key), "AWSLogs/a+b %u.json.gz", i);
        logfile_init(&f);
        logfile_set_key(&f, span_of(key));
        f.gzipped = true;
        buf_put_span(&f.body, SPAN("body"));
        rc = sink->ops->put(sink->self, &f, e);
        logfile_free(&f);
    }
    struct err later = {0};
    sink->ops->finish(sink->self, &t, rc != 0 ? &later : e);
    sink->ops->close(sink->self);
    return t;
}

#define XML(code) "<Error><Code>" code "</Code><Message>in its own words</Message></Error>"
#define OK                                                                                         \
    {                                                                                              \
        .status = 200                                                                              \
    }

static const struct {
    const char *name;
    struct answer answers[ANSWERS];
    unsigned objects, files, failed, attempts; /* attempts 0: as many as it takes */
    const char *says;                          /* part of the run's error; NULL: none */
    const char *why;                           /* part of a lost object's reason; NULL: none told */
} stories[] = {
    {.name = "all goes well", .answers = {OK}, .objects = 100, .files = 100, .attempts = 100},
    {.name = "an error of the server's, then not",
     .answers = {{.status = 500, .body = XML("InternalError")}, OK},
     .objects = 10,
     .files = 10,
     .attempts = 11},
    {.name = "overload from the start",
     .answers = {{.status = 503, .body = XML("SlowDown")},
                 {.status = 503, .body = XML("SlowDown")},
                 {.status = 503},
                 OK},
     .objects = 10,
     .files = 10,
     .attempts = 13},
    {.name = "the connection breaks in the middle",
     .answers = {OK, {.fault = HTTP_BROKEN}, OK, {.fault = HTTP_SLOW}, OK},
     .objects = 20,
     .files = 20,
     .attempts = 22},
    {.name = "garbage for an error document",
     .answers = {{.status = 502, .body = "<html><Code>\xff\xfe"},
                 {.status = 500, .body = "<<<"},
                 OK},
     .objects = 5,
     .files = 5,
     .attempts = 7},
    {.name = "a request time-out, which is a 400",
     .answers = {{.status = 400, .body = XML("RequestTimeout")}, OK},
     .objects = 3,
     .files = 3,
     .attempts = 4},
    {.name = "damaged twice, then whole",
     .answers = {{.status = 400, .body = XML("BadDigest")},
                 {.status = 400, .body = XML("BadDigest")},
                 OK},
     .objects = 1,
     .files = 1,
     .attempts = 3},
    {.name = "damaged for ever",
     .answers = {{.status = 400, .body = XML("BadDigest")}},
     .objects = 1,
     .failed = 1,
     .attempts = 3,
     .why = "400 BadDigest: in its own words (3 tries)"},
    {.name = "one object refused, the others not",
     .answers = {OK, {.status = 400, .body = XML("InvalidArgument")}, OK},
     .objects = 10,
     .files = 9,
     .failed = 1,
     .attempts = 10,
     .why = "400 InvalidArgument: in its own words"},
    {.name = "denied for one object, after others were taken",
     .answers = {OK, {.status = 403, .body = XML("AccessDenied")}, OK},
     .objects = 10,
     .files = 9,
     .failed = 1,
     .attempts = 10,
     .why = "403 AccessDenied"},
    {.name = "no bucket",
     .answers = {{.status = 404, .body = XML("NoSuchBucket")}},
     .objects = 40,
     .attempts = 1,
     .says = "s3://trails: there is no such bucket at http://store:9000 (404 NoSuchBucket); "
             "create it, or correct --to"},
    {.name = "the bucket goes away",
     .answers = {OK, OK, OK, {.status = 404, .body = XML("NoSuchBucket")}},
     .objects = 40,
     .files = 3,
     .says = "there is no such bucket"},
    {.name = "a wrong secret",
     .answers = {{.status = 403, .body = XML("SignatureDoesNotMatch")}},
     .objects = 40,
     .attempts = 1,
     .says = "the signature is not accepted"},
    {.name = "denied from the start",
     .answers = {{.status = 403, .body = XML("AccessDenied")}},
     .objects = 40,
     .attempts = 1,
     .says = "access is denied"},
    {.name = "expired in the middle",
     .answers = {OK, {.status = 400, .body = XML("ExpiredToken")}},
     .objects = 40,
     .files = 1,
     .says = "the credentials have expired"},
    {.name = "a certificate nobody trusts",
     .answers = {{.fault = HTTP_UNTRUSTED}},
     .objects = 40,
     .attempts = 1,
     .says = "the server's certificate is not trusted at http://store:9000 (the reason)"},
    {.name = "nobody there",
     .answers = {{.fault = HTTP_UNREACHABLE}},
     .objects = 40,
     .attempts = 8,
     .says = "no connection at http://store:9000 (the reason, 8 tries in "},
    {.name = "a name without an address",
     .answers = {{.fault = HTTP_UNRESOLVED}},
     .objects = 40,
     .attempts = 4,
     .says = "the host's name cannot be resolved"},
    {.name = "away for a moment, then back",
     .answers = {OK,
                 OK,
                 {.fault = HTTP_UNREACHABLE},
                 {.fault = HTTP_UNREACHABLE},
                 {.fault = HTTP_UNREACHABLE},
                 {.fault = HTTP_UNREACHABLE},
                 {.fault = HTTP_UNREACHABLE},
                 {.fault = HTTP_UNREACHABLE},
                 {.fault = HTTP_UNREACHABLE},
                 {.fault = HTTP_UNREACHABLE},
                 {.fault = HTTP_UNREACHABLE},
                 {.fault = HTTP_UNREACHABLE},
                 OK},
     .objects = 40,
     .files = 40,
     .attempts = 50},
    {.name = "somebody there who only hangs up",
     .answers = {{.fault = HTTP_BROKEN}},
     .objects = 40,
     .says = "the connection broke at http://store:9000 (the reason, 8 tries in "},
    {.name = "away for good",
     .answers = {OK, {.fault = HTTP_UNREACHABLE}},
     .objects = 40,
     .files = 1,
     .says = "no connection"},
    {.name = "everything fails for reasons of its own",
     .answers = {{.status = 400, .body = XML("InvalidArgument")}},
     .objects = 100,
     .says = "16 objects in a row were given up at http://store:9000, the last one: 400 "
             "InvalidArgument: in its own words",
     .why = "400 InvalidArgument"},
    {.name = "busy for ever",
     .answers = {{.status = 503}},
     .objects = 100,
     .says = "16 objects in a row were given up",
     .why = "503 (8 tries)"},
    {.name = "the clock is put right",
     .answers = {{.status = 403, .body = XML("RequestTimeTooSkewed"), .date_ms = 1773090000000},
                 OK},
     .objects = 3,
     .files = 3,
     .attempts = 4},
    {.name = "the clock cannot be put right",
     .answers = {{.status = 403, .body = XML("RequestTimeTooSkewed"), .date_ms = 1773090000000}},
     .objects = 3,
     .attempts = 4,
     .says = "the clocks differ too much"},
    {.name = "another region, by the document",
     .answers = {{.status = 400,
                  .body = "<Error><Code>AuthorizationHeaderMalformed</Code>"
                          "<Region>eu-west-9</Region></Error>"},
                 OK},
     .objects = 3,
     .files = 3,
     .attempts = 4},
    {.name = "another region, by the header",
     .answers = {{.status = 301, .region = "eu-west-9"}, OK},
     .objects = 3,
     .files = 3,
     .attempts = 4},
    {.name = "a region that is none",
     .answers = {{.status = 301, .region = "evil.example/x"}},
     .objects = 3,
     .attempts = 1,
     .says = "the bucket is elsewhere"},
    {.name = "an error told behind a 200",
     .answers = {OK, {.status = 200, .body = XML("InternalError")}, OK},
     .objects = 5,
     .files = 5,
     .attempts = 6},
    {.name = "overload told behind a 200",
     .answers = {{.status = 200, .body = "\r\n<?xml?>" XML("SlowDown")}, OK},
     .objects = 5,
     .files = 5,
     .attempts = 6},
    {.name = "blanks behind a 200 are nothing",
     .answers = {{.status = 200, .body = "\r\n"}},
     .objects = 5,
     .files = 5,
     .attempts = 5},
    {.name = "a page that is glad to see us",
     .answers = {{.status = 200, .body = "<html><h1>Welcome</h1></html>"}},
     .objects = 40,
     .says = "s3://trails: it answers with a page where S3 answers nothing at http://store:9000 "
             "(200, 8 tries in "},
    {.name = "somebody there who never says a word",
     .answers = {{.fault = HTTP_SLOW, .takes_s = 30}},
     .objects = 40,
     .attempts = 3,
     .says = "no answer in time at http://store:9000 (the reason"},
    {.name = "it goes silent for good",
     .answers = {OK, OK, {.fault = HTTP_SLOW, .takes_s = 30}},
     .objects = 40,
     .files = 2,
     .says = "no answer in time at http://store:9000 (the reason"},
    {.name = "no region told",
     .answers = {{.status = 301}},
     .objects = 3,
     .attempts = 1,
     .says = "the bucket is elsewhere"},
};

static void every_story_ends_as_it_should(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(stories); i++) {
        struct err e = {0};
        struct sink sink = open_sink(stories[i].answers, NULL);
        const struct sink_totals t = put_all(&sink, stories[i].objects, &e);
        const char *name = stories[i].name;
        if (stories[i].says == NULL ? e.kind != ERR_NONE
                                    : e.kind != ERR_WORK || strstr(e.text, stories[i].says) == NULL)
            fail_msg("%s: says \"%s\"", name, e.text);
        if (t.files != stories[i].files ||
            (stories[i].says == NULL && t.failed != stories[i].failed))
            fail_msg("%s: %ju arrived, %ju failed", name, (uintmax_t)t.files, (uintmax_t)t.failed);
        if (stories[i].attempts > 0 &&
            (t.attempts != stories[i].attempts || script.started != stories[i].attempts))
            fail_msg("%s: %ju attempts", name, (uintmax_t)t.attempts);
        if (t.failed != lost_n)
            fail_msg("%s: %ju failed, %u were told", name, (uintmax_t)t.failed, lost_n);
        if (stories[i].why == NULL ? lost_n != lost_silent
                                   : strstr(lost_why, stories[i].why) == NULL)
            fail_msg("%s: lost because \"%s\"", name, lost_why);
        if (strstr(e.text, "the secret") != NULL || strstr(lost_why, "the secret") != NULL)
            fail_msg("%s: a secret is told", name);
    }
}

static void an_endpoint_that_never_answers_costs_seconds(void **state)
{
    (void)state;
    static const struct answer nobody[] = {{.fault = HTTP_UNREACHABLE}, {.status = 0}};
    struct err e = {0};
    struct sink sink = open_sink(nobody, NULL);
    put_all(&sink, 40, &e);
    assert_true(script.now_ns <= INT64_C(17) * 1000000000);
}

static void a_stopped_run_ends_in_time(void **state)
{
    (void)state;
    static const struct answer cut[] = {{.fault = HTTP_BROKEN}, {.status = 0}};
    static const volatile sig_atomic_t stop = 1;
    const struct sink_s3_options o = {.stop = &stop};
    struct err e = {0};
    silent = true;
    struct sink sink = open_sink(cut, &o);
    silent = false;
    const struct sink_totals t = put_all(&sink, 5, &e);
    assert_int_equal(e.kind, ERR_STOP);
    assert_int_equal(t.failed, 5);
    assert_int_equal(lost_silent, 5);
    assert_true(script.now_ns >= S3_FLIGHT_LAST_MS * INT64_C(1000000));
}

static void a_stopped_run_finishes_what_is_on_its_way(void **state)
{
    (void)state;
    static const struct answer late[] = {
        {.status = 500}, {.fault = HTTP_BROKEN}, {.status = 200}, {.status = 0}};
    static const volatile sig_atomic_t stop = 1;
    const struct sink_s3_options o = {.stop = &stop};
    struct err e = {0};
    struct sink sink = open_sink(late, &o);
    const struct sink_totals t = put_all(&sink, 5, &e);
    assert_int_equal(e.kind, ERR_NONE);
    assert_int_equal(t.files, 5);
}

static void the_user_decides_how_often_it_is_tried(void **state)
{
    (void)state;
    static const struct answer nobody[] = {{.fault = HTTP_UNREACHABLE}, {.status = 0}};
    const struct sink_s3_options o = {.attempts = 2};
    struct err e = {0};
    struct sink sink = open_sink(nobody, &o);
    assert_int_equal(put_all(&sink, 5, &e).attempts, 2);
}

static void seconds_asked_for_are_waited(void **state)
{
    (void)state;
    static const struct answer later[] = {
        {.status = 503, .retry_after = "30"}, {.status = 200}, {.status = 0}};
    struct err e = {0};
    struct sink sink = open_sink(later, NULL);
    assert_int_equal(put_all(&sink, 1, &e).files, 1);
    assert_true(script.now_ns >= INT64_C(30) * 1000000000);
}

static void keys_are_encoded_below_the_prefix(void **state)
{
    (void)state;
    static const struct answer fine[] = {{.status = 200}, {.status = 0}};
    const struct sink_s3_options o = {.prefix = SPAN("my/prefix")};
    struct err e = {0};
    struct sink sink = open_sink(fine, &o);
    assert_int_equal(put_all(&sink, 1, &e).files, 1);
    assert_string_equal(script.urls,
                        "http://store:9000/trails/my/prefix/AWSLogs/a%2Bb%200.json.gz");
    assert_non_null(strstr(script.auth, "Authorization: AWS4-HMAC-SHA256 Credential=AK/20260308/"));
}

static void on_aws_another_region_is_another_host(void **state)
{
    (void)state;
    static const struct answer moved[] = {
        {.status = 301, .region = "eu-west-9"}, {.status = 200}, {.status = 0}};
    const struct sink_s3_options o = {.door = {.endpoint = SPAN("")}};
    struct err e = {0};
    struct sink sink = open_sink(moved, &o);
    assert_int_equal(put_all(&sink, 1, &e).files, 1);
    assert_string_equal(script.urls,
                        "https://trails.s3.eu-west-9.amazonaws.com/AWSLogs/a%2Bb%200.json.gz");
    assert_non_null(strstr(script.auth, "/eu-west-9/s3/aws4_request"));
}

static void a_key_too_long_with_its_prefix_is_lost_alone(void **state)
{
    (void)state;
    static const struct answer fine[] = {{.status = 200}, {.status = 0}};
    const struct sink_s3_options o = {.prefix = SPAN("p")};
    struct err e = {0};
    struct sink sink = open_sink(fine, &o);
    struct logfile f;
    struct sink_totals t;
    char key[KEY_MAX];
    memset(key, 'k', sizeof(key));
    logfile_init(&f);
    logfile_set_key(&f, (struct span){key, sizeof(key)});
    buf_put_span(&f.body, SPAN("body"));
    assert_int_equal(sink.ops->put(sink.self, &f, &e), 0);
    assert_int_equal(sink.ops->finish(sink.self, &t, &e), 0);
    assert_int_equal(t.failed, 1);
    assert_int_equal(lost_n, 1);
    sink.ops->close(sink.self);
}

static void closing_without_finish_sends_what_was_put(void **state)
{
    (void)state;
    static const struct answer fine[] = {{.status = 200}, {.status = 0}};
    struct err e = {0};
    struct sink sink = open_sink(fine, NULL);
    struct logfile f;
    logfile_init(&f);
    logfile_set_key(&f, SPAN("k"));
    buf_put_span(&f.body, SPAN("body"));
    assert_int_equal(sink.ops->put(sink.self, &f, &e), 0);
    sink.ops->close(sink.self);
    assert_int_equal(script.started, 1);
}

static void concurrency_never_passes_the_connections(void **state)
{
    (void)state;
    static const struct answer fine[] = {{.status = 200}, {.status = 0}};
    struct err e = {0};
    struct sink sink = open_sink(fine, NULL);
    assert_int_equal(put_all(&sink, 500, &e).files, 500);
    assert_true(script.flying_most <= 4);
}

/* One object through ${answers} with ${put}: what the sink counts. */
static struct sink_totals put_one(const struct answer *answers, const struct s3_put_options *put,
                                  struct err *e)
{
    const struct sink_s3_options o = {.put = *put};
    struct sink sink = open_sink(answers, &o);
    struct sink_totals t = put_all(&sink, 1, e);
    return t;
}

static void what_is_there_stays(void **state)
{
    (void)state;
    const struct s3_put_options put = {.if_none_match = true};
    struct err e = {0};
    const struct answer others[] = {{.status = 412}, {.status = 200, .etag = "\"0\""}, {0}};
    struct sink_totals t = put_one(others, &put, &e);
    assert_int_equal(t.failed, 1);
    assert_int_equal(t.files + t.same, 0);
    assert_non_null(strstr(lost_why, "is there already"));

    /* gone again when we look */
    e = (struct err){0};
    const struct answer gone[] = {{.status = 412}, {.status = 404}, {.status = 200}, {0}};
    t = put_one(gone, &put, &e);
    assert_int_equal(t.files, 1);
}

static void a_redirect_is_followed_within_the_domain_only(void **state)
{
    (void)state;
    const struct s3_put_options put = {.if_none_match = false};
    static const struct {
        const char *location, *host;
    } rows[] = {
        {"http://east.store:9001/trails/k", "http://east.store:9001/"},
        {"http://evil.example/trails/k", "http://store:9000/"},
        {"http://evilstore/trails/k", "http://store:9000/"},
        {"https://east.store/trails/k", "http://store:9000/"},
        {"http://user@east.store/trails/k", "http://store:9000/"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {0};
        const struct answer answers[] = {
            {.status = 307, .location = rows[i].location}, {.status = 200}, {0}};
        const struct sink_totals t = put_one(answers, &put, &e);
        if (t.files != 1 || strncmp(script.urls, rows[i].host, strlen(rows[i].host)) != 0)
            fail_msg("%s: %s", rows[i].location, script.urls);
    }
}

static void a_lock_that_wants_a_checksum_gets_one(void **state)
{
    (void)state;
    const struct s3_put_options put = {.if_none_match = false};
    struct err e = {0};
    const struct answer answers[] = {
        {.status = 400,
         .body = "<Error><Code>InvalidRequest</Code><Message>Content-MD5 OR x-amz-checksum- HTTP "
                 "header is required</Message></Error>"},
        {.status = 200},
        {0}};
    const struct sink_totals t = put_one(answers, &put, &e);
    assert_int_equal(t.files, 1);
    assert_non_null(strstr(script.auth, "content-md5;"));
}

/* Told on the transfer thread, read when it has ended. */
static char arrivals[512];

static void note_arrived(void *ctx, const struct sink_arrival *a)
{
    (void)ctx;
    const size_t n = strlen(arrivals);
    snprintf(arrivals + n, sizeof(arrivals) - n, "%.*s %.*s %.*s %ju %.*s %.*s;",
             SPAN_ARG(a->bucket), SPAN_ARG(a->region), SPAN_ARG(a->key), (uintmax_t)a->bytes,
             SPAN_ARG(a->etag), SPAN_ARG(a->version));
}

static void arrivals_are_told_with_what_the_store_said_of_them(void **state)
{
    (void)state;
    const struct answer fine[] = {
        {.status = 503}, {.status = 200, .etag = "\"tag\"", .version = "v1"}, {0}};
    const struct answer refused[] = {{.status = 400, .body = XML("EntityTooLarge")}, {0}};
    struct err e = {0};
    const struct sink_s3_options o = {.prefix = SPAN("p"), .arrived = note_arrived};
    arrivals[0] = '\0';
    struct sink sink = open_sink(fine, &o);
    assert_int_equal(put_all(&sink, 1, &e).files, 1);
    sink = open_sink(refused, &o);
    assert_int_equal(put_all(&sink, 1, &e).failed, 1);
    assert_string_equal(arrivals, "trails us-east-1 p/AWSLogs/a+b 0.json.gz 4 \"tag\" v1;");
}

static void bytes_in_a_file_are_sent_and_a_file_that_is_gone_stops_the_run(void **state)
{
    (void)state;
    char root[] = "/tmp/beantrail-sink-XXXXXX";
    static const struct answer answers[ANSWERS] = {OK};
    struct sink_totals t;
    struct err e = {0};
    assert_non_null(mkdtemp(root));
    for (int gone = 0; gone < 2; gone++) {
        struct sink sink = open_sink(answers, NULL);
        assert_true(sink.ops->takes_unread);
        struct logfile f;
        char path[64];
        snprintf(path, sizeof(path), "%s/a.json.gz", root);
        assert_int_equal(gone ? unlink(path) : file_write(path, SPAN("the bytes"), &e), 0);
        snprintf(path, sizeof(path), "%s/", root);
        logfile_init(&f);
        logfile_set_key(&f, SPAN("AWSLogs/a.json.gz"));
        f.unread = folder_open(path);
        f.unread_n = 9;
        f.gzipped = true;
        f.hashed = true;
        assert_int_equal(sink.ops->put(sink.self, &f, &e), 0);
        assert_null(f.unread);
        logfile_free(&f);
        assert_int_equal(sink.ops->finish(sink.self, &t, &e), gone ? -1 : 0);
        assert_int_equal(t.files, !gone);
        assert_int_equal(t.bytes, gone ? 0 : 9);
        assert_int_equal(t.attempts, !gone);
        assert_int_equal(lost_silent, gone);
        sink.ops->close(sink.self);
        if (!gone)
            assert_string_equal(script.body, "the bytes");
    }
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "a.json.gz: cannot be read"));
    rmdir(root);

    const struct sink_s3_options tls = {.door = {.endpoint = SPAN("https://store:9000")}};
    struct sink sink = open_sink(answers, &tls);
    assert_false(sink.ops->takes_unread);
    sink.ops->close(sink.self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_in_a_file_are_sent_and_a_file_that_is_gone_stops_the_run),
        cmocka_unit_test(arrivals_are_told_with_what_the_store_said_of_them),
        cmocka_unit_test(every_story_ends_as_it_should),
        cmocka_unit_test(what_is_there_stays),
        cmocka_unit_test(a_redirect_is_followed_within_the_domain_only),
        cmocka_unit_test(a_lock_that_wants_a_checksum_gets_one),
        cmocka_unit_test(an_endpoint_that_never_answers_costs_seconds),
        cmocka_unit_test(a_stopped_run_ends_in_time),
        cmocka_unit_test(a_stopped_run_finishes_what_is_on_its_way),
        cmocka_unit_test(the_user_decides_how_often_it_is_tried),
        cmocka_unit_test(seconds_asked_for_are_waited),
        cmocka_unit_test(keys_are_encoded_below_the_prefix),
        cmocka_unit_test(on_aws_another_region_is_another_host),
        cmocka_unit_test(a_key_too_long_with_its_prefix_is_lost_alone),
        cmocka_unit_test(closing_without_finish_sends_what_was_put),
        cmocka_unit_test(concurrency_never_passes_the_connections),
    };
    return cmocka_run_group_tests_name("replay/sink_s3", tests, NULL, NULL);
}
