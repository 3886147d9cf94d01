/* test_sink_noted.c - what goes through is in the manifest; what is withheld goes no further. */
#define _XOPEN_SOURCE 700
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "cloudtrail/manifest_read.h"
#include "replay/sink_noted.h"
#include "replay/sink_null.h"

static int64_t at_seven_seconds(void *self)
{
    (void)self;
    return INT64_C(7000000000);
}

static const struct pace_clock clock_at_seven = {.now_ns = at_seven_seconds};

static void make_file(struct logfile *f, const char *key)
{
    logfile_init(f);
    logfile_set_key(f, span_of(key));
    buf_put(&f->body, "12345", 5);
    f->records = 2;
    f->hashed = true;
    buf_put_span(&f->note, SPAN(",\"eventIDs\":[\"x\",\"y\"]"));
}

static void what_goes_through_has_a_line(void **state)
{
    (void)state;
    char path[] = "/tmp/beantrail-noted-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    static const struct fingerprint print = {.program = SPAN_INIT("beantrail")};
    struct err e = {0};
    struct manifest *m;
    struct sink inner, s;
    struct logfile f;
    assert_int_equal(manifest_open(&m, path, &print, &e), 0);
    sink_null_open(&inner);
    sink_noted_open(&s, &inner, m, &clock_at_seven);

    make_file(&f, "a");
    f.planned_ns = INT64_C(5000000000); /* two seconds ago */
    assert_int_equal(s.ops->put(s.self, &f, &e), 0);
    logfile_free(&f);
    make_file(&f, "b");
    f.withheld = true;
    assert_int_equal(s.ops->holds(s.self, &f, &e), 0);
    assert_int_equal(s.ops->put(s.self, &f, &e), 0);
    assert_null(f.body.p);
    logfile_free(&f);
    make_file(&f, "c");
    assert_int_equal(s.ops->pass(s.self, &f, &e), 0);
    logfile_free(&f);
    struct sink_totals t;
    assert_int_equal(s.ops->flush(s.self, &e), 0);
    assert_int_equal(s.ops->finish(s.self, &t, &e), 0);
    assert_int_equal(t.files, 1);
    const struct manifest_counts counts = sink_noted_counts(&s);
    assert_int_equal(counts.files, 2);
    assert_int_equal(counts.records, 4);
    assert_int_equal(manifest_finish(m, &counts, &e), 0);
    manifest_close(m);
    s.ops->close(s.self);

    struct manifest_reader *r;
    struct manifest_entry entry;
    assert_int_equal(manifest_read_open(&r, path, &e), 0);
    for (const char *key = "abc"; *key != '\0'; key++) {
        assert_int_equal(manifest_read_next(r, &entry, &e), 1);
        assert_memory_equal(entry.key.p, key, 1);
        assert_true(span_is(entry.event_ids, "[\"x\",\"y\"]"));
        assert_int_equal(entry.put_ms != LOGFILE_NO_TIME, *key == 'a');
        if (*key == 'a')
            assert_true(entry.put_ms - entry.planned_ms == 2000);
    }
    assert_int_equal(manifest_read_next(r, &entry, &e), 0);
    manifest_read_close(r);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_through_has_a_line),
    };
    return cmocka_run_group_tests_name("replay/sink_noted", tests, NULL, NULL);
}
