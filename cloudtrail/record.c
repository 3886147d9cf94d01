/* record.c - see record.h. */
#include "cloudtrail/record.h"

#include <string.h>

#include "base/err.h"
#include "base/utc.h"

enum { DEPTH_MAX = 256 };

static size_t skip_blank(struct span s, size_t at)
{
    while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t' || s.p[at] == '\n' || s.p[at] == '\r'))
        at++;
    return at;
}

/* Where the string that begins at ${at} ends, behind its quote; 0 when it does not. */
static size_t skip_string(struct span s, size_t at)
{
    at++;
    while (at < s.n) {
        const char *quote = memchr(s.p + at, '"', s.n - at);
        if (quote == NULL)
            return 0;
        const char *escape = memchr(s.p + at, '\\', (size_t)(quote - (s.p + at)));
        if (escape == NULL)
            return (size_t)(quote - s.p) + 1;
        at = (size_t)(escape - s.p) + 2;
    }
    return 0;
}

/* Where the value that begins at ${at} ends; 0 when it does not. */
static size_t skip_value(struct span s, size_t at)
{
    if (at >= s.n)
        return 0;
    if (s.p[at] == '"')
        return skip_string(s, at);
    if (s.p[at] != '{' && s.p[at] != '[') {
        size_t begin = at;
        while (at < s.n && s.p[at] != ',' && s.p[at] != '}' && s.p[at] != ']' && s.p[at] != ' ' &&
               s.p[at] != '\n' && s.p[at] != '\r' && s.p[at] != '\t')
            at++;
        return at == begin ? 0 : at;
    }
    int depth = 0;
    while (at < s.n) {
        char c = s.p[at];
        if (c == '"') {
            at = skip_string(s, at);
            if (at == 0)
                return 0;
            continue;
        }
        if ((c == '{' || c == '[') && ++depth > DEPTH_MAX)
            return 0;
        if ((c == '}' || c == ']') && --depth == 0)
            return at + 1;
        at++;
    }
    return 0;
}

/* Step to what follows in the list ${s} between ${open} and ${close}: where it begins, or 0 at the
   end, or s.n where the text is not JSON. ${*at} is where the one before ended. */
static size_t next_in(struct span s, size_t *at, char open, char close)
{
    const bool first = *at == 0;
    size_t i = skip_blank(s, *at);
    if (first && i < s.n && s.p[i] == open)
        i = skip_blank(s, i + 1);
    else if (first)
        return s.n;
    if (i < s.n && s.p[i] == close) {
        *at = i;
        return skip_blank(s, i + 1) == s.n ? 0 : s.n;
    }
    if (first)
        return i;
    return i < s.n && s.p[i] == ',' ? skip_blank(s, i + 1) : s.n;
}

int record_next(struct record_walk *w, struct span *name, struct span *value)
{
    const struct span s = w->object;
    size_t at = next_in(s, &w->at, '{', '}');
    if (at == 0)
        return 0;
    if (at >= s.n || s.p[at] != '"')
        return -1;
    size_t end = skip_string(s, at);
    if (end == 0)
        return -1;
    const struct span key = {s.p + at + 1, end - at - 2};
    at = skip_blank(s, end);
    if (at >= s.n || s.p[at] != ':')
        return -1;
    at = skip_blank(s, at + 1);
    end = skip_value(s, at);
    if (end == 0)
        return -1;
    *name = key;
    *value = (struct span){s.p + at, end - at};
    w->at = end;
    return 1;
}

int record_element(struct record_elements *w, struct span *value)
{
    const struct span s = w->array;
    const size_t at = next_in(s, &w->at, '[', ']');
    if (at == 0)
        return 0;
    const size_t end = at < s.n ? skip_value(s, at) : 0;
    if (end == 0)
        return -1;
    *value = (struct span){s.p + at, end - at};
    w->at = end;
    return 1;
}

/* The value of member ${name} of object ${s}. */
static bool find_member(struct span *value, struct span s, struct span name)
{
    struct record_walk w = {s, 0};
    struct span key, found;
    while (record_next(&w, &key, &found) > 0) {
        if (span_equal(key, name)) {
            *value = found;
            return true;
        }
    }
    return false;
}

bool record_find(struct span *value, struct span record, const char *path)
{
    struct span left = span_of(path), at = record;
    for (;;) {
        size_t dot = span_find(left, '.');
        if (!find_member(&at, at, (struct span){left.p, dot}))
            return false;
        if (dot == left.n)
            break;
        left = span_from(left, dot + 1);
    }
    *value = at;
    return true;
}

bool record_text(struct span *text, struct span record, const char *path)
{
    struct span value;
    if (!record_find(&value, record, path) || value.n < 2 || value.p[0] != '"' ||
        span_find(value, '\\') != value.n)
        return false;
    *text = (struct span){value.p + 1, value.n - 2};
    return true;
}

bool record_time(int64_t *out_ms, struct span record)
{
    struct span text;
    struct err ignored = {0};
    return record_text(&text, record, "eventTime") && utc_read(out_ms, text, &ignored) == 0;
}
