/* hash.c - see hash.h. */
#include "base/hash.h"

#include <assert.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/arena.h"

enum { SHA256_BLOCK_N = 64 };

/* Fetched on a thread's first use and kept: looking an algorithm up costs more than hashing a
   record does. */
struct hasher {
    EVP_MD_CTX *ctx;
    EVP_MD *sha256, *md5;
};

static _Thread_local struct hasher of_thread;

static struct hasher *hasher_of_thread(void)
{
    struct hasher *h = &of_thread;
    if (h->ctx == NULL) {
        h->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
        h->md5 = EVP_MD_fetch(NULL, "MD5", "-fips");
        h->ctx = EVP_MD_CTX_new();
        if (h->ctx == NULL || h->sha256 == NULL || h->md5 == NULL)
            mem_die(sizeof(*h));
    }
    return h;
}

void hash_thread_end(void)
{
    EVP_MD_CTX_free(of_thread.ctx);
    EVP_MD_free(of_thread.sha256);
    EVP_MD_free(of_thread.md5);
    of_thread = (struct hasher){0};
}

static void digest(uint8_t *out, EVP_MD_CTX *ctx, const EVP_MD *md, const struct span *parts,
                   size_t nparts)
{
    int ok = EVP_DigestInit_ex2(ctx, md, NULL);
    for (size_t i = 0; i < nparts; i++)
        ok &= EVP_DigestUpdate(ctx, parts[i].p, parts[i].n);
    ok &= EVP_DigestFinal_ex(ctx, out, NULL);
    assert(ok == 1);
    (void)ok;
}

void hash_sha256(uint8_t out[HASH_SHA256_N], struct span data)
{
    hash_sha256_parts(out, &data, 1);
}

void hash_sha256_parts(uint8_t out[HASH_SHA256_N], const struct span *parts, size_t nparts)
{
    struct hasher *h = hasher_of_thread();
    digest(out, h->ctx, h->sha256, parts, nparts);
}

void hash_hmac_sha256(uint8_t out[HASH_SHA256_N], struct span key, struct span data)
{
    /* RFC 2104, section 2: H(K ^ opad, H(K ^ ipad, text)). */
    uint8_t block[SHA256_BLOCK_N] = {0}, inner[SHA256_BLOCK_N], outer[SHA256_BLOCK_N];
    uint8_t sum[HASH_SHA256_N];
    if (key.n > sizeof(block))
        hash_sha256(block, key);
    else if (key.n > 0)
        memcpy(block, key.p, key.n);
    for (size_t i = 0; i < sizeof(block); i++) {
        inner[i] = block[i] ^ 0x36;
        outer[i] = block[i] ^ 0x5c;
    }
    hash_sha256_parts(sum, (struct span[]){{(char *)inner, sizeof(inner)}, data}, 2);
    hash_sha256_parts(
        out, (struct span[]){{(char *)outer, sizeof(outer)}, {(char *)sum, sizeof(sum)}}, 2);
}

void hash_md5(uint8_t out[HASH_MD5_N], struct span data)
{
    struct hasher *h = hasher_of_thread();
    digest(out, h->ctx, h->md5, &data, 1);
}

void hash_hex(char *at, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        at[2 * i] = digits[bytes[i] >> 4];
        at[2 * i + 1] = digits[bytes[i] & 15];
    }
}

size_t hash_base64(char *at, const uint8_t *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t used = 0;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i;
        uint32_t group = (uint32_t)bytes[i] << 16;
        if (left > 1)
            group |= (uint32_t)bytes[i + 1] << 8;
        if (left > 2)
            group |= bytes[i + 2];
        at[used++] = digits[group >> 18];
        at[used++] = digits[group >> 12 & 63];
        at[used++] = left > 1 ? digits[group >> 6 & 63] : '=';
        at[used++] = left > 2 ? digits[group & 63] : '=';
    }
    return used;
}
