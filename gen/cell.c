/* HOT cell.c - see cell.h. One cell's activities become events; memory comes from its arena. */
#include "gen/cell.h"

#include "base/arena.h"
#include "base/draw.h"
#include "gen/across.h"
#include "gen/activity.h"
#include "gen/follow.h"
#include "gen/life.h"
#include "gen/opener.h"
#include "gen/page.h"
#include "gen/purpose.h"
#include "gen/saved.h"
#include "gen/template_cache.h"

enum { EVENTS_FIRST = 4096 };

/* One occurrence while its calls come. */
struct playing {
    struct cell *cell;
    struct arena *arena;
    struct cell_work *work;
    const struct occurrence *o;
    const struct caller *caller; /* of the scene */
    struct scene *scene;         /* what the calls share; a new one when something of it changes */
    struct err *e;
    int rc;
};

static struct event *add_event(struct cell *cell, struct arena *arena)
{
    if (cell->n == cell->room) {
        size_t room = cell->room == 0 ? EVENTS_FIRST : 2 * cell->room;
        struct event *events = ARENA_ROOM(arena, struct event, room);
        if (cell->n > 0)
            memcpy(events, cell->events, cell->n * sizeof *events);
        cell->events = events;
        cell->room = room;
    }
    return &cell->events[cell->n++];
}

static const struct version *make_version(struct playing *p, const struct world_application *a,
                                          enum activity_labels labels, uint64_t occurrence,
                                          int64_t began_ms)
{
    struct version *v = ARENA_NEW(p->arena, struct version, 1);
    world_version(v, p->arena, a, labels, draw_at(occurrence, PURPOSE_VERSION, 0), began_ms);
    return v;
}

/* What the environment ${number} of the scenario runs at ${t_ms}. */
static const struct version *find_running(struct playing *p, const struct world_environment *env,
                                          uint32_t number, int64_t t_ms)
{
    const struct change *c = page_running(p->work->pages, p->cell->account, number, t_ms);
    /* What an earlier life of the same name ran is gone with it. */
    if (c == NULL || c->time_ms < env->launched_ms)
        return &env->baseline;
    return make_version(p, env->application, c->labels, c->occurrence, c->began_ms);
}

static void set_environment(struct playing *p, struct scene *s, uint32_t environment,
                            uint32_t application, int64_t t_ms)
{
    const struct plan *plan = p->work->plan;
    s->number = environment;
    s->environment = NULL;
    s->other = NULL;
    s->application = application == SCENARIO_NONE ? NULL : &plan->world.applications[application];
    if (environment == SCENARIO_NONE)
        return;
    s->environment = life_environment(plan, p->arena, environment, t_ms);
    uint32_t other = SCENARIO_NONE;
    if (plan->activities[p->o->activity].needs_other)
        other = world_other(&plan->world, plan->scenario, environment, t_ms);
    if (other != SCENARIO_NONE)
        s->other = life_environment(plan, p->arena, other, t_ms);
}

/* What services do for a call is about the same things, in the caller's session if it has one. */
static void follow_scene(struct scene *s, const struct scene *call)
{
    s->version = call->version;
    s->running = call->running;
    s->launch = call->launch;
    s->number = call->number;
    s->environment = call->environment;
    s->application = call->application;
    s->other = call->other;
    if (s->caller->actor == call->caller->actor && !s->caller->forwarded)
        s->session = call->session;
}

/* The session of the scene's caller during ${o}, and the address it comes from. */
static void set_session(struct playing *p, struct scene *s, const struct occurrence *o)
{
    struct session *session = ARENA_ROOM(p->arena, struct session, 1);
    caller_session(session, s->caller, o->address, o->start_ms);
    s->session = session;
    s->address = caller_address(s->caller, session, o->start_ms);
}

static void begin_scene(struct playing *p)
{
    const struct occurrence *o = p->o;
    const struct plan *plan = p->work->plan;
    const struct activity *activity = &plan->scenario->activities[o->activity];
    struct scene *s = ARENA_NEW(p->arena, struct scene, 1);
    s->caller = plan_caller(plan, o->actor, activity->client);
    s->place = o->place;
    s->placed = o->placed;
    s->began_ms = o->start_ms;
    s->occurrence = o->address;
    set_session(p, s, o);
    set_environment(p, s, o->environment, o->application, o->start_ms);
    if (s->environment != NULL && plan->activities[o->activity].needs_running)
        s->running = find_running(p, s->environment, o->environment, o->start_ms);
    if (s->application != NULL)
        s->version =
            plan->activities[o->activity].makes_version || s->running == NULL
                ? make_version(p, s->application, activity->labels, o->address, o->start_ms)
                : s->running;
    p->caller = s->caller;
    p->scene = s;
    if (o->follows != NULL)
        follow_scene(s, o->follows);
}

static struct scene *copy_scene(struct playing *p)
{
    struct scene *s = ARENA_ROOM(p->arena, struct scene, 1);
    *s = *p->scene;
    p->scene = s;
    return s;
}

/* The scene of this call: the last one, unless it is about something else or made with another
   client. */
static void turn_scene(struct playing *p, const struct act *a)
{
    const struct plan *plan = p->work->plan;
    const struct scene *s = p->scene;
    const struct place *place =
        a->step->operation->service->is_global ? a->place->global : a->place;
    /* A call to a service without regions is still about the same environment. */
    if (s->number != a->environment || (s->place != a->place && s->place != a->place->global)) {
        struct scene *changed = copy_scene(p);
        set_environment(p, changed, a->environment, a->application, a->time_ms);
        const struct plan_activity *known = &plan->activities[p->o->activity];
        changed->running = NULL;
        if (changed->environment != NULL)
            changed->running =
                known->needs_running || known->makes_version
                    ? find_running(p, changed->environment, a->environment, a->time_ms)
                    : &changed->environment->baseline;
        changed->version = changed->running;
    }
    if (p->scene->place != place)
        copy_scene(p)->place = place;
    const struct caller *caller = p->caller;
    if (a->step->client != SCENARIO_NONE)
        caller = plan_caller(plan, p->o->actor, a->step->client);
    if (p->scene->caller != caller) {
        struct scene *changed = copy_scene(p);
        changed->caller = caller;
        set_session(p, changed, p->o);
    }
}

/* How the world refuses ${a}, or NULL. What is placed on purpose is not refused. */
static const struct error_form *refusal(struct playing *p, const struct act *a)
{
    const struct operation *op = a->step->operation;
    if (a->error != NULL || p->o->placed != NULL || a->environment == SCENARIO_NONE)
        return a->error;
    switch (op->effect) {
    case EFFECT_CREATE_APPLICATION:
        return catalog_error(op, SPAN("application-exists"));
    case EFFECT_UPDATE:
    case EFFECT_REBUILD:
    case EFFECT_RESTART:
    case EFFECT_SWAP:
        if (page_allows(p->work->pages, p->cell->account, a->environment, a->time_ms, a->address))
            return NULL;
        return catalog_error(op, SPAN("environment-not-ready"));
    case EFFECT_NONE:
    case EFFECT_DELETE_APPLICATION:
    case EFFECT_CREATE_VERSION:
    case EFFECT_DELETE_VERSION:
    case EFFECT_LAUNCH:
    case EFFECT_ABORT:
    case EFFECT_TERMINATE:
    case EFFECT_GATHER:
    case EFFECT_CREATE_TEMPLATE:
        return NULL;
    }
    return NULL;
}

static bool take_act(void *ctx, const struct act *a);

/* One change fans out to what services do for it, each as an activity of its own. */
static bool play_followers(struct playing *p, const struct act *a)
{
    const struct scenario *s = p->work->plan->scenario;
    for (size_t i = 0; i < s->nfollowers; i++) {
        const struct activity *f = &s->activities[s->followers[i]];
        if (!follow_comes(f, a->step, p->scene->environment))
            continue;
        uint32_t actor = p->o->actor;
        if (f->as != SCENARIO_NONE)
            actor = s->roles[p->cell->account * s->nroles + f->as];
        if (actor == SCENARIO_NONE)
            continue;
        const struct occurrence o = {.start_ms = a->time_ms,
                                     .done_ms = a->done_ms,
                                     .address = draw_at(a->address, PURPOSE_FOLLOW, i),
                                     .actor = actor,
                                     .activity = s->followers[i],
                                     .environment = a->environment,
                                     .application = a->application,
                                     .place = a->place,
                                     .placed = p->o->placed,
                                     .follows = p->scene};
        struct playing follower = {
            .cell = p->cell, .arena = p->arena, .work = p->work, .o = &o, .e = p->e};
        begin_scene(&follower);
        activity_play(p->work->plan, &o, take_act, &follower);
        if (follower.rc != 0) {
            p->rc = -1;
            return false;
        }
    }
    return true;
}

static void note_template(struct playing *p, const struct act *a)
{
    struct scene *s = copy_scene(p);
    if (a->step->operation->effect != EFFECT_CREATE_TEMPLATE) {
        s->saved_ms = saved_time(p->work->plan, s, a);
        return;
    }
    struct saved *saved = ARENA_NEW(p->arena, struct saved, 1);
    *saved = (struct saved){a->time_ms, a->application, a->environment, a->step};
    s->saved = saved;
    s->saved_ms = a->time_ms;
}

/* What later calls of the activity, and this one's own answer, know of a call that succeeds. */
static void note_success(struct playing *p, const struct act *a)
{
    const struct plan *plan = p->work->plan;
    const enum effect effect = a->step->operation->effect;
    const bool follower = p->o->follows != NULL;
    const bool deploys = plan->steps[a->step->index].deploys;
    if (!follower && (activity_changes(effect) || effect == EFFECT_GATHER))
        copy_scene(p)->launch = a->address;
    if (plan->steps[a->step->index].saved)
        note_template(p, a);
    if (effect == EFFECT_CREATE_VERSION && p->scene->version != NULL) {
        struct version *made = ARENA_NEW(p->arena, struct version, 1);
        *made = *p->scene->version;
        made->created_ms = a->time_ms;
        copy_scene(p)->version = made;
    }
    if (effect == EFFECT_LAUNCH || (effect == EFFECT_UPDATE && deploys)) {
        /* One launched without a version runs the sample application, which has no label. */
        copy_scene(p)->running = deploys ? p->scene->version : NULL;
    } else if (!follower && activity_changes(effect) && p->scene->environment != NULL) {
        /* Somebody else may have deployed since the occurrence began. */
        struct scene *s = copy_scene(p);
        s->running = find_running(p, s->environment, s->number, a->time_ms);
    }
}

/* The other account's record of the cell's last event, if there is one. */
static int add_copy(struct playing *p, const struct scene *s, const struct error_form *error)
{
    const struct plan *plan = p->work->plan;
    const struct event of = p->cell->events[p->cell->n - 1];
    const struct caller *copy = across_copy(plan, s->caller, of.step);
    const struct place *place = copy == NULL ? NULL : across_place(plan, copy, s->place);
    /* Inferred: what the caller's own account or the role's trust refuses, the other never sees. */
    if (place == NULL || (error != NULL && s->caller->copy == NULL))
        return 0;
    struct scene *other = ARENA_ROOM(p->arena, struct scene, 1);
    *other = *s;
    other->caller = copy;
    other->place = place;
    struct session *session = ARENA_ROOM(p->arena, struct session, 1);
    caller_session(session, copy->by, of.address, of.time_ms);
    other->session = session;
    const struct template *t = template_cache_get(p->work->templates, copy, of.step, error, p->e);
    if (t == NULL)
        return -1;
    *add_event(p->cell, p->arena) = (struct event){.time_ms = of.time_ms,
                                                   .address = of.address,
                                                   .template = t,
                                                   .scene = other,
                                                   .step = of.step};
    return 0;
}

static bool take_act(void *ctx, const struct act *a)
{
    struct playing *p = ctx;
    turn_scene(p, a);
    const struct error_form *error = refusal(p, a);
    const struct operation *op = a->step->operation;
    if (error == NULL)
        note_success(p, a);
    const struct template *t =
        template_cache_get(p->work->templates, p->scene->caller, a->step, error, p->e);
    if (t == NULL) {
        p->rc = -1;
        return false;
    }
    *add_event(p->cell, p->arena) = (struct event){.time_ms = a->time_ms,
                                                   .address = a->address,
                                                   .template = t,
                                                   .scene = p->scene,
                                                   .step = a->step};
    if ((p->work->plan->steps[a->step->index].crosses || p->scene->caller->copy != NULL) &&
        add_copy(p, p->scene, error) != 0) {
        p->rc = -1;
        return false;
    }
    if (error == NULL && p->o->follows == NULL && activity_changes(op->effect) &&
        !play_followers(p, a))
        return false;
    return a->error != NULL || error == NULL;
}

/* The one call with which a session begins. */
static int run_opener(struct playing *p)
{
    const struct occurrence *o = p->o;
    const struct caller *opener = p->work->plan->openers[o->actor];
    const struct step *step = opener_step(opener);
    struct scene *s = ARENA_NEW(p->arena, struct scene, 1);
    s->caller = opener;
    s->place = o->place;
    s->number = SCENARIO_NONE;
    s->began_ms = o->start_ms;
    s->occurrence = o->address;
    s->opened = o->opens;
    set_session(p, s, o);
    const struct template *t = template_cache_get(p->work->templates, opener, step, NULL, p->e);
    if (t == NULL)
        return -1;
    *add_event(p->cell, p->arena) = (struct event){
        .time_ms = o->start_ms, .address = o->address, .template = t, .scene = s, .step = step};
    return opener->copy != NULL ? add_copy(p, s, NULL) : 0;
}

int cell_run(struct cell *out, struct arena *arena, struct cell_work *work, uint64_t i,
             struct err *e)
{
    *out = (struct cell){0};
    plan_cell(work->plan, i, &out->account, &out->from_ms, &out->to_ms);
    template_cache_trim(work->templates);
    struct agenda list = {.arena = arena};
    plan_agenda(&list, work->plan, out->account, out->from_ms, out->to_ms, false);
    for (size_t k = 0; k < list.n; k++) {
        struct playing p = {.cell = out, .arena = arena, .work = work, .o = &list.items[k], .e = e};
        if (p.o->opens != NULL) {
            if (run_opener(&p) != 0)
                return -1;
            continue;
        }
        begin_scene(&p);
        activity_play(work->plan, p.o, take_act, &p);
        if (p.rc != 0)
            return -1;
    }
    return 0;
}
