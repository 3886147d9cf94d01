/* test_due.c - what waits comes out in the order of delivery, from memory or from the file. */
#include "tests/test.h"

#include <string.h>

#include "base/err.h"
#include "replay/due.h"

static void put(struct due *d, const char *key, int64_t deliver_ms)
{
    struct logfile f;
    struct err e = {0};
    logfile_init(&f);
    logfile_set_key(&f, span_of(key));
    f.deliver_ms = deliver_ms;
    f.records = 7;
    buf_put(&f.body, key, strlen(key));
    assert_int_equal(due_put(d, &f, span_of(key), &e), 0);
}

/* Take one and name it. */
static char take(struct due *d)
{
    struct logfile f;
    struct err e = {0};
    struct buf notes;
    buf_init(&notes, 100);
    int got = due_take(d, &f, &notes, &e);
    char name = '-';
    if (got == 1) {
        name = f.key[0];
        assert_int_equal(f.records, 7);
        assert_true(span_is(buf_span(&f.body), f.key));
        assert_true(span_is(buf_span(&notes), f.key));
        logfile_free(&f);
    }
    buf_free(&notes);
    return name;
}

static void the_next_one_comes_first(void **state)
{
    (void)state;
    /* Bytes of memory: none, one log file, enough. */
    static const size_t memory_n[] = {0, 2000, 1 << 20};
    for (size_t i = 0; i < COUNT(memory_n); i++) {
        struct due *d = due_open("/tmp", memory_n[i]);
        int64_t next_ms;
        assert_false(due_next_ms(d, &next_ms));
        assert_int_equal(take(d), '-');
        put(d, "c", 30);
        put(d, "a", -10);
        put(d, "d", 30);
        put(d, "b", 20);
        assert_true(due_next_ms(d, &next_ms));
        assert_int_equal(next_ms, -10);
        assert_int_equal(take(d), 'a');
        assert_int_equal(take(d), 'b');
        put(d, "e", 30);
        put(d, "f", 29);
        assert_int_equal(take(d), 'f');
        assert_int_equal(take(d), 'c');
        assert_int_equal(take(d), 'd');
        assert_int_equal(take(d), 'e');
        assert_int_equal(take(d), '-');
        for (int k = 0; k < 1000; k++)
            put(d, "x", (k * 7919) % 1000);
        int64_t before_ms = -1;
        for (int k = 0; k < 1000; k++) {
            assert_true(due_next_ms(d, &next_ms));
            assert_int_equal(next_ms, before_ms + 1);
            before_ms = next_ms;
            assert_int_equal(take(d), 'x');
        }
        put(d, "left", 1);
        due_close(d);
    }
}

static void no_room_for_the_file_is_told(void **state)
{
    (void)state;
    struct due *d = due_open("/nowhere/at/all", 0);
    struct logfile f;
    struct err e = {0};
    logfile_init(&f);
    f.deliver_ms = 1;
    assert_int_equal(due_put(d, &f, SPAN(""), &e), -1);
    assert_int_equal(e.kind, ERR_WORK);
    assert_non_null(strstr(e.text, "set TMPDIR"));
    logfile_free(&f);
    due_close(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_one_comes_first),
        cmocka_unit_test(no_room_for_the_file_is_told),
    };
    return cmocka_run_group_tests_name("replay/due", tests, NULL, NULL);
}
