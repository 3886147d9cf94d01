/* percentiles.c - see percentiles.h. */
#include "cli/percentiles.h"

#include <stdio.h>

#include "base/buf.h"
#include "replay/hist.h"

/* The percentiles that are shown. */
static const struct {
    const char *name;
    uint32_t per_million;
} percentiles[] = {
    {"p50", 500000}, {"p90", 900000}, {"p99", 990000}, {"p99.9", 999000}, {"max", 1000000},
};

enum { PERCENTILES = sizeof(percentiles) / sizeof(percentiles[0]) };

void percentiles_put(struct buf *b, const char *name, const struct hist *h)
{
    if (h->n == 0)
        return;
    buf_printf(b, ",\"%s\":{", name);
    for (size_t i = 0; i < PERCENTILES; i++)
        buf_printf(b, "%s\"%s\":%.3f", i > 0 ? "," : "", percentiles[i].name,
                   (double)hist_at(h, percentiles[i].per_million) / 1e6);
    buf_printf(b, "}");
}

void percentiles_print(FILE *out, const char *name, const struct hist *h)
{
    if (h->n == 0)
        return;
    fprintf(out, "%-8s", name);
    for (size_t i = 0; i < PERCENTILES; i++)
        fprintf(out, " %s %.1f ms%s", percentiles[i].name,
                (double)hist_at(h, percentiles[i].per_million) / 1e6,
                i + 1 < PERCENTILES ? "," : "\n");
}
