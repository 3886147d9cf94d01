/* opener.c - see opener.h. */
#include "gen/opener.h"

#include "base/arena.h"
#include "base/draw.h"
#include "gen/across.h"
#include "gen/catalog.h"
#include "gen/purpose.h"

/* An opener is its caller with what that points to, in one piece. */
struct opener {
    struct caller caller; /* first: a struct caller of ours is a struct opener */
    struct actor actor;
    struct client client;
    struct step step;
};

/* Who works through the console's proxy signs in with a browser all the same. */
static const struct span browser =
    SPAN_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
              "Chrome/106.0.0.0 Safari/537.36");

/* A user whose own client the scenario does not name has the command line. */
static const struct span command_line =
    SPAN_INIT("aws-cli/2.27.50 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0-62-generic md/arch#x86_64 "
              "lang/python#3.13.4 md/pyimpl#CPython m/b,E,Z cfg/retry-mode#standard "
              "md/installer#exe md/distrib#ubuntu.24 md/prompt#off "
              "md/command#sts.{operation.kebab}");

static bool contains(struct span text, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= text.n; i++) {
        if (memcmp(text.p + i, part, n) == 0)
            return true;
    }
    return false;
}

/* A service takes the role: type AWSService, its name three times. */
static const char *by_service(struct opener *o, struct span service)
{
    o->actor.identity = (struct identity){.type = IDENTITY_AWS_SERVICE, .service = service};
    o->client = (struct client){.name = service, .kind = CLIENT_SERVICE, .service = service};
    return "sts:AssumeRole";
}

static const char *role_opener(struct opener *o, const struct identity *role,
                               const struct client *client, struct arena *arena,
                               const struct account *account)
{
    struct identity *id = &o->actor.identity;
    if (role->instance)
        return by_service(o, SPAN("ec2.amazonaws.com"));
    if (client->kind == CLIENT_SERVICE)
        return by_service(o, client->service);
    struct span user = role->session_name.n > 0 ? role->session_name : role->role_name;
    if (contains(role->provider, ":saml-provider/") ||
        contains(role->role_name, "AWSReservedSSO_")) {
        *id = (struct identity){.type = IDENTITY_SAML_USER, .user_name = user};
        id->provider = role->provider;
        if (id->provider.n == 0)
            id->provider =
                arena_printf(arena, "arn:%.*s:iam::%.*s:saml-provider/AWSSSO_DO_NOT_DELETE",
                             SPAN_ARG(account->partition), SPAN_ARG(account->id));
        return "sts:AssumeRoleWithSAML";
    }
    if (role->provider.n > 0) {
        /* The subject a forge puts into its tokens: repository and branch. */
        struct span subject =
            arena_printf(arena, "repo:example/%.*s:ref:refs/heads/main", SPAN_ARG(role->role_name));
        *id = (struct identity){.type = IDENTITY_WEB_IDENTITY_USER,
                                .user_name = role->issuer.n > 0 ? role->issuer : subject,
                                .provider = role->provider};
        return "sts:AssumeRoleWithWebIdentity";
    }
    if (role->by != NULL && role->by->account == o->actor.account) {
        *id = role->by->identity;
        return "sts:AssumeRole";
    }
    if (role->other_account.n > 0 || role->by != NULL) {
        *id = (struct identity){.type = IDENTITY_AWS_ACCOUNT,
                                .role_name = role->role_name,
                                .session_name = user,
                                .other_account = role->other_account};
        return "sts:AssumeRole";
    }
    /* Inferred: roles that people and tools take on are taken from a user of the same account. */
    *id = (struct identity){.type = IDENTITY_IAM_USER,
                            .user_name = role->issuer.n > 0 ? role->issuer : role->role_name};
    return "sts:AssumeRole";
}

/* Who begins the sessions of ${opens}, filled into ${o}; the operation's name, or NULL. */
static const char *fill(struct opener *o, const struct caller *opens, struct arena *arena,
                        const struct account *account)
{
    const struct identity *id = &opens->actor->identity;
    bool console = opens->when[WHEN_CONSOLE];
    switch (id->type) {
    case IDENTITY_ASSUMED_ROLE:
    case IDENTITY_ROLE:
        return role_opener(o, id, opens->client, arena, account);
    case IDENTITY_ROOT:
    case IDENTITY_IAM_USER:
        if (!id->temporary)
            return NULL;
        o->actor.identity.temporary = false;
        /* A service goes on with a session that the user began, from a place of the user's. */
        if (o->client.kind == CLIENT_SERVICE && !console) {
            if (o->actor.naddresses == 0)
                return NULL;
            o->client = (struct client){
                .name = SPAN("aws-cli"), .user_agents = &command_line, .nuser_agents = 1};
        }
        return console ? "signin:ConsoleLogin" : "sts:GetSessionToken";
    case IDENTITY_FEDERATED_USER:
        o->actor.identity = (struct identity){.type = IDENTITY_IAM_USER, .user_name = id->issuer};
        if (id->issuer.n == 0 || span_is(id->issuer, "Root"))
            o->actor.identity = (struct identity){.type = IDENTITY_ROOT};
        return "sts:GetFederationToken";
    case IDENTITY_SAML_USER:
    case IDENTITY_WEB_IDENTITY_USER:
    case IDENTITY_AWS_ACCOUNT:
    case IDENTITY_AWS_SERVICE:
    case IDENTITY_DIRECTORY:
    case IDENTITY_IDENTITY_CENTER_USER:
    case IDENTITY_UNKNOWN:
        return NULL;
    }
    return NULL;
}

struct caller *opener_make(struct arena *arena, const struct scenario *s, const struct rules *rules,
                           const struct caller *opens, const struct caller *by)
{
    if (!s->fan_out || !opens->when[WHEN_TEMPORARY] || opens->forwarded || opens->pinned_key.n > 0)
        return NULL;
    struct opener *o = ARENA_NEW(arena, struct opener, 1);
    o->actor = *opens->actor;
    o->client = *opens->client;
    const char *name = fill(o, opens, arena, &s->accounts[opens->actor->account]);
    const struct operation *op = name == NULL ? NULL : catalog_operation(s->catalog, span_of(name));
    if (op == NULL)
        return NULL;
    /* Signing in happens in the browser, or with another program than what the session is for. */
    if (o->client.sign_in.n > 0) {
        o->client.user_agents = &o->client.sign_in;
        o->client.nuser_agents = 1;
    } else if (o->client.kind == CLIENT_PROXY) {
        o->client.user_agents = &browser;
        o->client.nuser_agents = 1;
    }
    if (o->client.kind == CLIENT_CONSOLE || o->client.kind == CLIENT_PROXY)
        o->client.kind = CLIENT_PROGRAM;
    o->actor.pin = (struct json){0};
    o->actor.nomit = 0;
    o->actor.client = SCENARIO_NONE;
    /* The user who opens a role is somebody else than the role; who signs in is the user itself. */
    uint64_t address = opens->address;
    if (opens->actor->identity.type != IDENTITY_IAM_USER &&
        opens->actor->identity.type != IDENTITY_ROOT)
        address = draw_at(opens->address, PURPOSE_SESSION, 1);
    const bool across = o->actor.identity.type == IDENTITY_AWS_ACCOUNT && by != NULL;
    if (by != NULL && !across)
        address = by->address;
    caller_make(&o->caller, arena, s, rules, &o->actor, &o->client, address);
    o->caller.opens = opens;
    o->caller.by = by;
    if (across) {
        across_disguise(&o->caller, by);
        o->caller.user_agent = by->client == opens->client ? by->user_agent : o->caller.user_agent;
        o->caller.copy = across_whole(arena, s, rules, &o->caller, by);
    }
    o->step = (struct step){.name = op->name,
                            .operation = op,
                            .chance_ppm = 1000000,
                            .times_low = 1,
                            .times_high = 1,
                            .client = SCENARIO_NONE,
                            .index = (uint32_t)s->nsteps};
    return &o->caller;
}

const struct step *opener_step(const struct caller *c)
{
    return &((const struct opener *)(const void *)c)->step;
}
