/* draw.c - see draw.h. */
#include "base/draw.h"

#include <stdbool.h>

#include "base/hash.h"

enum {
    LOG_BITS = 32,           /* binary places of a logarithm */
    EXPONENTIAL_MOST = 40,   /* times the mean */
    POISSON_EXACT_MEAN = 64, /* beyond this the normal approximation is as good */
    NORMAL_DRAWS = 3         /* of four 16-bit parts each: twelve in all have variance 1 */
};

#define LN2_Q64             UINT64_C(0xb17217f7d1cf79ac)
#define EXP_MINUS_MILLI_Q64 UINT64_C(0xffbe7f2b78d4edd2)

/* A probability as mantissa * 2^-(64 + shift), the mantissa's top bit set: small ones keep their
   precision. */
struct chance {
    uint64_t mantissa;
    unsigned shift;
};

/* log2(${x}) in 32.32 bits, ${x} at least 1: squaring a number in 1 .. 2 doubles its logarithm, and
   each passing of 2 is one binary place. */
static uint64_t log2_of(uint64_t x)
{
    unsigned whole = 63 - (unsigned)__builtin_clzll(x);
    uint64_t mantissa = x << (63 - whole); /* 1.63 bits */
    uint64_t fraction = 0;
    for (unsigned i = 0; i < LOG_BITS; i++) {
        draw_wide square = (draw_wide)mantissa * mantissa; /* 2.126 bits */
        uint64_t passed = (uint64_t)(square >> 127);
        fraction = fraction << 1 | passed;
        mantissa = (uint64_t)(square >> (63 + passed));
    }
    return (uint64_t)whole << LOG_BITS | fraction;
}

int64_t draw_exponential(uint64_t bits, int64_t mean)
{
    if (mean <= 0)
        return 0;
    /* -ln(u) = (64 - log2(bits)) * ln 2, u = bits / 2^64; a 0 is as rare as a 1 and becomes one. */
    uint64_t doublings = ((uint64_t)64 << LOG_BITS) - log2_of(bits == 0 ? 1 : bits);
    uint64_t times = (uint64_t)((draw_wide)doublings * LN2_Q64 >> 64);
    uint64_t most = (uint64_t)EXPONENTIAL_MOST << LOG_BITS;
    if (times > most)
        times = most;
    draw_wide value =
        ((draw_wide)(uint64_t)mean * times + ((draw_wide)1 << (LOG_BITS - 1))) >> LOG_BITS;
    return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

static struct chance chance_normal(draw_wide mantissa, unsigned shift)
{
    while (mantissa >> 64 != 0) {
        mantissa >>= 1;
        shift--;
    }
    while (mantissa >> 63 == 0) {
        mantissa <<= 1;
        shift++;
    }
    return (struct chance){(uint64_t)mantissa, shift};
}

static struct chance chance_times(struct chance a, struct chance b)
{
    return chance_normal((draw_wide)a.mantissa * b.mantissa >> 63, a.shift + b.shift + 1);
}

/* e^(-${milli} / 1000), ${milli} at least 1, by squaring. */
static struct chance chance_exp_minus(uint64_t milli)
{
    struct chance power = {EXP_MINUS_MILLI_Q64, 0}, product = {0, 0};
    bool begun = false;
    for (; milli != 0; milli >>= 1) {
        if (milli & 1) {
            product = begun ? chance_times(product, power) : power;
            begun = true;
        }
        power = chance_times(power, power);
    }
    return product;
}

static uint32_t poisson_exact(uint64_t bits, uint64_t mean_milli)
{
    struct chance p = chance_exp_minus(mean_milli);
    uint64_t left = bits;
    for (uint32_t k = 0;; k++) {
        /* What is left beyond the point where a step adds nothing any more is rounding. */
        uint64_t part = p.shift < 64 ? p.mantissa >> p.shift : 0;
        if (left < part || (part == 0 && k * UINT64_C(1000) > mean_milli))
            return k;
        left -= part;
        p = chance_normal((draw_wide)p.mantissa * mean_milli / (1000 * (k + UINT64_C(1))), p.shift);
    }
}

static uint64_t root_of(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit != 0; bit >>= 1)
        if ((root | bit) * (root | bit) <= x)
            root |= bit;
    return root;
}

static uint32_t poisson_normal(uint64_t bits, uint64_t mean_milli)
{
    /* The sum of twelve even numbers is nearly normal (Irwin and Hall), 16 bits each. */
    int64_t sum = 0;
    for (uint32_t i = 0; i < NORMAL_DRAWS; i++)
        for (uint64_t part = draw_at(bits, i, 0), j = 0; j < 4; j++, part >>= 16)
            sum += (int64_t)(part & 0xffff);
    int64_t deviate = sum - 6 * INT64_C(65535); /* 16 binary places */
    /* sqrt(mean) in thousandths is sqrt(1000 * mean_milli). */
    int64_t value_milli =
        (int64_t)mean_milli + deviate * (int64_t)root_of(1000 * mean_milli) / 65536 + 500;
    return value_milli < 0 ? 0 : (uint32_t)(value_milli / 1000);
}

uint32_t draw_poisson(uint64_t bits, uint64_t mean_milli)
{
    /* Means beyond four thousand million are none that a count of 32 bits could hold. */
    if (mean_milli > UINT64_C(4000000000000))
        mean_milli = UINT64_C(4000000000000);
    if (mean_milli == 0)
        return 0;
    if (mean_milli <= POISSON_EXACT_MEAN * UINT64_C(1000))
        return poisson_exact(bits, mean_milli);
    return poisson_normal(bits, mean_milli);
}

uint32_t draw_weighted(uint64_t bits, const uint64_t *cumulative, uint32_t n)
{
    uint64_t point = draw_below(bits, cumulative[n - 1]);
    uint32_t low = 0, high = n - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (point < cumulative[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

uint64_t draw_seed(const char *text, size_t n)
{
    uint64_t value = 0;
    bool is_number = n > 0;
    for (size_t i = 0; i < n && is_number; i++) {
        unsigned digit = (unsigned)(unsigned char)text[i] - '0';
        is_number = digit <= 9 && (value < UINT64_MAX / 10 ||
                                   (value == UINT64_MAX / 10 && digit <= UINT64_MAX % 10));
        if (is_number)
            value = value * 10 + digit;
    }
    if (is_number)
        return value;
    uint8_t sum[HASH_SHA256_N];
    hash_sha256(sum, (struct span){text, n});
    uint64_t seed = 0;
    for (size_t i = 0; i < 8; i++)
        seed = seed << 8 | sum[i];
    return seed;
}
