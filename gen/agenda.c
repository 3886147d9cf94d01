/* agenda.c - the part of plan.h that says when activities begin: plan_agenda. */
#include "gen/plan.h"

#include "base/arena.h"
#include "base/draw.h"
#include "base/utc.h"
#include "gen/cycle.h"
#include "gen/hours.h"
#include "gen/purpose.h"

/* Machines are counted in stretches of this length, so that a short cell draws little. */
#define SLOT_MS (5 * UTC_MINUTE_MS)

/* An environment that somebody deploys to gets a deploy in each such stretch. */
#define BLOCK_MS (30 * UTC_DAY_MS)

static struct occurrence *add(struct agenda *list)
{
    if (list->n == list->room) {
        size_t room = list->room == 0 ? 256 : 2 * list->room;
        struct occurrence *items = ARENA_NEW(list->arena, struct occurrence, room);
        if (list->n > 0)
            memcpy(items, list->items, list->n * sizeof *items);
        list->items = items;
        list->room = room;
    }
    return &list->items[list->n++];
}

/*
 * What an occurrence is about: an environment among the habit's or the account's that is ready
 * then. Tries a few draws before it looks through all, so that the common case is one draw.
 */
static uint32_t choose_environment(const struct plan *p, const struct habit *h, uint32_t account,
                                   uint64_t address, int64_t t_ms)
{
    const uint32_t *from = h->environments;
    size_t n = h->nenvironments;
    if (n == 0) {
        from = p->world.account_environments + p->world.first_environment[account];
        n = p->world.first_environment[account + 1] - p->world.first_environment[account];
    }
    if (n == 0)
        return SCENARIO_NONE;
    uint64_t first = draw_below(draw_at(address, PURPOSE_TARGET, 0), n);
    for (size_t i = 0; i < n; i++) {
        uint32_t env = from[(first + i) % n];
        if (world_is_ready(&p->world, p->scenario, env, t_ms))
            return env;
    }
    return SCENARIO_NONE;
}

/* Fill in what ${o} is about; false when there is nothing it could be about. */
static bool choose_target(struct occurrence *o, const struct plan *p, const struct habit *h)
{
    const struct scenario *s = p->scenario;
    uint32_t account = s->actors[o->actor].account;
    o->environment = o->application = SCENARIO_NONE;
    if (s->activities[o->activity].scope == SCOPE_ACCOUNT) {
        uint32_t first = p->world.first_place[account];
        uint32_t n = p->world.first_place[account + 1] - first;
        o->place = &p->world.places[first + draw_below(draw_at(o->address, PURPOSE_TARGET, 1), n)];
        return true;
    }
    uint32_t env = choose_environment(p, h, account, o->address, o->start_ms);
    if (env == SCENARIO_NONE)
        return false;
    o->environment = env;
    o->application = s->environments[env].application;
    o->place = p->world.applications[o->application].place;
    return true;
}

struct span_of_time {
    int64_t from_ms, to_ms;
};

static void add_run(struct agenda *list, const struct plan *p, uint32_t actor,
                    const struct habit *h, uint64_t address, int64_t t_ms)
{
    struct occurrence o = {
        .start_ms = t_ms, .address = address, .actor = actor, .activity = h->activity};
    if (choose_target(&o, p, h))
        *add(list) = o;
}

/* Runs in the slot ${address}. What the division leaves is a run by chance, so that seldom habits
   come too. */
static uint32_t count_in_slot(uint64_t address, uint64_t per_day_milli)
{
    const uint64_t slots = UTC_DAY_MS / SLOT_MS;
    uint64_t left = draw_below(draw_at(address, PURPOSE_COUNT, 1), slots * 1000);
    return draw_poisson(draw_at(address, PURPOSE_COUNT, 0), per_day_milli / slots) +
           (left < per_day_milli % slots);
}

/* Runs of a habit that is counted by the day. */
static void add_counted(struct agenda *list, const struct plan *p, uint32_t actor,
                        const struct habit *h, uint64_t address, struct span_of_time in)
{
    const struct hours *hours = &p->scenario->actors[actor].hours;
    int64_t zone_ms = hours->zone_minutes * UTC_MINUTE_MS;
    if (hours->always) {
        for (int64_t slot = in.from_ms / SLOT_MS - 1; slot * SLOT_MS < in.to_ms; slot++) {
            uint64_t a = draw_at(address, PURPOSE_DAY, (uint64_t)slot);
            uint32_t n = count_in_slot(a, h->per_day_milli);
            for (uint32_t i = 0; i < n; i++) {
                uint64_t run = draw_at(a, PURPOSE_OCCURRENCE, i);
                int64_t t =
                    slot * SLOT_MS + (int64_t)draw_below(draw_at(run, PURPOSE_MINUTE, 0), SLOT_MS);
                if (t >= in.from_ms && t < in.to_ms)
                    add_run(list, p, actor, h, run, t);
            }
        }
        return;
    }
    int64_t last = utc_day(in.to_ms - 1 + zone_ms);
    for (int64_t day = utc_day(in.from_ms + zone_ms); day <= last; day++) {
        uint64_t a = draw_at(address, PURPOSE_DAY, (uint64_t)day);
        uint64_t mean = h->per_day_milli;
        if (utc_civil_of(day * UTC_DAY_MS).weekday >= 5)
            mean = mean * hours->weekend_ppm / 1000000;
        uint32_t n = draw_poisson(draw_at(a, PURPOSE_COUNT, 0), mean);
        for (uint32_t i = 0; i < n; i++) {
            uint64_t run = draw_at(a, PURPOSE_OCCURRENCE, i);
            int64_t t = hours_time(hours, run, day * UTC_DAY_MS - zone_ms);
            if (t >= in.from_ms && t < in.to_ms)
                add_run(list, p, actor, h, run, t);
        }
    }
}

/* Runs of a poller: one each interval, straying a little. */
static void add_regular(struct agenda *list, const struct plan *p, uint32_t actor,
                        const struct habit *h, uint64_t address, struct span_of_time in)
{
    int64_t phase = (int64_t)draw_below(draw_at(address, PURPOSE_PHASE, 0), (uint64_t)h->every_ms);
    int64_t first = (in.from_ms - phase - h->jitter_ms) / h->every_ms - 1;
    for (int64_t k = first; k * h->every_ms + phase < in.to_ms; k++) {
        uint64_t run = draw_at(address, PURPOSE_OCCURRENCE, (uint64_t)k);
        int64_t t = k * h->every_ms + phase +
                    draw_between(draw_at(run, PURPOSE_JITTER, 0), 0, h->jitter_ms);
        if (t >= in.from_ms && t < in.to_ms && hours_hold(&p->scenario->actors[actor].hours, t))
            add_run(list, p, actor, h, run, t);
    }
}

void plan_placed(struct occurrence *out, const struct plan *p, size_t i)
{
    const struct scenario *s = p->scenario;
    const struct placed *placed = &s->placed[i];
    *out = (struct occurrence){.start_ms = placed->at_ms,
                               .address = draw_at(p->seed, PURPOSE_PLACED, i),
                               .actor = placed->actor,
                               .activity = placed->activity,
                               .environment = placed->environment,
                               .application = placed->application,
                               .placed = placed};
    if (out->environment != SCENARIO_NONE)
        out->application = s->environments[out->environment].application;
    out->place = out->application != SCENARIO_NONE
                     ? p->world.applications[out->application].place
                     : world_place(&p->world, s, s->actors[placed->actor].account, placed->region);
}

static void add_placed(struct agenda *list, const struct plan *p, uint32_t account,
                       struct span_of_time in, bool only_changes)
{
    const struct scenario *s = p->scenario;
    for (size_t i = 0; i < s->nplaced; i++) {
        const struct placed *placed = &s->placed[i];
        if (placed->at_ms < in.from_ms || placed->at_ms >= in.to_ms ||
            s->actors[placed->actor].account != account ||
            (only_changes && !p->activities[placed->activity].changes))
            continue;
        plan_placed(add(list), p, i);
    }
}

static void add_habits(struct agenda *list, const struct plan *p, uint32_t actor,
                       struct span_of_time in, bool only_changes)
{
    uint64_t address = draw_at(p->seed, PURPOSE_ACTOR, actor);
    const struct actor *a = &p->scenario->actors[actor];
    for (size_t k = 0; k < a->nhabits; k++) {
        const struct habit *h = &a->habits[k];
        if (only_changes && !p->activities[h->activity].changes)
            continue;
        uint64_t habit = draw_at(address, PURPOSE_HABIT, k);
        if (h->every_ms > 0)
            add_regular(list, p, actor, h, habit, in);
        else
            add_counted(list, p, actor, h, habit, in);
    }
}

static void add_cycle(struct agenda *list, const struct plan *p, uint32_t env,
                      const struct cycle *cycle, bool launch)
{
    const struct environment *from = &p->scenario->environments[env];
    *add(list) =
        (struct occurrence){.start_ms = launch ? cycle->launched_ms : cycle->terminated_ms,
                            .address = draw_at(cycle->address, PURPOSE_CYCLE, launch ? 1 : 2),
                            .actor = from->recycle_by,
                            .activity = launch ? from->recycle_launch : from->recycle_terminate,
                            .environment = env,
                            .application = from->application,
                            .place = p->world.applications[from->application].place};
}

/* Launches and terminations of environments that come and go; those of one actor, or of all. */
static void add_cycles(struct agenda *list, const struct plan *p, uint32_t account, uint32_t actor,
                       struct span_of_time in)
{
    const struct world *w = &p->world;
    for (uint32_t i = w->first_environment[account]; i < w->first_environment[account + 1]; i++) {
        uint32_t env = w->account_environments[i];
        const struct environment *from = &p->scenario->environments[env];
        if (from->recycle_ms == 0 || (actor != SCENARIO_NONE && actor != from->recycle_by))
            continue;
        for (int64_t t = in.from_ms; t < in.to_ms + from->recycle_ms;
             t = cycle_next(p->scenario, from, t)) {
            struct cycle c;
            if (!cycle_at(&c, p->scenario, from, w->environments[env].address, t))
                continue;
            if (c.launched_ms >= in.from_ms && c.launched_ms < in.to_ms)
                add_cycle(list, p, env, &c, true);
            if (c.terminated_ms >= in.from_ms && c.terminated_ms < in.to_ms)
                add_cycle(list, p, env, &c, false);
        }
    }
}

/* In each thirty days an environment gets one deploy for certain. */
static void add_deploys(struct agenda *list, const struct plan *p, uint32_t account, uint32_t actor,
                        struct span_of_time in)
{
    const struct world *w = &p->world;
    for (uint32_t i = w->first_environment[account]; i < w->first_environment[account + 1]; i++) {
        uint32_t env = w->account_environments[i];
        const struct plan_deployer *by = &p->deployers[env];
        if (by->actor == SCENARIO_NONE || (actor != SCENARIO_NONE && actor != by->actor) ||
            p->scenario->environments[env].recycle_ms > 0)
            continue;
        const struct hours *h = &p->scenario->actors[by->actor].hours;
        int64_t last = in.to_ms / BLOCK_MS + 1;
        for (int64_t block = in.from_ms / BLOCK_MS - 1; block <= last; block++) {
            uint64_t address =
                draw_at(w->environments[env].address, PURPOSE_BLOCK, (uint64_t)block);
            int64_t day = block * BLOCK_MS +
                          draw_between(draw_at(address, PURPOSE_DAY, 0), 1, 27) * UTC_DAY_MS;
            /* Not on a weekend, unless by a machine. */
            while (!h->always && hours_weekend(h, day))
                day += UTC_DAY_MS;
            int64_t t_ms = hours_time(h, address, hours_day(h, day));
            if (t_ms < in.from_ms || t_ms >= in.to_ms || !world_is_ready(w, p->scenario, env, t_ms))
                continue;
            uint32_t application = p->scenario->environments[env].application;
            *add(list) = (struct occurrence){.start_ms = t_ms,
                                             .address = draw_at(address, PURPOSE_BLOCK, 0),
                                             .actor = by->actor,
                                             .activity = by->activity,
                                             .environment = env,
                                             .application = application,
                                             .place = w->applications[application].place};
        }
    }
}

static void add_session(struct agenda *list, uint32_t actor, const struct plan *p,
                        const struct session *opened)
{
    struct session *kept = ARENA_NEW(list->arena, struct session, 1);
    *kept = *opened;
    const struct place *place =
        &p->world.places[p->world.first_place[p->scenario->actors[actor].account]];
    /* The root user signs in where global services record. Source: 29 of 29 records. */
    const struct caller *opens = p->openers[actor]->opens;
    if (opens->actor->identity.type == IDENTITY_ROOT && opens->when[WHEN_CONSOLE])
        place = place->global;
    *add(list) = (struct occurrence){.start_ms = opened->created_ms,
                                     .address = draw_at(opened->address, PURPOSE_SESSION, 2),
                                     .actor = actor,
                                     .environment = SCENARIO_NONE,
                                     .application = SCENARIO_NONE,
                                     .place = place,
                                     .opens = kept};
}

/* The beginning of each session that an occurrence of ${actor} in ${runs} uses, once. */
static void add_used_sessions(struct agenda *list, const struct plan *p, uint32_t actor,
                              const struct agenda *runs, struct span_of_time in)
{
    const struct caller *caller = p->openers[actor]->opens;
    uint64_t before = 0;
    for (size_t i = 0; i < runs->n; i++) {
        const struct occurrence *o = &runs->items[i];
        if (o->actor != actor || o->opens != NULL)
            continue;
        struct session session;
        caller_session(&session, caller, o->address, o->start_ms);
        bool here = caller->client->per_activity
                        ? o->start_ms >= in.from_ms && o->start_ms < in.to_ms
                        : session.created_ms >= in.from_ms && session.created_ms < in.to_ms;
        if (!here || session.address == before)
            continue;
        bool known = false;
        for (size_t k = list->n; k-- > 0 && !known && list->items[k].opens != NULL;)
            known =
                list->items[k].actor == actor && list->items[k].opens->address == session.address;
        if (!known)
            add_session(list, actor, p, &session);
        before = session.address;
    }
}

/* Machines renew their credentials on the dot, whether they use them or not. */
static void add_renewals(struct agenda *list, const struct plan *p, uint32_t actor,
                         struct span_of_time in)
{
    const struct caller *caller = p->openers[actor]->opens;
    struct session session;
    caller_session(&session, caller, 0, in.from_ms);
    for (int64_t t = in.from_ms; t < in.to_ms;
         t = session.created_ms + caller_keep_ms(caller->actor->session_ms)) {
        caller_session(&session, caller, 0, t);
        if (session.created_ms >= in.from_ms)
            add_session(list, actor, p, &session);
    }
}

/*
 * Whether an actor always has a session: a machine that calls oftener than its sessions end, or
 * that only follows others, whenever they change something. One that comes once a day takes its
 * credentials when it comes.
 */
static bool renews(const struct actor *a)
{
    if (!a->hours.always)
        return false;
    for (size_t i = 0; i < a->nhabits; i++) {
        int64_t pause_ms = a->habits[i].every_ms;
        if (pause_ms == 0)
            pause_ms = UTC_DAY_MS * 1000 / (int64_t)a->habits[i].per_day_milli;
        if (pause_ms <= caller_keep_ms(a->session_ms))
            return true;
    }
    return a->nhabits == 0;
}

/* A session belongs to the stretch in which it begins, though its first use may come later. */
static void add_sessions(struct agenda *list, const struct plan *p, uint32_t actor,
                         struct span_of_time in)
{
    const struct actor *a = &p->scenario->actors[actor];
    const struct client *client = p->openers[actor]->opens->client;
    if (renews(a) && !client->per_activity) {
        add_renewals(list, p, actor, in);
        return;
    }
    struct agenda runs = {.arena = list->arena};
    struct span_of_time used = in;
    if (!client->per_activity)
        used.to_ms += caller_keep_ms(a->session_ms);
    add_habits(&runs, p, actor, used, false);
    add_placed(&runs, p, a->account, used, false);
    add_cycles(&runs, p, a->account, actor, used);
    add_deploys(&runs, p, a->account, actor, used);
    add_used_sessions(list, p, actor, &runs, in);
}

void plan_agenda(struct agenda *list, const struct plan *p, uint32_t account, int64_t from_ms,
                 int64_t to_ms, bool only_changes)
{
    struct span_of_time in = {from_ms, to_ms};
    for (uint32_t i = p->first_actor[account]; i < p->first_actor[account + 1]; i++) {
        uint32_t actor = p->actors[i];
        add_habits(list, p, actor, in, only_changes);
        if (!only_changes && p->openers[actor] != NULL)
            add_sessions(list, p, actor, in);
    }
    add_placed(list, p, account, in, only_changes);
    add_cycles(list, p, account, SCENARIO_NONE, in);
    add_deploys(list, p, account, SCENARIO_NONE, in);
}
