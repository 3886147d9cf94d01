/* slot_option.c - what a refused option setting is complained about with; see slot_rows.h. */
#include "gen/slot_rows.h"

#include <float.h>

#include "base/arena.h"
#include "base/json.h"

/* What a call is refused for that names no settings. Source: a public issue thread. */
static const struct {
    struct span ns, name, value;
} usual = {SPAN_INIT("aws:elasticbeanstalk:container:php:phpini"), SPAN_INIT("documentRoot"),
           SPAN_INIT("/")};

/* Find the setting of the request that is not legal, or else its first; false when it has none. */
static bool find_setting(const struct call *c, struct json *setting)
{
    char why[256];
    struct json list = json_member(&c->step->with, "optionSettings");
    bool found = false;
    for (struct json it = {0}; json_is_array(&list) && json_next(&list, &it) != 0;) {
        struct json ns = json_member(&it, "namespace");
        struct json name = json_member(&it, "optionName");
        struct json value = json_member(&it, "value");
        if (!json_is_string(&ns) || !json_is_string(&name))
            continue;
        if (!found)
            *setting = it;
        found = true;
        if (catalog_option_check(c->scenario->catalog, json_text(&ns), json_text(&name),
                                 json_text(&value), why, sizeof why))
            continue;
        *setting = it;
        return true;
    }
    return found;
}

static struct span text_of(const struct call *c, const char *member, struct span otherwise)
{
    struct json setting;
    if (!find_setting(c, &setting))
        return otherwise;
    struct json text = json_member(&setting, member);
    return json_is_string(&text) ? json_escaped(c->arena, json_text(&text)) : SPAN("");
}

SLOT_FIXED(option_namespace)
{
    return text_of(c, "namespace", usual.ns);
}

SLOT_FIXED(option_name)
{
    return text_of(c, "optionName", usual.name);
}

SLOT_FIXED(option_value)
{
    struct json setting;
    struct json ns, name;
    if (c->scenario->record.secrets_hidden && find_setting(c, &setting)) {
        ns = json_member(&setting, "namespace");
        name = json_member(&setting, "optionName");
        if (catalog_option_is_secret(c->scenario->catalog, json_text(&ns), json_text(&name)))
            return SPAN("HIDDEN_DUE_TO_SECURITY_REASONS");
    }
    return text_of(c, "value", usual.value);
}

static struct span words_of(const struct call *c, const struct option *o)
{
    struct span list = SPAN("");
    for (size_t i = 0; i < o->nwords; i++)
        list = arena_printf(c->arena, "%.*s%s%.*s", SPAN_ARG(list), i == 0 ? "" : ", ",
                            SPAN_ARG(o->words[i]));
    return list;
}

/* The rule that a value breaks. Source of the form with a pattern: a public issue thread; the
   others are inferred. */
SLOT_FIXED(option_rule)
{
    struct json setting;
    const struct option_namespace *ns = NULL;
    const struct option *o = NULL;
    if (find_setting(c, &setting)) {
        struct json ns_name = json_member(&setting, "namespace");
        struct json name = json_member(&setting, "optionName");
        ns = catalog_namespace(c->scenario->catalog, json_text(&ns_name));
        o = ns != NULL ? catalog_option(ns, json_text(&name)) : NULL;
    }
    if (o == NULL)
        return SPAN("Value is not valid.");
    if (o->pattern.n > 0 && span_find(o->pattern, '{') == o->pattern.n)
        return json_escaped(c->arena, arena_printf(c->arena, "Value does not satisfy regex: '%.*s'",
                                                   SPAN_ARG(o->pattern)));
    if (o->nwords > 0)
        return json_escaped(c->arena, arena_printf(c->arena, "Value is not one of: [%.*s]",
                                                   SPAN_ARG(words_of(c, o))));
    if (o->bounded && o->max < DBL_MAX && o->min > -DBL_MAX &&
        (o->type == OPTION_INTEGER || o->type == OPTION_NUMBER))
        return arena_printf(c->arena, "Value is not between %.15g and %.15g.", o->min, o->max);
    return SPAN("Value is not valid.");
}

/* Sorted by name. */
static const struct slot slots[] = {
    {"option.name", NULL, option_name, 0, false, false},
    {"option.namespace", NULL, option_namespace, 0, false, false},
    {"option.rule", NULL, option_rule, 0, false, false},
    {"option.value", NULL, option_value, 0, false, false},
};

const struct slot_rows slot_option_rows = {slots, sizeof slots / sizeof slots[0]};
