/* test_hash.c - expected values from FIPS 180-4's examples, RFC 4231, RFC 1321 and RFC 4648. */
#include "tests/test.h"

#include <string.h>

#include "base/hash.h"

static void assert_hex(const uint8_t *got, size_t n, const char *want)
{
    char hex[2 * HASH_SHA256_N + 1] = {0};
    hash_hex(hex, got, n);
    assert_string_equal(hex, want);
}

static void sha256_gives_the_standard_digests(void **state)
{
    (void)state;
    static const struct {
        struct span text;
        const char *want;
    } rows[] = {
        {{NULL, 0}, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {SPAN_INIT("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {SPAN_INIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    uint8_t got[HASH_SHA256_N];
    for (size_t i = 0; i < COUNT(rows); i++) {
        hash_sha256(got, rows[i].text);
        assert_hex(got, sizeof(got), rows[i].want);
    }
    hash_sha256_parts(got, (struct span[]){{"a", 1}, {NULL, 0}, {"bc", 2}}, 3);
    assert_hex(got, sizeof(got), rows[1].want);
    hash_sha256_parts(got, NULL, 0);
    assert_hex(got, sizeof(got), rows[0].want);
}

static void hmac_gives_the_published_codes(void **state)
{
    (void)state;
    char long_key[131];
    memset(long_key, 0xaa, sizeof(long_key));
    const struct {
        struct span key, data;
        const char *want;
    } rows[] = {
        /* RFC 4231, 4.2, 4.3 and 4.7. */
        {SPAN("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"),
         SPAN("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {SPAN("Jefe"), SPAN("what do ya want for nothing?"),
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {{long_key, sizeof(long_key)},
         SPAN("Test Using Larger Than Block-Size Key - Hash Key First"),
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t got[HASH_SHA256_N];
        hash_hmac_sha256(got, rows[i].key, rows[i].data);
        assert_hex(got, sizeof(got), rows[i].want);
    }
}

static void md5_gives_the_published_digests(void **state)
{
    (void)state;
    uint8_t got[HASH_MD5_N];
    hash_md5(got, SPAN(""));
    assert_hex(got, sizeof(got), "d41d8cd98f00b204e9800998ecf8427e");
    hash_md5(got, SPAN("message digest"));
    assert_hex(got, sizeof(got), "f96b697d7cb7938d525a2f31aaf161d0");
}

static void base64_is_padded(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xff\xfe", "+//+"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char got[16] = {0};
        size_t n = hash_base64(got, (const uint8_t *)rows[i].text, strlen(rows[i].text));
        assert_string_equal(got, rows[i].want);
        assert_int_equal(n, strlen(rows[i].want));
    }
}

static void a_thread_can_hash_again_after_its_end(void **state)
{
    (void)state;
    uint8_t got[HASH_SHA256_N];
    hash_thread_end();
    hash_thread_end();
    hash_sha256(got, SPAN("abc"));
    assert_hex(got, sizeof(got),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_standard_digests),
        cmocka_unit_test(hmac_gives_the_published_codes),
        cmocka_unit_test(md5_gives_the_published_digests),
        cmocka_unit_test(base64_is_padded),
        cmocka_unit_test(a_thread_can_hash_again_after_its_end),
    };
    return cmocka_run_group_tests_name("base/hash", tests, NULL, NULL);
}
