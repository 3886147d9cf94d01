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

SLOT_PUT(put_time_ms)
{
    return slot_put_number(at, ev->time_ms - ev->time_ms % UTC_SECOND_MS);
}

/* An address of the default network's first subnet, drawn for the environment's machine. */
SLOT_PUT(put_private_address)
{
    const struct world_environment *e = ev->scene->environment;
    uint64_t bits = draw_at(e != NULL ? e->address : ev->address, PURPOSE_INSTANCE, 1);
    memcpy(at, "172.31.", 7);
    at = slot_put_number(at + 7, (int64_t)(bits & 15));
    *at++ = '.';
    return slot_put_number(at, draw_between(bits, 4, 254));
}

/* Host names that networks give their machines. Source: EC2's answers; us-east-1 is the oldest. */
SLOT_PUT(put_private_name)
{
    char address[15];
    size_t n = (size_t)(put_private_address(address, ev, 0) - address);
    struct span region = ev->scene->place->region->name;
    memcpy(at, "ip-", 3);
    at += 3;
    for (size_t i = 0; i < n; i++)
        *at++ = address[i] == '.' ? '-' : address[i];
    if (span_is(region, "us-east-1"))
        return slot_put_span(at, SPAN(".ec2.internal"));
    *at++ = '.';
    return slot_put_span(slot_put_span(at, region), SPAN(".compute.internal"));
}

SLOT_PUT(put_mac_address)
{
    enum { PAIRS_N = 6 };
    const struct world_environment *e = ev->scene->environment;
    char hex[2 * PAIRS_N];
    ids_text(hex, sizeof hex, IDS_HEX,
             draw_at(e != NULL ? e->address : ev->address, PURPOSE_INSTANCE, 2));
    /* Locally administered, of one machine. */
    memcpy(hex, "02", 2);
    for (size_t i = 0; i < PAIRS_N; i++) {
        if (i > 0)
            *at++ = ':';
        memcpy(at, hex + 2 * i, 2);
        at += 2;
    }
    return at;
}

SLOT_PUT(put_time_iso_ms)
{
    utc_iso(at, ev->time_ms);
    return slot_put_span(at + 19, SPAN(".000Z"));
}

/* S3 puts the agents of programs in brackets, but not the names of services. */
SLOT_FIXED(bracketed_agent)
{
    struct span agent = c->caller->user_agent;
    if (agent.n == 0 || span_equal(agent, c->caller->invoked_by) || span_is(agent, "AWS Internal"))
        return agent;
    return arena_printf(c->arena, "[%.*s]", SPAN_ARG(agent));
}

/* What EC2 says of a call it denies: of reads neither on what nor, sealed, why. */
SLOT_FIXED(denied_resource)
{
    return c->operation->read_only ? SPAN("") : SPAN(" on resource: {resource.arn}");
}

SLOT_FIXED(denied_sealed)
{
    if (c->operation->read_only)
        return SPAN("");
    return SPAN(". Encoded authorization failure message: {call.sealed.denied}");
}

/* What a service tells since a version of its records. Source: records of September 2026. */
#define SINCE(name, minor, text)                                                                   \
    SLOT_FIXED(name)                                                                               \
    {                                                                                              \
        return slot_event_version(c) >= (minor) ? SPAN(text) : (struct span){NULL, 0};             \
    }

SINCE(sts_endpoint_type, 11, "regional")
SINCE(sts_extended_id, 11, "{request.extendedId}")
SINCE(sts_serving_region, 11, "{region}")

static const struct slot rows[] = {
    {"caller.bracketedAgent", NULL, bracketed_agent, 0, false, false},
    {"denied.resource", NULL, denied_resource, 0, false, false},
    {"denied.sealed", NULL, denied_sealed, 0, false, false},
    {"instance.macAddress", put_mac_address, NULL, 17, false, false},
    {"instance.privateAddress", put_private_address, NULL, 15, false, false},
    {"instance.privateName", put_private_name, NULL, 128, false, false},
    {"loadBalancer.name", put_load_balancer_name, NULL, SLOT_TEXT_MOST, false, true},
    {"stack.uuid", put_stack_uuid, NULL, IDS_UUID_N, false, false},
    {"sts.endpointType", NULL, sts_endpoint_type, 0, false, true},
    {"sts.extendedId", NULL, sts_extended_id, 0, false, true},
    {"sts.servingRegion", NULL, sts_serving_region, 0, false, true},
    {"time.isoMs", put_time_iso_ms, NULL, 24, false, false},
    {"time.ms", put_time_ms, NULL, 20, true, false},
};

const struct slot_rows slot_stack_rows = {rows, sizeof rows / sizeof rows[0]};
