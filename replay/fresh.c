/* fresh.c - see fresh.h. */
#include "replay/fresh.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "cloudtrail/key.h"
#include "replay/keyed.h"

enum { ID_MOST = 256 };

/* No secret: that the ids of two runs agree is what is wanted. */
static const struct span loop_key = SPAN_INIT("beantrail replay --loop");

static bool is_id(struct span name)
{
    return span_is(name, "eventID") || span_is(name, "requestID") || span_is(name, "sharedEventID");
}

/* The string that begins at ${at} without its quotes; false when it does not end. */
static bool string_at(struct span *s, struct span text, size_t at)
{
    for (size_t i = at + 1; i < text.n; i++) {
        if (text.p[i] == '\\') {
            i++;
        } else if (text.p[i] == '"') {
            *s = (struct span){text.p + at + 1, i - at - 1};
            return true;
        }
    }
    return false;
}

static size_t skip_blank(struct span text, size_t at)
{
    while (at < text.n &&
           (text.p[at] == ' ' || text.p[at] == '\t' || text.p[at] == '\n' || text.p[at] == '\r'))
        at++;
    return at;
}

void fresh_text(struct buf *out, struct span text, uint32_t round)
{
    size_t copied = 0;
    for (size_t at = 0; at < text.n; at++) {
        struct span s, value;
        if (text.p[at] != '"')
            continue;
        if (!string_at(&s, text, at))
            break;
        at += s.n + 1;
        if (!is_id(s))
            continue;
        size_t next = skip_blank(text, at + 1);
        if (next >= text.n || text.p[next] != ':')
            continue;
        next = skip_blank(text, next + 1);
        if (next >= text.n || text.p[next] != '"' || !string_at(&value, text, next))
            continue;
        at = next + value.n + 1;
        if (value.n > ID_MOST || span_find(value, '\\') < value.n)
            continue;
        char fresh[ID_MOST];
        keyed_text(fresh, loop_key, SPAN("id"), value, round);
        buf_put(out, text.p + copied, next + 1 - copied);
        buf_put(out, fresh, value.n);
        copied = next + 1 + value.n;
    }
    buf_put(out, text.p + copied, text.n - copied);
}

void fresh_key(char *key, size_t n, uint32_t round)
{
    size_t from = n;
    while (from > 0 && key[from - 1] != '_' && key[from - 1] != '/')
        from--;
    if (from == 0 || key[from - 1] != '_' || n - from <= KEY_SUFFIX_N ||
        key[from + KEY_SUFFIX_N] != '.')
        return;
    uint8_t bytes[2 * sizeof(uint64_t)];
    uint64_t bits[2] = {0, 0};
    keyed_bytes(bytes, sizeof(bytes), loop_key, SPAN("key"), (struct span){key, n}, round);
    for (size_t i = 0; i < sizeof(bytes); i++)
        bits[i / 8] = bits[i / 8] << 8 | bytes[i];
    key_suffix(key + from, bits);
}
