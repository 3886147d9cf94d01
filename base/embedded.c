/* embedded.c - see embedded.h. */
#include "base/embedded.h"

struct span embedded_find(struct span name)
{
    size_t low = 0;
    size_t high = embedded_files_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct embedded *f = &embedded_files[middle];
        int order = span_compare(name, span_of(f->name));
        if (order == 0)
            return (struct span){f->text, f->n};
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return (struct span){NULL, 0};
}
