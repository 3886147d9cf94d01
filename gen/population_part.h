/*
 * population_part.h - what the files that make a population share
 *
 * Draws are addressed by the population's own seed. Accounts come in units of up to three: a
 * production, a staging and a development account. An application belongs to one unit, its
 * environments lie in the accounts of their stages.
 */
#ifndef GEN_POPULATION_PART_H
#define GEN_POPULATION_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"
#include "gen/catalog.h"
#include "gen/company.h"

struct arena;

enum {
    POPULATION_UNIT_ACCOUNTS = 3,
    POPULATION_TOOLS_MAX = 32,
    POPULATION_ZONES_MAX = 64 /* and regions */
};

/* What a draw of the population is about; append only. */
enum population_draw {
    POPULATION_ACCOUNT = 1,
    POPULATION_APPLICATION,
    POPULATION_PERSON,
    POPULATION_PIPELINE,
    POPULATION_MACHINE,
    POPULATION_PREVIEW,
    POPULATION_ROLE
};

struct population_zone {
    struct span text;
    uint64_t weight;
};

/* What was asked for. */
struct population_wish {
    int64_t accounts, applications, environments, developers, pipelines;
    int64_t previews, nightly, scanners, monitors, vendors, instances;
    uint32_t workers_ppm, identity_center_ppm, mfa_ppm;
    uint64_t activity_milli;
    bool break_glass_root, services;
    const struct region *const *regions;
    size_t nregions;
    struct population_zone *zones;
    size_t nzones;
    uint64_t tools[POPULATION_TOOLS_MAX]; /* weights, in the order of the company's people */
};

struct population_account {
    struct span id, name;
    unsigned stages; /* enum company_stage */
    uint32_t unit;
    uint32_t napplications, nenvironments; /* that it has */
};

struct population_environment {
    struct span name;
    unsigned stage;
    uint32_t account;
    bool single, worker;
    const struct company_profile *recycle; /* it comes and goes like this, or NULL */
};

struct population_application {
    struct span name, platform;
    const struct region *region;
    uint64_t weight_milli; /* how busy it is; 1 000 on average */
    struct population_environment *environments;
    uint32_t nenvironments;
};

struct population {
    struct arena *arena;
    const struct company *company;
    struct population_wish wish;
    uint64_t seed;
    struct span partition;
    uint32_t naccounts, nunits, napplications;
    struct population_account *accounts;
    struct population_application *applications;
    uint64_t *cumulative;                 /* of the applications' weights */
    uint64_t application_sum, person_sum; /* population_weight_sum of their numbers */
    size_t nactors;                       /* written so far */
    struct buf *text;                     /* what is written */
};

/* What fills the slots of an identity, and where an actor is. */
struct population_actor {
    struct span name; /* without the account */
    uint32_t account;
    struct span user, application;
    const struct region *region;
    uint64_t address;
};

/**
 * population_at(p, about, index):
 * The address of the ${index}th account, person, ... of ${p}.
 */
uint64_t population_at(const struct population *p, enum population_draw about, uint64_t index);

/* Draw ${number} of the thing at ${address}. */
uint64_t population_draw(uint64_t address, uint64_t number);

/* The account of ${unit} in which environments of ${stage} lie. */
uint32_t population_account(const struct population *p, uint32_t unit, unsigned stage);

/**
 * population_weight(i, n, sum):
 * How busy the ${i}th of ${n} is, in thousandths of the average: few very much, many little. Who is
 * busy is spread over the numbers. ${sum} is population_weight_sum(n).
 *
 * Shape: at most 12 000; n at most 100 000.
 */
uint64_t population_weight(uint64_t i, uint64_t n, uint64_t sum);
uint64_t population_weight_sum(uint64_t n);

/* Make accounts, applications and environments, and write the first two as members. */
void population_cast_make(struct population *p);
void population_cast_write(struct population *p);

/* Write the actors: people, and everything else. */
void population_people_write(struct population *p);
void population_machine_write(struct population *p);

/**
 * population_put_begin(p, actor, profile, identity):
 * Write an actor up to its addresses: name, account, ${identity} with its slots filled in, client
 * and session.
 */
void population_put_begin(struct population *p, const struct population_actor *actor,
                          const struct company_profile *profile, struct span identity);

/* Write the text ${value}, in quotes, as member ${key} behind another one. */
void population_put_text(struct population *p, const char *key, struct span value);

/* The actor's whole name: with the account's when there are several. */
struct span population_put_name(const struct population *p, struct span name, uint32_t account);

/* What the one is called that takes on the roles of actors called ${name}. */
struct span population_put_taker(const struct population *p, struct span name);

/* Begin "addresses"; the addresses follow. */
void population_put_addresses(struct population *p, const struct population_actor *actor,
                              enum company_addresses where, size_t zone);

/**
 * population_put_hours(p, zone, from, to, weekend_milli):
 * Write working hours in minutes of the day.
 */
void population_put_hours(struct population *p, struct span zone, int from, int to,
                          uint64_t weekend_milli);

/* Begin "does", and end it with the actor. */
void population_put_habits(struct population *p);
void population_put_end(struct population *p);

/**
 * population_put_habit(p, habit, rate_milli, account, applications, n):
 * Write ${habit}, ${rate_milli} thousandths as often as it says, among the environments that
 * ${applications}, ${n} indexes, have in ${account}. Nothing when there are none, or when it would
 * come less than once in 1 000 days.
 *
 * Returns: whether it was written.
 */
bool population_put_habit(struct population *p, const struct company_habit *habit,
                          uint64_t rate_milli, uint32_t account, const uint32_t *applications,
                          size_t n);

#endif
