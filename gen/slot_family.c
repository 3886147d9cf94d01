/*
 * slot_family.c - slots whose name ends in a tag; see slot_rows.h
 *
 * Made-up identifiers, as many as data needs: one for an owner, a form and a tag, as in
 * "environment.hex17.group". And what the call's request says, "request.roleName", and the id of a
 * role that it names; and how long a session was asked for, if not the usual seconds.
 */
#include "gen/slot_rows.h"

#include "base/arena.h"
#include "base/draw.h"
#include "base/json.h"
#include "gen/purpose.h"

/* Owners: whose value it is, so how long it stays the same. */

static uint64_t of_account(const struct event *ev)
{
    return ev->scene->place->account_address;
}

static uint64_t of_application(const struct event *ev)
{
    const struct world_application *a = ev->scene->application;
    return a != NULL ? a->address : ev->scene->place->address;
}

static uint64_t of_call(const struct event *ev)
{
    return ev->address;
}

static uint64_t of_environment(const struct event *ev)
{
    const struct world_environment *e = ev->scene->environment;
    return e != NULL ? e->address : of_application(ev);
}

static uint64_t of_place(const struct event *ev)
{
    return ev->scene->place->address;
}

/* Forms. */

static inline char *put_text(char *at, size_t n, struct span alphabet, uint64_t address)
{
    ids_text(at, n, alphabet, address);
    return at + n;
}

#define TEXT_FORM(form, n, alphabet)                                                               \
    static inline char *form(char *at, const struct event *ev, uint64_t address)                   \
    {                                                                                              \
        (void)ev;                                                                                  \
        return put_text(at, n, alphabet, address);                                                 \
    }

TEXT_FORM(hex8, 8, IDS_HEX)
TEXT_FORM(hex16, 16, IDS_HEX)
TEXT_FORM(hex32, 32, IDS_HEX)
TEXT_FORM(upper13, 13, IDS_UPPER)
TEXT_FORM(upper16, 16, IDS_UPPER)
TEXT_FORM(base64, 75, IDS_BASE64)
TEXT_FORM(sealed, 600, IDS_BASE64URL)

static inline char *hex17(char *at, const struct event *ev, uint64_t address)
{
    (void)ev;
    ids_resource(at, address);
    return at + IDS_RESOURCE_N;
}

static inline char *digits10(char *at, const struct event *ev, uint64_t address)
{
    (void)ev;
    /* A number: it does not begin with a nought. */
    at = put_text(at, 1, SPAN("123456789"), draw_at(address, PURPOSE_TAG, 1));
    return put_text(at, 9, SPAN("0123456789"), address);
}

static inline char *uuid(char *at, const struct event *ev, uint64_t address)
{
    (void)ev;
    ids_uuid(at, address, draw_at(address, PURPOSE_TAG, 1));
    return at + IDS_UUID_N;
}

/* Names hashed to UUIDs, as SNS calls its requests. Source: records of 2017 and 2024. */
static inline char *uuid5(char *at, const struct event *ev, uint64_t address)
{
    char *end = uuid(at, ev, address);
    at[14] = '5';
    return end;
}

static inline char *unique(char *at, const struct event *ev, const char prefix[4], uint64_t address)
{
    ids_unique(at, IDS_PRINCIPAL_N, prefix, ev->scene->place->account->id, address);
    return at + IDS_PRINCIPAL_N;
}

static inline char *aipa(char *at, const struct event *ev, uint64_t address)
{
    return unique(at, ev, "AIPA", address);
}

static inline char *aroa(char *at, const struct event *ev, uint64_t address)
{
    return unique(at, ev, "AROA", address);
}

#define FAMILY(owner, form)                                                                        \
    static char *put_##owner##_##form(char *at, const struct event *ev, uint64_t tag)              \
    {                                                                                              \
        return form(at, ev, draw_at(of_##owner(ev), PURPOSE_TAG, tag));                            \
    }

#define FAMILIES(owner)                                                                            \
    FAMILY(owner, aipa)                                                                            \
    FAMILY(owner, aroa)                                                                            \
    FAMILY(owner, base64)                                                                          \
    FAMILY(owner, digits10)                                                                        \
    FAMILY(owner, hex16)                                                                           \
    FAMILY(owner, hex17)                                                                           \
    FAMILY(owner, hex32)                                                                           \
    FAMILY(owner, hex8)                                                                            \
    FAMILY(owner, sealed)                                                                          \
    FAMILY(owner, upper13)                                                                         \
    FAMILY(owner, upper16)                                                                         \
    FAMILY(owner, uuid)                                                                            \
    FAMILY(owner, uuid5)

FAMILIES(account)
FAMILIES(application)
FAMILIES(call)
FAMILIES(environment)
FAMILIES(place)

#define ROW(owner, form, room)                                                                     \
    {                                                                                              \
        .name = #owner "." #form, .put = put_##owner##_##form, .most = (room)                      \
    }

/* Sorted by name, as the owners below are. */
#define ROWS(owner)                                                                                \
    ROW(owner, aipa, IDS_PRINCIPAL_N), ROW(owner, aroa, IDS_PRINCIPAL_N), ROW(owner, base64, 75),  \
        ROW(owner, digits10, 10), ROW(owner, hex16, 16), ROW(owner, hex17, 17),                    \
        ROW(owner, hex32, 32), ROW(owner, hex8, 8), ROW(owner, sealed, 600),                       \
        ROW(owner, upper13, 13), ROW(owner, upper16, 16), ROW(owner, uuid, IDS_UUID_N),            \
        ROW(owner, uuid5, IDS_UUID_N)

/* A text of the request: the step's, else what the operation's row gives. */
SLOT_FIXED(request_text)
{
    struct json given = json_member(&c->step->with, arena_copy(c->arena, tag).p);
    if (json_is_string(&given))
        return json_escaped(c->arena, json_text(&given));
    const struct member *m = catalog_member(c->operation->request, c->operation->nrequest, tag);
    if (m == NULL)
        return SPAN("");
    if (m->from.n > 0)
        return arena_printf(c->arena, "{%.*s}", SPAN_ARG(m->from));
    if (m->constant.n > 2 && m->constant.p[0] == '"')
        return (struct span){m->constant.p + 1, m->constant.n - 2};
    return json_escaped(c->arena, json_text(&m->text));
}

/* The id of the role that a member of the request names, or that the tag itself names. */
SLOT_FIXED(role_id)
{
    struct span name = request_text(c, tag);
    return caller_role_id(c->arena, c->scenario, c->caller->actor->account,
                          name.n > 0 ? name : tag);
}

/* Seconds that are asked for when they are not the ${tag} that one gets without. Services get what
   they agreed on with STS. */
SLOT_FIXED(session_seconds)
{
    const struct actor *actor =
        c->caller->origin != NULL ? c->caller->origin->actor : c->caller->actor;
    int64_t usual_s = 0;
    for (size_t i = 0; i < tag.n; i++)
        usual_s = usual_s * 10 + (tag.p[i] - '0');
    const int64_t session_s = actor->session_ms / UTC_SECOND_MS;
    if (session_s == usual_s || actor->identity.type == IDENTITY_AWS_SERVICE)
        return (struct span){NULL, 0};
    return arena_printf(c->arena, "%lld", (long long)session_s);
}

static const struct slot rows[] = {ROWS(account),
                                   ROWS(application),
                                   ROWS(call),
                                   ROWS(environment),
                                   ROWS(place),
                                   {"request", NULL, request_text, 0, false, false},
                                   {"roleId", NULL, role_id, 0, false, false},
                                   {"sessionSeconds", NULL, session_seconds, 0, true, true}};

const struct slot_rows slot_family_rows = {rows, sizeof rows / sizeof rows[0]};
