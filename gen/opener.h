/*
 * opener.h - how an actor's sessions begin: who calls what for it
 *
 * A role's session begins with a call of STS by somebody else (a service, a user, a person whom an
 * identity provider vouches for), a console session with a sign-in. The records of a session carry
 * the key that this call handed out.
 */
#ifndef GEN_OPENER_H
#define GEN_OPENER_H

#include "gen/caller.h"

struct arena;

/**
 * opener_make(arena, s, rules, opens, by):
 * The caller that begins the sessions of ${opens}; its ->opens is ${opens}. NULL for an actor whose
 * credentials have no beginning in a trail, or whose way of beginning the catalog does not know.
 * ${by}, or NULL, is who takes the role on; one of another account has a record of that too, whose
 * caller is ->copy.
 *
 * Owns:   lives in ${arena}.
 */
struct caller *opener_make(struct arena *arena, const struct scenario *s, const struct rules *rules,
                           const struct caller *opens, const struct caller *by);

/**
 * opener_step(c):
 * The one step of the opener ${c}: its operation, with nothing that is not always sent.
 */
const struct step *opener_step(const struct caller *c);

#endif
