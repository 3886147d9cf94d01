/* test_file.c - expected orders worked out by hand from the bytes of the names. */
#define _XOPEN_SOURCE 700
#include "tests/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

static char root[] = "/tmp/beantrail-file-XXXXXX";

static int make_root(void **state)
{
    (void)state;
    memcpy(root + sizeof(root) - 7, "XXXXXX", 7);
    return mkdtemp(root) == NULL ? -1 : 0;
}

static int remove_root(void **state)
{
    (void)state;
    struct err e = {0};
    return file_remove_tree(root, &e);
}

/* ${name} below the root; two may be in use at once. */
static const char *at(const char *name)
{
    static char paths[2][512];
    static int turn;
    turn = !turn;
    snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", root, name);
    return paths[turn];
}

static void put(const char *name, const char *text)
{
    struct err e = {0};
    if (file_write(at(name), span_of(text), &e) != 0)
        fail_msg("%s", e.text);
}

static void assert_holds(const char *name, const char *want)
{
    struct buf got;
    struct err e = {0};
    buf_init(&got, 1 << 20);
    if (file_read(&got, at(name), &e) != 0)
        fail_msg("%s", e.text);
    assert_true(span_is(buf_span(&got), want));
    buf_free(&got);
}

/* The names below the folder ${name}, hidden ones too, as one line. */
static void walk(struct buf *out, const char *name)
{
    struct file_walk *w = NULL;
    struct err e = {0};
    if (file_walk_open(&w, at(name), &e) != 0)
        fail_msg("%s", e.text);
    struct span path;
    int rc;
    while ((rc = file_walk_next(w, &path, &e)) == 1) {
        struct buf whole;
        buf_init(&whole, 1 << 20);
        buf_printf(out, "%.*s=", SPAN_ARG(path));
        if (file_walk_read(w, &whole, &e) != 0)
            fail_msg("%s", e.text);
        buf_printf(out, "%u ", (unsigned)whole.n);
        buf_free(&whole);
    }
    if (rc != 0)
        fail_msg("%s", e.text);
    assert_int_equal(file_walk_next(w, &path, &e), 0);
    file_walk_close(w);
}

static void written_files_are_read_back(void **state)
{
    (void)state;
    put("plain", "one");
    assert_holds("plain", "one");
    put("plain", "two, longer");
    assert_holds("plain", "two, longer");
    put("a/b/c/deep", "");
    assert_holds("a/b/c/deep", "");
    put("a/b//c/./twice", "x");
    assert_holds("a/b/c/twice", "x");
    assert_int_equal(file_type_of(at("a/b/c")), FILE_FOLDER);
}

static void nothing_temporary_stays(void **state)
{
    (void)state;
    struct err e = {0};
    put("d/file", "x");
    assert_int_equal(file_make_dirs(at("d/is-folder/full"), &e), 0);
    assert_int_equal(file_write(at("d/is-folder"), SPAN("y"), &e), -1);
    assert_int_equal(e.kind, ERR_WORK);
    assert_int_equal(unlink(at("d/file")), 0);
    assert_int_equal(rmdir(at("d/is-folder/full")), 0);
    assert_int_equal(rmdir(at("d/is-folder")), 0);
    assert_true(file_is_empty(at("d")));
}

static void writing_says_what_is_in_the_way(void **state)
{
    (void)state;
    struct err e = {0};
    put("file", "x");
    assert_int_equal(file_write(at("file/below"), SPAN("y"), &e), -1);
    assert_int_equal(e.kind, ERR_WORK);
    assert_non_null(strstr(e.text, "/file: the folder cannot be made: Not a directory"));
    assert_holds("file", "x");

    char *name = malloc(100001);
    assert_non_null(name);
    memset(name, 'n', 100000);
    name[100000] = '\0';
    e = (struct err){0};
    assert_int_equal(file_write(name, SPAN("y"), &e), -1);
    assert_non_null(strstr(e.text, "File name too long"));
    e = (struct err){0};
    assert_int_equal(file_make_dirs(name, &e), -1);
    free(name);

    e = (struct err){0};
    assert_int_equal(file_write("/dev/full/x", SPAN("y"), &e), -1);
    e = (struct err){0};
    assert_int_equal(file_write(root, SPAN("y"), &e), -1);
}

static void reading_keeps_to_the_maximum(void **state)
{
    (void)state;
    struct buf got;
    struct err e = {0};
    put("ten", "0123456789");
    buf_init(&got, 13);
    buf_put_span(&got, SPAN("abc"));
    assert_int_equal(file_read(&got, at("ten"), &e), 0);
    assert_true(span_is(buf_span(&got), "abc0123456789"));
    buf_free(&got);

    buf_init(&got, 12);
    buf_put_span(&got, SPAN("abc"));
    assert_int_equal(file_read(&got, at("ten"), &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "/ten: is larger than 9 bytes"));
    assert_int_equal(got.n, 3);
    buf_free(&got);

    /* A source without an end, whose size nobody knows. */
    buf_init(&got, 1 << 20);
    e = (struct err){0};
    assert_int_equal(file_read(&got, "/dev/zero", &e), -1);
    assert_string_equal(e.text, "/dev/zero: is larger than 1048576 bytes");
    buf_free(&got);
}

static void reading_says_what_is_wrong(void **state)
{
    (void)state;
    struct buf got;
    struct err e = {0};
    buf_init(&got, 100);
    assert_int_equal(file_read(&got, at("absent"), &e), -1);
    assert_non_null(strstr(e.text, "/absent: cannot be read: No such file or directory"));
    e = (struct err){0};
    assert_int_equal(file_read(&got, root, &e), -1);
    assert_non_null(strstr(e.text, ": is a folder, not a file"));
    buf_free(&got);
}

static void a_pipe_is_read_to_its_end(void **state)
{
    (void)state;
    int ends[2];
    struct buf got;
    struct err e = {0};
    buf_init(&got, 100);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "from afar", 9), 9);
    close(ends[1]);
    assert_int_equal(file_read_fd(&got, ends[0], "standard input", &e), 0);
    close(ends[0]);
    assert_true(span_is(buf_span(&got), "from afar"));
    buf_free(&got);
}

static void types_are_told_apart(void **state)
{
    (void)state;
    put("file", "x");
    assert_int_equal(symlink("file", at("link")), 0);
    assert_int_equal(file_type_of(at("file")), FILE_REGULAR);
    assert_int_equal(file_type_of(at("link")), FILE_REGULAR);
    assert_int_equal(file_type_of(root), FILE_FOLDER);
    assert_int_equal(file_type_of(at("absent")), FILE_ABSENT);
    assert_int_equal(file_type_of("/dev/null"), FILE_OTHER);
    assert_true(file_is_empty(at("absent")));
    assert_false(file_is_empty(root));
    put("hidden/.x", "");
    assert_false(file_is_empty(at("hidden")));
}

static void walking_follows_the_order_of_keys(void **state)
{
    (void)state;
    /* '-' is 2d, '.' 2e, '/' 2f, '0' 30: a folder's keys lie where its slash puts them. */
    static const char *const names[] = {"w/a/x",     "w/a-b/x", "w/a.json", "w/a0",  "w/a/.hidden",
                                        "w/.d/none", "w/B/y",   "w/a/b/c",  "w/a/b-"};
    for (size_t i = 0; i < COUNT(names); i++)
        put(names[i], i == 0 ? "12345" : "");
    struct err e = {0};
    assert_int_equal(file_make_dirs(at("w/empty/e2"), &e), 0);
    assert_int_equal(mkfifo(at("w/fifo"), 0600), 0);
    struct buf got;
    buf_init(&got, 1 << 16);
    walk(&got, "w");
    assert_string_equal(buf_text(&got), "B/y=0 a-b/x=0 a.json=0 a/b-=0 a/b/c=0 a/x=5 a0=0 ");
    buf_clear(&got);
    walk(&got, "w/");
    assert_string_equal(buf_text(&got), "B/y=0 a-b/x=0 a.json=0 a/b-=0 a/b/c=0 a/x=5 a0=0 ");
    buf_clear(&got);
    walk(&got, "w/empty");
    assert_string_equal(buf_text(&got), "");
    buf_free(&got);
}

static void walking_follows_links_to_files_only(void **state)
{
    (void)state;
    put("l/file", "abc");
    assert_int_equal(symlink("file", at("l/link")), 0);
    struct buf got;
    buf_init(&got, 1 << 16);
    walk(&got, "l");
    assert_string_equal(buf_text(&got), "file=3 link=3 ");
    buf_free(&got);

    struct file_walk *w = NULL;
    struct err e = {0};
    assert_int_equal(symlink(".", at("l/loop")), 0);
    assert_int_equal(file_walk_open(&w, at("l"), &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "/l/loop: is a link to a folder"));
    assert_int_equal(unlink(at("l/loop")), 0);

    e = (struct err){0};
    assert_int_equal(symlink("nowhere", at("l/lost")), 0);
    assert_int_equal(file_walk_open(&w, at("l"), &e), -1);
    assert_non_null(strstr(e.text, "/l/lost: the link cannot be followed"));
}

static void walking_needs_a_folder(void **state)
{
    (void)state;
    struct file_walk *w = NULL;
    struct err e = {0};
    assert_int_equal(file_walk_open(&w, at("absent"), &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    put("plain", "");
    e = (struct err){0};
    assert_int_equal(file_walk_open(&w, at("plain"), &e), -1);
    e = (struct err){0};
    assert_int_equal(file_walk_open(&w, "", &e), -1);
    assert_null(w);
    file_walk_close(NULL);
}

static void a_tree_is_removed_and_links_are_not_followed(void **state)
{
    (void)state;
    struct err e = {0};
    put("keep/precious", "x");
    put("t/a/b", "y");
    put("t/.c", "y");
    assert_int_equal(symlink("../keep", at("t/to-keep")), 0);
    assert_int_equal(file_remove_tree(at("t"), &e), 0);
    assert_int_equal(file_type_of(at("t")), FILE_ABSENT);
    assert_holds("keep/precious", "x");
    assert_int_equal(symlink("keep", at("link")), 0);
    assert_int_equal(file_remove_tree(at("link"), &e), 0);
    assert_holds("keep/precious", "x");
    assert_int_equal(file_remove_tree(at("keep/precious"), &e), 0);
    assert_int_equal(file_remove_tree(at("absent"), &e), 0);
    assert_true(file_is_empty(at("keep")));
}

int main(void)
{
#define ROOTED(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)
    const struct CMUnitTest tests[] = {
        ROOTED(written_files_are_read_back),
        ROOTED(nothing_temporary_stays),
        ROOTED(writing_says_what_is_in_the_way),
        ROOTED(reading_keeps_to_the_maximum),
        ROOTED(reading_says_what_is_wrong),
        cmocka_unit_test(a_pipe_is_read_to_its_end),
        ROOTED(types_are_told_apart),
        ROOTED(walking_follows_the_order_of_keys),
        ROOTED(walking_follows_links_to_files_only),
        ROOTED(walking_needs_a_folder),
        ROOTED(a_tree_is_removed_and_links_are_not_followed),
    };
    return cmocka_run_group_tests_name("base/file", tests, NULL, NULL);
}
