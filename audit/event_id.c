/* event_id.c - see event_id.h. */
#include "audit/event_id.h"

#include <stddef.h>

#include "base/hash.h"

static bool is_hyphen(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct event_id event_id_of(struct span text)
{
    struct event_id id = {.is_uuid = text.n == EVENT_ID_TEXT_N};
    size_t digits = 0;
    for (size_t i = 0; i < text.n && id.is_uuid; i++) {
        if (is_hyphen(i)) {
            id.is_uuid = text.p[i] == '-';
            continue;
        }
        const int value = hex_value(text.p[i]);
        id.is_uuid = value >= 0;
        uint64_t *half = digits++ < 16 ? &id.high : &id.low;
        *half = *half << 4 | (uint64_t)(value & 15);
    }
    if (id.is_uuid)
        return id;
    uint8_t sum[HASH_SHA256_N];
    hash_sha256(sum, text);
    for (size_t i = 0; i < 8; i++) {
        id.high = id.high << 8 | sum[i];
        id.low = id.low << 8 | sum[8 + i];
    }
    return id;
}

void event_id_text(char at[EVENT_ID_TEXT_N], uint64_t high, uint64_t low)
{
    unsigned digit = 0;
    for (size_t i = 0; i < EVENT_ID_TEXT_N; i++) {
        if (is_hyphen(i)) {
            at[i] = '-';
            continue;
        }
        const uint64_t half = digit < 16 ? high : low;
        at[i] = "0123456789abcdef"[half >> (60 - 4 * (digit % 16)) & 15];
        digit++;
    }
}
