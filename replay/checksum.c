/* checksum.c - see checksum.h. */
#include "replay/checksum.h"

#include "base/hash.h"

const char *const checksum_words[] = {"none", "md5", "crc32", "crc32c", "sha256", NULL};

struct span checksum_header(enum checksum_kind kind)
{
    switch (kind) {
    case CHECKSUM_MD5:
        return SPAN("Content-MD5");
    case CHECKSUM_CRC32:
        return SPAN("x-amz-checksum-crc32");
    case CHECKSUM_CRC32C:
        return SPAN("x-amz-checksum-crc32c");
    case CHECKSUM_SHA256:
        return SPAN("x-amz-checksum-sha256");
    case CHECKSUM_NONE:
        break;
    }
    return SPAN("");
}

/* Four bits at a time: a table of sixteen needs no start-up and no lock. */
static uint32_t crc(struct span data, uint32_t polynomial)
{
    uint32_t table[16];
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t c = i;
        for (int bit = 0; bit < 4; bit++)
            c = c & 1 ? polynomial ^ c >> 1 : c >> 1;
        table[i] = c;
    }
    uint32_t c = ~UINT32_C(0);
    for (size_t i = 0; i < data.n; i++) {
        c ^= (uint8_t)data.p[i];
        c = table[c & 15] ^ c >> 4;
        c = table[c & 15] ^ c >> 4;
    }
    return ~c;
}

uint32_t checksum_crc32(struct span data)
{
    return crc(data, 0xEDB88320);
}

uint32_t checksum_crc32c(struct span data)
{
    return crc(data, 0x82F63B78);
}

void checksum_make(struct checksum *out, enum checksum_kind kind, struct span body,
                   const uint8_t *sha256)
{
    uint8_t sum[HASH_SHA256_N];
    size_t n = 0;
    switch (kind) {
    case CHECKSUM_NONE:
        break;
    case CHECKSUM_MD5:
        hash_md5(sum, body);
        n = HASH_MD5_N;
        break;
    case CHECKSUM_CRC32:
    case CHECKSUM_CRC32C: {
        uint32_t c = kind == CHECKSUM_CRC32 ? checksum_crc32(body) : checksum_crc32c(body);
        for (n = 0; n < 4; n++)
            sum[n] = (uint8_t)(c >> (24 - 8 * n));
        break;
    }
    case CHECKSUM_SHA256:
        for (n = 0; n < HASH_SHA256_N; n++)
            sum[n] = sha256[n];
        break;
    }
    out->kind = kind;
    out->text_n = n > 0 ? hash_base64(out->text, sum, n) : 0;
}
