/*
 * values.h - the strings in a record's text, each with the member it belongs to, without a tree
 */
#ifndef CLOUDTRAIL_VALUES_H
#define CLOUDTRAIL_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

struct values {
    struct span text;
    size_t at;
    struct span name; /* of the last member that began */
};

/* Begin with the first string of ${text}, a record or a whole log file. */
static inline void values_open(struct values *v, struct span text)
{
    *v = (struct values){.text = text};
}

/**
 * values_next(v, value, name):
 * The next string that is a value, between its quotes, escapes and all; false at the end, and at a
 * string that does not end. Strings in a list have the list's name.
 *
 * Owns:   both point into the text.
 */
bool values_next(struct values *v, struct span *value, struct span *name);

#endif
