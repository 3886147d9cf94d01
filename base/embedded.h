/*
 * embedded.h - the data files inside the binary
 *
 * The table is made by schemas/embed.cmake at build time, sorted by name.
 */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include <stddef.h>

#include "base/span.h"

struct embedded {
    const char *name; /* "schemas/record.json", "scenarios/quickstart.json" */
    const char *text;
    size_t n;
};

extern const struct embedded embedded_files[];
extern const size_t embedded_files_n;

/**
 * embedded_find(name):
 * The text of the data file ${name}; {NULL, 0} when there is none.
 */
struct span embedded_find(struct span name);

#endif
