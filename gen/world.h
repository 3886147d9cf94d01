/*
 * world.h - the entities of a run with their texts, made once
 *
 * Every text here is escaped for JSON already: slots copy it as it is. Read-only after world_make.
 * What an entity is at an instant that its scenario does not say (its id, when it was made) is a
 * pure function of the seed and its place in the scenario.
 */
#ifndef GEN_WORLD_H
#define GEN_WORLD_H

#include <stdint.h>

#include "base/span.h"
#include "gen/catalog.h"
#include "gen/scenario.h"

struct arena;

/* An account in a region. */
struct place {
    const struct account *account;
    const struct region *region;
    const struct place *global; /* where services without regions record; perhaps none of the
                                   account's places in struct world */
    struct span bucket; /* Elastic Beanstalk's own: "elasticbeanstalk-us-east-1-111122223333" */
    uint32_t order;     /* among the account's places; the global one comes last, if not of them */
    uint64_t address;   /* of the account's number and the region's name */
    uint64_t account_address;
};

/* An application version: what a deploy makes. */
struct version {
    struct span label, arn, key, description;
    int64_t created_ms;
};

struct world_application {
    const struct application *scenario;
    const struct place *place;
    struct span name, arn, description;
    struct span template_name, template_arn; /* a saved configuration it has */
    int64_t created_ms;
    uint64_t address;
};

struct world_environment {
    const struct environment *scenario;
    const struct world_application *application;
    struct span name, id, arn, cname, cname_prefix, endpoint, description;
    struct span platform_arn, solution_stack, stack_name;
    struct span tier_name, tier_type, tier_version;
    struct version baseline; /* what it runs before its first deploy */
    int64_t created_ms;
    int64_t launched_ms, terminated_ms; /* its life; a story that ends it on purpose ends it here */
    uint64_t address;
};

/* Two environments exchange their CNAMEs. */
struct swap {
    int64_t time_ms;
    uint32_t one, other;
};

struct world {
    const struct place *places; /* naccounts runs, in the order of the accounts' regions */
    size_t nplaces;
    const uint32_t *first_place; /* by account, and one behind the last */
    const struct world_application *applications;
    size_t napplications;
    struct world_environment *environments; /* const once the plan is made */
    size_t nenvironments;
    const struct swap *swaps; /* those placed on purpose, in order of time */
    size_t nswaps;
    const uint32_t *account_environments; /* indexes, grouped by account */
    const uint32_t *first_environment;    /* by account, and one behind the last */
};

/**
 * world_make(out, arena, scenario, seed):
 * Fill ${out}; everything lives in ${arena}.
 */
void world_make(struct world *out, struct arena *arena, const struct scenario *scenario,
                uint64_t seed);

/* The place of ${account} in ${region}; the account's first when it is not one of its regions. */
const struct place *world_place(const struct world *w, const struct scenario *s, uint32_t account,
                                const struct region *region);

/* Whether environment ${i} can be worked with at ${t_ms}: launched, ready, not terminated. */
bool world_is_ready(const struct world *w, const struct scenario *s, uint32_t i, int64_t t_ms);

/**
 * world_environment(w, s, arena, i, t_ms):
 * Environment ${i} as it is at ${t_ms}: one that comes and goes has other ids in each life, and its
 * texts are then made in ${arena}. Its launch and the moments before it belong to the life.
 */
const struct world_environment *world_environment(const struct world *w, const struct scenario *s,
                                                  struct arena *arena, uint32_t i, int64_t t_ms);

/**
 * world_other(w, s, i, t_ms):
 * The environment with which ${i} is swapped at ${t_ms}: the next one of its application that is
 * ready; SCENARIO_NONE when there is none.
 */
uint32_t world_other(const struct world *w, const struct scenario *s, uint32_t i, int64_t t_ms);

/**
 * world_version(out, arena, application, labels, address, created_ms):
 * The application version that the deploy with ${address} makes: label in the style ${labels} of
 * its tool, bundle key, description.
 */
void world_version(struct version *out, struct arena *arena,
                   const struct world_application *application, enum activity_labels labels,
                   uint64_t address, int64_t created_ms);

#endif
