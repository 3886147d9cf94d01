/* test_recorded.c - keys by hand from the layout in cloudtrail/key.h. */
#include "tests/test.h"

#include <string.h>

#include "base/err.h"
#include "base/gzip.h"
#include "base/utc.h"
#include "replay/recorded.h"

#define RECORD(account, region, time)                                                              \
    "{\"eventTime\":\"" time "\",\"awsRegion\":\"" region "\",\"recipientAccountId\":\"" account   \
    "\"}"
#define ONE RECORD("111122223333", "eu-west-1", "2026-03-02T10:01:07Z")

static const char one[] = "{\"Records\":[" ONE "]}";
static const char two_accounts[] =
    "{\"Records\":[" ONE "," RECORD("444455556666", "eu-west-1", "2026-03-02T10:01:07Z") "]}";
static const char two_regions[] =
    "{\"Records\":[" ONE "," RECORD("111122223333", "us-east-1", "2026-03-02T10:01:07Z") "]}";
static const char three_times[] =
    "{\"Records\":[" ONE "," RECORD("111122223333", "eu-west-1", "2026-03-02T23:57:00Z") "," RECORD(
        "111122223333", "eu-west-1", "2026-03-02T09:00:00Z") "]}";
static const char spaced[] = " { \"Records\" : [ " ONE " ] }\n";
static const char empty[] = "{\"Records\":[]}";
static const char old_record[] =
    "{\"Records\":[{\"eventTime\":\"2026-03-02T10:05:00Z\",\"awsRegion\":\"eu-west-1\","
    "\"userIdentity\":{\"accountId\":\"777788889999\"}}]}";

#define NAME      "218007301253_CloudTrail_us-east-1_20230710T1150Z_1vnLavRRp0ek1mP4.json"
#define NAMED_KEY "AWSLogs/218007301253/CloudTrail/us-east-1/2023/07/10/" NAME ".gz"

static const struct {
    const char *path, *text;
    const char *want; /* key, '?' for any one character; NULL: refused */
    uint32_t records;
} files[] = {
    {NAME, one, NAMED_KEY, 1},
    {"some/where/" NAME, two_accounts, NAMED_KEY, 2},
    {NAME ".gz", one, NAMED_KEY, 1},
    {"raw-" NAME, one, NAMED_KEY, 1},
    {NAME, empty, NAMED_KEY, 0},
    {"AWSLogs/1/a.json", one, "AWSLogs/1/a.json.gz", 1},
    {"my/prefix/AWSLogs/1/a.json.gz", one, "my/prefix/AWSLogs/1/a.json.gz", 1},
    {"AWSLogs/1/" NAME, empty, "AWSLogs/1/" NAME ".gz", 0},
    {"export.json", one,
     "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/"
     "111122223333_CloudTrail_eu-west-1_20260302T1005Z_????????????????.json.gz",
     1},
    {"", spaced,
     "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/"
     "111122223333_CloudTrail_eu-west-1_20260302T1005Z_????????????????.json.gz",
     1},
    /* 23:57 is rounded up into the next day. */
    {"", three_times,
     "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/03/"
     "111122223333_CloudTrail_eu-west-1_20260303T0000Z_????????????????.json.gz",
     3},
    {"", old_record,
     "AWSLogs/777788889999/CloudTrail/eu-west-1/2026/03/02/"
     "777788889999_CloudTrail_eu-west-1_20260302T1005Z_????????????????.json.gz",
     1},
    {"export.json", two_accounts, NULL, 0},
    {"export.json", two_regions, NULL, 0},
    {"export.json", empty, NULL, 0},
    {"export.json", "{\"Records\":[{\"awsRegion\":\"eu-west-1\"}]}", NULL, 0},
    {"export.json", "not json", NULL, 0},
    {"export.json", "", NULL, 0},
    {"export.json", "[]", NULL, 0},
    {"export.json", "{\"Records\":{}}", NULL, 0},
    {NAME, "{\"Records\":[{]}", NULL, 0},
    {"218007301253_CloudTrail_us-east-1_20231310T1150Z_1vnLavRRp0ek1mP4.json", one, NULL, 0},
};

static int fits(const char *pattern, const char *text)
{
    for (; *pattern != '\0' && (*pattern == *text || (*pattern == '?' && *text != '\0')); pattern++)
        text++;
    return *pattern == '\0' && *text == '\0';
}

static struct buf body_of(struct span text, struct gzip *z)
{
    struct buf b;
    buf_init(&b, LOGFILE_BODY_MAX);
    if (z != NULL)
        gzip_pack(z, &b, text);
    else
        buf_put_span(&b, text);
    return b;
}

static void check(size_t i, struct recorded *r, struct gzip *z)
{
    struct err e = {0};
    struct logfile f;
    struct span text = span_of(files[i].text);
    struct buf body = body_of(text, z);
    struct buf before = body_of(text, z);
    int rc = recorded_read(&f, r, "the file", span_of(files[i].path), &body, &e);
    if (files[i].want == NULL) {
        if (rc == 0 || e.kind != ERR_INPUT || strncmp(e.text, "the file: ", 10) != 0)
            fail_msg("%s, %s: rc %d, \"%s\"", files[i].path, files[i].text, rc, e.text);
        buf_free(&body);
        buf_free(&before);
        return;
    }
    if (rc != 0)
        fail_msg("%s: %s", files[i].path, e.text);
    if (!fits(files[i].want, f.key) || f.key_n != strlen(f.key))
        fail_msg("%s: key %s", files[i].path, f.key);
    assert_int_equal(f.records, files[i].records);
    assert_int_equal(f.text_n, text.n);
    assert_true(f.gzipped);
    if (z != NULL && !span_equal(buf_span(&f.body), buf_span(&before)))
        fail_msg("%s: the gzip bytes were changed", files[i].path);
    struct buf out;
    unsigned members;
    buf_init(&out, LOGFILE_TEXT_MAX);
    assert_int_equal(gzip_unpack(&out, &members, buf_span(&f.body), &e), 0);
    if (!span_equal(buf_span(&out), text))
        fail_msg("%s: the text was changed", files[i].path);
    buf_free(&out);
    buf_free(&before);
    logfile_free(&f);
}

static void keys_come_from_place_name_or_records(void **state)
{
    (void)state;
    struct recorded r;
    struct gzip *z = gzip_open(GZIP_AWS);
    recorded_init(&r);
    for (size_t i = 0; i < COUNT(files); i++) {
        check(i, &r, NULL);
        check(i, &r, z);
    }
    recorded_free(&r);
    gzip_close(z);
}

static void times_are_the_records(void **state)
{
    (void)state;
    struct err e = {0};
    struct logfile f;
    struct recorded r;
    int64_t oldest_ms, newest_ms;
    recorded_init(&r);
    struct buf body = body_of(span_of(three_times), NULL);
    assert_int_equal(recorded_read(&f, &r, "f", SPAN(NAME), &body, &e), 0);
    assert_int_equal(utc_read(&oldest_ms, SPAN("2026-03-02T09:00:00Z"), &e), 0);
    assert_int_equal(utc_read(&newest_ms, SPAN("2026-03-02T23:57:00Z"), &e), 0);
    assert_true(f.oldest_ms == oldest_ms && f.newest_ms == newest_ms);
    assert_true(f.deliver_ms == oldest_ms + 305000);
    logfile_free(&f);
    recorded_free(&r);
}

static void damaged_gzip_is_refused(void **state)
{
    (void)state;
    struct recorded r;
    struct gzip *z = gzip_open(GZIP_AWS);
    recorded_init(&r);
    struct buf whole = body_of(span_of(one), z);
    for (size_t n = 3; n < whole.n; n++) {
        struct err e = {0};
        struct logfile f;
        struct buf body = body_of((struct span){whole.p, n}, NULL);
        if (recorded_read(&f, &r, "f", SPAN(NAME), &body, &e) == 0 || e.kind != ERR_INPUT)
            fail_msg("%zu of %zu bytes were taken", n, whole.n);
        buf_free(&body);
    }
    buf_free(&whole);
    recorded_free(&r);
    gzip_close(z);
}

static void the_same_text_gets_the_same_key(void **state)
{
    (void)state;
    struct err e = {0};
    struct recorded r;
    struct logfile a, b, c;
    recorded_init(&r);
    struct buf body = body_of(span_of(one), NULL);
    assert_int_equal(recorded_read(&a, &r, "f", SPAN("a.json"), &body, &e), 0);
    body = body_of(span_of(one), NULL);
    assert_int_equal(recorded_read(&b, &r, "f", SPAN("b.json"), &body, &e), 0);
    body = body_of(span_of(spaced), NULL);
    assert_int_equal(recorded_read(&c, &r, "f", SPAN("c.json"), &body, &e), 0);
    assert_string_equal(a.key, b.key);
    assert_string_not_equal(a.key, c.key);
    logfile_free(&a);
    logfile_free(&b);
    logfile_free(&c);
    recorded_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_come_from_place_name_or_records),
        cmocka_unit_test(times_are_the_records),
        cmocka_unit_test(damaged_gzip_is_refused),
        cmocka_unit_test(the_same_text_gets_the_same_key),
    };
    return cmocka_run_group_tests_name("replay/recorded", tests, NULL, NULL);
}
