/* test_reconcile.c - a manifest of a few files, and consumers that saw this or that of it. */
#define _XOPEN_SOURCE 700
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/reconcile.h"
#include "base/err.h"
#include "cloudtrail/logfile.h"

static char path[] = "/tmp/beantrail-reconcile-XXXXXX";
static char reports[] = "/tmp/beantrail-reports-XXXXXX";

static int make_files(void **state)
{
    (void)state;
    memcpy(path + sizeof(path) - 7, "XXXXXX", 7);
    memcpy(reports + sizeof(reports) - 7, "XXXXXX", 7);
    int a = mkstemp(path), b = mkstemp(reports);
    if (a < 0 || b < 0)
        return -1;
    close(a);
    close(b);
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    return unlink(path) + unlink(reports);
}

static void write_text(const char *to, const char *text)
{
    FILE *f = fopen(to, "wb");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

#define HEAD "{\"fingerprint\":{\"id\":\"00\"},\n\"files\":[\n"
#define TAIL "\n],\n\"counts\":{}}\n"
#define LINE(key, more, ids)                                                                       \
    "{\"key\":\"AWSLogs/" key "\",\"records\":2,\"put\":\"2026-01-01T00:00:00Z\"" more             \
    ",\"eventIDs\":[" ids "]}"
#define FAULT(kind) ",\"fault\":\"" kind "\""

/* In the order of putting: p, q, r; in that of keys: p, r, q. */
static const char three[] = HEAD LINE("1p", "", "\"a\",\"b\"") ",\n" LINE(
    "3q", FAULT("second-gzip-member"), "\"c\",\"d\"") ",\n" LINE("2r", "", "\"e\",\"f\"") TAIL;

/* In the order of putting p, s, q, r; in that of keys p, q, r, s, where q is a digest. */
static const char crossed[] =
    HEAD LINE("1p", "", "\"a\",\"b\"") ",\n" LINE("4s", "", "\"g\"") ",\n" LINE(
        "2q", FAULT("digest-among-logs"), "") ",\n" LINE("3r", "", "\"e\",\"f\"") TAIL;

static const char spoilt[] = HEAD LINE("1p", "", "\"a\",\"b\"") ",\n" LINE(
    "2q", FAULT("truncated-gzip"),
    "\"c\",\"d\"") ",\n" LINE("3p", FAULT("duplicate-file"),
                              "\"a\",\"b\"") ",\n" LINE("4s", FAULT("empty-records"),
                                                        "") ",\n" LINE("5t", "",
                                                                       "\"e\"") ",\n" LINE("6u",
                                                                                           FAULT(
                                                                                               "mis"
                                                                                               "sin"
                                                                                               "g-"
                                                                                               "fil"
                                                                                               "e"),
                                                                                           "\"g\"")
    TAIL;

static const struct {
    const char *name, *manifest;
    const char *seen; /* ids of one letter; a capital: seen 90 s after the put */
    enum verdict verdict;
    enum fault_kind fault;
    uint64_t records, files;
    bool stopped;
} rows[] = {
    {"all is right", three, "fedcba", VERDICTS, FAULT_NONE, 0, 0, false},
    {"one is lost", three, "abcdf", VERDICT_LOST, FAULT_NONE, 1, 1, false},
    {"a second member", three, "abef", VERDICT_LOST, FAULT_SECOND_GZIP_MEMBER, 2, 1, false},
    {"half of it", three, "abdef", VERDICT_LOST, FAULT_SECOND_GZIP_MEMBER, 1, 1, false},
    {"stopped at the member", three, "ab", VERDICT_LOST, FAULT_SECOND_GZIP_MEMBER, 4, 2, true},
    {"stopped at the end", three, "abcd", VERDICT_LOST, FAULT_SECOND_GZIP_MEMBER, 2, 1, true},
    {"nothing", three, "", VERDICT_LOST, FAULT_NONE, 6, 3, true},
    {"one is doubled", three, "abcdeff", VERDICT_DOUBLED, FAULT_NONE, 1, 1, false},
    {"two are late", three, "abCdeF", VERDICT_LATE, FAULT_NONE, 1, 1, false},
    {"late and in time", three, "Aabcdef", VERDICT_DOUBLED, FAULT_NONE, 1, 1, false},
    {"one is unexpected", three, "abcdefx", VERDICT_UNEXPECTED, FAULT_NONE, 1, 0, false},
    {"stopped in the order of keys", crossed, "ab", VERDICT_LOST, FAULT_DIGEST_AMONG_LOGS, 3, 2,
     true},
    {"stopped in the order of putting", crossed, "abg", VERDICT_LOST, FAULT_DIGEST_AMONG_LOGS, 2, 1,
     true},
    {"the last by key", crossed, "abef", VERDICT_LOST, FAULT_NONE, 1, 1, true},
    {"one between", crossed, "efg", VERDICT_LOST, FAULT_NONE, 2, 1, false},
    {"broken ones need not be seen", spoilt, "abe", VERDICTS, FAULT_NONE, 0, 0, false},
    {"broken ones may be seen", spoilt, "abce", VERDICTS, FAULT_NONE, 0, 0, false},
    {"broken ones seen twice", spoilt, "abcce", VERDICT_DOUBLED, FAULT_TRUNCATED_GZIP, 1, 1, false},
    {"a copy taken", spoilt, "abeab", VERDICT_DOUBLED, FAULT_DUPLICATE_FILE, 2, 1, false},
    {"died of nothing", spoilt, "abc", VERDICT_LOST, FAULT_EMPTY_RECORDS, 1, 1, true},
};

static void see(struct reconcile *r, const char *seen)
{
    for (const char *p = seen; *p != '\0'; p++) {
        const bool late = *p >= 'A' && *p <= 'Z';
        const char id = late ? (char)(*p - 'A' + 'a') : *p;
        /* 2026-01-01T00:00:00Z */
        const struct seen s = {.id = {&id, 1},
                               .seen_ms = INT64_C(1767225600000) + (late ? 90000 : 1000)};
        reconcile_see(r, &s);
    }
}

static void each_consumer_gets_its_verdict(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        write_text(path, rows[i].manifest);
        struct err e = {0};
        struct reconcile r;
        if (reconcile_open(&r, path, "/nowhere", 60000, &e) != 0)
            fail_msg("%s: %s", rows[i].name, e.text);
        see(&r, rows[i].seen);
        if (reconcile_settle(&r, &e) != 0)
            fail_msg("%s: %s", rows[i].name, e.text);
        const struct reconcile_cause *c = NULL;
        for (size_t k = 0; k < r.causes_n; k++) {
            if (r.causes[k].verdict == rows[i].verdict && r.causes[k].fault == rows[i].fault)
                c = &r.causes[k];
        }
        if (rows[i].verdict == VERDICTS
                ? r.causes_n != 0
                : c == NULL || c->records != rows[i].records || c->files != rows[i].files ||
                      c->stopped != rows[i].stopped)
            fail_msg("%s: %zu causes, the first of %d is %s of %s, %d records, %d files",
                     rows[i].name, r.causes_n, (int)rows[i].verdict,
                     r.causes_n > 0 ? verdict_names[r.causes[0].verdict] : "",
                     r.causes_n > 0 ? fault_kinds[r.causes[0].fault].name : "",
                     r.causes_n > 0 ? (int)r.causes[0].records : 0,
                     r.causes_n > 0 ? (int)r.causes[0].files : 0);
        reconcile_close(&r);
    }
}

static void reports_name_files_with_or_without_a_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t unreported;
    } told[] = {
        {"", 2},
        {"AWSLogs/2q\n", 1},
        {"s3://bucket/some/prefix/AWSLogs/2q\r\n/tmp/drop/AWSLogs/6u", 0},
        {"AWSLogs/1p\nAWSLogs/22q\n", 2},
    };
    write_text(path, spoilt);
    for (size_t i = 0; i < COUNT(told); i++) {
        struct err e = {0};
        struct reconcile r;
        write_text(reports, told[i].text);
        assert_int_equal(reconcile_open(&r, path, "/nowhere", -1, &e), 0);
        see(&r, "abe");
        assert_int_equal(reconcile_reports(&r, reports, &e), 0);
        assert_int_equal(reconcile_settle(&r, &e), 0);
        if (r.totals[VERDICT_UNREPORTED] != told[i].unreported || r.totals[VERDICT_LOST] != 0)
            fail_msg("%s: %d unreported", told[i].text, (int)r.totals[VERDICT_UNREPORTED]);
        reconcile_close(&r);
    }
}

static void a_record_is_held_against_each_that_was_given(void **state)
{
    (void)state;
    write_text(path,
               HEAD LINE("1", ",\"digests\":[\"00000000000000aa\",\"\"]", "\"a\",\"b\"") ",\n" LINE(
                   "2", ",\"digests\":[\"00000000000000bb\"]", "\"a\"") TAIL);
    static const struct {
        char id;
        uint64_t digest;
        uint64_t mangled;
    } given[] = {{'a', 0xaa, 0}, {'a', 0xbb, 0}, {'a', 0xcc, 1}, {'b', 0xcc, 0}};
    for (size_t i = 0; i < COUNT(given); i++) {
        struct err e = {0};
        struct reconcile r;
        assert_int_equal(reconcile_open(&r, path, "/nowhere", -1, &e), 0);
        const struct seen s = {.id = {&given[i].id, 1},
                               .seen_ms = LOGFILE_NO_TIME,
                               .is_whole = true,
                               .digest = given[i].digest};
        reconcile_see(&r, &s);
        assert_int_equal(reconcile_settle(&r, &e), 0);
        assert_int_equal(r.totals[VERDICT_MANGLED], given[i].mangled);
        reconcile_close(&r);
    }
}

static void a_manifest_without_ids_needs_its_tree(void **state)
{
    (void)state;
    static const struct {
        const char *key, *want;
    } keys[] = {{"AWSLogs/1", "/nowhere/AWSLogs/1: is not there"}, {"../1", "is no path"}};
    for (size_t i = 0; i < COUNT(keys); i++) {
        char text[512];
        snprintf(text, sizeof(text), HEAD "{\"key\":\"%s\",\"records\":1}" TAIL, keys[i].key);
        write_text(path, text);
        struct err e = {0};
        struct reconcile r;
        assert_int_equal(reconcile_open(&r, path, "/nowhere", -1, &e), -1);
        assert_int_equal(e.kind, ERR_INPUT);
        assert_non_null(strstr(e.text, keys[i].want));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_consumer_gets_its_verdict, make_files, remove_files),
        cmocka_unit_test_setup_teardown(reports_name_files_with_or_without_a_place, make_files,
                                        remove_files),
        cmocka_unit_test_setup_teardown(a_record_is_held_against_each_that_was_given, make_files,
                                        remove_files),
        cmocka_unit_test_setup_teardown(a_manifest_without_ids_needs_its_tree, make_files,
                                        remove_files),
    };
    return cmocka_run_group_tests_name("audit/reconcile", tests, NULL, NULL);
}
