/* test_buf.c - growth up to the stated maximum. */
#include "tests/test.h"

#include <string.h>

#include "base/buf.h"

static void bytes_stay_in_order_while_it_grows(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100000);
    for (int i = 0; i < 50000; i++) {
        if (i % 2 == 0)
            buf_put_char(&b, (char)(i % 251));
        else
            buf_put(&b, &(char){(char)(i % 251)}, 1);
    }
    assert_int_equal(b.n, 50000);
    for (int i = 0; i < 50000; i++)
        assert_int_equal(b.p[i], (char)(i % 251));
    buf_free(&b);
    assert_null(b.p);
    assert_int_equal(b.max_n, 100000);
}

static void it_fills_to_the_last_byte_and_not_past_it(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_true(buf_fits(&b, 1));
        buf_put_char(&b, 'x');
    }
    assert_false(buf_fits(&b, 1));
    assert_true(buf_fits(&b, 0));
    assert_true(b.cap <= 1000);
    /* The NUL is not counted, so a full buffer is a C string too. */
    assert_int_equal(strlen(buf_text(&b)), 1000);
    buf_clear(&b);
    assert_true(buf_fits(&b, 1000));
    assert_false(buf_fits(&b, SIZE_MAX));
    buf_free(&b);
}

static void an_empty_one_is_an_empty_text(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 0);
    buf_put(&b, "", 0);
    buf_put_span(&b, (struct span){NULL, 0});
    buf_printf(&b, "%s", "");
    assert_int_equal(buf_span(&b).n, 0);
    assert_string_equal(buf_text(&b), "");
    buf_free(&b);
}

static void no_limit_is_a_limit_too(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, SIZE_MAX);
    buf_printf(&b, "%s %d", "text", 7);
    buf_printf(&b, "%300d", 1);
    assert_int_equal(b.n, 306);
    assert_memory_equal(b.p, "text 7 ", 7);
    assert_false(buf_fits(&b, SIZE_MAX));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_stay_in_order_while_it_grows),
        cmocka_unit_test(it_fills_to_the_last_byte_and_not_past_it),
        cmocka_unit_test(an_empty_one_is_an_empty_text),
        cmocka_unit_test(no_limit_is_a_limit_too),
    };
    return cmocka_run_group_tests_name("base/buf", tests, NULL, NULL);
}
