/*
 * record.h - find members of a record in its text, without a tree
 *
 * What is not understood stays as it was: nothing here changes a record.
 */
#ifndef CLOUDTRAIL_RECORD_H
#define CLOUDTRAIL_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

/**
 * record_find(value, record, path):
 * The JSON text of the member at ${path}, names joined by dots ("userIdentity.accountId"), of the
 * object ${record}. Of doubled members the first counts.
 *
 * Shape:  ${value} is a span of ${record}: a string keeps its quotes and escapes.
 * Errors: false when there is none or the text is not JSON; ${value} is untouched.
 */
bool record_find(struct span *value, struct span record, const char *path);

/* Walks the members of an object in its text. */
struct record_walk {
    struct span object;
    size_t at;
};

/**
 * record_next(w, name, value):
 * The next member of the object; begin with {object, 0}. 1; 0 behind the last one, when nothing but
 * blanks follows; -1 where the text is not JSON, as far as its members are told apart.
 *
 * Shape:  ${name} without its quotes, escapes and all; ${value} as of record_find.
 */
int record_next(struct record_walk *w, struct span *name, struct span *value);

/* Walks the elements of an array in its text: begin with {array, 0}; else as record_next. */
struct record_elements {
    struct span array;
    size_t at;
};
int record_element(struct record_elements *w, struct span *value);

/**
 * record_text(text, record, path):
 * The same for a string without escapes, given without its quotes; false for anything else.
 */
bool record_text(struct span *text, struct span record, const char *path);

/**
 * record_time(out_ms, record):
 * The record's eventTime; false when it has none or it is not a date-time.
 */
bool record_time(int64_t *out_ms, struct span record);

#endif
