/*
 * follow.h - which activities of services follow a change
 */
#ifndef GEN_FOLLOW_H
#define GEN_FOLLOW_H

#include <stdbool.h>

#include "gen/scenario.h"
#include "gen/world.h"

/**
 * follow_comes(f, step, env):
 * Whether ${f} follows when the call ${step} has succeeded on ${env}, which may be NULL: it follows
 * that effect, and the environment and the request are of the kind it asks for.
 */
bool follow_comes(const struct activity *f, const struct step *step,
                  const struct world_environment *env);

/* What ${e} is, as bits of enum follow_when: balanced or a single instance, web server or worker.
 */
unsigned follow_facts(const struct environment *e);

#endif
