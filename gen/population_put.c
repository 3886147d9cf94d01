/* population_put.c - the part of population_part.h that writes actors. */
#include "base/arena.h"
#include "base/draw.h"
#include "gen/ids.h"
#include "gen/population_part.h"
#include "gen/purpose.h"

enum {
    HEX_N = 16,
    DIGITS_N = 13,
    OFFICE_ADDRESSES = 3,
    BUILDER_ADDRESSES = 4,
    SERVER_ADDRESSES = 1, /* a session has one */
    HOST_MAX = 254        /* of an IPv4 network for documentation */
};

struct span population_put_name(const struct population *p, struct span name, uint32_t account)
{
    if (p->naccounts == 1)
        return name;
    return arena_printf(p->arena, "%.*s-%.*s", SPAN_ARG(name), SPAN_ARG(p->accounts[account].name));
}

struct span population_put_taker(const struct population *p, struct span name)
{
    return arena_printf(p->arena, "%.*s-user", SPAN_ARG(name));
}

void population_put_text(struct population *p, const char *key, struct span value)
{
    buf_printf(p->text, ",\"%s\":", key);
    json_put_string(p->text, value);
}

/* What people may do in an account, as a permission set is called. */
static struct span permission_set(const struct population_account *account)
{
    if ((account->stages & COMPANY_DEVELOPMENT) != 0)
        return SPAN("PowerUserAccess");
    return (account->stages & COMPANY_PRODUCTION) != 0 ? SPAN("OperationsAccess")
                                                       : SPAN("DeveloperAccess");
}

static void put_digits(struct buf *text, uint64_t first, uint64_t n, uint64_t bits)
{
    buf_printf(text, "%ju", (uintmax_t)(first + draw_below(bits, n)));
}

/* Fill in the slot called ${slot}; what is none stays as it is. */
static void put_slot(struct population *p, const struct population_actor *actor, struct span slot)
{
    const struct population_account *account = &p->accounts[actor->account];
    char text[IDS_UUID_N];
    if (span_is(slot, "account"))
        buf_put_span(p->text, account->id);
    else if (span_is(slot, "partition"))
        buf_put_span(p->text, p->partition);
    else if (span_is(slot, "region"))
        buf_put_span(p->text, actor->region->name);
    else if (span_is(slot, "user"))
        buf_put_span(p->text, actor->user);
    else if (span_is(slot, "application"))
        buf_put_span(p->text, actor->application);
    else if (span_is(slot, "name"))
        buf_put_span(p->text, actor->name);
    else if (span_is(slot, "by"))
        buf_put_span(p->text, population_put_name(p, population_put_taker(p, actor->name), 0));
    else if (span_is(slot, "set"))
        buf_put_span(p->text, permission_set(account));
    else if (span_is(slot, "hex")) {
        ids_text(text, HEX_N, IDS_HEX, population_at(p, POPULATION_ROLE, actor->account));
        buf_put(p->text, text, HEX_N);
    } else if (span_is(slot, "uuid")) {
        ids_uuid(text, population_draw(actor->address, 10), population_draw(actor->address, 11));
        buf_put(p->text, text, IDS_UUID_N);
    } else if (span_is(slot, "digits"))
        /* Milliseconds of some time in 2025 and 2026. */
        put_digits(p->text, UINT64_C(1735689600000), UINT64_C(50000000000),
                   population_draw(actor->address, 12));
    else if (span_is(slot, "vendor"))
        put_digits(p->text, UINT64_C(100000000000), UINT64_C(900000000000),
                   draw_at(p->seed, PURPOSE_POPULATION, draw_seed(actor->name.p, actor->name.n)));
    else
        buf_printf(p->text, "<%.*s>", SPAN_ARG(slot));
}

static void put_identity(struct population *p, const struct population_actor *actor,
                         struct span identity)
{
    while (identity.n > 0) {
        size_t open = span_find(identity, '<');
        buf_put(p->text, identity.p, open);
        if (open == identity.n)
            return;
        identity = span_from(identity, open + 1);
        size_t close = span_find(identity, '>');
        put_slot(p, actor, (struct span){identity.p, close});
        identity = span_from(identity, close < identity.n ? close + 1 : close);
    }
}

void population_put_begin(struct population *p, const struct population_actor *actor,
                          const struct company_profile *profile, struct span identity)
{
    /* A line each: complaints about a population point at one. */
    buf_printf(p->text, "%s\n{\"name\":", p->nactors++ > 0 ? "," : "");
    json_put_string(p->text, population_put_name(p, actor->name, actor->account));
    population_put_text(p, "account", p->accounts[actor->account].name);
    buf_printf(p->text, ",\"identity\":");
    put_identity(p, actor, identity);
    population_put_text(p, "client", profile->client);
    if (profile->session.n > 0)
        population_put_text(p, "session", profile->session);
}

/* Networks for documentation: they belong to nobody. Source: RFC 5737, RFC 3849. */
static void put_office(struct population *p, size_t zone)
{
    for (unsigned i = 0; i < OFFICE_ADDRESSES; i++)
        buf_printf(p->text, "%s\"203.0.113.%zu\"", i > 0 ? "," : "", 1 + zone % 16 * 8 + i);
}

static void put_hosts(struct population *p, const struct population_actor *actor,
                      const char *network, unsigned first, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        buf_printf(p->text, "%s\"%s.%ju\"", i > 0 ? "," : "", network,
                   (uintmax_t)(first + draw_below(population_draw(actor->address, 20 + i),
                                                  HOST_MAX - first + 1)));
}

/* Where a person lives: one home in four has IPv6. */
static void put_home(struct population *p, const struct population_actor *actor)
{
    uint64_t bits = population_draw(actor->address, 19);
    if (draw_below(population_draw(actor->address, 18), 4) == 0)
        buf_printf(p->text, ",\"2001:db8:%x:%x::%x\"", 0x1000 + (unsigned)(bits & 0xfff),
                   0x100 + (unsigned)(bits >> 12 & 0xfff), 2 + (unsigned)(bits >> 24 & 0xff));
    else
        buf_printf(p->text, ",\"198.51.100.%u\"", 1 + (unsigned)draw_below(bits, HOST_MAX));
}

void population_put_addresses(struct population *p, const struct population_actor *actor,
                              enum company_addresses where, size_t zone)
{
    if (where == COMPANY_NOWHERE)
        return;
    buf_printf(p->text, ",\"addresses\":[");
    switch (where) {
    case COMPANY_NOWHERE:
    case COMPANY_OFFICE:
        put_office(p, zone);
        if (actor->user.n > 0)
            put_home(p, actor);
        break;
    case COMPANY_BUILDERS:
        put_hosts(p, actor, "192.0.2", 1, BUILDER_ADDRESSES);
        break;
    case COMPANY_SERVERS:
        put_hosts(p, actor, "203.0.113", 140, SERVER_ADDRESSES);
        break;
    case COMPANY_VENDORS:
        put_hosts(p, actor, "192.0.2", 200, 1);
        break;
    }
    buf_put_char(p->text, ']');
}

void population_put_hours(struct population *p, struct span zone, int from, int to,
                          uint64_t weekend_milli)
{
    buf_printf(p->text,
               ",\"hours\":{\"zone\":\"%.*s\",\"from\":\"%02d:%02d\",\"to\":\"%02d:%02d\","
               "\"weekend\":0.%03ju}",
               SPAN_ARG(zone), from / 60, from % 60, to / 60, to % 60,
               (uintmax_t)(weekend_milli > 999 ? 999 : weekend_milli));
}

void population_put_habits(struct population *p)
{
    buf_printf(p->text, ",\"does\":[");
}

void population_put_end(struct population *p)
{
    buf_printf(p->text, "]}");
}

/* The environments of ${applications} that ${habit} may choose, as a member; their number. */
static size_t put_environments(struct population *p, const struct company_habit *habit,
                               uint32_t account, const uint32_t *applications, size_t n)
{
    size_t written = 0;
    for (size_t i = 0; i < n; i++) {
        const struct population_application *a = &p->applications[applications[i]];
        for (uint32_t k = 0; k < a->nenvironments; k++) {
            const struct population_environment *e = &a->environments[k];
            if (e->account != account || (e->stage & habit->stages) == 0 || e->recycle != NULL ||
                (habit->balanced && (e->single || e->worker)))
                continue;
            buf_printf(p->text, written++ == 0 ? ",\"environments\":[" : ",");
            json_put_string(p->text, e->name);
        }
    }
    if (written > 0)
        buf_put_char(p->text, ']');
    return written;
}

bool population_put_habit(struct population *p, const struct company_habit *habit,
                          uint64_t rate_milli, uint32_t account, const uint32_t *applications,
                          size_t n)
{
    struct buf *text = p->text;
    size_t before = text->n;
    uint64_t per_day_milli = (habit->per_day_milli * rate_milli + 500) / 1000;
    if (habit->every.n == 0 && per_day_milli == 0)
        return false;
    buf_printf(text, "%s{\"activity\":", text->p[text->n - 1] == '[' ? "" : ",");
    json_put_string(text, habit->activity);
    if (habit->every.n > 0)
        population_put_text(p, "every", habit->every);
    else
        buf_printf(text, ",\"perDay\":%ju.%03ju", (uintmax_t)(per_day_milli / 1000),
                   (uintmax_t)(per_day_milli % 1000));
    if (habit->jitter.n > 0)
        population_put_text(p, "jitter", habit->jitter);
    if (habit->staged && put_environments(p, habit, account, applications, n) == 0) {
        text->n = before;
        return false;
    }
    buf_put_char(text, '}');
    return true;
}
