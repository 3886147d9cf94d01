/* test_hist.c - expected values worked out by hand. */
#include "tests/test.h"

#include "base/buf.h"
#include "replay/hist.h"

static void small_values_are_exact(void **state)
{
    (void)state;
    struct hist h = {0};
    for (int64_t v = 0; v < 64; v++)
        hist_add(&h, v);
    assert_int_equal(hist_at(&h, 500000), 31);
    assert_int_equal(hist_at(&h, 1000000), 63);
    assert_int_equal(hist_at(&h, 0), 0);
    assert_int_equal(h.most, 63);
}

static void large_values_are_right_to_two_per_cent(void **state)
{
    (void)state;
    static const int64_t values[] = {64,
                                     65,
                                     127,
                                     128,
                                     1000,
                                     999999,
                                     1000000,
                                     123456789,
                                     1000000000,
                                     INT64_C(1) << 40,
                                     INT64_C(1) << 62,
                                     INT64_MAX};
    for (size_t i = 0; i < COUNT(values); i++) {
        struct hist h = {0};
        hist_add(&h, values[i]);
        hist_add(&h, INT64_MAX);
        const int64_t got = hist_at(&h, 500000);
        if (got < values[i] || got - values[i] > values[i] / 64)
            fail_msg("%jd became %jd", (intmax_t)values[i], (intmax_t)got);
    }
}

static void percentiles_of_a_thousand(void **state)
{
    (void)state;
    struct hist h = {0};
    for (int i = 0; i < 990; i++)
        hist_add(&h, 10);
    for (int i = 0; i < 9; i++)
        hist_add(&h, 20);
    hist_add(&h, 60);
    assert_int_equal(hist_at(&h, 990000), 10);
    assert_int_equal(hist_at(&h, 990001), 20);
    assert_int_equal(hist_at(&h, 999000), 20);
    assert_int_equal(hist_at(&h, 999001), 60);
}

static void nothing_is_nothing_and_negative_counts_as_zero(void **state)
{
    (void)state;
    struct hist h = {0};
    assert_int_equal(hist_at(&h, 500000), 0);
    hist_add(&h, -5);
    assert_int_equal(hist_at(&h, 1000000), 0);
    assert_int_equal(h.n, 1);
}

static void merged_counts_add_up(void **state)
{
    (void)state;
    struct hist a = {0}, b = {0};
    hist_add(&a, 1);
    hist_add(&b, 50);
    hist_add(&b, 60);
    hist_merge(&a, &b);
    assert_int_equal(a.n, 3);
    assert_int_equal(a.most, 60);
    assert_int_equal(hist_at(&a, 500000), 50);
}

static void a_histogram_is_saved_cell_by_cell(void **state)
{
    (void)state;
    struct hist h = {0};
    struct buf b;
    buf_init(&b, 4096);
    hist_put(&b, &h, "late");
    hist_add(&h, 5);
    hist_add(&h, 5);
    hist_add(&h, 1000);
    hist_put(&b, &h, "late");
    /* 1000 lies in the octave from 512, in cells of 8. */
    assert_string_equal(buf_text(&b), "late count 0 max 0\nlate count 3 max 1000\nlate 5 5 2\n"
                                      "late 1000 1007 1\n");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_histogram_is_saved_cell_by_cell),
        cmocka_unit_test(small_values_are_exact),
        cmocka_unit_test(large_values_are_right_to_two_per_cent),
        cmocka_unit_test(percentiles_of_a_thousand),
        cmocka_unit_test(nothing_is_nothing_and_negative_counts_as_zero),
        cmocka_unit_test(merged_counts_add_up),
    };
    return cmocka_run_group_tests_name("replay/hist", tests, NULL, NULL);
}
