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
        cmocka_unit_test(absurd_spans_stay_in_range),
    };
    return cmocka_run_group_tests_name("replay/schedule", tests, NULL, NULL);
}
