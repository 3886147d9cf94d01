/*
 * test_draw.c - the numbers under "frozen" were made by this program once: a change of any of them
 * changes every user's records and is a change of version. Moments and inverses are from the
 * formulas of the distributions.
 */
#include "tests/test.h"

#include <inttypes.h>

#include "base/draw.h"

static void addresses_are_frozen(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed;
        uint32_t purpose;
        uint64_t index, want;
    } rows[] = {
        {0, 0, 0, UINT64_C(0x4e6ae996bbe44404)},
        {1, 0, 0, UINT64_C(0x739d91c264d08f1c)},
        {1, 2, 3, UINT64_C(0x5baf51cf5a771944)},
        {UINT64_MAX, UINT32_MAX, UINT64_MAX, UINT64_C(0xb915d12629c3120b)},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(draw_at(rows[i].seed, rows[i].purpose, rows[i].index), rows[i].want);
}

static void deviates_are_frozen(void **state)
{
    (void)state;
    static const struct {
        uint64_t bits;
        int64_t exponential;      /* mean 1 000 000 */
        uint32_t few, many, most; /* means 3.3, 64, 1000 */
    } rows[] = {
        {0, 40000000, 0, 7, 973},
        {1, 40000000, 0, 7, 994},
        {UINT64_C(1) << 63, 693147, 3, 64, 996},
        {UINT64_MAX, 0, 31, 150, 1019},
        {UINT64_C(0x5baf51cf5a771944), 1026820, 2, 61, 1033},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(draw_exponential(rows[i].bits, 1000000), rows[i].exponential);
        assert_int_equal(draw_poisson(rows[i].bits, 3300), rows[i].few);
        assert_int_equal(draw_poisson(rows[i].bits, 64000), rows[i].many);
        assert_int_equal(draw_poisson(rows[i].bits, 1000000), rows[i].most);
    }
}

/* How many bits differ on average when one bit of the input does; 32 for an ideal mixer. */
static void every_input_bit_changes_half_of_the_output(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 64 + 32 + 64; bit++) {
        uint64_t seed_flip = bit < 64 ? UINT64_C(1) << bit : 0;
        uint32_t purpose_flip = bit >= 64 && bit < 96 ? UINT32_C(1) << (bit - 64) : 0;
        uint64_t index_flip = bit >= 96 ? UINT64_C(1) << (bit - 96) : 0;
        int changed = 0;
        for (uint64_t i = 0; i < 1000; i++) {
            uint64_t seed = draw_at(7, 1, i), index = i < 500 ? i : draw_at(8, 2, i);
            uint32_t purpose = (uint32_t)(i % 97);
            changed += __builtin_popcountll(
                draw_at(seed, purpose, index) ^
                draw_at(seed ^ seed_flip, purpose ^ purpose_flip, index ^ index_flip));
        }
        if (changed < 31000 || changed > 33000)
            fail_msg("input bit %u changes %d of 64000 output bits", bit, changed);
    }
}

static void neighbouring_addresses_are_even(void **state)
{
    (void)state;
    /* 100 buckets, 100 000 draws: chi-square with 99 degrees of freedom is 99 on average, above 170
       once in 100 000 times. */
    for (uint32_t purpose = 0; purpose < 20; purpose++) {
        uint32_t counts[100] = {0};
        for (uint64_t i = 0; i < 100000; i++)
            counts[draw_below(draw_at(42, purpose, i), 100)]++;
        double chi = 0;
        for (size_t i = 0; i < COUNT(counts); i++)
            chi += (counts[i] - 1000.0) * (counts[i] - 1000.0) / 1000.0;
        if (chi < 50 || chi > 170)
            fail_msg("purpose %u: chi-square %f", purpose, chi);
    }
}

static void between_includes_both_ends(void **state)
{
    (void)state;
    assert_int_equal(draw_between(0, -3, 5), -3);
    assert_int_equal(draw_between(UINT64_MAX, -3, 5), 5);
    assert_int_equal(draw_between(UINT64_MAX, 9, 9), 9);
    assert_int_equal(draw_below(UINT64_MAX, 1), 0);
    assert_true(draw_chance(0, 1));
    assert_false(draw_chance(0, 0));
    assert_true(draw_chance(UINT64_MAX, 1000000));
}

static void assert_near(const char *name, double got, double want, double slack)
{
    if (got < want - slack || got > want + slack)
        fail_msg("%s: got %f, want %f within %f", name, got, want, slack);
}

static void exponential_has_its_moments(void **state)
{
    (void)state;
    enum { N = 200000 };
    double sum = 0, squares = 0, beyond = 0;
    for (uint64_t i = 0; i < N; i++) {
        double v = (double)draw_exponential(draw_at(5, 1, i), 60000);
        sum += v;
        squares += v * v;
        beyond += v > 120000;
    }
    assert_near("mean", sum / N, 60000, 400);
    assert_near("second moment", squares / N / (2.0 * 60000 * 60000), 1, 0.03);
    assert_near("share beyond two means", beyond / N, 0.135335, 0.003);
}

static void exponential_keeps_its_bounds(void **state)
{
    (void)state;
    assert_int_equal(draw_exponential(0, 100), 4000);
    assert_int_equal(draw_exponential(UINT64_MAX, 100), 0);
    assert_int_equal(draw_exponential(1, 0), 0);
    assert_int_equal(draw_exponential(1, -5), 0);
    assert_int_equal(draw_exponential(0, INT64_MAX), INT64_MAX);
    /* -ln(3/4) and -ln(1/4) of a million. */
    assert_int_equal(draw_exponential(UINT64_C(3) << 62, 1000000), 287682);
    assert_int_equal(draw_exponential(UINT64_C(1) << 62, 1000000), 1386294);
}

static void poisson_has_its_moments(void **state)
{
    (void)state;
    enum { N = 100000 };
    static const uint64_t means_milli[] = {1, 500, 1000, 3300, 40000, 64000, 64001, 1000000};
    for (size_t m = 0; m < COUNT(means_milli); m++) {
        double mean = (double)means_milli[m] / 1000, sum = 0, squares = 0;
        for (uint64_t i = 0; i < N; i++) {
            double off = (double)draw_poisson(draw_at(6, 2, i), means_milli[m]) - mean;
            sum += off;
            squares += off * off;
        }
        /* Five times the standard error of each. */
        assert_near("mean", (sum / N) * (sum / N) / mean, 0, 25.0 / N);
        assert_near("variance", squares / N / mean, 1, means_milli[m] < 500 ? 0.5 : 0.04);
    }
}

static void poisson_inverts_the_distribution(void **state)
{
    (void)state;
    /* Quantiles summed up in double precision. */
    static const struct {
        double at;
        uint64_t mean_milli;
        uint32_t want;
    } rows[] = {
        {0.001, 3300, 0},  {0.25, 3300, 2},    {0.5, 3300, 3},    {0.75, 3300, 4},
        {0.999, 3300, 10}, {0.001, 64000, 41}, {0.25, 64000, 59}, {0.5, 64000, 64},
        {0.75, 64000, 69}, {0.999, 64000, 90}, {0.5, 1000, 1},    {0.5, 0, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t got = draw_poisson((uint64_t)(rows[i].at * 0x1p64), rows[i].mean_milli);
        if (got != rows[i].want)
            fail_msg("%f of mean %" PRIu64 " / 1000: got %u, want %u", rows[i].at,
                     rows[i].mean_milli, got, rows[i].want);
    }
    assert_true(draw_poisson(1, UINT64_MAX) > 3999000000);
}

static void weights_decide_what_is_picked(void **state)
{
    (void)state;
    static const uint64_t cumulative[] = {0, 3, 3, 4};
    uint32_t counts[4] = {0};
    for (uint64_t i = 0; i < 100000; i++)
        counts[draw_weighted(draw_at(1, 1, i), cumulative, 4)]++;
    assert_int_equal(counts[0], 0);
    assert_int_equal(counts[2], 0);
    assert_near("weight 3 of 4", counts[1], 75000, 700);
    assert_int_equal(draw_weighted(UINT64_MAX, cumulative, 4), 3);
    assert_int_equal(draw_weighted(0, cumulative, 4), 1);
    assert_int_equal(draw_weighted(7, (uint64_t[]){1}, 1), 0);
}

static void seeds_are_numbers_or_hashed(void **state)
{
    (void)state;
    /* The hashed ones: the first eight bytes of SHA-256, by Python's hashlib. */
    static const struct {
        const char *text;
        size_t n;
        uint64_t want;
    } rows[] = {
        {"1", 1, 1},
        {"007", 3, 7},
        {"18446744073709551615", 20, UINT64_MAX},
        {"18446744073709551616", 20, UINT64_C(10027598559130361812)},
        {"tuesday", 7, UINT64_C(15532099548759401175)},
        {"", 0, UINT64_C(16406829232824261652)},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(draw_seed(rows[i].text, rows[i].n), rows[i].want);
    assert_true(draw_seed("-1", 2) != draw_seed("1", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_frozen),
        cmocka_unit_test(deviates_are_frozen),
        cmocka_unit_test(every_input_bit_changes_half_of_the_output),
        cmocka_unit_test(neighbouring_addresses_are_even),
        cmocka_unit_test(between_includes_both_ends),
        cmocka_unit_test(exponential_has_its_moments),
        cmocka_unit_test(exponential_keeps_its_bounds),
        cmocka_unit_test(poisson_has_its_moments),
        cmocka_unit_test(poisson_inverts_the_distribution),
        cmocka_unit_test(weights_decide_what_is_picked),
        cmocka_unit_test(seeds_are_numbers_or_hashed),
    };
    return cmocka_run_group_tests_name("base/draw", tests, NULL, NULL);
}
