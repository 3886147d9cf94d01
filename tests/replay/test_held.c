/* test_held.c - the MD5 values are those of RFC 1321's test suite. */
#include "tests/test.h"

#include "replay/held.h"

static void only_the_same_key_size_and_bytes_are_held(void **state)
{
    (void)state;
    struct held h;
    held_init(&h);
    assert_false(held_has(&h, SPAN("a"), SPAN("abc")));
    held_add(&h, SPAN("b"), 1, SPAN("\"0cc175b9c0f1b6a831c399e269772661\""));
    held_add(&h, SPAN("a"), 3, SPAN("900150983cd24fb0d6963f7d28e17f72"));
    held_add(&h, SPAN("kms"), 3, SPAN("\"900150983cd24fb0d6963f7d28e17f72-1\""));
    assert_int_equal(held_count(&h), 3);
    assert_true(held_has(&h, SPAN("a"), SPAN("abc")));
    assert_true(held_has(&h, SPAN("b"), SPAN("a")));
    assert_false(held_has(&h, SPAN("a"), SPAN("abd")));
    assert_false(held_has(&h, SPAN("b"), SPAN("abc")));
    assert_false(held_has(&h, SPAN("c"), SPAN("abc")));
    assert_false(held_has(&h, SPAN("kms"), SPAN("abc")));
    held_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_same_key_size_and_bytes_are_held),
    };
    return cmocka_run_group_tests_name("replay/held", tests, NULL, NULL);
}
