/* test_slot.c - what data files and the guide name is there. */
#include "tests/gen/scene.h"

#include "base/file.h"
#include "gen/slot.h"

static void expect_slot(struct span whose, struct span name)
{
    if (name.n == 0)
        return;
    const struct slot *s = slot_find(name);
    if (s == NULL)
        fail_msg("%.*s: {%.*s} is not a slot", SPAN_ARG(whose), SPAN_ARG(name));
    if ((s->put == NULL) == (s->fixed == NULL))
        fail_msg("{%.*s} is neither fixed nor written", SPAN_ARG(name));
    if (s->put != NULL && s->most == 0)
        fail_msg("{%.*s} has no length", SPAN_ARG(name));
}

/* The slots in the braces of ${text}. */
static void expect_text(struct span whose, struct span text)
{
    for (size_t at = 0; at < text.n; at++) {
        if (text.p[at] != '{' && text.p[at] != '}')
            continue;
        if (at + 1 < text.n && text.p[at + 1] == text.p[at]) {
            at++;
            continue;
        }
        struct span name = span_from(text, at + 1);
        name.n = span_find(name, '}');
        if (text.p[at] == '}' || at + 1 + name.n == text.n)
            fail_msg("%.*s: a lone brace in \"%.*s\"", SPAN_ARG(whose), SPAN_ARG(text));
        expect_slot(whose, name);
        at += name.n + 1;
    }
}

static void expect_texts(struct span whose, const struct json *value)
{
    expect_text(whose, json_text(value));
    struct json it = {0};
    while (json_next(value, &it) != 0)
        expect_texts(whose, &it);
}

static void expect_rows(struct span whose, const struct member *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        expect_slot(whose, rows[i].from);
        expect_texts(whose, &rows[i].text);
    }
}

static void slots_of_the_catalog_exist(void **state)
{
    (void)state;
    for (size_t i = 0; i < scene_catalog.nservices; i++) {
        expect_texts(scene_catalog.services[i].name, &scene_catalog.services[i].overlay.record);
        for (size_t k = 0; k < scene_catalog.services[i].noperations; k++) {
            const struct operation *op = &scene_catalog.services[i].operations[k];
            expect_rows(op->name, op->request, op->nrequest);
            expect_rows(op->name, op->response, op->nresponse);
            expect_text(op->name, op->resource);
            expect_texts(op->name, &op->overlay.record);
            for (size_t j = 0; j < op->nerrors; j++) {
                expect_text(op->name, op->errors[j]->message);
                expect_texts(op->name, &op->errors[j]->overlay.record);
            }
        }
    }
}

static void slots_of_the_record_exist(void **state)
{
    (void)state;
    for (size_t i = 0; i < scene_rules.nmembers; i++)
        expect_slot(SPAN("record.json"), scene_rules.members[i].from);
    for (size_t i = 0; i < scene_rules.nidentities; i++) {
        const struct rule_identity *identity = &scene_rules.identities[i];
        for (size_t k = 0; k < identity->nrules; k++)
            expect_slot(identity->type, identity->rules[k].from);
    }
}

/* The guide lists them between back quotes in a table. */
static void slots_of_the_guide_exist(void **state)
{
    (void)state;
    struct buf text;
    struct err e = {0};
    size_t n = 0;
    buf_init(&text, 1 << 20);
    if (file_read(&text, "docs/scenarios.md", &e) != 0)
        fail_msg("%s", e.text);
    const char *at = strstr(buf_text(&text), "**Slots.**");
    assert_non_null(at);
    at = strstr(at, "\n|");
    assert_non_null(at);
    const char *end = strstr(at, "\n\n");
    assert_non_null(end);
    while ((at = memchr(at, '`', (size_t)(end - at))) != NULL) {
        const char *close = strchr(at + 1, '`');
        expect_slot(SPAN("docs/scenarios.md"), (struct span){at + 1, (size_t)(close - at - 1)});
        at = close + 1;
        n++;
    }
    assert_true(n >= 30);
    buf_free(&text);
}

static void other_names_are_no_slots(void **state)
{
    (void)state;
    static const char *const names[] = {"",
                                        "environment",
                                        "environment.",
                                        "Environment.name",
                                        "time.iso ",
                                        "tim",
                                        "zzz",
                                        "environment.name.",
                                        ".",
                                        "aaa",
                                        "{time}",
                                        "time\n",
                                        "version.label.version",
                                        "account.id\x01"};
    for (size_t i = 0; i < COUNT(names); i++) {
        if (slot_find(span_of(names[i])) != NULL)
            fail_msg("{%s} is a slot", names[i]);
    }
}

static const struct {
    const char *name, *near; /* NULL: none */
} nearest[] = {
    {"enviroment.name", "environment.name"},
    {"environment.nmae", "environment.name"},
    {"version.lable", "version.label"},
    {"Account.Id", "account.id"},
    {"times", "time"},
    {"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", NULL},
};

static void the_nearest_name_is_suggested(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(nearest); i++) {
        const char *got = slot_nearest(span_of(nearest[i].name));
        if ((got == NULL) != (nearest[i].near == NULL) ||
            (got != NULL && strcmp(got, nearest[i].near) != 0))
            fail_msg("%s: %s", nearest[i].name, got == NULL ? "none" : got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_of_the_catalog_exist),
        cmocka_unit_test(slots_of_the_record_exist),
        cmocka_unit_test(slots_of_the_guide_exist),
        cmocka_unit_test(other_names_are_no_slots),
        cmocka_unit_test(the_nearest_name_is_suggested),
    };
    return cmocka_run_group_tests_name("gen/slot", tests, scene_load, scene_unload);
}
