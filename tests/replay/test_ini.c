/* test_ini.c - forms that AWS shared files take, by hand. */
#include "tests/test.h"

#include <string.h>

#include "base/buf.h"
#include "replay/ini.h"

/* Settings as "section|parent|key|value;". */
static const struct {
    const char *name, *text, *want;
} files[] = {
    {"two sections", "[a]\nk = v\n[b]\nk=w\n", "a||k|v;b||k|w;"},
    {"no line feed at the end", "[a]\nk = v", "a||k|v;"},
    {"CRLF", "[a]\r\nk = v\r\n", "a||k|v;"},
    {"byte order mark", "\xef\xbb\xbf[a]\nk = v\n", "a||k|v;"},
    {"comments", "# x = y\n[a] # z\n; w = y\nk = v # more\nl = v ; more\n", "a||k|v;a||l|v;"},
    {"a comment wants a blank", "[a]\nk = v#w;x\n", "a||k|v#w;x;"},
    {"a secret with = + / #", "[a]\nk = ab=+/#c==\n", "a||k|ab=+/#c==;"},
    {"empty value", "[a]\nk =\n", "a||k|;"},
    {"value that is only a comment", "[a]\nk = # v\n", "a||k|;"},
    {"value that begins with #", "[a]\nk =#v\n", "a||k|#v;"},
    {"nested settings", "[a]\ns3 =\n  x = 1\n\ty = 2\nk = v\n", "a||s3|;a|s3|x|1;a|s3|y|2;a||k|v;"},
    {"nested, blank line between", "[a]\ns3 =\n\n  x = 1\n", "a||s3|;a|s3|x|1;"},
    {"an indented line after a value continues it", "[a]\nk = v\n  x = 1\nl = w\n",
     "a||k|v;a||l|w;"},
    {"nesting ends with the section", "[a]\ns3 =\n[b]\n  x = 1\n", "a||s3|;b||x|1;"},
    {"before any section", "k = v\n", "||k|v;"},
    {"blanks in the name", "[ profile  my own ]\nk = v\n", "profile  my own||k|v;"},
    {"no closing bracket", "[a\nk = v\n", "a||k|v;"},
    {"no equals sign", "[a]\nnonsense\nk = v\n", "a||k|v;"},
    {"doubled", "[a]\nk = v\nk = w\n", "a||k|v;a||k|w;"},
    {"nothing", "", ""},
    {"only blanks", " \n\t\n", ""},
    {"no key", "[a]\n= v\n", "a|||v;"},
};

static void settings_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(files); i++) {
        struct ini it;
        struct ini_line l;
        struct buf got;
        buf_init(&got, 4096);
        ini_open(&it, span_of(files[i].text));
        while (ini_next(&it, &l))
            buf_printf(&got, "%.*s|%.*s|%.*s|%.*s;", SPAN_ARG(l.section), SPAN_ARG(l.parent),
                       SPAN_ARG(l.key), SPAN_ARG(l.value));
        if (strcmp(buf_text(&got), files[i].want) != 0)
            fail_msg("%s: %s, want %s", files[i].name, got.p, files[i].want);
        buf_free(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_found),
    };
    return cmocka_run_group_tests_name("replay/ini", tests, NULL, NULL);
}
