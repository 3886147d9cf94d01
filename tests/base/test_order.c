/* test_order.c - every order of rows is checked against the rule, in memory and from disk. */
#define _XOPEN_SOURCE 700 /* setenv */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/draw.h"
#include "base/err.h"
#include "base/order.h"

enum { ROWS = 20000, KEYS = 3000 };

/* Put ${n} rows of fewer keys in order with so much memory; each comes once, equal keys stay as
 * added. */
static void check(size_t memory_n, unsigned n)
{
    struct order o;
    struct err e = {0};
    order_init(&o, memory_n);
    for (uint32_t i = 0; i < n; i++) {
        char key[64];
        const uint64_t bits = draw_at(7, 0, i);
        const int key_n = snprintf(key, sizeof(key), "%.*s%u", (int)(bits % 12), "AWSLogs/1234",
                                   (unsigned)(bits >> 8) % KEYS);
        if (order_add(&o, (struct span){key, (size_t)key_n}, (struct span){(char *)&i, sizeof(i)},
                      &e) != 0)
            fail_msg("%s", e.text);
    }
    assert_int_equal(order_settle(&o, &e), 0);
    static bool seen[ROWS];
    memset(seen, 0, sizeof(seen));
    char last[64] = "";
    size_t last_n = 0;
    uint32_t last_i = 0;
    struct span key = SPAN(""), value = SPAN("");
    unsigned rows = 0;
    int got;
    while ((got = order_next(&o, &key, &value, &e)) > 0) {
        uint32_t i;
        assert_int_equal(value.n, sizeof(i));
        memcpy(&i, value.p, sizeof(i));
        assert_true(i < n && !seen[i]);
        seen[i] = true;
        const int order = span_compare((struct span){last, last_n}, key);
        assert_true(order < 0 || (order == 0 && (rows == 0 || last_i < i)));
        memcpy(last, key.p, key.n);
        last_n = key.n;
        last_i = i;
        rows++;
        /* So that it shows when the end leaves a row there. */
        key = value = SPAN("");
    }
    assert_int_equal(key.n + value.n, 0);
    assert_int_equal(got, 0);
    assert_int_equal(rows, n);
    assert_int_equal(order_next(&o, &key, &value, &e), 0);
    order_free(&o);
}

static void rows_come_in_order_of_keys(void **state)
{
    (void)state;
    check(0, 0);
    check(0, 1);
    check(0, ROWS);
}

static void more_than_memory_holds_goes_through_a_file(void **state)
{
    (void)state;
    check(1, 1);
    check(1, 300);
    check(4096, ROWS);
    check(100000, ROWS);
}

static void a_temporary_file_that_cannot_be_is_said(void **state)
{
    (void)state;
    struct order o;
    struct err e = {0};
    setenv("TMPDIR", "/dev/null/none", 1);
    order_init(&o, 1);
    assert_int_equal(order_add(&o, SPAN("a"), SPAN("b"), &e), -1);
    assert_int_equal(e.kind, ERR_WORK);
    assert_non_null(strstr(e.text, "/dev/null/none: no temporary file"));
    order_free(&o);
    unsetenv("TMPDIR");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_order_of_keys),
        cmocka_unit_test(more_than_memory_holds_goes_through_a_file),
        cmocka_unit_test(a_temporary_file_that_cannot_be_is_said),
    };
    return cmocka_run_group_tests_name("base/order", tests, NULL, NULL);
}
