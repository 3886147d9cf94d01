/* population_cast.c - the part of population_part.h that makes accounts and applications. */
#include "base/arena.h"
#include "base/draw.h"
#include "gen/population_part.h"

enum {
    NAMED_ENVIRONMENTS = 64, /* room for what an application has besides the asked number */
    STRIDE = 1000003         /* a prime above all counts: steps through any number of places */
};

#define IDS_FIRST UINT64_C(100000000000)
#define IDS_N     UINT64_C(899999999999)

/* ${base}, with its number behind it when the list was gone through. */
static struct span numbered(const struct population *p, struct span base, size_t i, size_t n)
{
    if (i < n)
        return base;
    return arena_printf(p->arena, "%.*s-%zu", SPAN_ARG(base), i / n + 1);
}

/* The stages of the ${i}th account of a unit that has ${n}. */
static unsigned stages_of(uint32_t i, uint32_t n)
{
    static const unsigned alone[] = {COMPANY_ANY};
    static const unsigned two[] = {COMPANY_PRODUCTION, COMPANY_STAGING | COMPANY_DEVELOPMENT};
    static const unsigned three[] = {COMPANY_PRODUCTION, COMPANY_STAGING, COMPANY_DEVELOPMENT};
    return n == 1 ? alone[i] : n == 2 ? two[i] : three[i];
}

static struct span stage_name(unsigned stages)
{
    if (stages == COMPANY_ANY)
        return SPAN("main");
    if ((stages & COMPANY_PRODUCTION) != 0)
        return SPAN("production");
    return (stages & COMPANY_DEVELOPMENT) != 0 ? SPAN("development") : SPAN("staging");
}

static void make_accounts(struct population *p)
{
    const struct company *company = p->company;
    uint32_t n = (uint32_t)p->wish.accounts;
    uint64_t shift = population_at(p, POPULATION_ACCOUNT, 0);
    p->naccounts = n;
    p->nunits = (n + POPULATION_UNIT_ACCOUNTS - 1) / POPULATION_UNIT_ACCOUNTS;
    p->accounts = ARENA_NEW(p->arena, struct population_account, n);
    for (uint32_t i = 0; i < n; i++) {
        struct population_account *a = &p->accounts[i];
        uint32_t in_unit = i % POPULATION_UNIT_ACCOUNTS;
        uint32_t first = i - in_unit;
        uint32_t of_unit =
            n - first < POPULATION_UNIT_ACCOUNTS ? n - first : POPULATION_UNIT_ACCOUNTS;
        a->unit = i / POPULATION_UNIT_ACCOUNTS;
        a->stages = stages_of(in_unit, of_unit);
        a->name = stage_name(a->stages);
        if (p->nunits > 1)
            a->name = arena_printf(p->arena, "%.*s-%.*s",
                                   SPAN_ARG(numbered(p, company->units[a->unit % company->nunits],
                                                     a->unit, company->nunits)),
                                   SPAN_ARG(a->name));
        /* Each has a part of all numbers to itself, so that no two are equal. */
        uint64_t part = IDS_N / n;
        uint64_t place = ((uint64_t)i * STRIDE + shift % n) % n;
        uint64_t inside = draw_below(population_at(p, POPULATION_ACCOUNT, i + 1), part);
        a->id = arena_printf(p->arena, "%012ju", (uintmax_t)(IDS_FIRST + place * part + inside));
    }
}

uint32_t population_account(const struct population *p, uint32_t unit, unsigned stage)
{
    for (uint32_t i = unit * POPULATION_UNIT_ACCOUNTS; i < p->naccounts; i++)
        if ((p->accounts[i].stages & stage) != 0)
            return i;
    return unit * POPULATION_UNIT_ACCOUNTS;
}

static struct population_environment *add_environment(struct population *p, uint32_t application,
                                                      struct span suffix, unsigned stage)
{
    struct population_application *a = &p->applications[application];
    struct population_environment *e = &a->environments[a->nenvironments++];
    e->name = arena_printf(p->arena, "%.*s-%.*s", SPAN_ARG(a->name), SPAN_ARG(suffix));
    e->stage = stage;
    e->account = population_account(p, application % p->nunits, stage);
    return e;
}

/* Few applications are in regions behind the first. */
static const struct region *choose_region(const struct population *p, uint64_t address)
{
    uint64_t weights[POPULATION_ZONES_MAX];
    uint64_t sum = 0;
    size_t n = p->wish.nregions;
    for (size_t i = 0; i < n; i++)
        weights[i] = sum += 1000 / (i + 1);
    return p->wish.regions[draw_weighted(population_draw(address, 0), weights, (uint32_t)n)];
}

static void make_application(struct population *p, uint32_t i)
{
    const struct company *company = p->company;
    const struct company_application *from = &company->applications[i % company->napplications];
    struct population_application *a = &p->applications[i];
    uint64_t address = population_at(p, POPULATION_APPLICATION, i);
    a->name = numbered(p, from->name, i, company->napplications);
    a->platform = from->platform;
    a->region = choose_region(p, address);
    a->weight_milli = population_weight(i, p->napplications, p->application_sum);
    p->cumulative[i] = a->weight_milli + (i > 0 ? p->cumulative[i - 1] : 0);
    for (size_t k = 0; k < (size_t)p->wish.environments; k++) {
        const struct company_environment *e = &company->environments[k % company->nenvironments];
        struct span suffix = numbered(p, e->name, k, company->nenvironments);
        add_environment(p, i, suffix, e->stage)->single = e->single;
    }
    if (draw_chance(population_draw(address, 1), p->wish.workers_ppm))
        add_environment(p, i, SPAN("worker"), COMPANY_PRODUCTION)->worker = true;
}

static const struct company_profile *profile_of(const struct population *p, enum company_kind kind)
{
    for (size_t i = 0; i < p->company->nmachines; i++)
        if (p->company->machines[i].kind == kind)
            return &p->company->machines[i];
    return NULL;
}

/* The ${n} applications whose numbers come first by turns have one more environment each time. */
static void add_recycled(struct population *p, uint32_t n, enum company_kind kind,
                         struct span suffix)
{
    const struct company_profile *profile = profile_of(p, kind);
    for (uint32_t i = 0; i < n && profile != NULL && p->napplications > 0; i++) {
        uint32_t round = i / p->napplications;
        struct population_environment *e = add_environment(
            p, i % p->napplications, numbered(p, suffix, round, 1), COMPANY_DEVELOPMENT);
        e->single = true;
        e->recycle = profile;
    }
}

static void count(struct population *p)
{
    for (uint32_t i = 0; i < p->napplications; i++) {
        const struct population_application *a = &p->applications[i];
        for (uint32_t k = 0; k < a->nenvironments; k++) {
            p->accounts[a->environments[k].account].nenvironments++;
            bool first = true;
            for (uint32_t l = 0; l < k; l++)
                first = first && a->environments[l].account != a->environments[k].account;
            p->accounts[a->environments[k].account].napplications += first;
        }
    }
}

void population_cast_make(struct population *p)
{
    make_accounts(p);
    uint32_t n = (uint32_t)p->wish.applications;
    uint32_t recycled = n == 0 ? 0 : (uint32_t)(p->wish.previews + p->wish.nightly) / n + 2;
    p->napplications = n;
    p->applications = ARENA_NEW(p->arena, struct population_application, n);
    p->cumulative = ARENA_NEW(p->arena, uint64_t, n);
    for (uint32_t i = 0; i < n; i++) {
        p->applications[i].environments =
            ARENA_NEW(p->arena, struct population_environment,
                      (size_t)p->wish.environments + recycled + NAMED_ENVIRONMENTS);
        make_application(p, i);
    }
    add_recycled(p, (uint32_t)p->wish.previews, COMPANY_PREVIEW, SPAN("preview"));
    add_recycled(p, (uint32_t)p->wish.nightly, COMPANY_NIGHTLY, SPAN("nightly"));
    count(p);
}

static void write_accounts(struct population *p)
{
    buf_printf(p->text, "\"accounts\":[");
    for (uint32_t i = 0; i < p->naccounts; i++) {
        const struct population_account *a = &p->accounts[i];
        buf_printf(p->text, "%s\n{\"id\":\"%.*s\",\"name\":\"%.*s\",\"regions\":[",
                   i > 0 ? "," : "", SPAN_ARG(a->id), SPAN_ARG(a->name));
        for (size_t k = 0; k < p->wish.nregions; k++)
            buf_printf(p->text, "%s\"%.*s\"", k > 0 ? "," : "", SPAN_ARG(p->wish.regions[k]->name));
        buf_printf(p->text, "]}");
    }
    buf_printf(p->text, "]");
}

static void write_environment(struct population *p, const struct population_environment *e)
{
    buf_printf(p->text, "{\"name\":\"%.*s\"", SPAN_ARG(e->name));
    if (e->single)
        buf_printf(p->text, ",\"type\":\"SingleInstance\"");
    if (e->worker)
        buf_printf(p->text, ",\"tier\":\"Worker\"");
    if (e->recycle != NULL) {
        buf_printf(p->text, ",\"recycle\":{\"every\":\"%.*s\"", SPAN_ARG(e->recycle->every));
        population_put_text(p, "open", e->recycle->open);
        population_put_text(p, "by", population_put_name(p, e->recycle->name, e->account));
        population_put_text(p, "launch", e->recycle->launch);
        population_put_text(p, "terminate", e->recycle->terminate);
        buf_put_char(p->text, '}');
    }
    buf_put_char(p->text, '}');
}

/* The part of application ${a} that lies in account ${account}; ${n} were written before it. */
static size_t write_part(struct population *p, const struct population_application *a,
                         uint32_t account, size_t n)
{
    size_t written = 0;
    for (uint32_t i = 0; i < a->nenvironments; i++) {
        if (a->environments[i].account != account)
            continue;
        if (written++ == 0)
            buf_printf(p->text,
                       "%s\n{\"name\":\"%.*s\",\"account\":\"%.*s\",\"region\":\"%.*s\","
                       "\"platform\":\"%.*s\",\"environments\":[",
                       n > 0 ? "," : "", SPAN_ARG(a->name), SPAN_ARG(p->accounts[account].name),
                       SPAN_ARG(a->region->name), SPAN_ARG(a->platform));
        else
            buf_put_char(p->text, ',');
        write_environment(p, &a->environments[i]);
    }
    if (written > 0)
        buf_printf(p->text, "]}");
    return written > 0 ? 1 : 0;
}

void population_cast_write(struct population *p)
{
    size_t n = 0;
    write_accounts(p);
    buf_printf(p->text, ",\n\"applications\":[");
    for (uint32_t i = 0; i < p->napplications; i++) {
        uint32_t first = i % p->nunits * POPULATION_UNIT_ACCOUNTS;
        for (uint32_t k = first; k < first + POPULATION_UNIT_ACCOUNTS && k < p->naccounts; k++)
            n += write_part(p, &p->applications[i], k, n);
    }
    buf_printf(p->text, "]");
}
