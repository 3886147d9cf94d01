/* test_checksum.c - check values of the CRC catalogue for "123456789"; base64 worked out by hand.
 */
#include "tests/test.h"

#include "base/hash.h"
#include "replay/checksum.h"

static void crcs_have_their_check_values(void **state)
{
    (void)state;
    assert_int_equal(checksum_crc32(SPAN("123456789")), 0xCBF43926);
    assert_int_equal(checksum_crc32c(SPAN("123456789")), 0xE3069283);
    assert_int_equal(checksum_crc32(SPAN("")), 0);
}

static const struct {
    enum checksum_kind kind;
    const char *header, *text;
} values[] = {
    {CHECKSUM_NONE, "", ""},
    {CHECKSUM_MD5, "Content-MD5", "JfnnlDI7RTiF9RgfG2JNCw=="},
    {CHECKSUM_CRC32, "x-amz-checksum-crc32", "y/Q5Jg=="},
    {CHECKSUM_CRC32C, "x-amz-checksum-crc32c", "4waSgw=="},
    {CHECKSUM_SHA256, "x-amz-checksum-sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="},
};

static void each_kind_has_its_header_and_value(void **state)
{
    (void)state;
    const struct span body = SPAN("123456789");
    uint8_t sha256[HASH_SHA256_N];
    hash_sha256(sha256, body);
    for (size_t i = 0; i < COUNT(values); i++) {
        struct checksum c;
        checksum_make(&c, values[i].kind, body, sha256);
        if (!span_is(checksum_header(c.kind), values[i].header) ||
            !span_is((struct span){c.text, c.text_n}, values[i].text))
            fail_msg("%s: \"%.*s\"", values[i].header, (int)c.text_n, c.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crcs_have_their_check_values),
        cmocka_unit_test(each_kind_has_its_header_and_value),
    };
    return cmocka_run_group_tests_name("replay/checksum", tests, NULL, NULL);
}
