/*
 * scenario_actor.h - the actors of a scenario file: identity, addresses, hours, habits
 */
#ifndef GEN_SCENARIO_ACTOR_H
#define GEN_SCENARIO_ACTOR_H

struct json;
struct scenario_part;

/**
 * scenario_actor_read(p, actors):
 * Read the array ${actors} into ${p}, with their names.
 */
void scenario_actor_read(struct scenario_part *p, const struct json *actors);

#endif
