/* held.c - see held.h. */
#include "replay/held.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

enum { ENTRY_N = 16 };

void held_init(struct held *h)
{
    buf_init(&h->entries, (size_t)64 << 30);
    h->sorted = true;
}

void held_free(struct held *h)
{
    buf_free(&h->entries);
}

static void make_entry(uint8_t out[ENTRY_N], struct span key, uint64_t size_n, struct span etag)
{
    char size[24];
    int n = snprintf(size, sizeof(size), "%llu", (unsigned long long)size_n);
    const struct span parts[] = {key, {"\0", 1}, {size, (size_t)n}, {"\0", 1}, etag};
    uint8_t digest[HASH_SHA256_N];
    hash_sha256_parts(digest, parts, sizeof(parts) / sizeof(parts[0]));
    memcpy(out, digest, ENTRY_N);
}

void held_add(struct held *h, struct span key, uint64_t size_n, struct span etag)
{
    if (etag.n >= 2 && etag.p[0] == '"' && etag.p[etag.n - 1] == '"')
        etag = (struct span){etag.p + 1, etag.n - 2};
    uint8_t entry[ENTRY_N];
    make_entry(entry, key, size_n, etag);
    buf_put(&h->entries, entry, sizeof(entry));
    h->sorted = false;
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, ENTRY_N);
}

void held_settle(struct held *h)
{
    if (h->entries.n > 0)
        qsort(h->entries.p, h->entries.n / ENTRY_N, ENTRY_N, by_bytes);
    h->sorted = true;
}

size_t held_count(const struct held *h)
{
    return h->entries.n / ENTRY_N;
}

bool held_has(const struct held *h, struct span key, struct span body)
{
    assert(h->sorted);
    uint8_t md5[HASH_MD5_N];
    char hex[2 * HASH_MD5_N];
    uint8_t entry[ENTRY_N];
    if (h->entries.n == 0)
        return false;
    hash_md5(md5, body);
    hash_hex(hex, md5, sizeof(md5));
    make_entry(entry, key, body.n, (struct span){hex, sizeof(hex)});
    return bsearch(entry, h->entries.p, h->entries.n / ENTRY_N, ENTRY_N, by_bytes) != NULL;
}
