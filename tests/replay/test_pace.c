/* test_pace.c - a clock of our own: time passes only where the test lets it. */
#include "tests/test.h"

#include <stdbool.h>

#include "replay/pace.h"

struct fake {
    int64_t now_ns;
    int64_t oversleep_ns; /* each sleep ends so much late */
    int sleeps, wakes_early;
    volatile sig_atomic_t *stop_at_sleep;
};

static int64_t fake_now(void *self)
{
    return ((struct fake *)self)->now_ns;
}

static void fake_sleep(void *self, int64_t deadline_ns)
{
    struct fake *f = self;
    f->sleeps++;
    if (f->stop_at_sleep != NULL)
        *f->stop_at_sleep = 1;
    if (f->wakes_early > 0) {
        f->wakes_early--;
        f->now_ns += (deadline_ns - f->now_ns) / 2;
        return;
    }
    f->now_ns = deadline_ns + f->oversleep_ns;
}

static void oversleeping_does_not_add_up(void **state)
{
    (void)state;
    struct fake f = {.now_ns = 12345, .oversleep_ns = 1000};
    const struct pace_clock clock = {fake_now, fake_sleep, &f};
    struct pace p;
    pace_start(&p, &clock, NULL);
    for (int64_t i = 1; i <= 10000; i++)
        assert_int_equal(pace_until(&p, i * 1000000), 1000);
    assert_int_equal(pace_now(&p), INT64_C(10000) * 1000000 + 1000);
}

static void a_passed_deadline_does_not_wait(void **state)
{
    (void)state;
    struct fake f = {.now_ns = 0};
    const struct pace_clock clock = {fake_now, fake_sleep, &f};
    struct pace p;
    pace_start(&p, &clock, NULL);
    f.now_ns = 5000;
    assert_int_equal(pace_until(&p, 2000), 3000);
    assert_int_equal(f.sleeps, 0);
}

static void a_signal_without_a_stop_sleeps_on(void **state)
{
    (void)state;
    struct fake f = {.now_ns = 0, .wakes_early = 3};
    const struct pace_clock clock = {fake_now, fake_sleep, &f};
    volatile sig_atomic_t stop = 0;
    struct pace p;
    pace_start(&p, &clock, &stop);
    assert_int_equal(pace_until(&p, 1000000), 0);
    assert_int_equal(f.now_ns, 1000000);
}

static void the_stop_flag_ends_a_long_wait(void **state)
{
    (void)state;
    volatile sig_atomic_t stop = 0;
    struct fake f = {.now_ns = 0, .stop_at_sleep = &stop};
    const struct pace_clock clock = {fake_now, fake_sleep, &f};
    struct pace p;
    pace_start(&p, &clock, &stop);
    pace_until(&p, INT64_C(3600) * 1000000000);
    assert_int_equal(f.sleeps, 1);
    assert_true(f.now_ns <= INT64_C(1000000000));
}

static void the_machine_clock_keeps_a_deadline(void **state)
{
    (void)state;
    struct pace p;
    pace_start(&p, &pace_machine_clock, NULL);
    pace_until(&p, 20 * 1000000);
    assert_true(pace_now(&p) >= 20 * 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oversleeping_does_not_add_up),
        cmocka_unit_test(a_passed_deadline_does_not_wait),
        cmocka_unit_test(a_signal_without_a_stop_sleeps_on),
        cmocka_unit_test(the_stop_flag_ends_a_long_wait),
        cmocka_unit_test(the_machine_clock_keeps_a_deadline),
    };
    return cmocka_run_group_tests_name("replay/pace", tests, NULL, NULL);
}
