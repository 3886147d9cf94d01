/* json_rows.c - objects read through rows, see json.h. */
#include "base/json_doc.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"

enum {
    ROWS_MAX = 128,
    QUOTE_MAX = 80,   /* bytes of a value in a complaint */
    WORDS_SHOWN = 12, /* in a complaint */
    WORD_MAX = 64     /* longer words are near to nothing */
};

struct near {
    const char *word;
    size_t distance;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Levenshtein's distance, letters compared without case; ${b} at most WORD_MAX long. */
static size_t distance(struct span a, struct span b)
{
    size_t row[WORD_MAX + 1];
    for (size_t k = 0; k <= b.n; k++)
        row[k] = k;
    for (size_t i = 0; i < a.n; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t k = 0; k < b.n; k++) {
            size_t best = diagonal + (lower(a.p[i]) != lower(b.p[k]));
            if (best > row[k] + 1)
                best = row[k] + 1;
            if (best > row[k + 1] + 1)
                best = row[k + 1] + 1;
            diagonal = row[k + 1];
            row[k + 1] = best;
        }
    }
    return row[b.n];
}

static void consider(struct near *near, struct span text, const char *word)
{
    struct span other = span_of(word);
    if (text.n > WORD_MAX || other.n > WORD_MAX)
        return;
    size_t d = distance(text, other);
    if (d <= text.n / 2 && (near->word == NULL || d < near->distance))
        *near = (struct near){word, d};
}

const char *json_nearest(struct span text, const char *const *words)
{
    struct near near = {NULL, 0};
    for (; *words != NULL; words++)
        consider(&near, text, *words);
    return near.word;
}

static const char *kind_name(enum json_kind kind)
{
    switch (kind) {
    case JSON_STRING:
    case JSON_WORD:
    case JSON_INSTANT:
    case JSON_DURATION:
        return "a string";
    case JSON_BOOL:
        return "true or false";
    case JSON_INTEGER:
        return "a whole number";
    case JSON_NUMBER:
        return "a number";
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_ANY:
        return "a value";
    }
    return "";
}

static const char *type_name(const struct json *j)
{
    if (json_is_string(j))
        return "a string";
    if (json_is_number(j))
        return "a number";
    if (json_is_bool(j))
        return json_is_true(j) ? "true" : "false";
    if (json_is_object(j))
        return "an object";
    return json_is_array(j) ? "an array" : "null";
}

static bool is_kind(const struct json *j, enum json_kind kind)
{
    switch (kind) {
    case JSON_STRING:
    case JSON_WORD:
    case JSON_INSTANT:
    case JSON_DURATION:
        return json_is_string(j);
    case JSON_BOOL:
        return json_is_bool(j);
    case JSON_INTEGER:
    case JSON_NUMBER:
        return json_is_number(j);
    case JSON_OBJECT:
        return json_is_object(j);
    case JSON_ARRAY:
        return json_is_array(j);
    case JSON_ANY:
        return true;
    }
    return false;
}

/* As much of ${text} as a complaint quotes, cut between characters. */
static struct span quoted(struct span text)
{
    if (text.n <= QUOTE_MAX)
        return text;
    size_t n = QUOTE_MAX;
    while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
        n--;
    return (struct span){text.p, n};
}

/* Spell the bound ${value} of a row: plain, or for a duration in its largest whole unit. */
static const char *bound(char out[32], const struct json_row *row, int64_t value)
{
    static const struct {
        int64_t ms;
        char unit;
    } units[] = {{UTC_DAY_MS, 'd'}, {UTC_HOUR_MS, 'h'}, {UTC_MINUTE_MS, 'm'}, {UTC_SECOND_MS, 's'}};
    if (row->kind == JSON_DURATION) {
        for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
            if ((value != 0 && value % units[i].ms == 0) || units[i].unit == 's') {
                snprintf(out, 32, "%jd%c", (intmax_t)(value / units[i].ms), units[i].unit);
                return out;
            }
        }
    }
    snprintf(out, 32, "%jd", (intmax_t)value);
    return out;
}

/* Complain when ${value}, shown as ${shown}, is outside the row's bounds. */
static bool in_bounds(const struct json *j, const struct json_row *row, double value,
                      const char *shown)
{
    char low[32];
    char high[32];
    assert(row->min <= row->max);
    if (row->min == 0 && row->max == 0)
        return true;
    if (value >= (double)row->min && value <= (double)row->max)
        return true;
    const char *have = row->kind == JSON_ARRAY ? "have" : "be";
    const char *what = "";
    if (row->kind == JSON_STRING)
        what = " bytes long";
    if (row->kind == JSON_ARRAY)
        what = " elements";
    bound(low, row, row->min);
    bound(high, row, row->max);
    if (row->max == INT64_MAX)
        json_complain(j, "must %s at least %s%s, not %s", have, low, what, shown);
    else if (row->min == INT64_MIN || (row->min == 0 && what[0] != '\0'))
        json_complain(j, "must %s at most %s%s, not %s", have, high, what, shown);
    else if (row->min == row->max)
        json_complain(j, "must %s %s%s, not %s", have, low, what, shown);
    else
        json_complain(j, "must %s %s to %s%s, not %s", have, low, high, what, shown);
    return false;
}

static bool read_string(const struct json *j, const struct json_row *row, struct span *field)
{
    char shown[32];
    struct span text = json_text(j);
    snprintf(shown, sizeof(shown), "%zu", text.n);
    if (!in_bounds(j, row, (double)text.n, shown))
        return false;
    *field = text;
    return true;
}

static bool read_integer(const struct json *j, const struct json_row *row, int64_t *field)
{
    char shown[32];
    double value = json_number(j, 0);
    snprintf(shown, sizeof(shown), "%.15g", value);
    if (floor(value) != value) {
        json_complain(j, "must be a whole number, not %s", shown);
        return false;
    }
    if (json_integer(j, INT64_MIN) == INT64_MIN) {
        json_complain(j, "must be a whole number below 9007199254740992, which is exact");
        return false;
    }
    snprintf(shown, sizeof(shown), "%jd", (intmax_t)value);
    if (!in_bounds(j, row, value, shown))
        return false;
    *field = (int64_t)value;
    return true;
}

static bool read_number(const struct json *j, const struct json_row *row, double *field)
{
    char shown[32];
    double value = json_number(j, 0);
    snprintf(shown, sizeof(shown), "%.15g", value);
    if (!in_bounds(j, row, value, shown))
        return false;
    *field = value;
    return true;
}

static bool read_time(const struct json *j, const struct json_row *row, int64_t *field)
{
    struct err e = {.kind = ERR_NONE};
    struct span text = json_text(j);
    int64_t value = 0;
    int rc =
        row->kind == JSON_INSTANT ? utc_read(&value, text, &e) : utc_duration(&value, text, &e);
    if (rc != 0) {
        json_complain(j, "%s", e.text);
        return false;
    }
    if (row->kind == JSON_DURATION && !in_bounds(j, row, (double)value, json_text(j).p))
        return false;
    *field = value;
    return true;
}

static bool read_word(const struct json *j, const struct json_row *row, int *field)
{
    struct span text = json_text(j);
    for (int i = 0; row->words[i] != NULL; i++) {
        if (span_is(text, row->words[i])) {
            *field = i;
            return true;
        }
    }
    char list[512];
    size_t n = 0;
    size_t i = 0;
    list[0] = '\0';
    for (; row->words[i] != NULL && i < WORDS_SHOWN && n < sizeof(list); i++) {
        int more = snprintf(list + n, sizeof(list) - n, "%s%s", i == 0 ? "" : ", ", row->words[i]);
        n += more > 0 ? (size_t)more : 0;
    }
    const char *rest = row->words[i] == NULL ? "" : ", ...";
    const char *near = json_nearest(text, row->words);
    struct span shown = quoted(text);
    if (near != NULL)
        json_complain(j, "\"%.*s\" is not one of %s%s; did you mean \"%s\"?", SPAN_ARG(shown), list,
                      rest, near);
    else
        json_complain(j, "\"%.*s\" is not one of %s%s", SPAN_ARG(shown), list, rest);
    return false;
}

static bool read_field(const struct json *j, const struct json_row *row, void *field)
{
    char shown[32];
    if (!is_kind(j, row->kind)) {
        json_complain(j, "must be %s, not %s", kind_name(row->kind), type_name(j));
        return false;
    }
    switch (row->kind) {
    case JSON_STRING:
        return read_string(j, row, field);
    case JSON_BOOL:
        *(bool *)field = json_is_true(j);
        return true;
    case JSON_INTEGER:
        return read_integer(j, row, field);
    case JSON_NUMBER:
        return read_number(j, row, field);
    case JSON_WORD:
        return read_word(j, row, field);
    case JSON_INSTANT:
    case JSON_DURATION:
        return read_time(j, row, field);
    case JSON_ARRAY:
        snprintf(shown, sizeof(shown), "%zu", json_count(j));
        if (!in_bounds(j, row, (double)json_count(j), shown))
            return false;
        *(struct json *)field = *j;
        return true;
    case JSON_OBJECT:
    case JSON_ANY:
        *(struct json *)field = *j;
        return true;
    }
    return false;
}

static void complain_unknown(const struct json *member, const struct json_row *rows, size_t nrows)
{
    struct near near = {NULL, 0};
    struct span name = span_of(member->key);
    for (size_t i = 0; i < nrows; i++)
        consider(&near, name, rows[i].name);
    struct span shown = quoted(name);
    if (near.word != NULL)
        json_report(member, true, "unknown member \"%.*s\"; did you mean \"%s\"?", SPAN_ARG(shown),
                    near.word);
    else
        json_report(member, true, "unknown member \"%.*s\"", SPAN_ARG(shown));
}

static bool is_json(enum json_kind kind)
{
    return kind == JSON_OBJECT || kind == JSON_ARRAY || kind == JSON_ANY;
}

bool json_read(const struct json *j, const struct json_row *rows, size_t nrows, void *out)
{
    bool seen[ROWS_MAX] = {false};
    assert(nrows <= ROWS_MAX);
    for (size_t i = 0; i < nrows; i++)
        if (is_json(rows[i].kind))
            *(struct json *)((char *)out + rows[i].offset) =
                (struct json){.doc = j->doc, .parent = j, .key = rows[i].name, .index = -1};
    if (!json_is_object(j)) {
        if (json_is_present(j))
            json_complain(j, "must be an object, not %s", type_name(j));
        return false;
    }

    bool good = true;
    struct json it = {0};
    while (json_next(j, &it) != 0) {
        size_t i = 0;
        while (i < nrows && strcmp(rows[i].name, it.key) != 0)
            i++;
        if (i == nrows) {
            complain_unknown(&it, rows, nrows);
            good = false;
        } else if (seen[i]) {
            good = false; /* reported when the document was opened */
        } else {
            seen[i] = true;
            if (!read_field(&it, &rows[i], (char *)out + rows[i].offset))
                good = false;
        }
    }
    for (size_t i = 0; i < nrows; i++) {
        if (rows[i].required && !seen[i]) {
            json_complain(j, "member \"%s\" is missing", rows[i].name);
            good = false;
        }
    }
    return good;
}
