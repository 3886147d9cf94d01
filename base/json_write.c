/* json_write.c - see json.h. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"

/* What stands behind the backslash for a byte; 0: the byte stands for itself, 'u': \u00XX. */
static const char escapes[256] = {
    [0x00] = 'u', [0x01] = 'u', [0x02] = 'u', [0x03] = 'u',  [0x04] = 'u', [0x05] = 'u',
    [0x06] = 'u', [0x07] = 'u', ['\b'] = 'b', ['\t'] = 't',  ['\n'] = 'n', [0x0b] = 'u',
    ['\f'] = 'f', ['\r'] = 'r', [0x0e] = 'u', [0x0f] = 'u',  [0x10] = 'u', [0x11] = 'u',
    [0x12] = 'u', [0x13] = 'u', [0x14] = 'u', [0x15] = 'u',  [0x16] = 'u', [0x17] = 'u',
    [0x18] = 'u', [0x19] = 'u', [0x1a] = 'u', [0x1b] = 'u',  [0x1c] = 'u', [0x1d] = 'u',
    [0x1e] = 'u', [0x1f] = 'u', ['"'] = '"',  ['\\'] = '\\',
};

void json_put_string(struct buf *out, struct span text)
{
    static const char hex[] = "0123456789abcdef";
    buf_put_char(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (escapes[c] == 0)
            continue;
        buf_put(out, text.p + from, i - from);
        from = i + 1;
        char escaped[6] = {'\\', escapes[c], '0', '0', hex[c >> 4], hex[c & 15]};
        buf_put(out, escaped, escapes[c] == 'u' ? 6 : 2);
    }
    if (from < text.n)
        buf_put(out, text.p + from, text.n - from);
    buf_put_char(out, '"');
}

struct span json_escaped(struct arena *arena, struct span text)
{
    struct buf quoted;
    buf_init(&quoted, 6 * text.n + 2);
    json_put_string(&quoted, text);
    struct span inner = arena_copy(arena, (struct span){quoted.p + 1, quoted.n - 2});
    buf_free(&quoted);
    return inner;
}

void json_put_integer(struct buf *out, int64_t value)
{
    char digits[20];
    size_t at = sizeof(digits);
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--at] = '-';
    buf_put(out, digits + at, sizeof(digits) - at);
}

static void put_number(struct buf *out, const struct json *j)
{
    int64_t whole = json_integer(j, INT64_MIN);
    if (whole != INT64_MIN) {
        json_put_integer(out, whole);
        return;
    }
    /* The shortest spelling that reads back as the same number. */
    double value = json_number(j, 0);
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    buf_put_span(out, span_of(text));
}

void json_put_value(struct buf *out, const struct json *j)
{
    if (json_is_string(j)) {
        json_put_string(out, json_text(j));
    } else if (json_is_number(j)) {
        put_number(out, j);
    } else if (json_is_bool(j)) {
        buf_put_span(out, json_is_true(j) ? SPAN("true") : SPAN("false"));
    } else if (json_is_object(j) || json_is_array(j)) {
        bool named = json_is_object(j);
        struct json it = {0};
        buf_put_char(out, named ? '{' : '[');
        for (bool first = true; json_next(j, &it) != 0; first = false) {
            if (!first)
                buf_put_char(out, ',');
            if (named) {
                json_put_string(out, span_of(it.key));
                buf_put_char(out, ':');
            }
            json_put_value(out, &it);
        }
        buf_put_char(out, named ? '}' : ']');
    } else {
        buf_put_span(out, SPAN("null"));
    }
}
