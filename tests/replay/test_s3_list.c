/* test_s3_list.c - a scripted transport gives pages; their XML is as the API reference shows it. */
#include "tests/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "replay/s3_list.h"

struct script {
    const char *const *bodies;
    size_t at, n;
    void *tag;
    char url[4096];
};

static void script_start(void *self, const struct http_request *r, void *tag)
{
    struct script *s = self;
    s->tag = tag;
    snprintf(s->url, sizeof(s->url), "%s", r->url);
}

static bool script_next(void *self, struct http_reply *out, int64_t wait_ms)
{
    (void)wait_ms;
    struct script *s = self;
    assert_true(s->at < s->n);
    *out = (struct http_reply){.tag = s->tag,
                               .fault = HTTP_ANSWERED,
                               .status = 200,
                               .body = span_of(s->bodies[s->at++]),
                               .reason = "",
                               .region = "",
                               .etag = "",
                               .retry_after = "",
                               .location = "",
                               .signature = "",
                               .algorithm = "",
                               .date_ms = -1};
    return true;
}

static void nothing(void *self)
{
    (void)self;
}

static const struct http_ops script_ops = {script_start, script_next, nothing, nothing, nothing};

/* List through ${bodies}: "key size etag;" for each object into ${got}. */
static int list(char *got, size_t got_n, const char *const *bodies, size_t n, struct script *s,
                struct err *e)
{
    struct arena a;
    struct s3_call call;
    const struct s3_door_options door = {.endpoint = SPAN("http://store:9000"),
                                         .bucket = SPAN("trails"),
                                         .region = SPAN("us-east-1"),
                                         .access_key = SPAN("AK"),
                                         .secret = SPAN("secret")};
    arena_init(&a);
    *s = (struct script){.bodies = bodies, .n = n};
    assert_int_equal(s3_call_open(&call, &a, &door, (struct http){&script_ops, s}, 1, 1, e), 0);
    struct s3_list l;
    struct s3_entry entry;
    s3_list_open(&l, &call, SPAN("p/"));
    got[0] = '\0';
    int rc = s3_list_next(&l, &entry, e);
    for (; rc > 0; rc = s3_list_next(&l, &entry, e)) {
        size_t at = strlen(got);
        snprintf(got + at, got_n - at, "%.*s %llu %.*s;", SPAN_ARG(entry.key),
                 (unsigned long long)entry.size_n, SPAN_ARG(entry.etag));
    }
    s3_list_close(&l);
    s3_call_close(&call);
    arena_free(&a);
    return rc;
}

static void pages_are_walked_and_text_is_unescaped(void **state)
{
    (void)state;
    static const char *const pages[] = {
        "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>true</IsTruncated>"
        "<Contents><Key>p/a&amp;b</Key><ETag>&#34;0cc1&#34;</ETag><Size>7</Size></Contents>"
        "<Contents><Key>p/&#xe9; +</Key><ETag>\"d41d\"</ETag><Size>0</Size></Contents>"
        "<NextContinuationToken>1/x+&amp;=</NextContinuationToken></ListBucketResult>",
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>p/z</Key>"
        "<Size>12345678901</Size></Contents></ListBucketResult>",
    };
    char got[512];
    struct script s;
    struct err e = {0};
    assert_int_equal(list(got, sizeof(got), pages, COUNT(pages), &s, &e), 0);
    assert_string_equal(got, "p/a&b 7 0cc1;p/\xc3\xa9 + 0 d41d;p/z 12345678901 ;");
    assert_non_null(strstr(s.url, "continuation-token=1%2Fx%2B%26%3D"));
    assert_non_null(strstr(s.url, "prefix=p%2F"));
}

static void what_is_no_listing_is_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "",
        "<html>hello</html>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<IsTruncated>false</IsTruncated><Contents><Key></Key></Contents>",
        "<IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>-1</Size></Contents>",
        "<IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size></Size></Contents>",
    };
    for (size_t i = 0; i < COUNT(bodies); i++) {
        char got[512];
        struct script s;
        struct err e = {0};
        if (list(got, sizeof(got), &bodies[i], 1, &s, &e) != -1 || e.kind != ERR_WORK)
            fail_msg("%s: \"%s\"", bodies[i], got);
    }
}

static void a_token_that_leads_in_a_circle_ends(void **state)
{
    (void)state;
    static const char page[] = "<IsTruncated>true</IsTruncated>"
                               "<NextContinuationToken>same</NextContinuationToken>";
    static const char *const pages[] = {page, page, page};
    char got[64];
    struct script s;
    struct err e = {0};
    assert_int_equal(list(got, sizeof(got), pages, COUNT(pages), &s, &e), -1);
    assert_int_equal(s.at, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_walked_and_text_is_unescaped),
        cmocka_unit_test(what_is_no_listing_is_refused),
        cmocka_unit_test(a_token_that_leads_in_a_circle_ends),
    };
    return cmocka_run_group_tests_name("replay/s3_list", tests, NULL, NULL);
}
