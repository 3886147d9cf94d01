/* httpanswer.c - fuzz target: an answer reads the same in one piece as in two. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "replay/http_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct heard {
    uint64_t headers_n, body_n;
};

static void hear_header(void *tag, struct span line)
{
    struct heard *h = tag;
    h->headers_n += 1 + line.n;
}

static bool hear_body(void *tag, struct span bytes)
{
    struct heard *h = tag;
    h->body_n += bytes.n;
    return true;
}

static const struct http_answer_ears ears = {hear_header, hear_body};
static struct http_answer a;

static enum http_answer_verdict feed(struct heard *h, struct span one, struct span two)
{
    *h = (struct heard){0};
    http_answer_begin(&a, &ears, h);
    enum http_answer_verdict verdict = http_answer_feed(&a, one);
    return verdict == HTTP_ANSWER_MORE ? http_answer_feed(&a, two) : verdict;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    const struct span text = {(const char *)data + 1, n - 1};
    const size_t cut = data[0] < text.n ? data[0] : text.n;
    struct heard whole, parts;
    const enum http_answer_verdict verdict = feed(&whole, text, (struct span){text.p, 0});
    const int status = a.status;
    const enum http_answer_verdict again =
        feed(&parts, (struct span){text.p, cut}, span_from(text, cut));
    assert(verdict == again && status == a.status && whole.headers_n == parts.headers_n &&
           whole.body_n == parts.body_n);
    return 0;
}
