/* test_schedule.c - expected values worked out by hand. */
#include "tests/test.h"

#include "cloudtrail/logfile.h"
#include "replay/schedule.h"

static const struct {
    const char *name;
    enum schedule_kind kind;
    double factor;
    uint64_t index;
    int64_t deliver_ms; /* the first one is at 1 000 000 ms */
    int64_t want_ns;
} cases[] = {
    {"at once", SCHEDULE_ASAP, 0, 7, 2000000, 0},
    {"the first of a rate", SCHEDULE_RATE, 20, 0, 2000000, 0},
    {"twenty a second", SCHEDULE_RATE, 20, 10, LOGFILE_NO_TIME, 500000000},
    {"three a second, after an hour", SCHEDULE_RATE, 3, 10800, 0, 3600000000000},
    {"one in two seconds", SCHEDULE_RATE, 0.5, 3, 0, 6000000000},
    {"as recorded", SCHEDULE_SPEED, 1, 1, 1060000, 60000000000},
    {"sixty times as fast", SCHEDULE_SPEED, 60, 1, 1060000, 1000000000},
    {"half as fast", SCHEDULE_SPEED, 0.5, 1, 1001000, 2000000000},
    {"before the first one", SCHEDULE_SPEED, 1, 1, 999999, 0},
    {"time unknown", SCHEDULE_SPEED, 1, 1, LOGFILE_NO_TIME, 0},
    {"ten years later", SCHEDULE_SPEED, 1, 1, 1000000 + INT64_C(315360000000),
     INT64_C(315360000000000000)},
};

static void each_kind_has_its_offsets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct schedule s = {.kind = cases[i].kind, .factor = cases[i].factor};
        if (schedule_offset(&s, 0, 1000000) != 0)
            fail_msg("%s: the first one is not at once", cases[i].name);
        int64_t got = schedule_offset(&s, cases[i].index, cases[i].deliver_ms);
        if (got != cases[i].want_ns)
            fail_msg("%s: %jd, want %jd", cases[i].name, (intmax_t)got, (intmax_t)cases[i].want_ns);
    }
}

static void a_ramp_is_the_area_below_its_line(void **state)
{
    (void)state;
    /* 10 a second to 30 in 10 s is 200 files; half of the way, at 5 s, is 75 of them. */
    struct schedule s = {.kind = SCHEDULE_RAMP, .from = 10, .to = 30, .ramp_ms = 10000};
    assert_int_equal(schedule_offset(&s, 0, 0), 0);
    assert_int_equal(schedule_offset(&s, 75, 0), 5000000000);
    assert_int_equal(schedule_offset(&s, 200, 0), 10000000000);
    assert_int_equal(schedule_offset(&s, 230, 0), 11000000000);
    /* from nothing: the first hundredth of the files takes a tenth of the time */
    struct schedule z = {.kind = SCHEDULE_RAMP, .from = 0, .to = 20, .ramp_ms = 10000};
    assert_int_equal(schedule_offset(&z, 1, 0), 1000000000);
    struct schedule down = {.kind = SCHEDULE_RAMP, .from = 30, .to = 10, .ramp_ms = 10000};
    assert_int_equal(schedule_offset(&down, 125, 0), 5000000000);
}

static void poisson_arrivals_have_the_rate_and_repeat(void **state)
{
    (void)state;
    enum { N = 20000 };
    struct schedule s = {.kind = SCHEDULE_RATE, .factor = 100, .poisson = true};
    struct schedule again = s;
    int64_t last_ns = 0, most_ns = 0, short_n = 0;
    for (uint64_t i = 0; i < N; i++) {
        int64_t at_ns = schedule_offset(&s, i, 0);
        assert_int_equal(at_ns, schedule_offset(&again, i, 0));
        assert_true(at_ns >= last_ns);
        short_n += at_ns - last_ns < 10000000;
        if (at_ns - last_ns > most_ns)
            most_ns = at_ns - last_ns;
        last_ns = at_ns;
    }
    /* 200 s, within 3 per cent; 63.2 per cent of the gaps are below their mean. */
    assert_in_range(last_ns / 1000000, 194000, 206000);
    assert_in_range(short_n, N * 62 / 100, N * 645 / 1000);
    assert_true(most_ns > 60000000);
}

static void long_pauses_are_cut(void **state)
{
    (void)state;
    struct schedule s = {.kind = SCHEDULE_SPEED, .factor = 1, .max_gap_ns = INT64_C(60000000000)};
    static const struct {
        int64_t deliver_ms, want_ms;
    } rows[] = {{0, 0}, {30000, 30000}, {3630000, 90000}, {3640000, 100000}, {3700000, 160000}};
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(schedule_offset(&s, i, rows[i].deliver_ms), rows[i].want_ms * 1000000);
}

static void absurd_spans_stay_in_range(void **state)
{
    (void)state;
    struct schedule s = {.kind = SCHEDULE_SPEED, .factor = 1e-6};
    schedule_offset(&s, 0, 0);
    assert_true(schedule_offset(&s, 1, INT64_C(253402300799000)) > 0);
    struct schedule r = {.kind = SCHEDULE_RATE, .factor = 1e-6};
    assert_true(schedule_offset(&r, UINT64_MAX, 0) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_its_offsets),
        cmocka_unit_test(a_ramp_is_the_area_below_its_line),
        cmocka_unit_test(poisson_arrivals_have_the_rate_and_repeat),
        cmocka_unit_test(long_pauses_are_cut),
        cmocka_unit_test(absurd_spans_stay_in_range),
    };
    return cmocka_run_group_tests_name("replay/schedule", tests, NULL, NULL);
}
