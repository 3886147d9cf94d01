/* slot_stack.c - what an environment consists of, as other services call it; see slot_rows.h. */
#include "gen/slot_rows.h"

#include "base/arena.h"
#include "base/draw.h"
#include "gen/purpose.h"

/* What comes before "-123456789.us-east-1.elb.amazonaws.com". Source: forms of endpointURL. */
static struct span load_balancer_of(struct span endpoint)
{
    size_t n = span_find(endpoint, '.');
    while (n > 0 && endpoint.p[n - 1] != '-')
        n--;
    return (struct span){endpoint.p, n > 0 ? n - 1 : endpoint.n};
}

SLOT_PUT(put_load_balancer_name)
{
    const struct world_environment *e = ev->scene->environment;
    return e == NULL ? at : slot_put_span(at, load_balancer_of(e->endpoint));
}

/*
 * Stack ids end in a time-based UUID: the time of the stack's making, and a machine.
 * Source: RFC 9562, section 5.1. Inferred: the stack comes seconds after the call.
 */
SLOT_PUT(put_stack_uuid)
{
    enum { TICKS_PER_MS = 10000 };
    static const int64_t gregorian_ms = INT64_C(12219292800000); /* 1582-10-15 to 1970 */
    const struct world_environment *e = ev->scene->environment;
    uint64_t address = e != NULL ? e->address : ev->address;
    int64_t made_ms = e != NULL && e->created_ms < ev->time_ms ? e->created_ms : ev->time_ms;
    uint64_t bits = draw_at(address, PURPOSE_UUID, 0);
    uint64_t ticks = (uint64_t)(made_ms + gregorian_ms) * TICKS_PER_MS + bits % TICKS_PER_MS;
    uint64_t high = (ticks & 0xffffffff) << 32 | (ticks >> 32 & 0xffff) << 16 | ticks >> 48;
    ids_uuid(at, high, draw_at(address, PURPOSE_UUID, 1));
    at[14] = '1';
    return at + IDS_UUID_N;
}

static char *put_number(char *at, int64_t n)
{
    char digits[20];
    size_t k = sizeof digits;
    do {
        digits[--k] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    memcpy(at, digits + k, sizeof digits - k);
    return at + sizeof digits - k;
}

SLOT_PUT(put_time_ms)
{
    return put_number(at, ev->time_ms - ev->time_ms % UTC_SECOND_MS);
}

/* S3 puts the agents of programs in brackets, but not the names of services. */
static struct span bracketed_agent(const struct call *c)
{
    struct span agent = c->caller->user_agent;
    if (agent.n == 0 || span_equal(agent, c->caller->invoked_by) || span_is(agent, "AWS Internal"))
        return agent;
    return arena_printf(c->arena, "[%.*s]", SPAN_ARG(agent));
}

static const struct slot rows[] = {
    {"caller.bracketedAgent", NULL, bracketed_agent, 0, false, false},
    {"loadBalancer.name", put_load_balancer_name, NULL, SLOT_TEXT_MOST, false, true},
    {"stack.uuid", put_stack_uuid, NULL, IDS_UUID_N, false, false},
    {"time.ms", put_time_ms, NULL, 20, true, false},
};

const struct slot_rows slot_stack_rows = {rows, sizeof rows / sizeof rows[0]};
