/* test_saved.c - what one call makes or changes is what later ones tell of it. */
#include "tests/gen/scene.h"

#include <stdio.h>

#include "gen/cell.h"
#include "gen/page.h"
#include "gen/template_cache.h"

/* One application with one environment. */
#define SCENE_ONE                                                                                  \
    "'accounts': [{'id': '123456789012', 'regions': ['us-east-1']}],"                              \
    "'applications': [{'name': 'shop', 'platform': 'Node.js 22 running on 64bit Amazon Linux "     \
    "2023', 'environments': [{'name': 'shop-prod'}]}]"

#define PLACED(activities, schedule)                                                               \
    SCENE_ONE ", 'duration': '2d', 'actors': [{'name': 'a', 'identity': {'type': 'IAMUser', "      \
              "'userName': 'ana'}, 'client': 'boto3', 'addresses': ['203.0.113.7']}], "            \
              "'activities': [" activities "], 'schedule': [" schedule "]"

#define STEP(name, step) "{'name': '" name "', 'on': 'environment', 'steps': [" step "]}"

#define AT(activity, at)                                                                           \
    "{'name': '" activity at "', 'actor': 'a', 'activity': '" activity "', 'at': '" at             \
    "', 'environment': 'shop-prod'}"

/* The value of ${member} in the last record of ${operation} that the scenario ${body} makes. */
static struct span last_value(struct arena *keep, const char *body, const char *operation,
                              const char *member)
{
    struct stage st;
    struct err e = {0};
    struct arena arena;
    struct span found = SPAN("");
    stage_open(&st, body);
    struct cell_work work = {.plan = &st.plan,
                             .pages = page_cache_open(&st.plan),
                             .templates = template_cache_open(&st.plan)};
    arena_init(&arena);
    for (uint64_t i = 0; i < st.plan.ncells; i++) {
        struct cell cell;
        arena_empty(&arena);
        if (cell_run(&cell, &arena, &work, i, &e) != 0)
            fail_msg("%s", e.text);
        for (size_t k = 0; k < cell.n; k++) {
            struct buf text;
            char key[64];
            int key_n = snprintf(key, sizeof key, "\"%s\":", member);
            if (!span_is(cell.events[k].step->operation->name, operation))
                continue;
            buf_init(&text, 1 << 20);
            encode_record(&text, &cell.events[k]);
            for (size_t at = 0; at + (size_t)key_n < text.n; at++)
                if (memcmp(text.p + at, key, (size_t)key_n) == 0) {
                    struct span rest = span_from(buf_span(&text), at + (size_t)key_n + 1);
                    found = arena_copy(keep, (struct span){rest.p, span_find(rest, '"')});
                }
            buf_free(&text);
        }
    }
    page_cache_close(work.pages);
    template_cache_close(work.templates);
    arena_free(&arena);
    stage_close(&st);
    return found;
}

#define CREATE "{'call': 'CreateConfigurationTemplate'}"
#define UPDATE "{'call': 'UpdateConfigurationTemplate', 'after': '1h'}"

static const struct {
    const char *name, *body, *want;
} templates[] = {
    {"made by the same activity", PLACED(STEP("both", CREATE ", " UPDATE), AT("both", "+1h")),
     "Sep 14, 2026, 1:00:00 AM"},
    {"made by another one, the day before",
     PLACED(STEP("make", CREATE) ", " STEP("change", UPDATE),
            AT("make", "+2h") ", " AT("change", "+30h")),
     "Sep 14, 2026, 2:00:00 AM"},
    {"made anew",
     PLACED(STEP("make", CREATE) ", " STEP("change", UPDATE),
            AT("make", "+2h") ", " AT("make", "+5h") ", " AT("change", "+30h")),
     "Sep 14, 2026, 5:00:00 AM"},
    {"another name",
     PLACED(STEP("make", CREATE) ", " STEP("change",
                                           "{'call': 'UpdateConfigurationTemplate', 'with': "
                                           "{'templateName': 'old'}}"),
            AT("make", "+2h") ", " AT("change", "+30h")),
     NULL},
    {"made later",
     PLACED(STEP("make", CREATE) ", " STEP("change", UPDATE),
            AT("change", "+2h") ", " AT("make", "+30h")),
     NULL},
};

static void a_template_is_as_old_as_the_call_that_made_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(templates); i++) {
        struct arena keep;
        arena_init(&keep);
        struct span got =
            last_value(&keep, templates[i].body, "UpdateConfigurationTemplate", "dateCreated");
        /* One that the run does not make is older than it. */
        bool right = templates[i].want == NULL ? got.n > 0 && !span_starts(got, SPAN("Sep 1"))
                                               : span_is(got, templates[i].want);
        if (!right)
            fail_msg("%s: got %.*s", templates[i].name, SPAN_ARG(got));
        arena_free(&keep);
    }
}

/* A walk over all environments tells what each runs then. */
static void each_environment_runs_what_was_last_deployed(void **state)
{
    (void)state;
    static const char body[] = PLACED(
        STEP("deploy",
             "{'call': 'CreateApplicationVersion', 'with': {'versionLabel': "
             "'{version.label}'}}, {'call': 'UpdateEnvironment', 'after': '2s', "
             "'with': {'versionLabel': '{version.label}'}}") ", "
                                                             "{'name': 'walk', 'on': "
                                                             "'account', 'steps': [{'call': "
                                                             "'DescribeApplicationVersions',"
                                                             " 'each': 'environment', "
                                                             "'with': {'nextToken': "
                                                             "'{environment.version}'}}]}",
        AT("deploy", "+2h") ", {'name': 'p', 'actor': 'a', 'activity': 'walk', 'at': '+20h'}");
    struct arena keep;
    arena_init(&keep);
    struct span deployed = last_value(&keep, body, "UpdateEnvironment", "versionLabel");
    assert_true(deployed.n > 0);
    struct span told = last_value(&keep, body, "DescribeApplicationVersions", "nextToken");
    if (!span_equal(told, deployed))
        fail_msg("got %.*s, want %.*s", SPAN_ARG(told), SPAN_ARG(deployed));
    arena_free(&keep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_template_is_as_old_as_the_call_that_made_it),
        cmocka_unit_test(each_environment_runs_what_was_last_deployed),
    };
    return cmocka_run_group_tests_name("gen/saved", tests, scene_load, scene_unload);
}
