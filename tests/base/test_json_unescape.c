/* test_json_unescape.c - RFC 8259's escapes; UTF-8 worked out by hand. */
#include "tests/test.h"

#include "base/buf.h"
#include "base/json.h"

static const struct {
    const char *text;
    const char *want; /* NULL: refused */
} rows[] = {
    {"", ""},
    {"plain \xc3\xa9", "plain \xc3\xa9"},
    {"\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t"},
    {"\\u0041\\u00e9\\u20AC", "A\xc3\xa9\xe2\x82\xac"},
    {"\\ud83d\\ude00!", "\xf0\x9f\x98\x80!"},
    {"\\ud83d", "\xed\xa0\xbd"},
    {"\\ud83d\\u0041", "\xed\xa0\xbd\x41"},
    {"\\", NULL},
    {"a\\x", NULL},
    {"\\u12", NULL},
    {"\\u12g4", NULL},
    {"\\ud83d\\uzzzz", NULL},
};

static void escapes_stand_for_what_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct span text = span_of(rows[i].text);
        struct buf out;
        buf_init(&out, text.n);
        const bool got = json_put_unescaped(&out, text);
        if (got != (rows[i].want != NULL) || (got && !span_is(buf_span(&out), rows[i].want)))
            fail_msg("%s: %d, \"%.*s\"", rows[i].text, got, SPAN_ARG(buf_span(&out)));
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_stand_for_what_they_say),
    };
    return cmocka_run_group_tests_name("base/json_unescape", tests, NULL, NULL);
}
