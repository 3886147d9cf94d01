/* test_record_digest.c - expected digests are Python's: hashlib over json.dumps as the header says.
 */
#include "tests/test.h"

#include <string.h>

#include "cloudtrail/record_digest.h"

static const struct {
    const char *text;
    const char *want; /* the canonical text; NULL: refused */
    const char *sha256;
} rows[] = {
    {"{\"b\":1,\"a\":\"x\\u00e9\\/\\\"\",\"c\":{\"z\":null,\"y\":[true,{\"k\":-5}]}}",
     "{\"a\":\"x\xc3\xa9/\\\"\",\"b\":1,\"c\":{\"y\":[true,{\"k\":-5}],\"z\":null}}",
     "3d0bb34bd9dcb9eb474f41230c0fa5f32e52d9ae7faedf871502cf909c6014be"},
    {" { \"a\" : 1.5 , \"b\" : 1e21,\"c\":0.1,\"\\u00e9\":\"\\ud83d\\ude00\\u0001\" } ", NULL,
     NULL},
    {"{ \"a\" : 1.5 , \"b\" : 1e21,\"c\":0.10,\"\\u00e9\":\"\\ud83d\\ude00\\u0001\" }",
     "{\"a\":1.5,\"b\":1e+21,\"c\":0.1,\"\xc3\xa9\":\"\xf0\x9f\x98\x80\\u0001\"}",
     "f0ef5f73a9265732c398ccba937ffe8bc1ea5ea1fb1603929bf6b5a2d68100bd"},
    {"{}", "{}", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
    {"{\"seen\":1,\"a\":{\"seen\":2},\"n\":1.0}", "{\"a\":{\"seen\":2},\"n\":1}", NULL},
    {"{\"a\":1", NULL, NULL},
    {"{\"a\":nul}", NULL, NULL},
    {"{\"a\":\"\\x\"}", NULL, NULL},
    {"[1]", NULL, NULL},
    {"", NULL, NULL},
};

static void a_record_has_the_digest_of_what_it_says(void **state)
{
    (void)state;
    static const char *const without[] = {"seen", NULL};
    struct record_digester d;
    record_digester_init(&d);
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t sum[HASH_SHA256_N];
        const bool got = record_digest(sum, &d, span_of(rows[i].text), without);
        if (got != (rows[i].want != NULL))
            fail_msg("%s: %s", rows[i].text, got ? "taken" : "refused");
        if (!got)
            continue;
        if (!span_is(buf_span(&d.text), rows[i].want))
            fail_msg("%s: became %.*s", rows[i].text, SPAN_ARG(buf_span(&d.text)));
        char hex[2 * HASH_SHA256_N];
        hash_hex(hex, sum, sizeof(sum));
        if (rows[i].sha256 != NULL)
            assert_memory_equal(hex, rows[i].sha256, sizeof(hex));
    }
    record_digester_free(&d);
}

static void depth_is_bounded(void **state)
{
    (void)state;
    char text[512] = "{\"a\":";
    memset(text + 5, '[', 100);
    memset(text + 105, ']', 100);
    text[205] = '}';
    uint8_t sum[HASH_SHA256_N];
    struct record_digester d;
    record_digester_init(&d);
    assert_false(record_digest(sum, &d, span_of(text), NULL));
    record_digester_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_has_the_digest_of_what_it_says),
        cmocka_unit_test(depth_is_bounded),
    };
    return cmocka_run_group_tests_name("cloudtrail/record_digest", tests, NULL, NULL);
}
