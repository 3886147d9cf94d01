/* test_label.c - expected lines written by hand. */
#include "tests/test.h"

#include "base/buf.h"
#include "cloudtrail/label.h"

static void a_label_is_one_line(void **state)
{
    (void)state;
    struct label l = {.key = SPAN("AWSLogs/a.json.gz"),
                      .event_id = SPAN("01234567-89ab-4cde-8f01-23456789abcd"),
                      .time_ms = INT64_C(1789343820000),
                      .event_name = SPAN("UpdateEnvironment"),
                      .actor = SPAN("intern \"Jo\"\n"),
                      .story = SPAN("leaked-key"),
                      .instance = SPAN("leaked-key-1"),
                      .verdict = SPAN("attack"),
                      .step = SPAN("deploy"),
                      .techniques = SPAN("[\"T1078.004\",\"T1651\"]")};
    struct buf got;
    buf_init(&got, 4096);
    label_write(&got, &l);
    l = (struct label){.verdict = SPAN("twin")};
    label_write(&got, &l);
    assert_string_equal(
        buf_text(&got),
        "{\"eventID\":\"01234567-89ab-4cde-8f01-23456789abcd\",\"eventTime\":\"2026-09-13T23:57:"
        "00Z\","
        "\"eventName\":\"UpdateEnvironment\",\"key\":\"AWSLogs/a.json.gz\","
        "\"actor\":\"intern \\\"Jo\\\"\\n\",\"story\":\"leaked-key\",\"instance\":\"leaked-key-1\","
        "\"verdict\":\"attack\",\"step\":\"deploy\",\"techniques\":[\"T1078.004\",\"T1651\"]}\n"
        "{\"eventID\":\"\",\"eventTime\":\"1970-01-01T00:00:00Z\",\"eventName\":\"\",\"key\":\"\","
        "\"actor\":\"\",\"story\":\"\",\"instance\":\"\",\"verdict\":\"twin\",\"step\":\"\","
        "\"techniques\":[]}\n");
    buf_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_is_one_line),
    };
    return cmocka_run_group_tests_name("cloudtrail/label", tests, NULL, NULL);
}
