/* shift.c - see shift.h. */
#include "cloudtrail/shift.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utc.h"
#include "cloudtrail/key.h"
#include "cloudtrail/logfile.h"

enum { ISO_N = 19, COMPACT_N = 16, DATE_N = 10, STAMP_N = 14, NARROW_N = 3, ESCAPE_N = 6 };

/* Seconds and milliseconds of the years 2000 to 2100. */
static const int64_t epoch_least_s = 946684800;
static const int64_t epoch_most_s = 4102444800;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Whether ${s} begins like ${pattern}, in which 0 is any digit. */
static bool looks_like(struct span s, const char *pattern)
{
    size_t n = strlen(pattern);
    if (s.n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (pattern[i] == '0' ? !is_digit(s.p[i]) : s.p[i] != pattern[i])
            return false;
    }
    return true;
}

/* The instant moved; false when there is none on that side of the calendar. */
static bool move(int64_t *t_ms, int64_t delta_ms)
{
    static const int64_t most_ms = INT64_C(253402300799999); /* the end of 9999 */
    int64_t moved = *t_ms + delta_ms;
    if (moved < 0 || moved > most_ms)
        return false;
    *t_ms = moved;
    return true;
}

static bool read_iso(int64_t *t_ms, const char at[20])
{
    struct err ignored = {0};
    return utc_read(t_ms, (struct span){at, 20}, &ignored) == 0;
}

/* "2023-07-10T11:42:31", or with a blank: the bytes it takes, 0 when it is none. */
static size_t shift_iso(struct buf *out, struct span s, int64_t delta_ms)
{
    if (!looks_like(s, "0000-00-00T00:00:00") && !looks_like(s, "0000-00-00 00:00:00"))
        return 0;
    char text[20];
    int64_t t_ms;
    memcpy(text, s.p, ISO_N);
    text[DATE_N] = 'T';
    text[ISO_N] = 'Z';
    if (!read_iso(&t_ms, text) || !move(&t_ms, delta_ms))
        return 0;
    utc_iso(text, t_ms);
    text[DATE_N] = s.p[DATE_N];
    buf_put(out, text, ISO_N);
    return ISO_N;
}

/* "20230710T114231Z". */
static size_t shift_compact(struct buf *out, struct span s, int64_t delta_ms)
{
    if (!looks_like(s, "00000000T000000Z"))
        return 0;
    char text[20] = "0000-00-00T00:00:00Z";
    static const unsigned char places[] = {0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 12, 14, 15, 17, 18, 19};
    int64_t t_ms;
    for (size_t i = 0; i < COMPACT_N; i++)
        text[places[i]] = s.p[i];
    if (!read_iso(&t_ms, text) || !move(&t_ms, delta_ms))
        return 0;
    utc_iso(text, t_ms);
    char *at = buf_need(out, COMPACT_N);
    for (size_t i = 0; i < COMPACT_N; i++)
        at[i] = text[places[i]];
    out->n += COMPACT_N;
    return COMPACT_N;
}

/* One or two digits at ${*at}: their value, or -1. */
static int read_small(struct span s, size_t *at)
{
    if (*at >= s.n || !is_digit(s.p[*at]))
        return -1;
    int value = s.p[(*at)++] - '0';
    if (*at < s.n && is_digit(s.p[*at]))
        value = value * 10 + (s.p[(*at)++] - '0');
    return value;
}

static bool skip(struct span s, size_t *at, const char *text)
{
    if (*at > s.n || !span_starts(span_from(s, *at), span_of(text)))
        return false;
    *at += strlen(text);
    return true;
}

/* "Jul 9, 2023, 9:09:09 PM" in any of its spellings. */
static size_t shift_java(struct buf *out, struct span s, int64_t delta_ms)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    size_t at = 3;
    int month = 0;
    while (month < 12 && (s.n < at || memcmp(months + 3 * month, s.p, 3) != 0))
        month++;
    if (month == 12 || !skip(s, &at, " "))
        return 0;
    const int day = read_small(s, &at);
    if (day < 1 || !skip(s, &at, ", ") || at > s.n || !looks_like(span_from(s, at), "0000"))
        return 0;
    char iso[20];
    memcpy(iso, s.p + at, 4);
    at += 4;
    const bool comma = skip(s, &at, ",");
    if (!skip(s, &at, " "))
        return 0;
    int hour = read_small(s, &at);
    if (hour < 1 || hour > 12 || at > s.n || !looks_like(span_from(s, at), ":00:00"))
        return 0;
    memcpy(iso + 13, s.p + at, 6);
    at += 6;
    const bool escaped = skip(s, &at, "\\u202f") || skip(s, &at, "\\u202F");
    const bool narrow = escaped || skip(s, &at, "\xe2\x80\xaf");
    if (!narrow && !skip(s, &at, " "))
        return 0;
    const bool afternoon = skip(s, &at, "PM");
    if (!afternoon && !skip(s, &at, "AM"))
        return 0;
    hour = hour % 12 + (afternoon ? 12 : 0);
    const int numbers[3] = {month + 1, day, hour};
    static const char marks[3] = {'-', '-', 'T'};
    for (size_t i = 0; i < 3; i++) {
        iso[4 + 3 * i] = marks[i];
        iso[5 + 3 * i] = (char)('0' + numbers[i] / 10);
        iso[6 + 3 * i] = (char)('0' + numbers[i] % 10);
    }
    iso[ISO_N] = 'Z';
    int64_t t_ms;
    if (!read_iso(&t_ms, iso) || !move(&t_ms, delta_ms))
        return 0;
    char java[UTC_JAVA_MAX];
    size_t n =
        utc_java(java, t_ms, narrow ? UTC_JAVA_NARROW : (comma ? UTC_JAVA_COMMA : UTC_JAVA_OLD));
    if (!escaped) {
        buf_put(out, java, n);
        return at;
    }
    /* As it was spelled: "\u202f" instead of the character. */
    const size_t tail_n = 2;
    buf_put(out, java, n - NARROW_N - tail_n);
    buf_put(out, s.p + at - tail_n - ESCAPE_N, ESCAPE_N);
    buf_put(out, java + n - tail_n, tail_n);
    return at;
}

/* "2023-07-10" and nothing else. */
static bool shift_date(struct buf *out, struct span s, int64_t delta_ms)
{
    int64_t t_ms;
    struct err ignored = {0};
    if (s.n != DATE_N || !looks_like(s, "0000-00-00") || utc_read(&t_ms, s, &ignored) != 0 ||
        !move(&t_ms, delta_ms))
        return false;
    char text[20];
    utc_iso(text, t_ms);
    buf_put(out, text, DATE_N);
    return true;
}

static bool has_word(struct span name, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= name.n; i++) {
        if (strncasecmp(name.p + i, word, n) == 0)
            return true;
    }
    return false;
}

/* Whether a member of this name holds a time, when it holds what could be one. */
static bool is_time_name(struct span name)
{
    static const char *const words[] = {"time",  "date", "expir", "stamp",
                                        "start", "end",  "since", "until"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (has_word(name, words[i]))
            return true;
    }
    return span_ends(name, SPAN("At")) || span_ends(name, SPAN("_at"));
}

static void shift_string(struct buf *out, struct span s, struct span name, int64_t delta_ms)
{
    if (is_time_name(name) && shift_date(out, s, delta_ms))
        return;
    for (size_t i = 0; i < s.n;) {
        const struct span rest = span_from(s, i);
        const char before = i > 0 ? s.p[i - 1] : ' ';
        size_t took = 0;
        if (is_digit(s.p[i]) && !is_digit(before)) {
            took = shift_iso(out, rest, delta_ms);
            if (took == 0)
                took = shift_compact(out, rest, delta_ms);
        } else if (is_letter(s.p[i]) && !is_letter(before)) {
            took = shift_java(out, rest, delta_ms);
        }
        if (took == 0) {
            buf_put_char(out, s.p[i]);
            took = 1;
        }
        i += took;
    }
}

/* A number that ends before byte ${n} of ${s}; behind ten or thirteen digits may be a fraction. */
static void shift_number(struct buf *out, struct span s, struct span name, int64_t delta_ms)
{
    size_t digits = 0;
    int64_t value = 0;
    while (digits < s.n && digits < 14 && is_digit(s.p[digits]))
        value = value * 10 + (s.p[digits++] - '0');
    const bool whole = digits == s.n || s.p[digits] == '.';
    const int64_t unit = digits == 10 ? 1 : 1000;
    bool exponent = span_find(s, 'e') < s.n || span_find(s, 'E') < s.n;
    if (!whole || exponent || (digits != 10 && digits != 13) || !is_time_name(name) ||
        value < epoch_least_s * unit || value >= epoch_most_s * unit) {
        buf_put_span(out, s);
        return;
    }
    int64_t moved = value + (unit == 1 ? delta_ms / UTC_SECOND_MS : delta_ms);
    if (moved < 0)
        moved = value;
    buf_printf(out, "%lld", (long long)moved);
    buf_put_span(out, span_from(s, digits));
}

/* The end of the string that begins at ${at}, behind its quote, or s.n. */
static size_t string_end(struct span s, size_t at)
{
    for (at++; at < s.n; at++) {
        if (s.p[at] == '\\')
            at++;
        else if (s.p[at] == '"')
            return at + 1;
    }
    return s.n;
}

void shift_text(struct buf *out, struct span text, int64_t delta_ms)
{
    struct span name = {NULL, 0};
    for (size_t at = 0; at < text.n;) {
        const char c = text.p[at];
        if (c == '"') {
            const size_t end = string_end(text, at);
            const struct span whole = {text.p + at, end - at};
            size_t next = end;
            while (next < text.n && strchr(" \t\r\n", text.p[next]) != NULL && text.p[next] != '\0')
                next++;
            if (whole.n < 2 || (next < text.n && text.p[next] == ':')) {
                name = whole.n < 2 ? name : (struct span){whole.p + 1, whole.n - 2};
                buf_put_span(out, whole);
            } else {
                buf_put_char(out, '"');
                shift_string(out, (struct span){whole.p + 1, whole.n - 2}, name, delta_ms);
                buf_put_char(out, whole.p[whole.n - 1]);
            }
            at = end;
        } else if (is_digit(c)) {
            size_t end = at;
            while (end < text.n &&
                   (is_digit(text.p[end]) || strchr(".eE+-", text.p[end]) != NULL) &&
                   text.p[end] != '\0')
                end++;
            const bool negative = at > 0 && text.p[at - 1] == '-';
            const struct span number = {text.p + at, end - at};
            shift_number(out, number, negative ? (struct span){NULL, 0} : name, delta_ms);
            at = end;
        } else {
            buf_put_char(out, c);
            at++;
        }
    }
}

void shift_key(char *key, size_t n, int64_t delta_ms, int64_t newest_ms, int64_t new_newest_ms)
{
    size_t name = n;
    while (name > 0 && key[name - 1] != '/')
        name--;
    size_t at = name;
    while (at < n && !looks_like((struct span){key + at, n - at}, "_00000000T0000Z"))
        at++;
    if (at == n)
        return;
    char *stamp = key + at + 1;
    char iso[20] = "0000-00-00T00:00:00Z";
    static const unsigned char places[] = {0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 12, 14, 15};
    int64_t old_ms;
    for (size_t i = 0; i < sizeof(places); i++)
        iso[places[i]] = stamp[i];
    if (!read_iso(&old_ms, iso))
        return;
    int64_t t_ms = old_ms;
    if (newest_ms != LOGFILE_NO_TIME && key_stamp(newest_ms) == old_ms) {
        t_ms = key_stamp(new_newest_ms);
    } else {
        if (!move(&t_ms, delta_ms))
            return;
        t_ms = key_stamp(t_ms);
    }
    utc_iso(iso, t_ms);
    for (size_t i = 0; i < sizeof(places); i++)
        stamp[i] = iso[places[i]];
    /* "/2023/07/10/" before the name is its day. */
    if (name < 12 || !looks_like((struct span){key + name - 12, 12}, "/0000/00/00/"))
        return;
    char *day = key + name - 11;
    memcpy(day, iso, 4);
    memcpy(day + 5, iso + 5, 2);
    memcpy(day + 8, iso + 8, 2);
}
