/* test_target.c - forms of --to as design and --help name them. */
#define _XOPEN_SOURCE 700 /* setenv, unsetenv */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "replay/target.h"

static const struct {
    const char *to;
    int kind; /* -1: refused */
    const char *bucket, *prefix;
} targets[] = {
    {"out", TARGET_DIR, "", ""},
    {"/tmp/x y", TARGET_DIR, "", ""},
    {"./s3://x", TARGET_DIR, "", ""},
    {"c:", TARGET_DIR, "", ""},
    {"12:30", TARGET_DIR, "", ""},
    {"null:", TARGET_NULL, "", ""},
    {"s3://trails", TARGET_S3, "trails", ""},
    {"s3://trails/a/b", TARGET_S3, "trails", "a/b"},
    {"", -1, NULL, NULL},
    {"s3:", -1, NULL, NULL},
    {"s3:/trails", -1, NULL, NULL},
    {"s3://", -1, NULL, NULL},
    {"s3://no", -1, NULL, NULL},
    {"ftp://host/x", -1, NULL, NULL},
    {"https://host/x", -1, NULL, NULL},
    {"null:x", -1, NULL, NULL},
};

static void each_form_is_told_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(targets); i++) {
        struct err e = {0};
        struct target t;
        int rc = target_read(&t, span_of(targets[i].to), &e);
        if (targets[i].kind < 0 ? rc == 0 || e.kind != ERR_INPUT
                                : rc != 0 || (int)t.kind != targets[i].kind)
            fail_msg("%s: rc %d \"%s\"", targets[i].to, rc, e.text);
        if (rc == 0 &&
            (!span_is(t.bucket, targets[i].bucket) || !span_is(t.prefix, targets[i].prefix)))
            fail_msg("%s: \"%.*s\" \"%.*s\"", targets[i].to, SPAN_ARG(t.bucket),
                     SPAN_ARG(t.prefix));
    }
}

static void a_check_sees_a_bad_endpoint_without_credentials(void **state)
{
    (void)state;
    struct err e = {0};
    const struct target_options bad = {.endpoint_url = "not a url"};
    assert_int_equal(target_check(SPAN("s3://trails"), &bad, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    e = (struct err){0};
    const struct target_options good = {.endpoint_url = "http://h"};
    assert_int_equal(target_check(SPAN("s3://trails"), &good, &e), 0);
    assert_int_equal(target_check(SPAN("out"), &bad, &e), 0);
}

static void the_null_target_counts(void **state)
{
    (void)state;
    struct err e = {0};
    struct sink s;
    struct sink_totals t;
    struct logfile f;
    const struct target_options o = {.connections = 1};
    assert_int_equal(target_open(&s, SPAN("null:"), &o, NULL, NULL, &e), 0);
    logfile_init(&f);
    buf_put(&f.body, "xyz", 3);
    assert_int_equal(s.ops->put(s.self, &f, &e), 0);
    assert_int_equal(s.ops->finish(s.self, &t, &e), 0);
    s.ops->close(s.self);
    assert_int_equal(t.files, 1);
    assert_int_equal(t.bytes, 3);
}

static void a_bucket_wants_credentials_and_a_readable_bundle(void **state)
{
    (void)state;
    struct err e = {0};
    struct sink s;
    struct target_options o = {.endpoint_url = "http://127.0.0.1:9"};
    setenv("HOME", "/nonexistent", 1);
    static const char *const variables[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                            "AWS_PROFILE",       "AWS_CONFIG_FILE",
                                            "AWS_CA_BUNDLE",     "AWS_SHARED_CREDENTIALS_FILE"};
    for (size_t i = 0; i < COUNT(variables); i++)
        unsetenv(variables[i]);
    assert_int_equal(target_open(&s, SPAN("s3://trails"), &o, NULL, NULL, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "no credentials"));

    setenv("AWS_ACCESS_KEY_ID", "AK", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    e = (struct err){0};
    o.ca_bundle = "/nonexistent/ca.pem";
    assert_int_equal(target_open(&s, SPAN("s3://trails"), &o, NULL, NULL, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "/nonexistent/ca.pem: the CA bundle cannot be read"));

    e = (struct err){0};
    o.ca_bundle = NULL;
    o.region = "not a region";
    assert_int_equal(target_open(&s, SPAN("s3://trails"), &o, NULL, NULL, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);

    e = (struct err){0};
    o.region = NULL;
    struct sink_totals t;
    assert_int_equal(target_open(&s, SPAN("s3://trails"), &o, NULL, NULL, &e), 0);
    assert_int_equal(s.ops->finish(s.self, &t, &e), 0);
    s.ops->close(s.self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_told_apart),
        cmocka_unit_test(a_check_sees_a_bad_endpoint_without_credentials),
        cmocka_unit_test(the_null_target_counts),
        cmocka_unit_test(a_bucket_wants_credentials_and_a_readable_bundle),
    };
    return cmocka_run_group_tests_name("replay/target", tests, NULL, NULL);
}
