/* test_line.c - lines of every end and length. */
#define _XOPEN_SOURCE 700
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/line.h"

static char path[] = "/tmp/beantrail-line-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    memcpy(path + sizeof(path) - 7, "XXXXXX", 7);
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    close(fd);
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void fill(const char *text, size_t times)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    for (size_t i = 0; i < times; i++)
        fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static void lines_come_without_their_ends(void **state)
{
    (void)state;
    static const char *const want[] = {"one", "", "two\rtwo", "last"};
    struct err e = {0};
    struct line_file *f;
    struct span line;
    fill("one\n\ntwo\rtwo\r\nlast", 1);
    assert_int_equal(line_open(&f, path, 8, &e), 0);
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_int_equal(line_next(f, &line, &e), 1);
        assert_true(span_is(line, want[i]));
        assert_int_equal(line_number(f), i + 1);
    }
    assert_int_equal(line_next(f, &line, &e), 0);
    assert_int_equal(line_next(f, &line, &e), 0);
    line_close(f);
}

static void lines_that_lie_across_blocks_are_whole(void **state)
{
    (void)state;
    struct err e = {0};
    struct line_file *f;
    struct span line;
    fill("0123456789012345678901234567890123456789012\n", 50000);
    assert_int_equal(line_open(&f, path, 43, &e), 0);
    size_t n = 0;
    while (line_next(f, &line, &e) > 0) {
        assert_int_equal(line.n, 43);
        n++;
    }
    assert_int_equal(n, 50000);
    line_close(f);
}

static void a_long_line_is_refused_with_its_number(void **state)
{
    (void)state;
    struct err e = {0};
    struct line_file *f;
    struct span line;
    fill("short\nlonger\n", 1);
    assert_int_equal(line_open(&f, path, 5, &e), 0);
    assert_int_equal(line_next(f, &line, &e), 1);
    assert_int_equal(line_next(f, &line, &e), -1);
    assert_non_null(strstr(e.text, ":2: is longer than 5 bytes"));
    line_close(f);
}

static void what_cannot_be_read_is_refused(void **state)
{
    (void)state;
    struct line_file *f;
    struct err e = {0};
    assert_int_equal(line_open(&f, "/tmp", 5, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    e = (struct err){0};
    assert_int_equal(line_open(&f, "/nowhere/at/all", 5, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_come_without_their_ends, make_file, remove_file),
        cmocka_unit_test_setup_teardown(lines_that_lie_across_blocks_are_whole, make_file,
                                        remove_file),
        cmocka_unit_test_setup_teardown(a_long_line_is_refused_with_its_number, make_file,
                                        remove_file),
        cmocka_unit_test(what_cannot_be_read_is_refused),
    };
    return cmocka_run_group_tests_name("base/line", tests, NULL, NULL);
}
