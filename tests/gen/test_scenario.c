/* test_scenario.c - built-in scenarios read well, broken ones are told what is wrong. */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/embedded.h"
#include "base/file.h"
#include "gen/scenario.h"

/* Scenarios with something wrong; beside each its findings, as the command line prints them. */
#define ERRORS "tests/golden/errors"

static struct arena run;
static struct catalog catalog;

/* Findings as the command line prints them. */
static void take(void *ctx, const struct finding *f)
{
    struct buf *out = ctx;
    buf_printf(out, "%s:%u:%u: ", f->file, f->line, f->column);
    if (f->pointer.n > 0)
        buf_printf(out, "%.*s: ", SPAN_ARG(f->pointer));
    buf_printf(out, "%.*s\n", SPAN_ARG(f->text));
}

static bool is_scenario(const struct embedded *file)
{
    struct span head = SPAN("scenarios/");
    struct span name = span_of(file->name);
    return span_starts(name, head) && span_find(span_from(name, head.n), '/') == name.n - head.n;
}

static void every_built_in_scenario_is_right(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < embedded_files_n; i++) {
        const struct embedded *file = &embedded_files[i];
        if (!is_scenario(file))
            continue;
        struct arena arena;
        struct scenario s;
        struct buf findings;
        struct err e = {0};
        arena_init(&arena);
        buf_init(&findings, 1 << 20);
        if (scenario_read(&s, &arena, file->name, (struct span){file->text, file->n}, &catalog,
                          take, &findings, &e) != 0)
            fail_msg("%s\n%s", e.text, buf_text(&findings));
        scenario_close(&s);
        buf_free(&findings);
        arena_free(&arena);
        n++;
    }
    assert_true(n >= 2);
}

/* Definitions of the library are read when somebody refers to them; a scenario's own always are. So
   each file becomes a scenario's own here. */
static void every_definition_of_the_library_is_right(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < embedded_files_n; i++) {
        const struct embedded *file = &embedded_files[i];
        struct json_doc *doc = NULL;
        struct arena arena;
        struct scenario s;
        struct buf text;
        struct buf findings;
        struct err e = {0};
        if (!span_starts(span_of(file->name), SPAN("scenarios/")) || is_scenario(file))
            continue;
        arena_init(&arena);
        buf_init(&text, 1 << 20);
        buf_init(&findings, 1 << 20);
        if (json_open(&doc, file->name, (struct span){file->text, file->n}, &e) != 0)
            fail_msg("%s", e.text);
        buf_printf(&text, "{\"name\": \"library\", "
                          "\"accounts\": [{\"id\": \"111122223333\", \"regions\": "
                          "[\"us-east-1\"]}], \"actors\": [{\"name\": \"a\", \"identity\": "
                          "{\"type\": \"IAMUser\", \"userName\": \"a\"}, \"client\": \"eb-cli\", "
                          "\"addresses\": [\"203.0.113.7\"]}]");
        struct json root = json_root(doc);
        for (struct json it = {0}; json_next(&root, &it) == 1;) {
            if (strcmp(it.key, "clients") != 0 && strcmp(it.key, "activities") != 0)
                continue;
            buf_printf(&text, ", \"%s\": ", it.key);
            json_put_value(&text, &it);
            n += json_count(&it);
        }
        buf_put_char(&text, '}');
        if (scenario_read(&s, &arena, file->name, buf_span(&text), &catalog, take, &findings, &e) !=
            0)
            fail_msg("%s\n%s", e.text, buf_text(&findings));
        scenario_close(&s);
        json_close(doc);
        buf_free(&text);
        buf_free(&findings);
        arena_free(&arena);
    }
    assert_true(n >= 90);
}

static int read_built_in(struct scenario *s, struct arena *arena, const char *name)
{
    struct err e = {0};
    arena_init(arena);
    int rc = scenario_read(s, arena, name, embedded_find(span_of(name)), &catalog, NULL, NULL, &e);
    if (rc != 0)
        print_error("%s\n", e.text);
    return rc;
}

static void one_scenario_calls_every_operation(void **state)
{
    (void)state;
    struct arena arena;
    struct scenario s;
    assert_int_equal(read_built_in(&s, &arena, "scenarios/every-operation.json"), 0);
    for (size_t i = 0; i < catalog.nservices; i++) {
        /* The other services are called by those that people call. */
        if (!span_is(catalog.services[i].name, "elasticbeanstalk") &&
            !span_is(catalog.services[i].name, "sts"))
            continue;
        for (size_t k = 0; k < catalog.services[i].noperations; k++) {
            const struct operation *op = &catalog.services[i].operations[k];
            bool called = false;
            for (size_t a = 0; a < s.nactivities; a++)
                for (size_t t = 0; t < s.activities[a].nsteps; t++)
                    called = called || s.activities[a].steps[t].operation == op;
            if (!called)
                fail_msg("nobody calls %.*s", SPAN_ARG(op->name));
        }
    }
    scenario_close(&s);
    arena_free(&arena);
}

/* Instants of 2016 by date(1). */
static void values_come_into_the_model(void **state)
{
    (void)state;
    struct arena arena;
    struct scenario s;
    assert_int_equal(read_built_in(&s, &arena, "scenarios/update-environment-by-intern.json"), 0);
    assert_int_equal(s.start_ms, INT64_C(1461283200000));
    assert_int_equal(s.duration_ms, 3600000);
    assert_int_equal(s.record.version_minor, 5);
    assert_false(s.record.tls_details);
    assert_false(s.record.responses_shown);
    assert_false(s.record.options_shown);
    assert_int_equal(s.trail.delivery.late_ppm, 0);
    assert_int_equal(s.trail.delivery.most_records, 8000);
    assert_int_equal(s.naccounts, 1);
    assert_true(span_is(s.accounts[0].partition, "aws"));
    assert_int_equal(s.nenvironments, 1);
    assert_int_equal(s.environments[0].launched_ms, INT64_MIN);
    assert_int_equal(s.environments[0].terminated_ms, SCENARIO_NEVER);
    assert_int_equal(s.nclients, 1);
    assert_int_equal(s.clients[0].kind, CLIENT_PROXY);
    assert_true(span_is(s.clients[0].invoked_by, "signin.amazonaws.com"));
    assert_int_equal(s.nactors, 1);
    assert_int_equal(s.actors[0].identity.type, IDENTITY_IAM_USER);
    assert_true(s.actors[0].identity.temporary);
    assert_true(span_is(s.actors[0].identity.path, "/"));
    assert_int_equal(s.actors[0].client, 0);
    assert_int_equal(s.nactivities, 1);
    assert_int_equal(s.nsteps, 1);
    assert_int_equal(s.nplaced, 1);
    assert_int_equal(s.placed[0].verdict, VERDICT_NONE);
    assert_int_equal(s.placed[0].at_ms, INT64_C(1461284654000));
    assert_int_equal(s.placed[0].environment, 0);
    assert_int_equal(s.placed[0].application, 0);
    const struct step *step = &s.activities[0].steps[0];
    assert_true(span_is(step->name, "UpdateEnvironment"));
    assert_int_equal(step->after_high_ms, 0);
    assert_int_equal(step->chance_ppm, 1000000);
    assert_int_equal(step->client, SCENARIO_NONE);
    assert_true(json_is_object(&step->with));
    assert_true(json_is_object(&step->pin));
    scenario_close(&s);
    arena_free(&arena);
}

/* What nobody refers to stays out: templates are made of all that is in. */
static void only_what_is_used_comes_in(void **state)
{
    (void)state;
    struct arena arena;
    struct scenario s;
    assert_int_equal(read_built_in(&s, &arena, "scenarios/secrets-harvest.json"), 0);
    for (size_t i = 0; i < s.nactivities; i++) {
        if (span_is(s.activities[i].name, "terraform-plan") ||
            span_is(s.activities[i].name, "console-watch"))
            fail_msg("nobody does %.*s", SPAN_ARG(s.activities[i].name));
    }
    for (size_t i = 0; i < s.nclients; i++)
        assert_false(span_is(s.clients[i].name, "dotnet-3"));
    uint32_t index = 0;
    for (size_t i = 0; i < s.nactivities; i++)
        for (size_t k = 0; k < s.activities[i].nsteps; k++)
            assert_int_equal(s.activities[i].steps[k].index, index++);
    assert_int_equal(s.nsteps, index);
    for (size_t i = 0; i < s.nactors; i++)
        for (size_t k = 0; k < s.actors[i].nhabits; k++)
            assert_true(s.actors[i].habits[k].activity < s.nactivities);
    assert_int_equal(s.placed[1].verdict, VERDICT_ATTACK);
    assert_true(span_is(s.placed[1].techniques, "[\"T1078.004\",\"T1526\",\"T1552.001\"]"));
    scenario_close(&s);
    arena_free(&arena);
}

/* Blocks of the guide that are whole scenarios are marked as JSON, and so are rules; parts of one
   are not. */
static void examples_of_the_guide_are_right(void **state)
{
    (void)state;
    struct buf text;
    struct buf findings;
    struct err e = {0};
    const char *open = "```json\n";
    size_t n = 0;
    buf_init(&text, 1 << 20);
    buf_init(&findings, 1 << 20);
    if (file_read(&text, "docs/scenarios.md", &e) != 0)
        fail_msg("%s", e.text);
    for (const char *at = strstr(buf_text(&text), open); at != NULL; at = strstr(at, open)) {
        struct arena arena;
        struct scenario s;
        at += strlen(open);
        const char *end = strstr(at, "```");
        assert_non_null(end);
        const char *rule = strstr(at, "\"rule\":");
        if (rule != NULL && rule < end)
            continue;
        arena_init(&arena);
        if (scenario_read(&s, &arena, "docs/scenarios.md", (struct span){at, (size_t)(end - at)},
                          &catalog, take, &findings, &e) != 0)
            fail_msg("%s\n%s", e.text, buf_text(&findings));
        scenario_close(&s);
        arena_free(&arena);
        n++;
    }
    assert_int_equal(n, 3);
    buf_free(&text);
    buf_free(&findings);
}

/* The findings of ${path} and the line of the error behind them. */
static void read_broken(struct buf *out, const char *path)
{
    struct buf text;
    struct arena arena;
    struct scenario s;
    struct err e = {0};
    const char *name = strrchr(path, '/') + 1;
    arena_init(&arena);
    buf_init(&text, 1 << 20);
    buf_clear(out);
    if (file_read(&text, path, &e) != 0)
        fail_msg("%s", e.text);
    if (scenario_read(&s, &arena, name, buf_span(&text), &catalog, take, out, &e) == 0)
        fail_msg("%s: is broken and was taken", path);
    if (e.kind != ERR_INPUT)
        fail_msg("%s: kind %d", path, e.kind);
    buf_printf(out, "%s\n", e.text);
    buf_free(&text);
    arena_free(&arena);
}

static void every_broken_scenario_is_told_what_is_wrong(void **state)
{
    (void)state;
    struct file_walk *walk = NULL;
    struct err e = {0};
    struct span path;
        size_t n = 0;
    if (file_walk_open(&walk, ERRORS, &e) != 0)
        fail_msg("%s", e.text);
    while (file_walk_next(walk, &path, &e) == 1) {
        struct buf got;
        struct buf want;
        char name[256];
        if (!span_ends(path, SPAN(".json")))
            continue;
        buf_init(&got, 1 << 20);
        buf_init(&want, 1 << 20);
        snprintf(name, sizeof(name), ERRORS "/%.*s", SPAN_ARG(path));
        read_broken(&got, name);
        snprintf(name + strlen(name) - strlen("json"), 5, "txt");
        if (file_read(&want, name, &e) != 0)
            fail_msg("%s; it should be\n%s", e.text, buf_text(&got));
        if (!span_equal(buf_span(&got), buf_span(&want)))
            fail_msg("%s\n%s-- want --\n%s", name, buf_text(&got), buf_text(&want));
        buf_free(&got);
        buf_free(&want);
        n++;
    }
    file_walk_close(walk);
    assert_true(n >= 20);
}

static int load(void **state)
{
    (void)state;
    struct err e = {0};
    arena_init(&run);
    if (catalog_load(&catalog, &run, NULL, &e) != 0) {
        print_error("%s\n", e.text);
        return -1;
    }
    return 0;
}

static int unload(void **state)
{
    (void)state;
    catalog_close(&catalog);
    arena_free(&run);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_built_in_scenario_is_right),
        cmocka_unit_test(every_definition_of_the_library_is_right),
        cmocka_unit_test(one_scenario_calls_every_operation),
        cmocka_unit_test(values_come_into_the_model),
        cmocka_unit_test(only_what_is_used_comes_in),
        cmocka_unit_test(examples_of_the_guide_are_right),
        cmocka_unit_test(every_broken_scenario_is_told_what_is_wrong),
    };
    return cmocka_run_group_tests_name("gen/scenario", tests, load, unload);
}
