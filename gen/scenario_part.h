/*
 * scenario_part.h - what the files that read a scenario share
 *
 * A scenario is read part by part: cast, clients and activities, actors, stories. Until all is
 * read, references to clients and activities are places in the lists of struct scenario_part; what
 * nobody refers to never reaches struct scenario. Each struct json that outlives its function lives
 * in the arena with its parents.
 */
#ifndef GEN_SCENARIO_PART_H
#define GEN_SCENARIO_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/span.h"
#include "gen/scenario.h"

struct arena;

/* What an array of the file holds: its elements, and their number. */
struct scenario_list {
    const struct json *at;
    size_t n;
};

/* A name that others refer to. */
struct scenario_name {
    struct span name;
    uint32_t index;
    const struct json *at; /* the object that is called so */
    const char *key;       /* its member that says so */
};

struct scenario_names {
    struct scenario_name *rows; /* sorted by name once scenario_part_sort was called */
    size_t n;
};

struct scenario_client {
    struct client client;
    const struct json *at;
    bool built_in;
    bool used;
    uint32_t index; /* in struct scenario, when it is used */
};

struct scenario_activity {
    struct activity activity;
    struct step *steps; /* those of activity */
    const struct json *at;
    bool built_in;
    bool read;
    bool used;
    uint32_t index; /* in struct scenario, when it is used */
};

struct scenario_part {
    struct scenario *out;
    struct arena *arena;
    const struct catalog *catalog;
    const char *name; /* what complaints call the file */
    finding_fn *take; /* who takes findings, with ctx; or NULL */
    void *ctx;
    int64_t end_ms;

    struct account *accounts;
    struct application *applications;
    struct environment *environments;
    struct actor *actors;
    struct placed *placed;
    struct scenario_list account_at, application_at, environment_at, actor_at;
    const struct json **placed_at;
    struct scenario_names account_names; /* by name and by id */
    struct scenario_names environment_names;
    struct scenario_names application_names;
    struct scenario_names actor_names;

    struct scenario_client *clients;
    size_t nclients;
    struct scenario_names client_names;
    struct scenario_activity *activities;
    size_t nactivities;
    struct scenario_names activity_names;

    const struct json **role_at; /* actors of the library that every account has */
    size_t nroles;
    struct scenario_names role_names;
};

/**
 * scenario_part_list(p, j):
 * The elements of array ${j}, none when it is absent; ${j} must live in the arena.
 */
struct scenario_list scenario_part_list(struct scenario_part *p, const struct json *j);

/**
 * scenario_part_join(p, one, other):
 * The elements of array ${one} and behind them those of ${other}; both must live in the arena.
 */
struct scenario_list scenario_part_join(struct scenario_part *p, const struct json *one,
                                        const struct json *other);

/**
 * scenario_part_seed(p, j):
 * The text of a seed: a string of 1 to 64 bytes or a whole number. "1" when ${j} is absent, and
 * after a complaint.
 */
struct span scenario_part_seed(struct scenario_part *p, const struct json *j);

/**
 * scenario_part_name(names, name, index, at, key):
 * Put a row into ${names}, whose rows have room for it; an empty name is none.
 */
void scenario_part_name(struct scenario_names *names, struct span name, size_t index,
                        const struct json *at, const char *key);

/**
 * scenario_part_sort(names, what):
 * Sort ${names} and complain at each name that was given before; ${what} is "an account", or NULL
 * where the same name may come again.
 */
void scenario_part_sort(struct scenario_names *names, const char *what);

/**
 * scenario_part_first(names, name):
 * The place in ${names} of the first row called ${name}, or names->n.
 */
size_t scenario_part_first(const struct scenario_names *names, struct span name);

/**
 * scenario_part_refer(p, names, j, what):
 * The index of what string ${j} names. Otherwise a complaint, "\"x\" is not ${what}" with a
 * suggestion, and SCENARIO_NONE.
 */
uint32_t scenario_part_refer(struct scenario_part *p, const struct scenario_names *names,
                             const struct json *j, const char *what);

/* Complain that ${j} "is not ${what}", and suggest the nearest of ${words}, ${n} spans. */
void scenario_part_unknown(struct scenario_part *p, const struct json *j, const char *what,
                           const struct span *words, size_t n);

/**
 * scenario_part_texts(p, j, n, min, max):
 * The strings of array ${j}, each ${min} to ${max} bytes long; ${n} is their number.
 */
const struct span *scenario_part_texts(struct scenario_part *p, const struct json *j, size_t *n,
                                       size_t min, size_t max);

/**
 * scenario_part_pause(j, low_ms, high_ms):
 * Read string ${j}: a duration ("2s", here also "250ms") or two with ".." between them. Absent or
 * wrong: the outputs stay.
 */
void scenario_part_pause(const struct json *j, int64_t *low_ms, int64_t *high_ms);

/* Read ${j}: a whole number from 1 on, or "3..8". Absent or wrong: the outputs stay. */
void scenario_part_times(const struct json *j, uint32_t *low, uint32_t *high);

/* Read ${j}: RFC 3339, or "+2h", "-30d" from ${start_ms} on. Returns whether it is an instant. */
bool scenario_part_instant(const struct json *j, int64_t start_ms, int64_t *out_ms);

/* Complain at member ${key} of ${object}, or at the object when it has no such member. */
void scenario_part_complain(const struct json *object, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Letters, digits and inner hyphens only: what the name of a host may hold. */
bool scenario_part_is_label(struct span text, bool lower);

/* A share from 0 to 1 in parts per million. */
uint32_t scenario_part_ppm(double share);

#endif
