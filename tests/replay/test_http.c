/* test_http.c - the real transport against a server of a few lines on loopback. */
#define _XOPEN_SOURCE 700 /* setenv */
#include "tests/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/work.h"
#include "replay/http.h"

enum { REQUEST_N = 65536 };

/* A server that gives each connection's requests the same answer; its thread ends with the
 * listener. */
struct server {
    int listener;
    char url[64];
    const char *answer;
    size_t padding_n; /* bytes of 'x' behind the answer */
    const char *head; /* again and again behind the answer, until nobody listens; or NULL */
    bool hangs_up;    /* behind each answer, without a word */
    bool early;       /* answers before it reads the body */
    unsigned connections, requests;
    char last[REQUEST_N]; /* the last request */
    struct work_thread *thread;
};

static void send_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t put = send(fd, p, n, MSG_NOSIGNAL);
        if (put <= 0)
            return;
        p += put;
        n -= (size_t)put;
    }
}

static bool read_request(struct server *s, int fd)
{
    size_t n = 0;
    bool answered = false;
    for (;;) {
        ssize_t got = recv(fd, s->last + n, sizeof(s->last) - 1 - n, 0);
        if (got <= 0)
            return false;
        n += (size_t)got;
        s->last[n] = '\0';
        const char *end = strstr(s->last, "\r\n\r\n");
        const char *length = strstr(s->last, "Content-Length: ");
        unsigned long body_n = 0;
        if (end != NULL && length != NULL && length < end)
            sscanf(length, "Content-Length: %lu", &body_n);
        if (end != NULL && s->early && !answered) {
            send_all(fd, s->answer, strlen(s->answer));
            answered = true;
        }
        if (end != NULL && s->last + n >= end + 4 + body_n)
            return true;
    }
}

static void serve(void *ctx)
{
    struct server *s = ctx;
    for (;;) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd < 0)
            return;
        s->connections++;
        while (read_request(s, fd)) {
            s->requests++;
            if (!s->early)
                send_all(fd, s->answer, strlen(s->answer));
            char padding[4096];
            memset(padding, 'x', sizeof(padding));
            for (size_t left = s->padding_n; left > 0;) {
                size_t n = left < sizeof(padding) ? left : sizeof(padding);
                send_all(fd, padding, n);
                left -= n;
            }
            while (s->head != NULL &&
                   send(fd, s->head, strlen(s->head), MSG_NOSIGNAL) == (ssize_t)strlen(s->head))
                ;
            if (s->hangs_up)
                break;
        }
        close(fd);
    }
}

static void server_open(struct server *s, const char *answer)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(at);
    *s = (struct server){.answer = answer};
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(s->listener >= 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(s->listener, 16), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&at, &n), 0);
    snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
    s->thread = work_thread_start(serve, s);
    assert_non_null(s->thread);
}

static void server_close(struct server *s)
{
    shutdown(s->listener, SHUT_RDWR);
    work_thread_join(s->thread);
    close(s->listener);
}

static struct http open_http(void)
{
    struct err e = {0};
    struct http h;
    const struct http_options o = {.connections = 2, .connect_ms = 2000, .total_ms = 10000};
    if (http_open(&h, &o, &e) != 0)
        fail_msg("%s", e.text);
    return h;
}

/* The file that the next requests' bodies are in, or NULL. */
static const int *from_file;

/* One request with ${body} to ${url}${path}. */
static struct http_reply ask(struct http *h, const char *method, const char *url, const char *path,
                             struct span body)
{
    static char whole[256];
    static const char *const headers[] = {"Content-Type: application/json", "Expect:"};
    struct http_reply r;
    snprintf(whole, sizeof(whole), "%s%s", url, path);
    const struct http_request q = {.method = method,
                                   .url = whole,
                                   .headers = headers,
                                   .headers_n = COUNT(headers),
                                   .body = body,
                                   .file = from_file};
    h->ops->start(h->self, &q, whole);
    for (int i = 0; i < 100000; i++) {
        if (h->ops->next(h->self, &r, 1000)) {
            assert_ptr_equal(r.tag, whole);
            return r;
        }
    }
    fail_msg("no reply");
    return r;
}

static struct http_reply put(struct http *h, const char *url, const char *path, struct span body)
{
    return ask(h, "PUT", url, path, body);
}

static void a_put_arrives_as_it_was_given(void **state)
{
    (void)state;
    struct server s;
    server_open(
        &s, "HTTP/1.1 200 OK\r\nDate: Fri, 24 May 2013 00:00:00 GMT\r\nETag: \"abc\"\r\n"
            "x-amz-bucket-region:  eu-west-1 \r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nok");
    struct http h = open_http();
    struct http_reply r = put(&h, s.url, "/b/a%20b/../c//d", SPAN("a\0b"));
    assert_int_equal(r.fault, HTTP_ANSWERED);
    assert_int_equal(r.status, 200);
    assert_true(span_is(r.body, "ok"));
    assert_string_equal(r.etag, "\"abc\"");
    assert_string_equal(r.region, "eu-west-1");
    assert_string_equal(r.retry_after, "7");
    assert_non_null(strstr(s.last, "PUT /b/a%20b/../c//d HTTP/1.1\r\n"));
    assert_non_null(strstr(s.last, "\r\nContent-Length: 3\r\n"));
    assert_non_null(strstr(s.last, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(s.last, "\r\nUser-Agent: beantrail/"));
    assert_null(strstr(s.last, "Expect"));

    /* The next ones use the connection that is there. */
    put(&h, s.url, "/e", SPAN(""));
    assert_non_null(strstr(s.last, "\r\nContent-Length: 0\r\n"));
    put(&h, s.url, "/f", SPAN("x"));
    h.ops->close(h.self);
    server_close(&s);
    assert_int_equal(s.connections, 1);
    assert_int_equal(s.requests, 3);
}

static void a_body_may_come_from_a_file(void **state)
{
    (void)state;
    enum { N = 50000 };
    static char bytes[N];
    for (size_t i = 0; i < N; i++)
        bytes[i] = (char)('a' + i % 23);
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, N, file), N);
    assert_int_equal(fflush(file), 0);
    const int fd = fileno(file);
    from_file = &fd;
    struct server s;
    server_open(&s, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    /* Over plain connections, and as libcurl sends it: here to a proxy. */
    for (int proxied = 0; proxied < 2; proxied++) {
        if (proxied)
            setenv("http_proxy", s.url, 1);
        struct http h = open_http();
        unsetenv("http_proxy");
        for (int i = 0; i < 3; i++) {
            assert_int_equal(put(&h, s.url, "/a", (struct span){NULL, N}).status, 200);
            const char *body = strstr(s.last, "\r\n\r\n");
            assert_non_null(body);
            assert_memory_equal(body + 4, bytes, N);
        }
        h.ops->close(h.self);
    }
    /* A file that has lost bytes is no body. */
    struct http h = open_http();
    const struct http_reply r = put(&h, s.url, "/a", (struct span){NULL, N + 1});
    assert_int_equal(r.fault, HTTP_BROKEN);
    assert_string_equal(r.reason, "its file has become shorter meanwhile");
    h.ops->close(h.self);
    server_close(&s);
    assert_int_equal(s.requests, 6);
    from_file = NULL;
    fclose(file);
}

static void a_redirect_is_a_reply(void **state)
{
    (void)state;
    struct server s;
    server_open(&s, "HTTP/1.1 307 Over There\r\nDate: Fri, 24 May 2013 00:00:00 GMT\r\n"
                    "Location: http://127.0.0.1:1/\r\n"
                    "Content-Length: 0\r\n\r\n");
    struct http h = open_http();
    struct http_reply r = put(&h, s.url, "/a", SPAN("x"));
    assert_int_equal(r.fault, HTTP_ANSWERED);
    assert_int_equal(r.status, 307);
    assert_true(r.date_ms == INT64_C(1369353600000));
    h.ops->close(h.self);
    server_close(&s);
    assert_int_equal(s.requests, 1);
}

static void a_long_answer_is_kept_in_part_and_an_endless_one_ended(void **state)
{
    (void)state;
    struct server s;
    server_open(&s, "HTTP/1.1 500 Oops\r\nContent-Length: 200000\r\n\r\n");
    s.padding_n = 200000;
    struct http h = open_http();
    struct http_reply r = put(&h, s.url, "/a", SPAN("x"));
    assert_int_equal(r.fault, HTTP_ANSWERED);
    assert_int_equal(r.status, 500);
    assert_int_equal(r.body.n, HTTP_BODY_KEPT);
    h.ops->close(h.self);
    server_close(&s);

    server_open(&s, "HTTP/1.1 500 Oops\r\nContent-Length: 4000000\r\n\r\n");
    s.padding_n = 4000000;
    h = open_http();
    r = put(&h, s.url, "/a", SPAN("x"));
    assert_int_equal(r.fault, HTTP_BROKEN);
    assert_true(r.reason[0] != '\0');
    h.ops->close(h.self);
    server_close(&s);
}

static void faults_are_told_apart(void **state)
{
    (void)state;
    struct server s;
    struct http h = open_http();
    struct http_reply r = put(&h, "http://127.0.0.1:1", "/a", SPAN("x"));
    assert_int_equal(r.fault, HTTP_UNREACHABLE);
    assert_string_equal(r.reason, "Connection refused");
    r = put(&h, "http://no-such-host.invalid", "/a", SPAN("x"));
    assert_int_equal(r.fault, HTTP_UNRESOLVED);
    r = put(&h, "ftp://127.0.0.1", "/a", SPAN("x"));
    assert_int_equal(r.fault, HTTP_UNUSABLE);
    server_open(&s, "220 mail.example ESMTP\r\n");
    r = put(&h, s.url, "/a", SPAN("x"));
    assert_int_equal(r.fault, HTTP_UNUSABLE);
    h.ops->close(h.self);
    server_close(&s);
}

static void a_dead_connection_is_replaced(void **state)
{
    (void)state;
    struct server s;
    server_open(&s, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    s.hangs_up = true;
    struct http h = open_http();
    for (int i = 0; i < 20; i++)
        assert_int_equal(put(&h, s.url, "/a", SPAN("x")).status, 200);
    h.ops->close(h.self);
    server_close(&s);
    assert_int_equal(s.requests, 20);
    assert_int_equal(s.connections, 20);
}

static void an_answer_may_come_before_the_body_has_gone(void **state)
{
    (void)state;
    struct server s;
    static char large[60000];
    memset(large, 'b', sizeof(large));
    server_open(&s, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    s.early = true;
    struct http h = open_http();
    for (int i = 0; i < 20; i++) {
        struct http_reply r = put(&h, s.url, "/a", (struct span){large, sizeof(large)});
        assert_int_equal(r.fault, HTTP_ANSWERED);
        assert_int_equal(r.status, 200);
    }
    h.ops->close(h.self);
    server_close(&s);
    assert_int_equal(s.connections, 1);
}

static const struct {
    const char *answer;
    enum http_fault fault;
    int status;
    const char *body, *reason;
} ends[] = {
    {"HTTP/1.1 200 OK\r\n\r\nto the end", HTTP_ANSWERED, 200, "to the end", ""},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", HTTP_ANSWERED,
     200, "abc", ""},
    {"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", HTTP_ANSWERED, 503, "", ""},
    {"", HTTP_BROKEN, 0, "", "the connection ended before an answer"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", HTTP_BROKEN, 200, "half",
     "the connection ended within the answer"},
    {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", HTTP_BROKEN, 200, "",
     "an HTTP answer has a length that is none"},
};

static void an_answer_ends_as_it_says_or_is_broken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ends); i++) {
        struct server s;
        server_open(&s, ends[i].answer);
        s.hangs_up = true;
        struct http h = open_http();
        struct http_reply r = put(&h, s.url, "/a", SPAN("x"));
        if (r.fault != ends[i].fault || r.status != ends[i].status ||
            !span_is(r.body, ends[i].body) || strcmp(r.reason, ends[i].reason) != 0)
            fail_msg("row %zu: fault %d, status %d, body %.*s, reason %s", i, (int)r.fault,
                     r.status, SPAN_ARG(r.body), r.reason);
        h.ops->close(h.self);
        server_close(&s);
    }
}

static void a_server_that_says_nothing_is_left(void **state)
{
    (void)state;
    struct server s;
    server_open(&s, "");
    struct err e = {0};
    struct http h;
    const struct http_options o = {.connections = 1, .total_ms = 100};
    assert_int_equal(http_open(&h, &o, &e), 0);
    struct http_reply r = put(&h, s.url, "/a", SPAN("x"));
    assert_int_equal(r.fault, HTTP_SLOW);
    assert_string_equal(r.reason, "took too long");
    h.ops->close(h.self);
    server_close(&s);
}

/* PUTs take another way than GETs, which are libcurl's. */
static const char *const methods[] = {"PUT", "GET"};

static const struct {
    const char *name, *answer;
    bool whole;
} halves[] = {
    {"a status and no more", "HTTP/1.1 200 OK\r\n", false},
    {"headers cut off", "HTTP/1.1 200 OK\r\nETag: \"ab\"\r\nContent-Le", false},
    {"only a promise", "HTTP/1.1 100 Continue\r\n\r\n", false},
    {"a promise, then the answer",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
    {"a trailer behind the body",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Late: 1\r\n\r\n", true},
    {"lines that end in LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", true},
    {"a body cut off", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", false},
    {"a chunk cut off", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", false},
};

static void half_an_answer_is_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(halves) * COUNT(methods); i++) {
        const size_t k = i / COUNT(methods);
        struct server s;
        server_open(&s, halves[k].answer);
        s.hangs_up = true;
        struct http h = open_http();
        struct http_reply r = ask(&h, methods[i % COUNT(methods)], s.url, "/a", SPAN(""));
        const bool said = r.reason[0] != '\0';
        if ((r.fault == HTTP_ANSWERED) != halves[k].whole || said == halves[k].whole)
            fail_msg("%s, %s: fault %d, status %d, \"%s\"", methods[i % COUNT(methods)],
                     halves[k].name, (int)r.fault, r.status, r.reason);
        h.ops->close(h.self);
        server_close(&s);
    }
}

static void headers_without_end_are_ended(void **state)
{
    (void)state;
    static const char *const heads[] = {
        "X-Filler: 0123456789012345678901234567890123456789012345678901234567890123\r\n",
        /* Promises without end are headers without end. */
        "\r\nHTTP/1.1 100 Continue\r\nX: 012345678901234567890123456789\r\n",
        "0123456789012345678901234567890123456789", /* one line */
    };
    for (size_t i = 0; i < COUNT(heads) * COUNT(methods); i++) {
        struct server s;
        server_open(&s, "HTTP/1.1 100 Continue\r\n");
        s.head = heads[i / COUNT(methods)];
        struct http h = open_http();
        struct http_reply r = ask(&h, methods[i % COUNT(methods)], s.url, "/a", SPAN(""));
        assert_int_not_equal(r.fault, HTTP_ANSWERED);
        assert_int_not_equal(r.fault, HTTP_SLOW);
        assert_true(r.reason[0] != '\0');
        h.ops->close(h.self);
        server_close(&s);
    }
}

static void what_is_on_its_way_can_be_cut_off(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(methods); i++) {
        struct server s;
        server_open(&s, ""); /* says nothing, ever */
        struct http h = open_http();
        char url[128];
        snprintf(url, sizeof(url), "%s/a", s.url);
        const struct http_request q = {.method = methods[i], .url = url};
        struct http_reply r;
        h.ops->start(h.self, &q, url);
        assert_false(h.ops->next(h.self, &r, 50));
        h.ops->cut(h.self);
        assert_true(h.ops->next(h.self, &r, 0));
        assert_ptr_equal(r.tag, url);
        assert_int_equal(r.fault, HTTP_BROKEN);
        assert_false(h.ops->next(h.self, &r, 0));
        h.ops->close(h.self);
        server_close(&s);
    }
}

static void one_wake_ends_one_wait(void **state)
{
    (void)state;
    struct http h = open_http();
    struct http_reply r;
    h.ops->wake(h.self);
    assert_false(h.ops->next(h.self, &r, 60000));
    assert_false(h.ops->next(h.self, &r, 1));
    h.ops->close(h.self);
}

static void a_bundle_that_is_not_there_is_said_at_once(void **state)
{
    (void)state;
    struct err e = {0};
    struct http h;
    const struct http_options o = {.connections = 1, .ca_bundle = "/nonexistent.pem"};
    assert_int_equal(http_open(&h, &o, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "/nonexistent.pem: the CA bundle cannot be read"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_put_arrives_as_it_was_given),
        cmocka_unit_test(a_body_may_come_from_a_file),
        cmocka_unit_test(a_redirect_is_a_reply),
        cmocka_unit_test(a_long_answer_is_kept_in_part_and_an_endless_one_ended),
        cmocka_unit_test(faults_are_told_apart),
        cmocka_unit_test(a_dead_connection_is_replaced),
        cmocka_unit_test(an_answer_may_come_before_the_body_has_gone),
        cmocka_unit_test(an_answer_ends_as_it_says_or_is_broken),
        cmocka_unit_test(a_server_that_says_nothing_is_left),
        cmocka_unit_test(half_an_answer_is_none),
        cmocka_unit_test(headers_without_end_are_ended),
        cmocka_unit_test(what_is_on_its_way_can_be_cut_off),
        cmocka_unit_test(one_wake_ends_one_wait),
        cmocka_unit_test(a_bundle_that_is_not_there_is_said_at_once),
    };
    return cmocka_run_group_tests_name("replay/http", tests, NULL, NULL);
}
