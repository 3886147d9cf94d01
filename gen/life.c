/* life.c - see life.h. */
#include "gen/life.h"

#include "base/arena.h"
#include "base/draw.h"
#include "gen/activity.h"
#include "gen/cycle.h"
#include "gen/purpose.h"

/* Looks for the launching call of an occurrence. */
struct search {
    int64_t time_ms;
    bool found;
};

static bool look(void *ctx, const struct act *a)
{
    struct search *s = ctx;
    if (a->step->operation->effect != EFFECT_LAUNCH || a->error != NULL)
        return true;
    s->time_ms = a->time_ms;
    s->found = true;
    return false;
}

static bool find_launch(const struct plan *p, const struct occurrence *o, int64_t *time_ms)
{
    struct search s = {0};
    activity_play(p, o, look, &s);
    if (s.found)
        *time_ms = s.time_ms;
    return s.found;
}

void life_settle(const struct plan *p, struct world_environment *environments)
{
    const struct scenario *s = p->scenario;
    for (size_t i = 0; i < s->nplaced; i++) {
        const struct placed *placed = &s->placed[i];
        if (placed->environment == SCENARIO_NONE)
            continue;
        struct world_environment *e = &environments[placed->environment];
        if (e->launched_ms != placed->at_ms)
            continue;
        uint32_t application = s->environments[placed->environment].application;
        const struct occurrence o = {.start_ms = placed->at_ms,
                                     .address = draw_at(p->seed, PURPOSE_PLACED, i),
                                     .actor = placed->actor,
                                     .activity = placed->activity,
                                     .environment = placed->environment,
                                     .application = application,
                                     .place = p->world.applications[application].place,
                                     .placed = placed};
        if (find_launch(p, &o, &e->launched_ms))
            e->created_ms = e->launched_ms;
    }
}

const struct world_environment *life_environment(const struct plan *p, struct arena *arena,
                                                 uint32_t i, int64_t t_ms)
{
    const struct world_environment *e = world_environment(&p->world, p->scenario, arena, i, t_ms);
    struct cycle c;
    if (e->scenario->recycle_ms == 0 ||
        !cycle_at(&c, p->scenario, e->scenario, p->world.environments[i].address, t_ms))
        return e;
    const struct occurrence o = {.start_ms = c.launched_ms,
                                 .address = draw_at(c.address, PURPOSE_CYCLE, 1),
                                 .actor = e->scenario->recycle_by,
                                 .activity = e->scenario->recycle_launch,
                                 .environment = i,
                                 .application = e->scenario->application,
                                 .place = e->application->place};
    struct world_environment *exact = ARENA_NEW(arena, struct world_environment, 1);
    *exact = *e;
    find_launch(p, &o, &exact->created_ms);
    return exact;
}
