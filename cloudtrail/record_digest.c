/* record_digest.c - see record_digest.h. */
#include "cloudtrail/record_digest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cloudtrail/record.h"

enum { DEPTH_MOST = 64, NUMBER_MOST_N = 64, TEXT_FIRST_N = 4096 };

/* Whole numbers beyond this are no longer told apart as doubles. */
static const double whole_most = 9007199254740992.0;

struct member {
    struct span name; /* unescaped */
    struct span value;
    size_t place; /* in the text: members of one name keep their order */
};

void record_digester_init(struct record_digester *d)
{
    arena_init(&d->arena);
    buf_init(&d->text, SIZE_MAX);
}

void record_digester_free(struct record_digester *d)
{
    arena_free(&d->arena);
    buf_free(&d->text);
}

static int compare(const void *a, const void *b)
{
    const struct member *x = a, *y = b;
    const int order = span_compare(x->name, y->name);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static bool unescape(struct span *out, struct record_digester *d, struct span inner)
{
    *out = inner;
    if (span_find(inner, '\\') == inner.n)
        return true;
    struct buf plain;
    buf_init(&plain, inner.n);
    const bool fine = json_put_unescaped(&plain, inner);
    *out = arena_copy(&d->arena, buf_span(&plain));
    buf_free(&plain);
    return fine;
}

static bool put_string(struct record_digester *d, struct span quoted)
{
    struct span text;
    if (quoted.n < 2 || !unescape(&text, d, (struct span){quoted.p + 1, quoted.n - 2}))
        return false;
    json_put_string(&d->text, text);
    return true;
}

/* A number, or true, false, null. */
static bool put_plain(struct record_digester *d, struct span value)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (span_is(value, words[i])) {
            buf_put_span(&d->text, value);
            return true;
        }
    }
    bool whole = true;
    for (size_t i = 0; i < value.n; i++) {
        if (strchr("0123456789+-.eE", value.p[i]) == NULL || value.p[i] == '\0')
            return false;
        whole = whole && strchr(".eE", value.p[i]) == NULL;
    }
    if (whole || value.n >= NUMBER_MOST_N) {
        buf_put_span(&d->text, value);
        return true;
    }
    char text[NUMBER_MOST_N];
    memcpy(text, value.p, value.n);
    text[value.n] = '\0';
    const double number = strtod(text, NULL);
    if (fabs(number) < whole_most && floor(number) == number) {
        json_put_integer(&d->text, (int64_t)number);
        return true;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, number);
        if (strtod(text, NULL) == number)
            break;
    }
    buf_put_span(&d->text, span_of(text));
    return true;
}

static bool is_left_out(struct span name, const char *const *without)
{
    for (; without != NULL && *without != NULL; without++) {
        if (span_is(name, *without))
            return true;
    }
    return false;
}

static bool put_value(struct record_digester *d, struct span value, int depth,
                      const char *const *without);

static bool put_object(struct record_digester *d, struct span object, int depth,
                       const char *const *without)
{
    size_t n = 0;
    struct member m;
    struct record_walk w = {object, 0};
    int got = record_next(&w, &m.name, &m.value);
    for (; got > 0; got = record_next(&w, &m.name, &m.value))
        n++;
    if (got < 0)
        return false;
    struct member *members = ARENA_NEW(&d->arena, struct member, n + 1);
    w = (struct record_walk){object, 0};
    for (size_t i = 0; i < n; i++) {
        record_next(&w, &m.name, &members[i].value);
        if (!unescape(&members[i].name, d, m.name))
            return false;
        members[i].place = i;
    }
    qsort(members, n, sizeof(*members), compare);
    buf_put_char(&d->text, '{');
    bool first = true;
    for (size_t i = 0; i < n; i++) {
        if (is_left_out(members[i].name, without))
            continue;
        if (!first)
            buf_put_char(&d->text, ',');
        first = false;
        json_put_string(&d->text, members[i].name);
        buf_put_char(&d->text, ':');
        if (!put_value(d, members[i].value, depth + 1, NULL))
            return false;
    }
    buf_put_char(&d->text, '}');
    return true;
}

static bool put_array(struct record_digester *d, struct span array, int depth)
{
    struct span element;
    struct record_elements w = {array, 0};
    buf_put_char(&d->text, '[');
    bool first = true;
    int got;
    for (got = record_element(&w, &element); got > 0; got = record_element(&w, &element)) {
        if (!first)
            buf_put_char(&d->text, ',');
        first = false;
        if (!put_value(d, element, depth + 1, NULL))
            return false;
    }
    buf_put_char(&d->text, ']');
    return got == 0;
}

static bool put_value(struct record_digester *d, struct span value, int depth,
                      const char *const *without)
{
    if (value.n == 0 || depth > DEPTH_MOST)
        return false;
    switch (value.p[0]) {
    case '"':
        return put_string(d, value);
    case '{':
        return put_object(d, value, depth, without);
    case '[':
        return put_array(d, value, depth);
    default:
        return put_plain(d, value);
    }
}

bool record_digest(uint8_t out[HASH_SHA256_N], struct record_digester *d, struct span record,
                   const char *const *without)
{
    arena_empty(&d->arena);
    buf_clear(&d->text);
    if (record.n == 0 || record.p[0] != '{' || !put_value(d, record, 0, without))
        return false;
    hash_sha256(out, buf_span(&d->text));
    return true;
}
