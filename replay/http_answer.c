/* http_answer.c - see http_answer.h. */
#include "replay/http_answer.h"

#include <string.h>
#include <strings.h>

enum {
    STATUS_LINE,
    HEADERS,
    BODY,        /* of a known length */
    BODY_TO_END, /* of the connection */
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END, /* the line end behind a chunk */
    TRAILERS,
    ENDED
};

enum { LENGTH_DIGITS_MAX = 18, CHUNK_DIGITS_MAX = 15 };

void http_answer_begin(struct http_answer *a, const struct http_answer_ears *ears, void *tag)
{
    a->ears = ears;
    a->tag = tag;
    a->state = STATUS_LINE;
    a->status = 0;
    a->begun = a->chunked = a->has_length = false;
    a->kept = true;
    a->left_n = 0;
    a->head_n = a->line_n = 0;
    a->why = "";
}

static enum http_answer_verdict refuse(struct http_answer *a, const char *why)
{
    a->kept = false;
    a->state = ENDED;
    a->why = why;
    return HTTP_ANSWER_NO_HTTP;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "HTTP/1.1 200 OK" */
static enum http_answer_verdict read_status(struct http_answer *a, struct span line)
{
    const char *p = line.p;
    if (line.n < 12 || memcmp(p, "HTTP/1.", 7) != 0 || !is_digit(p[7]) || p[8] != ' ' ||
        !is_digit(p[9]) || !is_digit(p[10]) || !is_digit(p[11]) || (line.n > 12 && p[12] != ' '))
        return refuse(a, "what answers is no HTTP");
    a->http_1_1 = p[7] >= '1';
    a->status = (p[9] - '0') * 100 + (p[10] - '0') * 10 + (p[11] - '0');
    if (a->status < 100 || a->status == 101)
        return refuse(a, "what answers is no HTTP that was asked for");
    if (!a->http_1_1)
        a->kept = false;
    a->state = HEADERS;
    return HTTP_ANSWER_MORE;
}

static struct span trimmed(struct span s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = span_from(s, 1);
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

static bool is_word(struct span s, const char *word)
{
    return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

/* Whether ${word} is the last, or any, of the words between commas. */
static bool has_word(struct span list, const char *word, bool last)
{
    bool has = false;
    while (list.n > 0) {
        const size_t n = span_find(list, ',');
        const bool is = is_word(trimmed((struct span){list.p, n}), word);
        has = last ? is : has || is;
        list = span_from(list, n < list.n ? n + 1 : n);
    }
    return has;
}

static bool read_length(uint64_t *out, struct span value)
{
    uint64_t n = 0;
    if (value.n == 0 || value.n > LENGTH_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < value.n; i++) {
        if (!is_digit(value.p[i]))
            return false;
        n = n * 10 + (uint64_t)(value.p[i] - '0');
    }
    *out = n;
    return true;
}

/* The lines are over: what body comes? */
static enum http_answer_verdict read_head_end(struct http_answer *a)
{
    if (a->status < 200) {
        a->state = STATUS_LINE;
        a->chunked = a->has_length = false;
        return HTTP_ANSWER_MORE;
    }
    if (a->status == 204 || a->status == 304)
        a->state = ENDED;
    else if (a->chunked)
        a->state = CHUNK_SIZE;
    else if (a->has_length)
        a->state = a->left_n > 0 ? BODY : ENDED;
    else
        a->state = BODY_TO_END;
    if (a->state == BODY_TO_END || (a->chunked && a->has_length))
        a->kept = false;
    return a->state == ENDED ? HTTP_ANSWER_DONE : HTTP_ANSWER_MORE;
}

static enum http_answer_verdict read_header(struct http_answer *a, struct span line)
{
    if (line.n == 0)
        return read_head_end(a);
    const size_t name_n = span_find(line, ':');
    if (name_n == line.n || name_n == 0)
        return refuse(a, "an HTTP answer has a line that is no header");
    const struct span name = {line.p, name_n};
    const struct span value = trimmed(span_from(line, name_n + 1));
    uint64_t n;
    if (is_word(name, "content-length")) {
        if (!read_length(&n, value) || (a->has_length && n != a->left_n))
            return refuse(a, "an HTTP answer has a length that is none");
        a->has_length = true;
        a->left_n = n;
    } else if (is_word(name, "transfer-encoding")) {
        if (!has_word(value, "chunked", true))
            return refuse(a, "an HTTP answer has an encoding that is not known");
        a->chunked = true;
    } else if (is_word(name, "connection")) {
        if (has_word(value, "close", false))
            a->kept = false;
    }
    a->ears->header(a->tag, line);
    return HTTP_ANSWER_MORE;
}

static enum http_answer_verdict read_chunk_size(struct http_answer *a, struct span line)
{
    uint64_t n = 0;
    size_t i = 0;
    for (; i < line.n && i <= CHUNK_DIGITS_MAX; i++) {
        const char c = line.p[i];
        const char low = (char)(c | 0x20);
        if (!is_digit(c) && !(low >= 'a' && low <= 'f'))
            break;
        n = n * 16 + (uint64_t)(is_digit(c) ? c - '0' : low - 'a' + 10);
    }
    if (i == 0 || i > CHUNK_DIGITS_MAX ||
        (i < line.n && line.p[i] != ';' && line.p[i] != ' ' && line.p[i] != '\t'))
        return refuse(a, "an HTTP answer has a chunk whose size is none");
    a->left_n = n;
    a->state = n > 0 ? CHUNK : TRAILERS;
    return HTTP_ANSWER_MORE;
}

static enum http_answer_verdict read_line(struct http_answer *a, struct span line)
{
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    if (span_find(line, '\0') < line.n)
        return refuse(a, "an HTTP answer has a zero byte in a line");
    switch (a->state) {
    case STATUS_LINE:
        return read_status(a, line);
    case HEADERS:
        return read_header(a, line);
    case CHUNK_SIZE:
        return read_chunk_size(a, line);
    case CHUNK_END:
        if (line.n > 0)
            return refuse(a, "an HTTP answer has a chunk without an end");
        a->state = CHUNK_SIZE;
        return HTTP_ANSWER_MORE;
    default: /* TRAILERS */
        if (line.n > 0)
            return HTTP_ANSWER_MORE;
        a->state = ENDED;
        return HTTP_ANSWER_DONE;
    }
}

/* Take a line, or the part of one that is there, from ${*bytes}. */
static enum http_answer_verdict feed_line(struct http_answer *a, struct span *bytes)
{
    const size_t n = span_find(*bytes, '\n');
    const bool whole = n < bytes->n;
    const size_t used_n = whole ? n + 1 : n;
    a->head_n += used_n;
    if (a->line_n + n > sizeof(a->line) || a->head_n > HTTP_ANSWER_HEAD_MAX)
        return refuse(a, a->state == STATUS_LINE ? "what answers is no HTTP"
                                                 : "an HTTP answer's head is too long");
    struct span line = {bytes->p, n};
    if (a->line_n > 0 || !whole) {
        if (n > 0)
            memcpy(a->line + a->line_n, bytes->p, n);
        a->line_n += n;
        line = (struct span){a->line, a->line_n};
    }
    *bytes = span_from(*bytes, used_n);
    if (!whole)
        return HTTP_ANSWER_MORE;
    a->line_n = 0;
    return read_line(a, line);
}

static enum http_answer_verdict feed_body(struct http_answer *a, struct span *bytes)
{
    size_t n = bytes->n;
    if (a->state != BODY_TO_END && a->left_n < n)
        n = (size_t)a->left_n;
    if (!a->ears->body(a->tag, (struct span){bytes->p, n}))
        return refuse(a, "the answer is too long");
    *bytes = span_from(*bytes, n);
    if (a->state == BODY_TO_END)
        return HTTP_ANSWER_MORE;
    a->left_n -= n;
    if (a->left_n > 0)
        return HTTP_ANSWER_MORE;
    const bool chunk = a->state == CHUNK;
    a->state = chunk ? CHUNK_END : ENDED;
    return chunk ? HTTP_ANSWER_MORE : HTTP_ANSWER_DONE;
}

enum http_answer_verdict http_answer_feed(struct http_answer *a, struct span bytes)
{
    enum http_answer_verdict verdict = HTTP_ANSWER_MORE;
    a->begun = a->begun || bytes.n > 0;
    while (bytes.n > 0 && verdict == HTTP_ANSWER_MORE) {
        const bool in_body = a->state == BODY || a->state == BODY_TO_END || a->state == CHUNK;
        verdict = in_body ? feed_body(a, &bytes) : feed_line(a, &bytes);
    }
    if (bytes.n > 0)
        a->kept = false;
    return verdict;
}

bool http_answer_ends(const struct http_answer *a)
{
    return a->state == BODY_TO_END;
}
