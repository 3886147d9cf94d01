/*
 * http_answer.h - an HTTP/1.1 answer, read as its bytes come
 *
 * For the answers of PUT: no HEAD. Interim answers (1xx) are passed over. Pure: no socket.
 */
#ifndef REPLAY_HTTP_ANSWER_H
#define REPLAY_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum {
    HTTP_ANSWER_LINE_MAX = 8192, /* bytes of a line */
    HTTP_ANSWER_HEAD_MAX = 65536 /* of all lines of an answer */
};

enum http_answer_verdict {
    HTTP_ANSWER_MORE,   /* it goes on */
    HTTP_ANSWER_DONE,   /* that was all */
    HTTP_ANSWER_NO_HTTP /* this is none, or one that cannot be read; see why */
};

/* Hear of the answer; of each with the tag that begin was given. */
struct http_answer_ears {
    void (*header)(void *tag, struct span line); /* "Name: value", without its end */
    bool (*body)(void *tag, struct span bytes);  /* false: enough of it */
};

struct http_answer {
    const struct http_answer_ears *ears;
    void *tag;
    int state; /* of http_answer.c */
    int status;
    bool begun;    /* a byte has come */
    bool kept;     /* the connection may serve the next request */
    bool http_1_1; /* its version */
    bool chunked, has_length;
    uint64_t left_n; /* bytes of the body, or of the chunk */
    size_t head_n;
    const char *why; /* of NO_HTTP */
    size_t line_n;
    char line[HTTP_ANSWER_LINE_MAX]; /* the beginning of one whose end has not come */
};

/* The next bytes belong to an answer that begins. */
void http_answer_begin(struct http_answer *a, const struct http_answer_ears *ears, void *tag);

/**
 * http_answer_feed(a, bytes):
 * Read on. Bytes behind the answer's end make ${a}->kept false: they belong to nothing.
 */
enum http_answer_verdict http_answer_feed(struct http_answer *a, struct span bytes);

/* The connection has ended: whether that ends the answer as it should. */
bool http_answer_ends(const struct http_answer *a);

#endif
