/* test_fault_plan.c - which log files have a fault: as many as asked for, in whatever order. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "replay/fault_plan.h"

enum { FILES = 2000 };

static void make_file(struct logfile *f, int i)
{
    char key[128];
    logfile_init(f);
    snprintf(key, sizeof(key),
             "AWSLogs/111122223333/CloudTrail/us-east-1/2026/09/14/"
             "111122223333_CloudTrail_us-east-1_20260914T0805Z_%016d.json.gz",
             i);
    logfile_set_key(f, span_of(key));
    f->records = 1;
}

/* Plan ${wish} for the files in the order of ${step}, a number that shares no part with theirs. */
static void plan(struct fault_plan *p, uint64_t seed, const char *wish, int step)
{
    struct err e = {0};
    fault_plan_init(p, seed);
    assert_int_equal(fault_plan_wish(p, wish, &e), 0);
    for (int i = 0; i < FILES; i++) {
        struct logfile f;
        make_file(&f, (int)((long long)i * step % FILES));
        fault_plan_learn(p, &f);
    }
    if (fault_plan_settle(p, &e) != 0)
        fail_msg("%s: %s", wish, e.text);
}

static void count(unsigned counts[FAULT_KINDS], const struct fault_plan *p)
{
    memset(counts, 0, FAULT_KINDS * sizeof(*counts));
    for (int i = 0; i < FILES; i++) {
        struct logfile f;
        make_file(&f, i);
        counts[fault_plan_of(p, &f)]++;
    }
}

static void a_count_is_exact_and_a_share_is_near(void **state)
{
    (void)state;
    struct fault_plan p;
    unsigned counts[FAULT_KINDS];
    plan(&p, 1, "all=7,late-file=25%", 1);
    count(counts, &p);
    for (int k = FAULT_NONE + 1; k < FAULT_KINDS; k++) {
        if (k != FAULT_LATE_FILE)
            assert_int_equal(counts[k], 7);
    }
    /* 500 are expected; five times the deviation of 2 000 draws with one in four is 97. */
    assert_in_range(counts[FAULT_LATE_FILE], 403, 597);
    fault_plan_free(&p);

    plan(&p, 1, "all=160", 1);
    count(counts, &p);
    for (int k = FAULT_NONE + 1; k < FAULT_KINDS; k++)
        assert_int_equal(counts[k], 160);
    fault_plan_free(&p);
}

static void neither_order_nor_anything_but_the_seed_matters(void **state)
{
    (void)state;
    struct fault_plan a, b, c;
    unsigned same = 0, hit = 0;
    plan(&a, 1, "missing-file=50,late-file=1%,all=3", 1);
    plan(&b, 1, "all=3,late-file=1%,missing-file=50", 1999);
    plan(&c, 2, "all=3,late-file=1%,missing-file=50", 1);
    for (int i = 0; i < FILES; i++) {
        struct logfile f;
        make_file(&f, i);
        const enum fault_kind kind = fault_plan_of(&a, &f);
        assert_int_equal(kind, fault_plan_of(&b, &f));
        hit += kind != FAULT_NONE;
        same += kind != FAULT_NONE && kind == fault_plan_of(&c, &f);
    }
    assert_in_range(hit, 83, 120);
    assert_in_range(same, 0, 15);
    fault_plan_free(&a);
    fault_plan_free(&b);
    fault_plan_free(&c);
}

static void what_has_no_records_or_no_name_stays(void **state)
{
    (void)state;
    struct err e = {0};
    struct fault_plan p;
    struct logfile f;
    fault_plan_init(&p, 1);
    assert_int_equal(fault_plan_wish(&p, "missing-file=100%", &e), 0);
    assert_false(fault_plan_must_learn(&p));
    make_file(&f, 1);
    assert_int_equal(fault_plan_of(&p, &f), FAULT_MISSING_FILE);
    f.records = 0;
    assert_int_equal(fault_plan_of(&p, &f), FAULT_NONE);
    make_file(&f, 1);
    logfile_set_key(&f, SPAN("some/file.json.gz"));
    assert_int_equal(fault_plan_of(&p, &f), FAULT_NONE);
    fault_plan_free(&p);
}

static const struct {
    const char *wish, *want;
} refused[] = {
    {"", "is not a fault"},
    {"late-files", "did you mean \"late-file\"?"},
    {"Late-File", "did you mean \"late-file\"?"},
    {"xyz", "there are duplicate-file, "},
    {"late-file,", "is not a fault"},
    {"late-file=", "must be late-file=N"},
    {"late-file=0", "must be late-file=N"},
    {"late-file=0%", "must be late-file=N"},
    {"late-file=10001", "must be late-file=N"},
    {"late-file=1.5", "must be late-file=N"},
    {"late-file=-1", "must be late-file=N"},
    {"late-file=100.1%", "must be late-file=N"},
    {"late-file=1.2.3%", "must be late-file=N"},
    {"late-file=%", "must be late-file=N"},
    {"late-file=99999999999999999999", "must be late-file=N"},
    {"late-file,late-file", "given twice"},
    {"late-file=60%,missing-file=41%", "above 100%"},
    {"all=10%", "above 100%"},
};

static void what_is_no_wish_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct err e = {0};
        struct fault_plan p;
        fault_plan_init(&p, 1);
        const int rc = fault_plan_wish(&p, refused[i].wish, &e);
        if (rc != -1 || e.kind != ERR_INPUT || strstr(e.text, refused[i].want) == NULL)
            fail_msg("%s: rc %d, \"%s\"", refused[i].wish, rc, e.text);
        fault_plan_free(&p);
    }
}

static void more_faults_than_files_are_refused(void **state)
{
    (void)state;
    struct err e = {0};
    struct fault_plan p;
    fault_plan_init(&p, 1);
    assert_int_equal(fault_plan_wish(&p, "all", &e), 0);
    for (int i = 0; i < 11; i++) {
        struct logfile f;
        make_file(&f, i);
        fault_plan_learn(&p, &f);
    }
    assert_int_equal(fault_plan_settle(&p, &e), -1);
    assert_non_null(strstr(e.text, "12 log files are to have a fault, and the source has 11"));
    fault_plan_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_is_exact_and_a_share_is_near),
        cmocka_unit_test(neither_order_nor_anything_but_the_seed_matters),
        cmocka_unit_test(what_has_no_records_or_no_name_stays),
        cmocka_unit_test(what_is_no_wish_is_refused),
        cmocka_unit_test(more_faults_than_files_are_refused),
    };
    return cmocka_run_group_tests_name("replay/fault_plan", tests, NULL, NULL);
}
