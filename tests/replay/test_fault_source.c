/* test_fault_source.c - a made-up source of a hundred log files, with every fault on. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/gzip.h"
#include "replay/fault_plan.h"
#include "replay/fault_source.h"

enum { FILES = 100 };

struct made {
    int next;
    struct gzip *gzip;
    bool closed;
};

static void make_file(struct made *m, struct logfile *f, int i)
{
    char text[512];
    logfile_init(f);
    snprintf(text, sizeof(text),
             "AWSLogs/111122223333/CloudTrail/us-east-1/2026/09/14/"
             "111122223333_CloudTrail_us-east-1_20260914T0805Z_%016d.json.gz",
             i);
    logfile_set_key(f, span_of(text));
    snprintf(text, sizeof(text), "{\"Records\":[{\"eventID\":\"%d-1\"},{\"eventID\":\"%d-2\"}]}", i,
             i);
    gzip_pack(m->gzip, &f->body, span_of(text));
    f->gzipped = true;
    f->records = 2;
    f->deliver_ms = 1000 * i;
}

static int made_next(void *self, struct logfile *out, struct err *e)
{
    (void)e;
    struct made *m = self;
    if (m->next == FILES)
        return 0;
    make_file(m, out, m->next++);
    return 1;
}

static void made_close(void *self)
{
    struct made *m = self;
    gzip_close(m->gzip);
    m->closed = true;
}

static const struct source_ops made_ops = {.name = "made", .next = made_next, .close = made_close};

static void open_faults(struct source *out, struct made *m, struct fault_plan *p, const char *wish)
{
    struct err e = {0};
    *m = (struct made){.gzip = gzip_open(GZIP_FAST)};
    fault_plan_init(p, 1);
    assert_int_equal(fault_plan_wish(p, wish, &e), 0);
    for (int i = 0; i < FILES; i++) {
        struct logfile f;
        make_file(m, &f, i);
        fault_plan_learn(p, &f);
        logfile_free(&f);
    }
    if (fault_plan_settle(p, &e) != 0)
        fail_msg("%s", e.text);
    const struct source inner = {&made_ops, m};
    fault_source_open(out, &inner, p);
}

static bool note_has(struct logfile *f, const char *text)
{
    return strstr(buf_text(&f->note), text) != NULL;
}

static void each_fault_is_on_record(void **state)
{
    (void)state;
    struct source s;
    struct made m;
    struct fault_plan p;
    struct logfile f;
    struct err e = {0};
    unsigned files = 0, counts[FAULT_KINDS] = {0};
    int64_t last_ms = -1;
    open_faults(&s, &m, &p, "all=3");
    int got;
    while ((got = s.ops->next(s.self, &f, &e)) > 0) {
        files++;
        counts[f.fault]++;
        const struct fault *kind = &fault_kinds[f.fault];
        char want[64];
        snprintf(want, sizeof(want), "\"fault\":\"%s\"", kind->name);
        assert_int_equal(note_has(&f, want), f.fault != FAULT_NONE);
        assert_int_equal(note_has(&f, ",\"of\":\"AWSLogs/"), kind->extra);
        assert_int_equal(f.withheld, f.fault == FAULT_MISSING_FILE);
        assert_true(f.hashed);
        /* All files but those that have none list two ids, whatever became of their bytes. */
        const bool none = f.fault == FAULT_DIGEST_AMONG_LOGS || f.fault == FAULT_EMPTY_RECORDS;
        assert_int_equal(note_has(&f, "\"eventIDs\":[],\"digests\":[]"), none);
        assert_int_equal(note_has(&f, "-1\"") && note_has(&f, "-2\""), !none);
        /* At --speed nothing is planned before what went already. */
        assert_true(f.deliver_ms >= last_ms);
        last_ms = f.deliver_ms;
        logfile_free(&f);
    }
    assert_int_equal(got, 0);
    unsigned extras = 0;
    const uint64_t *told = fault_source_counts(&s);
    for (int k = FAULT_NONE + 1; k < FAULT_KINDS; k++) {
        assert_int_equal(counts[k], 3);
        assert_int_equal(told[k], 3);
        extras += 3 * fault_kinds[k].extra;
    }
    assert_int_equal(files, FILES + extras);
    s.ops->close(s.self);
    assert_true(m.closed);
    fault_plan_free(&p);
}

static void late_ones_go_behind_others(void **state)
{
    (void)state;
    struct source s;
    struct made m;
    struct fault_plan p;
    struct logfile f;
    struct err e = {0};
    open_faults(&s, &m, &p, "late-file=10");
    int newest = -1, late = 0;
    while (s.ops->next(s.self, &f, &e) > 0) {
        int i = 0;
        assert_int_equal(sscanf(strrchr(f.key, '_'), "_%d.", &i), 1);
        if (f.fault == FAULT_LATE_FILE) {
            late++;
            /* 16 to 64, or what the source has left */
            assert_true(newest - i >= 16 || newest == FILES - 1);
        } else {
            assert_int_equal(i > newest, 1);
        }
        newest = i > newest ? i : newest;
        logfile_free(&f);
    }
    assert_int_equal(late, 10);
    s.ops->close(s.self);
    fault_plan_free(&p);
}

static void what_waits_is_given_back(void **state)
{
    (void)state;
    struct source s;
    struct made m;
    struct fault_plan p;
    struct logfile f;
    struct err e = {0};
    open_faults(&s, &m, &p, "late-file=90");
    assert_int_equal(s.ops->next(s.self, &f, &e), 1);
    logfile_free(&f);
    s.ops->close(s.self);
    fault_plan_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_on_record),
        cmocka_unit_test(late_ones_go_behind_others),
        cmocka_unit_test(what_waits_is_given_back),
    };
    return cmocka_run_group_tests_name("replay/fault_source", tests, NULL, NULL);
}
