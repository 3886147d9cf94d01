/* sign.c - see sign.h. */
#include "base/sign.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

enum { FILE_MOST_N = 64 << 10, BITS_LEAST = 2048, BITS_MOST = 8 * SIGN_MOST_N };

struct sign_key {
    EVP_PKEY *pkey;
};

/* Nobody is there to be asked for a passphrase. */
static int no_passphrase(char *at, int n, int writing, void *ctx)
{
    (void)at;
    (void)n;
    (void)writing;
    (void)ctx;
    return -1;
}

int sign_open(struct sign_key **out, const char *path, struct err *e)
{
    struct buf text;
    buf_init(&text, FILE_MOST_N);
    EVP_PKEY *pkey = NULL;
    int rc = file_read(&text, path, e);
    if (rc == 0) {
        BIO *bio = BIO_new_mem_buf(text.p, (int)text.n);
        pkey = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
        BIO_free(bio);
    }
    if (text.cap > 0)
        OPENSSL_cleanse(text.p, text.cap);
    buf_free(&text);
    if (rc != 0)
        return -1;
    if (pkey == NULL || !EVP_PKEY_is_a(pkey, "RSA"))
        rc = err_set(e, ERR_INPUT,
                     "%s: is not an RSA private key in PEM without a passphrase; make one with "
                     "\"openssl genrsa -out FILE 2048\"",
                     path);
    else if (EVP_PKEY_get_bits(pkey) < BITS_LEAST || EVP_PKEY_get_bits(pkey) > BITS_MOST)
        rc = err_set(e, ERR_INPUT, "%s: the key has %d bits; %d to %d are possible", path,
                     EVP_PKEY_get_bits(pkey), BITS_LEAST, BITS_MOST);
    if (rc != 0) {
        EVP_PKEY_free(pkey);
        return -1;
    }
    struct sign_key *k = calloc(1, sizeof *k);
    if (k == NULL)
        mem_die(sizeof *k);
    k->pkey = pkey;
    *out = k;
    return 0;
}

void sign_close(struct sign_key *k)
{
    if (k == NULL)
        return;
    EVP_PKEY_free(k->pkey);
    free(k);
}

size_t sign_make(uint8_t out[SIGN_MOST_N], const struct sign_key *k, struct span data)
{
    size_t n = SIGN_MOST_N;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL)
        mem_die(sizeof(*k));
    /* PKCS#1 v1.5 is what a key of this type does unless told otherwise. */
    int ok = EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, k->pkey, NULL);
    ok &= EVP_DigestSign(ctx, out, &n, (const unsigned char *)data.p, data.n);
    assert(ok == 1);
    (void)ok;
    EVP_MD_CTX_free(ctx);
    return n;
}

void sign_put_pem(struct buf *out, const struct sign_key *k)
{
    char *text;
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL || PEM_write_bio_PUBKEY(bio, k->pkey) != 1)
        mem_die(sizeof(*k));
    long n = BIO_get_mem_data(bio, &text);
    buf_put(out, text, (size_t)n);
    BIO_free(bio);
}

void sign_put_der(struct buf *out, const struct sign_key *k)
{
    unsigned char *der = NULL;
    int n = i2d_PublicKey(k->pkey, &der);
    if (n <= 0)
        mem_die(sizeof(*k));
    buf_put(out, der, (size_t)n);
    OPENSSL_free(der);
}
