/* scenario_activity.c - see scenario_activity.h. */
#include "gen/scenario_activity.h"

#include <string.h>

#include "base/arena.h"
#include "base/utc.h"
#include "gen/scenario_part.h"
#include "gen/scenario_request.h"
#include "gen/scenario_slot.h"

enum {
    STEPS_MAX = 500,
    AGENTS_MAX = 1000,
    AGENT_MAX_N = 1024 /* bytes; AWS cuts the user agent of a record at 1 KB */
};

const char *const scenario_activity_scopes[] = {"environment", "application", "account", NULL};

static const char *const kinds[] = {"program", "console", "proxy", "service", NULL};
static const char *const sessions[] = {"length", "activity", NULL};
static const char *const labels[] = {"eb-cli", "pipeline", "commit", "semver", "build", NULL};
static const char *const untils[] = {"times", "done", NULL};
static const char *const eaches[] = {"once", "region", "application", "environment", NULL};

struct client_text {
    struct span name, user_agent, service, invoked_by, sign_in;
    int kind, session;
    struct json user_agents;
};

static const struct json_row client_rows[] = {
    {"name", JSON_STRING, offsetof(struct client_text, name), true, 1, 100, NULL},
    {"kind", JSON_WORD, offsetof(struct client_text, kind), true, 0, 0, kinds},
    {"userAgent", JSON_STRING, offsetof(struct client_text, user_agent), false, 0, AGENT_MAX_N,
     NULL},
    {"userAgents", JSON_ARRAY, offsetof(struct client_text, user_agents), false, 1, AGENTS_MAX,
     NULL},
    {"service", JSON_STRING, offsetof(struct client_text, service), false, 1, 128, NULL},
    {"invokedBy", JSON_STRING, offsetof(struct client_text, invoked_by), false, 1, 128, NULL},
    {"signInAgent", JSON_STRING, offsetof(struct client_text, sign_in), false, 1, AGENT_MAX_N,
     NULL},
    {"session", JSON_WORD, offsetof(struct client_text, session), false, 0, 0, sessions},
};

static const char *const whens[] = {"loadBalanced", "singleInstance", "webServer", "worker",
                                    "version",      "options",        NULL};

struct activity_text {
    struct span name, about;
    int on, labels, follows;
    struct json client, steps, when, as;
};

static const struct json_row activity_rows[] = {
    {"name", JSON_STRING, offsetof(struct activity_text, name), true, 1, 100, NULL},
    {"about", JSON_STRING, offsetof(struct activity_text, about), false, 0, 500, NULL},
    {"on", JSON_WORD, offsetof(struct activity_text, on), false, 0, 0, scenario_activity_scopes},
    {"versionLabels", JSON_WORD, offsetof(struct activity_text, labels), false, 0, 0, labels},
    {"client", JSON_ANY, offsetof(struct activity_text, client), false, 0, 0, NULL},
    {"follows", JSON_WORD, offsetof(struct activity_text, follows), false, 0, 0, catalog_effects},
    {"when", JSON_ARRAY, offsetof(struct activity_text, when), false, 0, 8, NULL},
    {"as", JSON_ANY, offsetof(struct activity_text, as), false, 0, 0, NULL},
    {"steps", JSON_ARRAY, offsetof(struct activity_text, steps), true, 1, STEPS_MAX, NULL},
};

struct step_text {
    struct span name, call, error;
    int each, until;
    int64_t most_ms;
    double chance, error_chance;
    bool beside;
    struct json after, times, every, with, pin, omit, client, when;
};

static const struct json_row step_rows[] = {
    {"name", JSON_STRING, offsetof(struct step_text, name), false, 1, 100, NULL},
    {"call", JSON_STRING, offsetof(struct step_text, call), true, 0, 0, NULL},
    {"after", JSON_ANY, offsetof(struct step_text, after), false, 0, 0, NULL},
    {"each", JSON_WORD, offsetof(struct step_text, each), false, 0, 0, eaches},
    {"times", JSON_ANY, offsetof(struct step_text, times), false, 0, 0, NULL},
    {"every", JSON_ANY, offsetof(struct step_text, every), false, 0, 0, NULL},
    {"until", JSON_WORD, offsetof(struct step_text, until), false, 0, 0, untils},
    {"most", JSON_DURATION, offsetof(struct step_text, most_ms), false, UTC_SECOND_MS, UTC_DAY_MS,
     NULL},
    {"chance", JSON_NUMBER, offsetof(struct step_text, chance), false, 0, 1, NULL},
    {"with", JSON_OBJECT, offsetof(struct step_text, with), false, 0, 0, NULL},
    {"pin", JSON_OBJECT, offsetof(struct step_text, pin), false, 0, 0, NULL},
    {"omit", JSON_ARRAY, offsetof(struct step_text, omit), false, 0, 100, NULL},
    {"error", JSON_STRING, offsetof(struct step_text, error), false, 0, 0, NULL},
    {"errorChance", JSON_NUMBER, offsetof(struct step_text, error_chance), false, 0, 1, NULL},
    {"client", JSON_ANY, offsetof(struct step_text, client), false, 0, 0, NULL},
    {"when", JSON_ARRAY, offsetof(struct step_text, when), false, 0, 4, NULL},
    {"beside", JSON_BOOL, offsetof(struct step_text, beside), false, 0, 0, NULL},
};

#define ROWS(rows) (rows), sizeof(rows) / sizeof((rows)[0])

static bool has(const struct json *object, const char *key)
{
    struct json member = json_member(object, key);
    return json_is_present(&member);
}

/* Clients */

/* A service's DNS name as CloudTrail shows it: "config.amazonaws.com". */
static bool is_service(struct span text)
{
    size_t dots = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        dots += c == '.';
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
            return false;
    }
    return dots > 0 && text.p[0] != '.' && text.p[text.n - 1] != '.';
}

static void check_client(const struct json *at, const struct client_text *text)
{
    bool is_service_client = text->kind == CLIENT_SERVICE;
    if (is_service_client && text->service.n == 0)
        json_complain(at, "member \"service\" is missing: the name of the service, like "
                          "\"config.amazonaws.com\"");
    if (is_service_client && has(at, "invokedBy"))
        scenario_part_complain(at, "invokedBy", "a service's own name stands there; leave it out");
    if (!is_service_client && has(at, "service"))
        scenario_part_complain(at, "service", "only a client of kind \"service\" has one");
    if (is_service_client && (has(at, "userAgent") || has(at, "userAgents")))
        scenario_part_complain(at, has(at, "userAgent") ? "userAgent" : "userAgents",
                               "a service's own name stands there; leave it out");
    if (is_service_client && has(at, "signInAgent"))
        scenario_part_complain(at, "signInAgent",
                               "services take roles by themselves; leave it out");
    if (has(at, "userAgent") && has(at, "userAgents"))
        scenario_part_complain(at, "userAgents", "give \"userAgent\" or \"userAgents\", not both");
    if ((text->kind == CLIENT_PROGRAM || text->kind == CLIENT_CONSOLE) && !has(at, "userAgent") &&
        !has(at, "userAgents"))
        json_complain(at, "member \"userAgent\" or \"userAgents\" is missing");
    if (text->service.n > 0 && !is_service(text->service))
        scenario_part_complain(at, "service",
                               "must be a service's name, like \"config.amazonaws.com\"");
}

/* Whatever its calls are about, a client makes them. */
static void check_slots(const struct json *at)
{
    static const char *const texts[] = {"userAgent", "userAgents", "signInAgent", "invokedBy"};
    const struct scenario_slot_reach reach = {
        .application = true, .environment = true, .agent = true};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct json text = json_member(at, texts[i]);
        scenario_slot_check(&text, &reach);
    }
}

static void read_client(struct scenario_part *p, struct scenario_client *out)
{
    struct client_text *text = ARENA_NEW(p->arena, struct client_text, 1);
    struct client *client = &out->client;
    text->kind = -1;
    json_read(out->at, ROWS(client_rows), text);
    if (text->kind >= 0)
        check_client(out->at, text);
    check_slots(out->at);
    *client = (struct client){
        .name = text->name,
        .kind = text->kind < 0 ? CLIENT_PROGRAM : (enum client_kind)text->kind,
        .service = text->service,
        .invoked_by = text->invoked_by,
        .sign_in = text->sign_in,
        .per_activity = text->session == 1,
    };
    if (json_is_present(&text->user_agents)) {
        client->user_agents =
            scenario_part_texts(p, &text->user_agents, &client->nuser_agents, 0, AGENT_MAX_N);
        return;
    }
    struct span *agent = ARENA_NEW(p->arena, struct span, 1);
    agent[0] = text->user_agent;
    if (client->kind == CLIENT_SERVICE)
        agent[0] = client->service;
    else if (client->kind == CLIENT_PROXY && !has(out->at, "userAgent"))
        agent[0] = SPAN("AWS Internal");
    client->user_agents = agent;
    client->nuser_agents = 1;
}

uint32_t scenario_activity_client(struct scenario_part *p, const struct json *j)
{
    if (!json_is_present(j))
        return SCENARIO_NONE;
    if (!json_is_string(j)) {
        json_complain(j, "must be a string");
        return SCENARIO_NONE;
    }
    uint32_t client = scenario_part_refer(p, &p->client_names, j, "a client");
    if (client != SCENARIO_NONE)
        p->clients[client].used = true;
    return client;
}

/* Steps */

static void read_operation(struct scenario_part *p, const struct json *at, struct span call,
                           struct step *step)
{
    struct json j = json_member(at, "call");
    step->operation = catalog_operation(p->catalog, call);
    if (step->operation != NULL || call.p == NULL)
        return;
    const char *near = catalog_operation_nearest(p->catalog, call);
    int shown_n = call.n > 100 ? 100 : (int)call.n;
    if (near != NULL)
        json_complain(&j, "\"%.*s\" is not an operation; did you mean \"%s\"?", shown_n, call.p,
                      near);
    else
        json_complain(&j, "\"%.*s\" is not an operation; \"beantrail catalog\" lists them", shown_n,
                      call.p);
}

static void read_error(struct scenario_part *p, const struct json *at, const struct step_text *text,
                       struct step *step)
{
    if (text->error.p == NULL) {
        if (has(at, "errorChance"))
            scenario_part_complain(at, "errorChance", "needs \"error\" beside it");
        return;
    }
    step->error_ppm = scenario_part_ppm(text->error_chance);
    if (step->operation == NULL)
        return;
    step->error = catalog_error(step->operation, text->error);
    if (step->error != NULL)
        return;
    struct json j = json_member(at, "error");
    struct span *names = ARENA_NEW(p->arena, struct span, step->operation->nerrors);
    for (size_t i = 0; i < step->operation->nerrors; i++)
        names[i] = step->operation->errors[i]->name;
    scenario_part_unknown(
        p, &j,
        arena_printf(p->arena, "a way in which %.*s fails", SPAN_ARG(step->operation->name)).p,
        names, step->operation->nerrors);
}

/* What one run goes through must lie inside what it is about. */
static void check_each(const struct json *at, enum activity_scope scope, enum step_each each)
{
    bool fits = each == EACH_ONCE || scope == SCOPE_ACCOUNT ||
                (scope == SCOPE_APPLICATION && each != EACH_REGION);
    if (!fits)
        scenario_part_complain(at, "each", "an activity on one %s does not go through every %s",
                               scenario_activity_scopes[scope], eaches[each]);
}

/* Steps know what an environment is, followers also what the call names. */
static unsigned read_when(const struct json *list, bool of_step)
{
    const size_t n = of_step ? 4 : 6;
    unsigned bits = 0;
    for (struct json it = {0}; json_next(list, &it) != 0;) {
        unsigned bit = 0;
        for (size_t i = 0; i < n; i++)
            if (span_is(json_text(&it), whens[i]))
                bit = 1U << i;
        if (bit == 0)
            json_complain(&it, "must be one of loadBalanced, singleInstance, webServer, worker%s",
                          of_step ? "" : ", version, options");
        bits |= bit;
    }
    return bits;
}

/* A step beside another one is repeated as that one is. */
static void check_beside(const struct json *at, bool first)
{
    static const char *const others[] = {"each", "times", "every", "until", "most"};
    if (first)
        scenario_part_complain(at, "beside", "there is no step before this one");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (has(at, others[i]))
            scenario_part_complain(at, others[i], "the step before this one says how often");
}

/* What the calls of a step are about. ${at} is the activity; a story's steps stand in the story,
   which names it; what an actor does on an application it does at one of its environments. */
static struct scenario_slot_reach reach_of(const struct json *at, enum activity_scope scope,
                                           enum step_each each)
{
    const bool environment = has(at, "environment");
    struct scenario_slot_reach reach = {.application = true, .environment = true};
    if (each == EACH_REGION)
        reach.application = reach.environment = false;
    if (each != EACH_ONCE || scope == SCOPE_ENVIRONMENT || environment)
        return reach;
    reach.application = scope == SCOPE_APPLICATION || has(at, "application");
    reach.environment = scope == SCOPE_APPLICATION && !has(at, "at");
    return reach;
}

static void read_step(struct scenario_part *p, const struct json *at, enum activity_scope scope,
                      struct step *step)
{
    struct step_text *text = ARENA_NEW(p->arena, struct step_text, 1);
    *text = (struct step_text){.chance = 1, .error_chance = 1, .most_ms = 20 * UTC_MINUTE_MS};
    json_read(at, ROWS(step_rows), text);
    *step = (struct step){
        .name = text->name,
        .each = (enum step_each)text->each,
        .until = (enum step_until)text->until,
        .times_low = 1,
        .times_high = 1,
        .every_low_ms = UTC_SECOND_MS,
        .every_high_ms = UTC_SECOND_MS,
        .most_ms = text->most_ms,
        .chance_ppm = scenario_part_ppm(text->chance),
        .with = text->with,
        .pin = text->pin,
        .client = scenario_activity_client(p, &text->client),
        .when = read_when(&text->when, true),
        .beside = text->beside,
    };
    read_operation(p, at, text->call, step);
    if (step->name.n == 0 && step->operation != NULL)
        step->name = step->operation->name;
    scenario_part_pause(&text->after, &step->after_low_ms, &step->after_high_ms);
    scenario_part_pause(&text->every, &step->every_low_ms, &step->every_high_ms);
    scenario_part_times(&text->times, &step->times_low, &step->times_high);
    if (step->until == UNTIL_DONE && has(at, "times"))
        scenario_part_complain(at, "times", "give \"times\" or \"until\", not both");
    if (step->until == UNTIL_DONE && step->every_low_ms == 0)
        scenario_part_complain(at, "every", "must be longer than nothing");
    if (step->until != UNTIL_DONE && has(at, "most"))
        scenario_part_complain(at, "most", "needs \"until\": \"done\" beside it");
    check_each(at, scope, step->each);
    read_error(p, at, text, step);
    scenario_request_check_pin(p, &text->pin);
    step->omit = scenario_request_omit(p, &text->omit, &step->nomit);
    if (step->operation != NULL)
        scenario_request_check(p, step);
}

static void read_steps(struct scenario_part *p, const struct json *steps,
                       struct scenario_activity *out)
{
    struct scenario_list list = scenario_part_list(p, steps);
    struct scenario_slot_reach reach = {0};
    out->steps = ARENA_NEW(p->arena, struct step, list.n);
    for (size_t i = 0; i < list.n; i++) {
        struct step *step = &out->steps[i];
        read_step(p, &list.at[i], out->activity.scope, step);
        if (step->beside)
            check_beside(&list.at[i], i == 0);
        if (!step->beside || i == 0)
            reach = reach_of(out->at, out->activity.scope, step->each);
        reach.step = step;
        scenario_slot_check(&step->with, &reach);
        scenario_slot_check(&step->pin, &reach);
    }
    for (size_t i = list.n; i-- > 1;)
        if (out->steps[i].beside)
            out->steps[i - 1].nbeside = out->steps[i].nbeside + 1;
    out->activity.steps = out->steps;
    out->activity.nsteps = list.n;
}

/* Activities */

static void read_activity(struct scenario_part *p, struct scenario_activity *out)
{
    struct activity_text *text = ARENA_NEW(p->arena, struct activity_text, 1);
    out->read = true;
    json_read(out->at, ROWS(activity_rows), text);
    out->activity.name = text->name;
    out->activity.about = text->about;
    out->activity.scope = (enum activity_scope)text->on;
    out->activity.labels = text->labels;
    out->activity.client = scenario_activity_client(p, &text->client);
    out->activity.follows = (enum effect)text->follows;
    out->activity.when = read_when(&text->when, false);
    out->activity.as = SCENARIO_NONE;
    if (json_is_present(&text->as))
        out->activity.as = scenario_part_refer(p, &p->role_names, &text->as, "a role");
    read_steps(p, &text->steps, out);
}

uint32_t scenario_activity_refer(struct scenario_part *p, const struct json *j)
{
    uint32_t index = scenario_part_refer(p, &p->activity_names, j, "an activity");
    if (index == SCENARIO_NONE)
        return SCENARIO_NONE;
    if (!p->activities[index].read)
        read_activity(p, &p->activities[index]);
    p->activities[index].used = true;
    return index;
}

uint32_t scenario_activity_inline(struct scenario_part *p, const struct json *at,
                                  const struct json *steps)
{
    struct scenario_activity *out = &p->activities[p->nactivities];
    struct json name = json_member(at, "name");
    struct json on = json_member(at, "on");
    *out = (struct scenario_activity){.at = at, .read = true, .used = true};
    out->activity.name = json_text(&name);
    out->activity.client = SCENARIO_NONE;
    out->activity.as = SCENARIO_NONE;
    for (size_t i = 0; scenario_activity_scopes[i] != NULL; i++)
        if (span_is(json_text(&on), scenario_activity_scopes[i]))
            out->activity.scope = (enum activity_scope)i;
    read_steps(p, steps, out);
    return (uint32_t)p->nactivities++;
}

/* Definitions of two sorts of files */

static struct span name_of(const struct json *at)
{
    struct json name = json_member(at, "name");
    return json_text(&name);
}

void scenario_activity_add(struct scenario_part *p, const struct scenario_list *clients,
                           const struct scenario_list *activities, bool built_in)
{
    size_t nclients = p->nclients + clients->n;
    struct scenario_client *more = ARENA_NEW(p->arena, struct scenario_client, nclients);
    if (p->nclients > 0)
        memcpy(more, p->clients, p->nclients * sizeof(*more));
    for (size_t i = 0; i < clients->n; i++)
        more[p->nclients + i] =
            (struct scenario_client){.at = &clients->at[i], .built_in = built_in};
    p->clients = more;
    p->nclients = nclients;

    size_t nactivities = p->nactivities + activities->n;
    struct scenario_activity *longer = ARENA_NEW(p->arena, struct scenario_activity, nactivities);
    if (p->nactivities > 0)
        memcpy(longer, p->activities, p->nactivities * sizeof(*longer));
    for (size_t i = 0; i < activities->n; i++)
        longer[p->nactivities + i] =
            (struct scenario_activity){.at = &activities->at[i], .built_in = built_in};
    p->activities = longer;
    p->nactivities = nactivities;
}

/* Join two sorts of names, each sorted and complained about alone, the scenario's own first. */
static void join(struct scenario_part *p, struct scenario_names *out,
                 const struct scenario_names *own, const struct scenario_names *library)
{
    out->rows = ARENA_NEW(p->arena, struct scenario_name, own->n + library->n);
    out->n = 0;
    for (size_t i = 0; i < own->n; i++)
        out->rows[out->n++] = own->rows[i];
    for (size_t i = 0; i < library->n; i++)
        if (scenario_part_first(own, library->rows[i].name) == own->n)
            out->rows[out->n++] = library->rows[i];
    scenario_part_sort(out, NULL);
}

static struct scenario_names new_names(struct scenario_part *p, size_t n)
{
    return (struct scenario_names){ARENA_NEW(p->arena, struct scenario_name, n), 0};
}

void scenario_activity_read(struct scenario_part *p, size_t inline_max)
{
    struct scenario_names own = new_names(p, p->nclients);
    struct scenario_names library = new_names(p, p->nclients);
    for (size_t i = 0; i < p->nclients; i++) {
        struct scenario_client *client = &p->clients[i];
        read_client(p, client);
        scenario_part_name(client->built_in ? &library : &own, client->client.name, i, client->at,
                           "name");
    }
    scenario_part_sort(&own, "a client");
    scenario_part_sort(&library, "a client");
    join(p, &p->client_names, &own, &library);

    own = new_names(p, p->nactivities);
    library = new_names(p, p->nactivities);
    for (size_t i = 0; i < p->nactivities; i++) {
        struct scenario_activity *activity = &p->activities[i];
        scenario_part_name(activity->built_in ? &library : &own, name_of(activity->at), i,
                           activity->at, "name");
    }
    scenario_part_sort(&own, "an activity");
    scenario_part_sort(&library, "an activity");
    join(p, &p->activity_names, &own, &library);

    struct scenario_activity *room =
        ARENA_NEW(p->arena, struct scenario_activity, p->nactivities + inline_max);
    for (size_t i = 0; i < p->nactivities; i++) {
        room[i] = p->activities[i];
        if (!room[i].built_in)
            read_activity(p, &room[i]);
    }
    p->activities = room;
    /* Nobody names what services do by themselves: all of it is used. */
    for (size_t i = 0; p->out->fan_out && i < p->nactivities; i++) {
        struct json follows = json_member(room[i].at, "follows");
        if (!json_is_present(&follows))
            continue;
        if (!room[i].read)
            read_activity(p, &room[i]);
        room[i].used = true;
    }
}
