/* record.c - see record.h. */
#include "cloudtrail/record.h"

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
    for (at++; at < s.n; at++) {
        if (s.p[at] == '\\')
            at++;
        else if (s.p[at] == '"')
            return at + 1;
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

/* The value of member ${name} of object ${s}. */
static bool find_member(struct span *value, struct span s, struct span name)
{
    size_t at = skip_blank(s, 0);
    if (at >= s.n || s.p[at] != '{')
        return false;
    at = skip_blank(s, at + 1);
    while (at < s.n && s.p[at] == '"') {
        size_t end = skip_string(s, at);
        if (end == 0)
            return false;
        struct span key = {s.p + at + 1, end - at - 2};
        at = skip_blank(s, end);
        if (at >= s.n || s.p[at] != ':')
            return false;
        at = skip_blank(s, at + 1);
        end = skip_value(s, at);
        if (end == 0)
            return false;
        if (span_equal(key, name)) {
            *value = (struct span){s.p + at, end - at};
            return true;
        }
        at = skip_blank(s, end);
        if (at >= s.n || s.p[at] != ',')
            return false;
        at = skip_blank(s, at + 1);
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
