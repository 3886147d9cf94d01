/* saved.c - see saved.h. */
#include "gen/saved.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/draw.h"
#include "base/json.h"
#include "gen/activity.h"
#include "gen/event.h"
#include "gen/purpose.h"

struct gather {
    struct plan *plan;
    struct arena *arena;
    struct saved *rows;
    size_t n, room;
};

static struct span name_of(const struct step *step)
{
    const struct json given = json_member(&step->with, "templateName");
    return json_text(&given);
}

static bool take_saved(void *ctx, const struct act *a)
{
    struct gather *g = ctx;
    if (a->step->operation->effect != EFFECT_CREATE_TEMPLATE || a->error != NULL)
        return a->error == NULL;
    if (g->n == g->room) {
        g->room = g->room == 0 ? 16 : 2 * g->room;
        struct saved *rows = ARENA_NEW(g->arena, struct saved, g->room);
        if (g->n > 0)
            memcpy(rows, g->rows, g->n * sizeof *rows);
        g->rows = rows;
    }
    g->rows[g->n++] = (struct saved){a->time_ms, a->application, a->environment, a->step};
    return true;
}

static int by_time(const void *left, const void *right)
{
    const struct saved *a = left, *b = right;
    return (a->time_ms > b->time_ms) - (a->time_ms < b->time_ms);
}

static bool makes_template(const struct activity *a)
{
    for (size_t i = 0; i < a->nsteps; i++)
        if (a->steps[i].operation->effect == EFFECT_CREATE_TEMPLATE)
            return true;
    return false;
}

void saved_make(struct plan *p, struct arena *arena)
{
    struct gather g = {.plan = p, .arena = arena};
    const struct scenario *s = p->scenario;
    for (size_t i = 0; i < s->nplaced; i++) {
        if (!makes_template(&s->activities[s->placed[i].activity]))
            continue;
        struct occurrence o;
        plan_placed(&o, p, i);
        activity_play(p, &o, take_saved, &g);
    }
    if (g.n > 1)
        qsort(g.rows, g.n, sizeof *g.rows, by_time);
    p->saved = g.rows;
    p->nsaved = g.n;
}

/* Whether the names that two steps give are one name: templates belong to applications, and a name
   may be made of the environment's. */
static bool is_same(const struct step *made, uint32_t made_environment, const struct step *asked,
                    uint32_t environment)
{
    struct span name = name_of(made);
    return span_equal(name, name_of(asked)) &&
           (made_environment == environment || span_find(name, '{') == name.n);
}

int64_t saved_time(const struct plan *p, const struct scene *s, const struct act *a)
{
    if (s->saved != NULL && is_same(s->saved->step, s->saved->environment, a->step, a->environment))
        return s->saved->time_ms;
    for (size_t i = p->nsaved; i-- > 0;) {
        const struct saved *made = &p->saved[i];
        if (made->time_ms <= a->time_ms && made->application == a->application &&
            is_same(made->step, made->environment, a->step, a->environment))
            return made->time_ms;
    }
    return 0;
}
