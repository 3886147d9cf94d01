/* rewrite_forms.c - see rewrite_forms.h. */
#include "replay/rewrite_forms.h"

#include <stdio.h>
#include <string.h>

#include "replay/keyed.h"

enum { PREFIX_N = 4, NUMBER_N = 10, ID_LEAST = 20, ID_MOST = 21 };

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

bool forms_is_ipv4(struct span text)
{
    unsigned parts = 0;
    for (size_t i = 0; i < text.n; parts++) {
        unsigned value = 0, digits = 0;
        while (i < text.n && text.p[i] >= '0' && text.p[i] <= '9' && digits < 4) {
            value = value * 10 + (unsigned)(text.p[i++] - '0');
            digits++;
        }
        if (digits == 0 || value > 255 || digits > 3)
            return false;
        if (i < text.n && (text.p[i] != '.' || ++i == text.n))
            return false;
    }
    return parts == 4;
}

bool forms_is_ipv6(struct span text)
{
    unsigned colons = 0, digits = 0;
    bool shortened = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        shortened = shortened || (c == ':' && i > 0 && text.p[i - 1] == ':');
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (c != ':' && !hex)
            return false;
        digits = hex ? digits + 1 : 0;
        colons += c == ':';
        if (digits > 4)
            return false;
    }
    return text.n <= 39 && (colons == 7 || (colons >= 2 && colons < 7 && shortened));
}

static void octets(unsigned out[4], struct span ipv4)
{
    memset(out, 0, 4 * sizeof(out[0]));
    for (size_t i = 0, part = 0; i < ipv4.n && part < 4; i++) {
        if (ipv4.p[i] == '.')
            part++;
        else
            out[part] = out[part] * 10 + (unsigned)(ipv4.p[i] - '0');
    }
}

bool forms_is_common_address(struct span text)
{
    if (!forms_is_ipv4(text))
        return text.n < 6 || span_starts(text, SPAN("fe80")) || span_starts(text, SPAN("ff0"));
    unsigned o[4];
    octets(o, text);
    return o[0] == 0 || o[0] == 127 || o[0] >= 224 || (o[0] == 169 && o[1] == 254);
}

bool forms_is_id(struct span text)
{
    static const char prefixes[] = "AKIA ASIA AIDA AROA AGPA AIPA ANPA ANVA APKA ASCA ABIA ACCA";
    if (text.n < ID_LEAST || text.n > ID_MOST)
        return false;
    bool known = false;
    for (size_t i = 0; i + PREFIX_N < sizeof(prefixes); i += PREFIX_N + 1)
        known = known || memcmp(prefixes + i, text.p, PREFIX_N) == 0;
    for (size_t i = PREFIX_N; known && i < text.n; i++)
        known = text.p[i] != '\0' && strchr(base32, text.p[i]) != NULL;
    return known;
}

bool forms_id_has_account(struct span id)
{
    return id.p[PREFIX_N] != 'I' && id.p[PREFIX_N] != 'J';
}

void forms_id_account(char at[FORMS_ACCOUNT_N], struct span id)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < NUMBER_N; i++)
        bits = bits << 5 | (uint64_t)(strchr(base32, id.p[PREFIX_N + i]) - base32);
    const uint64_t account = bits >> 2 >> 7 & ((UINT64_C(1) << 40) - 1);
    char digits[24];
    snprintf(digits, sizeof(digits), "%012llu", (unsigned long long)account % 1000000000000ull);
    memcpy(at, digits, FORMS_ACCOUNT_N);
}

void forms_make_id(char *at, struct span id, struct span account, struct span key, uint32_t turn)
{
    uint8_t bytes[FORMS_ID_MAX];
    keyed_bytes(bytes, id.n, key, SPAN("id"), id, turn);
    memcpy(at, id.p, PREFIX_N);
    for (size_t i = PREFIX_N; i < id.n; i++)
        at[i] = base32[bytes[i] % 32];
    if (!forms_id_has_account(id)) {
        at[PREFIX_N] = id.p[PREFIX_N];
        return;
    }
    uint64_t number = 0;
    for (size_t i = 0; i < account.n; i++)
        number = number * 10 + (uint64_t)(account.p[i] - '0');
    const uint64_t free_bits = (uint64_t)(bytes[0] & 127) << 2 | (bytes[1] & 3);
    uint64_t bits = UINT64_C(1) << 49 | (number & ((UINT64_C(1) << 40) - 1)) << 9 | free_bits;
    for (size_t i = NUMBER_N; i > 0; i--) {
        at[PREFIX_N + i - 1] = base32[bits % 32];
        bits /= 32;
    }
}

static size_t make_ipv4(char *at, struct span address, const uint8_t *bytes)
{
    unsigned o[4];
    octets(o, address);
    const bool ten = o[0] == 10;
    const bool twelve = o[0] == 172 && o[1] >= 16 && o[1] < 32;
    const bool sixteen = o[0] == 192 && o[1] == 168;
    const bool shared = o[0] == 100 && o[1] >= 64 && o[1] < 128;
    /* First numbers all of whose addresses are public. */
    static const unsigned char public[] = {3,  5,  13, 18, 20, 23,  31,  34,  35,  40,  44,
                                           45, 50, 52, 54, 63, 64,  67,  68,  72,  75,  77,
                                           81, 84, 86, 91, 95, 104, 107, 138, 142, 151, 184};
    if (!ten && !twelve && !sixteen && !shared)
        o[0] = public[bytes[0] % sizeof(public)];
    if (twelve)
        o[1] = 16 + bytes[1] % 16u;
    else if (shared)
        o[1] = 64 + bytes[1] % 64u;
    else if (!sixteen)
        o[1] = bytes[1];
    o[2] = bytes[2];
    o[3] = 1 + bytes[3] % 254u;
    int n = snprintf(at, FORMS_ADDRESS_MAX, "%u.%u.%u.%u", o[0], o[1], o[2], o[3]);
    return (size_t)n;
}

size_t forms_make_address(char at[FORMS_ADDRESS_MAX], struct span address, struct span key,
                          uint32_t turn)
{
    uint8_t bytes[FORMS_ADDRESS_MAX];
    keyed_bytes(bytes, sizeof(bytes), key, SPAN("address"), address, turn);
    if (forms_is_ipv4(address))
        return make_ipv4(at, address, bytes);
    /* The first group says whose the address is; the shape of the others stays. */
    bool first = true, leads = true;
    for (size_t i = 0; i < address.n; i++) {
        const char c = address.p[i];
        at[i] = c;
        if (c != ':' && !first)
            at[i] = leads ? "123456789abcdef"[bytes[i] % 15] : "0123456789abcdef"[bytes[i] % 16];
        first = first && c != ':';
        leads = c == ':';
    }
    return address.n;
}
