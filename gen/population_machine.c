/* population_machine.c - the part of population_part.h that writes all but people. */
#include "base/arena.h"
#include "base/draw.h"
#include "gen/population_part.h"

enum { DEPLOYED_MOST = 50 /* applications of one pipeline */ };

/* The ${i}th profile of ${kind} by turns; NULL when the company has none. */
static const struct company_profile *profile_by_turn(const struct population *p,
                                                     enum company_kind kind, size_t i)
{
    const struct company *company = p->company;
    size_t n = 0;
    for (size_t k = 0; k < company->nmachines; k++)
        n += company->machines[k].kind == kind;
    for (size_t k = 0, seen = 0; k < company->nmachines && n > 0; k++)
        if (company->machines[k].kind == kind && seen++ == i % n)
            return &company->machines[k];
    return NULL;
}

static int minutes_of(struct span clock)
{
    return ((clock.p[0] - '0') * 10 + clock.p[1] - '0') * 60 + (clock.p[3] - '0') * 10 +
           clock.p[4] - '0';
}

static void begin(struct population *p, const struct population_actor *actor,
                  const struct company_profile *profile)
{
    population_put_begin(p, actor, profile, profile->identity);
    population_put_addresses(p, actor, profile->addresses, 0);
    if (profile->from.n > 0)
        population_put_hours(p, p->wish.zones[0].text, minutes_of(profile->from),
                             minutes_of(profile->to), profile->weekend_milli);
    population_put_habits(p);
}

static uint64_t rate(const struct population *p, const struct company_habit *habit,
                     uint32_t account)
{
    switch (habit->per) {
    case COMPANY_ONCE:
        return 1000;
    case COMPANY_PER_APPLICATION:
        return UINT64_C(1000) * p->accounts[account].napplications;
    case COMPANY_PER_ENVIRONMENT:
        return UINT64_C(1000) * p->accounts[account].nenvironments;
    }
    return 0;
}

/* An actor whose habits are about the whole account, or about one application of it. */
static void write_machine(struct population *p, const struct company_profile *profile,
                          struct span name, uint32_t account, uint32_t number,
                          const uint32_t *application)
{
    const struct population_application *a =
        &p->applications[application == NULL ? 0 : *application];
    struct population_actor actor = {
        .name = name,
        .account = account,
        .region = application == NULL ? p->wish.regions[0] : a->region,
        .application = application == NULL ? name : a->name,
        .address = population_draw(population_at(p, POPULATION_MACHINE, account),
                                   (uint64_t)number * 64 + (uint64_t)profile->kind),
    };
    uint32_t *all = ARENA_NEW(p->arena, uint32_t, p->napplications / p->nunits + 1);
    size_t n = 0;
    begin(p, &actor, profile);
    if (application != NULL)
        all[n++] = *application;
    for (uint32_t i = p->accounts[account].unit; application == NULL && i < p->napplications;
         i += p->nunits)
        all[n++] = i;
    for (size_t i = 0; i < profile->nhabits; i++)
        population_put_habit(p, &profile->habits[i], rate(p, &profile->habits[i], account), account,
                             all, n);
    population_put_end(p);
}

static struct span number_name(const struct population *p, const char *kind, uint32_t i)
{
    return arena_printf(p->arena, "%s-%02u", kind, i + 1);
}

/* Pipelines: the applications are dealt out among them. */

static void write_pipeline(struct population *p, const struct company_profile *profile,
                           uint32_t number, uint32_t account)
{
    const struct population_application *first = &p->applications[number % p->napplications];
    size_t before = p->text->n;
    bool any = false;
    struct population_actor actor = {
        .name = number_name(p, "pipeline", number),
        .account = account,
        .region = first->region,
        .application = first->name,
        .address = population_draw(population_at(p, POPULATION_PIPELINE, number), account),
    };
    uint32_t stride = (uint32_t)p->wish.pipelines;
    population_put_begin(p, &actor, profile, profile->identity);
    population_put_addresses(p, &actor, profile->addresses, 0);
    population_put_hours(p, p->wish.zones[number % p->wish.nzones].text, 8 * 60, 19 * 60, 60);
    population_put_habits(p);
    for (uint32_t i = number % p->napplications, n = 0; i < p->napplications && n < DEPLOYED_MOST;
         i += stride, n++)
        for (size_t k = 0; k < profile->nhabits; k++)
            any = population_put_habit(p, &profile->habits[k],
                                       p->applications[i].weight_milli * p->wish.activity_milli /
                                           1000,
                                       account, &i, 1) ||
                  any;
    population_put_end(p);
    if (any)
        return;
    p->text->n = before;
    p->nactors--;
}

/* The accounts of the units that the applications of pipeline ${number} belong to. */
static void write_pipelines(struct population *p)
{
    bool *in = ARENA_NEW(p->arena, bool, p->nunits);
    for (uint32_t i = 0; i < p->wish.pipelines && p->napplications > 0; i++) {
        const struct company_profile *profile = profile_by_turn(p, COMPANY_PIPELINE, i);
        if (profile == NULL)
            return;
        uint32_t n = 0;
        memset(in, 0, p->nunits * sizeof *in);
        for (uint32_t a = i % p->napplications; a < p->napplications && n < DEPLOYED_MOST;
             a += (uint32_t)p->wish.pipelines, n++)
            in[a % p->nunits] = true;
        for (uint32_t account = 0; account < p->naccounts; account++)
            if (in[p->accounts[account].unit])
                write_pipeline(p, profile, i, account);
    }
}

/* Who takes a profile's roles on, in all accounts: it lives in the first one and does nothing else.
 */
static void write_taker(struct population *p, const struct company_profile *profile,
                        struct span name, uint32_t number)
{
    struct population_actor actor = {
        .name = population_put_taker(p, name),
        .region = p->wish.regions[0],
        .application = name,
        .address = population_draw(population_at(p, POPULATION_MACHINE, 0),
                                   (uint64_t)number * 64 + (uint64_t)profile->kind),
    };
    population_put_begin(p, &actor, profile, profile->by);
    population_put_addresses(p, &actor, profile->addresses, 0);
    population_put_habits(p);
    population_put_end(p);
}

/* Monitors, scanners, vendors: some of them in accounts of certain kinds. */
static void write_some(struct population *p, enum company_kind kind, const char *name,
                       int64_t number, bool everywhere)
{
    for (uint32_t i = 0; i < number; i++) {
        const struct company_profile *profile = profile_by_turn(p, kind, i);
        if (profile != NULL && profile->by.n > 0)
            write_taker(p, profile, number_name(p, name, i), i);
        for (uint32_t a = 0; a < p->naccounts && profile != NULL; a++)
            if (everywhere || ((p->accounts[a].stages & COMPANY_PRODUCTION) != 0 &&
                               p->accounts[a].nenvironments > 0))
                write_machine(p, profile, number_name(p, name, i), a, i, NULL);
    }
}

/* Instances of production whose code asks Elastic Beanstalk. */
static void write_instances(struct population *p)
{
    for (uint32_t i = 0; i < p->wish.instances && p->napplications > 0; i++) {
        const struct company_profile *profile = profile_by_turn(p, COMPANY_INSTANCE, i);
        uint32_t application = i % p->napplications;
        if (profile != NULL)
            write_machine(p, profile, number_name(p, "instance", i),
                          population_account(p, application % p->nunits, COMPANY_PRODUCTION), i,
                          &application);
    }
}

static bool has_recycled(const struct population *p, const struct company_profile *profile,
                         uint32_t account)
{
    for (uint32_t i = p->accounts[account].unit; i < p->napplications; i += p->nunits)
        for (uint32_t k = 0; k < p->applications[i].nenvironments; k++)
            if (p->applications[i].environments[k].recycle == profile &&
                p->applications[i].environments[k].account == account)
                return true;
    return false;
}

static bool is_wanted(const struct population *p, const struct company_profile *profile,
                      uint32_t account)
{
    switch (profile->kind) {
    case COMPANY_AUTOMATION:
        return p->wish.services && p->accounts[account].nenvironments > 0;
    case COMPANY_SERVICE:
        return p->wish.services;
    case COMPANY_PREVIEW:
    case COMPANY_NIGHTLY:
        return has_recycled(p, profile, account);
    case COMPANY_ROOT:
        return p->wish.break_glass_root;
    case COMPANY_PIPELINE:
    case COMPANY_MONITOR:
    case COMPANY_SCANNER:
    case COMPANY_VENDOR:
    case COMPANY_INSTANCE:
    case COMPANY_PERSON:
        return false;
    }
    return false;
}

void population_machine_write(struct population *p)
{
    write_pipelines(p);
    write_some(p, COMPANY_MONITOR, "monitor", p->wish.monitors, false);
    write_some(p, COMPANY_SCANNER, "scanner", p->wish.scanners, true);
    write_some(p, COMPANY_VENDOR, "vendor", p->wish.vendors, false);
    write_instances(p);
    for (size_t i = 0; i < p->company->nmachines; i++)
        for (uint32_t a = 0; a < p->naccounts; a++)
            if (is_wanted(p, &p->company->machines[i], a))
                write_machine(p, &p->company->machines[i], p->company->machines[i].name, a, 0,
                              NULL);
}
