/* test_key.c - keys in AWS's documented form with made-up accounts; suffixes by Python integers. */
#include "tests/test.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utc.h"
#include "cloudtrail/key.h"

#define NAME   "123456789012_CloudTrail_eu-west-1_20260913T2355Z_AbCdEfGhIjKl0189.json.gz"
#define FOLDER "AWSLogs/123456789012/CloudTrail/eu-west-1/2026/09/13/"
#define ORG    "AWSLogs/o-exampleorgid/123456789012/CloudTrail/eu-west-1/2026/09/13/"

static void stamps_round_up_to_five_minutes(void **state)
{
    (void)state;
    static const struct {
        int64_t newest_ms, want_ms;
    } rows[] = {
        {0, 0},
        {1, 300000},
        {299999, 300000},
        {300000, 300000},
        /* 2026-09-13T23:57:00Z lies in the next day's folder. */
        {INT64_C(1789343820000), INT64_C(1789344000000)},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(key_stamp(rows[i].newest_ms), rows[i].want_ms);
}

static void suffixes_spell_the_bits_in_base_62(void **state)
{
    (void)state;
    static const struct {
        uint64_t bits[2];
        const char *want;
    } rows[] = {
        {{0, 0}, "AAAAAAAAAAAAAAAA"},
        {{UINT64_MAX, UINT64_MAX}, "9999999999999999"},
        {{UINT64_C(1) << 63, 0}, "fAAAAAAAAAAAAAAA"},
        {{UINT64_C(0x0123456789abcdef), UINT64_C(0xfedcba9876543210)}, "ARFOldeCMp2mkkLr"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char got[KEY_SUFFIX_N + 1] = {0};
        key_suffix(got, rows[i].bits);
        assert_string_equal(got, rows[i].want);
    }
}

static const struct {
    const char *text, *prefix, *organization;
    bool is_whole; /* CloudTrail's own folders: written again it is the same */
} logs[] = {
    {FOLDER NAME, "", "", true},
    {ORG NAME, "", "o-exampleorgid", true},
    {"logs/" FOLDER NAME, "logs", "", true},
    {"team a/AWSLogs/x/" ORG NAME, "team a/AWSLogs/x", "o-exampleorgid", true},
    {NAME, "", "", false},
    {"somewhere/" NAME, "", "", false},
    {"/" NAME, "", "", false},
    {"2026/09/13/" NAME, "", "", false},
    {"CloudTrail/eu-west-1/2026/09/13/" NAME, "", "", false},
    {"o-exampleorgid/123456789012/CloudTrail/eu-west-1/2026/09/13/" NAME, "", "", false},
};

static void keys_are_taken_apart_and_put_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(logs); i++) {
        struct key_parts k = {0};
        struct err e = {0};
        if (key_read(&k, span_of(logs[i].text), &e) != 0)
            fail_msg("%s: %s", logs[i].text, e.text);
        assert_int_equal(k.kind, KEY_LOG);
        assert_true(span_is(k.prefix, logs[i].prefix));
        assert_true(span_is(k.organization, logs[i].organization));
        assert_true(span_is(k.account, "123456789012"));
        assert_true(span_is(k.region, "eu-west-1"));
        assert_true(span_is(k.suffix, "AbCdEfGhIjKl0189"));
        assert_int_equal(k.stamp_ms, INT64_C(1789343700000)); /* by date -u -d */

        struct buf got;
        buf_init(&got, KEY_MAX);
        key_write(&got, &k, true);
        assert_string_equal(buf_text(&got), logs[i].is_whole ? logs[i].text : FOLDER NAME);
        buf_free(&got);
    }
}

static void a_plain_file_has_no_gz(void **state)
{
    (void)state;
    static const char text[] =
        "AWSLogs/123456789012/CloudTrail/us-gov-west-1/2024/02/29/"
        "123456789012_CloudTrail_us-gov-west-1_20240229T0000Z_0000000000000000.json";
    struct key_parts k = {0};
    struct err e = {0};
    struct buf got;
    assert_int_equal(key_read(&k, span_of(text), &e), 0);
    buf_init(&got, KEY_MAX);
    key_write(&got, &k, false);
    assert_string_equal(buf_text(&got), text);
    buf_free(&got);
}

static void the_day_folder_is_the_stamps(void **state)
{
    (void)state;
    struct key_parts k = {.kind = KEY_LOG,
                          .account = SPAN("123456789012"),
                          .region = SPAN("us-east-1"),
                          .suffix = SPAN("aaaaaaaaaaaaaaaa"),
                          .stamp_ms = key_stamp(INT64_C(1789343820000))};
    struct buf got;
    buf_init(&got, KEY_MAX);
    key_write(&got, &k, true);
    assert_string_equal(
        buf_text(&got),
        "AWSLogs/123456789012/CloudTrail/us-east-1/2026/09/14/"
        "123456789012_CloudTrail_us-east-1_20260914T0000Z_aaaaaaaaaaaaaaaa.json.gz");
    buf_free(&got);
}

static void the_longest_key_fits(void **state)
{
    (void)state;
    char prefix[200];
    memset(prefix, 'p', sizeof(prefix));
    struct err e = {0};
    assert_int_equal(key_prefix((struct span){prefix, sizeof(prefix)}, &e), 0);
    struct key_parts k = {.kind = KEY_LOG,
                          .prefix = {prefix, sizeof(prefix)},
                          .organization = SPAN("o-0123456789abcdef0123456789abcdef"),
                          .account = SPAN("123456789012"),
                          .region = SPAN("a-region-of-32-bytes-no-more-is1"),
                          .suffix = SPAN("aaaaaaaaaaaaaaaa")};
    struct buf got;
    buf_init(&got, KEY_MAX);
    key_write(&got, &k, true);
    struct key_parts back = {0};
    if (key_read(&back, buf_span(&got), &e) != 0)
        fail_msg("%s", e.text);
    assert_true(span_equal(back.prefix, k.prefix));
    assert_true(span_equal(back.organization, k.organization));
    buf_free(&got);
}

static void kinds_are_told_by_the_name(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum key_kind want;
    } rows[] = {
        {"p/AWSLogs/123456789012/CloudTrail-Digest/eu-west-1/2026/09/13/"
         "123456789012_CloudTrail-Digest_eu-west-1_main_eu-west-1_20260913T101112Z.json.gz",
         KEY_DIGEST},
        {"123456789012_CloudTrail-Insight_eu-west-1_20260913T2355Z_AbCdEfGhIjKl0189.json.gz",
         KEY_INSIGHT},
        {"", KEY_OTHER},
        {"/", KEY_OTHER},
        {"manifest.json", KEY_OTHER},
        {"AWSLogs/123456789012/CloudTrail/", KEY_OTHER},
        {"12345678901_CloudTrail_eu-west-1_20260913T2355Z_AbCdEfGhIjKl0189.json.gz", KEY_OTHER},
        {"123456789012_cloudtrail_eu-west-1_20260913T2355Z_AbCdEfGhIjKl0189.json.gz", KEY_OTHER},
        {"123456789012", KEY_OTHER},
        {"x" NAME, KEY_OTHER},
        {NAME "/x", KEY_OTHER},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct key_parts k = {0};
        struct err e = {0};
        if (key_read(&k, span_of(rows[i].text), &e) != 0 || k.kind != rows[i].want ||
            key_kind(span_of(rows[i].text)) != rows[i].want)
            fail_msg("\"%s\": kind %d, \"%s\"", rows[i].text, k.kind, e.text);
    }
}

static void names_that_are_none_are_refused(void **state)
{
    (void)state;
#define LOG "123456789012_CloudTrail_"
    static const struct {
        struct span text;
        const char *want;
    } rows[] = {
        {SPAN_INIT(LOG "eu-west-1_20260913T2355Z_AbCdEfGhIjKl0189.json.bz2"), "ends in .json.gz"},
        {SPAN_INIT(LOG "eu-west-1_20260913T2355Z_AbCdEfGhIjKl0189"), "ends in .json.gz"},
        {SPAN_INIT(LOG "eu-west-1_20260913T2355Z_AbCdEfGhIjKl018.json.gz"), "is not a suffix"},
        {SPAN_INIT(LOG "eu-west-1_20260913T2355Z_AbCdEfGhIjKl01899.json"), "is not a suffix"},
        {SPAN_INIT(LOG "eu-west-1_20260913T2355Z_AbCdEfGhIjKl-189.json"), "is not a suffix"},
        {SPAN_INIT(LOG "eu-west-1_20260913T2355Z_.json"), "is not a suffix"},
        {SPAN_INIT(LOG ".json"), "is not a suffix"},
        {SPAN_INIT(LOG "eu-west-1_20260931T2355Z_AbCdEfGhIjKl0189.json"), "is not a time"},
        {SPAN_INIT(LOG "eu-west-1_20260229T2355Z_AbCdEfGhIjKl0189.json"), "is not a time"},
        {SPAN_INIT(LOG "eu-west-1_20260913T2400Z_AbCdEfGhIjKl0189.json"), "is not a time"},
        {SPAN_INIT(LOG "eu-west-1_20260913T2360Z_AbCdEfGhIjKl0189.json"), "is not a time"},
        {SPAN_INIT(LOG "eu-west-1_20260913t2355z_AbCdEfGhIjKl0189.json"), "is not a time"},
        {SPAN_INIT(LOG "eu-west-1_2026+913T2355Z_AbCdEfGhIjKl0189.json"), "is not a time"},
        {SPAN_INIT(LOG "eu-west-1_20260913T235501Z_AbCdEfGhIjKl0189.json"), "is not a time"},
        {SPAN_INIT(LOG "AbCdEfGhIjKl0189.json"), "is not a time"},
        {SPAN_INIT(LOG "_20260913T2355Z_AbCdEfGhIjKl0189.json"), "is not a region"},
        {SPAN_INIT(LOG "20260913T2355Z_AbCdEfGhIjKl0189.json"), "is not a region"},
        {SPAN_INIT(LOG "EU_20260913T2355Z_AbCdEfGhIjKl0189.json"), "is not a region"},
        {SPAN_INIT(LOG "..\\x_20260913T2355Z_AbCdEfGhIjKl0189.json"), "is not a region"},
        {SPAN_INIT(LOG "eu\0x_20260913T2355Z_AbCdEfGhIjKl0189.json"), "is not a region"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct key_parts k = {.stamp_ms = 77};
        struct err e = {0};
        int rc = key_read(&k, rows[i].text, &e);
        if (rc != -1 || e.kind != ERR_INPUT || strstr(e.text, rows[i].want) == NULL)
            fail_msg("%s: rc %d, \"%s\"", rows[i].text.p, rc, e.text);
        assert_int_equal(k.stamp_ms, 77);
    }

    struct buf text;
    buf_init(&text, KEY_MAX + 1);
    while (text.n + strlen("/" NAME) <= KEY_MAX)
        buf_put_char(&text, 'p');
    buf_put_span(&text, SPAN("/" NAME));
    struct key_parts k;
    struct err e = {0};
    assert_int_equal(key_read(&k, buf_span(&text), &e), -1);
    assert_non_null(strstr(e.text, "more than 1024 bytes"));
    assert_int_equal(key_read(&k, span_from(buf_span(&text), 1), &(struct err){0}), 0);
    buf_free(&text);
}

static void prefixes_are_judged(void **state)
{
    (void)state;
    static const char *const good[] = {"", "a", "a/b", "team a/b..c/d.", "\xc3\xa9"};
    static const struct {
        const char *text, *want;
    } bad[] = {
        {"/", "slash too many"},        {"/a", "slash too many"},     {"a/", "slash too many"},
        {"a//b", "slash too many"},     {"..", "begins with"},        {"a/../b", "begins with"},
        {"a/.", "begins with"},         {".hidden/a", "begins with"}, {"a\nb", "control character"},
        {"a\x7f", "control character"},
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        struct err e = {0};
        if (key_prefix(span_of(good[i]), &e) != 0)
            fail_msg("\"%s\": %s", good[i], e.text);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct err e = {0};
        if (key_prefix(span_of(bad[i].text), &e) != -1 || strstr(e.text, bad[i].want) == NULL)
            fail_msg("\"%s\": \"%s\"", bad[i].text, e.text);
    }
    char text[201];
    memset(text, 'p', sizeof(text));
    struct err e = {0};
    assert_int_equal(key_prefix((struct span){text, sizeof(text)}, &e), -1);
    assert_string_equal(e.text, "the prefix has 201 bytes; at most 200 are possible");
}

static void accounts_and_partitions_are_known(void **state)
{
    (void)state;
    assert_true(key_is_account(SPAN("000000000000")));
    assert_false(key_is_account(SPAN("12345678901")));
    assert_false(key_is_account(SPAN("1234567890123")));
    assert_false(key_is_account(SPAN("12345678901x")));
    assert_false(key_is_account((struct span){NULL, 0}));
    assert_string_equal(key_partition(SPAN("us-east-1")), "aws");
    assert_string_equal(key_partition(SPAN("cn-north-1")), "aws-cn");
    assert_string_equal(key_partition(SPAN("us-gov-east-1")), "aws-us-gov");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamps_round_up_to_five_minutes),
        cmocka_unit_test(suffixes_spell_the_bits_in_base_62),
        cmocka_unit_test(keys_are_taken_apart_and_put_together),
        cmocka_unit_test(a_plain_file_has_no_gz),
        cmocka_unit_test(the_day_folder_is_the_stamps),
        cmocka_unit_test(the_longest_key_fits),
        cmocka_unit_test(kinds_are_told_by_the_name),
        cmocka_unit_test(names_that_are_none_are_refused),
        cmocka_unit_test(prefixes_are_judged),
        cmocka_unit_test(accounts_and_partitions_are_known),
    };
    return cmocka_run_group_tests_name("cloudtrail/key", tests, NULL, NULL);
}
