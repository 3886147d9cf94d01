/* test_event_id.c - bytes read off the UUIDs' text; SHA-256 of "abc" is FIPS 180-4's. */
#include "tests/test.h"

#include "audit/event_id.h"

static void a_uuid_is_its_own_bytes(void **state)
{
    (void)state;
    const struct event_id small = event_id_of(SPAN("3f2a0001-89ab-4cde-8f01-23456789abcd"));
    const struct event_id capital = event_id_of(SPAN("3F2A0001-89AB-4CDE-8F01-23456789ABCD"));
    assert_true(small.is_uuid && capital.is_uuid);
    assert_true(small.high == UINT64_C(0x3f2a000189ab4cde));
    assert_true(small.low == UINT64_C(0x8f0123456789abcd));
    assert_true(capital.high == small.high && capital.low == small.low);
    char text[EVENT_ID_TEXT_N];
    event_id_text(text, small.high, small.low);
    assert_memory_equal(text, "3f2a0001-89ab-4cde-8f01-23456789abcd", sizeof(text));
}

static void any_other_text_is_hashed(void **state)
{
    (void)state;
    static const char *const others[] = {
        "",
        "3f2a0001-89ab-4cde-8f01-23456789abc",
        "3f2a0001-89ab-4cde-8f01-23456789abcg",
        "3f2a0001089ab-4cde-8f01-23456789abcd",
    };
    for (size_t i = 0; i < COUNT(others); i++)
        assert_false(event_id_of(span_of(others[i])).is_uuid);
    const struct event_id abc = event_id_of(SPAN("abc"));
    assert_true(abc.high == UINT64_C(0xba7816bf8f01cfea));
    assert_true(abc.low == UINT64_C(0x414140de5dae2223));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_uuid_is_its_own_bytes),
        cmocka_unit_test(any_other_text_is_hashed),
    };
    return cmocka_run_group_tests_name("audit/event_id", tests, NULL, NULL);
}
