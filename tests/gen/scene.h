/*
 * scene.h - what tests of the gen room need before they can ask anything: catalog, rules, scenario,
 * plan, a record
 *
 * Scenarios are string literals with ' in place of ", so that they can be read.
 */
#ifndef TESTS_GEN_SCENE_H
#define TESTS_GEN_SCENE_H

#include "tests/test.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/embedded.h"
#include "base/err.h"
#include "base/json.h"
#include "base/utc.h"
#include "cloudtrail/rules.h"
#include "gen/encode.h"
#include "gen/plan_make.h"
#include "gen/template.h"

/* One account with one application of two environments. */
#define SCENE_CAST                                                                                 \
    "'accounts': [{'id': '123456789012', 'regions': ['us-east-1']}],"                              \
    "'applications': [{'name': 'shop', 'platform': 'Node.js 22 running on 64bit Amazon Linux "     \
    "2023', 'environments': [{'name': 'shop-prod'}, {'name': 'shop-dev'}]}]"

/* One person with a long-term key, always at work. */
#define SCENE_ANA                                                                                  \
    "'actors': [{'name': 'a', 'identity': {'type': 'IAMUser', 'userName': 'ana'}, 'client': "      \
    "'boto3', 'addresses': ['203.0.113.7']}]"

/* Where default scenarios begin, by date(1): 2026-09-14T00:00:00Z, a Monday. */
#define SCENE_START_MS INT64_C(1789344000000)

/* The files of the binary, read once a program. */
static struct arena scene_arena;
static struct catalog scene_catalog;
static struct rules scene_rules;

static inline int scene_load(void **state)
{
    (void)state;
    struct err e = {0};
    const char *name = "schemas/record.json";
    arena_init(&scene_arena);
    if (catalog_load(&scene_catalog, &scene_arena, NULL, &e) != 0 ||
        rules_read(&scene_rules, &scene_arena, name, embedded_find(span_of(name)), &e) != 0) {
        print_error("%s\n", e.text);
        return -1;
    }
    return 0;
}

static inline int scene_unload(void **state)
{
    (void)state;
    catalog_close(&scene_catalog);
    arena_free(&scene_arena);
    return 0;
}

/* A scenario and its plan. */
struct stage {
    struct arena arena;
    struct scenario scenario;
    struct plan plan;
};

static inline void stage_print(void *ctx, const struct finding *f)
{
    (void)ctx;
    print_error("%u:%u: %.*s: %.*s\n", f->line, f->column, SPAN_ARG(f->pointer), SPAN_ARG(f->text));
}

/* Read ${text}, a whole scenario file. */
static inline void stage_read_text(struct stage *st, struct span text)
{
    struct err e = {0};
    arena_init(&st->arena);
    if (scenario_read(&st->scenario, &st->arena, "scene", text, &scene_catalog, stage_print, NULL,
                      &e) != 0)
        fail_msg("%s", e.text);
}

/* Set by programs that count calls: services then add none of their own. */
static bool scene_quiet;

/* Read the members ${body} of a scenario, with ' for ". */
static inline void stage_read(struct stage *st, const char *body)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_printf(&text, "{'name': 'scene', %s%s}", scene_quiet ? "'fanOut': false, " : "", body);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '\'')
            text.p[i] = '"';
    }
    stage_read_text(st, buf_span(&text));
    buf_free(&text);
}

static inline int stage_try_plan(struct stage *st, uint64_t seed, struct err *e)
{
    return plan_make(&st->plan, &st->arena, &st->scenario, &scene_rules, seed,
                     st->scenario.start_ms, st->scenario.start_ms + st->scenario.duration_ms, e);
}

static inline void stage_plan(struct stage *st, uint64_t seed)
{
    struct err e = {0};
    if (stage_try_plan(st, seed, &e) != 0)
        fail_msg("%s", e.text);
}

static inline void stage_open(struct stage *st, const char *body)
{
    stage_read(st, body);
    stage_plan(st, 1);
}

static inline void stage_open_built_in(struct stage *st, const char *name)
{
    stage_read_text(st, embedded_find(span_of(name)));
    stage_plan(st, 1);
}

static inline void stage_close(struct stage *st)
{
    scenario_close(&st->scenario);
    arena_free(&st->arena);
}

/* A scene of ${actor} at the scenario's start, about the first environment if there is one. */
static inline struct scene stage_scene(const struct stage *st, uint32_t actor, uint32_t client)
{
    const struct world *w = &st->plan.world;
    struct scene s = {.caller = plan_caller(&st->plan, actor, client),
                      .place = &w->places[w->first_place[st->scenario.actors[actor].account]],
                      .began_ms = st->scenario.start_ms,
                      .occurrence = 77};
    if (w->nenvironments > 0) {
        s.environment = &w->environments[0];
        s.application = s.environment->application;
        s.other = &w->environments[w->nenvironments > 1];
        s.version = s.running = &s.environment->baseline;
    }
    struct session *session = ARENA_NEW(&scene_arena, struct session, 1);
    caller_session(session, s.caller, s.occurrence, s.began_ms);
    s.session = session;
    s.address = caller_address(s.caller, session, s.began_ms);
    return s;
}

/* Append the record of ${step} played in ${scene}, failing like ${error} if not NULL. */
static inline void stage_record(struct stage *st, struct buf *out, const struct scene *scene,
                                const struct step *step, const struct error_form *error)
{
    struct err e = {0};
    struct call call = {.scenario = &st->scenario,
                        .caller = scene->caller,
                        .step = step,
                        .operation = step->operation,
                        .error = error,
                        .arena = &st->arena};
    const struct template *t = template_make(&st->arena, &scene_rules, &call, &e);
    if (t == NULL)
        fail_msg("%s", e.text);
    struct event ev = {.time_ms = scene->began_ms + 1500,
                       .address = 4711,
                       .template = t,
                       .scene = scene,
                       .step = step};
    encode_record(out, &ev);
}

/* The document of ${text}, which must be JSON. */
static inline struct json_doc *scene_json(struct span text)
{
    struct err e = {0};
    struct json_doc *doc = NULL;
    if (json_open(&doc, "record", text, &e) != 0)
        fail_msg("%s\n%.*s", e.text, SPAN_ARG(text));
    return doc;
}

#endif
