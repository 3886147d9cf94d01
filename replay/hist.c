/* hist.c - see hist.h. */
#include "replay/hist.h"

#include <stddef.h>

#include "base/buf.h"

/* Cells 0 .. 63 hold one value each; from 64 on an octave has 64 cells of 2^shift values. */
static size_t cell_of(uint64_t value)
{
    if (value < HIST_STEPS)
        return (size_t)value;
    unsigned shift = 57 - (unsigned)__builtin_clzll(value);
    return (size_t)(shift + 1) * HIST_STEPS + (size_t)((value >> shift) - HIST_STEPS);
}

/* The largest value of cell ${i}. */
static uint64_t end_of(size_t i)
{
    if (i < HIST_STEPS)
        return i;
    unsigned shift = (unsigned)(i / HIST_STEPS) - 1;
    return ((HIST_STEPS + i % HIST_STEPS + 1) << shift) - 1;
}

void hist_add(struct hist *h, int64_t value)
{
    if (value < 0)
        value = 0;
    h->cells[cell_of((uint64_t)value)]++;
    h->n++;
    if (value > h->most)
        h->most = value;
}

void hist_merge(struct hist *h, const struct hist *from)
{
    for (size_t i = 0; i < HIST_CELLS; i++)
        h->cells[i] += from->cells[i];
    h->n += from->n;
    if (from->most > h->most)
        h->most = from->most;
}

int64_t hist_at(const struct hist *h, uint32_t per_million)
{
    if (h->n == 0)
        return 0;
    /* The rank to reach, rounded up; at least the first. */
    uint64_t rank =
        h->n / 1000000 * per_million + (h->n % 1000000 * per_million + 999999) / 1000000;
    if (rank == 0)
        rank = 1;
    uint64_t seen = 0;
    for (size_t i = 0; i < HIST_CELLS; i++) {
        seen += h->cells[i];
        if (seen >= rank) {
            uint64_t end = end_of(i);
            return end < (uint64_t)h->most ? (int64_t)end : h->most;
        }
    }
    return h->most;
}

void hist_put(struct buf *out, const struct hist *h, const char *name)
{
    buf_printf(out, "%s count %llu max %lld\n", name, (unsigned long long)h->n, (long long)h->most);
    for (size_t i = 0; i < HIST_CELLS; i++) {
        if (h->cells[i] == 0)
            continue;
        const uint64_t from = i == 0 ? 0 : end_of(i - 1) + 1;
        buf_printf(out, "%s %llu %llu %llu\n", name, (unsigned long long)from,
                   (unsigned long long)end_of(i), (unsigned long long)h->cells[i]);
    }
}
