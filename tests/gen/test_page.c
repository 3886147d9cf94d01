/* test_page.c - which changes are allowed and what they make run, against a walk through them. */
#include "tests/gen/scene.h"

#include <stdlib.h>

#include "gen/activity.h"
#include "gen/page.h"

/* Deploys that come faster than they are done: hundreds a day, of 25 to 240 s each. */
#define BUSY                                                                                       \
    SCENE_CAST ", 'activities': [{'name': 'deploy', 'on': 'environment', 'versionLabels': "        \
               "'commit', 'steps': [{'call': 'UpdateEnvironment', 'with': {'versionLabel': "       \
               "'{version.label}'}}]}, {'name': 'restart', 'on': 'environment', 'steps': "         \
               "[{'call': 'RestartAppServer'}, {'call': 'RestartAppServer', 'after': '1s..90s'}]}" \
               "], 'actors': [{'name': 'a', 'identity': {'type': 'IAMUser', 'userName': 'ana'}, "  \
               "'client': 'boto3', 'addresses': ['203.0.113.7'], 'does': [{'activity': 'deploy', " \
               "'perDay': 400}, {'activity': 'restart', 'perDay': 300}]}]"

enum { CHANGES_MOST = 8192 };

static struct change changes[CHANGES_MOST];
static size_t nchanges;

static bool take(void *ctx, const struct act *a)
{
    const struct occurrence *o = ctx;
    assert_true(nchanges < CHANGES_MOST);
    changes[nchanges++] =
        (struct change){.environment = a->environment,
                        .time_ms = a->time_ms,
                        .done_ms = a->done_ms,
                        .address = a->address,
                        .occurrence = o->address,
                        .sets_version = a->step->operation->effect == EFFECT_UPDATE};
    return true;
}

static int by_time(const void *left, const void *right)
{
    const struct change *a = left, *b = right;
    if (a->environment != b->environment)
        return a->environment < b->environment ? -1 : 1;
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms ? -1 : 1;
    return (a->address > b->address) - (a->address < b->address);
}

/* All changes that begin in the days ${from} to ${to} of the scenario, and whether they may. */
static void gather(struct stage *st, struct page_cache *cache, int64_t from, int64_t to)
{
    struct agenda list = {.arena = &st->arena};
    plan_agenda(&list, &st->plan, 0, SCENE_START_MS + from * UTC_DAY_MS,
                SCENE_START_MS + to * UTC_DAY_MS, true);
    nchanges = 0;
    for (size_t i = 0; i < list.n; i++)
        activity_play(&st->plan, &list.items[i], take, &list.items[i]);
    qsort(changes, nchanges, sizeof changes[0], by_time);
    for (size_t i = 0; i < nchanges; i++)
        changes[i].allowed =
            page_allows(cache, 0, changes[i].environment, changes[i].time_ms, changes[i].address);
}

/* Whether the run of ${c} was refused an earlier change. */
static bool is_stopped(const struct change *c)
{
    for (size_t i = 0; i < nchanges; i++) {
        if (changes[i].occurrence == c->occurrence && changes[i].time_ms < c->time_ms &&
            !changes[i].allowed)
            return true;
    }
    return false;
}

/* Within a day: what is allowed never begins while something allowed is under way, and what is
   refused always does, or its run was refused before. */
static void changes_exclude_each_other(void **state)
{
    (void)state;
    struct stage st;
    size_t refused = 0;
    stage_open(&st, BUSY);
    struct page_cache *cache = page_cache_open(&st.plan);
    for (int64_t day = 0; day < 3; day++) {
        gather(&st, cache, day, day + 1);
        for (size_t i = 0; i < nchanges; i++) {
            const struct change *c = &changes[i];
            /* What midnight cuts belongs to two pages. */
            if (c->time_ms < SCENE_START_MS + day * UTC_DAY_MS + 10 * UTC_MINUTE_MS)
                continue;
            bool busy = false;
            for (size_t k = i; k-- > 0 && changes[k].environment == c->environment;)
                busy = busy || (changes[k].allowed && changes[k].done_ms > c->time_ms);
            if (c->allowed == (busy || is_stopped(c)))
                fail_msg("day %jd, change %zu: %d", (intmax_t)day, i, c->allowed);
            refused += !c->allowed;
        }
        assert_true(nchanges > 500);
    }
    assert_true(refused > 100);
    page_cache_close(cache);
    stage_close(&st);
}

/* Pages are thrown away after forty; made again they say the same. */
static void pages_say_the_same_again(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, BUSY);
    struct page_cache *cache = page_cache_open(&st.plan);
    struct page_cache *other = page_cache_open(&st.plan);
    gather(&st, cache, 0, 2);
    for (int64_t day = 100; day < 150; day++)
        page_running(cache, 0, 0, SCENE_START_MS + day * UTC_DAY_MS);
    for (size_t i = nchanges; i-- > 0;) {
        const struct change *c = &changes[i];
        assert_int_equal(page_allows(cache, 0, c->environment, c->time_ms, c->address), c->allowed);
        assert_int_equal(page_allows(other, 0, c->environment, c->time_ms, c->address), c->allowed);
    }
    page_cache_close(cache);
    page_cache_close(other);
    stage_close(&st);
}

static void the_last_deploy_is_what_runs(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, BUSY);
    struct page_cache *cache = page_cache_open(&st.plan);
    gather(&st, cache, 0, 1);
    for (int64_t t = UTC_HOUR_MS; t < UTC_DAY_MS; t += 7 * UTC_MINUTE_MS + 1234) {
        for (uint32_t env = 0; env < 2; env++) {
            const struct change *want = NULL;
            for (size_t i = 0; i < nchanges; i++) {
                if (changes[i].environment == env && changes[i].time_ms < SCENE_START_MS + t &&
                    changes[i].allowed && changes[i].sets_version)
                    want = &changes[i];
            }
            const struct change *got = page_running(cache, 0, env, SCENE_START_MS + t);
            assert_non_null(want);
            assert_non_null(got);
            assert_int_equal(got->address, want->address);
            assert_int_equal(got->occurrence, want->occurrence);
            assert_int_equal(got->labels, LABELS_COMMIT);
        }
    }
    page_cache_close(cache);
    stage_close(&st);
}

/* A deploy placed at +1h: nothing before it, it after it, and nothing again after thirty days. */
static void what_ran_long_ago_is_forgotten(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st,
               SCENE_CAST ", " SCENE_ANA ", 'schedule': [{'name': 'p', 'actor': 'a', 'at': '+1h', "
                          "'environment': 'shop-dev', 'on': 'environment', 'steps': [{'call': "
                          "'UpdateEnvironment', 'with': {'versionLabel': "
                          "'{version.label}'}}]}]");
    struct page_cache *cache = page_cache_open(&st.plan);
    const int64_t at_ms = SCENE_START_MS + UTC_HOUR_MS;
    assert_null(page_running(cache, 0, 1, at_ms - 1));
    assert_null(page_running(cache, 0, 1, at_ms));
    const struct change *c = page_running(cache, 0, 1, at_ms + 1);
    assert_non_null(c);
    assert_int_equal(c->time_ms, at_ms);
    assert_int_equal(c->began_ms, at_ms);
    assert_null(page_running(cache, 0, 0, at_ms + 1));
    assert_non_null(page_running(cache, 0, 1, at_ms + 29 * UTC_DAY_MS));
    assert_null(page_running(cache, 0, 1, at_ms + 64 * UTC_DAY_MS));
    page_cache_close(cache);
    stage_close(&st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_exclude_each_other),
        cmocka_unit_test(pages_say_the_same_again),
        cmocka_unit_test(the_last_deploy_is_what_runs),
        cmocka_unit_test(what_ran_long_ago_is_forgotten),
    };
    return cmocka_run_group_tests_name("gen/page", tests, scene_load, scene_unload);
}
