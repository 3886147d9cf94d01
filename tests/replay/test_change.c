/* test_change.c - expected values worked out by hand: 305 s after 00:00:00 is 00:05:05. */
#include "tests/test.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utc.h"
#include "replay/change.h"

#define FOLDER "AWSLogs/111122223333/CloudTrail"
#define DIGEST                                                                                     \
    "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/01/111122223333_CloudTrail-Digest_"  \
    "us-east-1_t_us-east-1_20260101T010000Z.json.gz"

#define MIDNIGHT INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */

/* Two log files, an hour apart, and a digest between them. */
static const struct {
    const char *key, *text;
    int64_t at_ms;
} files[] = {
    {FOLDER "/us-east-1/2026/01/01/111122223333_CloudTrail_us-east-1_20260101T0000Z_"
            "aaaaaaaaaaaaaaaa.json",
     "{\"Records\":[{\"eventTime\":\"2026-01-01T00:00:00Z\",\"eventID\":\"00000000-aaaa\"}]}",
     MIDNIGHT},
    {DIGEST, "digest", LOGFILE_NO_TIME},
    {FOLDER "/us-east-1/2026/01/01/111122223333_CloudTrail_us-east-1_20260101T0100Z_"
            "bbbbbbbbbbbbbbbb.json",
     "{\"Records\":[{\"eventTime\":\"2026-01-01T01:00:00Z\",\"eventID\":\"00000000-bbbb\"}]}",
     MIDNIGHT + UTC_HOUR_MS},
};

struct shelf {
    size_t at;
    unsigned opened;
};

static int shelf_next(void *self, struct logfile *out, struct err *e)
{
    (void)e;
    struct shelf *s = self;
    if (s->at == COUNT(files))
        return 0;
    logfile_init(out);
    logfile_set_key(out, span_of(files[s->at].key));
    buf_put_span(&out->body, span_of(files[s->at].text));
    out->oldest_ms = out->newest_ms = files[s->at].at_ms;
    if (files[s->at].at_ms != LOGFILE_NO_TIME)
        out->deliver_ms = files[s->at].at_ms + 305 * UTC_SECOND_MS;
    s->at++;
    return 1;
}

static void shelf_close(void *self)
{
    (void)self;
}

static const struct source_ops shelf_ops = {"shelf", shelf_next, shelf_close};

static int reopen(struct source *out, void *ctx, struct err *e)
{
    (void)e;
    struct shelf *s = ctx;
    s->at = 0;
    s->opened++;
    *out = (struct source){&shelf_ops, s};
    return 0;
}

static struct logfile take(struct source *s)
{
    struct err e = {0};
    struct logfile f;
    assert_int_equal(s->ops->next(s->self, &f, &e), 1);
    buf_text(&f.body);
    return f;
}

static void expect(struct source *s, const char *key_part, const char *text_part,
                   int64_t deliver_ms)
{
    struct logfile f = take(s);
    if (strstr(f.key, key_part) == NULL || strstr(f.body.p, text_part) == NULL ||
        f.deliver_ms != deliver_ms)
        fail_msg("%s: %s, %jd", f.key, f.body.p, (intmax_t)f.deliver_ms);
    logfile_free(&f);
}

static void expect_end(struct source *s)
{
    struct err e = {0};
    struct logfile f;
    assert_int_equal(s->ops->next(s->self, &f, &e), 0);
    s->ops->close(s->self);
}

static void without_a_wish_nothing_changes(void **state)
{
    (void)state;
    struct shelf shelf = {0, 0};
    const struct change_options o = {.rounds = 1, .reopen = reopen, .reopen_ctx = &shelf};
    struct err e = {0};
    struct source s;
    assert_int_equal(change_open(&s, &o, &e), 0);
    for (size_t i = 0; i < COUNT(files); i++) {
        struct logfile f = take(&s);
        assert_string_equal(f.key, files[i].key);
        assert_string_equal(f.body.p, files[i].text);
        logfile_free(&f);
    }
    assert_int_equal(change_digests(&s), 0);
    expect_end(&s);
}

static void the_first_file_is_delivered_at_the_time_asked_for(void **state)
{
    (void)state;
    struct shelf shelf = {0, 0};
    const int64_t at_ms = MIDNIGHT + UTC_DAY_MS + 305 * UTC_SECOND_MS;
    const struct change_options o = {.retime = true,
                                     .retime_ms = at_ms + 999, /* records have whole seconds */
                                     .rounds = 1,
                                     .reopen = reopen,
                                     .reopen_ctx = &shelf};
    struct err e = {0};
    struct source s;
    assert_int_equal(change_open(&s, &o, &e), 0);
    expect(&s, "/2026/01/02/111122223333_CloudTrail_us-east-1_20260102T0000Z_aaaa",
           "2026-01-02T00:00:00Z", at_ms);
    expect(&s, "/2026/01/02/111122223333_CloudTrail_us-east-1_20260102T0100Z_bbbb",
           "2026-01-02T01:00:00Z", at_ms + UTC_HOUR_MS);
    assert_int_equal(change_digests(&s), 1);
    expect_end(&s);
}

static void a_second_round_goes_on_with_ids_of_its_own(void **state)
{
    (void)state;
    struct shelf shelf = {0, 0};
    const struct change_options o = {.rounds = 2, .reopen = reopen, .reopen_ctx = &shelf};
    const int64_t first_ms = MIDNIGHT + 305 * UTC_SECOND_MS;
    /* An hour long, rounded up to the next five minutes. */
    const int64_t round_ms = UTC_HOUR_MS + 5 * UTC_MINUTE_MS;
    struct err e = {0};
    struct source s;
    assert_int_equal(change_open(&s, &o, &e), 0);
    expect(&s, "_aaaaaaaaaaaaaaaa.", "00000000-aaaa", first_ms);
    expect(&s, "_bbbbbbbbbbbbbbbb.", "00000000-bbbb", first_ms + UTC_HOUR_MS);
    struct logfile f = take(&s);
    assert_int_equal(f.deliver_ms, first_ms + round_ms);
    assert_null(strstr(f.key, "_aaaaaaaaaaaaaaaa."));
    assert_null(strstr(f.body.p, "00000000-aaaa"));
    assert_non_null(strstr(f.body.p, "2026-01-01T00:00:00Z"));
    logfile_free(&f);
    f = take(&s);
    assert_int_equal(f.deliver_ms, first_ms + round_ms + UTC_HOUR_MS);
    logfile_free(&f);
    assert_int_equal(shelf.opened, 2);
    assert_int_equal(change_digests(&s), 2);
    expect_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_wish_nothing_changes),
        cmocka_unit_test(the_first_file_is_delivered_at_the_time_asked_for),
        cmocka_unit_test(a_second_round_goes_on_with_ids_of_its_own),
    };
    return cmocka_run_group_tests_name("replay/change", tests, NULL, NULL);
}
