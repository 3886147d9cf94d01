/* plan.c - see plan.h. */
#include "gen/plan.h"

void plan_cell(const struct plan *p, uint64_t i, uint32_t *account, int64_t *from_ms,
               int64_t *to_ms)
{
    uint64_t naccounts = p->scenario->naccounts;
    int64_t from = p->first_ms + (int64_t)(i / naccounts) * p->cell_ms;
    *account = (uint32_t)(i % naccounts);
    *from_ms = from < p->start_ms ? p->start_ms : from;
    *to_ms = from + p->cell_ms > p->end_ms ? p->end_ms : from + p->cell_ms;
}

const struct caller *plan_caller(const struct plan *p, uint32_t actor, uint32_t client)
{
    uint32_t first = p->first_caller[actor];
    if (client == SCENARIO_NONE)
        return &p->callers[first];
    for (uint32_t i = first; i < p->first_caller[actor + 1]; i++) {
        if (p->callers[i].client == &p->scenario->clients[client])
            return &p->callers[i];
    }
    return &p->callers[first];
}
