/* test_sign.c - signatures with keys made by OpenSSL's command; what is no such key is told. */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/sign.h"

static char folder[] = "/tmp/beantrail-sign-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* Run a shell command in the folder. */
static void shell(const char *command)
{
    char line[1024];
    snprintf(line, sizeof line, "cd %s && %s 2>/dev/null", folder, command);
    assert_int_equal(system(line), 0);
}

static int make_keys(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    shell("openssl genrsa -out key.pem 2048 && openssl rsa -in key.pem -traditional -out old.pem");
    shell("openssl genrsa -out small.pem 1024 && openssl ecparam -name prime256v1 -genkey -noout "
          "-out ec.pem");
    shell("openssl rsa -in key.pem -pubout -out public.pem && openssl rsa -in key.pem "
          "-aes128 -passout pass:secret -out locked.pem && echo hello >text.pem && : >empty.pem");
    return 0;
}

static int remove_keys(void **state)
{
    (void)state;
    struct err e = {0};
    return file_remove_tree(folder, &e);
}

static void openssl_verifies_what_is_signed(void **state)
{
    (void)state;
    static const char *const names[] = {"key.pem", "old.pem"};
    const struct span data = SPAN("a line\nand another, without an end");
    uint8_t first[SIGN_MOST_N];
    for (size_t i = 0; i < COUNT(names); i++) {
        struct sign_key *k = NULL;
        struct err e = {0};
        struct buf pem, wanted;
        uint8_t signature[SIGN_MOST_N];
        assert_int_equal(sign_open(&k, path_of(names[i]), &e), 0);
        const size_t n = sign_make(signature, k, data);
        assert_int_equal(n, 256);
        if (i == 0)
            memcpy(first, signature, n);
        assert_memory_equal(first, signature, n);
        assert_int_equal(file_write(path_of("data"), data, &e), 0);
        const struct span made = {(const char *)signature, n};
        assert_int_equal(file_write(path_of("signature"), made, &e), 0);
        shell("openssl dgst -sha256 -verify public.pem -signature signature data >/dev/null");

        buf_init(&pem, 1 << 16);
        buf_init(&wanted, 1 << 16);
        sign_put_pem(&pem, k);
        assert_int_equal(file_read(&wanted, path_of("public.pem"), &e), 0);
        assert_true(span_equal(buf_span(&pem), buf_span(&wanted)));
        buf_clear(&pem);
        buf_clear(&wanted);
        sign_put_der(&pem, k);
        shell("openssl rsa -in key.pem -RSAPublicKey_out -outform DER -out public.der");
        assert_int_equal(file_read(&wanted, path_of("public.der"), &e), 0);
        assert_true(span_equal(buf_span(&pem), buf_span(&wanted)));
        buf_free(&pem);
        buf_free(&wanted);
        sign_close(k);
    }
}

static const struct {
    const char *name, *says;
} refused[] = {
    {"absent.pem", "cannot be read"}, {"text.pem", "is not an RSA private key"},
    {"empty.pem", "is not an RSA"},   {"public.pem", "is not an RSA private key"},
    {"ec.pem", "is not an RSA"},      {"locked.pem", "without a passphrase"},
    {"small.pem", "has 1024 bits"},
};

static void what_is_no_key_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct sign_key *k = NULL;
        struct err e = {0};
        if (sign_open(&k, path_of(refused[i].name), &e) != -1 || e.kind != ERR_INPUT ||
            strstr(e.text, refused[i].says) == NULL)
            fail_msg("%s: %s", refused[i].name, e.text);
        assert_null(k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openssl_verifies_what_is_signed),
        cmocka_unit_test(what_is_no_key_is_told),
    };
    return cmocka_run_group_tests_name("base/sign", tests, make_keys, remove_keys);
}
