/* test_record.c - members are found in text as RFC 8259 reads it; texts are made by hand. */
#include "tests/test.h"

#include "cloudtrail/record.h"

#define RECORD                                                                                     \
    "{\"eventTime\":\"2026-09-14T10:00:01Z\", \"userIdentity\" : {\"type\":\"IAMUser\","           \
    "\"a}b\":{\"x\":\"]}\\\"\"},\"accountId\":\"111122223333\"},\"list\":[{\"type\":1},[2]],"      \
    "\"n\":-1.5e3,\"t\":true,\"z\":null,\"empty\":{},\"text\":\"a\\\"b\",\"twice\":1,\"twice\":2}"

static const struct {
    const char *path, *want; /* NULL: not found */
} finds[] = {
    {"eventTime", "\"2026-09-14T10:00:01Z\""},
    {"userIdentity.type", "\"IAMUser\""},
    {"userIdentity.accountId", "\"111122223333\""},
    {"userIdentity.a}b.x", "\"]}\\\"\""},
    {"list", "[{\"type\":1},[2]]"},
    {"n", "-1.5e3"},
    {"t", "true"},
    {"z", "null"},
    {"empty", "{}"},
    {"text", "\"a\\\"b\""},
    {"twice", "1"},
    {"type", NULL},
    {"list.type", NULL},
    {"n.x", NULL},
    {"z.x", NULL},
    {"empty.x", NULL},
    {"userIdentity.", NULL},
    {"", NULL},
    {"eventtime", NULL},
};

static void members_are_found_at_their_path(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(finds); i++) {
        struct span got = SPAN("untouched");
        bool found = record_find(&got, SPAN(RECORD), finds[i].path);
        const char *want = finds[i].want == NULL ? "untouched" : finds[i].want;
        if (found != (finds[i].want != NULL) || !span_is(got, want))
            fail_msg("%s: %d, \"%.*s\"", finds[i].path, found, SPAN_ARG(got));
    }
}

static void a_found_value_is_part_of_the_record(void **state)
{
    (void)state;
    struct span record = SPAN(RECORD), got;
    assert_true(record_find(&got, record, "userIdentity"));
    assert_true(got.p > record.p && got.p + got.n <= record.p + record.n);
    assert_true(span_starts(got, SPAN("{\"type\"")) && span_ends(got, SPAN("\"111122223333\"}")));
}

static void texts_come_without_quotes(void **state)
{
    (void)state;
    struct span got = SPAN("untouched");
    assert_true(record_text(&got, SPAN(RECORD), "userIdentity.type"));
    assert_true(span_is(got, "IAMUser"));
    assert_true(record_text(&got, SPAN("{\"a\":\"\"}"), "a"));
    assert_int_equal(got.n, 0);
    got = SPAN("untouched");
    static const char *const refused[] = {"text", "n", "t", "z", "list", "empty", "nothing"};
    for (size_t i = 0; i < COUNT(refused); i++) {
        if (record_text(&got, SPAN(RECORD), refused[i]) || !span_is(got, "untouched"))
            fail_msg("%s: \"%.*s\"", refused[i], SPAN_ARG(got));
    }
}

/* Text that ends too soon, or is no object. No byte behind the span may be looked at: each text is
   copied to the end of a block. */
static const char *const broken[] = {
    "",          "{",           "{\"",           "{\"a",       "{\"a\"",     "{\"a\":",
    "{\"a\":\"", "{\"a\":\"\\", "{\"a\":\"\\\"", "{\"a\":{",   "{\"a\":[{}", "[]",
    "\"a\"",     "null",        "{\"b\":}",      "{b:1}",      "{,\"a\":1}", "{\"b\":1 \"a\":1}",
    "{\"b\":]}", "  ",          "{\"b\":1,}",    "{\"b\":1,,}"};

static void broken_text_has_no_member(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(broken); i++) {
        size_t n = strlen(broken[i]);
        char *copy = test_malloc(n + 1);
        memcpy(copy + 1, broken[i], n);
        struct span got = SPAN("untouched");
        if (record_find(&got, (struct span){copy + 1, n}, "a") || !span_is(got, "untouched"))
            fail_msg("%s: \"%.*s\"", broken[i], SPAN_ARG(got));
        test_free(copy);
    }
}

static void depth_has_an_end(void **state)
{
    (void)state;
    char deep[4096] = "{\"b\":";
    memset(deep + 5, '[', 2000);
    memset(deep + 2005, ']', 2000);
    memcpy(deep + 4005, ",\"a\":1}", 8);
    struct span got;
    assert_false(record_find(&got, span_of(deep), "a"));
}

/* By date(1). */
static void the_time_is_eventTime(void **state)
{
    (void)state;
    int64_t t_ms = -1;
    assert_true(record_time(&t_ms, SPAN(RECORD)));
    assert_int_equal(t_ms, INT64_C(1789380001000));
    t_ms = -1;
    assert_false(record_time(&t_ms, SPAN("{\"eventTime\":\"yesterday\"}")));
    assert_false(record_time(&t_ms, SPAN("{\"eventTime\":5}")));
    assert_false(record_time(&t_ms, SPAN("{\"EventTime\":\"2026-09-14T10:00:01Z\"}")));
    assert_int_equal(t_ms, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_at_their_path),
        cmocka_unit_test(a_found_value_is_part_of_the_record),
        cmocka_unit_test(texts_come_without_quotes),
        cmocka_unit_test(broken_text_has_no_member),
        cmocka_unit_test(depth_has_an_end),
        cmocka_unit_test(the_time_is_eventTime),
    };
    return cmocka_run_group_tests_name("cloudtrail/record", tests, NULL, NULL);
}
