/*
 * life.h - when exactly an environment's life begins: at the call that launches it
 */
#ifndef GEN_LIFE_H
#define GEN_LIFE_H

#include <stdint.h>

#include "gen/plan.h"

struct arena;

/**
 * life_settle(p, environments):
 * Let the lives that placed activities begin in ${environments}, the plan's own, begin with the
 * call that launches them, not with the activity's first.
 */
void life_settle(const struct plan *p, struct world_environment *environments);

/**
 * life_environment(p, arena, i, t_ms):
 * Environment ${i} as it is at ${t_ms}; see world_environment.
 */
const struct world_environment *life_environment(const struct plan *p, struct arena *arena,
                                                 uint32_t i, int64_t t_ms);

#endif
