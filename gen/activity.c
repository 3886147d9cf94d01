/* activity.c - see activity.h. */
#include "gen/activity.h"

#include "base/draw.h"
#include "base/utc.h"
#include "gen/follow.h"
#include "gen/purpose.h"

enum { CERTAIN_PPM = 1000000, RETRIES_MOST = 3, REPEATS_MOST = 100000 };

/* A run ends then, however long its pauses: no call may come after the year 9999. */
#define RUN_MOST_MS (300 * UTC_DAY_MS)

/* How long the world works on a change. Source: one published event list for launches, the rest
   inferred. */
static const struct {
    int64_t low_s, high_s;
} durations[] = {
    [EFFECT_NONE] = {0, 0},
    [EFFECT_CREATE_APPLICATION] = {0, 0},
    [EFFECT_DELETE_APPLICATION] = {0, 0},
    [EFFECT_CREATE_VERSION] = {0, 0},
    [EFFECT_DELETE_VERSION] = {0, 0},
    [EFFECT_LAUNCH] = {240, 470},
    [EFFECT_UPDATE] = {25, 240},
    [EFFECT_REBUILD] = {300, 600},
    [EFFECT_RESTART] = {15, 45},
    [EFFECT_SWAP] = {4, 20},
    [EFFECT_ABORT] = {20, 60},
    [EFFECT_TERMINATE] = {120, 480},
    [EFFECT_GATHER] = {5, 40},
    [EFFECT_CREATE_TEMPLATE] = {0, 0},
};

bool activity_changes(enum effect effect)
{
    return durations[effect].high_s > 0 && effect != EFFECT_GATHER;
}

/* An occurrence being played. */
struct play {
    const struct plan *plan;
    const struct occurrence *o;
    activity_take_fn *take;
    void *ctx;
    int64_t now_ms;
    int64_t done_ms; /* of the last change */
};

/* A call that goes through, unless the world refuses it; what it changes takes its time. */
static bool play_through(struct play *play, struct act *a)
{
    enum effect effect = a->step->operation->effect;
    a->time_ms = a->done_ms = play->now_ms;
    a->error = NULL;
    if (durations[effect].high_s > 0) {
        a->done_ms += draw_between(draw_at(a->address, PURPOSE_DURATION, 0),
                                   durations[effect].low_s, durations[effect].high_s) *
                      UTC_SECOND_MS;
        play->done_ms = a->done_ms;
    }
    return play->take(play->ctx, a);
}

/* Tries of a throttled call before it goes through: SDKs back off and try again. */
static bool play_throttled(struct play *play, struct act *a)
{
    uint64_t address = a->address;
    int64_t tries = draw_between(draw_at(address, PURPOSE_TIMES, 1), 1, RETRIES_MOST);
    for (int64_t i = 0; i < tries; i++) {
        a->time_ms = a->done_ms = play->now_ms;
        a->address = draw_at(address, PURPOSE_ERROR, (uint64_t)i + 1);
        if (!play->take(play->ctx, a))
            return false;
        play->now_ms += draw_between(draw_at(a->address, PURPOSE_PAUSE, 0), 200,
                                     (INT64_C(1) << i) * UTC_SECOND_MS);
    }
    a->address = address;
    return play_through(play, a);
}

/* Is the call made for such an environment? */
static bool applies(const struct play *play, const struct act *a)
{
    if (a->step->when == 0)
        return true;
    if (a->environment == SCENARIO_NONE)
        return false;
    const struct environment *e = &play->plan->scenario->environments[a->environment];
    return (a->step->when & ~follow_facts(e)) == 0;
}

static bool play_call(struct play *play, struct act *a)
{
    const struct step *step = a->step;
    if (!applies(play, a))
        return true;
    if (play->now_ms - play->o->start_ms > RUN_MOST_MS)
        return false;
    if (step->error == NULL || !draw_chance(draw_at(a->address, PURPOSE_ERROR, 0), step->error_ppm))
        return play_through(play, a);

    a->time_ms = a->done_ms = play->now_ms;
    a->error = step->error;
    if (step->error_ppm == CERTAIN_PPM)
        return play->take(play->ctx, a);
    if (span_is(step->error->name, "throttled"))
        return play_throttled(play, a);
    /* A call that fails by chance ends what its maker was doing. */
    play->take(play->ctx, a);
    return false;
}

/* What is made beside a step, each time that it is. */
static bool play_beside(struct play *play, const struct step *step, uint64_t address, uint64_t k,
                        struct act *a)
{
    for (size_t i = 1; i <= step->nbeside; i++) {
        const struct step *other = &step[i];
        uint64_t at = draw_at(draw_at(address, PURPOSE_STEP, i), PURPOSE_CALL, k);
        if (!draw_chance(draw_at(at, PURPOSE_CHANCE, 0), other->chance_ppm))
            continue;
        play->now_ms +=
            draw_between(draw_at(at, PURPOSE_PAUSE, 1), other->after_low_ms, other->after_high_ms);
        a->step = other;
        a->address = at;
        if (!play_call(play, a))
            return false;
    }
    return true;
}

/* Repetitions of a step on one target. */
static bool play_step(struct play *play, const struct step *step, uint64_t address, struct act *a)
{
    const int64_t began_ms = play->now_ms;
    uint64_t times = UINT64_C(1);
    a->step = step;
    if (!applies(play, a))
        return true;
    if (step->until == UNTIL_TIMES)
        times = (uint64_t)draw_between(draw_at(address, PURPOSE_TIMES, 0), step->times_low,
                                       step->times_high);
    for (uint64_t k = 0; k < REPEATS_MOST; k++) {
        if (step->until == UNTIL_TIMES && k == times)
            break;
        if (k > 0)
            play->now_ms += draw_between(draw_at(address, PURPOSE_EVERY, k), step->every_low_ms,
                                         step->every_high_ms);
        a->step = step;
        a->address = draw_at(address, PURPOSE_CALL, k);
        bool last = step->until == UNTIL_DONE &&
                    (play->now_ms >= play->done_ms || play->now_ms - began_ms >= step->most_ms);
        if (!play_call(play, a) || !play_beside(play, step, address, k, a))
            return false;
        if (last)
            break;
    }
    return true;
}

static bool play_each_region(struct play *play, const struct step *step, uint64_t address,
                             struct act *a)
{
    const struct world *w = &play->plan->world;
    uint32_t account = play->plan->scenario->actors[play->o->actor].account;
    for (uint32_t i = w->first_place[account]; i < w->first_place[account + 1]; i++) {
        a->place = &w->places[i];
        a->environment = a->application = SCENARIO_NONE;
        if (!play_step(play, step, draw_at(address, PURPOSE_TARGET, i), a))
            return false;
        play->now_ms += draw_between(draw_at(address, PURPOSE_EVERY, i), step->every_low_ms,
                                     step->every_high_ms);
    }
    return true;
}

/* Each environment, or one environment of each application: of the account, in all its regions, or
   of the application that the activity is on. */
static bool play_each_environment(struct play *play, const struct step *step, uint64_t address,
                                  struct act *a, bool applications)
{
    const struct world *w = &play->plan->world;
    const struct scenario *s = play->plan->scenario;
    uint32_t account = s->actors[play->o->actor].account;
    bool whole_account = s->activities[play->o->activity].scope == SCOPE_ACCOUNT;
    uint32_t before = SCENARIO_NONE;
    for (uint32_t i = w->first_environment[account]; i < w->first_environment[account + 1]; i++) {
        uint32_t env = w->account_environments[i];
        uint32_t application = s->environments[env].application;
        if (!world_is_ready(w, s, env, play->now_ms) ||
            (!whole_account && application != play->o->application) ||
            (applications && application == before))
            continue;
        before = application;
        a->place = w->applications[application].place;
        a->application = application;
        a->environment = env;
        if (!play_step(play, step, draw_at(address, PURPOSE_TARGET, env), a))
            return false;
        play->now_ms += draw_between(draw_at(address, PURPOSE_EVERY, env), step->every_low_ms,
                                     step->every_high_ms);
    }
    return true;
}

static bool play_targets(struct play *play, const struct step *step, uint64_t address,
                         struct act *a)
{
    switch (step->each) {
    case EACH_ONCE:
        return play_step(play, step, address, a);
    case EACH_REGION:
        return play_each_region(play, step, address, a);
    case EACH_APPLICATION:
        return play_each_environment(play, step, address, a, true);
    case EACH_ENVIRONMENT:
        return play_each_environment(play, step, address, a, false);
    }
    return true;
}

void activity_play(const struct plan *p, const struct occurrence *o, activity_take_fn *take,
                   void *ctx)
{
    const struct activity *activity = &p->scenario->activities[o->activity];
    struct play play = {p, o, take, ctx, o->start_ms, o->done_ms};
    for (size_t i = 0; i < activity->nsteps; i++) {
        const struct step *step = &activity->steps[i];
        uint64_t address = draw_at(o->address, PURPOSE_STEP, i);
        if (step->beside || !draw_chance(draw_at(address, PURPOSE_CHANCE, 0), step->chance_ppm))
            continue;
        struct act a = {.environment = o->environment,
                        .application = o->application,
                        .place = o->place,
                        .step = step};
        /* Nobody thinks about a call that is not for this environment. */
        if (step->each == EACH_ONCE && !applies(&play, &a))
            continue;
        play.now_ms += draw_between(draw_at(address, PURPOSE_PAUSE, 0), step->after_low_ms,
                                    step->after_high_ms);
        if (!play_targets(&play, step, address, &a))
            return;
    }
}

double activity_expected(const struct activity *a, const struct plan *p, uint32_t account)
{
    const struct world *w = &p->world;
    double calls = 0, changing_s = 0, n = 1;
    for (size_t i = 0; i < a->nsteps; i++) {
        const struct step *s = &a->steps[i];
        if (s->beside) {
            calls += n * s->chance_ppm / CERTAIN_PPM;
            continue;
        }
        n = 1;
        if (s->until == UNTIL_TIMES) {
            n = (s->times_low + s->times_high) / 2.0;
        } else {
            double most_s = (double)s->most_ms / 1000;
            double every_s = (double)(s->every_low_ms + s->every_high_ms) / 2000;
            n = 1 + (changing_s < most_s ? changing_s : most_s) / (every_s < 0.1 ? 0.1 : every_s);
        }
        if (s->each == EACH_REGION)
            n *= w->first_place[account + 1] - w->first_place[account];
        else if (s->each != EACH_ONCE)
            n *= w->first_environment[account + 1] - w->first_environment[account];
        enum effect effect = s->operation->effect;
        changing_s = activity_changes(effect)
                         ? (double)(durations[effect].low_s + durations[effect].high_s) / 2
                         : changing_s;
        n *= (double)s->chance_ppm / CERTAIN_PPM;
        calls += n;
    }
    return calls;
}
