/*
 * http_heard.h - what is kept of an HTTP answer: some headers, the beginning of the body
 */
#ifndef REPLAY_HTTP_HEARD_H
#define REPLAY_HTTP_HEARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/span.h"

enum {
    HTTP_HEARD_VALUE_MAX = 2048 /* bytes of a header's value; of a longer one nothing is kept */
};

struct http_heard {
    struct buf body;         /* as much as its maximum */
    size_t seen_n, seen_max; /* bytes of the body, and when there are too many */
    /* Headers' values; "" when they did not come. */
    char date[HTTP_HEARD_VALUE_MAX], region[HTTP_HEARD_VALUE_MAX], etag[HTTP_HEARD_VALUE_MAX];
    char version[HTTP_HEARD_VALUE_MAX], retry_after[HTTP_HEARD_VALUE_MAX];
    char location[HTTP_HEARD_VALUE_MAX];
    /* Metadata of a digest. */
    char signature[HTTP_HEARD_VALUE_MAX], algorithm[HTTP_HEARD_VALUE_MAX];
};

/* Ready to hear; ${kept_max} bytes of a body are kept, more than ${seen_max} are too many. */
void http_heard_init(struct http_heard *h, size_t kept_max, size_t seen_max);
void http_heard_free(struct http_heard *h);

/* Forget: another answer begins. */
void http_heard_begin(struct http_heard *h);

/* Hear the header ${line}, with or without its end. */
void http_heard_header(struct http_heard *h, struct span line);

/* Hear the next bytes of the body: false when they are too many. */
bool http_heard_body(struct http_heard *h, struct span bytes);

#endif
