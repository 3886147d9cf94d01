/* plan_make.c - see plan_make.h. */
#include "gen/plan_make.h"

#include "base/arena.h"
#include "base/draw.h"
#include "base/err.h"
#include "base/utc.h"
#include "gen/across.h"
#include "gen/activity.h"
#include "gen/life.h"
#include "gen/opener.h"
#include "gen/purpose.h"
#include "gen/saved.h"
#include "gen/template.h"

/* A cell's records fit in memory a few times over: about 64 MB of text at most. */
#define CELL_RECORDS_MOST 50000.0

static bool mentions(const struct json *j, const char *slot)
{
    if (json_is_string(j)) {
        struct span text = json_text(j);
        size_t n = strlen(slot);
        for (size_t i = 0; i + n <= text.n; i++) {
            if (memcmp(text.p + i, slot, n) == 0)
                return true;
        }
        return false;
    }
    for (struct json it = {0}; json_next(j, &it) == 1;) {
        if (mentions(&it, slot))
            return true;
    }
    return false;
}

static bool rows_name(const struct member *rows, size_t nrows, const char *slot)
{
    for (size_t i = 0; i < nrows; i++) {
        if (span_is(rows[i].from, slot))
            return true;
    }
    return false;
}

static void make_activities(struct plan *p, struct arena *arena)
{
    const struct scenario *s = p->scenario;
    struct plan_activity *made = ARENA_NEW(arena, struct plan_activity, s->nactivities + 1);
    struct plan_step *steps = ARENA_NEW(arena, struct plan_step, s->nsteps + 1);
    for (size_t i = 0; i < s->nactivities; i++) {
        for (size_t k = 0; k < s->activities[i].nsteps; k++) {
            const struct step *step = &s->activities[i].steps[k];
            const struct operation *op = step->operation;
            const struct json label = json_member(&step->with, "versionLabel");
            steps[step->index].saved = rows_name(op->response, op->nresponse, "template.created") ||
                                       op->effect == EFFECT_CREATE_TEMPLATE;
            steps[step->index].crosses = across_lender(op, step).n > 0;
            steps[step->index].deploys = span_is(json_text(&label), "{version.label}");
            if (steps[step->index].deploys && op->effect == EFFECT_UPDATE)
                made[i].deploys = true;
            if (activity_changes(op->effect))
                made[i].changes = true;
            if (op->effect == EFFECT_CREATE_VERSION || mentions(&step->with, "{version."))
                made[i].makes_version = true;
            if (mentions(&step->with, "{environment.version}") ||
                mentions(&step->pin, "{environment.version}") ||
                rows_name(op->response, op->nresponse, "environment.version") ||
                rows_name(op->request, op->nrequest, "environment.version"))
                made[i].needs_running = true;
            if (op->effect == EFFECT_SWAP || mentions(&step->with, "{other."))
                made[i].needs_other = true;
        }
    }
    p->activities = made;
    p->steps = steps;
}

static size_t add_clients(uint32_t *clients, size_t n, bool *seen, const struct activity *activity)
{
    for (size_t k = 0; k <= activity->nsteps; k++) {
        uint32_t c = k == 0 ? activity->client : activity->steps[k - 1].client;
        if (c == SCENARIO_NONE || seen[c])
            continue;
        seen[c] = true;
        clients[n++] = c;
    }
    return n;
}

/* Gather the clients that ${actor} uses, its own first. */
static size_t clients_of(const struct scenario *s, uint32_t actor, uint32_t *clients, bool *seen)
{
    size_t n = 0;
    clients[n++] = s->actors[actor].client;
    seen[s->actors[actor].client] = true;
    const struct actor *a = &s->actors[actor];
    for (size_t i = 0; i < a->nhabits + s->nplaced; i++) {
        bool habit = i < a->nhabits;
        if (!habit && s->placed[i - a->nhabits].actor != actor)
            continue;
        uint32_t number = habit ? a->habits[i].activity : s->placed[i - a->nhabits].activity;
        n = add_clients(clients, n, seen, &s->activities[number]);
    }
    /* Services act with the rights of whoever changes something, and as the roles they have. */
    for (size_t i = 0; i < s->nfollowers; i++)
        n = add_clients(clients, n, seen, &s->activities[s->followers[i]]);
    for (size_t i = 0; i < n; i++)
        seen[clients[i]] = false;
    return n;
}

/* The first caller of the actor that takes the role of ${a} on, or NULL. */
static const struct caller *taker(const struct plan *p, const struct actor *a)
{
    if (a->identity.by == NULL)
        return NULL;
    return &p->callers[p->first_caller[a->identity.by - p->scenario->actors]];
}

/* Callers whose roles other actors take on; an AWSAccount is one of them in disguise. */
static void make_seconds(struct plan *p, struct arena *arena, struct caller *callers)
{
    const struct scenario *s = p->scenario;
    for (uint32_t i = 0; i < s->nactors; i++) {
        const struct caller *by = taker(p, &s->actors[i]);
        for (uint32_t k = p->first_caller[i]; by != NULL && k < p->first_caller[i + 1]; k++) {
            struct caller *c = &callers[k];
            c->by = by;
            if (c->actor->identity.type != IDENTITY_AWS_ACCOUNT)
                continue;
            across_disguise(c, by);
            c->copy = across_whole(arena, s, p->rules, c, by);
        }
    }
}

static void make_callers(struct plan *p, struct arena *arena)
{
    const struct scenario *s = p->scenario;
    uint32_t *clients = ARENA_NEW(arena, uint32_t, s->nclients + 1);
    bool *seen = ARENA_NEW(arena, bool, s->nclients + 1);
    uint32_t *first = ARENA_NEW(arena, uint32_t, s->nactors + 1);
    for (uint32_t i = 0; i < s->nactors; i++)
        first[i + 1] = first[i] + (uint32_t)clients_of(s, i, clients, seen);
    struct caller *callers = ARENA_NEW(arena, struct caller, first[s->nactors] + 1);
    for (uint32_t i = 0; i < s->nactors; i++) {
        size_t n = clients_of(s, i, clients, seen);
        for (size_t k = 0; k < n; k++) {
            struct caller *c = &callers[first[i] + k];
            caller_make(c, arena, s, p->rules, &s->actors[i], &s->clients[clients[k]],
                        draw_at(p->seed, PURPOSE_ACTOR, i));
            c->index = first[i] + (uint32_t)k;
        }
    }
    p->callers = callers;
    p->ncallers = first[s->nactors];
    p->first_caller = first;
    make_seconds(p, arena, callers);

    const struct caller **openers = ARENA_NEW(arena, const struct caller *, s->nactors + 1);
    for (uint32_t i = 0; i < s->nactors; i++) {
        struct caller *opener =
            opener_make(arena, s, p->rules, &callers[first[i]], taker(p, &s->actors[i]));
        if (opener == NULL)
            continue;
        opener->index = (uint32_t)p->ncallers++;
        openers[i] = opener;
    }
    p->openers = openers;
}

struct across_list {
    struct arena *arena;
    struct across *rows;
    size_t n, room;
};

static void add_across(struct across_list *list, const struct plan *p, const struct caller *of,
                       struct span lender)
{
    const struct scenario *s = p->scenario;
    uint32_t account = 0;
    while (account < s->naccounts && !span_equal(s->accounts[account].id, lender))
        account++;
    if (account == s->naccounts || account == of->actor->account)
        return;
    for (size_t i = 0; i < list->n; i++)
        if (list->rows[i].of == of && list->rows[i].account == account)
            return;
    if (list->n == list->room) {
        list->room = list->room == 0 ? 16 : 2 * list->room;
        struct across *rows = ARENA_NEW(list->arena, struct across, list->room);
        if (list->n > 0)
            memcpy(rows, list->rows, list->n * sizeof *rows);
        list->rows = rows;
    }
    list->rows[list->n++] =
        (struct across){of, across_seen(list->arena, s, p->rules, of, account), account};
}

static void add_activity(struct across_list *list, const struct plan *p, uint32_t actor,
                         uint32_t number)
{
    const struct activity *activity = &p->scenario->activities[number];
    for (size_t i = 0; i < activity->nsteps; i++) {
        const struct step *step = &activity->steps[i];
        if (!p->steps[step->index].crosses)
            continue;
        uint32_t client = step->client != SCENARIO_NONE ? step->client : activity->client;
        add_across(list, p, plan_caller(p, actor, client), across_lender(step->operation, step));
    }
}

/* Who takes roles of the scenario's other accounts on, in an activity of its own. */
static void make_across(struct plan *p, struct arena *arena)
{
    const struct scenario *s = p->scenario;
    struct across_list list = {.arena = arena};
    for (uint32_t i = 0; i < s->nactors; i++)
        for (size_t k = 0; k < s->actors[i].nhabits; k++)
            add_activity(&list, p, i, s->actors[i].habits[k].activity);
    for (size_t i = 0; i < s->nplaced; i++)
        add_activity(&list, p, s->placed[i].actor, s->placed[i].activity);
    p->across = list.rows;
    p->nacross = list.n;
}

static void group_actors(struct plan *p, struct arena *arena)
{
    const struct scenario *s = p->scenario;
    uint32_t *first = ARENA_NEW(arena, uint32_t, s->naccounts + 2);
    uint32_t *grouped = ARENA_NEW(arena, uint32_t, s->nactors + 1);
    for (size_t i = 0; i < s->nactors; i++)
        first[s->actors[i].account + 2]++;
    for (size_t a = 0; a < s->naccounts; a++)
        first[a + 2] += first[a + 1];
    for (uint32_t i = 0; i < s->nactors; i++)
        grouped[first[s->actors[i].account + 1]++] = i;
    p->actors = grouped;
    p->first_actor = first;
}

static double expected_per_day(const struct plan *p, uint32_t account)
{
    const struct scenario *s = p->scenario;
    double calls = 0;
    for (uint32_t i = p->first_actor[account]; i < p->first_actor[account + 1]; i++) {
        const struct actor *a = &s->actors[p->actors[i]];
        for (size_t k = 0; k < a->nhabits; k++) {
            const struct habit *h = &a->habits[k];
            double runs = h->every_ms > 0 ? (double)UTC_DAY_MS / (double)h->every_ms
                                          : (double)h->per_day_milli / 1000;
            calls += runs * activity_expected(&s->activities[h->activity], p, account);
        }
    }
    return calls;
}

/* From the scenario alone, never from the machine: cell edges show in the bytes. */
static void choose_cells(struct plan *p)
{
    static const int64_t lengths[] = {UTC_DAY_MS, 6 * UTC_HOUR_MS, UTC_HOUR_MS, 5 * UTC_MINUTE_MS};
    for (uint32_t a = 0; a < p->scenario->naccounts; a++) {
        double n = expected_per_day(p, a);
        if (n > p->records_per_day)
            p->records_per_day = n;
    }
    size_t i = 0;
    while (i + 1 < sizeof lengths / sizeof lengths[0] &&
           p->records_per_day * (double)lengths[i] / (double)UTC_DAY_MS > CELL_RECORDS_MOST)
        i++;
    p->cell_ms = lengths[i];
    int64_t first = p->start_ms / p->cell_ms;
    int64_t last = (p->end_ms + p->cell_ms - 1) / p->cell_ms;
    p->first_ms = first * p->cell_ms;
    p->ncells = (uint64_t)(last - first) * p->scenario->naccounts;
}

/* The first habit that deploys to each environment: it keeps the look-back of page.h short. */
static void find_deployers(struct plan *p, struct arena *arena)
{
    const struct scenario *s = p->scenario;
    struct plan_deployer *made = ARENA_NEW(arena, struct plan_deployer, s->nenvironments + 1);
    for (size_t i = 0; i < s->nenvironments; i++)
        made[i] = (struct plan_deployer){SCENARIO_NONE, SCENARIO_NONE};
    for (uint32_t i = 0; i < s->nactors; i++) {
        const struct actor *a = &s->actors[i];
        for (size_t k = 0; k < a->nhabits; k++) {
            const struct habit *h = &a->habits[k];
            if (!p->activities[h->activity].deploys)
                continue;
            const uint32_t *from = h->environments;
            size_t n = h->nenvironments;
            if (n == 0) {
                from = p->world.account_environments + p->world.first_environment[a->account];
                n = p->world.first_environment[a->account + 1] -
                    p->world.first_environment[a->account];
            }
            for (size_t e = 0; e < n; e++) {
                if (made[from[e]].actor == SCENARIO_NONE)
                    made[from[e]] = (struct plan_deployer){i, h->activity};
            }
        }
    }
    p->deployers = made;
}

/* Compile each step once, so that what a scenario has wrong is found before anything is made. */
static int check_activity(const struct plan *p, uint32_t actor, uint32_t number, struct err *e)
{
    const struct scenario *s = p->scenario;
    const struct activity *activity = &s->activities[number];
    struct arena scratch;
    arena_init(&scratch);
    int rc = 0;
    for (size_t i = 0; i < activity->nsteps && rc == 0; i++) {
        uint32_t client = activity->client;
        if (activity->steps[i].client != SCENARIO_NONE)
            client = activity->steps[i].client;
        if (client == SCENARIO_NONE)
            client = s->actors[actor].client;
        struct call call = {.scenario = s,
                            .caller = plan_caller(p, actor, client),
                            .step = &activity->steps[i],
                            .operation = activity->steps[i].operation,
                            .arena = &scratch};
        if (template_make(&scratch, p->rules, &call, e) == NULL)
            rc = -1;
        arena_empty(&scratch);
    }
    arena_free(&scratch);
    return rc;
}

static int check_habit(const struct plan *p, const struct actor *a, const struct habit *h,
                       struct err *e)
{
    const struct activity *activity = &p->scenario->activities[h->activity];
    for (size_t i = 0; i < activity->nsteps; i++) {
        enum effect effect = activity->steps[i].operation->effect;
        /* What a history would have to be known for is placed, or comes by "recycle". */
        if (effect == EFFECT_TERMINATE || effect == EFFECT_LAUNCH || effect == EFFECT_SWAP ||
            effect == EFFECT_DELETE_APPLICATION)
            return err_set(e, ERR_INPUT,
                           "actor \"%.*s\": activity \"%.*s\" calls %.*s, which cannot be a habit; "
                           "place it in \"schedule\" or \"stories\"",
                           SPAN_ARG(a->name), SPAN_ARG(activity->name),
                           SPAN_ARG(activity->steps[i].operation->name));
    }
    return 0;
}

static int check(const struct plan *p, struct arena *arena, struct err *e)
{
    const struct scenario *s = p->scenario;
    bool *checked = ARENA_NEW(arena, bool, s->nactivities + 1);
    for (uint32_t i = 0; i < s->nactors; i++) {
        const struct actor *a = &s->actors[i];
        for (size_t k = 0; k < a->nhabits; k++) {
            if (check_habit(p, a, &a->habits[k], e) != 0)
                return -1;
            uint32_t number = a->habits[k].activity;
            if (!checked[number] && check_activity(p, i, number, e) != 0)
                return -1;
            checked[number] = true;
        }
    }
    for (size_t i = 0; i < s->nplaced; i++) {
        uint32_t number = s->placed[i].activity;
        if (!checked[number] && check_activity(p, s->placed[i].actor, number, e) != 0)
            return -1;
        checked[number] = true;
    }
    return 0;
}

int plan_make(struct plan *out, struct arena *arena, const struct scenario *scenario,
              const struct rules *rules, uint64_t seed, int64_t start_ms, int64_t end_ms,
              struct err *e)
{
    *out = (struct plan){
        .scenario = scenario, .rules = rules, .seed = seed, .start_ms = start_ms, .end_ms = end_ms};
    world_make(&out->world, arena, scenario, seed);
    make_activities(out, arena);
    make_callers(out, arena);
    make_across(out, arena);
    life_settle(out, out->world.environments);
    group_actors(out, arena);
    find_deployers(out, arena);
    choose_cells(out);
    saved_make(out, arena);
    return check(out, arena, e);
}
