/* held.c - see held.h. */
#include "replay/held.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"

enum {
    ENTRY_N = 16,
    PREFIX_N = 2, /* bytes of an entry that its bucket says */
    REST_N = ENTRY_N - PREFIX_N,
    BLOCK_ROWS = 32,
    SLAB_BLOCKS = 2048
};

struct held_block {
    struct held_block *next;
    uint32_t n;
    uint8_t rows[BLOCK_ROWS][REST_N];
};

struct held_slab {
    struct held_slab *next;
    struct held_block blocks[SLAB_BLOCKS];
};

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count, size);
    if (p == NULL)
        mem_die(count * size);
    return p;
}

void held_init(struct held *h)
{
    *h = (struct held){.n = 0};
}

void held_free(struct held *h)
{
    while (h->slabs != NULL) {
        struct held_slab *slab = h->slabs;
        h->slabs = slab->next;
        free(slab);
    }
    free(h->buckets);
    held_init(h);
}

static size_t bucket_of(const uint8_t entry[ENTRY_N])
{
    return (size_t)entry[0] << 8 | entry[1];
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
    if (h->buckets == NULL)
        h->buckets = zeroed(HELD_BUCKETS, sizeof(*h->buckets));
    struct held_block **first = &h->buckets[bucket_of(entry)];
    if (*first == NULL || (*first)->n == BLOCK_ROWS) {
        if (h->free_n == 0) {
            struct held_slab *slab = zeroed(1, sizeof(*slab));
            slab->next = h->slabs;
            h->slabs = slab;
            h->free_n = SLAB_BLOCKS;
        }
        struct held_block *block = &h->slabs->blocks[--h->free_n];
        block->next = *first;
        *first = block;
    }
    memcpy((*first)->rows[(*first)->n++], entry + PREFIX_N, REST_N);
    h->n++;
}

size_t held_count(const struct held *h)
{
    return h->n;
}

bool held_has(const struct held *h, struct span key, struct span body)
{
    uint8_t md5[HASH_MD5_N];
    char hex[2 * HASH_MD5_N];
    uint8_t entry[ENTRY_N];
    if (h->n == 0)
        return false;
    hash_md5(md5, body);
    hash_hex(hex, md5, sizeof(md5));
    make_entry(entry, key, body.n, (struct span){hex, sizeof(hex)});
    for (const struct held_block *b = h->buckets[bucket_of(entry)]; b != NULL; b = b->next) {
        for (uint32_t i = 0; i < b->n; i++) {
            if (memcmp(b->rows[i], entry + PREFIX_N, REST_N) == 0)
                return true;
        }
    }
    return false;
}
