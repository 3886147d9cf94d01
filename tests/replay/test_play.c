/* test_play.c - a source, a sink and a clock of our own. */
#include "tests/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "replay/play.h"

struct world {
    int64_t now_ns;
    /* The source: files a minute apart, as recorded. */
    unsigned files, given;
    unsigned source_breaks_at; /* 1 and up; 0: never */
    /* The sink. */
    int64_t put_ns[64]; /* when each was put */
    unsigned put_n, flush_n, finish_n;
    int64_t put_takes_ns;
    unsigned sink_breaks_at, failed;
    volatile sig_atomic_t stop;
    unsigned stop_at; /* set the flag while put number so and so runs */
    bool stop_at_sleep;
};

static int64_t world_now(void *self)
{
    return ((struct world *)self)->now_ns;
}

static void world_sleep(void *self, int64_t deadline_ns)
{
    struct world *w = self;
    if (w->stop_at_sleep)
        w->stop = 1;
    w->now_ns = deadline_ns;
}

static int world_next(void *self, struct logfile *out, struct err *e)
{
    struct world *w = self;
    if (w->source_breaks_at > 0 && w->given + 1 == w->source_breaks_at)
        return err_set(e, ERR_INPUT, "the source broke");
    if (w->given == w->files)
        return 0;
    logfile_init(out);
    logfile_set_key(out, SPAN("k"));
    buf_put(&out->body, "x", 1);
    out->records = 2;
    out->deliver_ms = 1000000 + 60000 * (int64_t)w->given;
    w->given++;
    return 1;
}

static int world_put(void *self, struct logfile *f, struct err *e)
{
    struct world *w = self;
    if (w->sink_breaks_at > 0 && w->put_n + 1 == w->sink_breaks_at)
        return err_set(e, ERR_WORK, "the sink broke");
    w->put_ns[w->put_n++] = w->now_ns;
    w->now_ns += w->put_takes_ns;
    if (w->stop_at == w->put_n)
        w->stop = 1;
    buf_free(&f->body);
    return 0;
}

static int world_flush(void *self, struct err *e)
{
    (void)e;
    ((struct world *)self)->flush_n++;
    return 0;
}

static int world_finish(void *self, struct sink_totals *totals, struct err *e)
{
    (void)e;
    struct world *w = self;
    w->finish_n++;
    *totals = (struct sink_totals){.files = w->put_n - w->failed, .failed = w->failed};
    return 0;
}

static void world_close(void *self)
{
    (void)self;
}

static const struct source_ops source_ops = {.name = "w", .next = world_next, .close = world_close};
static const struct sink_ops sink_ops = {.name = "w",
                                         .put = world_put,
                                         .flush = world_flush,
                                         .finish = world_finish,
                                         .close = world_close};

static int run(struct world *w, enum schedule_kind kind, double factor, struct play_totals *t,
               struct err *e)
{
    struct source source = {&source_ops, w};
    struct sink sink = {&sink_ops, w};
    const struct pace_clock clock = {world_now, world_sleep, w};
    const struct play_options o = {
        .schedule = {.kind = kind, .factor = factor}, .clock = &clock, .stop = &w->stop};
    *e = (struct err){0};
    return play_run(&source, &sink, &o, t, e);
}

static struct play_totals t;
static struct err e;

static void all_files_go_at_once(void **state)
{
    (void)state;
    struct world w = {.files = 10};
    assert_int_equal(run(&w, SCHEDULE_ASAP, 0, &t, &e), 0);
    assert_int_equal(t.files, 10);
    assert_int_equal(t.records, 20);
    assert_int_equal(w.now_ns, 0);
    assert_int_equal(w.flush_n, 0);
    assert_int_equal(w.finish_n, 1);
}

static void each_file_goes_at_its_moment(void **state)
{
    (void)state;
    struct world w = {.files = 10, .now_ns = 77};
    assert_int_equal(run(&w, SCHEDULE_SPEED, 60, &t, &e), 0);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(w.put_ns[i], 77 + (int64_t)i * 1000000000);
    assert_int_equal(w.flush_n, 9); /* before each wait */
    assert_int_equal(hist_at(&t.late, 1000000), 0);
    assert_int_equal(t.elapsed_ns, INT64_C(9) * 1000000000);
}

static void a_slow_sink_shows_in_lateness_not_in_the_plan(void **state)
{
    (void)state;
    struct world w = {.files = 11, .put_takes_ns = 150000000};
    assert_int_equal(run(&w, SCHEDULE_RATE, 10, &t, &e), 0);
    /* Number 10 was planned for 1 s and went at 1.5 s. */
    assert_int_equal(w.put_ns[10], 1500000000);
    assert_int_equal(hist_at(&t.late, 1000000), 500000000);
    assert_int_equal(t.late.n, 11);
}

static void the_stop_flag_finishes_what_was_put(void **state)
{
    (void)state;
    struct world w = {.files = 10, .stop_at = 3};
    assert_int_equal(run(&w, SCHEDULE_ASAP, 0, &t, &e), -1);
    assert_int_equal(e.kind, ERR_STOP);
    assert_int_equal(w.put_n, 3);
    assert_int_equal(w.finish_n, 1);
    assert_non_null(strstr(e.text, "interrupted: 3 log files"));
}

static void the_stop_flag_in_a_wait_leaves_the_next_file(void **state)
{
    (void)state;
    struct world w = {.files = 10, .stop_at_sleep = true};
    assert_int_equal(run(&w, SCHEDULE_SPEED, 1, &t, &e), -1);
    assert_int_equal(e.kind, ERR_STOP);
    assert_int_equal(t.files, 1);
    assert_int_equal(w.put_n, 1);
}

static void a_broken_source_is_told_after_the_sink_finished(void **state)
{
    (void)state;
    struct world w = {.files = 10, .source_breaks_at = 4};
    assert_int_equal(run(&w, SCHEDULE_ASAP, 0, &t, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_string_equal(e.text, "the source broke");
    assert_int_equal(w.finish_n, 1);
    assert_int_equal(t.sink.files, 3);
}

static void a_broken_sink_ends_the_run(void **state)
{
    (void)state;
    struct world w = {.files = 10, .sink_breaks_at = 4};
    assert_int_equal(run(&w, SCHEDULE_ASAP, 0, &t, &e), -1);
    assert_string_equal(e.text, "the sink broke");
    assert_int_equal(w.finish_n, 1);
    assert_int_equal(t.sink.files, 3);
}

static void lost_files_are_an_error_of_the_run(void **state)
{
    (void)state;
    struct world w = {.files = 10, .failed = 2};
    assert_int_equal(run(&w, SCHEDULE_ASAP, 0, &t, &e), -1);
    assert_int_equal(e.kind, ERR_WORK);
    assert_string_equal(e.text, "2 of 10 log files were not delivered");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_files_go_at_once),
        cmocka_unit_test(each_file_goes_at_its_moment),
        cmocka_unit_test(a_slow_sink_shows_in_lateness_not_in_the_plan),
        cmocka_unit_test(the_stop_flag_finishes_what_was_put),
        cmocka_unit_test(the_stop_flag_in_a_wait_leaves_the_next_file),
        cmocka_unit_test(a_broken_source_is_told_after_the_sink_finished),
        cmocka_unit_test(a_broken_sink_ends_the_run),
        cmocka_unit_test(lost_files_are_an_error_of_the_run),
    };
    return cmocka_run_group_tests_name("replay/play", tests, NULL, NULL);
}
