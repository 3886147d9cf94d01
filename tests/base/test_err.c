/* test_err.c - an error is one line whatever the input held. */
#include "tests/test.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"

static void it_is_set_and_minus_one_returned(void **state)
{
    (void)state;
    struct err e = {.kind = ERR_NONE};
    assert_int_equal(err_set(&e, ERR_WORK, "%s: %d", "x", 5), -1);
    assert_int_equal(e.kind, ERR_WORK);
    assert_string_equal(e.text, "x: 5");
}

static void the_system_says_why(void **state)
{
    (void)state;
    struct err e = {.kind = ERR_NONE};
    errno = ENOENT;
    assert_int_equal(err_sys(&e, ERR_INPUT, "%s: cannot be read", "a.json"), -1);
    assert_string_equal(e.text, "a.json: cannot be read: No such file or directory");
}

static const struct {
    const char *name;
    const char *text;
    const char *want;
} plain[] = {
    {"line break", "a\nb\r", "a?b?"},
    {"escape", "\x1b[31m", "?[31m"},
    {"delete", "a\x7f", "a?"},
    {"C1 control U+009B",
     "a\xc2\x9b"
     "b",
     "a??b"},
    {"U+00A0 stays",
     "a\xc2\xa0"
     "b",
     "a\xc2\xa0"
     "b"},
    {"U+202F stays", "4\xe2\x80\xafPM", "4\xe2\x80\xafPM"},
};

static void control_characters_become_question_marks(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(plain); i++) {
        struct err e = {.kind = ERR_NONE};
        err_set(&e, ERR_INPUT, "%s", plain[i].text);
        if (strcmp(e.text, plain[i].want) != 0)
            fail_msg("%s: got \"%s\"", plain[i].name, e.text);
    }
}

/* U+20AC has three bytes, so one of three offsets cuts between characters. */
static void a_cut_text_keeps_whole_characters(void **state)
{
    (void)state;
    char long_text[3 * ERR_TEXT_MAX + 1];
    for (size_t i = 0; i < ERR_TEXT_MAX; i++)
        memcpy(long_text + 3 * i, "\xe2\x82\xac", 4);
    for (int shift = 0; shift < 3; shift++) {
        struct err e = {.kind = ERR_NONE};
        err_set(&e, ERR_INPUT, "%.*s%s", shift, "abc", long_text);
        size_t n = strlen(e.text);
        assert_true(n >= ERR_TEXT_MAX - 5);
        assert_int_equal((n - (size_t)shift) % 3, 0);
    }
    struct err e = {.kind = ERR_NONE};
    errno = ENOENT;
    err_sys(&e, ERR_INPUT, "%s", long_text);
    assert_true(strlen(e.text) < ERR_TEXT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_set_and_minus_one_returned),
        cmocka_unit_test(the_system_says_why),
        cmocka_unit_test(control_characters_become_question_marks),
        cmocka_unit_test(a_cut_text_keeps_whole_characters),
    };
    return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
