/* json_scan.c - see json_doc.h. */
#include "base/json_doc.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"

enum { NUMBER_MAX = 63 }; /* characters; the parser behind us cuts longer numbers */

struct scan {
    char *text;
    size_t n;
    size_t at;
    struct json_fault *fault;
};

static int fault_at(struct scan *s, size_t at, const char *text)
{
    s->fault->at = at;
    s->fault->text = text;
    return -1;
}

/* The length of the UTF-8 character at ${p}, before ${end}; 0 when there is none. */
static size_t character(const unsigned char *p, const unsigned char *end)
{
    size_t n = 2;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    if (p[0] >= 0xe0)
        n = p[0] >= 0xf0 ? 4 : 3;
    /* The second byte's range keeps out long forms, surrogates and what is beyond U+10FFFF. */
    switch (p[0]) {
    case 0xe0:
        low = 0xa0;
        break;
    case 0xed:
        high = 0x9f;
        break;
    case 0xf0:
        low = 0x90;
        break;
    case 0xf4:
        high = 0x8f;
        break;
    default:
        break;
    }
    if ((size_t)(end - p) < n || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

static int check_encoding(struct scan *s)
{
    const unsigned char *text = (const unsigned char *)s->text;
    if (s->n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        return fault_at(s, 0, "the text begins with a byte order mark; save it without one");
    size_t i = 0;
    while (i < s->n) {
        if (text[i] == '\0')
            return fault_at(s, i, "a NUL byte has no place in JSON");
        size_t n = character(text + i, text + s->n);
        if (n == 0)
            return fault_at(s, i, "these bytes are not UTF-8; save the text as UTF-8");
        i += n;
    }
    return 0;
}

/* Blank the comment at s->at, which begins with '/'. */
static int blank_comment(struct scan *s)
{
    size_t begin = s->at;
    size_t end = begin;
    if (s->text[begin + 1] == '/') {
        while (end < s->n && s->text[end] != '\n')
            end++;
    } else if (s->text[begin + 1] == '*') {
        const char *close = strstr(s->text + begin + 2, "*/");
        if (close == NULL)
            return fault_at(s, begin, "the comment has no end; close it with */");
        end = (size_t)(close - s->text) + 2;
    } else {
        return fault_at(s, begin, "a comment begins with // or /*");
    }
    for (size_t i = begin; i < end; i++)
        if (s->text[i] != '\n' && s->text[i] != '\r')
            s->text[i] = ' ';
    s->at = end;
    return 0;
}

static int skip_space(struct scan *s)
{
    for (;;) {
        char c = s->text[s->at];
        if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
            s->at++;
        } else if (c == '/') {
            if (blank_comment(s) != 0)
                return -1;
        } else {
            return 0;
        }
    }
}

/* The value of four hexadecimal digits at ${p}, or -1. */
static int hex4(const char *p)
{
    int value = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int digit = 0;
        if (c >= '0' && c <= '9')
            digit = c - '0';
        else if (c >= 'a' && c <= 'f')
            digit = c - 'a' + 10;
        else if (c >= 'A' && c <= 'F')
            digit = c - 'A' + 10;
        else
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* Step over the escape at s->at. */
static int escape(struct scan *s)
{
    const char *p = s->text + s->at;
    if (p[1] != 'u') {
        if (p[1] == '\0' || strchr("\"\\/bfnrt", p[1]) == NULL)
            return fault_at(s, s->at, "unknown escape; a backslash is written \\\\");
        s->at += 2;
        return 0;
    }
    int unit = hex4(p + 2);
    if (unit < 0)
        return fault_at(s, s->at, "\\u wants four hexadecimal digits");
    if (unit == 0)
        return fault_at(s, s->at, "\\u0000 is not supported");
    s->at += 6;
    if (unit < 0xd800 || unit > 0xdfff)
        return 0;
    int low = -1;
    if (unit <= 0xdbff && p[6] == '\\' && p[7] == 'u')
        low = hex4(p + 8);
    if (low < 0xdc00 || low > 0xdfff)
        return fault_at(s, s->at - 6, "half a surrogate pair; write both halves or the character");
    s->at += 6;
    return 0;
}

static int scan_string(struct scan *s)
{
    size_t begin = s->at;
    s->at++;
    for (;;) {
        unsigned char c = (unsigned char)s->text[s->at];
        if (c == '"') {
            s->at++;
            return 0;
        }
        if (c == '\\') {
            if (escape(s) != 0)
                return -1;
        } else if (c >= 0x20) {
            s->at++;
        } else if (s->at >= s->n || c == '\n' || c == '\r') {
            return fault_at(s, begin,
                            "the string does not end on its line; close it with '\"', or "
                            "write a line break as \\n");
        } else if (c == '\t') {
            return fault_at(s, s->at, "a tab in a string is written \\t");
        } else {
            return fault_at(s, s->at, "a control character in a string is written \\u00XX");
        }
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int digits(struct scan *s)
{
    if (!is_digit(s->text[s->at]))
        return fault_at(s, s->at, "expected a digit");
    while (is_digit(s->text[s->at]))
        s->at++;
    return 0;
}

static int scan_number(struct scan *s)
{
    size_t begin = s->at;
    bool scaled = false;
    if (s->text[s->at] == '-')
        s->at++;
    if (s->text[s->at] == '0' && is_digit(s->text[s->at + 1]))
        return fault_at(s, s->at,
                        "a number does not begin with 0; leave the zeros out, or write "
                        "it in quotes if it is a name");
    if (digits(s) != 0)
        return -1;
    if (s->text[s->at] == '.') {
        s->at++;
        if (digits(s) != 0)
            return -1;
    }
    if (s->text[s->at] == 'e' || s->text[s->at] == 'E') {
        scaled = true;
        s->at++;
        if (s->text[s->at] == '+' || s->text[s->at] == '-')
            s->at++;
        if (digits(s) != 0)
            return -1;
    }
    if (s->at - begin > NUMBER_MAX)
        return fault_at(s, begin, "the number is longer than 63 characters");
    if (scaled && !isfinite(strtod(s->text + begin, NULL)))
        return fault_at(s, begin, "the number is too large");
    return 0;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

static int scan_word(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t n = 0;
    while (is_word(s->text[s->at + n]))
        n++;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i]) == n && memcmp(s->text + s->at, words[i], n) == 0) {
            s->at += n;
            return 0;
        }
    }
    return fault_at(s, s->at, "unknown word; only true, false and null stand without quotes");
}

/* A string, a number or a word at s->at. */
static int scan_scalar(struct scan *s)
{
    char c = s->text[s->at];
    if (c == '"')
        return scan_string(s);
    if (c == '-' || is_digit(c))
        return scan_number(s);
    if (is_word(c))
        return scan_word(s);
    if (s->at >= s->n)
        return fault_at(s, s->at, "the text ends where a value is expected");
    if (c == '\'')
        return fault_at(s, s->at, "strings stand in double quotes");
    return fault_at(s, s->at, "expected a value");
}

/* A member's name and its colon, up to its value. */
static int scan_name(struct scan *s)
{
    if (s->at >= s->n)
        return fault_at(s, s->at, "the text ends inside an object; expected '}'");
    if (s->text[s->at] != '"')
        return fault_at(s, s->at, "expected a member's name in double quotes");
    if (scan_string(s) != 0 || skip_space(s) != 0)
        return -1;
    if (s->text[s->at] != ':')
        return fault_at(s, s->at, "expected ':' behind the member's name");
    s->at++;
    return skip_space(s);
}

/* Behind a value inside ${depth} containers: close what closes, and stand at the next value. */
static int scan_behind(struct scan *s, const char *closers, size_t *depth)
{
    while (*depth > 0) {
        char closer = closers[*depth - 1];
        if (skip_space(s) != 0)
            return -1;
        if (s->text[s->at] == closer) {
            s->at++;
            --*depth;
            continue;
        }
        if (s->text[s->at] != ',')
            return fault_at(s, s->at,
                            closer == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
        size_t comma = s->at;
        s->at++;
        if (skip_space(s) != 0)
            return -1;
        if (s->text[s->at] == closer)
            return fault_at(s, comma, "the last comma is one too many");
        return closer == '}' ? scan_name(s) : 0;
    }
    return 0;
}

static int scan_value(struct scan *s)
{
    char closers[JSON_DEPTH_MAX];
    size_t depth = 0;
    for (;;) {
        char c = s->text[s->at];
        if (c == '{' || c == '[') {
            if (depth == JSON_DEPTH_MAX)
                return fault_at(s, s->at, "values are nested deeper than 64");
            char closer = c == '{' ? '}' : ']';
            closers[depth] = closer;
            depth++;
            s->at++;
            if (skip_space(s) != 0)
                return -1;
            if (s->text[s->at] != closer) {
                if (closer == '}' && scan_name(s) != 0)
                    return -1;
                continue;
            }
            s->at++;
            depth--;
        } else if (scan_scalar(s) != 0) {
            return -1;
        }
        if (scan_behind(s, closers, &depth) != 0)
            return -1;
        if (depth == 0)
            return 0;
    }
}

int json_scan(char *text, size_t n, struct json_fault *fault)
{
    _Static_assert(JSON_DEPTH_MAX == 64, "the message in scan_value says 64");
    struct scan s = {.text = text, .n = n, .fault = fault};
    if (check_encoding(&s) != 0 || skip_space(&s) != 0)
        return -1;
    if (s.at >= n)
        return fault_at(&s, s.at, "there is no value in this text");
    if (scan_value(&s) != 0 || skip_space(&s) != 0)
        return -1;
    if (s.at < n)
        return fault_at(&s, s.at, "there is more text behind the value");
    return 0;
}
