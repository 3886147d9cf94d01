/* test_s3.c - URLs as the S3 User Guide's "Virtual hosting of buckets" has them, by hand. */
#include "tests/test.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "replay/s3.h"

static const struct {
    const char *text, *bucket, *prefix; /* bucket NULL: refused */
} locations[] = {
    {"s3://trails", "trails", ""},
    {"s3://trails/", "trails", ""},
    {"s3://trails/a", "trails", "a"},
    {"s3://trails/a/b c/", "trails", "a/b c"},
    {"s3://my.dotted-bucket/x", "my.dotted-bucket", "x"},
    {"s3://trails/logs//AWSLogs", "trails", "logs//AWSLogs"},
    {"s3://trails/a///b", NULL, NULL},
    {"s3://trails/a//../b", NULL, NULL},
    {"s3://", NULL, NULL},
    {"s3:///x", NULL, NULL},
    {"s3://ab", NULL, NULL},
    {"s3://a b", NULL, NULL},
    {"s3://-abc", NULL, NULL},
    {"s3://abc.", NULL, NULL},
    {"s3://abc:80/x", NULL, NULL},
    {"s3://user@abc", NULL, NULL},
    {"s3://trails//a", NULL, NULL},
    {"s3://trails/a/../b", NULL, NULL},
    {"s3://trails/a\nb", NULL, NULL},
    {"S3://trails", NULL, NULL},
    {"https://trails", NULL, NULL},
    {"", NULL, NULL},
};

static void location_takes_bucket_and_prefix_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(locations); i++) {
        struct err e = {0};
        struct span bucket = {NULL, 0}, prefix = {NULL, 0};
        int rc = s3_location(&bucket, &prefix, span_of(locations[i].text), &e);
        if (locations[i].bucket == NULL) {
            if (rc == 0 || e.kind != ERR_INPUT)
                fail_msg("%s: was taken", locations[i].text);
        } else if (rc != 0 || !span_is(bucket, locations[i].bucket) ||
                   !span_is(prefix, locations[i].prefix)) {
            fail_msg("%s: %d \"%.*s\" \"%.*s\" %s", locations[i].text, rc, SPAN_ARG(bucket),
                     SPAN_ARG(prefix), e.text);
        }
    }
}

static const struct {
    const char *endpoint, *bucket, *region;
    enum s3_style style;
    const char *key, *host, *url; /* host NULL: refused */
} places[] = {
    {"", "trails", "us-east-1", S3_STYLE_AUTO, "a", "trails.s3.us-east-1.amazonaws.com",
     "https://trails.s3.us-east-1.amazonaws.com/a"},
    {"", "trails", "cn-north-1", S3_STYLE_AUTO, "a", "trails.s3.cn-north-1.amazonaws.com.cn",
     "https://trails.s3.cn-north-1.amazonaws.com.cn/a"},
    {"", "trails", "us-gov-west-1", S3_STYLE_AUTO, "a", "trails.s3.us-gov-west-1.amazonaws.com",
     "https://trails.s3.us-gov-west-1.amazonaws.com/a"},
    {"", "a.dotted.name", "eu-west-1", S3_STYLE_AUTO, "a", "s3.eu-west-1.amazonaws.com",
     "https://s3.eu-west-1.amazonaws.com/a.dotted.name/a"},
    {"", "trails", "us-east-1", S3_STYLE_PATH, "a", "s3.us-east-1.amazonaws.com",
     "https://s3.us-east-1.amazonaws.com/trails/a"},
    {"http://127.0.0.1:9000", "trails", "us-east-1", S3_STYLE_AUTO, "a", "127.0.0.1:9000",
     "http://127.0.0.1:9000/trails/a"},
    {"http://127.0.0.1:9000/", "trails", "us-east-1", S3_STYLE_AUTO, "a", "127.0.0.1:9000",
     "http://127.0.0.1:9000/trails/a"},
    {"http://store:80", "trails", "us-east-1", S3_STYLE_AUTO, "a", "store",
     "http://store/trails/a"},
    {"https://store:443", "trails", "us-east-1", S3_STYLE_AUTO, "a", "store",
     "https://store/trails/a"},
    {"https://store:80", "trails", "us-east-1", S3_STYLE_AUTO, "a", "store:80",
     "https://store:80/trails/a"},
    {"HTTP://Store.example", "trails", "us-east-1", S3_STYLE_AUTO, "a", "Store.example",
     "http://Store.example/trails/a"},
    {"http://[::1]:9000", "trails", "us-east-1", S3_STYLE_AUTO, "a", "[::1]:9000",
     "http://[::1]:9000/trails/a"},
    {"http://proxy:8080/s3/api/", "trails", "us-east-1", S3_STYLE_AUTO, "a", "proxy:8080",
     "http://proxy:8080/s3/api/trails/a"},
    {"http://store.test:9000", "trails", "us-east-1", S3_STYLE_VIRTUAL, "a",
     "trails.store.test:9000", "http://trails.store.test:9000/a"},
    {"http://h", "trails", "r1", S3_STYLE_AUTO, "a b/c+d=e~f/\xc3\xa9//x", "h",
     "http://h/trails/a%20b/c%2Bd%3De~f/%C3%A9//x"},
    {"http://h", "trails", "r1", S3_STYLE_AUTO, "a/../b/./c%41?#&", "h",
     "http://h/trails/a/../b/./c%2541%3F%23%26"},
    {"http://h", "trails", "r1", S3_STYLE_AUTO, "", "h", "http://h/trails"},
    {"http://h", "trails", "r1", S3_STYLE_VIRTUAL, "", "trails.h", "http://trails.h/"},
    {"127.0.0.1:9000", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"ftp://h", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"http://", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"http://:9000", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"http://h:0", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"http://h:65536", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"http://h:", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"http://h:9x", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"http://user:word@h", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"http://h?x=y", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"http://h/a#b", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"http://h h", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"http://h\r\nX: y", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"http://[::1", "trails", "us-east-1", S3_STYLE_AUTO, "", NULL, NULL},
    {"", "trails", "", S3_STYLE_AUTO, "", NULL, NULL},
    {"", "trails", "evil.example/", S3_STYLE_AUTO, "", NULL, NULL},
    {"", "trails", "us east", S3_STYLE_AUTO, "", NULL, NULL},
};

static void place_and_key_make_host_and_url(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        struct err e = {0};
        struct arena a;
        struct s3_place place;
        arena_init(&a);
        int rc = s3_place_make(&place, &a, span_of(places[i].endpoint), span_of(places[i].bucket),
                               span_of(places[i].region), places[i].style, &e);
        if (places[i].host == NULL) {
            if (rc == 0 || e.kind != ERR_INPUT)
                fail_msg("%s %s: was taken", places[i].endpoint, places[i].region);
            arena_free(&a);
            continue;
        }
        if (rc != 0)
            fail_msg("%s: %s", places[i].endpoint, e.text);
        struct sigv4_signer signer;
        struct s3_prepared p;
        const uint8_t hash[32] = {0};
        const struct s3_request r = {
            .method = "PUT", .key = span_of(places[i].key), .body_sha256 = hash};
        sigv4_init(&signer, SPAN("AK"), SPAN("secret"), place.region, SPAN("s3"));
        s3_prepared_init(&p);
        s3_prepare(&p, &place, &signer, &r, 0);
        if (!span_is(place.host, places[i].host) || strcmp(p.url.p, places[i].url) != 0)
            fail_msg("%s %s: host %.*s, url %s", places[i].endpoint, places[i].key,
                     SPAN_ARG(place.host), p.url.p);
        s3_prepared_free(&p);
        sigv4_free(&signer);
        arena_free(&a);
    }
}

static const char *line_of(const struct s3_prepared *p, const char *name)
{
    for (size_t i = 0; i < p->headers_n; i++) {
        if (strncmp(p->headers[i], name, strlen(name)) == 0)
            return p->headers[i] + strlen(name);
    }
    return "";
}

static void only_what_proxies_leave_alone_is_signed(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena a;
    struct s3_place place;
    struct sigv4_signer signer;
    struct s3_prepared p;
    const uint8_t hash[32] = {0};
    const struct sigv4_pair headers[] = {
        {SPAN("Content-Type"), SPAN("application/json")},
        {SPAN("Content-Encoding"), SPAN("gzip")},
        {SPAN("x-amz-acl"), SPAN("bucket-owner-full-control")},
    };
    const struct sigv4_pair query[] = {{SPAN("prefix"), SPAN("a b")},
                                       {SPAN("list-type"), SPAN("2")}};
    arena_init(&a);
    assert_int_equal(s3_place_make(&place, &a, SPAN("http://h:9000"), SPAN("trails"),
                                   SPAN("us-east-1"), S3_STYLE_AUTO, &e),
                     0);
    sigv4_init(&signer, SPAN("AK"), SPAN("secret"), place.region, SPAN("s3"));
    s3_prepared_init(&p);
    const struct s3_request r = {.method = "PUT",
                                 .key = SPAN("k"),
                                 .query = query,
                                 .query_n = COUNT(query),
                                 .headers = headers,
                                 .headers_n = COUNT(headers),
                                 .body_sha256 = hash,
                                 .token = SPAN("token")};
    s3_prepare(&p, &place, &signer, &r, 0);
    assert_string_equal(p.url.p, "http://h:9000/trails/k?list-type=2&prefix=a%20b");
    assert_non_null(strstr(line_of(&p, "Authorization: "),
                           "SignedHeaders=content-type;host;x-amz-acl;x-amz-content-sha256;"
                           "x-amz-date;x-amz-security-token,"));
    assert_string_equal(line_of(&p, "Content-Encoding: "), "gzip");
    assert_string_equal(line_of(&p, "Host: "), "h:9000");
    assert_string_equal(line_of(&p, "x-amz-security-token: "), "token");
    assert_string_equal(line_of(&p, "x-amz-date: "), "19700101T000000Z");
    assert_string_equal(p.headers[p.headers_n - 1], "Expect:");
    s3_prepared_free(&p);
    sigv4_free(&signer);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(location_takes_bucket_and_prefix_apart),
        cmocka_unit_test(place_and_key_make_host_and_url),
        cmocka_unit_test(only_what_proxies_leave_alone_is_signed),
    };
    return cmocka_run_group_tests_name("replay/s3", tests, NULL, NULL);
}
