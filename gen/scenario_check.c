/* scenario_check.c - see scenario_check.h. */
#include "gen/scenario_check.h"

#include "base/arena.h"
#include "gen/scenario_part.h"

/* Calls that a session begins with are made by identities that make no others. */
static const struct {
    enum identity_type type;
    const char *service;
    const char *operation;
} beginnings[] = {
    {IDENTITY_SAML_USER, "sts", "AssumeRoleWithSAML"},
    {IDENTITY_WEB_IDENTITY_USER, "sts", "AssumeRoleWithWebIdentity"},
};

/* What was complained about at an actor already: once each is enough. */
struct complaints {
    bool address, service, console, call;
};

static void check_client(struct scenario_part *p, uint32_t actor_index, uint32_t client_index,
                         struct complaints *done)
{
    const struct actor *actor = &p->actors[actor_index];
    const struct json *at = &p->actor_at.at[actor_index];
    if (client_index == SCENARIO_NONE)
        return;
    const struct client *client = &p->clients[client_index].client;
    enum identity_type type = actor->identity.type;
    bool console = client->kind == CLIENT_CONSOLE || client->kind == CLIENT_PROXY;
    if (client->kind != CLIENT_SERVICE && actor->naddresses == 0 && !done->address) {
        json_complain(at, "member \"addresses\" is missing: client \"%.*s\" shows one",
                      SPAN_ARG(client->name));
        done->address = true;
    }
    if (client->kind != CLIENT_SERVICE && type == IDENTITY_AWS_SERVICE && !done->service) {
        scenario_part_complain(at, "client",
                               "an AWSService calls with a client of kind \"service\", and "
                               "\"%.*s\" is none",
                               SPAN_ARG(client->name));
        done->service = true;
    }
    if (console && (type == IDENTITY_IAM_USER || type == IDENTITY_ROOT) &&
        !actor->identity.temporary && !done->console) {
        scenario_part_complain(at, "identity",
                               "client \"%.*s\" is the console, whose credentials are temporary: "
                               "add \"temporary\": true, or give what it does to another actor",
                               SPAN_ARG(client->name));
        done->console = true;
    }
}

static void check_call(struct scenario_part *p, uint32_t actor_index, const struct json *where,
                       const struct operation *operation, struct complaints *done)
{
    enum identity_type type = p->actors[actor_index].identity.type;
    if (operation == NULL || done->call)
        return;
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
        bool is_call = span_is(operation->name, beginnings[i].operation) &&
                       span_is(operation->service->name, beginnings[i].service);
        bool is_type = type == beginnings[i].type;
        if (is_call == is_type)
            continue;
        done->call = true;
        if (is_type)
            json_complain(where, "identity type \"%s\" makes the call %s:%s only, not %.*s",
                          scenario_identity_types[type], beginnings[i].service,
                          beginnings[i].operation, SPAN_ARG(operation->name));
        else
            json_complain(where, "%.*s is called by identity type \"%s\" only, not by \"%s\"",
                          SPAN_ARG(operation->name), scenario_identity_types[beginnings[i].type],
                          scenario_identity_types[type]);
        return;
    }
}

static void check_activity(struct scenario_part *p, uint32_t actor, uint32_t activity_index,
                           const struct json *where, struct complaints *done)
{
    if (activity_index == SCENARIO_NONE)
        return;
    const struct activity *activity = &p->activities[activity_index].activity;
    uint32_t client =
        activity->client != SCENARIO_NONE ? activity->client : p->actors[actor].client;
    for (size_t i = 0; i < activity->nsteps; i++) {
        const struct step *step = &activity->steps[i];
        check_client(p, actor, step->client != SCENARIO_NONE ? step->client : client, done);
        check_call(p, actor, where, step->operation, done);
    }
}

void scenario_check(struct scenario_part *p)
{
    struct complaints *done = ARENA_NEW(p->arena, struct complaints, p->actor_at.n);
    for (uint32_t i = 0; i < p->actor_at.n; i++) {
        struct json does = json_member(&p->actor_at.at[i], "does");
        struct json it = {0};
        for (size_t k = 0; k < p->actors[i].nhabits && json_next(&does, &it) != 0; k++) {
            struct json activity = json_member(&it, "activity");
            check_activity(p, i, p->actors[i].habits[k].activity, &activity, &done[i]);
        }
    }
    for (size_t i = 0; i < p->out->nplaced; i++) {
        const struct placed *placed = &p->placed[i];
        struct json activity = json_member(p->placed_at[i], "activity");
        if (placed->actor != SCENARIO_NONE)
            check_activity(p, placed->actor, placed->activity,
                           json_is_present(&activity) ? &activity : p->placed_at[i],
                           &done[placed->actor]);
    }
}
