/* test_utc.c - expected values by "date -u -d @N" of coreutils and by hand. */
#include "tests/test.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utc.h"

static const struct {
    const char *text;
    int64_t want_ms;
} instants[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01", 0},
    {"2026-09-14", INT64_C(1789344000000)},
    {"2026-09-14T00:00:00Z", INT64_C(1789344000000)},
    {"2026-09-14t00:00:00z", INT64_C(1789344000000)},
    {"2026-09-14T02:00:00+02:00", INT64_C(1789344000000)},
    {"2026-09-13T18:30:00-05:30", INT64_C(1789344000000)},
    {"2026-09-14T00:00:00.5Z", INT64_C(1789344000500)},
    {"2026-09-14T00:00:00.123987654321Z", INT64_C(1789344000123)},
    {"2000-02-29T23:59:59Z", INT64_C(951868799000)},
    {"2024-02-29", INT64_C(1709164800000)},
    {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
};

static const char *const no_instants[] = {
    "",
    "2026",
    "2026-9-14",
    "2026-09-14T",
    "2026-09-14T00:00:00",
    "2026-09-14T00:00Z",
    "2026-09-14 00:00:00Z",
    "2026-09-14T24:00:00Z",
    "2026-09-14T00:60:00Z",
    "2026-09-14T00:00:60Z",
    "2026-09-14T00:00:00.Z",
    "2026-09-14T00:00:00+0200",
    "2026-09-14T00:00:00+24:00",
    "2026-09-14T00:00:00Zx",
    "2026-02-29",
    "1900-02-29",
    "2026-13-01",
    "2026-00-01",
    "2026-04-31",
    "2026-04-00",
    "1969-12-31T23:59:59Z",
    "1970-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-00:01",
    "-026-09-14",
    "2026-09-1x",
    "now",
};

static void instants_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(instants); i++) {
        struct err e = {.kind = ERR_NONE};
        int64_t got_ms = -1;
        int rc = utc_read(&got_ms, span_of(instants[i].text), &e);
        if (rc != 0 || got_ms != instants[i].want_ms)
            fail_msg("%s: rc %d, got %jd, \"%s\"", instants[i].text, rc, (intmax_t)got_ms, e.text);
    }
}

static void what_is_no_instant_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(no_instants); i++) {
        struct err e = {.kind = ERR_NONE};
        int64_t got_ms = 77;
        int rc = utc_read(&got_ms, span_of(no_instants[i]), &e);
        if (rc != -1 || got_ms != 77 || e.kind != ERR_INPUT)
            fail_msg("%s: rc %d, got %jd", no_instants[i], rc, (intmax_t)got_ms);
    }
    struct err e = {.kind = ERR_NONE};
    int64_t got_ms = 0;
    utc_read(&got_ms, SPAN("yesterday"), &e);
    assert_string_equal(e.text, "\"yesterday\" is not a date and time from 1970 to 9999; write it "
                                "like 2026-09-14T00:00:00Z or 2026-09-14");
    e.kind = ERR_NONE;
    assert_int_equal(utc_read(&got_ms, (struct span){"2026-09-14\0", 11}, &e), -1);
}

static void now_is_read_with_a_distance(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t want_ms;
    } rows[] = {
        {"now", 1000000000},
        {"now-1h", 1000000000 - 3600000},
        {"now+15m", 1000000000 + 900000},
        {"1970-01-02", 86400000},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {.kind = ERR_NONE};
        int64_t got_ms = -1;
        assert_int_equal(utc_read_relative(&got_ms, span_of(rows[i].text), 1000000000, &e), 0);
        assert_int_equal(got_ms, rows[i].want_ms);
    }
    static const char *const bad[] = {"now-", "now1h", "now - 1h", "now-1", "now-12d", "nowhere"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct err e = {.kind = ERR_NONE};
        int64_t got_ms = 77;
        assert_int_equal(utc_read_relative(&got_ms, span_of(bad[i]), 1000000000, &e), -1);
        assert_int_equal(got_ms, 77);
    }
}

static void durations_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t want_ms;
    } rows[] = {
        {"90s", 90000},
        {"15m", 900000},
        {"24h", 86400000},
        {"7d", 604800000},
        {"0s", 0},
        {"0007d", 604800000},
        {"36500d", INT64_C(3153600000000)},
        {"3153600000s", INT64_C(3153600000000)},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {.kind = ERR_NONE};
        int64_t got_ms = -1;
        int rc = utc_duration(&got_ms, span_of(rows[i].text), &e);
        if (rc != 0 || got_ms != rows[i].want_ms)
            fail_msg("%s: rc %d, got %jd", rows[i].text, rc, (intmax_t)got_ms);
    }
    static const char *const bad[] = {"",
                                      "s",
                                      "7",
                                      "7 d",
                                      "-7d",
                                      "+7d",
                                      "7D",
                                      "7w",
                                      "1.5h",
                                      "7dd",
                                      "36501d",
                                      "3153600001s",
                                      "99999999999999999999999d"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct err e = {.kind = ERR_NONE};
        int64_t got_ms = 77;
        if (utc_duration(&got_ms, span_of(bad[i]), &e) != -1 || got_ms != 77)
            fail_msg("%s: got %jd", bad[i], (intmax_t)got_ms);
    }
}

/* Counts days with the calendar's plain rules beside the formulas. */
static void every_day_from_1970_to_9999_is_right(void **state)
{
    (void)state;
    static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t t_ms = 0;
    int weekday = 3;
    for (int year = 1970; year <= 9999; year++) {
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            int length = lengths[month - 1] + (month == 2 && leap);
            for (int day = 1; day <= length; day++) {
                struct utc_civil c = utc_civil_of(t_ms + UTC_DAY_MS - 1);
                if (c.year != year || c.month != month || c.day != day || c.weekday != weekday ||
                    c.hour != 23 || c.minute != 59 || c.second != 59 || c.ms != 999)
                    fail_msg("%d-%d-%d: %d-%d-%d", year, month, day, c.year, c.month, c.day);
                if (utc_from_civil(year, month, day) != t_ms || utc_day(t_ms) != t_ms / UTC_DAY_MS)
                    fail_msg("%d-%d-%d: wrong instant", year, month, day);
                t_ms += UTC_DAY_MS;
                weekday = (weekday + 1) % 7;
            }
        }
    }
    assert_int_equal(t_ms - 1, INT64_C(253402300799999));
}

static void days_before_1970_round_down(void **state)
{
    (void)state;
    assert_int_equal(utc_day(-1), -1);
    assert_int_equal(utc_day(-UTC_DAY_MS), -1);
    assert_int_equal(utc_day(-UTC_DAY_MS - 1), -2);
    struct utc_civil c = utc_civil_of(-1);
    assert_int_equal(c.year, 1969);
    assert_int_equal(c.day, 31);
    assert_int_equal(c.weekday, 2);
}

static void instants_are_written(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    int64_t t_ms = INT64_C(1688989351999); /* 2023-07-10 11:42:31.999 */
    utc_put_iso(&b, t_ms);
    buf_put_char(&b, ' ');
    utc_put_stamp(&b, t_ms);
    buf_put_char(&b, ' ');
    utc_put_iso(&b, INT64_C(253402300799999));
    assert_string_equal(buf_text(&b), "2023-07-10T11:42:31Z 20230710T1142Z 9999-12-31T23:59:59Z");
    buf_free(&b);
}

static void java_dates_are_written(void **state)
{
    (void)state;
    static const struct {
        const char *instant;
        enum utc_java style;
        const char *want;
    } rows[] = {
        {"2021-07-09T21:09:09Z", UTC_JAVA_OLD, "Jul 9, 2021 9:09:09 PM"},
        {"2023-07-09T21:09:09Z", UTC_JAVA_COMMA, "Jul 9, 2023, 9:09:09 PM"},
        {"2026-02-03T16:11:47Z", UTC_JAVA_NARROW, "Feb 3, 2026, 4:11:47\xe2\x80\xafPM"},
        {"2023-12-31T00:00:00Z", UTC_JAVA_COMMA, "Dec 31, 2023, 12:00:00 AM"},
        {"2023-01-10T12:00:05Z", UTC_JAVA_COMMA, "Jan 10, 2023, 12:00:05 PM"},
        {"2023-11-30T11:59:59Z", UTC_JAVA_COMMA, "Nov 30, 2023, 11:59:59 AM"},
        {"2023-11-30T23:10:00Z", UTC_JAVA_NARROW, "Nov 30, 2023, 11:10:00\xe2\x80\xafPM"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct err e = {.kind = ERR_NONE};
        int64_t t_ms = 0;
        char at[UTC_JAVA_MAX];
        assert_int_equal(utc_read(&t_ms, span_of(rows[i].instant), &e), 0);
        size_t n = utc_java(at, t_ms, rows[i].style);
        if (!span_is((struct span){at, n}, rows[i].want))
            fail_msg("%s: got \"%.*s\"", rows[i].instant, (int)n, at);
    }
}

static void the_wall_clock_is_after_2020(void **state)
{
    (void)state;
    assert_true(utc_now_ms() > utc_from_civil(2020, 1, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instants_are_read),
        cmocka_unit_test(what_is_no_instant_is_refused),
        cmocka_unit_test(now_is_read_with_a_distance),
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(every_day_from_1970_to_9999_is_right),
        cmocka_unit_test(days_before_1970_round_down),
        cmocka_unit_test(instants_are_written),
        cmocka_unit_test(java_dates_are_written),
        cmocka_unit_test(the_wall_clock_is_after_2020),
    };
    return cmocka_run_group_tests_name("base/utc", tests, NULL, NULL);
}
