/*
 * company.h - what a population is made of: scenarios/population/company.json
 *
 * Names, environments, kinds of people and machines with their habits, as plain rows. Texts live in
 * the document.
 */
#ifndef GEN_COMPANY_H
#define GEN_COMPANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/span.h"

struct arena;

/* Bits: a habit or account may be of several. */
enum company_stage {
    COMPANY_PRODUCTION = 1,
    COMPANY_STAGING = 2,
    COMPANY_DEVELOPMENT = 4,
    COMPANY_ANY = 7
};

enum company_per { COMPANY_ONCE, COMPANY_PER_APPLICATION, COMPANY_PER_ENVIRONMENT };

struct company_habit {
    struct span activity;
    uint64_t per_day_milli;    /* or 0: by interval */
    struct span every, jitter; /* as written, or empty */
    unsigned stages;           /* enum company_stage */
    bool staged;               /* it chooses among the environments of its stage */
    enum company_per per;
    bool balanced; /* only those with a load balancer */
};

enum company_addresses {
    COMPANY_NOWHERE, /* clients that show none */
    COMPANY_OFFICE,
    COMPANY_BUILDERS,
    COMPANY_SERVERS,
    COMPANY_VENDORS
};

enum company_kind {
    COMPANY_PIPELINE,
    COMPANY_MONITOR,
    COMPANY_SCANNER,
    COMPANY_VENDOR,
    COMPANY_INSTANCE,
    COMPANY_AUTOMATION,
    COMPANY_SERVICE,
    COMPANY_PREVIEW,
    COMPANY_NIGHTLY,
    COMPANY_ROOT,
    COMPANY_PERSON
};

/* A kind of person or machine. */
struct company_profile {
    enum company_kind kind;
    struct span name;
    uint64_t weight;
    struct span client, session;
    struct span identity; /* JSON text with <slots>; empty for people */
    struct span by;       /* the same of who takes the role on, from the first account; or empty */
    enum company_addresses addresses;
    struct span from, to; /* working hours, or empty: always */
    uint64_t weekend_milli;
    struct span every, open, launch, terminate; /* of environments that come and go */
    const struct company_habit *habits;
    size_t nhabits;
};

struct company_application {
    struct span name, platform;
};

struct company_environment {
    struct span name;
    enum company_stage stage;
    bool single;
};

/* Identities of people, by the ways into them. */
enum company_way {
    COMPANY_IDENTITY_CENTER,
    COMPANY_SAML,
    COMPANY_USER,
    COMPANY_USER_SESSION,
    COMPANY_USER_SESSION_MFA,
    COMPANY_NWAYS
};

struct company {
    const struct span *names, *units;
    size_t nnames, nunits;
    const struct company_application *applications;
    size_t napplications;
    const struct company_environment *environments;
    size_t nenvironments;
    struct span ways[COMPANY_NWAYS];
    const struct company_profile *people, *machines;
    size_t npeople, nmachines;
};

/**
 * company_read(out, arena, root):
 * Read the document at ${root} into ${out}; findings go to the document.
 */
void company_read(struct company *out, struct arena *arena, const struct json *root);

#endif
