/* test_json.c - what is JSON by RFC 8259, and where it is not; positions counted by hand. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

static struct json_doc *open_text(const char *text)
{
    struct err e = {.kind = ERR_NONE};
    struct json_doc *doc = NULL;
    if (json_open(&doc, "f", span_of(text), &e) != 0)
        fail_msg("%s: %s", text, e.text);
    return doc;
}

/* Accepted texts and how they are written again. */
static const struct {
    const char *text;
    const char *want;
} accepted[] = {
    {"{}", "{}"},
    {" [ ] ", "[]"},
    {"\"a\\/b\\u0041\\ud83d\\ude00\"", "\"a/bA\xf0\x9f\x98\x80\""},
    {"\"\\b\\f\\n\\r\\t\\u001f\\\\\\\"\"", "\"\\b\\f\\n\\r\\t\\u001f\\\\\\\"\""},
    {"[1,-0,1.5,1e3,1E+2,-12.50,1e-2]", "[1,0,1.5,1000,100,-12.5,0.01]"},
    {"9007199254740991", "9007199254740991"},
    {"-9007199254740991", "-9007199254740991"},
    {"0.1", "0.1"},
    {"[true,false,null]", "[true,false,null]"},
    {"{\"b\":1,\"a\":{\"\":[]}}", "{\"b\":1,\"a\":{\"\":[]}}"},
    {"// head\n{\"a\": /* one */ 1 // two\n}/**/", "{\"a\":1}"},
    {"{\"u\": \"http://x/*y*/\"}", "{\"u\":\"http://x/*y*/\"}"},
    {"/* \xe2\x82\xac */ \"\xe2\x82\xac\xed\x9f\xbf\xf4\x8f\xbf\xbf\x7f\"",
     "\"\xe2\x82\xac\xed\x9f\xbf\xf4\x8f\xbf\xbf\x7f\""},
    {"{\"A\":1,\"a\":2}", "{\"A\":1,\"a\":2}"},
};

static void good_texts_are_read_and_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(accepted); i++) {
        struct json_doc *doc = open_text(accepted[i].text);
        struct json root = json_root(doc);
        struct err e = {.kind = ERR_NONE};
        struct buf out;
        buf_init(&out, 1000);
        json_put_value(&out, &root);
        if (strcmp(buf_text(&out), accepted[i].want) != 0)
            fail_msg("%s: got %s", accepted[i].text, buf_text(&out));
        assert_int_equal(json_verdict(doc, &e), 0);
        buf_free(&out);
        json_close(doc);
    }
}

static const struct {
    const char *text;
    const char *want;
} refused[] = {
    {"", "f:1:1: there is no value in this text"},
    {" // nothing\n ", "f:2:2: there is no value in this text"},
    {"\xef\xbb\xbf{}", "f:1:1: the text begins with a byte order mark; save it without one"},
    {"{\"a\":1,}", "f:1:7: the last comma is one too many"},
    {"[1,\n 2 ,\n]", "f:2:4: the last comma is one too many"},
    {"[1 2]", "f:1:4: expected ',' or ']'"},
    {"{\"a\":1 \"b\":2}", "f:1:8: expected ',' or '}'"},
    {"{\"a\":1]", "f:1:7: expected ',' or '}'"},
    {"{\"a\" 1}", "f:1:6: expected ':' behind the member's name"},
    {"{a:1}", "f:1:2: expected a member's name in double quotes"},
    {"{,}", "f:1:2: expected a member's name in double quotes"},
    {"[,]", "f:1:2: expected a value"},
    {"{\"a\":}", "f:1:6: expected a value"},
    {"{", "f:1:2: the text ends inside an object; expected '}'"},
    {"{\"a\":1,", "f:1:8: the text ends inside an object; expected '}'"},
    {"{\"a\":", "f:1:6: the text ends where a value is expected"},
    {"[", "f:1:2: the text ends where a value is expected"},
    {"[1", "f:1:3: expected ',' or ']'"},
    {"]", "f:1:1: expected a value"},
    {"{} {}", "f:1:4: there is more text behind the value"},
    {"1 1", "f:1:3: there is more text behind the value"},
    {"'a'", "f:1:1: strings stand in double quotes"},
    {"ture", "f:1:1: unknown word; only true, false and null stand without quotes"},
    {"True", "f:1:1: unknown word; only true, false and null stand without quotes"},
    {"nulll", "f:1:1: unknown word; only true, false and null stand without quotes"},
    {"NaN", "f:1:1: unknown word; only true, false and null stand without quotes"},
    {"[-Infinity]", "f:1:3: expected a digit"},
    {"+1", "f:1:1: expected a value"},
    {".5", "f:1:1: expected a value"},
    {"1.", "f:1:3: expected a digit"},
    {"1e", "f:1:3: expected a digit"},
    {"-", "f:1:2: expected a digit"},
    {"012", "f:1:1: a number does not begin with 0; leave the zeros out, or write it in quotes if "
            "it is a name"},
    {"0x10", "f:1:2: there is more text behind the value"},
    {"1e999", "f:1:1: the number is too large"},
    {"1000000000000000000000000000000000000000000000000000000000000000",
     "f:1:1: the number is longer than 63 characters"},
    {"\"abc", "f:1:1: the string does not end on its line; close it with '\"', or write a line "
              "break as \\n"},
    {"[\"abc\n\"]", "f:1:2: the string does not end on its line; close it with '\"', or write a "
                    "line break as \\n"},
    {"\"a\tb\"", "f:1:3: a tab in a string is written \\t"},
    {"\"a\x01\"", "f:1:3: a control character in a string is written \\u00XX"},
    {"\"a\\x\"", "f:1:3: unknown escape; a backslash is written \\\\"},
    {"\"\\", "f:1:2: unknown escape; a backslash is written \\\\"},
    {"\"\\u12g4\"", "f:1:2: \\u wants four hexadecimal digits"},
    {"\"\\u12", "f:1:2: \\u wants four hexadecimal digits"},
    {"\"a\\u0000b\"", "f:1:3: \\u0000 is not supported"},
    {"\"\\ud83d\"", "f:1:2: half a surrogate pair; write both halves or the character"},
    {"\"\\ud83d\\u0041\"", "f:1:2: half a surrogate pair; write both halves or the character"},
    {"\"\\ude00\"", "f:1:2: half a surrogate pair; write both halves or the character"},
    {"{} /* open", "f:1:4: the comment has no end; close it with */"},
    {"{} /*/", "f:1:4: the comment has no end; close it with */"},
    {"{} / x", "f:1:4: a comment begins with // or /*"},
    {"{}\n# x", "f:2:1: there is more text behind the value"},
    {"\"\xff\"", "f:1:2: these bytes are not UTF-8; save the text as UTF-8"},
    {"\"\xc0\xaf\"", "f:1:2: these bytes are not UTF-8; save the text as UTF-8"},
    {"\"\xe0\x80\xaf\"", "f:1:2: these bytes are not UTF-8; save the text as UTF-8"},
    {"\"\xed\xa0\x80\"", "f:1:2: these bytes are not UTF-8; save the text as UTF-8"},
    {"\"\xf4\x90\x80\x80\"", "f:1:2: these bytes are not UTF-8; save the text as UTF-8"},
    {"// \xe2\x82", "f:1:4: these bytes are not UTF-8; save the text as UTF-8"},
};

static void bad_texts_are_refused_with_their_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct err e = {.kind = ERR_NONE};
        struct json_doc *doc = NULL;
        int rc = json_open(&doc, "f", span_of(refused[i].text), &e);
        if (rc != -1 || doc != NULL || e.kind != ERR_INPUT || strcmp(e.text, refused[i].want) != 0)
            fail_msg("%s: rc %d, \"%s\"", refused[i].text, rc, e.text);
    }
    struct err e = {.kind = ERR_NONE};
    struct json_doc *doc = NULL;
    assert_int_equal(json_open(&doc, "f", SPAN("{\"a\0b\":1}"), &e), -1);
    assert_string_equal(e.text, "f:1:4: a NUL byte has no place in JSON");
}

static void nesting_ends_at_64(void **state)
{
    (void)state;
    for (size_t depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
        char text[2 * JSON_DEPTH_MAX + 3] = {0};
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        struct err e = {.kind = ERR_NONE};
        struct json_doc *doc = NULL;
        int rc = json_open(&doc, "f", span_of(text), &e);
        assert_int_equal(rc, depth <= JSON_DEPTH_MAX ? 0 : -1);
        if (rc != 0)
            assert_string_equal(e.text, "f:1:65: values are nested deeper than 64");
        json_close(doc);
    }
}

static void getters_answer_for_any_type(void **state)
{
    (void)state;
    struct json_doc *doc =
        open_text("{\"s\":\"t\",\"n\":2.5,\"w\":-3,\"b\":false,\"l\":[1,2],\"z\":null}");
    struct json root = json_root(doc);
    struct json s = json_member(&root, "s");
    struct json n = json_member(&root, "n");
    struct json w = json_member(&root, "w");
    struct json b = json_member(&root, "b");
    struct json l = json_member(&root, "l");
    struct json none = json_member(&s, "x");
    assert_true(span_is(json_text(&s), "t"));
    assert_null(json_text(&n).p);
    assert_null(json_text(&none).p);
    assert_int_equal(json_integer(&n, 9), 9);
    assert_int_equal(json_integer(&w, 9), -3);
    assert_int_equal(json_integer(&s, 9), 9);
    assert_true(json_number(&n, 0) == 2.5);
    assert_true(json_number(&none, 7) == 7);
    assert_true(json_is_bool(&b));
    assert_false(json_is_true(&b));
    assert_int_equal(json_count(&root), 6);
    assert_int_equal(json_count(&l), 2);
    assert_int_equal(json_count(&s), 0);
    assert_false(json_is_present(&none));
    assert_false(json_is_null(&none));
    struct json it = {0};
    assert_int_equal(json_next(&none, &it), 0);
    assert_int_equal(json_next(&s, &it), 0);
    struct json upper = json_member(&root, "S");
    assert_false(json_is_present(&upper));
    json_close(doc);
}

static void strings_and_integers_are_written(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 1000);
    json_put_string(&out, SPAN("a\"\\/\b\f\n\r\t\0\x1f\x7f<>\xc3\xa9"));
    json_put_string(&out, (struct span){NULL, 0});
    assert_string_equal(buf_text(&out),
                        "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f<>\xc3\xa9\"\"\"");
    buf_clear(&out);
    static const int64_t values[] = {0, 7, -7, 10, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < COUNT(values); i++) {
        json_put_integer(&out, values[i]);
        buf_put_char(&out, ' ');
    }
    assert_string_equal(buf_text(&out), "0 7 -7 10 9223372036854775807 -9223372036854775808 ");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_texts_are_read_and_written),
        cmocka_unit_test(bad_texts_are_refused_with_their_place),
        cmocka_unit_test(nesting_ends_at_64),
        cmocka_unit_test(getters_answer_for_any_type),
        cmocka_unit_test(strings_and_integers_are_written),
    };
    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
