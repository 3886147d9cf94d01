/* test_embedded.c - the table is sorted, and each file is what lies in the source folder. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/embedded.h"

static void names_rise(void **state)
{
    (void)state;
    for (size_t i = 1; i < embedded_files_n; i++)
        assert_true(strcmp(embedded_files[i - 1].name, embedded_files[i].name) < 0);
}

/* The tests run in the source folder. */
static void each_file_is_found_and_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < embedded_files_n; i++) {
        const struct embedded *f = &embedded_files[i];
        struct span text = embedded_find(span_of(f->name));
        assert_ptr_equal(text.p, f->text);
        assert_int_equal(text.n, f->n);
        assert_int_equal(text.p[text.n], 0);
        FILE *file = fopen(f->name, "rb");
        assert_non_null(file);
        for (size_t k = 0; k < f->n; k++)
            if (fgetc(file) != (unsigned char)f->text[k])
                fail_msg("%s: byte %zu differs", f->name, k);
        assert_int_equal(fgetc(file), EOF);
        fclose(file);
    }
}

static void other_names_give_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"", "schemas/", "schemas/record", "zzz", "\xff"};
    for (size_t i = 0; i < COUNT(names); i++)
        assert_null(embedded_find(span_of(names[i])).p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_rise),
        cmocka_unit_test(each_file_is_found_and_whole),
        cmocka_unit_test(other_names_give_nothing),
    };
    return cmocka_run_group_tests_name("base/embedded", tests, NULL, NULL);
}
