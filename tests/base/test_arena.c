/* test_arena.c - what is taken is zeroed, aligned and apart. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"

static void parts_are_zeroed_and_do_not_overlap(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    unsigned char *parts[200];
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT(parts); i++) {
            size_t n = i * 37 % 3000;
            parts[i] = arena_alloc(&a, n, 1);
            assert_int_equal((uintptr_t)parts[i] % _Alignof(max_align_t), 0);
            for (size_t k = 0; k < n; k++)
                assert_int_equal(parts[i][k], 0);
            memset(parts[i], (int)i, n);
        }
        for (size_t i = 0; i < COUNT(parts); i++)
            for (size_t k = 0; k < i * 37 % 3000; k++)
                assert_int_equal(parts[i][k], i & 0xff);
        arena_empty(&a);
    }
    arena_free(&a);
    assert_null(a.block);
}

static void one_large_part_fits(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    char *small = ARENA_NEW(&a, char, 10);
    char *large = ARENA_NEW(&a, char, 20 * 1024 * 1024);
    memset(large, 1, 20 * 1024 * 1024);
    assert_int_equal(small[9], 0);
    /* What took two blocks takes one the next time, and the same one after that. */
    arena_empty(&a);
    small = ARENA_NEW(&a, char, 16);
    assert_ptr_equal(ARENA_NEW(&a, char, 20 * 1024 * 1024), small + 16);
    arena_empty(&a);
    assert_ptr_equal(ARENA_NEW(&a, char, 16), small);
    arena_free(&a);
}

static void copies_end_in_nul(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct span copy = arena_copy(&a, (struct span){"abcdef", 3});
    assert_int_equal(copy.n, 3);
    assert_string_equal(copy.p, "abc");
    assert_int_equal(arena_copy(&a, (struct span){NULL, 0}).n, 0);
    struct span text = arena_printf(&a, "%d-%s", 12, "x");
    assert_int_equal(text.n, 4);
    assert_string_equal(text.p, "12-x");
    arena_free(&a);
}

static void running_out_of_memory_ends_with_a_line_and_1(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        struct arena a;
        arena_init(&a);
        arena_alloc(&a, SIZE_MAX / 2, 3);
        _exit(77);
    }
    close(ends[1]);
    char line[200] = {0};
    assert_true(read(ends[0], line, sizeof(line) - 1) > 0);
    close(ends[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    assert_non_null(strstr(line, "beantrail: out of memory: "));
    assert_int_equal(line[strlen(line) - 1], '\n');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_zeroed_and_do_not_overlap),
        cmocka_unit_test(one_large_part_fits),
        cmocka_unit_test(copies_end_in_nul),
        cmocka_unit_test(running_out_of_memory_ends_with_a_line_and_1),
    };
    return cmocka_run_group_tests_name("base/arena", tests, NULL, NULL);
}
