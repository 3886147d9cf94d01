/* s3_list.c - see s3_list.h. */
#define _GNU_SOURCE /* memmem */
#include "replay/s3_list.h"

#include <string.h>

#include "base/err.h"
#include "cloudtrail/key.h"

enum { NAME_MOST = 40, TOKEN_MOST = 8192, VALUE_MOST = 16 * KEY_MAX };

void s3_list_open(struct s3_list *l, struct s3_call *call, struct span prefix)
{
    *l = (struct s3_list){.call = call, .prefix = prefix, .more = true};
    buf_init(&l->page, S3_LIST_PAGE_MAX);
    buf_init(&l->token, TOKEN_MOST);
    buf_init(&l->key, VALUE_MOST);
    buf_init(&l->etag, VALUE_MOST);
}

void s3_list_close(struct s3_list *l)
{
    buf_free(&l->page);
    buf_free(&l->token);
    buf_free(&l->key);
    buf_free(&l->etag);
}

static size_t find(struct span text, struct span what)
{
    const char *at = text.n == 0 ? NULL : memmem(text.p, text.n, what.p, what.n);
    return at == NULL ? text.n : (size_t)(at - text.p);
}

bool s3_list_element(struct span *value, struct span *rest, struct span text, const char *name)
{
    char tag[NAME_MOST + 4] = "<";
    struct span word = span_of(name);
    if (word.n > NAME_MOST)
        return false;
    memcpy(tag + 1, word.p, word.n);
    tag[word.n + 1] = '>';
    const struct span open = {tag, word.n + 2};
    size_t at = find(text, open);
    if (at == text.n)
        return false;
    struct span inside = span_from(text, at + open.n);
    char close[NAME_MOST + 4] = "</";
    memcpy(close + 2, word.p, word.n);
    close[word.n + 2] = '>';
    const struct span end = {close, word.n + 3};
    size_t n = find(inside, end);
    if (n == inside.n)
        return false;
    *value = (struct span){inside.p, n};
    if (rest != NULL)
        *rest = span_from(inside, n + end.n);
    return true;
}

static void put_utf8(struct buf *out, uint32_t c)
{
    if (c < 0x80) {
        buf_put_char(out, (char)c);
    } else if (c < 0x800) {
        buf_put_char(out, (char)(0xc0 | c >> 6));
        buf_put_char(out, (char)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        buf_put_char(out, (char)(0xe0 | c >> 12));
        buf_put_char(out, (char)(0x80 | (c >> 6 & 63)));
        buf_put_char(out, (char)(0x80 | (c & 63)));
    } else {
        buf_put_char(out, (char)(0xf0 | c >> 18));
        buf_put_char(out, (char)(0x80 | (c >> 12 & 63)));
        buf_put_char(out, (char)(0x80 | (c >> 6 & 63)));
        buf_put_char(out, (char)(0x80 | (c & 63)));
    }
}

/* The character of "#38" or "#x26"; 0 when it is none. */
static uint32_t numbered(struct span name)
{
    uint32_t c = 0;
    const bool hex = name.n > 1 && (name.p[1] == 'x' || name.p[1] == 'X');
    for (size_t i = hex ? 2 : 1; i < name.n; i++) {
        char d = name.p[i];
        uint32_t digit = 99;
        if (d >= '0' && d <= '9')
            digit = (uint32_t)(d - '0');
        else if (d >= 'a' && d <= 'f')
            digit = (uint32_t)(d - 'a') + 10;
        else if (d >= 'A' && d <= 'F')
            digit = (uint32_t)(d - 'A') + 10;
        if (digit >= (hex ? 16u : 10u) || c > 0x10ffff)
            return 0;
        c = c * (hex ? 16 : 10) + digit;
    }
    return c <= 0x10ffff ? c : 0;
}

void s3_list_unescape(struct buf *out, struct span text)
{
    static const struct {
        const char *name;
        char c;
    } entities[] = {{"amp", '&'}, {"apos", '\''}, {"gt", '>'}, {"lt", '<'}, {"quot", '"'}};
    enum { LONGEST = 10 };
    for (size_t i = 0; i < text.n; i++) {
        struct span rest = span_from(text, i + 1);
        size_t n = text.p[i] == '&' ? span_find(rest, ';') : rest.n;
        uint32_t c = 0;
        if (n < rest.n && n > 0 && n <= LONGEST) {
            struct span name = {rest.p, n};
            c = name.p[0] == '#' ? numbered(name) : 0;
            for (size_t k = 0; k < sizeof(entities) / sizeof(entities[0]); k++) {
                if (span_is(name, entities[k].name))
                    c = (unsigned char)entities[k].c;
            }
        }
        if (c == 0) {
            buf_put_char(out, text.p[i]);
            continue;
        }
        put_utf8(out, c);
        i += n + 1;
    }
}

static int no_listing(const struct s3_list *l, struct err *e)
{
    return err_set(e, ERR_WORK,
                   "s3://%.*s: what %.*s answers is no listing of a bucket; correct "
                   "--endpoint-url",
                   SPAN_ARG(l->call->door.place.bucket), SPAN_ARG(l->call->door.place.url));
}

static int next_page(struct s3_list *l, struct err *e)
{
    struct sigv4_pair query[3] = {{SPAN("list-type"), SPAN("2")}, {SPAN("prefix"), l->prefix}};
    size_t n = 2;
    if (l->token.n > 0)
        query[n++] = (struct sigv4_pair){SPAN("continuation-token"), buf_span(&l->token)};
    struct s3_object listing;
    struct span value;
    if (s3_call_get(l->call, &listing, query, n, e) != 0)
        return -1;
    buf_clear(&l->page);
    if (!buf_fits(&l->page, listing.body->n))
        return no_listing(l, e);
    buf_put_span(&l->page, buf_span(listing.body));
    l->left = buf_span(&l->page);
    if (!s3_list_element(&value, NULL, l->left, "IsTruncated"))
        return no_listing(l, e);
    l->more = span_is(value, "true");
    if (!l->more)
        return 0;
    if (!s3_list_element(&value, NULL, l->left, "NextContinuationToken") || value.n == 0 ||
        value.n > TOKEN_MOST / 8)
        return no_listing(l, e);
    struct buf token;
    buf_init(&token, TOKEN_MOST);
    s3_list_unescape(&token, value);
    /* The same token again would lead in a circle. */
    const bool circle = span_equal(buf_span(&token), buf_span(&l->token));
    buf_clear(&l->token);
    buf_put_span(&l->token, buf_span(&token));
    buf_free(&token);
    return circle ? no_listing(l, e) : 0;
}

int s3_list_next(struct s3_list *l, struct s3_entry *out, struct err *e)
{
    struct span contents, value;
    while (!s3_list_element(&contents, &l->left, l->left, "Contents")) {
        if (!l->more)
            return 0;
        if (next_page(l, e) != 0)
            return -1;
    }
    if (!s3_list_element(&value, NULL, contents, "Key") || value.n == 0 || value.n > 8 * KEY_MAX)
        return no_listing(l, e);
    buf_clear(&l->key);
    s3_list_unescape(&l->key, value);
    buf_clear(&l->etag);
    if (s3_list_element(&value, NULL, contents, "ETag") && value.n <= KEY_MAX)
        s3_list_unescape(&l->etag, value);
    out->key = buf_span(&l->key);
    out->etag = buf_span(&l->etag);
    if (out->etag.n >= 2 && out->etag.p[0] == '"' && out->etag.p[out->etag.n - 1] == '"')
        out->etag = (struct span){out->etag.p + 1, out->etag.n - 2};
    out->size_n = 0;
    if (!s3_list_element(&value, NULL, contents, "Size") || value.n == 0 || value.n > 18)
        return no_listing(l, e);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] < '0' || value.p[i] > '9')
            return no_listing(l, e);
        out->size_n = out->size_n * 10 + (uint64_t)(value.p[i] - '0');
    }
    return 1;
}
