/* slot_family.c - made-up identifiers, as many as data needs: "environment.hex17.group"; see
   slot_rows.h. The last part of the name is a tag: one value for an owner, a form and a tag. */
#include "gen/slot_rows.h"

#include "base/draw.h"
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
TEXT_FORM(hex17, 17, IDS_HEX)
TEXT_FORM(hex32, 32, IDS_HEX)
TEXT_FORM(upper13, 13, IDS_UPPER)
TEXT_FORM(upper16, 16, IDS_UPPER)
TEXT_FORM(base64, 76, IDS_BASE64)

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
    FAMILY(owner, upper13)                                                                         \
    FAMILY(owner, upper16)                                                                         \
    FAMILY(owner, uuid)

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
    ROW(owner, aipa, IDS_PRINCIPAL_N), ROW(owner, aroa, IDS_PRINCIPAL_N), ROW(owner, base64, 76),  \
        ROW(owner, digits10, 10), ROW(owner, hex16, 16), ROW(owner, hex17, 17),                    \
        ROW(owner, hex32, 32), ROW(owner, hex8, 8), ROW(owner, upper13, 13),                       \
        ROW(owner, upper16, 16), ROW(owner, uuid, IDS_UUID_N)

static const struct slot rows[] = {ROWS(account), ROWS(application), ROWS(call), ROWS(environment),
                                   ROWS(place)};

const struct slot_rows slot_family_rows = {rows, sizeof rows / sizeof rows[0]};
