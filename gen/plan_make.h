/*
 * plan_make.h - the plan of a run is made and checked
 */
#ifndef GEN_PLAN_MAKE_H
#define GEN_PLAN_MAKE_H

#include "gen/plan.h"

struct arena;
struct err;

/**
 * plan_make(out, arena, scenario, rules, seed, start_ms, end_ms, e):
 * The plan of ${scenario} for the window ${start_ms} .. ${end_ms}. Cell length depends on the
 * scenario alone; cells lie on a grid that begins in 1970, so that a window far into a scenario
 * makes the same cells as the whole.
 *
 * Owns:   everything lives in ${arena}; ${scenario} and ${rules} must outlive it.
 * Errors: ERR_INPUT for a slot that does not exist in what the scenario wrote, or a habit that
 *         would end what it is about.
 */
int plan_make(struct plan *out, struct arena *arena, const struct scenario *scenario,
              const struct rules *rules, uint64_t seed, int64_t start_ms, int64_t end_ms,
              struct err *e);

#endif
