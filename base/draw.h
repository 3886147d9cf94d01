/*
 * draw.h - randomness as an address
 *
 * Every draw is a pure function of (seed, purpose, index): nothing depends on the order of work, so
 * any number of threads and any shard gives the same bytes. An address is 64 bits that name a thing
 * (an actor's day, one call of it); draws about the thing are made from its address and a purpose.
 * Only integer arithmetic: the same on every machine.
 */
#ifndef BASE_DRAW_H
#define BASE_DRAW_H

#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 draw_wide;

/**
 * draw_at(seed, purpose, index):
 * 64 evenly spread bits, or the address of a part: draw_at(address, PURPOSE, i).
 *
 * Source: the multiply-and-fold mixer of wyhash (Wang Yi, 2019), the finaliser of SplitMix64
 *         (Steele, Lea, Flood 2014).
 */
static inline uint64_t draw_at(uint64_t seed, uint32_t purpose, uint64_t index)
{
    /* Odd constants with balanced bits; two folds keep single-bit changes of any input apart. */
    uint64_t a = seed ^ UINT64_C(0xa0761d6478bd642f);
    uint64_t b = index ^ UINT64_C(0xe7037ed1a0b428db) ^ ((uint64_t)purpose << 32 | purpose);
    draw_wide m = (draw_wide)a * (b | 1);
    uint64_t x = (uint64_t)m ^ (uint64_t)(m >> 64) ^ index * UINT64_C(0x9e3779b97f4a7c15) ^ seed;
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* ${bits} as an even number in 0 .. ${n} - 1; ${n} at least 1. */
static inline uint64_t draw_below(uint64_t bits, uint64_t n)
{
    return (uint64_t)((draw_wide)bits * n >> 64);
}

/* ${bits} as an even number in ${low} .. ${high}, both included. */
static inline int64_t draw_between(uint64_t bits, int64_t low, int64_t high)
{
    return low + (int64_t)draw_below(bits, (uint64_t)(high - low) + 1);
}

/* True ${per_million} times in a million. */
static inline int draw_chance(uint64_t bits, uint32_t per_million)
{
    return draw_below(bits, 1000000) < per_million;
}

/**
 * draw_exponential(bits, mean):
 * An exponentially distributed whole number with mean ${mean}, at most 40 times the mean; integer
 * arithmetic only.
 */
int64_t draw_exponential(uint64_t bits, int64_t mean);

/**
 * draw_poisson(bits, mean_milli):
 * A Poisson distributed count with mean ${mean_milli} / 1000; exact inversion up to a mean of 64,
 * beyond that a rounded normal approximation. Integer arithmetic only.
 */
uint32_t draw_poisson(uint64_t bits, uint64_t mean_milli);

/**
 * draw_weighted(bits, cumulative, n):
 * The index i < ${n} picked with weight cumulative[i] - cumulative[i - 1]; ${cumulative} rises and
 * its last value is positive.
 */
uint32_t draw_weighted(uint64_t bits, const uint64_t *cumulative, uint32_t n);

/**
 * draw_seed(text, n):
 * The 64-bit seed that the text of a seed names: decimal digits below 2^64 are the number itself,
 * anything else is hashed.
 */
uint64_t draw_seed(const char *text, size_t n);

#endif
