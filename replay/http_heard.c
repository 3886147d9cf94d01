/* http_heard.c - see http_heard.h. */
#include "replay/http_heard.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { ROOM_KEPT_MOST = 1 << 20 /* bytes */ };

/* Headers that are kept: where they go. */
static const struct {
    struct span name;
    size_t offset;
} kept[] = {
    {SPAN_INIT("date:"), offsetof(struct http_heard, date)},
    {SPAN_INIT("x-amz-bucket-region:"), offsetof(struct http_heard, region)},
    {SPAN_INIT("etag:"), offsetof(struct http_heard, etag)},
    {SPAN_INIT("x-amz-version-id:"), offsetof(struct http_heard, version)},
    {SPAN_INIT("retry-after:"), offsetof(struct http_heard, retry_after)},
    {SPAN_INIT("location:"), offsetof(struct http_heard, location)},
    {SPAN_INIT("x-amz-meta-signature:"), offsetof(struct http_heard, signature)},
    {SPAN_INIT("x-amz-meta-signature-algorithm:"), offsetof(struct http_heard, algorithm)},
};

void http_heard_init(struct http_heard *h, size_t kept_max, size_t seen_max)
{
    *h = (struct http_heard){.seen_max = seen_max};
    buf_init(&h->body, kept_max);
}

void http_heard_free(struct http_heard *h)
{
    buf_free(&h->body);
}

void http_heard_begin(struct http_heard *h)
{
    if (h->body.cap > ROOM_KEPT_MOST)
        buf_free(&h->body);
    buf_clear(&h->body);
    h->seen_n = 0;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        ((char *)h)[kept[i].offset] = '\0';
}

void http_heard_header(struct http_heard *h, struct span line)
{
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        const struct span name = kept[i].name;
        /* The first letter rules most of them out. */
        if (line.n < name.n || (line.p[0] | 0x20) != name.p[0] ||
            strncasecmp(line.p, name.p, name.n) != 0)
            continue;
        struct span value = span_from(line, name.n);
        while (value.n > 0 && isspace((unsigned char)value.p[0]))
            value = span_from(value, 1);
        while (value.n > 0 && isspace((unsigned char)value.p[value.n - 1]))
            value.n--;
        if (value.n < HTTP_HEARD_VALUE_MAX) {
            char *at = (char *)h + kept[i].offset;
            memcpy(at, value.p, value.n);
            at[value.n] = '\0';
        }
        return;
    }
}

bool http_heard_body(struct http_heard *h, struct span bytes)
{
    h->seen_n += bytes.n;
    if (h->seen_n > h->seen_max)
        return false;
    const size_t room_n = h->body.max_n - h->body.n;
    buf_put(&h->body, bytes.p, bytes.n < room_n ? bytes.n : room_n);
    return true;
}
