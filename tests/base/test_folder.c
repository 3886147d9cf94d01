/* test_folder.c - a real folder under /tmp. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/folder.h"

static char root[] = "/tmp/beantrail-folder-XXXXXX";
static char slashed[64];

static void make(const char *name, const char *text)
{
    char path[128];
    struct err e = {0};
    snprintf(path, sizeof(path), "%s/%s", root, name);
    if (file_write(path, span_of(text), &e) != 0)
        fail_msg("%s", e.text);
}

static struct folder *open_root(void)
{
    snprintf(slashed, sizeof(slashed), "%s/", root);
    struct folder *f = folder_open(slashed);
    assert_non_null(f);
    assert_string_equal(folder_path(f), slashed);
    return f;
}

static void a_file_is_read_when_it_has_so_many_bytes(void **state)
{
    (void)state;
    struct err e = {0};
    struct buf b;
    buf_init(&b, 100);
    buf_put_span(&b, SPAN("<"));
    make("five", "hello");
    struct folder *f = open_root();
    assert_int_equal(folder_read_of(&b, f, "five", 5, &e), FOLDER_DONE);
    assert_true(span_is(buf_span(&b), "<hello"));
    assert_int_equal(folder_read_of(&b, f, "five", 4, &e), FOLDER_OTHER);
    assert_int_equal(folder_read_of(&b, f, "five", 6, &e), FOLDER_OTHER);
    assert_int_equal(b.n, 6);

    int fd = -1;
    char text[8];
    assert_int_equal(folder_file_of(&fd, f, "five", 4, &e), FOLDER_OTHER);
    assert_int_equal(folder_file_of(&fd, f, "five", 6, &e), FOLDER_OTHER);
    assert_int_equal(fd, -1);
    assert_int_equal(folder_file_of(&fd, f, "five", 5, &e), FOLDER_DONE);
    assert_int_equal(read(fd, text, sizeof(text)), 5);
    close(fd);
    assert_int_equal(e.kind, ERR_NONE);
    folder_let_go(f);
    buf_free(&b);
}

static void what_cannot_be_read_is_said_with_its_path(void **state)
{
    (void)state;
    char want[128];
    int fd = -1;
    struct buf b;
    buf_init(&b, 100);
    struct folder *f = open_root();
    struct err e = {0}, again = {0};
    assert_int_equal(folder_read_of(&b, f, "none", 5, &e), FOLDER_ERROR);
    snprintf(want, sizeof(want), "%snone: cannot be read", slashed);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, want));
    assert_int_equal(folder_file_of(&fd, f, "none", 5, &again), FOLDER_ERROR);
    assert_string_equal(again.text, e.text);
    assert_int_equal(fd, -1);

    char sub[128];
    snprintf(sub, sizeof(sub), "%ssub", slashed);
    assert_int_equal(mkdir(sub, 0755), 0);
    assert_int_equal(folder_file_of(&fd, f, "sub", 5, &e), FOLDER_OTHER);
    folder_let_go(f);
    assert_null(folder_open("/nonexistent/"));
    assert_null(folder_open("/etc/passwd"));
    buf_free(&b);
}

static void the_last_one_to_let_go_closes_it(void **state)
{
    (void)state;
    struct err e = {0};
    struct buf b;
    buf_init(&b, 100);
    make("a", "x");
    struct folder *f = open_root();
    assert_ptr_equal(folder_hold(f), f);
    folder_let_go(f);
    assert_int_equal(folder_read_of(&b, f, "a", 1, &e), FOLDER_DONE);
    folder_let_go(f);
    folder_let_go(NULL);
    buf_free(&b);
}

static int begin(void **state)
{
    (void)state;
    return mkdtemp(root) != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    struct err e = {0};
    return file_remove_tree(root, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_when_it_has_so_many_bytes),
        cmocka_unit_test(what_cannot_be_read_is_said_with_its_path),
        cmocka_unit_test(the_last_one_to_let_go_closes_it),
    };
    return cmocka_run_group_tests_name("base/folder", tests, begin, end);
}
