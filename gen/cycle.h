/*
 * cycle.h - environments that come and go: previews of a branch, a nightly test system
 *
 * Such an environment has a name and lives again and again: in each period of whole days it is
 * launched once and terminated once, with a new id each time. Which life an instant falls into is
 * arithmetic, so that no history has to be known.
 */
#ifndef GEN_CYCLE_H
#define GEN_CYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/scenario.h"

struct cycle {
    int64_t number;
    uint64_t address; /* of this life */
    int64_t launched_ms, terminated_ms;
};

/**
 * cycle_at(out, s, env, address, t_ms):
 * The life of ${env}, a recycled environment of ${s} whose address is ${address}, in the period
 * that holds ${t_ms}. False when that period has none: people launch nothing on a weekend.
 */
bool cycle_at(struct cycle *out, const struct scenario *s, const struct environment *env,
              uint64_t address, int64_t t_ms);

/* Where the period after the one of ${t_ms} begins. */
int64_t cycle_next(const struct scenario *s, const struct environment *env, int64_t t_ms);

#endif
