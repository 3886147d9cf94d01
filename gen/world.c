/* world.c - see world.h. */
#include "gen/world.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/draw.h"
#include "base/json.h"
#include "base/utc.h"
#include "gen/cycle.h"
#include "gen/ids.h"
#include "gen/purpose.h"

/* A launch takes about this long; then others may use the environment. */
#define LAUNCH_MS (8 * UTC_MINUTE_MS)

static struct span text_of(struct arena *arena, size_t n, struct span alphabet, uint64_t address)
{
    char *text = ARENA_NEW(arena, char, n + 1);
    ids_text(text, n, alphabet, address);
    return (struct span){text, n};
}

static struct span arn(struct arena *arena, const struct place *at, const char *kind,
                       struct span application, struct span name)
{
    return arena_printf(arena, "arn:%.*s:elasticbeanstalk:%.*s:%.*s:%s/%.*s%s%.*s",
                        SPAN_ARG(at->account->partition), SPAN_ARG(at->region->name),
                        SPAN_ARG(at->account->id), kind, SPAN_ARG(application),
                        name.n == 0 ? "" : "/", SPAN_ARG(name));
}

/* Where the services without regions record the calls of ${account}. */
static const struct region *global_region(const struct scenario *s, const struct account *account)
{
    for (size_t i = 0; i < s->catalog->nregions; i++) {
        const struct region *r = &s->catalog->regions[i];
        if (r->global && span_equal(r->partition, account->partition))
            return r;
    }
    return account->regions[0];
}

static void fill_place(struct place *p, struct arena *arena, const struct account *account,
                       const struct region *region, uint32_t order, uint64_t seed)
{
    p->account = account;
    p->region = region;
    p->bucket = arena_printf(arena, "elasticbeanstalk-%.*s-%.*s", SPAN_ARG(region->name),
                             SPAN_ARG(account->id));
    p->order = order;
    p->account_address = draw_at(seed, PURPOSE_PLACE, draw_seed(account->id.p, account->id.n));
    p->address =
        draw_at(p->account_address, PURPOSE_PLACE, draw_seed(region->name.p, region->name.n));
}

static void make_account_places(struct place *places, struct arena *arena, const struct scenario *s,
                                const struct account *account, uint64_t seed)
{
    const struct region *region = global_region(s, account);
    struct place *global = NULL;
    for (uint32_t r = 0; r < account->nregions; r++) {
        fill_place(&places[r], arena, account, account->regions[r], r, seed);
        global = account->regions[r] == region ? &places[r] : global;
    }
    if (global == NULL) {
        global = ARENA_NEW(arena, struct place, 1);
        fill_place(global, arena, account, region, (uint32_t)account->nregions, seed);
        global->global = global;
    }
    for (size_t r = 0; r < account->nregions; r++)
        places[r].global = global;
}

static void make_places(struct world *w, struct arena *arena, const struct scenario *s,
                        uint64_t seed)
{
    size_t n = 0;
    uint32_t *first = ARENA_NEW(arena, uint32_t, s->naccounts + 1);
    for (size_t i = 0; i < s->naccounts; i++) {
        first[i] = (uint32_t)n;
        n += s->accounts[i].nregions;
    }
    first[s->naccounts] = (uint32_t)n;
    struct place *places = ARENA_NEW(arena, struct place, n);
    for (size_t i = 0; i < s->naccounts; i++)
        make_account_places(&places[first[i]], arena, s, &s->accounts[i], seed);
    w->places = places;
    w->nplaces = n;
    w->first_place = first;
}

/* Nothing is older than the calendar, wherever the scenario has been moved. */
static int64_t birth(int64_t t_ms)
{
    return t_ms < 0 ? 0 : t_ms;
}

static void make_applications(struct world *w, struct arena *arena, const struct scenario *s,
                              uint64_t seed)
{
    struct world_application *made = ARENA_NEW(arena, struct world_application, s->napplications);
    for (size_t i = 0; i < s->napplications; i++) {
        const struct application *from = &s->applications[i];
        struct world_application *a = &made[i];
        a->scenario = from;
        a->place = world_place(w, s, from->account, from->region);
        a->address = draw_at(seed, PURPOSE_APPLICATION, i);
        a->name = json_escaped(arena, from->name);
        a->description = json_escaped(arena, from->description);
        a->arn = arn(arena, a->place, "application", a->name, SPAN(""));
        a->template_name =
            arena_printf(arena, "%.*s-baseline", (int)(a->name.n < 80 ? a->name.n : 0), a->name.p);
        a->template_arn = arn(arena, a->place, "configurationtemplate", a->name, a->template_name);
        /* Inferred: applications are older than what is done with them, by weeks to years. */
        a->created_ms = birth(s->start_ms - draw_between(draw_at(a->address, PURPOSE_BIRTH, 0),
                                                         40 * UTC_DAY_MS, 900 * UTC_DAY_MS));
    }
    w->applications = made;
    w->napplications = s->napplications;
}

/* Source: forms of endpointURL in public answers; a worker has none. */
static struct span endpoint(struct arena *arena, const struct world_environment *env)
{
    const struct place *at = env->application->place;
    uint64_t a = draw_at(env->address, PURPOSE_TEXT, 1000);
    if (env->scenario->worker)
        return SPAN("");
    if (env->scenario->type == ENVIRONMENT_SINGLE_INSTANCE)
        return arena_printf(arena, "3.%u.%u.%u", (unsigned)(a & 127) + 8, (unsigned)(a >> 8 & 255),
                            (unsigned)(a >> 16 & 255));
    return arena_printf(
        arena, "awseb-AWSEB-%.*s-%u.%.*s", SPAN_ARG(text_of(arena, 13, IDS_UPPER, a)),
        (unsigned)draw_between(a, 100000000, 2099999999), SPAN_ARG(at->region->elb_suffix));
}

static void make_environment(struct world_environment *e, struct arena *arena,
                             const struct environment *from, const struct scenario *s)
{
    const struct place *at = e->application->place;
    e->scenario = from;
    e->name = json_escaped(arena, from->name);
    e->arn = arn(arena, at, "environment", e->application->name, e->name);
    e->id = from->id;
    if (from->id.n == 0)
        e->id = arena_printf(arena, "e-%.*s",
                             SPAN_ARG(text_of(arena, 10, IDS_ENVIRONMENT, e->address)));
    /* Without a chosen prefix the service makes a host name; none could have been asked for. */
    e->cname_prefix = from->cname_prefix.n > 0 ? from->cname_prefix : e->name;
    struct span host = from->cname_prefix;
    if (from->cname_prefix.n == 0)
        host = arena_printf(
            arena, "%.*s.eba-%.*s", SPAN_ARG(e->name),
            SPAN_ARG(text_of(arena, 8, IDS_ENVIRONMENT, draw_at(e->address, PURPOSE_TEXT, 1))));
    e->cname = arena_printf(arena, "%.*s.%.*s", SPAN_ARG(host), SPAN_ARG(at->region->cname_suffix));
    e->endpoint = endpoint(arena, e);
    e->description = SPAN("");
    e->platform_arn = arena_printf(arena, "arn:%.*s:elasticbeanstalk:%.*s::platform/%.*s",
                                   SPAN_ARG(at->account->partition), SPAN_ARG(at->region->name),
                                   SPAN_ARG(from->platform->arn_tail));
    e->solution_stack = from->platform->name;
    e->stack_name = arena_printf(arena, "awseb-%.*s-stack", SPAN_ARG(e->id));
    e->tier_name = from->worker ? SPAN("Worker") : SPAN("WebServer");
    e->tier_type = from->worker ? SPAN("SQS/HTTP") : SPAN("Standard");
    e->tier_version = SPAN("1.0");
    e->launched_ms = from->launched_ms;
    e->terminated_ms = from->terminated_ms;
    e->created_ms = from->launched_ms;
    if (from->launched_ms == INT64_MIN)
        e->created_ms = s->start_ms - draw_between(draw_at(e->address, PURPOSE_BIRTH, 0),
                                                   35 * UTC_DAY_MS, 400 * UTC_DAY_MS);
    e->created_ms = birth(e->created_ms);
    world_version(&e->baseline, arena, e->application, LABELS_EB_CLI,
                  draw_at(e->address, PURPOSE_VERSION, 0), e->created_ms);
    if (from->version.n > 0) {
        e->baseline.label = json_escaped(arena, from->version);
        e->baseline.arn =
            arn(arena, at, "applicationversion", e->application->name, e->baseline.label);
    }
}

/* A placed launch or termination is where a life begins or ends. */
static void set_lives(struct world_environment *made, const struct scenario *s)
{
    for (size_t i = 0; i < s->nplaced; i++) {
        const struct placed *p = &s->placed[i];
        if (p->environment == SCENARIO_NONE)
            continue;
        struct world_environment *e = &made[p->environment];
        const struct activity *a = &s->activities[p->activity];
        for (size_t k = 0; k < a->nsteps; k++) {
            bool fails = a->steps[k].error != NULL && a->steps[k].error_ppm == 1000000;
            if (fails)
                continue;
            if (a->steps[k].operation->effect == EFFECT_LAUNCH)
                e->launched_ms = e->created_ms = p->at_ms;
            if (a->steps[k].operation->effect == EFFECT_TERMINATE && p->at_ms < e->terminated_ms)
                e->terminated_ms = p->at_ms;
        }
    }
}

static void make_environments(struct world *w, struct arena *arena, const struct scenario *s,
                              uint64_t seed)
{
    struct world_environment *made = ARENA_NEW(arena, struct world_environment, s->nenvironments);
    for (size_t i = 0; i < s->nenvironments; i++) {
        made[i].application = &w->applications[s->environments[i].application];
        made[i].address = draw_at(seed, PURPOSE_ENVIRONMENT, i);
        make_environment(&made[i], arena, &s->environments[i], s);
    }
    set_lives(made, s);
    w->environments = made;
    w->nenvironments = s->nenvironments;

    /* Grouped by account, so that choosing among an account's environments is an index. */
    uint32_t *first = ARENA_NEW(arena, uint32_t, s->naccounts + 1);
    uint32_t *grouped = ARENA_NEW(arena, uint32_t, s->nenvironments + 1);
    uint32_t *fill = ARENA_NEW(arena, uint32_t, s->naccounts + 1);
    for (size_t i = 0; i < s->nenvironments; i++)
        first[s->applications[s->environments[i].application].account + 1]++;
    for (size_t a = 0; a < s->naccounts; a++) {
        first[a + 1] += first[a];
        fill[a] = first[a];
    }
    for (size_t i = 0; i < s->nenvironments; i++)
        grouped[fill[s->applications[s->environments[i].application].account]++] = (uint32_t)i;
    w->account_environments = grouped;
    w->first_environment = first;
}

static bool swaps(const struct activity *a)
{
    for (size_t i = 0; i < a->nsteps; i++) {
        const struct step *step = &a->steps[i];
        bool fails = step->error != NULL && step->error_ppm == 1000000;
        if (step->operation->effect == EFFECT_SWAP && !fails)
            return true;
    }
    return false;
}

static int by_time(const void *left, const void *right)
{
    const struct swap *a = left, *b = right;
    return (a->time_ms > b->time_ms) - (a->time_ms < b->time_ms);
}

static void make_swaps(struct world *w, struct arena *arena, const struct scenario *s)
{
    struct swap *made = ARENA_NEW(arena, struct swap, s->nplaced + 1);
    for (size_t i = 0; i < s->nplaced; i++) {
        const struct placed *p = &s->placed[i];
        if (p->environment == SCENARIO_NONE || !swaps(&s->activities[p->activity]))
            continue;
        uint32_t other = world_other(w, s, p->environment, p->at_ms);
        if (other != SCENARIO_NONE)
            made[w->nswaps++] = (struct swap){p->at_ms, p->environment, other};
    }
    if (w->nswaps > 1)
        qsort(made, w->nswaps, sizeof *made, by_time);
    w->swaps = made;
}

void world_make(struct world *out, struct arena *arena, const struct scenario *scenario,
                uint64_t seed)
{
    *out = (struct world){0};
    make_places(out, arena, scenario, seed);
    make_applications(out, arena, scenario, seed);
    make_environments(out, arena, scenario, seed);
    make_swaps(out, arena, scenario);
}

const struct place *world_place(const struct world *w, const struct scenario *s, uint32_t account,
                                const struct region *region)
{
    uint32_t first = w->first_place[account];
    for (size_t r = 0; r < s->accounts[account].nregions; r++) {
        if (s->accounts[account].regions[r] == region)
            return &w->places[first + r];
    }
    return &w->places[first];
}

bool world_is_ready(const struct world *w, const struct scenario *s, uint32_t i, int64_t t_ms)
{
    const struct world_environment *e = &w->environments[i];
    int64_t launched_ms = e->launched_ms, terminated_ms = e->terminated_ms;
    if (e->scenario->recycle_ms > 0) {
        struct cycle c;
        if (!cycle_at(&c, s, e->scenario, e->address, t_ms))
            return false;
        launched_ms = c.launched_ms;
        terminated_ms = c.terminated_ms;
    }
    bool launched = launched_ms == INT64_MIN || launched_ms + LAUNCH_MS <= t_ms;
    return launched && t_ms < terminated_ms;
}

uint32_t world_other(const struct world *w, const struct scenario *s, uint32_t i, int64_t t_ms)
{
    const struct application *a = &s->applications[s->environments[i].application];
    for (uint32_t k = 1; k < a->nenvironments; k++) {
        uint32_t other = a->first_environment + (i - a->first_environment + k) % a->nenvironments;
        if (world_is_ready(w, s, other, t_ms))
            return other;
    }
    return SCENARIO_NONE;
}

/* Whose CNAME ${i} has at ${t_ms}: back through the swaps it took part in. */
static uint32_t cname_owner(const struct world *w, uint32_t i, int64_t t_ms)
{
    for (size_t k = w->nswaps; k-- > 0;) {
        const struct swap *swap = &w->swaps[k];
        if (swap->time_ms >= t_ms)
            continue;
        if (swap->one == i)
            i = swap->other;
        else if (swap->other == i)
            i = swap->one;
    }
    return i;
}

const struct world_environment *world_environment(const struct world *w, const struct scenario *s,
                                                  struct arena *arena, uint32_t i, int64_t t_ms)
{
    const struct world_environment *always = &w->environments[i];
    struct cycle c;
    uint32_t owner = cname_owner(w, i, t_ms);
    if (owner != i) {
        struct world_environment *swapped = ARENA_NEW(arena, struct world_environment, 1);
        *swapped = *always;
        swapped->cname = w->environments[owner].cname;
        return swapped;
    }
    if (always->scenario->recycle_ms == 0 ||
        !cycle_at(&c, s, always->scenario, always->address, t_ms))
        return always;
    struct world_environment *e = ARENA_NEW(arena, struct world_environment, 1);
    e->application = always->application;
    e->address = c.address;
    make_environment(e, arena, always->scenario, s);
    e->launched_ms = c.launched_ms;
    e->created_ms = birth(c.launched_ms);
    e->terminated_ms = c.terminated_ms;
    return e;
}

/*
 * Labels as each tool makes them. Source: EB CLI "app-<commit>-<date>_<time>"; CodePipeline
 * "code-pipeline-<ms>-..."; the rest are habits of the tools' users (inferred).
 */
static struct span label_of(struct arena *arena, enum activity_labels labels, uint64_t address,
                            int64_t created_ms)
{
    struct utc_civil c = utc_civil_of(created_ms);
    const int tenth = (int)draw_below(draw_at(address, PURPOSE_VERSION, 1), 10);
    char hex[40];
    ids_text(hex, sizeof hex, IDS_HEX, address);
    switch (labels) {
    case LABELS_PIPELINE:
        return arena_printf(arena, "code-pipeline-%jd-%.8s", (intmax_t)created_ms, hex);
    case LABELS_COMMIT:
        return arena_printf(arena, "%.40s", hex);
    case LABELS_SEMVER:
        /* Nothing counts: the patch number is a function of time, ten of them a minute. */
        return arena_printf(arena, "v%d.%d.%d", c.year - 2020, c.month,
                            (((c.day - 1) * 24 + c.hour) * 60 + c.minute) * 10 + tenth);
    case LABELS_BUILD:
        return arena_printf(arena, "build-%jd",
                            (intmax_t)(created_ms / UTC_SECOND_MS - 1500000000));
    case LABELS_EB_CLI:
        return arena_printf(arena, "app-%.4s-%02d%02d%02d_%02d%02d%02d%06u", hex, c.year % 100,
                            c.month, c.day, c.hour, c.minute, c.second,
                            (unsigned)draw_below(address, 1000000));
    }
    return SPAN("");
}

void world_version(struct version *out, struct arena *arena,
                   const struct world_application *application, enum activity_labels labels,
                   uint64_t address, int64_t created_ms)
{
    static const char *const subjects[] = {
        "Fix checkout total",       "Update dependencies",    "Add health route",
        "Raise worker concurrency", "Refactor session store", "Log request ids",
        "Bump base image",          "Handle empty cart",      "Tune connection pool"};
    uint64_t pick =
        draw_below(draw_at(address, PURPOSE_TEXT, 99), sizeof subjects / sizeof subjects[0]);
    out->label = label_of(arena, labels, address, created_ms);
    out->arn = arn(arena, application->place, "applicationversion", application->name, out->label);
    out->key =
        arena_printf(arena, "%.*s/%.*s.zip", SPAN_ARG(application->name), SPAN_ARG(out->label));
    out->description = span_of(subjects[pick]);
    out->created_ms = created_ms;
}
