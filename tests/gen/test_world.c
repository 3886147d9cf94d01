/* test_world.c - names and ids of entities; expected texts worked out by hand. */
#include "tests/gen/scene.h"

#include "gen/world.h"

#define TWO_ACCOUNTS                                                                               \
    "'accounts': [{'id': '111122223333', 'name': 'one', 'regions': ['us-east-1', 'eu-west-1']},"   \
    " {'id': '444455556666', 'name': 'two', 'regions': ['cn-north-1']}],"                          \
    "'applications': ["                                                                            \
    "{'name': 'a', 'account': 'one', 'region': 'eu-west-1', 'description': 'it\\u0022s',"          \
    " 'platform': 'Node.js 22 running on 64bit Amazon Linux 2023', 'environments': ["              \
    " {'name': 'a-web'}, {'name': 'a-single', 'type': 'SingleInstance'},"                          \
    " {'name': 'a-worker', 'tier': 'Worker'}]},"                                                   \
    "{'name': 'c', 'account': 'two', 'platform': 'Docker running on 64bit Amazon Linux 2023',"     \
    " 'environments': [{'name': 'c-web', 'id': 'e-abcdefghij', 'version': 'v41', 'cnamePrefix':"   \
    " 'shop'}]},"                                                                                  \
    "{'name': 'b', 'account': 'one', 'platform': 'Docker running on 64bit Amazon Linux 2023',"     \
    " 'environments': [{'name': 'b-late', 'launched': '+2h', 'terminated': '+5h'}, "               \
    "{'name': 'b-made'}, {'name': 'b-gone'}]}],"                                                   \
    "'actors': [{'name': 'p', 'account': 'one', 'identity': {'type': 'IAMUser', 'userName': 'p'}," \
    " 'client': 'eb-cli', 'addresses': ['203.0.113.7']}],"                                         \
    "'schedule': [{'name': 'up', 'actor': 'p', 'activity': 'eb-create', 'at': '+3h',"              \
    " 'environment': 'b-made'}, {'name': 'down', 'actor': 'p', 'activity': 'eb-terminate',"        \
    " 'at': '+4h', 'environment': 'b-gone'}]"

static const struct world_environment *find(const struct world *w, const char *name)
{
    for (size_t i = 0; i < w->nenvironments; i++) {
        if (span_is(w->environments[i].name, name))
            return &w->environments[i];
    }
    fail_msg("no environment %s", name);
    return NULL;
}

static uint32_t index_of(const struct world *w, const char *name)
{
    return (uint32_t)(find(w, name) - w->environments);
}

static void expect(struct span got, const char *want)
{
    if (!span_is(got, want))
        fail_msg("got %.*s, want %s", SPAN_ARG(got), want);
}

static void texts_are_those_of_the_service(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, TWO_ACCOUNTS);
    const struct world *w = &st.plan.world;
    const struct world_environment *web = find(w, "a-web");
    expect(web->arn, "arn:aws:elasticbeanstalk:eu-west-1:111122223333:environment/a/a-web");
    expect(web->application->arn, "arn:aws:elasticbeanstalk:eu-west-1:111122223333:application/a");
    expect(web->application->description, "it\\\"s");
    expect(web->application->place->bucket, "elasticbeanstalk-eu-west-1-111122223333");
    expect(web->tier_name, "WebServer");
    expect(web->tier_type, "Standard");
    assert_true(span_starts(web->solution_stack, SPAN("64bit Amazon Linux 2023 v")));
    assert_true(span_ends(web->solution_stack, SPAN(" running Node.js 22")));
    assert_true(span_starts(web->platform_arn, SPAN("arn:aws:elasticbeanstalk:eu-west-1::platform/"
                                                    "Node.js 22 running on 64bit Amazon Linux "
                                                    "2023/")));
    assert_true(span_starts(web->cname, SPAN("a-web.eba-")));
    assert_true(span_ends(web->cname, SPAN(".eu-west-1.elasticbeanstalk.com")));
    assert_true(span_starts(web->endpoint, SPAN("awseb-")));
    assert_true(span_ends(web->endpoint, SPAN(".eu-west-1.elb.amazonaws.com")));

    const struct world_environment *china = find(w, "c-web");
    expect(china->id, "e-abcdefghij");
    expect(china->arn, "arn:aws-cn:elasticbeanstalk:cn-north-1:444455556666:environment/c/c-web");
    expect(china->cname_prefix, "shop");
    expect(china->baseline.label, "v41");
    expect(china->baseline.arn,
           "arn:aws-cn:elasticbeanstalk:cn-north-1:444455556666:applicationversion/c/v41");
    expect(china->stack_name, "awseb-e-abcdefghij-stack");

    const struct world_environment *worker = find(w, "a-worker");
    expect(worker->tier_name, "Worker");
    expect(worker->tier_type, "SQS/HTTP");
    expect(worker->endpoint, "");
    /* A single instance has an address for an end point. */
    struct span ip = find(w, "a-single")->endpoint;
    for (size_t i = 0; i < ip.n; i++)
        assert_true((ip.p[i] >= '0' && ip.p[i] <= '9') || ip.p[i] == '.');
    stage_close(&st);
}

/* Source: 36 published ids: e- and ten of a-z and 2-9 without l and o. */
static void ids_are_made_from_seed_and_place(void **state)
{
    (void)state;
    struct stage st, again, other;
    stage_open(&st, TWO_ACCOUNTS);
    stage_open(&again, TWO_ACCOUNTS);
    stage_read(&other, TWO_ACCOUNTS);
    stage_plan(&other, 2);
    for (size_t i = 0; i < st.plan.world.nenvironments; i++) {
        struct span id = st.plan.world.environments[i].id;
        assert_int_equal(id.n, 12);
        assert_true(span_starts(id, SPAN("e-")));
        for (size_t k = 2; k < id.n; k++)
            assert_non_null(strchr("abcdefghijkmnpqrstuvwxyz23456789", id.p[k]));
        assert_true(span_equal(id, again.plan.world.environments[i].id));
        bool pinned = span_is(id, "e-abcdefghij");
        assert_int_equal(span_equal(id, other.plan.world.environments[i].id), pinned);
        for (size_t k = 0; k < i; k++)
            assert_false(span_equal(id, st.plan.world.environments[k].id));
    }
    stage_close(&st);
    stage_close(&again);
    stage_close(&other);
}

static void environments_are_grouped_by_account(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, TWO_ACCOUNTS);
    const struct world *w = &st.plan.world;
    assert_int_equal(w->first_environment[0], 0);
    assert_int_equal(w->first_environment[1], 6);
    assert_int_equal(w->first_environment[2], 7);
    for (uint32_t i = 0; i < 7; i++) {
        const struct world_environment *e = &w->environments[w->account_environments[i]];
        assert_int_equal(span_is(e->application->place->account->name, "two"), i == 6);
    }
    assert_int_equal(w->first_place[1], 2);
    assert_ptr_equal(world_place(w, &st.scenario, 0, w->places[1].region), &w->places[1]);
    /* Not one of its regions, or none given: the account's first. */
    assert_ptr_equal(world_place(w, &st.scenario, 0, w->places[2].region), &w->places[0]);
    assert_ptr_equal(world_place(w, &st.scenario, 1, NULL), &w->places[2]);
    stage_close(&st);
}

/* A launch takes eight minutes, then others may use the environment. */
static void lives_begin_and_end(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t minute;
        bool ready;
    } cases[] = {
        {"a-web", -100000, true}, {"a-web", 100000, true}, {"b-late", 0, false},
        {"b-late", 120, false},   {"b-late", 128, true},   {"b-late", 299, true},
        {"b-late", 300, false},   {"b-made", 180, false},  {"b-made", 220, true},
        {"b-made", 100000, true}, {"b-gone", 239, true},   {"b-gone", 240, false},
    };
    struct stage st;
    stage_open(&st, TWO_ACCOUNTS);
    const struct world *w = &st.plan.world;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t t_ms = SCENE_START_MS + cases[i].minute * UTC_MINUTE_MS;
        if (world_is_ready(w, st.plan.scenario, index_of(w, cases[i].name), t_ms) != cases[i].ready)
            fail_msg("%s at minute %jd", cases[i].name, (intmax_t)cases[i].minute);
    }
    const int64_t made_ms = find(w, "b-made")->created_ms - (SCENE_START_MS + 3 * UTC_HOUR_MS);
    assert_in_range(made_ms, 0, 10 * UTC_MINUTE_MS); /* its launching call comes after others */
    assert_true(find(w, "a-web")->created_ms < SCENE_START_MS - 34 * UTC_DAY_MS);
    stage_close(&st);
}

static void nothing_is_older_than_the_calendar(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, "'start': '1970-01-03T00:00:00Z', " TWO_ACCOUNTS);
    for (size_t i = 0; i < st.plan.world.napplications; i++)
        assert_true(st.plan.world.applications[i].created_ms >= 0);
    for (size_t i = 0; i < st.plan.world.nenvironments; i++)
        assert_true(st.plan.world.environments[i].created_ms >= 0);
    stage_close(&st);
}

/* 2026-09-14T10:20:30Z is 1 789 381 230 s, so minute 29 823 020; hour 10 of the month's 14th day
   is hour 322 of it. */
static void labels_are_in_the_style_of_their_tool(void **state)
{
    (void)state;
    static const struct {
        enum activity_labels labels;
        const char *head;
        size_t n;
    } cases[] = {
        {LABELS_EB_CLI, "app-", 28},
        {LABELS_PIPELINE, "code-pipeline-1789381230000-", 36},
        {LABELS_COMMIT, "", 40},
        {LABELS_SEMVER, "v6.9.19340", 11},
        {LABELS_BUILD, "build-289381230", 15},
    };
    struct stage st;
    stage_open(&st, SCENE_CAST ", " SCENE_ANA);
    const struct world_application *a = &st.plan.world.applications[0];
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct version v, w;
        world_version(&v, &st.arena, a, cases[i].labels, 5, INT64_C(1789381230000));
        world_version(&w, &st.arena, a, cases[i].labels, 5, INT64_C(1789381230000));
        if (v.label.n != cases[i].n || !span_starts(v.label, span_of(cases[i].head)))
            fail_msg("%.*s: %zu", SPAN_ARG(v.label), v.label.n);
        assert_true(span_equal(v.label, w.label));
        assert_int_equal(v.key.n, v.label.n + strlen("shop/.zip"));
        assert_true(span_starts(v.key, SPAN("shop/")) && span_ends(v.key, SPAN(".zip")));
        assert_true(span_ends(v.arn, v.label));
        assert_int_equal(v.created_ms, INT64_C(1789381230000));
        if (cases[i].labels == LABELS_EB_CLI)
            assert_true(span_starts(span_from(v.label, 8), SPAN("-260914_102030")));
    }
    stage_close(&st);
}

/* Source: services without regions record in us-east-1; other partitions have one of their own. */
static void places_know_the_global_region(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, "'accounts': [{'id': '111122223333', 'regions': ['eu-west-1', 'us-east-1']},"
                    " {'id': '444455556666', 'regions': ['eu-west-1']},"
                    " {'id': '777788889999', 'regions': ['cn-northwest-1']}],"
                    "'applications': [{'name': 'a', 'platform': 'Docker running on 64bit Amazon "
                    "Linux 2023', 'environments': [{'name': 'a-web'}]}], " SCENE_ANA);
    const struct place *places = st.plan.world.places;
    assert_int_equal(st.plan.world.nplaces, 4);
    assert_ptr_equal(places[0].global, &places[1]);
    assert_ptr_equal(places[1].global, &places[1]);
    expect(places[2].global->region->name, "us-east-1");
    expect(places[2].global->account->id, "444455556666");
    assert_int_equal(places[2].global->order, 1);
    assert_ptr_equal(places[2].global->global, places[2].global);
    expect(places[3].global->region->name, "cn-north-1");
    /* The same thing has one address, in whatever order a scenario names it. */
    assert_true(places[1].address != places[2].global->address);
    assert_true(places[0].account_address == places[1].account_address);
    stage_close(&st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_those_of_the_service),
        cmocka_unit_test(ids_are_made_from_seed_and_place),
        cmocka_unit_test(environments_are_grouped_by_account),
        cmocka_unit_test(lives_begin_and_end),
        cmocka_unit_test(nothing_is_older_than_the_calendar),
        cmocka_unit_test(labels_are_in_the_style_of_their_tool),
        cmocka_unit_test(places_know_the_global_region),
    };
    return cmocka_run_group_tests_name("gen/world", tests, scene_load, scene_unload);
}
