/* test_plan.c - when things happen: cells, habits, hours, sessions; counts worked out by hand, with
   five standard deviations around a mean. */
#include "tests/gen/scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "gen/activity.h"

#define LOOK                                                                                       \
    "'activities': [{'name': 'look', 'on': 'environment', 'steps': [{'call': "                     \
    "'DescribeEnvironments'}]}]"
#define DOES(hours, habit)                                                                         \
    SCENE_CAST ", " LOOK ", 'actors': [{'name': 'a', 'identity': {'type': 'IAMUser', 'userName': " \
               "'ana'}, 'client': 'boto3', 'addresses': ['203.0.113.7'], " hours                   \
               "'does': [{'activity': 'look', " habit "}]}]"

/* The occurrences of a stretch that begins ${from_ms} after the scenario. */
static struct agenda agenda_of(struct stage *st, int64_t from_ms, int64_t to_ms, bool only_changes)
{
    struct agenda list = {.arena = &st->arena};
    for (uint32_t a = 0; a < st->scenario.naccounts; a++)
        plan_agenda(&list, &st->plan, a, st->scenario.start_ms + from_ms,
                    st->scenario.start_ms + to_ms, only_changes);
    return list;
}

static int by_address(const void *left, const void *right)
{
    const struct occurrence *a = left, *b = right;
    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    return (a->address > b->address) - (a->address < b->address);
}

static void sort_agenda(struct agenda *list)
{
    if (list->n > 0)
        qsort(list->items, list->n, sizeof *list->items, by_address);
}

static bool is_same(const struct occurrence *a, const struct occurrence *b)
{
    return a->start_ms == b->start_ms && a->address == b->address && a->actor == b->actor &&
           a->activity == b->activity && a->environment == b->environment &&
           a->application == b->application && a->place == b->place && a->placed == b->placed &&
           (a->opens == NULL) == (b->opens == NULL) &&
           (a->opens == NULL || a->opens->address == b->opens->address);
}

static const struct {
    const char *window;
    int64_t from_minute, to_minute; /* after midnight */
    uint64_t ncells;
} windows[] = {
    {"a day", 0, 24 * 60, 1},
    {"a day and a minute", 0, 24 * 60 + 1, 2},
    {"noon to noon", 12 * 60, 36 * 60, 2},
    {"an hour", 5 * 60, 6 * 60, 1},
    {"a minute across midnight", 24 * 60 - 1, 24 * 60 + 1, 2},
    {"a week", 0, 7 * 24 * 60, 7},
};

static void cells_tile_the_window(void **state)
{
    (void)state;
    struct stage st;
    stage_read(&st, DOES("", "'perDay': 1"));
    for (size_t i = 0; i < COUNT(windows); i++) {
        struct err e = {0};
        int64_t from = SCENE_START_MS + windows[i].from_minute * UTC_MINUTE_MS, at = from;
        int64_t to = SCENE_START_MS + windows[i].to_minute * UTC_MINUTE_MS;
        assert_int_equal(
            plan_make(&st.plan, &st.arena, &st.scenario, &scene_rules, 1, from, to, &e), 0);
        if (st.plan.ncells != windows[i].ncells || st.plan.cell_ms != UTC_DAY_MS)
            fail_msg("%s: %ju cells", windows[i].window, (uintmax_t)st.plan.ncells);
        for (uint64_t k = 0; k < st.plan.ncells; k++) {
            uint32_t account = 77;
            int64_t begin, end;
            plan_cell(&st.plan, k, &account, &begin, &end);
            assert_int_equal(account, 0);
            assert_int_equal(begin, at);
            assert_true(end > begin);
            assert_true(end == to || end % UTC_DAY_MS == 0);
            at = end;
        }
        assert_int_equal(at, to);
    }
    stage_close(&st);
}

/* At most 50 000 records in a cell: 50 000 a day, 200 000, 1.2 million, beyond. */
static const struct {
    const char *per_day;
    int64_t cell_ms;
} rates[] = {
    {"'perDay': 1", UTC_DAY_MS},          {"'perDay': 50000", UTC_DAY_MS},
    {"'perDay': 50001", 6 * UTC_HOUR_MS}, {"'perDay': 200000", 6 * UTC_HOUR_MS},
    {"'perDay': 200001", UTC_HOUR_MS},    {"'perDay': 1000000", UTC_HOUR_MS},
    {"'every': '1s'", 6 * UTC_HOUR_MS},   {"'every': '2s'", UTC_DAY_MS},
};

static void busy_accounts_have_short_cells(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rates); i++) {
        struct stage st;
        char body[2048];
        snprintf(body, sizeof body, DOES("", "%s"), rates[i].per_day);
        stage_open(&st, body);
        if (st.plan.cell_ms != rates[i].cell_ms)
            fail_msg("%s: %jd ms", rates[i].per_day, (intmax_t)st.plan.cell_ms);
        assert_int_equal(st.plan.first_ms % st.plan.cell_ms, 0);
        stage_close(&st);
    }
}

static const char *const scenarios[] = {"scenarios/quickstart.json", "scenarios/identities.json",
                                        "scenarios/organization.json",
                                        "scenarios/secrets-harvest.json"};

static void expect_union(struct stage *st, const char *name, int64_t step_ms, bool only_changes)
{
    struct agenda whole = agenda_of(st, 0, UTC_DAY_MS, only_changes);
    struct agenda parts = {.arena = &st->arena};
    for (int64_t t = 0; t < UTC_DAY_MS; t += step_ms) {
        int64_t end = t + step_ms < UTC_DAY_MS ? t + step_ms : UTC_DAY_MS;
        for (uint32_t a = 0; a < st->scenario.naccounts; a++)
            plan_agenda(&parts, &st->plan, a, st->scenario.start_ms + t,
                        st->scenario.start_ms + end, only_changes);
    }
    sort_agenda(&whole);
    sort_agenda(&parts);
    if (whole.n != parts.n)
        fail_msg("%s, steps of %jd: %zu and %zu", name, (intmax_t)step_ms, whole.n, parts.n);
    for (size_t i = 0; i < whole.n; i++) {
        if (!is_same(&whole.items[i], &parts.items[i]))
            fail_msg("%s, steps of %jd: item %zu", name, (intmax_t)step_ms, i);
    }
}

static void a_day_is_the_union_of_its_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenarios); i++) {
        struct stage st;
        stage_open_built_in(&st, scenarios[i]);
        expect_union(&st, scenarios[i], UTC_HOUR_MS, false);
        expect_union(&st, scenarios[i], UTC_HOUR_MS, true);
        expect_union(&st, scenarios[i], 5 * UTC_MINUTE_MS, false);
        expect_union(&st, scenarios[i], 10007001, false);
        stage_close(&st);
    }
}

static void changes_are_those_that_change(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenarios); i++) {
        struct stage st;
        stage_open_built_in(&st, scenarios[i]);
        struct agenda all = agenda_of(&st, 0, UTC_DAY_MS, false);
        struct agenda changes = agenda_of(&st, 0, UTC_DAY_MS, true);
        size_t n = 0;
        sort_agenda(&all);
        sort_agenda(&changes);
        for (size_t k = 0; k < all.n; k++) {
            const struct occurrence *o = &all.items[k];
            assert_in_range(o->start_ms, st.scenario.start_ms - 5000,
                            st.scenario.start_ms + UTC_DAY_MS - 1);
            if (o->opens != NULL || !st.plan.activities[o->activity].changes)
                continue;
            assert_true(n < changes.n && is_same(o, &changes.items[n]));
            n++;
        }
        assert_int_equal(n, changes.n);
        stage_close(&st);
    }
}

static size_t count(struct stage *st, const char *body, int64_t days)
{
    stage_open(st, body);
    return agenda_of(st, 0, days * UTC_DAY_MS, false).n;
}

static const struct {
    const char *hours, *habit;
    int64_t days;
    size_t low, high;
} counts[] = {
    {"'hours': 'always', ", "'perDay': 1", 2000, 1776, 2224},
    {"'hours': 'always', ", "'perDay': 0.2", 2000, 300, 500},
    {"'hours': 'always', ", "'perDay': 300", 10, 2726, 3274},
    /* Of fourteen days four are days of the weekend. */
    {"'hours': {'weekend': 1}, ", "'perDay': 3", 700, 1871, 2329},
    {"'hours': {'weekend': 0}, ", "'perDay': 3", 700, 1306, 1694},
    {"'hours': {'weekend': 0.5}, ", "'perDay': 2", 700, 995, 1405},
    /* One in each interval, whatever the day. */
    {"", "'every': '15m', 'jitter': '4s'", 10, 959, 961},
    {"", "'every': '7h'", 70, 239, 241},
    /* Of the week's 168 hours eight on each of five days. */
    {"'hours': {'from': '09:00', 'to': '17:00'}, ", "'every': '5m'", 70, 4800, 4800},
};

static void habits_come_as_often_as_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        struct stage st;
        char body[2048];
        snprintf(body, sizeof body, DOES("%s", "%s"), counts[i].hours, counts[i].habit);
        size_t n = count(&st, body, counts[i].days);
        if (n < counts[i].low || n > counts[i].high)
            fail_msg("%s%s: %zu in %jd days", counts[i].hours, counts[i].habit, n,
                     (intmax_t)counts[i].days);
        stage_close(&st);
    }
}

/* 08:30 to 17:00 of -04:00 is 12:30 to 21:00 UTC. */
static void people_work_in_their_hours(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, DOES("'hours': {'zone': '-04:00', 'from': '08:30', 'to': '17:00', 'weekend': "
                         "0}, ",
                         "'perDay': 20"));
    struct agenda list = agenda_of(&st, 0, 70 * UTC_DAY_MS, false);
    assert_true(list.n > 500);
    for (size_t i = 0; i < list.n; i++) {
        struct utc_civil c = utc_civil_of(list.items[i].start_ms);
        int minute = 60 * c.hour + c.minute;
        if (minute < 12 * 60 + 30 || minute >= 21 * 60 || c.weekday > 4)
            fail_msg("day %d, %02d:%02d", c.weekday, c.hour, c.minute);
    }
    stage_close(&st);
}

static void pollers_keep_their_interval(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, DOES("", "'every': '15m', 'jitter': '4s'"));
    struct agenda list = agenda_of(&st, 0, 10 * UTC_DAY_MS, false);
    for (size_t i = 1; i < list.n; i++)
        assert_in_range(list.items[i].start_ms - list.items[i - 1].start_ms, 896000, 904000);
    stage_close(&st);
}

static void a_placed_activity_is_there_once(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, SCENE_CAST ", " SCENE_ANA ", " LOOK
                               ", 'schedule': [{'name': 'p', 'actor': 'a', 'activity': 'look', "
                               "'at': '+90m', 'environment': 'shop-dev'}]");
    struct agenda list = agenda_of(&st, 0, 30 * UTC_DAY_MS, false);
    assert_int_equal(list.n, 1);
    const struct occurrence *o = &list.items[0];
    assert_int_equal(o->start_ms, SCENE_START_MS + 90 * UTC_MINUTE_MS);
    assert_int_equal(o->environment, 1);
    assert_int_equal(o->application, 0);
    assert_ptr_equal(o->placed, &st.scenario.placed[0]);
    assert_ptr_equal(o->place, &st.plan.world.places[0]);
    stage_close(&st);
}

static void habits_are_about_what_is_there(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st,
               "'accounts': [{'id': '123456789012', 'regions': ['us-east-1']}],"
               "'applications': [{'name': 'shop', 'platform': 'Node.js 22 running on 64bit "
               "Amazon Linux 2023', 'environments': [{'name': 'shop-old', 'terminated': '+6h'}, "
               "{'name': 'shop-new', 'launched': '+12h'}, {'name': 'shop-other'}]}], " LOOK
               ", 'actors': [{'name': 'a', 'identity': {'type': 'IAMUser', 'userName': 'ana'}, "
               "'client': 'boto3', 'addresses': ['203.0.113.7'], 'does': [{'activity': 'look', "
               "'every': '60s', 'environments': ['shop-old', 'shop-new']}]}]");
    struct agenda list = agenda_of(&st, 0, UTC_DAY_MS, false);
    size_t n[3] = {0};
    for (size_t i = 0; i < list.n; i++) {
        int64_t minute = (list.items[i].start_ms - SCENE_START_MS) / UTC_MINUTE_MS;
        assert_int_equal(list.items[i].environment, minute < 360 ? 0 : 1);
        assert_true(minute < 360 || minute >= 12 * 60 + 8);
        n[list.items[i].environment]++;
    }
    assert_in_range(n[0], 359, 361);
    assert_in_range(n[1], 12 * 60 - 9, 12 * 60 - 7);
    assert_int_equal(n[2], 0);
    stage_close(&st);
}

/* Each session that a run of a person uses begins once, before the run. */
static void sessions_begin_before_they_are_used(void **state)
{
    (void)state;
    struct stage st;
    stage_open_built_in(&st, "scenarios/quickstart.json");
    const struct plan *p = &st.plan;
    /* Sessions of the first hours began the day before. */
    struct agenda list = agenda_of(&st, -UTC_DAY_MS, 2 * UTC_DAY_MS, false);
    size_t opened = 0, used = 0;
    for (size_t i = 0; i < list.n; i++) {
        const struct occurrence *o = &list.items[i];
        opened += o->opens != NULL;
        if (o->opens != NULL || p->openers[o->actor] == NULL || o->start_ms < st.scenario.start_ms)
            continue;
        const struct caller *c = plan_caller(p, o->actor, SCENARIO_NONE);
        struct session s;
        size_t n = 0;
        caller_session(&s, c, o->address, o->start_ms);
        for (size_t k = 0; k < list.n; k++) {
            const struct occurrence *open = &list.items[k];
            if (open->opens == NULL || open->opens->address != s.address)
                continue;
            assert_int_equal(open->actor, o->actor);
            assert_int_equal(open->start_ms, s.created_ms);
            assert_memory_equal(open->opens->key, s.key, IDS_KEY_N);
            n++;
        }
        if (n != 1)
            fail_msg("%.*s: a session begins %zu times", SPAN_ARG(c->actor->name), n);
        used++;
    }
    assert_true(opened > 50 && used > 50);
    stage_close(&st);
}

static void a_habit_may_not_end_what_it_is_about(void **state)
{
    (void)state;
    static const char *const activities[] = {"eb-terminate", "eb-create", "terraform-destroy"};
    for (size_t i = 0; i < COUNT(activities); i++) {
        struct stage st;
        struct err e = {0};
        char body[2048];
        snprintf(body, sizeof body,
                 SCENE_CAST
                 ", 'actors': [{'name': 'a', 'identity': {'type': 'IAMUser', 'userName': 'ana'}, "
                 "'client': 'boto3', 'addresses': ['203.0.113.7'], 'does': [{'activity': '%s', "
                 "'perDay': 1}]}]",
                 activities[i]);
        stage_read(&st, body);
        if (stage_try_plan(&st, 1, &e) != -1 || e.kind != ERR_INPUT ||
            strstr(e.text, "cannot be a habit") == NULL || strstr(e.text, activities[i]) == NULL)
            fail_msg("%s: %s", activities[i], e.text);
        stage_close(&st);
    }
}

int main(void)
{
    scene_quiet = true;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_tile_the_window),
        cmocka_unit_test(busy_accounts_have_short_cells),
        cmocka_unit_test(a_day_is_the_union_of_its_parts),
        cmocka_unit_test(changes_are_those_that_change),
        cmocka_unit_test(habits_come_as_often_as_they_say),
        cmocka_unit_test(people_work_in_their_hours),
        cmocka_unit_test(pollers_keep_their_interval),
        cmocka_unit_test(a_placed_activity_is_there_once),
        cmocka_unit_test(habits_are_about_what_is_there),
        cmocka_unit_test(sessions_begin_before_they_are_used),
        cmocka_unit_test(a_habit_may_not_end_what_it_is_about),
    };
    return cmocka_run_group_tests_name("gen/plan", tests, scene_load, scene_unload);
}
