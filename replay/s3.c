/* s3.c - see s3.h. */
#include "replay/s3.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "cloudtrail/key.h"

enum { BUCKET_LEAST = 3, BUCKET_MOST = 63, REGION_MOST = 63, HOST_MOST = 255 };

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Whether ${text} has only letters, digits and the characters of ${more}. */
static bool has_only(struct span text, const char *more)
{
    for (size_t i = 0; i < text.n; i++) {
        if (!is_alnum(text.p[i]) && (text.p[i] == '\0' || strchr(more, text.p[i]) == NULL))
            return false;
    }
    return true;
}

/* What buckets are called anywhere: AWS allows less, other stores old names with capitals. */
static bool is_bucket(struct span name)
{
    return name.n >= BUCKET_LEAST && name.n <= BUCKET_MOST && has_only(name, ".-_") &&
           is_alnum(name.p[0]) && is_alnum(name.p[name.n - 1]);
}

/* As CloudTrail's prefixes are, but two slashes may meet: with "logs/" for its prefix, CloudTrail
   itself writes below "logs//AWSLogs". */
static int check_prefix(struct span prefix, struct err *e)
{
    struct span rest = prefix;
    while (rest.n > 0) {
        size_t n = 0;
        while (n < rest.n && !span_starts(span_from(rest, n), SPAN("//")))
            n++;
        if (n == 0)
            return key_prefix(prefix, e);
        if (key_prefix((struct span){rest.p, n}, e) != 0)
            return -1;
        rest = span_from(rest, n < rest.n ? n + 2 : n);
    }
    return prefix.n > KEY_MAX / 2 ? key_prefix(prefix, e) : 0;
}

int s3_location(struct span *bucket, struct span *prefix, struct span text, struct err *e)
{
    const struct span scheme = SPAN("s3://");
    if (!span_starts(text, scheme))
        return err_set(e, ERR_INPUT, "%.*s: is not of the form s3://BUCKET[/PREFIX]",
                       SPAN_ARG(text));
    struct span rest = span_from(text, scheme.n);
    size_t bucket_n = span_find(rest, '/');
    struct span name = {rest.p, bucket_n};
    if (name.n == 0)
        return err_set(e, ERR_INPUT, "%.*s: names no bucket; write s3://BUCKET[/PREFIX]",
                       SPAN_ARG(text));
    if (!is_bucket(name))
        return err_set(e, ERR_INPUT,
                       "%.*s: \"%.*s\" cannot be a bucket's name: 3 to 63 letters, digits, dots or "
                       "hyphens, a letter or digit at both ends",
                       SPAN_ARG(text), SPAN_ARG(name));
    struct span tail = span_from(rest, bucket_n);
    if (tail.n > 0)
        tail = span_from(tail, 1);
    if (tail.n > 0 && tail.p[tail.n - 1] == '/')
        tail.n--;
    if (check_prefix(tail, e) != 0)
        return -1;
    *bucket = name;
    *prefix = tail;
    return 0;
}

/* An endpoint's URL, taken apart. */
struct endpoint {
    bool tls;
    struct span host; /* without port; IPv6 with its brackets */
    struct span port; /* digits, or empty */
    struct span path; /* "" or "/x/y" without a slash at the end */
};

static bool is_port(struct span text)
{
    unsigned long port = 0;
    if (text.n == 0 || text.n > 5)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        port = port * 10 + (unsigned long)(text.p[i] - '0');
    }
    return port >= 1 && port <= 65535;
}

static bool is_host(struct span host)
{
    if (host.n == 0 || host.n > HOST_MOST)
        return false;
    if (host.p[0] != '[')
        return has_only(host, ".-_");
    return host.n > 2 && host.p[host.n - 1] == ']' &&
           has_only((struct span){host.p + 1, host.n - 2}, ":.");
}

static bool endpoint_read(struct endpoint *out, struct span text)
{
    struct span rest;
    if (text.n >= 7 && strncasecmp(text.p, "http://", 7) == 0) {
        out->tls = false;
        rest = span_from(text, 7);
    } else if (text.n >= 8 && strncasecmp(text.p, "https://", 8) == 0) {
        out->tls = true;
        rest = span_from(text, 8);
    } else {
        return false;
    }
    struct span authority = {rest.p, span_find(rest, '/')};
    out->path = span_from(rest, authority.n);
    while (out->path.n > 0 && out->path.p[out->path.n - 1] == '/')
        out->path.n--;
    if (!has_only(out->path, "/-._~%"))
        return false;

    size_t host_n = span_find(authority, ':');
    if (authority.n > 0 && authority.p[0] == '[') {
        host_n = span_find(authority, ']');
        host_n += host_n < authority.n;
    }
    out->host = (struct span){authority.p, host_n};
    struct span tail = span_from(authority, host_n);
    out->port = (struct span){NULL, 0};
    if (tail.n > 0) {
        if (tail.p[0] != ':' || !is_port(span_from(tail, 1)))
            return false;
        out->port = span_from(tail, 1);
    }
    return is_host(out->host);
}

int s3_place_make(struct s3_place *out, struct arena *a, struct span endpoint, struct span bucket,
                  struct span region, enum s3_style style, struct err *e)
{
    if (region.n == 0 || region.n > REGION_MOST || !has_only(region, "-_"))
        return err_set(e, ERR_INPUT, "region \"%.*s\": is not the name of a region",
                       SPAN_ARG(region));
    struct s3_place place = {.bucket = arena_copy(a, bucket), .region = arena_copy(a, region)};
    struct endpoint at = {.tls = true, .host = {NULL, 0}, .port = {NULL, 0}, .path = {NULL, 0}};
    if (endpoint.n == 0) {
        const char *tail = strcmp(key_partition(region), "aws-cn") == 0 ? ".cn" : "";
        place.aws = true;
        at.host = arena_printf(a, "s3.%.*s.amazonaws.com%s", SPAN_ARG(region), tail);
    } else if (!endpoint_read(&at, endpoint)) {
        return err_set(e, ERR_INPUT,
                       "endpoint \"%.*s\": is not a URL of the form http://HOST[:PORT] or "
                       "https://HOST[:PORT]",
                       SPAN_ARG(endpoint));
    }
    place.tls = at.tls;
    const char *usual = at.tls ? "443" : "80";
    if (span_is(at.port, usual))
        at.port.n = 0;
    const char *colon = at.port.n > 0 ? ":" : "";

    bool virtual_host = style == S3_STYLE_VIRTUAL;
    if (style == S3_STYLE_AUTO)
        virtual_host = place.aws && span_find(bucket, '.') == bucket.n;
    place.url = arena_printf(a, "%s://%.*s%s%.*s%.*s", at.tls ? "https" : "http", SPAN_ARG(at.host),
                             colon, SPAN_ARG(at.port), SPAN_ARG(at.path));
    if (virtual_host) {
        place.host = arena_printf(a, "%.*s.%.*s%s%.*s", SPAN_ARG(bucket), SPAN_ARG(at.host), colon,
                                  SPAN_ARG(at.port));
        place.base = arena_printf(a, "%.*s", SPAN_ARG(at.path));
    } else {
        place.host = arena_printf(a, "%.*s%s%.*s", SPAN_ARG(at.host), colon, SPAN_ARG(at.port));
        place.base = arena_printf(a, "%.*s/%.*s", SPAN_ARG(at.path), SPAN_ARG(bucket));
    }
    *out = place;
    return 0;
}

void s3_prepared_init(struct s3_prepared *p)
{
    buf_init(&p->url, 8192);
    buf_init(&p->lines, SIGV4_CANONICAL_MAX);
    p->headers_n = 0;
}

void s3_prepared_free(struct s3_prepared *p)
{
    buf_free(&p->url);
    buf_free(&p->lines);
}

static bool is_signed(struct span name)
{
    static const char *const others[] = {"content-type", "content-md5", "if-none-match"};
    if (name.n > 6 && strncasecmp(name.p, "x-amz-", 6) == 0)
        return true;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (name.n == strlen(others[i]) && strncasecmp(name.p, others[i], name.n) == 0)
            return true;
    }
    return false;
}

static void put_line(struct buf *lines, struct span name, struct span value)
{
    buf_put_span(lines, name);
    buf_put(lines, ": ", 2);
    buf_put_span(lines, value);
    buf_put_char(lines, '\0');
}

void s3_prepare(struct s3_prepared *out, const struct s3_place *place, struct sigv4_signer *signer,
                const struct s3_request *r, int64_t now_ms)
{
    char date[SIGV4_DATE_N];
    char payload[2 * HASH_SHA256_N];
    sigv4_date(date, now_ms);
    hash_hex(payload, r->body_sha256, HASH_SHA256_N);

    /* The URL; path and query are remembered by offset, for the buffer may move. */
    struct buf *url = &out->url;
    buf_clear(url);
    if (place->tls)
        buf_put(url, "https://", 8);
    else
        buf_put(url, "http://", 7);
    buf_put_span(url, place->host);
    const size_t path_at = url->n;
    buf_put_span(url, place->base);
    if (r->key.n > 0 || place->base.n == 0)
        buf_put_char(url, '/');
    sigv4_put_encoded(url, r->key, true);
    const size_t path_n = url->n - path_at;
    size_t query_at = url->n;
    if (r->query_n > 0) {
        buf_put_char(url, '?');
        query_at++;
        sigv4_put_query(url, r->query, r->query_n);
    }
    const size_t query_n = url->n - query_at;
    buf_text(url);

    /* What is signed. */
    struct sigv4_pair headers[SIGV4_PAIRS_MAX] = {
        {SPAN("Host"), place->host},
        {SPAN("x-amz-date"), {date, sizeof(date)}},
        {SPAN("x-amz-content-sha256"), {payload, sizeof(payload)}},
    };
    size_t headers_n = 3;
    if (r->token.n > 0)
        headers[headers_n++] = (struct sigv4_pair){SPAN("x-amz-security-token"), r->token};
    /* Authorization and the line that takes Expect away come on top. */
    assert(headers_n + r->headers_n + 2 <= SIGV4_PAIRS_MAX);
    for (size_t i = 0; i < r->headers_n; i++) {
        if (is_signed(r->headers[i].name))
            headers[headers_n++] = r->headers[i];
    }
    const struct sigv4_request request = {.method = span_of(r->method),
                                          .path = {url->p + path_at, path_n},
                                          .query = {url->p + query_at, query_n},
                                          .headers = headers,
                                          .headers_n = headers_n,
                                          .payload = {payload, sizeof(payload)}};

    struct buf *lines = &out->lines;
    buf_clear(lines);
    buf_put(lines, "Authorization: ", 15);
    sigv4_sign(lines, signer, &request, now_ms);
    buf_put_char(lines, '\0');
    for (size_t i = 0; i < headers_n; i++)
        put_line(lines, headers[i].name, headers[i].value);
    for (size_t i = 0; i < r->headers_n; i++) {
        if (!is_signed(r->headers[i].name))
            put_line(lines, r->headers[i].name, r->headers[i].value);
    }
    buf_put(lines, "Expect:", 8);

    out->headers_n = 0;
    for (const char *at = lines->p; at < lines->p + lines->n; at += strlen(at) + 1) {
        assert(out->headers_n < HTTP_HEADERS_MAX);
        out->headers[out->headers_n++] = at;
    }
}
