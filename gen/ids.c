/* ids.c - see ids.h. */
#include "gen/ids.h"

#include <assert.h>

#include "base/draw.h"
#include "gen/purpose.h"

void ids_unique(char *at, size_t n, const char prefix[4], struct span account, uint64_t address)
{
    static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint64_t number = 0;
    for (size_t i = 0; i < account.n; i++)
        number = number * 10 + (uint64_t)(account.p[i] - '0');

    uint64_t bits = draw_at(address, PURPOSE_KEY, 0);
    uint64_t carried = UINT64_C(1) << 49 | (number & ((UINT64_C(1) << 40) - 1)) << 9 | (bits & 511);
    memcpy(at, prefix, 4);
    for (int i = 0; i < 10; i++)
        at[4 + i] = base32[carried >> (45 - 5 * i) & 31];
    bits >>= 9;
    for (size_t i = 14; i < n; i++) {
        at[i] = base32[bits & 31];
        bits >>= 5;
    }
}

/* The sixteen hex digits of ${bits}, all at once: a lane for each byte, which becomes its two
 * digits. */
static void put_hex16(char at[16], uint64_t bits)
{
    typedef uint8_t bytes8 __attribute__((vector_size(8)));
    typedef uint16_t lanes8 __attribute__((vector_size(16)));
    typedef int8_t bytes16 __attribute__((vector_size(16)));
    static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the high digit comes first");
    bytes8 bytes;
    bits = __builtin_bswap64(bits);
    memcpy(&bytes, &bits, sizeof bytes);
    const lanes8 wide = __builtin_convertvector(bytes, lanes8);
    const lanes8 split = wide >> 4 | (wide & 15) << 8;
    bytes16 digits = (bytes16)split;
    digits += '0' + ((digits > 9) & ('a' - '0' - 10));
    memcpy(at, &digits, sizeof digits);
}

void ids_uuid(char at[IDS_UUID_N], uint64_t a, uint64_t b)
{
    a = (a & ~UINT64_C(0xf000)) | UINT64_C(0x4000);
    b = (b & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
    char hex[32];
    put_hex16(hex, a);
    put_hex16(hex + 16, b);
    memcpy(at, hex, 8);
    at[8] = '-';
    memcpy(at + 9, hex + 8, 4);
    at[13] = '-';
    memcpy(at + 14, hex + 12, 4);
    at[18] = '-';
    memcpy(at + 19, hex + 16, 4);
    at[23] = '-';
    memcpy(at + 24, hex + 20, 12);
}

void ids_text(char *at, size_t n, struct span alphabet, uint64_t address)
{
    assert(alphabet.n > 0 && alphabet.n <= 64);
    for (size_t i = 0; i < n; i++)
        at[i] = alphabet.p[draw_below(draw_at(address, PURPOSE_TEXT, i), alphabet.n)];
}

void ids_resource(char at[IDS_RESOURCE_N], uint64_t address)
{
    at[0] = '0';
    ids_text(at + 1, IDS_RESOURCE_N - 1, IDS_HEX, address);
}
