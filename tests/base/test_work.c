/* test_work.c - runs under ThreadSanitizer too. CMocka's asserts stay on the main thread. */
#include "tests/test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/draw.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/work.h"

enum { ITEMS = 500, WINDOW_MOST = 64 };

static void rest_us(uint64_t us)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)us * 1000}, NULL);
}

struct job {
    unsigned jobs;
    uint64_t fail_make, fail_take; /* UINT64_MAX: none */
    uint64_t fail_every;           /* also every such item from fail_make on; 0: none */
    uint64_t slots[WINDOW_MOST];
    atomic_uint making, most_making, begun;
    uint64_t taken;
    const char *wrong;
};

static void notice(struct job *j, bool good, const char *what)
{
    if (!good)
        j->wrong = what;
}

static int make(void *ctx, uint64_t i, unsigned worker, unsigned slot, struct err *e)
{
    struct job *j = ctx;
    unsigned now = atomic_fetch_add(&j->making, 1) + 1, most = atomic_load(&j->most_making);
    while (now > most && !atomic_compare_exchange_weak(&j->most_making, &most, now))
        ;
    atomic_fetch_add(&j->begun, 1);
    rest_us(draw_below(draw_at(3, 3, i), 200));
    uint8_t sum[HASH_SHA256_N];
    hash_sha256(sum, (struct span){(const char *)&i, sizeof(i)});
    j->slots[slot] = worker < j->jobs ? i * 3 : UINT64_MAX;
    atomic_fetch_sub(&j->making, 1);
    if (i == j->fail_make || (j->fail_every > 0 && i > j->fail_make && i % j->fail_every == 0))
        return err_set(e, ERR_WORK, "made %u badly", (unsigned)i);
    return 0;
}

static int take(void *ctx, uint64_t i, unsigned slot, struct err *e)
{
    struct job *j = ctx;
    notice(j, i == j->taken, "out of order");
    notice(j, slot == i % work_window(j->jobs), "another slot than promised");
    notice(j, j->slots[slot] == i * 3, "another item's result");
    j->slots[slot] = 0;
    if (i == j->fail_take)
        return err_set(e, ERR_INPUT, "took %u badly", (unsigned)i);
    j->taken++;
    return 0;
}

static int run(struct job *j, uint64_t n, struct err *e)
{
    int rc = work_ordered(n, j->jobs, make, take, j, e);
    if (j->wrong != NULL)
        fail_msg("%u jobs: %s", j->jobs, j->wrong);
    assert_int_equal(atomic_load(&j->making), 0);
    return rc;
}

static const unsigned all_jobs[] = {0, 1, 2, 3, 8};

static void items_are_taken_in_order(void **state)
{
    (void)state;
    for (size_t k = 0; k < COUNT(all_jobs); k++) {
        struct job j = {.jobs = all_jobs[k], .fail_make = UINT64_MAX, .fail_take = UINT64_MAX};
        if (j.jobs == 0)
            j.jobs = 1;
        struct err e = {0};
        assert_int_equal(run(&j, ITEMS, &e), 0);
        assert_int_equal(j.taken, ITEMS);
        assert_int_equal(atomic_load(&j.begun), ITEMS);
        assert_true(atomic_load(&j.most_making) <= j.jobs);
    }
}

static void any_number_of_items_is_fine(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 10; n++) {
        struct job j = {.jobs = 4, .fail_make = UINT64_MAX, .fail_take = UINT64_MAX};
        struct err e = {0};
        assert_int_equal(run(&j, n, &e), 0);
        assert_int_equal(j.taken, n);
    }
}

static void the_lowest_failure_is_the_one_told(void **state)
{
    (void)state;
    for (size_t k = 1; k < COUNT(all_jobs); k++)
        for (uint64_t fail = 0; fail < 60; fail += 7) {
            struct job j = {
                .jobs = all_jobs[k], .fail_make = fail, .fail_take = UINT64_MAX, .fail_every = 2};
            struct err e = {0};
            char want[32];
            assert_int_equal(run(&j, ITEMS, &e), -1);
            assert_int_equal(j.taken, fail);
            assert_int_equal(e.kind, ERR_WORK);
            snprintf(want, sizeof(want), "made %u badly", (unsigned)fail);
            assert_string_equal(e.text, want);
            assert_true(atomic_load(&j.begun) <= fail + work_window(j.jobs));
        }
}

static void a_failed_take_stops_the_making(void **state)
{
    (void)state;
    for (size_t k = 1; k < COUNT(all_jobs); k++) {
        struct job j = {.jobs = all_jobs[k], .fail_make = 41, .fail_take = 40};
        struct err e = {0};
        assert_int_equal(run(&j, ITEMS, &e), -1);
        assert_string_equal(e.text, "took 40 badly");
        assert_int_equal(j.taken, 40);
        assert_true(atomic_load(&j.begun) <= 41 + work_window(j.jobs));
    }
}

/* The taker never takes before the last worker is as far ahead as it may get. */
struct ahead {
    atomic_uint begun, most;
};

static int make_ahead(void *ctx, uint64_t i, unsigned worker, unsigned slot, struct err *e)
{
    (void)i;
    (void)worker;
    (void)slot;
    (void)e;
    atomic_fetch_add(&((struct ahead *)ctx)->begun, 1);
    return 0;
}

static int take_slowly(void *ctx, uint64_t i, unsigned slot, struct err *e)
{
    (void)slot;
    (void)e;
    struct ahead *a = ctx;
    rest_us(2000);
    unsigned ahead = atomic_load(&a->begun) - (unsigned)i;
    if (ahead > atomic_load(&a->most))
        atomic_store(&a->most, ahead);
    return 0;
}

static void makers_stay_within_the_window(void **state)
{
    (void)state;
    struct ahead a = {0};
    struct err e = {0};
    assert_int_equal(work_ordered(100, 3, make_ahead, take_slowly, &a, &e), 0);
    assert_int_equal(atomic_load(&a.most), work_window(3));
}

static void there_is_a_processor(void **state)
{
    (void)state;
    assert_true(work_cores() >= 1);
    assert_true(work_cores() < 100000);
}

enum { SENT = 2000 };

struct line {
    struct work_queue *q;
    struct work_lock *lock;
    unsigned numbers[SENT];
    unsigned sum; /* under the lock */
    unsigned n;   /* under the lock */
};

static void feed(void *ctx)
{
    struct line *l = ctx;
    for (size_t i = 0; i < SENT; i++)
        if (!work_queue_put(l->q, &l->numbers[i]))
            return;
}

static void drain(void *ctx)
{
    struct line *l = ctx;
    void *item;
    while (work_queue_take(l->q, &item, -1)) {
        work_lock_take(l->lock);
        l->sum += *(const unsigned *)item;
        l->n++;
        work_lock_give(l->lock);
    }
}

static void a_queue_loses_and_doubles_nothing(void **state)
{
    (void)state;
    struct line l = {.q = work_queue_open(3), .lock = work_lock_open()};
    for (unsigned i = 0; i < SENT; i++)
        l.numbers[i] = i;
    struct work_thread *feeders[3], *drainers[3];
    for (size_t i = 0; i < 3; i++) {
        feeders[i] = work_thread_start(feed, &l);
        drainers[i] = work_thread_start(drain, &l);
        assert_non_null(feeders[i]);
        assert_non_null(drainers[i]);
    }
    for (size_t i = 0; i < 3; i++)
        work_thread_join(feeders[i]);
    work_queue_end(l.q);
    for (size_t i = 0; i < 3; i++)
        work_thread_join(drainers[i]);
    assert_int_equal(l.n, 3 * SENT);
    assert_int_equal(l.sum, 3 * SENT * (SENT - 1) / 2);
    work_queue_close(l.q);
    work_lock_close(l.lock);
}

static void a_queue_keeps_its_order_and_its_end(void **state)
{
    (void)state;
    int a, b;
    void *got = &a;
    struct work_queue *q = work_queue_open(2);
    assert_false(work_queue_take(q, &got, 0));
    assert_null(got);
    assert_false(work_queue_take(q, &got, 1500));
    assert_true(work_queue_put(q, &a));
    assert_true(work_queue_put(q, &b));
    assert_true(work_queue_take(q, &got, 0));
    assert_ptr_equal(got, &a);
    work_queue_end(q);
    assert_false(work_queue_put(q, &a));
    assert_true(work_queue_take(q, &got, 10));
    assert_ptr_equal(got, &b);
    assert_false(work_queue_take(q, &got, -1));
    assert_null(got);
    work_queue_close(q);
    work_queue_close(NULL);
    work_thread_join(NULL);
    work_lock_close(NULL);
}

static void end_later(void *ctx)
{
    rest_us(20000);
    work_queue_end(ctx);
}

static void the_end_wakes_who_waits(void **state)
{
    (void)state;
    for (int full = 0; full < 2; full++) {
        struct work_queue *q = work_queue_open(1);
        if (full)
            assert_true(work_queue_put(q, q));
        struct work_thread *t = work_thread_start(end_later, q);
        void *got;
        if (full)
            assert_false(work_queue_put(q, q));
        else
            assert_false(work_queue_take(q, &got, -1));
        work_thread_join(t);
        work_queue_close(q);
    }
}

static void take_later(void *ctx)
{
    void *got;
    rest_us(20000);
    for (int i = 0; i < 3; i++)
        assert_true(work_queue_take(ctx, &got, 0));
    rest_us(20000);
    work_queue_end(ctx);
}

static void ease_waits_for_room_or_the_end(void **state)
{
    (void)state;
    struct work_queue *q = work_queue_open(9);
    for (int i = 0; i < 5; i++)
        assert_true(work_queue_put(q, q));
    assert_true(work_queue_ease(q, 5));
    struct work_thread *t = work_thread_start(take_later, q);
    assert_true(work_queue_ease(q, 2));
    assert_false(work_queue_ease(q, 1));
    assert_false(work_queue_ease(q, 9));
    work_thread_join(t);
    work_queue_close(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_are_taken_in_order),
        cmocka_unit_test(any_number_of_items_is_fine),
        cmocka_unit_test(the_lowest_failure_is_the_one_told),
        cmocka_unit_test(a_failed_take_stops_the_making),
        cmocka_unit_test(makers_stay_within_the_window),
        cmocka_unit_test(there_is_a_processor),
        cmocka_unit_test(a_queue_loses_and_doubles_nothing),
        cmocka_unit_test(a_queue_keeps_its_order_and_its_end),
        cmocka_unit_test(the_end_wakes_who_waits),
        cmocka_unit_test(ease_waits_for_room_or_the_end),
    };
    return cmocka_run_group_tests_name("base/work", tests, NULL, NULL);
}
