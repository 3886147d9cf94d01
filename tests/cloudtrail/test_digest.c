/* test_digest.c - hours, chains and what they list; signatures are checked by tests/readers. */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/gzip.h"
#include "base/hash.h"
#include "base/sign.h"
#include "base/utc.h"
#include "cloudtrail/beside.h"
#include "cloudtrail/digest.h"

/* 2026-09-14T00:00:00Z, by date(1). */
#define MIDNIGHT_MS INT64_C(1789344000000)

#define LOG_KEY(region, n)                                                                         \
    "AWSLogs/111122223333/CloudTrail/" region "/2026/09/14/111122223333_CloudTrail_" region        \
    "_20260914T0005Z_AAAAAAAAAAAAAAA" n ".json.gz"

static struct sign_key *key;

/* The digests that were made: key, text and delivery. */
static struct {
    char name[KEY_MAX + 1];
    char text[8192];
    char signature[LOGFILE_SIGNATURE_MAX + 1];
    int64_t deliver_ms;
} made[64];
static size_t nmade;

static int take(void *ctx, struct logfile *f, struct err *e)
{
    (void)ctx;
    struct buf text;
    unsigned members;
    assert_true(nmade < COUNT(made));
    buf_init(&text, sizeof made[0].text - 1);
    assert_int_equal(gzip_unpack(&text, &members, buf_span(&f->body), e), 0);
    assert_int_equal(members, 1);
    memcpy(made[nmade].text, text.p, text.n);
    made[nmade].text[text.n] = '\0';
    memcpy(made[nmade].name, f->key, f->key_n + 1);
    assert_int_equal(f->signature.n, 512);
    memcpy(made[nmade].signature, f->signature.p, 512);
    made[nmade].deliver_ms = f->deliver_ms;
    nmade++;
    buf_free(&text);
    return 0;
}

static void add(struct digests *d, const char *name, int64_t deliver_s)
{
    struct logfile f;
    logfile_init(&f);
    logfile_set_key(&f, span_of(name));
    f.hashed = true;
    f.deliver_ms = MIDNIGHT_MS + deliver_s * 1000;
    f.oldest_ms = f.newest_ms = f.deliver_ms - 305000;
    hash_sha256(f.text_sha256, span_of(name));
    digests_add(d, &f);
    logfile_free(&f);
}

static struct digests *open_digests(void)
{
    const struct digest_options o = {.key = key,
                                     .bucket = SPAN("b"),
                                     .prefix = SPAN("p"),
                                     .trail = SPAN("t"),
                                     .home = SPAN("eu-west-1"),
                                     .start_ms = MIDNIGHT_MS + 61500,
                                     .gzip = GZIP_FAST};
    nmade = 0;
    memset(made, 0, sizeof made);
    return digests_open(&o);
}

static bool has(size_t i, const char *text)
{
    return strstr(made[i].text, text) != NULL;
}

static void each_hour_has_its_digest(void **state)
{
    (void)state;
    struct err e = {0};
    struct digests *d = open_digests();
    /* Hours begin at 00:01:01. The last of the first hour, the first of the second, out of order.
     */
    add(d, LOG_KEY("us-east-1", "b"), 3660);
    add(d, LOG_KEY("us-east-1", "c"), 3661);
    add(d, LOG_KEY("us-east-1", "a"), 400);
    assert_int_equal(digests_settle(d, MIDNIGHT_MS, take, NULL, &e), 0);
    assert_int_equal(nmade, 1);
    assert_string_equal(made[0].name, "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/09/14/"
                                      "111122223333_CloudTrail-Digest_us-east-1_t_eu-west-1_"
                                      "20260914T000101Z.json.gz");
    assert_true(has(0, "\"digestStartTime\":\"2026-09-13T23:01:01Z\",\"digestEndTime\":"
                       "\"2026-09-14T00:01:01Z\",\"digestS3Bucket\":\"b\",\"digestS3Object\":"
                       "\"p/AWSLogs/111122223333/CloudTrail-Digest/"));
    assert_true(has(0, "\"previousDigestSignature\":null,\"logFiles\":[]}"));
    assert_true(has(0, "\"newestEventTime\":null,\"oldestEventTime\":null"));

    assert_int_equal(digests_settle(d, MIDNIGHT_MS + 3660999, take, NULL, &e), 0);
    assert_int_equal(nmade, 1);
    assert_int_equal(digests_settle(d, MIDNIGHT_MS + 3661000, take, NULL, &e), 0);
    assert_int_equal(nmade, 2);
    const char *a = strstr(made[1].text, "AAAAAAAAAAAAAAAa.json.gz");
    const char *b = strstr(made[1].text, "AAAAAAAAAAAAAAAb.json.gz");
    assert_true(a != NULL && b != NULL && a < b);
    assert_false(has(1, "AAAAAAAAAAAAAAAc"));
    assert_true(has(1, made[0].signature));
    assert_true(has(1, "\"newestEventTime\":\"2026-09-14T00:55:55Z\",\"oldestEventTime\":"
                       "\"2026-09-14T00:01:35Z\",\"previousDigestS3Bucket\":\"b\""));
    /* Source: 82 hours of 21 regions: delivered 995 to 1 372 s behind their end. */
    const int64_t behind_ms = made[1].deliver_ms - (MIDNIGHT_MS + 3661000);
    assert_in_range(behind_ms, 995000, 1372000);

    /* A log file that comes behind its hour's digest stands in the next one. */
    add(d, LOG_KEY("us-east-1", "d"), 3000);
    /* A region that is new begins a chain of its own. */
    add(d, LOG_KEY("us-west-2", "e"), 3700);
    assert_int_equal(digests_finish(d, take, NULL, &e), 0);
    assert_int_equal(nmade, 5);
    assert_true(has(2, "us-west-2") && has(2, "\"logFiles\":[]"));
    assert_true(has(3, "AAAAAAAAAAAAAAAc") && has(3, "AAAAAAAAAAAAAAAd"));
    assert_true(has(4, "AAAAAAAAAAAAAAAe") && has(4, made[2].signature));
    assert_int_equal(digests_count(d), 5);
    digests_close(d);
}

static void hours_without_log_files_have_digests_too(void **state)
{
    (void)state;
    struct err e = {0};
    struct digests *d = open_digests();
    const struct key_parts place = {
        .kind = KEY_LOG, .account = SPAN("111122223333"), .region = SPAN("us-east-1")};
    digests_chain(d, &place);
    digests_chain(d, &place);
    assert_int_equal(digests_settle(d, MIDNIGHT_MS + 10 * UTC_HOUR_MS, take, NULL, &e), 0);
    assert_int_equal(nmade, 10);
    for (size_t i = 1; i < nmade; i++) {
        assert_true(has(i, "\"logFiles\":[]"));
        assert_true(has(i, made[i - 1].signature));
    }
    digests_restart(d, MIDNIGHT_MS + 100 * UTC_HOUR_MS);
    assert_int_equal(digests_finish(d, take, NULL, &e), 0);
    assert_int_equal(nmade, 12);
    assert_true(has(10, "\"digestEndTime\":\"2026-09-18T04:00:00Z\""));
    assert_true(has(10, "\"previousDigestSignature\":null"));
    digests_close(d);
}

static void other_keys_are_not_listed(void **state)
{
    (void)state;
    struct err e = {0};
    struct digests *d = open_digests();
    add(d, "AWSLogs/111122223333/CloudTrail/us-east-1/what.json", 100);
    assert_int_equal(digests_finish(d, take, NULL, &e), 0);
    assert_int_equal(nmade, 0);
    digests_close(d);
}

static const struct {
    const char *text, *want;
} besides[] = {
    {"{\"signature\":\"00ff\",\"signature-algorithm\":\"SHA256withRSA\"}\n", "00ff"},
    {"{ \"signature-algorithm\": \"SHA256withRSA\", \"signature\": \"a1\" }", "a1"},
    {"{\"signature\":\"00fg\",\"signature-algorithm\":\"SHA256withRSA\"}", ""},
    {"{\"signature\":\"00ff\",\"signature-algorithm\":\"MD5\"}", ""},
    {"{\"signature\":\"00ff\"}", ""},
    {"{\"signature\":7,\"signature-algorithm\":\"SHA256withRSA\"}", ""},
    {"", ""},
    {"hello", ""},
};

static void metadata_is_read_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(besides); i++) {
        struct buf signature;
        buf_init(&signature, LOGFILE_SIGNATURE_MAX);
        const bool read = beside_read(&signature, span_of(besides[i].text));
        if (read != (besides[i].want[0] != '\0') || !span_is(buf_span(&signature), besides[i].want))
            fail_msg("%s: %.*s", besides[i].text, SPAN_ARG(buf_span(&signature)));
        buf_free(&signature);
    }
}

static int make_key(void **state)
{
    (void)state;
    char path[] = "/tmp/beantrail-digest-XXXXXX", line[128];
    struct err e = {0};
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    close(fd);
    snprintf(line, sizeof line, "openssl genrsa -out %s 2048 2>/dev/null", path);
    int rc = system(line) == 0 ? sign_open(&key, path, &e) : -1;
    unlink(path);
    return rc;
}

static int drop_key(void **state)
{
    (void)state;
    sign_close(key);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_hour_has_its_digest),
        cmocka_unit_test(hours_without_log_files_have_digests_too),
        cmocka_unit_test(other_keys_are_not_listed),
        cmocka_unit_test(metadata_is_read_back),
    };
    return cmocka_run_group_tests_name("cloudtrail/digest", tests, make_key, drop_key);
}
