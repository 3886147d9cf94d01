/*
 * scenario_activity.h - the clients and activities of a scenario file and of the library
 */
#ifndef GEN_SCENARIO_ACTIVITY_H
#define GEN_SCENARIO_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json;
struct scenario_activity;
struct scenario_list;
struct scenario_part;

/**
 * scenario_activity_add(p, clients, activities, built_in):
 * Put the definitions of one file into ${p}; the elements must live in the arena. Files of the
 * library are added first, the scenario's own then take the place of those of the same name.
 */
void scenario_activity_add(struct scenario_part *p, const struct scenario_list *clients,
                           const struct scenario_list *activities, bool built_in);

/**
 * scenario_activity_read(p, inline_max):
 * Read all clients and the activities of the scenario's own, and make both known by name; there
 * will be at most ${inline_max} activities written where they are used.
 */
void scenario_activity_read(struct scenario_part *p, size_t inline_max);

/**
 * scenario_activity_refer(p, j):
 * The place in p->activities of the activity that string ${j} names, read and marked as used;
 * SCENARIO_NONE after a complaint.
 */
uint32_t scenario_activity_refer(struct scenario_part *p, const struct json *j);

/**
 * scenario_activity_inline(p, at, steps):
 * The place in p->activities of a new one, written at ${at} with its ${steps}.
 */
uint32_t scenario_activity_inline(struct scenario_part *p, const struct json *at,
                                  const struct json *steps);

/**
 * scenario_activity_client(p, j):
 * The place in p->clients of the client that string ${j} names, marked as used; SCENARIO_NONE when
 * ${j} is absent, or after a complaint.
 */
uint32_t scenario_activity_client(struct scenario_part *p, const struct json *j);

/* The words of an activity's "on", by enum activity_scope, NULL-terminated. */
extern const char *const scenario_activity_scopes[];

#endif
