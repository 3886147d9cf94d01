/* test_seen.c - lines as consumers export them; each row says which ids come of it. */
#define _XOPEN_SOURCE 700
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/seen.h"
#include "base/err.h"
#include "cloudtrail/logfile.h"

#define RECORD                                                                                     \
    "{\"eventVersion\":\"1.11\",\"eventTime\":\"T\",\"eventSource\":\"s\",\"eventName\":\"n\","    \
    "\"eventID\":\"r\"}"
#define RECORD_TEXT                                                                                \
    "\"{\\\"eventVersion\\\":\\\"1.11\\\",\\\"eventTime\\\":\\\"T\\\",\\\"eventSource\\\":"        \
    "\\\"s\\\",\\\"eventName\\\":\\\"n\\\",\\\"eventID\\\":\\\"r\\\"}\""
/* Python: hashlib over json.dumps(sort_keys=True, separators=(",", ":")), the first 8 bytes. */
static const uint64_t record_digest_of_it = UINT64_C(0x9a64d8b669026dad);

static char path[] = "/tmp/beantrail-seen-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    memcpy(path + sizeof(path) - 7, "XXXXXX", 7);
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    close(fd);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static struct seen_file *open_text(const char *text, const struct seen_options *o)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    struct err e = {0};
    struct seen_file *file;
    assert_int_equal(seen_open(&file, path, o, &e), 0);
    return file;
}

static const struct {
    const char *text;
    struct seen_options options;
    const char *ids; /* with commas between; of an error, what its text has */
    bool refused;
} rows[] = {
    {"a\n\n  b \r\nc", {0}, "a,b,c", false},
    {"eventID,time\na,2026-09-14T00:00:00Z\n\"b\";\"1789373100\"\nc\t1.5\n", {0}, "a,b,c", false},
    {"\xef\xbb\xbf{\"eventID\":\"a\"}\r\nb\r\n", {0}, "a,b", false},
    {"\"a\"\n[\"b\",{\"eventID\":\"c\"}]\n[]\n", {0}, "a,b,c", false},
    {"{\"eventID\":\"a\"}\n{\"event\":{\"id\":\"b\"}}\n{\"event.id\":\"c\"}\n",
     {0},
     "a,b,c",
     false},
    {"{\"_source\":{\"event\":{\"id\":\"a\"}}}\n{\"fields\":{\"event.id\":[\"b\"]}}\n"
     "{\"result\":{\"eventID\":\"c\"}}\n",
     {0},
     "a,b,c",
     false},
    {"{\"metadata\":{\"uid\":\"a\"}}\n{\"AwsEventId\":\"b\"}\n", {0}, "a,b", false},
    {"{\"Records\":[{\"eventID\":\"a\"},{\"eventID\":\"b\"}]}\nc\n", {0}, "a,b,c", false},
    {"{\"message\":" RECORD_TEXT "}\n", {0}, "r", false},
    {"{\"x.y\":{\"z\":\"a\"}}\n", {.id_field = "x.y.z"}, "a", false},
    {"{\"eventID\":\"a\\u0062\\/\"}\n", {0}, "ab/", false},
    {"{\"eventID\":\"a\"}\n", {.id_field = "id"}, ":1: has no eventID where --id-field says", true},
    {"{\"eventID\":7}\n", {0}, ":1: has no eventID; say which", true},
    {"{\"eventID\":\"\"}\n", {0}, ":1: has no eventID; say which", true},
    {"{\"eventID\":\"a b\"}\n", {0}, ":1: has no eventID; say which", true},
    {"a\n{\"eventID\":\"a\"\n", {0}, ":2: is not JSON", true},
    {"{\n\"eventID\":\"a\"\n}\n", {0}, ":1: is not JSON", true},
    {"{\"eventID\":\"a\"} x\n", {0}, ":1: is not JSON", true},
    {"[\"a\"", {0}, ":1: is not JSON", true},
    {"[7]", {0}, ":1: is neither", true},
    {"a soon\n", {0}, ":1: has something behind", true},
    {"a,2026-09-14T00:00:00Z,b\n", {0}, ":1: has something behind", true},
    {"{\"eventID\":\"a\",\"t\":\"soon\"}\n", {.time_field = "t"}, ":1: its time is neither", true},
    {"{\"eventID\":\"a\"}\n", {.record_field = "r"}, ":1: has no member that --record", true},
};

static void lines_are_read_in_each_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct seen_file *file = open_text(rows[i].text, &rows[i].options);
        struct err e = {0};
        struct seen s;
        char got[256] = "";
        int rc;
        while ((rc = seen_next(file, &s, &e)) > 0) {
            size_t n = strlen(got);
            snprintf(got + n, sizeof(got) - n, "%s%.*s", n > 0 ? "," : "", SPAN_ARG(s.id));
        }
        if (rc != (rows[i].refused ? -1 : 0) ||
            (rows[i].refused ? strstr(e.text, rows[i].ids) == NULL : strcmp(got, rows[i].ids) != 0))
            fail_msg("%s: rc %d, ids %s, \"%s\"", rows[i].text, rc, got, e.text);
        seen_close(file);
    }
}

static const struct {
    const char *text;
    int64_t want_ms;
} times[] = {
    {"a", LOGFILE_NO_TIME},
    {"a 2026-09-14T08:05:00.250Z", INT64_C(1789373100250)},
    {"a,1789373100", INT64_C(1789373100000)},
    {"a 1789373100.25", INT64_C(1789373100250)},
    {"a 1789373100250", INT64_C(1789373100250)},
    {"a 1789373100250000", INT64_C(1789373100250)},
    {"a 1789373100250000000", INT64_C(1789373100250)},
    {"{\"eventID\":\"a\",\"seen\":\"2026-09-14T08:05:00Z\"}", INT64_C(1789373100000)},
    {"{\"eventID\":\"a\",\"seenAt\":1789373100}", INT64_C(1789373100000)},
    {"{\"event\":{\"id\":\"a\",\"ingested\":\"2026-09-14T08:05:00Z\"}}", INT64_C(1789373100000)},
    {"{\"eventID\":\"a\",\"seen\":\"yesterday\"}", LOGFILE_NO_TIME},
};

static void times_are_read_in_each_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(times); i++) {
        const struct seen_options o = {0};
        struct seen_file *file = open_text(times[i].text, &o);
        struct err e = {0};
        struct seen s;
        const int rc = seen_next(file, &s, &e);
        if (rc != 1 || s.seen_ms != times[i].want_ms)
            fail_msg("%s: rc %d, %jd, \"%s\"", times[i].text, rc, (intmax_t)s.seen_ms, e.text);
        seen_close(file);
    }
}

static const struct {
    const char *text;
    struct seen_options options;
    bool whole, right;
} wholes[] = {
    {RECORD, {0}, true, true},
    {"{\"message\":" RECORD_TEXT "}", {0}, true, true},
    {"{\"event\":{\"id\":\"r\",\"original\":" RECORD_TEXT "}}", {0}, true, true},
    {"{\"_source\":" RECORD "}", {0}, true, true},
    {"{\"eventID\":\"r\",\"deep\":{\"er\":" RECORD "}}", {.record_field = "deep.er"}, true, true},
    {"{\"seen\":5,\"eventVersion\":\"1.11\",\"eventTime\":\"T\",\"eventSource\":\"s\","
     "\"eventName\":\"n\",\"eventID\":\"r\"}",
     {0},
     true,
     true},
    {"{\"more\":5,\"eventVersion\":\"1.11\",\"eventTime\":\"T\",\"eventSource\":\"s\","
     "\"eventName\":\"n\",\"eventID\":\"r\"}",
     {0},
     true,
     false},
    {RECORD, {.ids_only = true}, false, false},
    {"{\"eventID\":\"r\",\"eventName\":\"n\"}", {0}, false, false},
    {"{\"eventID\":\"r\",\"sha256\":\"9a64d8b669026dad\"}", {0}, true, true},
    {"{\"eventID\":\"r\",\"sha256\":\"0000000000000000\"}", {0}, true, false},
    {"{\"eventID\":\"r\",\"sha256\":\"not hex at all, no\"}", {0}, false, false},
    {"{\"eventID\":\"r\",\"rec\":\"{not JSON\"}", {.record_field = "rec"}, true, false},
};

static void whole_records_have_their_digest(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(wholes); i++) {
        struct seen_file *file = open_text(wholes[i].text, &wholes[i].options);
        struct err e = {0};
        struct seen s;
        const int rc = seen_next(file, &s, &e);
        const bool right = s.is_whole && !s.is_broken && s.digest == record_digest_of_it;
        if (rc != 1 || s.is_whole != wholes[i].whole || right != wholes[i].right)
            fail_msg("%s: rc %d, whole %d, right %d, \"%s\"", wholes[i].text, rc, s.is_whole, right,
                     e.text);
        seen_close(file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_are_read_in_each_form, make_file, remove_file),
        cmocka_unit_test_setup_teardown(times_are_read_in_each_form, make_file, remove_file),
        cmocka_unit_test_setup_teardown(whole_records_have_their_digest, make_file, remove_file),
    };
    return cmocka_run_group_tests_name("audit/seen", tests, NULL, NULL);
}
