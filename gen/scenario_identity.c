/* scenario_identity.c - see scenario_identity.h. */
#include "gen/scenario_identity.h"

#include <string.h>

#include "gen/scenario_part.h"

const char *const scenario_identity_types[] = {"Root",
                                               "IAMUser",
                                               "AssumedRole",
                                               "Role",
                                               "FederatedUser",
                                               "SAMLUser",
                                               "WebIdentityUser",
                                               "AWSAccount",
                                               "AWSService",
                                               "Directory",
                                               "IdentityCenterUser",
                                               "Unknown",
                                               NULL};

struct identity_text {
    struct span type;
    struct span by; /* an actor's name; scenario_identity_refer looks it up when all are known */
    struct identity identity;
};

static const struct json_row rows[] = {
    {"type", JSON_STRING, offsetof(struct identity_text, type), true, 0, 0, NULL},
    {"userName", JSON_STRING, offsetof(struct identity_text, identity.user_name), false, 1, 256,
     NULL},
    {"path", JSON_STRING, offsetof(struct identity_text, identity.path), false, 1, 512, NULL},
    {"principalId", JSON_STRING, offsetof(struct identity_text, identity.principal_id), false, 1,
     256, NULL},
    {"accessKeyId", JSON_STRING, offsetof(struct identity_text, identity.access_key_id), false, 16,
     128, NULL},
    {"mfa", JSON_BOOL, offsetof(struct identity_text, identity.mfa), false, 0, 0, NULL},
    {"roleName", JSON_STRING, offsetof(struct identity_text, identity.role_name), false, 1, 64,
     NULL},
    {"sessionName", JSON_STRING, offsetof(struct identity_text, identity.session_name), false, 2,
     64, NULL},
    {"provider", JSON_STRING, offsetof(struct identity_text, identity.provider), false, 1, 256,
     NULL},
    {"issuer", JSON_STRING, offsetof(struct identity_text, identity.issuer), false, 1, 64, NULL},
    {"service", JSON_STRING, offsetof(struct identity_text, identity.service), false, 1, 128, NULL},
    {"identityStore", JSON_STRING, offsetof(struct identity_text, identity.identity_store), false,
     1, 64, NULL},
    {"accountId", JSON_STRING, offsetof(struct identity_text, identity.other_account), false, 12,
     12, NULL},
    {"by", JSON_STRING, offsetof(struct identity_text, by), false, 1, 128, NULL},
    {"temporary", JSON_BOOL, offsetof(struct identity_text, identity.temporary), false, 0, 0, NULL},
    {"instance", JSON_BOOL, offsetof(struct identity_text, identity.instance), false, 0, 0, NULL},
};

enum { NROWS = sizeof(rows) / sizeof(rows[0]) };

/* By enum identity_type: what an identity needs, and what it may have besides. Those that begin
   sessions say with roleName and sessionName which role they take on. */
static const struct {
    const char *needs[3];
    const char *may[10];
} members[] = {
    [IDENTITY_ROOT] = {{NULL}, {"userName", "accessKeyId", "mfa", "temporary", NULL}},
    [IDENTITY_IAM_USER] = {{"userName", NULL},
                           {"path", "principalId", "accessKeyId", "mfa", "temporary", NULL}},
    [IDENTITY_ASSUMED_ROLE] = {{"roleName", NULL},
                               {"path", "principalId", "accessKeyId", "mfa", "sessionName",
                                "provider", "instance", "accountId", "by", NULL}},
    [IDENTITY_ROLE] = {{"roleName", NULL},
                       {"userName", "path", "principalId", "accessKeyId", "mfa", NULL}},
    [IDENTITY_FEDERATED_USER] = {{"userName", "issuer", NULL}, {"accessKeyId", "mfa", NULL}},
    [IDENTITY_SAML_USER] = {{"userName", "provider", NULL},
                            {"principalId", "roleName", "sessionName", NULL}},
    [IDENTITY_WEB_IDENTITY_USER] = {{"userName", "provider", NULL},
                                    {"principalId", "roleName", "sessionName", NULL}},
    [IDENTITY_AWS_ACCOUNT] = {{NULL},
                              {"accountId", "by", "principalId", "roleName", "sessionName", NULL}},
    [IDENTITY_AWS_SERVICE] = {{"service", NULL}, {"roleName", "sessionName", NULL}},
    [IDENTITY_DIRECTORY] = {{NULL}, {"userName", "principalId", "accessKeyId", "mfa", NULL}},
    [IDENTITY_IDENTITY_CENTER_USER] = {{NULL}, {"identityStore", NULL}},
    [IDENTITY_UNKNOWN] = {{NULL}, {"userName", "principalId", "accessKeyId", NULL}},
};

enum { NTYPES = sizeof(members) / sizeof(members[0]) };

static bool is_among(const char *const *words, const char *word)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

static bool is_digits(struct span text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return true;
}

/* Letters, digits and ${more}: what IAM allows in a name. */
static bool is_name(struct span text, const char *more)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (c == '\0' || strchr(more, c) == NULL))
            return false;
    }
    return true;
}

static void check_type(const struct json *at, enum identity_type type)
{
    const char *name = scenario_identity_types[type];
    struct json it = {0};
    for (size_t i = 0; members[type].needs[i] != NULL; i++) {
        struct json member = json_member(at, members[type].needs[i]);
        if (!json_is_present(&member))
            json_complain(at, "member \"%s\" is missing: identity type \"%s\" needs it",
                          members[type].needs[i], name);
    }
    while (json_next(at, &it) != 0) {
        bool known = false;
        for (size_t i = 0; i < NROWS; i++)
            known = known || strcmp(rows[i].name, it.key) == 0;
        if (known && strcmp(it.key, "type") != 0 && !is_among(members[type].needs, it.key) &&
            !is_among(members[type].may, it.key))
            json_complain_key(at, it.key, "identity type \"%s\" has no \"%s\"", name, it.key);
    }
}

static void check_values(const struct json *at, const struct identity *identity)
{
    struct span path = identity->path;
    static const char name_more[] = "+=,.@_-";
    if (path.n > 0 && (path.p[0] != '/' || path.p[path.n - 1] != '/'))
        scenario_part_complain(at, "path", "must begin and end with \"/\"");
    if (!is_name(identity->role_name, name_more))
        scenario_part_complain(at, "roleName", "must hold letters, digits and %s only", name_more);
    if (!is_name(identity->session_name, name_more))
        scenario_part_complain(at, "sessionName", "must hold letters, digits and %s only",
                               name_more);
    if (identity->type == IDENTITY_IAM_USER &&
        (!is_name(identity->user_name, name_more) || identity->user_name.n > 64))
        scenario_part_complain(at, "userName", "must hold at most 64 letters, digits and %s",
                               name_more);
    if (!is_name(identity->access_key_id, "_"))
        scenario_part_complain(at, "accessKeyId", "must hold letters and digits only");
    if (!is_digits(identity->other_account))
        scenario_part_complain(at, "accountId", "an account's id has 12 digits");
    if (identity->service.n > 0 && span_find(identity->service, '.') == identity->service.n)
        scenario_part_complain(at, "service",
                               "must be a service's name, like \"config.amazonaws.com\"");
    if (!is_name(identity->identity_store, "-"))
        scenario_part_complain(at, "identityStore", "must be an id like \"d-9067f2a1b3\"");
}

/* The type that ${text} names; its place in the list of names, or NTYPES after a complaint. */
static size_t read_type(struct scenario_part *p, const struct json *at, struct span text)
{
    struct span names[NTYPES];
    for (size_t i = 0; i < NTYPES; i++) {
        names[i] = span_of(scenario_identity_types[i]);
        if (span_equal(names[i], text))
            return i;
    }
    struct json type = json_member(at, "type");
    scenario_part_unknown(p, &type, "an identity type", names, NTYPES);
    return NTYPES;
}

void scenario_identity_read(struct scenario_part *p, const struct json *at, struct identity *out)
{
    struct identity_text text = {.identity = {.type = IDENTITY_UNKNOWN, .path = SPAN("/")}};
    bool good = json_read(at, rows, NROWS, &text);
    *out = text.identity;
    if (text.type.p == NULL)
        return;
    size_t type = read_type(p, at, text.type);
    if (type == NTYPES)
        return;
    out->type = (enum identity_type)type;
    check_type(at, out->type);
    if (good)
        check_values(at, out);
}

/* Whether ${a} has credentials at any time: a key of its own, or a machine that renews them. */
static bool is_always_keyed(const struct scenario_part *p, const struct actor *a)
{
    if (a->identity.type == IDENTITY_IAM_USER)
        return !a->identity.temporary;
    return a->identity.type == IDENTITY_ASSUMED_ROLE && a->hours.always && a->nhabits == 0 &&
           a->client != SCENARIO_NONE && !p->clients[a->client].client.per_activity;
}

static bool is_of_scenario(const struct scenario_part *p, struct span account)
{
    for (size_t i = 0; i < p->out->naccounts; i++)
        if (span_equal(p->accounts[i].id, account))
            return true;
    return false;
}

void scenario_identity_refer(struct scenario_part *p, const struct json *at, struct actor *actor)
{
    struct identity *id = &actor->identity;
    struct json by = json_member(at, "by");
    if (id->type == IDENTITY_AWS_ACCOUNT && json_is_present(&by) == (id->other_account.n > 0))
        json_complain(at, "identity type \"AWSAccount\" needs either \"accountId\" or \"by\"");
    if (id->other_account.n > 0 && is_of_scenario(p, id->other_account))
        scenario_part_complain(at, "accountId",
                               "account \"%.*s\" is in this scenario and has a record of the call "
                               "too; say which of its actors calls, with \"by\" in its place",
                               SPAN_ARG(id->other_account));
    if (!json_is_string(&by))
        return;
    uint32_t index = scenario_part_refer(p, &p->actor_names, &by, "an actor of this scenario");
    if (index == SCENARIO_NONE)
        return;
    const struct actor *a = &p->actors[index];
    if (a == actor || a->identity.by == actor)
        json_complain(&by, "\"%.*s\" cannot take its own role on; name another actor",
                      SPAN_ARG(a->name));
    else if (!is_always_keyed(p, a))
        json_complain(&by,
                      "\"%.*s\" has no key at all times; name an IAMUser that is not "
                      "\"temporary\", or an AssumedRole at work \"always\" that \"does\" nothing",
                      SPAN_ARG(a->name));
    else if (id->type == IDENTITY_AWS_ACCOUNT && a->account == actor->account)
        json_complain(&by, "\"%.*s\" is in the same account; name an actor of another one",
                      SPAN_ARG(a->name));
    else
        id->by = a;
}
