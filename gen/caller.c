/* caller.c - see caller.h. */
#include "gen/caller.h"

#include "base/arena.h"
#include "base/draw.h"
#include "base/json.h"
#include "base/utc.h"
#include "cloudtrail/key.h"
#include "gen/purpose.h"

static struct span unique(struct arena *arena, const char prefix[4], struct span account,
                          uint64_t address)
{
    char *text = ARENA_NEW(arena, char, IDS_PRINCIPAL_N + 1);
    ids_unique(text, IDS_PRINCIPAL_N, prefix, account, address);
    return (struct span){text, IDS_PRINCIPAL_N};
}

struct span caller_unique(struct arena *arena, const char prefix[4], struct span account,
                          struct span name)
{
    uint64_t address =
        draw_at(draw_seed(account.p, account.n), PURPOSE_PRINCIPAL, draw_seed(name.p, name.n));
    /* A user and a role of one name are two things. */
    if (memcmp(prefix, "AIDA", 4) == 0)
        address = draw_at(address, PURPOSE_PRINCIPAL, 1);
    return unique(arena, prefix, account, address);
}

struct span caller_role_id(struct arena *arena, const struct scenario *s, uint32_t account,
                           struct span role)
{
    for (size_t i = 0; i < s->nactors; i++) {
        const struct identity *id = &s->actors[i].identity;
        const bool is_role = id->type == IDENTITY_ASSUMED_ROLE || id->type == IDENTITY_ROLE;
        if (is_role && s->actors[i].account == account && id->principal_id.n > 0 &&
            span_equal(id->role_name, role))
            return json_escaped(arena, id->principal_id);
    }
    return caller_unique(arena, "AROA", s->accounts[account].id, role);
}

static struct span uuid(struct arena *arena, uint64_t address)
{
    char *text = ARENA_NEW(arena, char, IDS_UUID_N + 1);
    ids_uuid(text, draw_at(address, PURPOSE_UUID, 0), draw_at(address, PURPOSE_UUID, 1));
    return (struct span){text, IDS_UUID_N};
}

static struct span pinned_or(struct arena *arena, struct span pinned, struct span made)
{
    return pinned.n > 0 ? json_escaped(arena, pinned) : made;
}

static struct span name_qualifier(struct arena *arena, struct span provider)
{
    enum { QUALIFIER_N = 27 };
    char *text = ARENA_NEW(arena, char, QUALIFIER_N + 1);
    ids_text(text, QUALIFIER_N, IDS_BASE64, draw_seed(provider.p, provider.n));
    return (struct span){text, QUALIFIER_N};
}

/* IAM's letters for names of sessions. */
static bool is_session_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("+=,.@_-", c) != NULL);
}

struct span caller_session_name(struct arena *arena, const struct actor *a)
{
    enum { LEAST_N = 2, MOST_N = 64 };
    const struct identity *id = &a->identity;
    struct span from = id->session_name.n > 0 ? id->session_name
                       : id->user_name.n > 0  ? id->user_name
                                              : a->name;
    if (from.n < LEAST_N)
        return arena_printf(arena, "session-%.*s", SPAN_ARG(from));
    char *text = ARENA_NEW(arena, char, MOST_N + 1);
    size_t n = from.n < MOST_N ? from.n : MOST_N;
    for (size_t i = 0; i < n; i++)
        text[i] = is_session_letter(from.p[i]) ? from.p[i] : '-';
    return (struct span){text, n};
}

/* A session has a name: an instance's is its id. */
static struct span session_name(struct arena *arena, const struct caller *c)
{
    if (c->actor->identity.session_name.n == 0 && c->actor->identity.instance) {
        char hex[IDS_RESOURCE_N];
        ids_resource(hex, draw_at(c->address, PURPOSE_INSTANCE, 0));
        return arena_printf(arena, "i-%.17s", hex);
    }
    return caller_session_name(arena, c->actor);
}

static void make_role(struct caller *c, struct arena *arena, const struct scenario *s,
                      struct span partition, struct span account)
{
    const struct identity *id = &c->actor->identity;
    struct span role = json_escaped(arena, id->role_name);
    struct span path = id->path.n > 0 ? json_escaped(arena, id->path) : SPAN("/");
    c->session_name = session_name(arena, c);
    c->issuer_principal_id = pinned_or(arena, id->principal_id,
                                       caller_role_id(arena, s, c->actor->account, id->role_name));
    c->issuer_arn = arena_printf(arena, "arn:%.*s:iam::%.*s:role%.*s%.*s", SPAN_ARG(partition),
                                 SPAN_ARG(account), SPAN_ARG(path), SPAN_ARG(role));
    c->issuer_user_name = role;
    c->issuer_type = SPAN("Role");
    if (id->type == IDENTITY_ROLE) {
        c->principal_id = c->issuer_principal_id;
        c->arn = c->issuer_arn;
        return;
    }
    /* The role's path is dropped in the session's ARN and kept in the issuer's. */
    c->principal_id = arena_printf(arena, "%.*s:%.*s", SPAN_ARG(c->issuer_principal_id),
                                   SPAN_ARG(c->session_name));
    c->arn = arena_printf(arena, "arn:%.*s:sts::%.*s:assumed-role/%.*s/%.*s", SPAN_ARG(partition),
                          SPAN_ARG(account), SPAN_ARG(role), SPAN_ARG(c->session_name));
}

static void make_federated(struct caller *c, struct arena *arena, struct span partition,
                           struct span account)
{
    const struct identity *id = &c->actor->identity;
    struct span issuer = json_escaped(arena, id->issuer);
    c->principal_id = arena_printf(arena, "%.*s:%.*s", SPAN_ARG(account), SPAN_ARG(c->user_name));
    c->arn = arena_printf(arena, "arn:%.*s:sts::%.*s:federated-user/%.*s", SPAN_ARG(partition),
                          SPAN_ARG(account), SPAN_ARG(c->user_name));
    if (issuer.n == 0 || span_is(issuer, "Root")) {
        c->issuer_type = SPAN("Root");
        c->issuer_principal_id = account;
        c->issuer_arn =
            arena_printf(arena, "arn:%.*s:iam::%.*s:root", SPAN_ARG(partition), SPAN_ARG(account));
        return;
    }
    c->issuer_type = SPAN("IAMUser");
    c->issuer_user_name = issuer;
    c->issuer_principal_id = caller_unique(arena, "AIDA", account, id->issuer);
    c->issuer_arn = arena_printf(arena, "arn:%.*s:iam::%.*s:user/%.*s", SPAN_ARG(partition),
                                 SPAN_ARG(account), SPAN_ARG(issuer));
}

static void make_identity(struct caller *c, struct arena *arena, const struct scenario *s,
                          struct span partition, struct span account)
{
    const struct identity *id = &c->actor->identity;
    struct span path = id->path.n > 0 ? json_escaped(arena, id->path) : SPAN("/");
    struct span user =
        pinned_or(arena, id->principal_id, caller_unique(arena, "AIDA", account, id->user_name));
    switch (id->type) {
    case IDENTITY_ROOT:
        c->principal_id = account;
        c->arn =
            arena_printf(arena, "arn:%.*s:iam::%.*s:root", SPAN_ARG(partition), SPAN_ARG(account));
        return;
    case IDENTITY_IAM_USER:
        c->principal_id = user;
        c->arn = arena_printf(arena, "arn:%.*s:iam::%.*s:user%.*s%.*s", SPAN_ARG(partition),
                              SPAN_ARG(account), SPAN_ARG(path), SPAN_ARG(c->user_name));
        return;
    case IDENTITY_ASSUMED_ROLE:
    case IDENTITY_ROLE:
        make_role(c, arena, s, partition, account);
        return;
    case IDENTITY_FEDERATED_USER:
        make_federated(c, arena, partition, account);
        return;
    case IDENTITY_SAML_USER:
        /* The provider's name qualifier is a SHA-1 in base 64: 27 characters and one to fill up. */
        c->principal_id = pinned_or(arena, id->principal_id,
                                    arena_printf(arena, "%.*s=:%.*s",
                                                 SPAN_ARG(name_qualifier(arena, c->provider)),
                                                 SPAN_ARG(c->user_name)));
        return;
    case IDENTITY_WEB_IDENTITY_USER:
        c->principal_id = pinned_or(arena, id->principal_id,
                                    arena_printf(arena, "%.*s:sts.amazonaws.com:%.*s",
                                                 SPAN_ARG(c->provider), SPAN_ARG(c->user_name)));
        return;
    case IDENTITY_AWS_ACCOUNT:
        /* The other account's principal: its ids carry that account's number. Its ARN stands in
           the words of a refusal only. */
        c->account = id->other_account;
        c->session_name = session_name(arena, c);
        c->principal_id = pinned_or(
            arena, id->principal_id,
            arena_printf(arena, "%.*s:%.*s",
                         SPAN_ARG(caller_unique(arena, "AROA", id->other_account, id->role_name)),
                         SPAN_ARG(c->session_name)));
        c->arn = id->role_name.n == 0
                     ? arena_printf(arena, "arn:%.*s:iam::%.*s:root", SPAN_ARG(partition),
                                    SPAN_ARG(c->account))
                     : arena_printf(arena, "arn:%.*s:sts::%.*s:assumed-role/%.*s/%.*s",
                                    SPAN_ARG(partition), SPAN_ARG(c->account),
                                    SPAN_ARG(json_escaped(arena, id->role_name)),
                                    SPAN_ARG(c->session_name));
        return;
    case IDENTITY_DIRECTORY:
    case IDENTITY_UNKNOWN:
        c->principal_id = user;
        c->arn = arena_printf(arena, "arn:%.*s:iam::%.*s:user/%.*s", SPAN_ARG(partition),
                              SPAN_ARG(account), SPAN_ARG(c->user_name));
        return;
    case IDENTITY_IDENTITY_CENTER_USER:
        c->user_id = uuid(arena, draw_at(c->address, PURPOSE_PRINCIPAL, 2));
        c->credential_id = uuid(arena, draw_at(c->address, PURPOSE_PRINCIPAL, 3));
        if (id->identity_store.n > 0) {
            c->store_arn =
                arena_printf(arena, "arn:%.*s:identitystore::%.*s:identitystore/%.*s",
                             SPAN_ARG(partition), SPAN_ARG(account), SPAN_ARG(id->identity_store));
        } else {
            /* One store an account: made from the account's number, not the actor's. */
            uint64_t number = draw_seed(account.p, account.n);
            char hex[10];
            ids_text(hex, sizeof hex, IDS_HEX, draw_at(number, PURPOSE_PRINCIPAL, 4));
            c->store_arn = arena_printf(arena, "arn:%.*s:identitystore::%.*s:identitystore/d-%.10s",
                                        SPAN_ARG(partition), SPAN_ARG(account), hex);
        }
        return;
    case IDENTITY_AWS_SERVICE:
        return;
    }
}

/* Source: shares of protocols and ciphers counted in records of 2024 to 2026. */
static void make_tls(struct caller *c)
{
    uint64_t pick = draw_below(draw_at(c->address, PURPOSE_TLS, c->client->kind), 100);
    c->tls_version = pick < 97 ? SPAN("TLSv1.3") : SPAN("TLSv1.2");
    c->tls_cipher = pick < 95   ? SPAN("TLS_AES_128_GCM_SHA256")
                    : pick < 97 ? SPAN("TLS_AES_256_GCM_SHA384")
                                : SPAN("ECDHE-RSA-AES128-GCM-SHA256");
}

static bool has_session(const struct identity *id)
{
    switch (id->type) {
    case IDENTITY_ROOT:
    case IDENTITY_IAM_USER:
    case IDENTITY_DIRECTORY:
        return id->temporary;
    case IDENTITY_ASSUMED_ROLE:
    case IDENTITY_ROLE:
    case IDENTITY_FEDERATED_USER:
        return true;
    case IDENTITY_SAML_USER:
    case IDENTITY_WEB_IDENTITY_USER:
    case IDENTITY_AWS_ACCOUNT:
    case IDENTITY_AWS_SERVICE:
    case IDENTITY_IDENTITY_CENTER_USER:
    case IDENTITY_UNKNOWN:
        return false;
    }
    return false;
}

static bool is_saml(struct span provider)
{
    const struct span part = SPAN(":saml-provider/");
    for (size_t i = 0; i + part.n <= provider.n; i++)
        if (span_starts(span_from(provider, i), part))
            return true;
    return false;
}

static void make_facts(struct caller *c, const struct client *home)
{
    const struct identity *id = &c->actor->identity;
    const bool service = c->client->kind == CLIENT_SERVICE;
    /* What a service does with the rights of a long-term key, it does with a session of its own.
       Source: all 27 such records of users at hand. */
    c->forwarded =
        service && (id->type == IDENTITY_IAM_USER || id->type == IDENTITY_ROOT) && !id->temporary;
    const bool session = has_session(id) || c->forwarded;
    c->when[WHEN_ALWAYS] = true;
    c->when[WHEN_LONG_TERM] = !session;
    c->when[WHEN_TEMPORARY] = session;
    /* A service acting with a role it assumed mostly shows no key. Source: 25 of 25 such calls. */
    c->when[WHEN_KEYED] = !(service && id->type == IDENTITY_ASSUMED_ROLE);
    c->when[WHEN_NAMED] =
        id->type == IDENTITY_FEDERATED_USER ? c->issuer_user_name.n > 0 : c->user_name.n > 0;
    c->when[WHEN_WEB] =
        id->type == IDENTITY_ASSUMED_ROLE && id->provider.n > 0 && !is_saml(id->provider);
    c->when[WHEN_INSTANCE] = id->instance;
    c->when[WHEN_INVOKED] = service || c->invoked_by.n > 0;
    /* Calls that are delivered to two accounts: a service's, and those from another account. */
    c->when[WHEN_SERVICE] = id->type == IDENTITY_AWS_SERVICE || id->type == IDENTITY_AWS_ACCOUNT;
    /* It stays when a service goes on with the rights of a console session. */
    const enum client_kind own = home == NULL ? c->client->kind : home->kind;
    c->when[WHEN_CONSOLE] = own == CLIENT_CONSOLE || own == CLIENT_PROXY;
    c->when[WHEN_TLS] = c->client->kind == CLIENT_PROGRAM || c->client->kind == CLIENT_CONSOLE;
}

void caller_make(struct caller *out, struct arena *arena, const struct scenario *scenario,
                 const struct rules *rules, const struct actor *actor, const struct client *client,
                 uint64_t address)
{
    const struct actor *a = actor;
    const struct account *account = &scenario->accounts[a->account];
    *out = (struct caller){.actor = a, .client = client, .address = address};
    out->rules = rules_identity(rules, span_of(scenario_identity_types[a->identity.type]));
    out->account = account->id;
    out->user_name = json_escaped(arena, a->identity.user_name);
    out->provider = json_escaped(arena, a->identity.provider);
    make_identity(out, arena, scenario, account->partition, account->id);

    const struct client *c = out->client;
    out->invoked_by = json_escaped(arena, c->kind == CLIENT_SERVICE ? c->service : c->invoked_by);
    if (a->identity.type == IDENTITY_AWS_SERVICE && a->identity.service.n > 0)
        out->invoked_by = json_escaped(arena, a->identity.service);
    if (c->kind == CLIENT_SERVICE)
        out->user_agent = out->invoked_by;
    else if (c->nuser_agents > 0)
        out->user_agent =
            json_escaped(arena, c->user_agents[draw_below(draw_at(out->address, PURPOSE_USER_AGENT,
                                                                  draw_seed(c->name.p, c->name.n)),
                                                          c->nuser_agents)]);
    else
        out->user_agent = c->kind == CLIENT_PROXY ? SPAN("AWS Internal") : SPAN("");
    make_tls(out);
    make_facts(out, a->client == SCENARIO_NONE ? NULL : &scenario->clients[a->client]);
    if (!out->forwarded)
        out->pinned_key = a->identity.access_key_id;
    ids_unique(out->key, IDS_KEY_N, "AKIA", account->id, out->address);
}

int64_t caller_keep_ms(int64_t session_ms)
{
    return session_ms > 70 * UTC_MINUTE_MS ? session_ms - 35 * UTC_MINUTE_MS : session_ms / 2;
}

/* Machines renew on a grid of their own; people sign in some minutes before their day begins. */
static int64_t session_anchor(const struct caller *c, int64_t began_ms, int64_t keep)
{
    const struct hours *h = &c->actor->hours;
    /* A poller takes new credentials as it begins a round. */
    if (h->always && c->actor->nhabits > 0 && c->actor->habits[0].every_ms > 0) {
        uint64_t habit = draw_at(c->address, PURPOSE_HABIT, 0);
        return (int64_t)draw_below(draw_at(habit, PURPOSE_PHASE, 0),
                                   (uint64_t)c->actor->habits[0].every_ms) /
                   UTC_SECOND_MS * UTC_SECOND_MS -
               2 * UTC_SECOND_MS;
    }
    if (h->always)
        return draw_between(draw_at(c->address, PURPOSE_PHASE, 0), 0, keep - 1) / UTC_SECOND_MS *
               UTC_SECOND_MS;
    int64_t zone_ms = h->zone_minutes * UTC_MINUTE_MS;
    int64_t day = utc_day(began_ms + zone_ms);
    int64_t early_ms =
        draw_between(draw_at(c->address, PURPOSE_SESSION_AGE, (uint64_t)day), 30, 900) *
        UTC_SECOND_MS;
    return day * UTC_DAY_MS - zone_ms + h->from_minute * UTC_MINUTE_MS - early_ms;
}

void caller_session(struct session *out, const struct caller *c, uint64_t occurrence,
                    int64_t began_ms)
{
    const struct actor *a = c->actor;
    if (!c->when[WHEN_TEMPORARY]) {
        memcpy(out->key, c->key, IDS_KEY_N);
        out->created_ms = began_ms;
        out->expires_ms = INT64_MAX;
        out->address = c->address;
        utc_iso(out->created, began_ms);
        return;
    }
    if (c->forwarded) {
        out->address = draw_at(c->address, PURPOSE_SESSION, (uint64_t)began_ms);
        out->created_ms = began_ms;
    } else if (c->client->per_activity) {
        out->address = draw_at(occurrence, PURPOSE_SESSION, 0);
        out->created_ms =
            began_ms -
            draw_between(draw_at(occurrence, PURPOSE_SESSION_AGE, 0), 1, 4) * UTC_SECOND_MS;
    } else {
        int64_t keep = caller_keep_ms(a->session_ms);
        int64_t anchor = session_anchor(c, began_ms, keep);
        int64_t number = (began_ms - anchor) / keep - ((began_ms - anchor) % keep < 0);
        out->created_ms = anchor + number * keep;
        out->address = draw_at(c->address, PURPOSE_SESSION, (uint64_t)out->created_ms);
    }
    out->expires_ms = out->created_ms + a->session_ms;
    utc_iso(out->created, out->created_ms);
    ids_unique(out->key, IDS_KEY_N, "ASIA", c->account, out->address);
}

struct span caller_address(const struct caller *c, const struct session *session, int64_t began_ms)
{
    if (c->client->kind == CLIENT_SERVICE)
        return c->invoked_by;
    const struct actor *a = c->by != NULL ? c->by->actor : c->actor;
    if (a->naddresses == 0)
        return SPAN("AWS Internal");
    int64_t t_ms = c->when[WHEN_TEMPORARY] ? session->created_ms : began_ms;
    uint64_t day = (uint64_t)utc_day(t_ms + a->hours.zone_minutes * UTC_MINUTE_MS);
    uint64_t who = c->by != NULL      ? c->by->address
                   : c->opens != NULL ? c->opens->address
                                      : c->address;
    return a->addresses[draw_below(draw_at(who, PURPOSE_SOURCE, day), a->naddresses)];
}
