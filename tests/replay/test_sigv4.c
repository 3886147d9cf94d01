/*
 * test_sigv4.c - expected values are published ones (S3 API Reference, AWS's SigV4 test suite), and
 * botocore's for keys and headers those leave out; each case is a file in tests/vectors/sigv4.
 */
#include "tests/test.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/utc.h"
#include "replay/sigv4.h"

static const char folder[] = "tests/vectors/sigv4";

struct vector {
    struct buf text;
    struct span access_key, secret, region, service, now, method, path, body;
    struct span signed_headers, canonical_sha256, signature;
    struct sigv4_pair query[SIGV4_PAIRS_MAX], headers[SIGV4_PAIRS_MAX];
    size_t query_n, headers_n;
};

static const struct {
    const char *name;
    size_t offset;
} members[] = {
    {"access-key", offsetof(struct vector, access_key)},
    {"secret", offsetof(struct vector, secret)},
    {"region", offsetof(struct vector, region)},
    {"service", offsetof(struct vector, service)},
    {"now", offsetof(struct vector, now)},
    {"method", offsetof(struct vector, method)},
    {"path", offsetof(struct vector, path)},
    {"body", offsetof(struct vector, body)},
    {"signed-headers", offsetof(struct vector, signed_headers)},
    {"canonical-sha256", offsetof(struct vector, canonical_sha256)},
    {"signature", offsetof(struct vector, signature)},
};

static struct sigv4_pair pair_of(struct span text, char between)
{
    size_t n = span_find(text, between);
    return (struct sigv4_pair){{text.p, n}, span_from(text, n + 1)};
}

static void vector_read(struct vector *v, const char *path)
{
    struct err e = {0};
    *v = (struct vector){.query_n = 0};
    buf_init(&v->text, 1 << 20);
    if (file_read(&v->text, path, &e) != 0)
        fail_msg("%s", e.text);
    struct span rest = buf_span(&v->text);
    while (rest.n > 0) {
        struct span line = {rest.p, span_find(rest, '\n')};
        rest = span_from(rest, line.n + 1);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        struct sigv4_pair said = pair_of(line, ':');
        struct span value = span_from(said.value, 1);
        if (span_is(said.name, "query"))
            v->query[v->query_n++] = pair_of(value, '=');
        else if (span_is(said.name, "header"))
            v->headers[v->headers_n++] = pair_of(value, ':');
        for (size_t i = 0; i < COUNT(members); i++) {
            if (span_is(said.name, members[i].name))
                *(struct span *)((char *)v + members[i].offset) = value;
        }
    }
}

static void check(const char *name)
{
    struct vector v;
    struct err e = {0};
    struct buf path, query, canonical, names, out, want;
    struct buf *all[] = {&path, &query, &canonical, &names, &out, &want};
    for (size_t i = 0; i < COUNT(all); i++)
        buf_init(all[i], 1 << 20);
    buf_printf(&path, "%s/%s", folder, name);
    vector_read(&v, buf_text(&path));

    buf_clear(&path);
    sigv4_put_encoded(&path, v.path, true);
    sigv4_put_query(&query, v.query, v.query_n);
    uint8_t digest[HASH_SHA256_N];
    char payload[2 * HASH_SHA256_N], hex[2 * HASH_SHA256_N];
    hash_sha256(digest, v.body);
    hash_hex(payload, digest, sizeof(digest));
    const struct sigv4_request r = {.method = v.method,
                                    .path = buf_span(&path),
                                    .query = buf_span(&query),
                                    .headers = v.headers,
                                    .headers_n = v.headers_n,
                                    .payload = {payload, sizeof(payload)}};
    sigv4_put_canonical(&canonical, &names, &r);
    hash_sha256(digest, buf_span(&canonical));
    hash_hex(hex, digest, sizeof(digest));
    if (!span_equal(v.canonical_sha256, (struct span){hex, sizeof(hex)}))
        fail_msg("%s: another canonical request:\n%s", name, buf_text(&canonical));

    int64_t now_ms;
    assert_int_equal(utc_read(&now_ms, v.now, &e), 0);
    struct sigv4_signer s;
    sigv4_init(&s, v.access_key, v.secret, v.region, v.service);
    for (int i = 0; i < 2; i++) { /* the second time with the key kept */
        buf_clear(&out);
        buf_clear(&want);
        sigv4_sign(&out, &s, &r, now_ms);
        buf_printf(&want,
                   "AWS4-HMAC-SHA256 Credential=%.*s/%.4s%.2s%.2s/%.*s/%.*s/aws4_request, "
                   "SignedHeaders=%.*s, Signature=%.*s",
                   SPAN_ARG(v.access_key), v.now.p, v.now.p + 5, v.now.p + 8, SPAN_ARG(v.region),
                   SPAN_ARG(v.service), SPAN_ARG(v.signed_headers), SPAN_ARG(v.signature));
        if (!span_equal(buf_span(&out), buf_span(&want)))
            fail_msg("%s:\ngot  %s\nwant %s", name, buf_text(&out), buf_text(&want));
    }
    sigv4_free(&s);
    buf_free(&v.text);
    for (size_t i = 0; i < COUNT(all); i++)
        buf_free(all[i]);
}

static void every_published_case_is_signed_the_same(void **state)
{
    (void)state;
    struct err e = {0};
    struct file_walk *w;
    struct span name;
    size_t cases = 0;
    assert_int_equal(file_walk_open(&w, folder, &e), 0);
    while (file_walk_next(w, &name, &e) > 0) {
        char text[256];
        assert_true(name.n < sizeof(text));
        memcpy(text, name.p, name.n);
        text[name.n] = '\0';
        check(text);
        cases++;
    }
    file_walk_close(w);
    assert_true(cases >= 27);
}

static void a_new_day_and_a_new_region_derive_a_new_key(void **state)
{
    (void)state;
    struct sigv4_signer kept, fresh;
    const struct sigv4_pair headers[] = {{SPAN("Host"), SPAN("h")}};
    const struct sigv4_request r = {.method = SPAN("GET"),
                                    .path = SPAN("/"),
                                    .headers = headers,
                                    .headers_n = 1,
                                    .payload = SPAN("UNSIGNED-PAYLOAD")};
    static const struct {
        int64_t now_ms;
        const char *region;
    } steps[] = {{0, "r1"}, {86399999, "r1"}, {86400000, "r1"}, {86400000, "r2"}, {0, "r2"}};
    sigv4_init(&kept, SPAN("AK"), SPAN("secret"), SPAN("r0"), SPAN("s3"));
    for (size_t i = 0; i < COUNT(steps); i++) {
        struct buf a, b;
        buf_init(&a, 4096);
        buf_init(&b, 4096);
        kept.region = span_of(steps[i].region);
        sigv4_sign(&a, &kept, &r, steps[i].now_ms);
        sigv4_init(&fresh, SPAN("AK"), SPAN("secret"), span_of(steps[i].region), SPAN("s3"));
        sigv4_sign(&b, &fresh, &r, steps[i].now_ms);
        assert_string_equal(buf_text(&a), buf_text(&b));
        sigv4_free(&fresh);
        buf_free(&a);
        buf_free(&b);
    }
    sigv4_free(&kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_published_case_is_signed_the_same),
        cmocka_unit_test(a_new_day_and_a_new_region_derive_a_new_key),
    };
    return cmocka_run_group_tests_name("replay/sigv4", tests, NULL, NULL);
}
