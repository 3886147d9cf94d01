/* test_keyed.c - another text of the same form, the same one every time. */
#include "tests/test.h"

#include <ctype.h>
#include <string.h>

#include "replay/fresh.h"
#include "base/buf.h"
#include "replay/keyed.h"

static const char *const texts[] = {"123456789012",
                                    "Alice.Smith-7@example.com",
                                    "a",
                                    "",
                                    "11b8c101-f837-49bc-9606-f18a790987f8",
                                    "DEADBEEF01",
                                    "\xc3\xa9"};

static void the_form_stays_and_the_key_decides(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        const struct span text = span_of(texts[i]);
        char a[64], b[64], c[64];
        keyed_text(a, SPAN("key"), SPAN("x"), text, 0);
        keyed_text(b, SPAN("key"), SPAN("x"), text, 0);
        keyed_text(c, SPAN("other"), SPAN("x"), text, 0);
        assert_memory_equal(a, b, text.n);
        if (text.n > 4 && memcmp(a, c, text.n) == 0)
            fail_msg("%s: the key does not matter", texts[i]);
        for (size_t j = 0; j < text.n; j++) {
            const unsigned char was = (unsigned char)text.p[j], is = (unsigned char)a[j];
            if (!isalnum(was) ? was != is : !isalnum(is))
                fail_msg("%s: %.*s", texts[i], (int)text.n, a);
        }
    }
    char uuid[64];
    keyed_text(uuid, SPAN("key"), SPAN("x"), span_of(texts[4]), 3);
    assert_int_equal(uuid[14], '4');
    assert_non_null(strchr("89ab", uuid[19]));
}

static void a_round_has_ids_of_its_own(void **state)
{
    (void)state;
    static const char text[] = "{\"eventID\" : \"11b8c101-f837-49bc-9606-f18a790987f8\",\"a\":"
                               "\"eventID\",\"requestID\":\"AB12CD34\",\"requestID\":null}";
    struct buf one, two, again;
    buf_init(&one, 4096);
    buf_init(&two, 4096);
    buf_init(&again, 4096);
    fresh_text(&one, span_of(text), 1);
    fresh_text(&two, span_of(text), 2);
    fresh_text(&again, span_of(text), 1);
    assert_int_equal(one.n, sizeof(text) - 1);
    assert_true(span_equal(buf_span(&one), buf_span(&again)));
    assert_false(span_equal(buf_span(&one), buf_span(&two)));
    assert_null(strstr(buf_text(&one), "11b8c101"));
    assert_null(strstr(buf_text(&one), "AB12CD34"));
    assert_non_null(strstr(buf_text(&one), ",\"a\":\"eventID\",\"requestID\":\""));
    buf_free(&one);
    buf_free(&two);
    buf_free(&again);
    char key[] = "a/1_CloudTrail_us-east-1_20260101T0000Z_abcdefghijklmnop.json.gz";
    fresh_key(key, sizeof(key) - 1, 1);
    assert_int_equal(strncmp(key, "a/1_CloudTrail_us-east-1_20260101T0000Z_", 40), 0);
    assert_string_equal(key + 56, ".json.gz");
    assert_int_not_equal(strncmp(key + 40, "abcdefghijklmnop", 16), 0);
    char other[] = "a/b_c.json";
    fresh_key(other, sizeof(other) - 1, 1);
    assert_string_equal(other, "a/b_c.json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_form_stays_and_the_key_decides),
        cmocka_unit_test(a_round_has_ids_of_its_own),
    };
    return cmocka_run_group_tests_name("replay/keyed", tests, NULL, NULL);
}
