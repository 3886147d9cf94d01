/* sigv4.c - see sigv4.h. */
#include "replay/sigv4.h"

#include <assert.h>

#include "base/utc.h"

static const char algorithm[] = "AWS4-HMAC-SHA256";

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Order of header names: bytewise, in lower case. */
static int name_order(struct span a, struct span b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    for (size_t i = 0; i < n; i++) {
        int d = (unsigned char)lower(a.p[i]) - (unsigned char)lower(b.p[i]);
        if (d != 0)
            return d;
    }
    return (a.n > b.n) - (a.n < b.n);
}

static void put_lower(struct buf *out, struct span name)
{
    char *at = buf_need(out, name.n);
    for (size_t i = 0; i < name.n; i++)
        at[i] = lower(name.p[i]);
    out->n += name.n;
}

/* A header's value without blanks at its ends, runs of blanks inside as one space. */
static void put_value(struct buf *out, struct span value)
{
    bool gap = false;
    bool begun = false;
    if (span_find(value, ' ') == value.n && span_find(value, '\t') == value.n) {
        buf_put_span(out, value);
        return;
    }
    for (size_t i = 0; i < value.n; i++) {
        if (is_blank(value.p[i])) {
            gap = begun;
            continue;
        }
        if (gap)
            buf_put_char(out, ' ');
        gap = false;
        begun = true;
        buf_put_char(out, value.p[i]);
    }
}

static void put_hex_sha256(struct buf *out, struct span data)
{
    uint8_t digest[HASH_SHA256_N];
    hash_sha256(digest, data);
    hash_hex(buf_need(out, 2 * HASH_SHA256_N), digest, HASH_SHA256_N);
    out->n += 2 * HASH_SHA256_N;
}

/* Derive the signing key unless the one at hand is of this day and region. */
static void derive_key(struct sigv4_signer *s, const char day[8])
{
    if (s->keyed && memcmp(s->day, day, sizeof(s->day)) == 0 &&
        span_equal(s->key_region, s->region))
        return;
    char first[4 + SIGV4_SECRET_MAX] = "AWS4";
    assert(s->secret.n <= SIGV4_SECRET_MAX);
    if (s->secret.n > 0)
        memcpy(first + 4, s->secret.p, s->secret.n);
    uint8_t key[HASH_SHA256_N];
    const struct span key_span = {(const char *)key, sizeof(key)};
    hash_hmac_sha256(key, (struct span){first, 4 + s->secret.n}, (struct span){day, 8});
    hash_hmac_sha256(key, key_span, s->region);
    hash_hmac_sha256(key, key_span, s->service);
    hash_hmac_sha256(s->key, key_span, SPAN("aws4_request"));
    memcpy(s->day, day, sizeof(s->day));
    s->key_region = s->region;
    s->keyed = true;
}

void sigv4_init(struct sigv4_signer *s, struct span access_key, struct span secret,
                struct span region, struct span service)
{
    *s = (struct sigv4_signer){
        .access_key = access_key, .secret = secret, .region = region, .service = service};
    buf_init(&s->canonical, SIGV4_CANONICAL_MAX);
    buf_init(&s->names, SIGV4_CANONICAL_MAX);
}

void sigv4_free(struct sigv4_signer *s)
{
    buf_free(&s->canonical);
    buf_free(&s->names);
}

void sigv4_put_encoded(struct buf *out, struct span text, bool keep_slash)
{
    static const char digits[] = "0123456789ABCDEF";
    char *at = buf_need(out, 3 * text.n + 1);
    char *const from = at;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (is_unreserved(c) || (c == '/' && keep_slash)) {
            *at++ = c;
            continue;
        }
        *at++ = '%';
        *at++ = digits[(unsigned char)c >> 4];
        *at++ = digits[(unsigned char)c & 15];
    }
    out->n += (size_t)(at - from);
}

void sigv4_put_query(struct buf *out, const struct sigv4_pair *pairs, size_t pairs_n)
{
    assert(pairs_n <= SIGV4_PAIRS_MAX);
    struct buf encoded;
    buf_init(&encoded, SIGV4_CANONICAL_MAX);
    /* Sorted by what is compared: offsets first, because the buffer moves while it grows. */
    struct place {
        size_t at, name_n, value_n;
    } places[SIGV4_PAIRS_MAX];
    for (size_t i = 0; i < pairs_n; i++) {
        places[i].at = encoded.n;
        sigv4_put_encoded(&encoded, pairs[i].name, false);
        places[i].name_n = encoded.n - places[i].at;
        sigv4_put_encoded(&encoded, pairs[i].value, false);
        places[i].value_n = encoded.n - places[i].at - places[i].name_n;
    }
    for (size_t i = 1; i < pairs_n; i++) {
        struct place p = places[i];
        struct span name = {encoded.p + p.at, p.name_n};
        struct span value = {encoded.p + p.at + p.name_n, p.value_n};
        size_t j = i;
        for (; j > 0; j--) {
            struct place q = places[j - 1];
            int order = span_compare((struct span){encoded.p + q.at, q.name_n}, name);
            if (order == 0)
                order = span_compare((struct span){encoded.p + q.at + q.name_n, q.value_n}, value);
            if (order <= 0)
                break;
            places[j] = q;
        }
        places[j] = p;
    }
    for (size_t i = 0; i < pairs_n; i++) {
        if (i > 0)
            buf_put_char(out, '&');
        buf_put(out, encoded.p + places[i].at, places[i].name_n);
        buf_put_char(out, '=');
        buf_put(out, encoded.p + places[i].at + places[i].name_n, places[i].value_n);
    }
    buf_free(&encoded);
}

void sigv4_date(char at[SIGV4_DATE_N], int64_t now_ms)
{
    char iso[20];
    utc_iso(iso, now_ms);
    memcpy(at, iso, 4);
    memcpy(at + 4, iso + 5, 2);
    memcpy(at + 6, iso + 8, 2);
    at[8] = 'T';
    memcpy(at + 9, iso + 11, 2);
    memcpy(at + 11, iso + 14, 2);
    memcpy(at + 13, iso + 17, 2);
    at[15] = 'Z';
}

void sigv4_put_canonical(struct buf *out, struct buf *names, const struct sigv4_request *r)
{
    assert(r->headers_n <= SIGV4_PAIRS_MAX);
    buf_put_span(out, r->method);
    buf_put_char(out, '\n');
    buf_put_span(out, r->path);
    buf_put_char(out, '\n');
    buf_put_span(out, r->query);
    buf_put_char(out, '\n');

    /* Headers by name; equal names keep their order and are joined. */
    size_t order[SIGV4_PAIRS_MAX];
    for (size_t i = 0; i < r->headers_n; i++) {
        size_t j = i;
        for (; j > 0 && name_order(r->headers[order[j - 1]].name, r->headers[i].name) > 0; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
    for (size_t i = 0; i < r->headers_n; i++) {
        const struct sigv4_pair *h = &r->headers[order[i]];
        if (i > 0 && name_order(r->headers[order[i - 1]].name, h->name) == 0) {
            buf_put_char(out, ',');
        } else {
            if (i > 0) {
                buf_put_char(out, '\n');
                buf_put_char(names, ';');
            }
            put_lower(names, h->name);
            put_lower(out, h->name);
            buf_put_char(out, ':');
        }
        put_value(out, h->value);
    }
    buf_put(out, "\n\n", 2);
    buf_put_span(out, buf_span(names));
    buf_put_char(out, '\n');
    buf_put_span(out, r->payload);
}

void sigv4_sign(struct buf *out, struct sigv4_signer *s, const struct sigv4_request *r,
                int64_t now_ms)
{
    char date[SIGV4_DATE_N];
    sigv4_date(date, now_ms);
    derive_key(s, date);

    buf_clear(&s->canonical);
    buf_clear(&s->names);
    sigv4_put_canonical(&s->canonical, &s->names, r);

    /* The string to sign stands behind the canonical request in the same scratch. */
    const size_t canonical_n = s->canonical.n;
    struct buf *b = &s->canonical;
    buf_put(b, algorithm, sizeof(algorithm) - 1);
    buf_put_char(b, '\n');
    buf_put(b, date, sizeof(date));
    buf_put_char(b, '\n');
    const size_t scope_at = b->n;
    buf_put(b, date, 8);
    buf_put_char(b, '/');
    buf_put_span(b, s->region);
    buf_put_char(b, '/');
    buf_put_span(b, s->service);
    buf_put(b, "/aws4_request", 13);
    const size_t scope_n = b->n - scope_at;
    buf_put_char(b, '\n');
    buf_need(b, 2 * HASH_SHA256_N);
    put_hex_sha256(b, (struct span){b->p, canonical_n});

    uint8_t mac[HASH_SHA256_N];
    hash_hmac_sha256(mac, (struct span){(const char *)s->key, sizeof(s->key)},
                     span_from(buf_span(b), canonical_n));

    buf_put(out, algorithm, sizeof(algorithm) - 1);
    buf_put(out, " Credential=", 12);
    buf_put_span(out, s->access_key);
    buf_put_char(out, '/');
    buf_put(out, b->p + scope_at, scope_n);
    buf_put(out, ", SignedHeaders=", 16);
    buf_put_span(out, buf_span(&s->names));
    buf_put(out, ", Signature=", 12);
    hash_hex(buf_need(out, 2 * sizeof(mac)), mac, sizeof(mac));
    out->n += 2 * sizeof(mac);
}
