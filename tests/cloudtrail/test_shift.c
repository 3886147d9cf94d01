/* test_shift.c - expected values worked out by hand. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utc.h"
#include "cloudtrail/logfile.h"
#include "cloudtrail/shift.h"

static const struct {
    const char *name;
    int64_t delta_ms;
    const char *text, *want;
} texts[] = {
    {"an hour on", UTC_HOUR_MS, "{\"eventTime\":\"2023-12-31T23:30:00Z\"}",
     "{\"eventTime\":\"2024-01-01T00:30:00Z\"}"},
    {"back", -UTC_DAY_MS, "{\"a\":\"2024-03-01T00:00:00.250+02:00\"}",
     "{\"a\":\"2024-02-29T00:00:00.250+02:00\"}"},
    {"inside a text", UTC_HOUR_MS,
     "{\"m\":\"expired\\n2023-01-01T00:00:00Z, now 2023-01-01 01:00:00\"}",
     "{\"m\":\"expired\\n2023-01-01T01:00:00Z, now 2023-01-01 02:00:00\"}"},
    {"old java", 13 * UTC_HOUR_MS, "{\"a\":\"Jul 9, 2021 9:09:09 PM\"}",
     "{\"a\":\"Jul 10, 2021 10:09:09 AM\"}"},
    {"java with a comma", UTC_MINUTE_MS, "{\"a\" : \"Dec 31, 2023, 11:59:30 PM\"}",
     "{\"a\" : \"Jan 1, 2024, 12:00:30 AM\"}"},
    {"java with a narrow blank", UTC_HOUR_MS,
     "[\"Feb 3, 2026, 11:11:47\xe2\x80\xaf"
     "AM\"]",
     "[\"Feb 3, 2026, 12:11:47\xe2\x80\xafPM\"]"},
    {"the same escaped", UTC_HOUR_MS, "[\"Feb 3, 2026, 11:11:47\\u202fAM\"]",
     "[\"Feb 3, 2026, 12:11:47\\u202fPM\"]"},
    {"a signing date", UTC_HOUR_MS, "[\"X-Amz-Date=20210710T235000Z&x\"]",
     "[\"X-Amz-Date=20210711T005000Z&x\"]"},
    {"numbers", UTC_HOUR_MS,
     "{\"launchTime\":1734374467000,\"endTime\":1734374467.5,\"size\":1734374467,\"timeout\":30}",
     "{\"launchTime\":1734378067000,\"endTime\":1734378067.5,\"size\":1734374467,\"timeout\":30}"},
    {"a date alone", UTC_DAY_MS, "{\"startDate\":\"2023-02-28\",\"Version\":\"2012-10-17\"}",
     "{\"startDate\":\"2023-03-01\",\"Version\":\"2012-10-17\"}"},
    {"names stay", UTC_DAY_MS, "{\"2023-02-28T00:00:00Z\":1}", "{\"2023-02-28T00:00:00Z\":1}"},
    {"no times", UTC_DAY_MS,
     "{\"a\":\"2023-02-30T00:00:00Z\",\"b\":\"Jul 40, 2021 9:09:09 PM\",\"c\":-1,\"d\":\"May 5\"}",
     "{\"a\":\"2023-02-30T00:00:00Z\",\"b\":\"Jul 40, 2021 9:09:09 PM\",\"c\":-1,\"d\":\"May 5\"}"},
    {"before 1970", -100000 * UTC_DAY_MS, "[\"2023-02-28T00:00:00Z\"]",
     "[\"2023-02-28T00:00:00Z\"]"},
    {"cut off", UTC_DAY_MS, "{\"a\":\"2023-02-28T00:0", "{\"a\":\"2023-02-28T00:0"},
};

static void times_move_and_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct buf b;
        buf_init(&b, 4096);
        shift_text(&b, span_of(texts[i].text), texts[i].delta_ms);
        if (!span_is(buf_span(&b), texts[i].want))
            fail_msg("%s: %.*s", texts[i].name, SPAN_ARG(buf_span(&b)));
        buf_free(&b);
    }
}

#define NEWEST INT64_C(1688989351000) /* 2023-07-10T11:42:31Z */

static const struct {
    const char *key;
    int64_t delta_ms, newest_ms;
    const char *want;
} keys[] = {
    {"p/AWSLogs/1/CloudTrail/us-east-1/2023/07/10/1_CloudTrail_us-east-1_20230710T1145Z_x.json.gz",
     UTC_MINUTE_MS * 3, NEWEST,
     "p/AWSLogs/1/CloudTrail/us-east-1/2023/07/10/1_CloudTrail_us-east-1_20230710T1150Z_x.json.gz"},
    {"p/2023/07/10/1_CloudTrail_us-east-1_20230710T1145Z_x.json.gz", UTC_HOUR_MS * 13, NEWEST,
     "p/2023/07/11/1_CloudTrail_us-east-1_20230711T0045Z_x.json.gz"},
    {"1_CloudTrail_us-east-1_20230710T2355Z_x.json", UTC_MINUTE_MS, LOGFILE_NO_TIME,
     "1_CloudTrail_us-east-1_20230711T0000Z_x.json"},
    {"2023/07/10/name.json", UTC_HOUR_MS, NEWEST, "2023/07/10/name.json"},
};

static void a_key_moves_with_its_newest_record(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        char key[KEY_MAX];
        size_t n = strlen(keys[i].key);
        memcpy(key, keys[i].key, n + 1);
        shift_key(key, n, keys[i].delta_ms, keys[i].newest_ms,
                  keys[i].newest_ms + (keys[i].newest_ms == NEWEST ? keys[i].delta_ms : 0));
        assert_string_equal(key, keys[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_move_and_nothing_else),
        cmocka_unit_test(a_key_moves_with_its_newest_record),
    };
    return cmocka_run_group_tests_name("cloudtrail/shift", tests, NULL, NULL);
}
