/* scenario_slot.c - see scenario_slot.h. */
#include "gen/scenario_slot.h"

#include "gen/scenario.h"
#include "gen/slot.h"

enum { QUOTE_MAX = 100, NAME_MAX_N = 128, MEMBERS_MAX = 256 };

/* What slots are about: those of the first rows need an environment, of the others an
   application. Families stand for something else where theirs is not there. */
static const struct {
    const char *begin;
    bool environment;
} owners[] = {
    {"environment.", true},  {"loadBalancer.", true},   {"other.environment.", true},
    {"platform.arn", true},  {"platform.branch", true}, {"stack.name", true},
    {"application.", false}, {"template.", false},      {"version.arn", false},
    {"version.key", false},  {"version.label", false},  {"version.description", false},
};

static const char *const times[] = {"application.created", "environment.created",
                                    "issued.expiration",   "poll.since",
                                    "template.created",    "time",
                                    "version.created"};

static int quote_n(struct span text)
{
    return (int)(text.n > QUOTE_MAX ? QUOTE_MAX : text.n);
}

/* "request.roleName": the name behind the family's; empty when ${name} is none of it. */
static struct span tag_of(struct span name, struct span family)
{
    if (!span_starts(name, family) || name.n < family.n + 2 || name.p[family.n] != '.')
        return (struct span){NULL, 0};
    return span_from(name, family.n + 1);
}

/* A family's own name with nothing behind it is one with any tag. */
static bool is_family(struct span name)
{
    char tagged[NAME_MAX_N + 2];
    if (name.n == 0 || name.n > NAME_MAX_N)
        return false;
    memcpy(tagged, name.p, name.n);
    memcpy(tagged + name.n, ".a", 2);
    return slot_find((struct span){tagged, name.n + 2}) != NULL;
}

static void complain_unknown(const struct json *at, struct span name)
{
    if (is_family(name)) {
        const char *tag = span_is(name, "request")          ? "versionLabel"
                          : span_is(name, "sessionSeconds") ? "3600"
                                                            : "a";
        json_complain(at, "\"{%.*s}\" is not a slot without a tag behind it, like \"{%.*s.%s}\"",
                      quote_n(name), name.p, quote_n(name), name.p, tag);
        return;
    }
    const char *near = slot_nearest(name);
    if (near != NULL)
        json_complain(at, "\"{%.*s}\" is not a slot; did you mean \"{%s}\"?", quote_n(name), name.p,
                      near);
    else
        json_complain(at, "\"{%.*s}\" is not a slot; docs/scenarios.md lists them", quote_n(name),
                      name.p);
}

/* What the request says of ${tag} must be there, and must not be what it asks for in turn. */
static void check_request(const struct json *at, struct span tag, const struct step *step)
{
    char key[NAME_MAX_N + 1];
    const struct operation *op = step->operation;
    if (op == NULL || tag.n > NAME_MAX_N)
        return;
    memcpy(key, tag.p, tag.n);
    key[tag.n] = '\0';
    struct json given = json_member(&step->with, key);
    if (!json_is_present(&given) && catalog_member(op->request, op->nrequest, tag) == NULL) {
        const char *names[MEMBERS_MAX + 1] = {NULL};
        for (size_t i = 0; i < op->nrequest && i < MEMBERS_MAX; i++)
            names[i] = op->request[i].path.p;
        const char *near = json_nearest(tag, names);
        json_complain(at, "\"{request.%.*s}\" is not in the request of %.*s%s%s%s", quote_n(tag),
                      tag.p, SPAN_ARG(op->name), near == NULL ? "" : "; did you mean \"{request.",
                      near == NULL ? "" : near, near == NULL ? "" : "}\"?");
        return;
    }
    struct span text = json_text(&given);
    const struct span again = SPAN("{request.");
    for (size_t i = 0; i + again.n <= text.n; i++) {
        if (!span_starts(span_from(text, i), again))
            continue;
        json_complain(at,
                      "\"{request.%.*s}\" is not a text of its own: member \"%s\" of the "
                      "request names another; write here what it stands for",
                      quote_n(tag), tag.p, key);
        return;
    }
}

static void check_owner(const struct json *at, struct span name,
                        const struct scenario_slot_reach *reach)
{
    for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
        if (!span_starts(name, span_of(owners[i].begin)))
            continue;
        bool there = owners[i].environment ? reach->environment : reach->application;
        if (!there)
            json_complain(at, "\"{%.*s}\" is not to be had here: the call is about no %s",
                          quote_n(name), name.p,
                          owners[i].environment ? "environment" : "application");
        return;
    }
}

static void check_slot(const struct json *at, struct span name,
                       const struct scenario_slot_reach *reach)
{
    const struct slot *slot = slot_find(name);
    if (slot == NULL) {
        complain_unknown(at, name);
        return;
    }
    if (reach->agent &&
        (span_is(name, "caller.userAgent") || span_is(name, "caller.bracketedAgent")))
        json_complain(at, "\"{%.*s}\" is not to be had here: it is this text itself",
                      SPAN_ARG(name));
    struct span seconds = tag_of(name, SPAN("sessionSeconds"));
    for (size_t i = 0; i < seconds.n; i++) {
        if (seconds.p[i] >= '0' && seconds.p[i] <= '9' && seconds.n <= 9)
            continue;
        json_complain(at, "\"{%.*s}\" is not a number of seconds, like \"{sessionSeconds.3600}\"",
                      quote_n(name), name.p);
        return;
    }
    struct span member = tag_of(name, SPAN("request"));
    if (member.n > 0 && span_is(span_of(slot->name), "request") && reach->step != NULL)
        check_request(at, member, reach->step);
    else if (slot->optional && slot->put != NULL)
        check_owner(at, name, reach);
}

static void check_text(const struct json *at, const struct scenario_slot_reach *reach)
{
    struct span text = json_text(at);
    while (text.n > 0) {
        size_t brace = 0;
        while (brace < text.n && text.p[brace] != '{' && text.p[brace] != '}')
            brace++;
        text = span_from(text, brace);
        if (text.n == 0)
            return;
        if (text.n >= 2 && text.p[1] == text.p[0]) {
            text = span_from(text, 2);
            continue;
        }
        size_t close = span_find(text, '}');
        if (text.p[0] == '}' || close == text.n) {
            json_complain(at, "a lone brace in \"%.*s\"; write {{ or }} for the character",
                          quote_n(text), text.p);
            return;
        }
        check_slot(at, (struct span){text.p + 1, close - 1}, reach);
        text = span_from(text, close + 1);
    }
}

void scenario_slot_check(const struct json *value, const struct scenario_slot_reach *reach)
{
    if (json_is_string(value)) {
        check_text(value, reach);
        return;
    }
    if (!json_is_object(value) && !json_is_array(value))
        return;
    for (struct json it = {0}; json_next(value, &it) == 1;)
        scenario_slot_check(&it, reach);
}

bool scenario_slot_is_time(struct span text)
{
    if (text.n < 2 || text.p[0] != '{' || text.p[text.n - 1] != '}')
        return false;
    struct span name = {text.p + 1, text.n - 2};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (span_is(name, times[i]))
            return true;
    return false;
}
