/* test_fault_make.c - what is done to bytes, seen from the reader's side. */
#include "tests/test.h"

#include <string.h>

#include "base/err.h"
#include "base/gzip.h"
#include "cloudtrail/key.h"
#include "cloudtrail/logfile.h"
#include "replay/fault_make.h"

static const struct span text = SPAN_INIT(
    "{\"Records\":[{\"eventID\":\"a\",\"x\":{}},{\"eventID\":\"b\"},{\"eventID\":\"c\"}]}");
static const struct span key = SPAN_INIT("p/AWSLogs/111122223333/CloudTrail/us-east-1/2026/09/14/"
                                         "111122223333_CloudTrail_us-east-1_20260914T0805Z_"
                                         "AbCdEfGhIjKlMnOp.json.gz");

/* Some draws from low to high. */
static const uint64_t draws[] = {0, UINT64_C(1) << 62, UINT64_C(1) << 63, UINT64_C(3) << 62,
                                 UINT64_MAX};

static int count_records(struct span t)
{
    struct logfile_walk w;
    struct span record;
    struct err e = {0};
    if (logfile_walk_open(&w, t, &e) != 0)
        return -1;
    int n = 0, got;
    while ((got = logfile_walk_next(&w, &record, &e)) > 0)
        n++;
    return got < 0 ? -1 : n;
}

static void a_truncated_object_ends_too_early(void **state)
{
    (void)state;
    struct gzip *z = gzip_open(GZIP_FAST);
    for (size_t i = 0; i < COUNT(draws); i++) {
        struct buf body, out;
        struct err e = {0};
        unsigned members;
        buf_init(&body, 1 << 20);
        buf_init(&out, 1 << 20);
        gzip_pack(z, &body, text);
        const size_t whole_n = body.n;
        fault_truncate(&body, draws[i]);
        assert_true(body.n > 0 && body.n < whole_n);
        assert_int_equal(gzip_unpack(&out, &members, buf_span(&body), &e), -1);
        buf_free(&body);
        buf_free(&out);
    }
    gzip_close(z);
}

static void two_members_hold_the_same_text(void **state)
{
    (void)state;
    struct gzip *z = gzip_open(GZIP_FAST);
    for (size_t i = 0; i < COUNT(draws); i++) {
        struct buf body, out;
        struct err e = {0};
        unsigned members;
        buf_init(&body, 1 << 20);
        buf_init(&out, 1 << 20);
        fault_split(&body, z, text, draws[i]);
        assert_int_equal(gzip_unpack(&out, &members, buf_span(&body), &e), 0);
        assert_int_equal(members, 2);
        assert_true(span_equal(buf_span(&out), text));
        buf_free(&body);
        buf_free(&out);
    }
    gzip_close(z);
}

static void a_broken_text_is_no_longer_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(draws); i++) {
        struct buf out;
        buf_init(&out, 1 << 20);
        fault_break(&out, text, draws[i]);
        assert_int_equal(out.n, text.n);
        assert_int_equal(count_records(buf_span(&out)), -1);
        buf_free(&out);
    }
}

static void a_wide_text_is_long_and_says_the_same(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, LOGFILE_TEXT_MAX);
    fault_widen(&out, text);
    assert_int_equal(out.n, text.n + FAULT_OVERSIZE_N);
    assert_true(out.n > (size_t)16 << 20);
    assert_int_equal(count_records(buf_span(&out)), 3);
    assert_true(span_find(buf_span(&out), '\n') == out.n);
    buf_free(&out);
}

static void a_reversed_text_is_another(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1 << 20);
    fault_reverse(&out, text);
    assert_true(span_is(buf_span(&out), "{\"Records\":[{\"eventID\":\"c\"},{\"eventID\":\"b\"},"
                                        "{\"eventID\":\"a\",\"x\":{}}]}"));
    const struct span alone = SPAN("{\"Records\":[{\"eventID\":\"c\"}]}");
    buf_clear(&out);
    fault_reverse(&out, alone);
    assert_false(span_equal(buf_span(&out), alone));
    assert_int_equal(count_records(buf_span(&out)), 1);
    buf_free(&out);
}

static void a_digest_lies_among_the_logs(void **state)
{
    (void)state;
    const uint64_t bits[2] = {1, 2};
    struct logfile like;
    struct buf name, digest;
    struct key_parts parts;
    struct err e = {0};
    logfile_init(&like);
    logfile_set_key(&like, key);
    buf_init(&name, 2 * KEY_MAX);
    buf_init(&digest, 1 << 20);
    fault_digest(&name, &digest, &like, bits);
    assert_true(span_is(buf_span(&name),
                        "p/AWSLogs/111122223333/CloudTrail/us-east-1/2026/09/14/"
                        "111122223333_CloudTrail-Digest_us-east-1_AbCdEfGhIjKlMnOp_us-east-1_"
                        "20260914T080500Z.json.gz"));
    assert_int_equal(key_read(&parts, buf_span(&name), &e), 0);
    assert_int_equal(parts.kind, KEY_DIGEST);
    assert_non_null(strstr(buf_text(&digest), "\"digestEndTime\":\"2026-09-14T08:05:00Z\""));
    assert_int_equal(count_records(buf_span(&digest)), -1);
    buf_free(&name);
    buf_free(&digest);
}

static void a_new_name_is_a_log_files(void **state)
{
    (void)state;
    const uint64_t bits[2] = {1, 2};
    struct logfile f;
    struct key_parts parts;
    struct err e = {0};
    logfile_init(&f);
    logfile_set_key(&f, key);
    fault_rename(&f, bits);
    assert_int_equal(f.key_n, key.n);
    assert_memory_not_equal(f.key, key.p, key.n);
    assert_int_equal(key_read(&parts, (struct span){f.key, f.key_n}, &e), 0);
    assert_true(parts.kind == KEY_LOG && span_is(parts.prefix, "p"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_truncated_object_ends_too_early),
        cmocka_unit_test(two_members_hold_the_same_text),
        cmocka_unit_test(a_broken_text_is_no_longer_one),
        cmocka_unit_test(a_wide_text_is_long_and_says_the_same),
        cmocka_unit_test(a_reversed_text_is_another),
        cmocka_unit_test(a_digest_lies_among_the_logs),
        cmocka_unit_test(a_new_name_is_a_log_files),
    };
    return cmocka_run_group_tests_name("replay/fault_make", tests, NULL, NULL);
}
