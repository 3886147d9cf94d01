/* test_cell.c - a cell's events: what they are, that they are the same again, what follows what. */
#include "tests/gen/scene.h"

#include <stdlib.h>

#include "gen/cell.h"
#include "gen/page.h"
#include "gen/template_cache.h"

struct bench {
    struct stage st;
    struct cell_work work;
    struct arena arena;
    struct cell cell;
};

static void open_work(struct bench *b)
{
    b->work = (struct cell_work){.plan = &b->st.plan,
                                 .pages = page_cache_open(&b->st.plan),
                                 .templates = template_cache_open(&b->st.plan)};
    arena_init(&b->arena);
}

static void run(struct bench *b, uint64_t i)
{
    struct err e = {0};
    arena_empty(&b->arena);
    if (cell_run(&b->cell, &b->arena, &b->work, i, &e) != 0)
        fail_msg("%s", e.text);
}

static void close_work(struct bench *b)
{
    page_cache_close(b->work.pages);
    template_cache_close(b->work.templates);
    arena_free(&b->arena);
}

/* The records of the cell, in the order of its events, a line each. */
static void put_records(struct buf *out, const struct bench *b)
{
    for (size_t i = 0; i < b->cell.n; i++) {
        encode_record(out, &b->cell.events[i]);
        buf_put_char(out, '\n');
    }
}

static const char *const scenarios[] = {"scenarios/quickstart.json", "scenarios/identities.json",
                                        "scenarios/every-operation.json",
                                        "scenarios/organization.json", "scenarios/partitions.json"};

static void every_record_of_a_cell_is_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(scenarios); i++) {
        struct bench b;
        struct buf text;
        stage_open_built_in(&b.st, scenarios[i]);
        open_work(&b);
        run(&b, 0);
        assert_true(b.cell.n > 0);
        assert_true(b.cell.to_ms > b.cell.from_ms);
        buf_init(&text, 1 << 20);
        for (size_t k = 0; k < b.cell.n; k++) {
            const struct event *ev = &b.cell.events[k];
            buf_clear(&text);
            encode_record(&text, ev);
            json_close(scene_json(buf_span(&text)));
            /* A session opens some seconds before the activity that needs it. */
            assert_true(ev->time_ms >= b.cell.from_ms - 5000);
            assert_true(ev->scene->session->created_ms <= ev->time_ms);
            assert_ptr_equal(ev->scene->place->account, &b.st.scenario.accounts[b.cell.account]);
        }
        buf_free(&text);
        close_work(&b);
        stage_close(&b.st);
    }
}

static int by_number(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static void no_two_calls_have_one_address(void **state)
{
    (void)state;
    struct bench b;
    stage_open_built_in(&b.st, "scenarios/quickstart.json");
    open_work(&b);
    run(&b, 0);
    uint64_t *all = test_malloc(b.cell.n * sizeof *all);
    for (size_t i = 0; i < b.cell.n; i++)
        all[i] = b.cell.events[i].address;
    qsort(all, b.cell.n, sizeof *all, by_number);
    for (size_t i = 1; i < b.cell.n; i++)
        assert_true(all[i] != all[i - 1]);
    test_free(all);
    close_work(&b);
    stage_close(&b.st);
}

static void a_cell_is_the_same_again(void **state)
{
    (void)state;
    struct bench b;
    struct buf first, second;
    stage_open_built_in(&b.st, "scenarios/organization.json");
    assert_true(b.st.plan.ncells >= 2);
    buf_init(&first, SIZE_MAX);
    buf_init(&second, SIZE_MAX);
    open_work(&b);
    run(&b, 1);
    put_records(&first, &b);
    close_work(&b);
    /* With other workers' caches, after other cells. */
    open_work(&b);
    run(&b, 0);
    run(&b, b.st.plan.ncells - 1);
    run(&b, 1);
    put_records(&second, &b);
    close_work(&b);
    assert_true(span_equal(buf_span(&first), buf_span(&second)));
    buf_free(&first);
    buf_free(&second);
    stage_close(&b.st);
}

/* A text of the record of ${ev}, or "". */
static struct span member_of(struct bench *b, const struct event *ev, const char *object,
                             const char *name)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    encode_record(&text, ev);
    struct json_doc *doc = scene_json(buf_span(&text));
    struct json at = json_root(doc);
    if (object != NULL)
        at = json_member(&at, object);
    at = json_member(&at, name);
    struct span found = arena_copy(&b->arena, json_text(&at));
    json_close(doc);
    buf_free(&text);
    return found;
}

static bool is_call(const struct event *ev, const char *name)
{
    return span_is(ev->step->operation->name, name);
}

#define DEPLOYS                                                                                    \
    "'fanOut': false, " SCENE_CAST ", 'activities': ["                                             \
    "{'name': 'deploy', 'on': 'environment', 'versionLabels': 'commit', 'steps': [{'call': "       \
    "'UpdateEnvironment', 'with': {'versionLabel': '{version.label}'}}, {'call': "                 \
    "'DescribeEvents', 'until': 'done', 'every': '5s'}]}, "                                        \
    "{'name': 'look', 'on': 'environment', 'steps': [{'call': 'DescribeEvents', 'with': "          \
    "{'versionLabel': '{environment.version}'}}]}], "                                              \
    "'actors': ["                                                                                  \
    "{'name': 'a', 'identity': {'type': 'IAMUser', 'userName': 'ana'}, 'client': 'boto3', "        \
    "'addresses': ['203.0.113.7'], 'does': [{'activity': 'deploy', 'perDay': 300, "                \
    "'environments': ['shop-prod']}]}, "                                                           \
    "{'name': 'b', 'identity': {'type': 'IAMUser', 'userName': 'bob'}, 'client': 'boto3', "        \
    "'addresses': ['203.0.113.8'], 'does': [{'activity': 'look', 'every': '7m', "                  \
    "'environments': ['shop-prod']}]}]"

static void what_is_deployed_is_what_runs(void **state)
{
    (void)state;
    struct bench b;
    size_t looked = 0;
    stage_open(&b.st, DEPLOYS);
    open_work(&b);
    run(&b, 0);
    for (size_t i = 0; i < b.cell.n; i++) {
        const struct event *look = &b.cell.events[i], *last = NULL;
        if (look->scene->caller->actor != &b.st.scenario.actors[1])
            continue;
        for (size_t k = 0; k < b.cell.n; k++) {
            const struct event *ev = &b.cell.events[k];
            if (is_call(ev, "UpdateEnvironment") && ev->time_ms < look->time_ms &&
                (last == NULL || ev->time_ms > last->time_ms) &&
                member_of(&b, ev, NULL, "errorCode").n == 0)
                last = ev;
        }
        if (last == NULL)
            continue;
        struct span want = member_of(&b, last, "requestParameters", "versionLabel");
        struct span got = member_of(&b, look, "requestParameters", "versionLabel");
        if (want.n != 40 || !span_equal(want, got))
            fail_msg("%.*s runs, %.*s was deployed", SPAN_ARG(got), SPAN_ARG(want));
        looked++;
    }
    assert_true(looked > 150);
    close_work(&b);
    stage_close(&b.st);
}

static void a_refused_change_ends_its_run(void **state)
{
    (void)state;
    struct bench b;
    size_t refused = 0;
    stage_open(&b.st, DEPLOYS);
    open_work(&b);
    run(&b, 0);
    for (size_t i = 0; i < b.cell.n; i++) {
        const struct event *ev = &b.cell.events[i];
        if (!is_call(ev, "UpdateEnvironment") || member_of(&b, ev, NULL, "errorCode").n == 0)
            continue;
        refused++;
        for (size_t k = 0; k < b.cell.n; k++) {
            const struct event *other = &b.cell.events[k];
            assert_true(other == ev || other->scene->occurrence != ev->scene->occurrence);
        }
    }
    assert_true(refused > 20);
    close_work(&b);
    stage_close(&b.st);
}

/* What STS hands out is the key that the session then uses. */
static void sessions_use_the_key_that_was_handed_out(void **state)
{
    (void)state;
    struct bench b;
    size_t opened = 0;
    stage_open_built_in(&b.st, "scenarios/quickstart.json");
    open_work(&b);
    run(&b, 0);
    for (size_t i = 0; i < b.cell.n; i++) {
        const struct event *ev = &b.cell.events[i];
        if (ev->scene->opened == NULL || !span_starts(ev->step->operation->name, SPAN("Assume")))
            continue;
        struct buf text;
        buf_init(&text, 1 << 20);
        encode_record(&text, ev);
        char want[64] = "\"accessKeyId\":\"";
        memcpy(want + strlen(want), ev->scene->opened->key, IDS_KEY_N);
        if (strstr(buf_text(&text), want) == NULL)
            fail_msg("no %s in %s", want, buf_text(&text));
        buf_free(&text);
        opened++;
    }
    assert_true(opened > 20);
    close_work(&b);
    stage_close(&b.st);
}

static void stories_are_told_from_the_rest(void **state)
{
    (void)state;
    struct bench b;
    size_t attack = 0, twin = 0;
    stage_open_built_in(&b.st, "scenarios/quickstart.json");
    open_work(&b);
    run(&b, 0);
    for (size_t i = 0; i < b.cell.n; i++) {
        const struct placed *p = b.cell.events[i].scene->placed;
        attack += p != NULL && p->verdict == VERDICT_ATTACK;
        twin += p != NULL && p->verdict == VERDICT_TWIN;
    }
    /* One look at all and one at each of the environments that live then. */
    assert_int_equal(attack, 1 + 6);
    assert_int_equal(twin, 1 + 6);
    close_work(&b);
    stage_close(&b.st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_of_a_cell_is_json),
        cmocka_unit_test(no_two_calls_have_one_address),
        cmocka_unit_test(a_cell_is_the_same_again),
        cmocka_unit_test(what_is_deployed_is_what_runs),
        cmocka_unit_test(a_refused_change_ends_its_run),
        cmocka_unit_test(sessions_use_the_key_that_was_handed_out),
        cmocka_unit_test(stories_are_told_from_the_rest),
    };
    return cmocka_run_group_tests_name("gen/cell", tests, scene_load, scene_unload);
}
