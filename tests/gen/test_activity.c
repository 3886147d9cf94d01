/* test_activity.c - the calls of one run: order, pauses, repetitions; times worked out by hand. */
#include "tests/gen/scene.h"

#include <stdio.h>

#include "gen/activity.h"

/* One activity "act" with ${steps}, on ${scope}, and two regions, two applications. */
#define STEPS(scope, steps)                                                                        \
    "'accounts': [{'id': '123456789012', 'regions': ['us-east-1', 'eu-west-1']}],"                 \
    "'applications': [{'name': 'shop', 'platform': 'Node.js 22 running on 64bit Amazon Linux "     \
    "2023', 'environments': [{'name': 'shop-prod'}, {'name': 'shop-dev'}]}, {'name': 'blog', "     \
    "'region': 'eu-west-1', 'platform': 'Node.js 22 running on 64bit Amazon Linux 2023', "         \
    "'environments': [{'name': 'blog-prod'}, {'name': 'blog-gone', 'terminated': '+30m'}]}], "     \
    "" SCENE_ANA ", 'activities': [{'name': 'act', 'on': '" scope "', 'steps': [" steps            \
    "]}], 'schedule': [{'name': 'p', 'actor': 'a', 'activity': 'act', 'at': '+1h'"

#define ON_ENVIRONMENT(steps) STEPS("environment", steps) ", 'environment': 'shop-prod'}]"
#define ON_ACCOUNT(steps)     STEPS("account", steps) "}]"
#define ON_APPLICATION(steps) STEPS("application", steps) ", 'application': 'shop'}]"

enum { ACTS_MOST = 3000 };

struct acts {
    struct act a[ACTS_MOST];
    size_t n, stop_after; /* 0: never */
};

static struct acts acts;

static bool take(void *ctx, const struct act *a)
{
    struct acts *to = ctx;
    assert_true(to->n < ACTS_MOST);
    to->a[to->n++] = *a;
    return to->n != to->stop_after;
}

/* Play the placed run as if its address were ${address}. */
static void play(const struct stage *st, uint64_t address, size_t stop_after)
{
    struct agenda list = {.arena = &scene_arena};
    plan_agenda(&list, &st->plan, 0, SCENE_START_MS, SCENE_START_MS + UTC_DAY_MS, false);
    for (size_t i = 0; i < list.n; i++) {
        if (list.items[i].placed == NULL)
            continue;
        list.items[i].address = address;
        acts.n = 0;
        acts.stop_after = stop_after;
        activity_play(&st->plan, &list.items[i], take, &acts);
        return;
    }
    fail_msg("nothing is placed");
}

static const int64_t began_ms = SCENE_START_MS + UTC_HOUR_MS;

#define CALL(name) "{'call': '" name "'"

static void steps_follow_with_their_pauses(void **state)
{
    (void)state;
    struct stage st;
    stage_open(
        &st,
        ON_ENVIRONMENT(
            CALL("DescribeEnvironments") "}, " CALL("DescribeEvents") ", 'after': '2s..5s'}, " CALL(
                "ListAvailableSolutionStacks") ", 'after': "
                                               "'250ms'}"));
    int64_t low = INT64_MAX, high = 0;
    for (uint64_t address = 0; address < 300; address++) {
        play(&st, address, 0);
        assert_int_equal(acts.n, 3);
        assert_int_equal(acts.a[0].time_ms, began_ms);
        int64_t pause = acts.a[1].time_ms - began_ms;
        low = pause < low ? pause : low;
        high = pause > high ? pause : high;
        assert_int_equal(acts.a[2].time_ms - acts.a[1].time_ms, 250);
        for (size_t i = 0; i < 3; i++) {
            const struct act *a = &acts.a[i];
            assert_ptr_equal(a->step, &st.scenario.activities[0].steps[i]);
            assert_int_equal(a->environment, 0);
            assert_int_equal(a->application, 0);
            assert_null(a->error);
        }
        assert_true(acts.a[0].address != acts.a[1].address);
    }
    assert_in_range(low, 2000, 2100);
    assert_in_range(high, 4900, 5000);
    stage_close(&st);
}

static void a_run_is_the_same_again(void **state)
{
    (void)state;
    struct stage st;
    static struct acts before;
    stage_open(&st, ON_ENVIRONMENT(CALL("DescribeEvents") ", 'times': '2..9', 'every': '1s..9s'}"));
    play(&st, 5, 0);
    before = acts;
    play(&st, 6, 0);
    play(&st, 5, 0);
    assert_int_equal(acts.n, before.n);
    for (size_t i = 0; i < acts.n; i++) {
        assert_int_equal(acts.a[i].time_ms, before.a[i].time_ms);
        assert_int_equal(acts.a[i].address, before.a[i].address);
    }
    stage_close(&st);
}

static void repetitions_are_as_many_and_as_far_apart_as_said(void **state)
{
    (void)state;
    struct stage st;
    bool seen[12] = {false};
    stage_open(&st, ON_ENVIRONMENT(CALL("DescribeEvents") ", 'times': '3..8', 'every': '2s'}"));
    for (uint64_t address = 0; address < 300; address++) {
        play(&st, address, 0);
        assert_in_range(acts.n, 3, 8);
        seen[acts.n] = true;
        for (size_t i = 1; i < acts.n; i++) {
            assert_int_equal(acts.a[i].time_ms - acts.a[i - 1].time_ms, 2000);
            assert_true(acts.a[i].address != acts.a[i - 1].address);
        }
    }
    for (size_t n = 3; n <= 8; n++)
        assert_true(seen[n]);
    stage_close(&st);
}

/* Of 4 000 runs a quarter: five standard deviations are 137. */
static void a_step_beside_another_comes_each_time_that_one_does(void **state)
{
    (void)state;
    static const char *const names[] = {"DescribeEvents", "DescribeEnvironments", "DescribeEvents",
                                        "DescribeEnvironments"};
    static const int64_t at_ms[] = {0, 200, 3200, 3400};
    struct stage st;
    stage_open(&st, ON_ACCOUNT(CALL("DescribeEvents") ", 'times': 2, 'every': '3s'}, " CALL(
                        "DescribeEnvironments") ", 'beside': true, 'after': '200ms'}"));
    play(&st, 3, 0);
    assert_int_equal(acts.n, COUNT(names));
    for (size_t i = 0; i < acts.n; i++) {
        assert_true(span_is(acts.a[i].step->name, names[i]));
        assert_int_equal(acts.a[i].time_ms - began_ms, at_ms[i]);
        for (size_t k = 0; k < i; k++)
            assert_true(acts.a[i].address != acts.a[k].address);
    }
    assert_int_equal(activity_expected(&st.scenario.activities[0], &st.plan, 0), 4);
    stage_close(&st);
}

/* Of each environment both are asked for, before the next one comes. */
static void a_step_beside_another_is_about_the_same(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st,
               ON_APPLICATION(CALL("DescribeEnvironmentHealth") ", 'each': 'environment'}, " CALL(
                   "ListTagsForResource") ", 'beside': true}"));
    play(&st, 3, 0);
    assert_int_equal(acts.n, 4);
    for (size_t i = 0; i < 4; i += 2)
        assert_int_equal(acts.a[i].environment, acts.a[i + 1].environment);
    assert_true(acts.a[0].environment != acts.a[2].environment);
    stage_close(&st);
}

/* shop-prod and shop-dev are load balanced web servers. */
static void a_step_for_another_kind_of_environment_is_left_out(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st,
               ON_ENVIRONMENT(CALL("DescribeEvents") ", 'when': ['singleInstance']}, " CALL(
                   "ListPlatformBranches") ", 'beside': true}, " CALL("DescribeEnvironment"
                                                                      "s") ", 'when': "
                                                                           "['"
                                                                           "loadBalanced',"
                                                                           " 'webServer']}"
                                                                           ", " CALL("DescribeAp"
                                                                                     "plication"
                                                                                     "s") ", "
                                                                                          "'besi"
                                                                                          "de': "
                                                                                          "true,"
                                                                                          " '"
                                                                                          "when'"
                                                                                          ": "
                                                                                          "['"
                                                                                          "worke"
                                                                                          "r']"
                                                                                          "}"));
    play(&st, 3, 0);
    assert_int_equal(acts.n, 1);
    assert_true(span_is(acts.a[0].step->name, "DescribeEnvironments"));
    stage_close(&st);
}

static void a_step_by_chance_comes_that_often(void **state)
{
    (void)state;
    struct stage st;
    size_t n = 0;
    stage_open(&st, ON_ENVIRONMENT(CALL("DescribeEvents") ", 'chance': 0.25}"));
    for (uint64_t address = 0; address < 4000; address++) {
        play(&st, address, 0);
        n += acts.n;
    }
    assert_in_range(n, 1000 - 137, 1000 + 137);
    stage_close(&st);
}

/* An update takes 25 to 240 s: watching it ends with the first look after that. */
static void watching_ends_when_the_change_is_done(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, ON_ENVIRONMENT(CALL("UpdateEnvironment") "}, " CALL(
                        "DescribeEvents") ", 'until': 'done', 'every': '5s', 'after': '1s'}"));
    for (uint64_t address = 0; address < 300; address++) {
        play(&st, address, 0);
        int64_t done_ms = acts.a[0].done_ms;
        assert_in_range(done_ms - began_ms, 25000, 240000);
        assert_true(acts.n >= 3);
        for (size_t i = 1; i < acts.n; i++)
            assert_int_equal(acts.a[i].time_ms >= done_ms, i + 1 == acts.n);
    }
    stage_close(&st);
}

static void watching_ends_at_its_longest(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, ON_ENVIRONMENT(CALL("RebuildEnvironment") "}, " CALL(
                        "DescribeEvents") ", 'until': 'done', 'every': '5s', 'most': '1m'}"));
    play(&st, 1, 0);
    /* A look at once, twelve more in the minute. */
    assert_int_equal(acts.n, 1 + 13);
    stage_close(&st);
}

static void nothing_under_way_is_looked_at_once(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, ON_ENVIRONMENT(CALL("DescribeEvents") ", 'until': 'done'}"));
    play(&st, 1, 0);
    assert_int_equal(acts.n, 1);
    stage_close(&st);
}

static const struct {
    const char *name, *body;
    size_t n;
    int64_t every_ms;
} eaches[] = {
    {"region", ON_ACCOUNT(CALL("DescribeEnvironments") ", 'each': 'region', 'every': '3s'}"), 2,
     3000},
    {"application", ON_ACCOUNT(CALL("DescribeEnvironments") ", 'each': 'application'}"), 2, 1000},
    {"environment", ON_ACCOUNT(CALL("DescribeEvents") ", 'each': 'environment'}"), 3, 1000},
    {"environment of an application",
     ON_APPLICATION(CALL("DescribeEvents") ", 'each': 'environment'}"), 2, 1000},
    {"once", ON_ACCOUNT(CALL("DescribeEnvironments") "}"), 1, 0},
};

static void each_goes_through_what_is_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(eaches); i++) {
        struct stage st;
        stage_open(&st, eaches[i].body);
        play(&st, 1, 0);
        if (acts.n != eaches[i].n)
            fail_msg("%s: %zu calls", eaches[i].name, acts.n);
        for (size_t k = 1; k < acts.n; k++) {
            const struct act *a = &acts.a[k], *b = &acts.a[k - 1];
            assert_int_equal(a->time_ms - b->time_ms, eaches[i].every_ms);
            assert_true(a->address != b->address);
            assert_true(a->place != b->place || a->environment != b->environment);
        }
        stage_close(&st);
    }
}

static void a_taker_ends_the_run(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, ON_ACCOUNT(CALL("DescribeEvents") ", 'each': 'environment', 'times': 3}, " CALL(
                        "DescribeEnvironments") "}"));
    for (size_t n = 1; n <= 10; n++) {
        play(&st, 1, n);
        assert_int_equal(acts.n, n);
    }
    stage_close(&st);
}

static void a_call_that_always_fails_is_followed(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, ON_ENVIRONMENT(CALL("UpdateEnvironment") ", 'error': 'access-denied'}, " CALL(
                        "DescribeEvents") "}"));
    play(&st, 1, 0);
    assert_int_equal(acts.n, 2);
    assert_true(span_is(acts.a[0].error->name, "access-denied"));
    assert_null(acts.a[1].error);
    stage_close(&st);
}

/* Half of 2 000 runs: five standard deviations are 112. */
static void a_failure_by_chance_ends_the_run(void **state)
{
    (void)state;
    struct stage st;
    size_t failed = 0;
    stage_open(&st, ON_ENVIRONMENT(CALL("UpdateEnvironment") ", 'error': 'access-denied', "
                                                             "'errorChance': 0.5}, " CALL(
                                                                 "DescribeEvents") "}"));
    for (uint64_t address = 0; address < 2000; address++) {
        play(&st, address, 0);
        assert_int_equal(acts.n, acts.a[0].error == NULL ? 2 : 1);
        failed += acts.a[0].error != NULL;
    }
    assert_in_range(failed, 1000 - 112, 1000 + 112);
    stage_close(&st);
}

/* Tries one to three times, with pauses of at most 1, 2 and 4 s, and then goes through. */
static void a_throttled_call_is_tried_again(void **state)
{
    (void)state;
    struct stage st;
    size_t throttled = 0;
    stage_open(&st,
               ON_ENVIRONMENT(CALL("DescribeEvents") ", 'error': 'throttled', 'errorChance': "
                                                     "0.5}, " CALL("DescribeEnvironments") "}"));
    for (uint64_t address = 0; address < 1000; address++) {
        play(&st, address, 0);
        size_t tries = acts.n - 2;
        assert_in_range(tries, 0, 3);
        throttled += tries > 0;
        for (size_t i = 0; i < acts.n; i++) {
            assert_int_equal(acts.a[i].error != NULL, i < tries);
            assert_int_equal(acts.a[i].step == &st.scenario.activities[0].steps[0], i <= tries);
            if (i < tries)
                assert_in_range(acts.a[i + 1].time_ms - acts.a[i].time_ms, 200, 1000 << i);
            for (size_t k = 0; k < i; k++)
                assert_true(acts.a[i].address != acts.a[k].address);
        }
    }
    assert_in_range(throttled, 500 - 80, 500 + 80);
    stage_close(&st);
}

/* A change that always fails changes nothing: nobody waits for it. */
static void a_failed_change_is_not_waited_for(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, ON_ENVIRONMENT(CALL("RebuildEnvironment") ", 'error': 'access-denied'}, " CALL(
                        "DescribeEvents") ", 'until': 'done', 'every': '5s'}"));
    play(&st, 1, 0);
    assert_int_equal(acts.n, 2);
    stage_close(&st);
}

/* However long the pauses: no call comes so late that no calendar has its date. */
static void a_run_ends_within_a_year(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, ON_ENVIRONMENT(CALL("DescribeEvents") ", 'times': 2000, 'every': '7d'}"));
    play(&st, 1, 0);
    assert_int_equal(acts.n, 1 + 300 / 7);
    stage_close(&st);
}

static void changes_are_those_of_environments(void **state)
{
    (void)state;
    static const enum effect none[] = {EFFECT_NONE, EFFECT_CREATE_APPLICATION,
                                       EFFECT_DELETE_APPLICATION, EFFECT_CREATE_VERSION,
                                       EFFECT_DELETE_VERSION};
    static const enum effect some[] = {EFFECT_LAUNCH,   EFFECT_UPDATE, EFFECT_REBUILD,
                                       EFFECT_RESTART,  EFFECT_SWAP,   EFFECT_ABORT,
                                       EFFECT_TERMINATE};
    for (size_t i = 0; i < COUNT(none); i++)
        assert_false(activity_changes(none[i]));
    for (size_t i = 0; i < COUNT(some); i++)
        assert_true(activity_changes(some[i]));
}

static void the_expected_number_is_near(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(eaches); i++) {
        struct stage st;
        stage_open(&st, eaches[i].body);
        double n = activity_expected(&st.scenario.activities[0], &st.plan, 0);
        assert_true(n >= (double)eaches[i].n && n <= 2.0 * (double)eaches[i].n + 1);
        stage_close(&st);
    }
}

int main(void)
{
    scene_quiet = true;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_follow_with_their_pauses),
        cmocka_unit_test(a_run_is_the_same_again),
        cmocka_unit_test(repetitions_are_as_many_and_as_far_apart_as_said),
        cmocka_unit_test(a_step_beside_another_comes_each_time_that_one_does),
        cmocka_unit_test(a_step_beside_another_is_about_the_same),
        cmocka_unit_test(a_step_for_another_kind_of_environment_is_left_out),
        cmocka_unit_test(a_step_by_chance_comes_that_often),
        cmocka_unit_test(watching_ends_when_the_change_is_done),
        cmocka_unit_test(watching_ends_at_its_longest),
        cmocka_unit_test(nothing_under_way_is_looked_at_once),
        cmocka_unit_test(each_goes_through_what_is_there),
        cmocka_unit_test(a_taker_ends_the_run),
        cmocka_unit_test(a_call_that_always_fails_is_followed),
        cmocka_unit_test(a_failure_by_chance_ends_the_run),
        cmocka_unit_test(a_throttled_call_is_tried_again),
        cmocka_unit_test(a_failed_change_is_not_waited_for),
        cmocka_unit_test(a_run_ends_within_a_year),
        cmocka_unit_test(changes_are_those_of_environments),
        cmocka_unit_test(the_expected_number_is_near),
    };
    return cmocka_run_group_tests_name("gen/activity", tests, scene_load, scene_unload);
}
