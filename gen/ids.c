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

/* Two hex digits for each byte, so that a UUID is 16 look-ups. */
static const char hex_pairs[512 + 1] =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
    "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f"
    "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
    "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
    "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
    "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

static void put_hex(char *at, uint64_t bits, int nbytes)
{
    for (int i = 0; i < nbytes; i++)
        memcpy(at + 2 * i, hex_pairs + 2 * (bits >> 8 * (nbytes - 1 - i) & 255), 2);
}

void ids_uuid(char at[IDS_UUID_N], uint64_t a, uint64_t b)
{
    a = (a & ~UINT64_C(0xf000)) | UINT64_C(0x4000);
    b = (b & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
    put_hex(at, a >> 32, 4);
    at[8] = '-';
    put_hex(at + 9, a >> 16 & 0xffff, 2);
    at[13] = '-';
    put_hex(at + 14, a & 0xffff, 2);
    at[18] = '-';
    put_hex(at + 19, b >> 48, 2);
    at[23] = '-';
    put_hex(at + 24, b & UINT64_C(0xffffffffffff), 6);
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
