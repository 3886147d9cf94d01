/*
 * json_doc.h - what the json files share behind json.h
 *
 * json_scan.c proves the text and blanks its comments, json_read.c holds the tree, json_rows.c
 * reads objects through rows, json_locate.c finds places and reports. Nothing outside these
 * includes this.
 */
#ifndef BASE_JSON_DOC_H
#define BASE_JSON_DOC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"

struct json_doc {
    char *name;
    char *text; /* the copy, comments blanked; ends in NUL */
    void *tree; /* json_read.c's */
    finding_fn *take;
    void *ctx;
    size_t nfindings;
    size_t ndoubled;  /* of these, the doubled members, found when the document was opened */
    struct err first; /* the line of the first finding, when nobody takes them */
};

/* Where and why a text is not JSON. */
struct json_fault {
    size_t at; /* byte in the text */
    const char *text;
};

/**
 * json_scan(text, n, fault):
 * Check that ${text}, with a NUL behind its ${n} bytes, is one JSON value as json_open promises,
 * and turn its comments into spaces (line breaks stay, so that every offset stays true).
 *
 * Errors: -1 and ${fault}.
 * Source: RFC 8259.
 */
int json_scan(char *text, size_t n, struct json_fault *fault);

/**
 * json_line_column(text, at, line, column):
 * The line and the column, in bytes, both from 1, of byte ${at}.
 */
void json_line_column(const char *text, size_t at, unsigned *line, unsigned *column);

/**
 * json_ordinal(j):
 * The place of ${j} among the elements or members of its parent, from 0.
 */
size_t json_ordinal(const struct json *j);

/**
 * json_report(j, at_name, format, ...):
 * Report a finding at ${j} or at the name in front of it.
 */
void json_report(const struct json *j, bool at_name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * json_find_doubled(doc):
 * Report each member whose name its object has before it, and return their number.
 */
size_t json_find_doubled(struct json_doc *doc);

#endif
