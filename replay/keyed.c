/* keyed.c - see keyed.h. */
#include "replay/keyed.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/hash.h"

enum { UUID_N = 36, UUID_VERSION = 14, UUID_VARIANT = 19 };

void keyed_bytes(uint8_t *out, size_t n, struct span key, struct span purpose, struct span text,
                 uint32_t turn)
{
    assert(n <= KEYED_BYTES_MAX);
    /* What is signed has fixed parts first, so that no two questions are alike. */
    uint8_t head[HASH_SHA256_N + 8];
    uint8_t name[HASH_SHA256_N];
    uint8_t block[HASH_SHA256_N];
    const struct span parts[] = {purpose, {"\0", 1}, text};
    hash_sha256_parts(name, parts, sizeof(parts) / sizeof(parts[0]));
    memcpy(head, name, sizeof(name));
    for (size_t i = 0; i < 4; i++)
        head[HASH_SHA256_N + i] = (uint8_t)(turn >> 8 * i);
    for (uint32_t count = 0; n > 0; count++) {
        for (size_t i = 0; i < 4; i++)
            head[HASH_SHA256_N + 4 + i] = (uint8_t)(count >> 8 * i);
        hash_hmac_sha256(block, key, (struct span){(const char *)head, sizeof(head)});
        size_t take_n = n < sizeof(block) ? n : sizeof(block);
        memcpy(out, block, take_n);
        out += take_n;
        n -= take_n;
    }
}

static bool is_within(char c, char first, char last)
{
    return c >= first && c <= last;
}

/* Whether ${text} is made of hex digits of one case and hyphens, with a digit and a letter. */
static bool is_hex(struct span text, bool capitals)
{
    bool digit = false, letter = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool l = capitals ? is_within(c, 'A', 'F') : is_within(c, 'a', 'f');
        bool d = is_within(c, '0', '9');
        if (!l && !d && c != '-')
            return false;
        letter = letter || l;
        digit = digit || d;
    }
    return digit && letter;
}

void keyed_text(char *at, struct span key, struct span purpose, struct span text, uint32_t turn)
{
    uint8_t bytes[KEYED_BYTES_MAX];
    const size_t n = text.n < sizeof(bytes) / 2 ? text.n : sizeof(bytes) / 2;
    const bool small_hex = is_hex(text, false);
    const bool capital_hex = !small_hex && is_hex(text, true);
    keyed_bytes(bytes, 2 * n, key, purpose, text, turn);
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        at[i] = c;
        if (i >= n)
            continue;
        const unsigned draw = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
        const bool digit = is_within(c, '0', '9');
        const bool letter = is_within(c, 'a', 'z') || is_within(c, 'A', 'Z');
        if ((digit || letter) && (small_hex || capital_hex))
            at[i] = (small_hex ? "0123456789abcdef" : "0123456789ABCDEF")[draw % 16];
        else if (digit)
            at[i] = (char)('0' + draw % 10);
        else if (letter)
            at[i] = (char)((is_within(c, 'a', 'z') ? 'a' : 'A') + draw % 26);
    }
    if (text.n == UUID_N && (small_hex || capital_hex) && text.p[8] == '-' && text.p[13] == '-') {
        at[UUID_VERSION] = text.p[UUID_VERSION];
        const unsigned draw = bytes[2 * UUID_VARIANT] % 4;
        if (strchr("89abAB", text.p[UUID_VARIANT]) != NULL)
            at[UUID_VARIANT] = (small_hex ? "89ab" : "89AB")[draw];
    }
}
