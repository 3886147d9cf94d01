/* scenario_move.c - scenario_move of scenario.h. */
#include "base/arena.h"
#include "gen/scenario.h"

void scenario_move(struct scenario *s, struct arena *arena, int64_t start_ms)
{
    const int64_t by_ms = start_ms - s->start_ms;
    struct environment *environments = ARENA_NEW(arena, struct environment, s->nenvironments + 1);
    for (size_t i = 0; i < s->nenvironments; i++) {
        environments[i] = s->environments[i];
        if (environments[i].launched_ms != INT64_MIN)
            environments[i].launched_ms += by_ms;
        if (environments[i].terminated_ms != SCENARIO_NEVER)
            environments[i].terminated_ms += by_ms;
    }
    struct placed *placed = ARENA_NEW(arena, struct placed, s->nplaced + 1);
    for (size_t i = 0; i < s->nplaced; i++) {
        placed[i] = s->placed[i];
        placed[i].at_ms += by_ms;
    }
    s->environments = environments;
    s->placed = placed;
    s->start_ms = start_ms;
}
