/* scenario_recycle.c - see scenario_recycle.h. */
#include "gen/scenario_recycle.h"

#include "base/arena.h"
#include "base/utc.h"
#include "gen/scenario_activity.h"
#include "gen/scenario_part.h"

struct recycle_text {
    int64_t every_ms;
    struct json open, by, launch, terminate;
};

static const struct json_row rows[] = {
    {"every", JSON_DURATION, offsetof(struct recycle_text, every_ms), true, UTC_DAY_MS,
     366 * UTC_DAY_MS, NULL},
    {"open", JSON_ANY, offsetof(struct recycle_text, open), false, 0, 0, NULL},
    {"by", JSON_ANY, offsetof(struct recycle_text, by), true, 0, 0, NULL},
    {"launch", JSON_ANY, offsetof(struct recycle_text, launch), true, 0, 0, NULL},
    {"terminate", JSON_ANY, offsetof(struct recycle_text, terminate), true, 0, 0, NULL},
};

/* The activity that ${j} names; it must have a call with ${effect}. */
static uint32_t read_activity(struct scenario_part *p, const struct json *j, enum effect effect)
{
    uint32_t index = scenario_activity_refer(p, j);
    if (index == SCENARIO_NONE)
        return index;
    const struct activity *a = &p->activities[index].activity;
    for (size_t i = 0; i < a->nsteps; i++)
        if (a->steps[i].operation != NULL && a->steps[i].operation->effect == effect)
            return index;
    json_complain(j, "this activity has no call that does it");
    return index;
}

static void read_recycle(struct scenario_part *p, const struct json *at, struct environment *env)
{
    struct recycle_text *text = ARENA_NEW(p->arena, struct recycle_text, 1);
    json_read(at, rows, sizeof(rows) / sizeof(rows[0]), text);
    if (!json_is_present(&text->by) || !json_is_present(&text->launch) ||
        !json_is_present(&text->terminate) || text->every_ms < UTC_DAY_MS)
        return;
    if (text->every_ms % UTC_DAY_MS != 0) {
        scenario_part_complain(at, "every", "must be whole days");
        return;
    }
    env->open_low_ms = UTC_HOUR_MS;
    env->open_high_ms = text->every_ms / 2;
    scenario_part_pause(&text->open, &env->open_low_ms, &env->open_high_ms);
    if (env->open_low_ms < 20 * UTC_MINUTE_MS || env->open_high_ms >= text->every_ms)
        scenario_part_complain(at, "open", "must be at least 20m and shorter than \"every\"");
    env->recycle_by = scenario_part_refer(p, &p->actor_names, &text->by, "an actor");
    env->recycle_launch = read_activity(p, &text->launch, EFFECT_LAUNCH);
    env->recycle_terminate = read_activity(p, &text->terminate, EFFECT_TERMINATE);
    if (env->recycle_by == SCENARIO_NONE || env->recycle_launch == SCENARIO_NONE ||
        env->recycle_terminate == SCENARIO_NONE)
        return;
    if (p->actors[env->recycle_by].account != p->applications[env->application].account)
        json_complain(&text->by, "is an actor of another account");
    env->recycle_ms = text->every_ms;
}

void scenario_recycle_read(struct scenario_part *p)
{
    for (size_t i = 0; i < p->environment_at.n; i++) {
        struct json *at = ARENA_NEW(p->arena, struct json, 1);
        *at = json_member(&p->environment_at.at[i], "recycle");
        if (json_is_object(at))
            read_recycle(p, at, &p->environments[i]);
    }
}
