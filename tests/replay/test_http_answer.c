/* test_http_answer.c - answers as RFC 9112 has them, whole and byte by byte; what is none. */
#include "tests/test.h"

#include <string.h>

#include "replay/http_answer.h"

struct heard {
    char headers[256], body[64];
    size_t headers_n, body_n;
};

static void hear_header(void *tag, struct span line)
{
    struct heard *h = tag;
    assert_true(h->headers_n + line.n + 1 < sizeof(h->headers));
    memcpy(h->headers + h->headers_n, line.p, line.n);
    h->headers_n += line.n;
    h->headers[h->headers_n++] = '|';
    h->headers[h->headers_n] = '\0';
}

static bool hear_body(void *tag, struct span bytes)
{
    struct heard *h = tag;
    if (h->body_n + bytes.n >= sizeof(h->body))
        return false;
    memcpy(h->body + h->body_n, bytes.p, bytes.n);
    h->body_n += bytes.n;
    h->body[h->body_n] = '\0';
    return true;
}

static const struct http_answer_ears ears = {hear_header, hear_body};

#define OK "HTTP/1.1 200 OK\r\n"

static const struct {
    const char *text;
    enum http_answer_verdict verdict;
    int status;
    bool kept, ends; /* ends: with the connection */
    const char *headers, *body;
} rows[] = {
    {OK "Content-Length: 2\r\nETag: \"a\"\r\n\r\nok", HTTP_ANSWER_DONE, 200, true, false,
     "Content-Length: 2|ETag: \"a\"|", "ok"},
    {OK "content-length:0\n\n", HTTP_ANSWER_DONE, 200, true, false, "content-length:0|", ""},
    {"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", HTTP_ANSWER_DONE, 200, true, false,
     "Content-Length: 0|", ""},
    {"HTTP/1.1 204 No Content\r\n\r\n", HTTP_ANSWER_DONE, 204, true, false, "", ""},
    {"HTTP/1.1 100 Continue\r\n\r\n" OK "Content-Length: 1\r\n\r\nx", HTTP_ANSWER_DONE, 200, true,
     false, "Content-Length: 1|", "x"},
    {OK "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: u\r\n\r\n",
     HTTP_ANSWER_DONE, 200, true, false, "Transfer-Encoding: chunked|", "abc0123456789"},
    {OK "Connection: Close\r\nContent-Length: 1\r\n\r\nx", HTTP_ANSWER_DONE, 200, false, false,
     "Connection: Close|Content-Length: 1|", "x"},
    {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", HTTP_ANSWER_DONE, 200, false, false,
     "Content-Length: 0|", ""},
    {OK "\r\nto the end", HTTP_ANSWER_MORE, 200, false, true, "", "to the end"},
    {OK "Content-Length: 5\r\n\r\nhalf", HTTP_ANSWER_MORE, 200, true, false, "Content-Length: 5|",
     "half"},
    {OK "Content-Length: 0\r\n\r\nmore than asked", HTTP_ANSWER_DONE, 200, false, false,
     "Content-Length: 0|", ""},
    {OK "Content-Le", HTTP_ANSWER_MORE, 200, true, false, "", ""},
    {"220 mail.example ESMTP\r\n", HTTP_ANSWER_NO_HTTP, 0, false, false, "", ""},
    {"HTTP/2 200\r\n\r\n", HTTP_ANSWER_NO_HTTP, 0, false, false, "", ""},
    {"HTTP/1.1 101 Switching Protocols\r\n\r\n", HTTP_ANSWER_NO_HTTP, 101, false, false, "", ""},
    {OK "no colon\r\n\r\n", HTTP_ANSWER_NO_HTTP, 200, false, false, "", ""},
    {OK "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy", HTTP_ANSWER_NO_HTTP, 200, false, false,
     "Content-Length: 1|", ""},
    {OK "Content-Length: -1\r\n\r\n", HTTP_ANSWER_NO_HTTP, 200, false, false, "", ""},
    {OK "Content-Length: 99999999999999999999\r\n\r\n", HTTP_ANSWER_NO_HTTP, 200, false, false, "",
     ""},
    {OK "Transfer-Encoding: gzip\r\n\r\n", HTTP_ANSWER_NO_HTTP, 200, false, false, "", ""},
    {OK "Transfer-Encoding: chunked\r\n\r\nx\r\n", HTTP_ANSWER_NO_HTTP, 200, false, false,
     "Transfer-Encoding: chunked|", ""},
    {OK "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", HTTP_ANSWER_NO_HTTP, 200, false, false,
     "Transfer-Encoding: chunked|", "a"},
};

static void an_answer_is_read_whole_and_byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * COUNT(rows); i++) {
        const size_t row = i / 2, step = i % 2 == 0 ? strlen(rows[row].text) : 1;
        struct heard h = {.headers_n = 0};
        static struct http_answer a;
        http_answer_begin(&a, &ears, &h);
        enum http_answer_verdict verdict = HTTP_ANSWER_MORE;
        const struct span text = span_of(rows[row].text);
        for (size_t at = 0; at < text.n && verdict == HTTP_ANSWER_MORE; at += step)
            verdict = http_answer_feed(&a, (struct span){text.p + at, step});
        if (verdict != rows[row].verdict || a.status != rows[row].status ||
            http_answer_ends(&a) != rows[row].ends || strcmp(h.headers, rows[row].headers) != 0 ||
            strcmp(h.body, rows[row].body) != 0)
            fail_msg("row %zu, %zu at a time: verdict %d, status %d, headers %s, body %s", row,
                     step, (int)verdict, a.status, h.headers, h.body);
        /* Byte by byte nobody looks behind the end. */
        if (step > 1 && a.kept != rows[row].kept)
            fail_msg("row %zu: kept %d", row, a.kept);
    }
}

static void what_never_ends_is_refused(void **state)
{
    (void)state;
    static const char *const heads[] = {"", OK, OK "Transfer-Encoding: chunked\r\n\r\n"};
    for (size_t i = 0; i < COUNT(heads); i++) {
        struct heard h = {.headers_n = 0};
        static struct http_answer a;
        http_answer_begin(&a, &ears, &h);
        enum http_answer_verdict verdict = http_answer_feed(&a, span_of(heads[i]));
        size_t n = 0;
        for (; n < 2 * HTTP_ANSWER_LINE_MAX && verdict == HTTP_ANSWER_MORE; n++)
            verdict = http_answer_feed(&a, SPAN("x"));
        assert_int_equal(verdict, HTTP_ANSWER_NO_HTTP);
    }
    /* Short lines without an end to them. */
    struct heard h = {.headers_n = 0};
    static struct http_answer a;
    http_answer_begin(&a, &ears, &h);
    enum http_answer_verdict verdict = HTTP_ANSWER_MORE;
    for (size_t n = 0; n < HTTP_ANSWER_HEAD_MAX && verdict == HTTP_ANSWER_MORE; n++)
        verdict = http_answer_feed(&a, SPAN("HTTP/1.1 100 Continue\r\n\r\n"));
    assert_int_equal(verdict, HTTP_ANSWER_NO_HTTP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_read_whole_and_byte_by_byte),
        cmocka_unit_test(what_never_ends_is_refused),
    };
    return cmocka_run_group_tests_name("replay/http_answer", tests, NULL, NULL);
}
