/*
 * json.h - JSON in with exact complaints, JSON out without a tree
 *
 * Reading: text with // and block comments allowed, UTF-8, at most JSON_DEPTH_MAX deep. A struct
 * json is a value and where it sits; it links to its parent on the caller's stack, so that a JSON
 * pointer is spelled only when something is wrong. Members are read through a table of rows;
 * unknown, doubled, mistyped and missing members are findings, and reading goes on after them.
 * Writing: appends to a buf the way CloudTrail spells JSON.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

struct arena;
struct buf;
struct json_doc;

enum { JSON_DEPTH_MAX = 64 };

struct json {
    struct json_doc *doc;
    const void *value;         /* json_read.c knows the type; NULL where a member is absent */
    const struct json *parent; /* NULL at the root; must outlive this value */
    const char *key;           /* member name, or NULL inside an array */
    int index;                 /* place in an array, or -1 */
};

enum json_kind {
    JSON_STRING,   /* struct span; min and max bound the length in bytes */
    JSON_BOOL,     /* bool */
    JSON_INTEGER,  /* int64_t; whole, below 2^53, min and max bound the value */
    JSON_NUMBER,   /* double; min and max bound the value */
    JSON_WORD,     /* int: index into words; anything else gets a suggestion */
    JSON_INSTANT,  /* int64_t ms: RFC 3339 text */
    JSON_DURATION, /* int64_t ms: "90s", "15m", "24h", "7d"; min and max in ms */
    JSON_OBJECT,   /* struct json */
    JSON_ARRAY,    /* struct json; min and max bound the number of elements */
    JSON_ANY       /* struct json of any type */
};

/* One member of an object: how it is called, what it may hold, where it goes. */
struct json_row {
    const char *name;
    enum json_kind kind;
    size_t offset; /* of the field in the struct that is filled */
    bool required;
    int64_t min, max;         /* both 0: no bounds */
    const char *const *words; /* JSON_WORD: NULL-terminated */
};

/**
 * json_open(out, name, text, e):
 * Parse ${text}; ${name} is what complaints call it.
 *
 * Owns:   the caller frees ${out} with json_close; it keeps a copy of ${text}, and every span and
 *         struct json read from it lives as long.
 * Errors: ERR_INPUT "name:line:column: what is wrong" for text that is not one JSON value: a syntax
 *         error, more text behind it, depth, a NUL or \u0000, bytes that are not UTF-8.
 */
int json_open(struct json_doc **out, const char *name, struct span text, struct err *e);
void json_close(struct json_doc *doc);

/**
 * json_root(doc):
 * The document's value.
 */
struct json json_root(struct json_doc *doc);

/**
 * json_collect(doc, take, ctx):
 * Send findings about ${doc} to ${take}; without this they are only counted and the first is kept.
 * Doubled members, found by json_open, are sent at once. After 100 findings the rest is only
 * counted.
 */
void json_collect(struct json_doc *doc, finding_fn *take, void *ctx);

/**
 * json_complain(j, format, ...):
 * Report a finding at ${j}, with line, column and pointer; at its parent when ${j} is absent.
 */
void json_complain(const struct json *j, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * json_complain_key(j, key, format, ...):
 * The same at the name of member ${key} of object ${j}.
 */
void json_complain_key(const struct json *j, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * json_verdict(doc, e):
 * 0 when there was no finding. Otherwise -1 and ERR_INPUT: with a collector "file: N errors";
 * without, the first one's line ("file:line:column: /pointer: text") and, when there were more,
 * " (and N more)".
 */
int json_verdict(const struct json_doc *doc, struct err *e);

/**
 * json_read(j, rows, nrows, out):
 * Read object ${j} through ${rows} into the struct at ${out}. Fields of absent members keep what
 * they held (set defaults first), and so do fields of refused ones; JSON_OBJECT, JSON_ARRAY and
 * JSON_ANY fields of both get a struct json whose value is NULL. An absent ${j} is not a finding:
 * its parent's row says whether it is required. Unknown members get a suggestion within half their
 * length.
 *
 * Returns: whether ${j} is an object and had no finding of its own.
 */
bool json_read(const struct json *j, const struct json_row *rows, size_t nrows, void *out);

bool json_is_present(const struct json *j);
bool json_is_object(const struct json *j);
bool json_is_array(const struct json *j);
bool json_is_string(const struct json *j);
bool json_is_null(const struct json *j);
bool json_is_bool(const struct json *j);
bool json_is_number(const struct json *j);
bool json_is_true(const struct json *j);

/* The text of a string; {NULL, 0} for anything else. */
struct span json_text(const struct json *j);

/* The number of a number that is whole and below 2^53; ${otherwise} for anything else. */
int64_t json_integer(const struct json *j, int64_t otherwise);

/* The value of a number; ${otherwise} for anything else. */
double json_number(const struct json *j, double otherwise);

/* The number of elements of an array or members of an object; 0 for anything else. */
size_t json_count(const struct json *j);

/**
 * json_next(j, it):
 * Step through the elements or members of ${j}: start with {0}; 1 while there is one, then 0.
 */
int json_next(const struct json *j, struct json *it);

/**
 * json_member(j, name):
 * Member ${name} of object ${j}, by exact name; its value is NULL when absent.
 */
struct json json_member(const struct json *j, const char *name);

/**
 * json_nearest(text, words):
 * The one of the NULL-terminated ${words} nearest to ${text} within half its length by edit
 * distance, letters compared without case; NULL when none is near.
 */
const char *json_nearest(struct span text, const char *const *words);

/**
 * json_put_string(out, text):
 * Append ${text} in quotes: '"' and '\' escaped, control characters as \n, \t, \r, \b, \f or
 * \u00XX, everything else raw ('/' too).
 *
 * Source: CloudTrail's spelling as counted in delivered files.
 */
void json_put_string(struct buf *out, struct span text);

/**
 * json_put_unescaped(out, text):
 * Append what ${text}, the inside of a string of JSON text, stands for: at most text.n bytes, in
 * UTF-8. A half of a pair of surrogates that stands alone becomes the three bytes it would have.
 *
 * Errors: false for an escape that is none; what came before it is then in ${out}.
 */
bool json_put_unescaped(struct buf *out, struct span text);

/**
 * json_escaped(arena, text):
 * What json_put_string writes between the quotes, in ${arena}: ready to be copied into a string.
 */
struct span json_escaped(struct arena *arena, struct span text);

/**
 * json_put_integer(out, value):
 * Append ${value} in decimal.
 */
void json_put_integer(struct buf *out, int64_t value);

/**
 * json_put_value(out, j):
 * Append ${j} as compact JSON, members in the order of the text. Whole numbers below 2^53 are
 * written without fraction or exponent. For cold paths.
 */
void json_put_value(struct buf *out, const struct json *j);

#endif
