/* scenario_part.c - see scenario_part.h. */
#include "gen/scenario_part.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/utc.h"

enum {
    TIMES_MAX = 1000000, /* repetitions of one step */
    SUGGEST_MAX = 500,   /* words looked at for a suggestion: a file may be wrong very often */
    NUMBER_DIGITS = 9,
    QUOTE_MAX = 100 /* bytes of a text in a complaint */
};

#define PAUSE_MAX_MS (INT64_C(7) * UTC_DAY_MS)

static struct span quoted(struct span text)
{
    size_t n = text.n;
    if (n > QUOTE_MAX)
        for (n = QUOTE_MAX; n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80;)
            n--;
    return (struct span){text.p, n};
}

void scenario_part_complain(const struct json *object, const char *key, const char *format, ...)
{
    char text[ERR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    struct json at = json_member(object, key);
    json_complain(json_is_present(&at) ? &at : object, "%s", text);
}

struct scenario_list scenario_part_list(struct scenario_part *p, const struct json *j)
{
    size_t n = json_is_array(j) ? json_count(j) : 0;
    struct json *elements = ARENA_NEW(p->arena, struct json, n);
    struct json it = {0};
    for (size_t i = 0; i < n && json_next(j, &it) != 0; i++)
        elements[i] = it;
    return (struct scenario_list){elements, n};
}

struct scenario_list scenario_part_join(struct scenario_part *p, const struct json *one,
                                        const struct json *other)
{
    const struct json *lists[2] = {one, other};
    size_t most = json_count(one) + json_count(other);
    struct json *elements = ARENA_NEW(p->arena, struct json, most);
    size_t n = 0;
    for (size_t i = 0; i < 2; i++)
        for (struct json it = {0}; json_is_array(lists[i]) && json_next(lists[i], &it) != 0;)
            elements[n++] = it;
    return (struct scenario_list){elements, n};
}

/* Names */

static int by_name(const void *left, const void *right)
{
    const struct scenario_name *a = left;
    const struct scenario_name *b = right;
    int order = span_compare(a->name, b->name);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

void scenario_part_name(struct scenario_names *names, struct span name, size_t index,
                        const struct json *at, const char *key)
{
    if (name.n > 0)
        names->rows[names->n++] = (struct scenario_name){name, (uint32_t)index, at, key};
}

void scenario_part_sort(struct scenario_names *names, const char *what)
{
    if (names->n == 0)
        return;
    qsort(names->rows, names->n, sizeof(names->rows[0]), by_name);
    for (size_t i = 1; i < names->n && what != NULL; i++) {
        const struct scenario_name *row = &names->rows[i];
        struct span shown = quoted(row->name);
        if (!span_equal(row->name, row[-1].name))
            continue;
        if (row->at->doc == row[-1].at->doc)
            scenario_part_complain(row->at, row->key, "%s called \"%.*s\" was there before", what,
                                   SPAN_ARG(shown));
        else
            /* What a population makes comes last, and nobody can change it there. */
            scenario_part_complain(row[-1].at, row[-1].key,
                                   "%s called \"%.*s\" is made elsewhere too", what,
                                   SPAN_ARG(shown));
    }
}

size_t scenario_part_first(const struct scenario_names *names, struct span name)
{
    size_t low = 0;
    size_t high = names->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (span_compare(names->rows[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < names->n && span_equal(names->rows[low].name, name) ? low : names->n;
}

void scenario_part_unknown(struct scenario_part *p, const struct json *j, const char *what,
                           const struct span *words, size_t n)
{
    const char *texts[SUGGEST_MAX + 1] = {NULL};
    for (size_t i = 0; i < n && i < SUGGEST_MAX; i++)
        texts[i] = arena_copy(p->arena, words[i]).p;
    const char *near = json_nearest(json_text(j), texts);
    struct span shown = quoted(json_text(j));
    if (near != NULL)
        json_complain(j, "\"%.*s\" is not %s; did you mean \"%s\"?", SPAN_ARG(shown), what, near);
    else
        json_complain(j, "\"%.*s\" is not %s", SPAN_ARG(shown), what);
}

uint32_t scenario_part_refer(struct scenario_part *p, const struct scenario_names *names,
                             const struct json *j, const char *what)
{
    size_t at = scenario_part_first(names, json_text(j));
    if (at < names->n)
        return names->rows[at].index;
    struct span words[SUGGEST_MAX];
    size_t n = 0;
    for (; n < names->n && n < SUGGEST_MAX; n++)
        words[n] = names->rows[n].name;
    scenario_part_unknown(p, j, what, words, n);
    return SCENARIO_NONE;
}

/* Values */

bool scenario_part_is_label(struct span text, bool lower)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool inner = i > 0 && i + 1 < text.n;
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              (c >= 'A' && c <= 'Z' && !lower) || (c == '-' && inner)))
            return false;
    }
    return text.n > 0;
}

const struct span *scenario_part_texts(struct scenario_part *p, const struct json *j, size_t *n,
                                       size_t min, size_t max)
{
    size_t count = json_is_array(j) ? json_count(j) : 0;
    struct span *texts = ARENA_NEW(p->arena, struct span, count);
    struct json it = {0};
    *n = 0;
    while (count > 0 && json_next(j, &it) != 0) {
        struct span text = json_text(&it);
        if (!json_is_string(&it))
            json_complain(&it, "must be a string");
        else if (text.n < min || text.n > max)
            json_complain(&it, "must be %zu to %zu bytes long, not %zu", min, max, text.n);
        else
            texts[(*n)++] = text;
    }
    return texts;
}

/* Digits at the start of ${text}, at most NUMBER_DIGITS; their number comes back, 0 for none. */
static size_t read_number(struct span text, int64_t *value)
{
    size_t n = 0;
    int64_t sum = 0;
    while (n < text.n && n < NUMBER_DIGITS && text.p[n] >= '0' && text.p[n] <= '9')
        sum = sum * 10 + (text.p[n++] - '0');
    *value = sum;
    return n;
}

static bool read_pause(struct span text, int64_t *out_ms)
{
    struct err e = {0};
    int64_t ms = 0;
    size_t n = read_number(text, &ms);
    if (n == 0 || !span_is(span_from(text, n), "ms"))
        if (utc_duration(&ms, text, &e) != 0)
            return false;
    *out_ms = ms;
    return true;
}

/* Split "a..b"; for "a" both parts are it. */
static void split_range(struct span text, struct span *low, struct span *high)
{
    *low = text;
    *high = text;
    for (size_t i = 0; i + 1 < text.n; i++) {
        if (text.p[i] == '.' && text.p[i + 1] == '.') {
            *low = (struct span){text.p, i};
            *high = span_from(text, i + 2);
            return;
        }
    }
}

void scenario_part_pause(const struct json *j, int64_t *low_ms, int64_t *high_ms)
{
    if (!json_is_present(j))
        return;
    struct span shown = quoted(json_text(j));
    struct span first;
    struct span second;
    int64_t low = 0;
    int64_t high = 0;
    split_range(json_text(j), &first, &second);
    if (!json_is_string(j))
        json_complain(j, "must be a string like \"2s\" or \"2s..5s\"");
    else if (!read_pause(first, &low) || !read_pause(second, &high))
        json_complain(j, "\"%.*s\" is neither a duration like \"2s\" nor a range like \"2s..5s\"",
                      SPAN_ARG(shown));
    else if (low > high)
        json_complain(j, "\"%.*s\" must begin with the shorter duration", SPAN_ARG(shown));
    else if (high > PAUSE_MAX_MS)
        json_complain(j, "\"%.*s\" is longer than 7d", SPAN_ARG(shown));
    else {
        *low_ms = low;
        *high_ms = high;
    }
}

static bool read_times(struct span text, int64_t *out)
{
    size_t n = read_number(text, out);
    return n > 0 && n == text.n;
}

void scenario_part_times(const struct json *j, uint32_t *low, uint32_t *high)
{
    if (!json_is_present(j))
        return;
    struct span first;
    struct span second;
    int64_t least = 0;
    int64_t most = 0;
    if (json_is_number(j)) {
        least = most = json_integer(j, -1);
    } else {
        split_range(json_text(j), &first, &second);
        if (!json_is_string(j) || !read_times(first, &least) || !read_times(second, &most))
            least = -1;
    }
    if (least < 1 || most > TIMES_MAX)
        json_complain(j, "must be a whole number from 1 to %d or a range like \"3..8\"", TIMES_MAX);
    else if (least > most)
        json_complain(j, "must begin with the smaller number");
    else {
        *low = (uint32_t)least;
        *high = (uint32_t)most;
    }
}

bool scenario_part_instant(const struct json *j, int64_t start_ms, int64_t *out_ms)
{
    struct err e = {0};
    struct span text = json_text(j);
    int64_t ms = 0;
    if (!json_is_string(j)) {
        json_complain(j, "must be a string: RFC 3339, or a duration after the start like \"+2h\"");
        return false;
    }
    if (text.n > 0 && (text.p[0] == '+' || text.p[0] == '-')) {
        if (utc_duration(&ms, span_from(text, 1), &e) == 0) {
            *out_ms = text.p[0] == '+' ? start_ms + ms : start_ms - ms;
            return true;
        }
    } else if (utc_read(&ms, text, &e) == 0) {
        *out_ms = ms;
        return true;
    }
    json_complain(j, "%s", e.text);
    return false;
}

struct span scenario_part_seed(struct scenario_part *p, const struct json *j)
{
    if (!json_is_present(j))
        return SPAN("1");
    struct span text = json_text(j);
    int64_t number = json_integer(j, -1);
    if (text.n > 0 && text.n <= 64)
        return text;
    if (number >= 0)
        return arena_printf(p->arena, "%jd", (intmax_t)number);
    json_complain(j, "must be a text of 1 to 64 bytes or a whole number below 2^53");
    return SPAN("1");
}

uint32_t scenario_part_ppm(double share)
{
    if (!(share > 0))
        return 0;
    return share >= 1 ? 1000000 : (uint32_t)lround(share * 1e6);
}
