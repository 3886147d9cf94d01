/* test_retry.c - bounds worked out by hand from retry.h. */
#include "tests/test.h"

#include <stdbool.h>

#include "replay/retry.h"

static const int64_t s_ns = 1000000000;

static const struct {
    const char *name;
    unsigned wish; /* attempts the user asks for, or 0 */
    bool alive;
    unsigned attempts;
    enum http_fault fault;
    int64_t after_s;
    bool want;
} cases[] = {
    {"an answer, tries left", 0, false, 7, HTTP_ANSWERED, 1, false},
    {"an answer, no tries left", 0, false, 8, HTTP_ANSWERED, 1, true},
    {"an answer, as many as asked for", 3, true, 3, HTTP_ANSWERED, 1, true},
    {"never reached, tries and patience left", 0, false, 7, HTTP_UNREACHABLE, 14, false},
    {"never reached, no tries left", 0, false, 8, HTTP_UNREACHABLE, 5, true},
    {"never reached, no patience left", 0, false, 3, HTTP_UNREACHABLE, 15, true},
    {"never reached, but tried twice only", 0, false, 2, HTTP_UNREACHABLE, 30, false},
    {"never reached, the user is patient", 20, false, 8, HTTP_UNREACHABLE, 100, false},
    {"never reached, the user is not", 1, false, 1, HTTP_UNREACHABLE, 0, true},
    {"a name without an address", 0, false, 4, HTTP_UNRESOLVED, 1, true},
    {"a name without an address, early", 0, false, 3, HTTP_UNRESOLVED, 1, false},
    {"no TLS", 0, false, 4, HTTP_TLS, 1, true},
    {"gone away: not the object's fault", 0, true, 20, HTTP_UNREACHABLE, 600, false},
    {"a name that had an address", 0, true, 7, HTTP_UNRESOLVED, 90, false},
    {"silent, tries left", 0, true, 7, HTTP_SLOW, 210, false},
    {"silent, no tries left", 0, true, 8, HTTP_SLOW, 240, true},
};

static void attempts_and_patience_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct retry r;
        retry_init(&r, cases[i].wish, 16, 1);
        r.alive = cases[i].alive;
        const struct retry_object o = {.attempts = cases[i].attempts, .first_ns = 5};
        if (retry_is_spent(&r, &o, cases[i].fault, 5 + cases[i].after_s * s_ns) != cases[i].want)
            fail_msg("%s", cases[i].name);
    }
}

static const struct {
    const char *name;
    unsigned wish;
    bool alive;
    unsigned attempts;
    int64_t quiet_s;
    bool want;
} silences[] = {
    {"gone away, not for long", 0, true, 20, 59, false},
    {"gone away for good", 0, true, 1, 60, true},
    {"gone away for good, whatever the user wishes", 30, true, 1, 60, true},
    {"never there, tried often enough and long enough", 0, false, 3, 15, true},
    {"never there, tried twice only", 0, false, 2, 30, false},
    {"never there, not for long", 0, false, 8, 14, false},
    {"never there, the user is patient", 20, false, 8, 100, false},
};

static void silence_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(silences); i++) {
        struct retry r;
        retry_init(&r, silences[i].wish, 16, 1);
        r.alive = silences[i].alive;
        const int64_t now_ns = 7 + silences[i].quiet_s * s_ns;
        assert_false(retry_is_gone(&r, now_ns));
        for (unsigned k = 0; k < silences[i].attempts; k++)
            retry_narrow(&r, k % 2 == 0 ? HTTP_SLOW : HTTP_BROKEN, false, 7);
        if (retry_is_gone(&r, now_ns) != silences[i].want)
            fail_msg("%s", silences[i].name);
        retry_heard(&r);
        assert_false(retry_is_gone(&r, now_ns));
    }
}

static void waits_double_up_to_their_limit(void **state)
{
    (void)state;
    static const int64_t again_ms[] = {200, 400, 800, 1600, 3200, 5000, 5000};
    static const int64_t slower_ms[] = {1000, 2000, 4000, 8000, 16000, 20000, 20000};
    struct retry r;
    retry_init(&r, 0, 16, 42);
    for (unsigned try = 0; try < COUNT(again_ms); try++) {
        const struct retry_object o = {.attempts = try + 1};
        int64_t again_most = 0, slower_most = 0;
        for (int i = 0; i < 2000; i++) {
            r.tokens = 500;
            int64_t again = retry_delay_ms(&r, &o, HTTP_ANSWERED, false, "");
            int64_t slower = retry_delay_ms(&r, &o, HTTP_ANSWERED, true, "");
            assert_in_range(again, 0, again_ms[try]);
            assert_in_range(slower, 0, slower_ms[try]);
            again_most = again > again_most ? again : again_most;
            slower_most = slower > slower_most ? slower : slower_most;
        }
        /* Full jitter: of 2 000 draws one comes near the top. */
        assert_true(again_most > again_ms[try] * 9 / 10);
        assert_true(slower_most > slower_ms[try] * 9 / 10);
    }
}

static void a_server_that_names_seconds_gets_them(void **state)
{
    (void)state;
    struct retry r;
    retry_init(&r, 0, 16, 1);
    const struct retry_object o = {.attempts = 1};
    assert_in_range(retry_delay_ms(&r, &o, HTTP_ANSWERED, false, "7"), 7000, 7000);
    assert_in_range(retry_delay_ms(&r, &o, HTTP_ANSWERED, false, "99999999999999999999"), 60000,
                    60000);
    assert_in_range(retry_delay_ms(&r, &o, HTTP_ANSWERED, false, "Fri, 24 May 2013"), 0, 200);
}

static void a_spent_budget_slows_and_success_refills_it(void **state)
{
    (void)state;
    struct retry r;
    retry_init(&r, 0, 16, 1);
    const struct retry_object o = {.attempts = 1};
    for (int i = 0; i < 100; i++)
        retry_delay_ms(&r, &o, HTTP_ANSWERED, false, "");
    assert_int_equal(r.tokens, 0);
    assert_in_range(retry_delay_ms(&r, &o, HTTP_ANSWERED, false, ""), 2500, 5000);
    const struct retry_object tried = {.attempts = 2};
    retry_arrived(&r, &tried);
    assert_in_range(retry_delay_ms(&r, &o, HTTP_ANSWERED, false, ""), 0, 200);
    /* No answer costs the server nothing. */
    assert_in_range(retry_delay_ms(&r, &o, HTTP_UNREACHABLE, false, ""), 0, 200);
}

static void concurrency_opens_with_success_and_closes_with_trouble(void **state)
{
    (void)state;
    struct retry r;
    const struct retry_object o = {.attempts = 1};
    retry_init(&r, 0, 8, 1);
    assert_int_equal(r.allowed, 1);
    for (int i = 0; i < 20; i++)
        retry_arrived(&r, &o);
    assert_int_equal(r.allowed, 8);
    retry_narrow(&r, HTTP_ANSWERED, true, s_ns);
    assert_int_equal(r.allowed, 4);
    retry_narrow(&r, HTTP_ANSWERED, true, s_ns + 1); /* the same moment */
    assert_int_equal(r.allowed, 4);
    retry_narrow(&r, HTTP_ANSWERED, true, 2 * s_ns + 1);
    assert_int_equal(r.allowed, 2);
    assert_false(r.trouble);
    retry_narrow(&r, HTTP_UNREACHABLE, false, 2 * s_ns + 2);
    assert_int_equal(r.allowed, 1);
    assert_true(r.trouble);
    retry_arrived(&r, &o);
    assert_int_equal(r.allowed, 2);
    assert_false(r.trouble);
}

static void sixteen_in_a_row_are_too_many(void **state)
{
    (void)state;
    struct retry r;
    const struct retry_object o = {.attempts = 1};
    retry_init(&r, 0, 8, 1);
    for (int i = 0; i < 15; i++)
        assert_false(retry_refused(&r));
    retry_arrived(&r, &o);
    for (int i = 0; i < 15; i++)
        assert_false(retry_refused(&r));
    assert_true(retry_refused(&r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attempts_and_patience_end),
        cmocka_unit_test(silence_ends),
        cmocka_unit_test(waits_double_up_to_their_limit),
        cmocka_unit_test(a_server_that_names_seconds_gets_them),
        cmocka_unit_test(a_spent_budget_slows_and_success_refills_it),
        cmocka_unit_test(concurrency_opens_with_success_and_closes_with_trouble),
        cmocka_unit_test(sixteen_in_a_row_are_too_many),
    };
    return cmocka_run_group_tests_name("replay/retry", tests, NULL, NULL);
}
