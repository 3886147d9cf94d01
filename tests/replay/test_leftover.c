/* test_leftover.c - temporary files of a killed run go, everything else stays. */
#include "tests/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "replay/leftover.h"

static const struct {
    const char *path;
    bool stays;
} files[] = {
    {"a/b/.beantrail-12-0.tmp", false},
    {".beantrail-1-1.tmp", false},
    {"a/x.json.gz", true},
    {"a/.hidden", true},
    {"a/b/beantrail-12-0.tmp", true},
    {"a/.beantrail-12", true},
    {".git/.beantrail-12-0.tmp", true},
};

static void leftovers_go_and_nothing_else(void **state)
{
    (void)state;
    char root[] = "/tmp/beantrail-leftover.XXXXXX";
    struct err e = {0};
    char path[256];
    assert_non_null(mkdtemp(root));
    for (size_t i = 0; i < COUNT(files); i++) {
        snprintf(path, sizeof(path), "%s/%s", root, files[i].path);
        assert_int_equal(file_write(path, SPAN("x"), &e), 0);
    }
    int fd = open(root, O_RDONLY | O_DIRECTORY);
    assert_true(fd >= 0);
    assert_int_equal(leftover_claim(fd, root, true, &e), 0);
    assert_int_equal(leftover_remove(fd, root, &e), 0);
    for (size_t i = 0; i < COUNT(files); i++) {
        snprintf(path, sizeof(path), "%s/%s", root, files[i].path);
        if ((access(path, F_OK) == 0) != files[i].stays)
            fail_msg("%s", files[i].path);
    }
    close(fd);
    assert_int_equal(file_remove_tree(root, &e), 0);
}

static void nobody_clears_away_under_another(void **state)
{
    (void)state;
    char root[] = "/tmp/beantrail-leftover.XXXXXX";
    struct err e = {0};
    assert_non_null(mkdtemp(root));
    int writer = open(root, O_RDONLY | O_DIRECTORY);
    int other = open(root, O_RDONLY | O_DIRECTORY);
    assert_int_equal(leftover_claim(writer, root, false, &e), 0);
    assert_int_equal(leftover_claim(other, root, false, &e), 0);
    close(other);
    other = open(root, O_RDONLY | O_DIRECTORY);
    assert_int_equal(leftover_claim(other, root, true, &e), -1);
    assert_int_equal(e.kind, ERR_WORK);
    close(writer);
    e = (struct err){0};
    assert_int_equal(leftover_claim(other, root, true, &e), 0);
    close(other);
    rmdir(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(leftovers_go_and_nothing_else),
        cmocka_unit_test(nobody_clears_away_under_another),
    };
    return cmocka_run_group_tests_name("replay/leftover", tests, NULL, NULL);
}
