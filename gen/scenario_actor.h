/*
 * scenario_actor.h - the actors of a scenario file: identity, addresses, hours, habits
 */
#ifndef GEN_SCENARIO_ACTOR_H
#define GEN_SCENARIO_ACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/scenario_part.h"

/**
 * scenario_actor_read(p, actors):
 * Read the list ${actors} into ${p}, with their names.
 */
void scenario_actor_read(struct scenario_part *p, struct scenario_list actors);

/* Read ${text}, local time minus UTC like "+02:00"; false for any other text. */
bool scenario_actor_zone(struct span text, int32_t *minutes);

#endif
