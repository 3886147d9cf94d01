/* test_notify.c - a place that remembers and can refuse; what is announced, grouped, counted. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/work.h"
#include "replay/notify.h"
#include "replay/notify_sink.h"

/* The place: what it was given, one message a line, and what it says to each. */
struct ledger {
    struct work_lock *lock;
    char text[65536];
    unsigned messages, largest, closed;
    unsigned refuse_from, break_from; /* the number of the first such message, from 1; 0: none */
};

static struct ledger ledger;

static int ledger_send(void *self, struct notify_message *messages, size_t n, struct err *e)
{
    struct ledger *l = self;
    int rc = 0;
    work_lock_take(l->lock);
    if (n > l->largest)
        l->largest = (unsigned)n;
    for (size_t i = 0; i < n && rc == 0; i++) {
        l->messages++;
        if (l->break_from > 0 && l->messages >= l->break_from) {
            rc = err_set(e, ERR_WORK, "the place is gone");
        } else if (l->refuse_from > 0 && l->messages >= l->refuse_from) {
            snprintf(messages[i].why, sizeof(messages[i].why), "it is not taken");
        } else {
            const size_t at = strlen(l->text);
            messages[i].sent = true;
            snprintf(l->text + at, sizeof(l->text) - at, "%.*s\n", SPAN_ARG(messages[i].text));
        }
    }
    work_lock_give(l->lock);
    return rc;
}

static void ledger_close(void *self)
{
    ((struct ledger *)self)->closed++;
}

static const struct notify_place_ops ledger_ops = {
    .name = "ledger", .send = ledger_send, .close = ledger_close};

static int64_t still(void)
{
    return INT64_C(1772445903017);
}

static int set_up(void **state)
{
    (void)state;
    ledger = (struct ledger){.lock = work_lock_open()};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    work_lock_close(ledger.lock);
    return 0;
}

static struct notify *open(const struct notify_options *more, size_t couriers)
{
    struct notify_place places[NOTIFY_PLACES_MOST];
    struct notify_options o = {.style = {.form = NOTIFY_CLOUDTRAIL},
                               .keys = 1,
                               .linger_ms = -1,
                               .bucket = SPAN("the-dir"),
                               .region = SPAN("us-east-1"),
                               .utc_ms = still};
    if (more != NULL) {
        o.style = more->style;
        o.keys = more->keys;
        o.linger_ms = more->linger_ms;
        o.rename = more->rename;
    }
    for (size_t i = 0; i < couriers; i++)
        places[i] = (struct notify_place){&ledger_ops, &ledger};
    struct notify *n;
    struct err e = {0};
    if (notify_open(&n, &o, places, couriers, &e) != 0)
        fail_msg("%s", e.text);
    return n;
}

static void arrive(struct notify *n, const char *bucket, const char *key)
{
    const struct sink_arrival a = {.bucket = span_of(bucket), .key = span_of(key)};
    notify_arrived(n, &a);
}

static unsigned lost_n;
static char lost_why[512];

static void note_lost(void *ctx, struct span key, struct span why)
{
    (void)ctx;
    assert_true(key.n > 0);
    lost_n++;
    snprintf(lost_why, sizeof(lost_why), "%.*s", SPAN_ARG(why));
}

static struct notify_totals finish(struct notify *n, int want_rc, struct err *e)
{
    struct notify_totals t;
    lost_n = 0;
    *e = (struct err){0};
    assert_int_equal(notify_finish(n, &t, note_lost, NULL, e), want_rc);
    notify_close(n);
    return t;
}

static struct err e;

static void each_arrival_is_a_message_in_order(void **state)
{
    (void)state;
    struct notify *n = open(NULL, 1);
    arrive(n, "", "a");
    arrive(n, "b1", "b");
    arrive(n, "b1", "a");
    const struct notify_totals t = finish(n, 0, &e);
    assert_string_equal(ledger.text, "{\"s3Bucket\":\"the-dir\",\"s3ObjectKey\":[\"a\"]}\n"
                                     "{\"s3Bucket\":\"b1\",\"s3ObjectKey\":[\"b\"]}\n"
                                     "{\"s3Bucket\":\"b1\",\"s3ObjectKey\":[\"a\"]}\n");
    assert_int_equal(t.objects, 3);
    assert_int_equal(t.messages, 3);
    assert_int_equal(t.failed, 0);
    assert_int_equal(ledger.closed, 1);
}

static void a_bucket_can_be_called_otherwise(void **state)
{
    (void)state;
    const struct notify_options o = {
        .style = {.form = NOTIFY_CLOUDTRAIL}, .keys = 1, .rename = true};
    struct notify *n = open(&o, 1);
    arrive(n, "b1", "b");
    finish(n, 0, &e);
    assert_string_equal(ledger.text, "{\"s3Bucket\":\"the-dir\",\"s3ObjectKey\":[\"b\"]}\n");
}

static void several_keys_share_a_message_up_to_a_pause_or_another_bucket(void **state)
{
    (void)state;
    const struct notify_options o = {
        .style = {.form = NOTIFY_CLOUDTRAIL}, .keys = 3, .linger_ms = -1};
    struct notify *n = open(&o, 1);
    for (const char *key = "abcdefg"; *key != '\0'; key++) {
        const char name[2] = {*key, '\0'};
        arrive(n, *key == 'e' ? "b1" : "", name);
        if (*key == 'b')
            notify_pause(n);
    }
    notify_pause(n);
    const struct notify_totals t = finish(n, 0, &e);
    assert_string_equal(ledger.text, "{\"s3Bucket\":\"the-dir\",\"s3ObjectKey\":[\"a\",\"b\"]}\n"
                                     "{\"s3Bucket\":\"the-dir\",\"s3ObjectKey\":[\"c\",\"d\"]}\n"
                                     "{\"s3Bucket\":\"b1\",\"s3ObjectKey\":[\"e\"]}\n"
                                     "{\"s3Bucket\":\"the-dir\",\"s3ObjectKey\":[\"f\",\"g\"]}\n");
    assert_int_equal(t.objects, 7);
    assert_int_equal(t.messages, 4);
}

static void a_message_does_not_wait_for_ever_for_more_keys(void **state)
{
    (void)state;
    const struct notify_options o = {
        .style = {.form = NOTIFY_CLOUDTRAIL}, .keys = 3, .linger_ms = 1};
    struct notify *n = open(&o, 1);
    arrive(n, "", "a");
    unsigned sent = 0;
    while (sent == 0) {
        work_lock_take(ledger.lock);
        sent = ledger.messages;
        work_lock_give(ledger.lock);
    }
    assert_int_equal(finish(n, 0, &e).objects, 1);
}

static void many_arrivals_by_many_couriers_are_each_announced_once(void **state)
{
    (void)state;
    struct notify *n = open(NULL, 4);
    for (int i = 0; i < 1000; i++) {
        char key[32];
        snprintf(key, sizeof(key), "k%03d", i);
        assert_int_equal(notify_ready(n, &e), 0);
        arrive(n, "", key);
    }
    const struct notify_totals t = finish(n, 0, &e);
    assert_int_equal(t.objects, 1000);
    assert_int_equal(t.messages, 1000);
    assert_in_range(ledger.largest, 1, NOTIFY_BATCH_MOST);
    for (int i = 0; i < 1000; i++) {
        char word[32];
        snprintf(word, sizeof(word), "[\"k%03d\"]", i);
        const char *at = strstr(ledger.text, word);
        assert_non_null(at);
        assert_null(strstr(at + 1, word));
    }
}

static void what_is_refused_is_counted_and_told(void **state)
{
    (void)state;
    ledger.refuse_from = 3;
    struct notify *n = open(NULL, 1);
    for (int i = 0; i < 30; i++)
        arrive(n, "", "key");
    const struct notify_totals t = finish(n, 0, &e);
    assert_int_equal(t.objects, 2);
    assert_int_equal(t.failed, 28);
    assert_int_equal(lost_n, 20);
    assert_string_equal(lost_why, "is not announced: it is not taken");
}

static void a_place_that_breaks_stops_the_run(void **state)
{
    (void)state;
    ledger.break_from = 2;
    struct notify *n = open(NULL, 1);
    arrive(n, "", "one");
    int rc = 0;
    for (unsigned i = 0; rc == 0; i++) {
        arrive(n, "", "more");
        rc = notify_ready(n, &e);
    }
    assert_string_equal(e.text, "the place is gone");
    arrive(n, "", "late"); /* still in flight when it broke */
    const struct notify_totals t = finish(n, -1, &e);
    assert_string_equal(e.text, "the place is gone");
    assert_int_equal(t.objects, 1);
    assert_true(t.failed >= 2);
}

static void a_key_that_no_message_can_name_is_one_failure(void **state)
{
    (void)state;
    struct notify *n = open(NULL, 1);
    arrive(n, "", "\xff");
    arrive(n, "", "fine");
    const struct notify_totals t = finish(n, 0, &e);
    assert_int_equal(t.objects, 1);
    assert_int_equal(t.failed, 1);
    assert_non_null(strstr(lost_why, "UTF-8"));
}

static void what_no_etag_or_version_looks_like_is_left_out(void **state)
{
    (void)state;
    const struct notify_options o = {.style = {.form = NOTIFY_S3}, .keys = 1};
    struct notify *n = open(&o, 1);
    const struct sink_arrival a = {.key = SPAN("k"), .etag = SPAN("a b"), .version = SPAN("v\x01")};
    notify_arrived(n, &a);
    finish(n, 0, &e);
    assert_non_null(strstr(ledger.text, "\"eTag\":\"\",\"sequencer\""));
}

/* A sink that tells of each put at once. */
static struct notify *told;
static unsigned flushes, passes;

static int inner_put(void *self, struct logfile *f, struct err *ignored)
{
    (void)self;
    (void)ignored;
    arrive(told, "", f->key);
    return 0;
}

static int inner_pass(void *self, const struct logfile *f, struct err *ignored)
{
    (void)self;
    (void)f;
    (void)ignored;
    passes++;
    return 0;
}

static int inner_flush(void *self, struct err *ignored)
{
    (void)self;
    (void)ignored;
    flushes++;
    return 0;
}

static int inner_finish(void *self, struct sink_totals *totals, struct err *ignored)
{
    (void)self;
    (void)ignored;
    *totals = (struct sink_totals){.files = 7};
    return 0;
}

static void inner_close(void *self)
{
    (void)self;
}

static void a_sink_stops_when_nothing_can_be_announced(void **state)
{
    (void)state;
    static const struct sink_ops inner = {.name = "inner",
                                          .put = inner_put,
                                          .pass = inner_pass,
                                          .flush = inner_flush,
                                          .finish = inner_finish,
                                          .close = inner_close};
    ledger.break_from = 3;
    flushes = passes = 0;
    told = open(NULL, 1);
    struct sink s;
    notify_sink_open(&s, (struct sink){&inner, NULL}, told);
    struct logfile f;
    logfile_init(&f);
    logfile_set_key(&f, SPAN("key"));
    assert_int_equal(s.ops->holds(s.self, &f, &e), 0);
    assert_int_equal(s.ops->pass(s.self, &f, &e), 0);
    assert_int_equal(s.ops->flush(s.self, &e), 0);
    assert_int_equal(passes, 1);
    assert_int_equal(flushes, 1);
    int rc = 0;
    while (rc == 0)
        rc = s.ops->put(s.self, &f, &e);
    assert_string_equal(e.text, "the place is gone");
    struct sink_totals t;
    assert_int_equal(s.ops->finish(s.self, &t, &e), 0);
    assert_int_equal(t.files, 7);
    s.ops->close(s.self);
    assert_int_equal(finish(told, -1, &e).objects, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_arrival_is_a_message_in_order),
        TEST(a_bucket_can_be_called_otherwise),
        TEST(several_keys_share_a_message_up_to_a_pause_or_another_bucket),
        TEST(a_message_does_not_wait_for_ever_for_more_keys),
        TEST(many_arrivals_by_many_couriers_are_each_announced_once),
        TEST(what_is_refused_is_counted_and_told),
        TEST(a_place_that_breaks_stops_the_run),
        TEST(a_key_that_no_message_can_name_is_one_failure),
        TEST(what_no_etag_or_version_looks_like_is_left_out),
        TEST(a_sink_stops_when_nothing_can_be_announced),
    };
    return cmocka_run_group_tests_name("replay/notify", tests, NULL, NULL);
}
