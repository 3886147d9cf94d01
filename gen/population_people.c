/* population_people.c - the part of population_part.h that writes people. */
#include "base/arena.h"
#include "base/draw.h"
#include "gen/population_part.h"

enum {
    APPLICATIONS_MOST = 3, /* that one person works on */
    CONSOLE_MILLI =
        300, /* how much of an average user of the console people with other tools are */
    PRODUCTION_PPM = 450000, /* of people who may into accounts that are for production only */
    STAGING_PPM = 750000,
    SAML_PPM = 250000, /* of those who have no user and do not come by Identity Center */
    TOKEN_PPM = 250000 /* of the users of a command line: they take session credentials */
};

/* Numbers of draws about a person. */
enum {
    DRAW_APPLICATION,
    DRAW_MORE,
    DRAW_TOOL = DRAW_MORE + APPLICATIONS_MOST,
    DRAW_WAY,
    DRAW_SAML,
    DRAW_MFA,
    DRAW_TOKEN,
    DRAW_ZONE,
    DRAW_FROM,
    DRAW_TO,
    DRAW_WEEKEND,
    DRAW_ACCESS = 32 /* and the stage */
};

struct person {
    struct population_actor actor;
    uint32_t applications[APPLICATIONS_MOST];
    size_t napplications;
    const struct company_profile *tool;
    enum company_way way;
    bool mfa, token;
    size_t zone;
    uint64_t weight_milli;
};

static size_t choose_tool(const struct population *p, uint64_t address)
{
    uint64_t weights[POPULATION_TOOLS_MAX];
    uint64_t sum = 0;
    uint32_t n = 0;
    for (; n < p->company->npeople && n < POPULATION_TOOLS_MAX; n++)
        weights[n] = sum += p->wish.tools[n];
    return sum == 0 ? 0 : draw_weighted(population_draw(address, DRAW_TOOL), weights, n);
}

static size_t choose_zone(const struct population *p, uint64_t address)
{
    uint64_t weights[POPULATION_ZONES_MAX];
    uint64_t sum = 0;
    uint32_t n = 0;
    for (; n < p->wish.nzones; n++)
        weights[n] = sum += p->wish.zones[n].weight;
    return sum == 0 ? 0 : draw_weighted(population_draw(address, DRAW_ZONE), weights, n);
}

/* Busy applications have more people; some work on a second and third one of the same unit. */
static void choose_applications(const struct population *p, struct person *who)
{
    uint64_t address = who->actor.address;
    uint32_t app =
        draw_weighted(population_draw(address, DRAW_APPLICATION), p->cumulative, p->napplications);
    who->applications[who->napplications++] = app;
    while (who->napplications < APPLICATIONS_MOST && app + p->nunits < p->napplications &&
           draw_chance(population_draw(address, DRAW_MORE + who->napplications), 500000)) {
        app += p->nunits;
        who->applications[who->napplications++] = app;
    }
}

static void choose_way(const struct population *p, struct person *who)
{
    uint64_t address = who->actor.address;
    if (draw_chance(population_draw(address, DRAW_WAY), p->wish.identity_center_ppm))
        who->way = COMPANY_IDENTITY_CENTER;
    else if (draw_chance(population_draw(address, DRAW_SAML), SAML_PPM))
        who->way = COMPANY_SAML;
    else
        who->way = COMPANY_USER;
    who->mfa = draw_chance(population_draw(address, DRAW_MFA), p->wish.mfa_ppm);
    who->token = draw_chance(population_draw(address, DRAW_TOKEN), TOKEN_PPM);
}

static void make_person(const struct population *p, struct person *who, uint32_t i)
{
    const struct company *company = p->company;
    uint64_t address = population_at(p, POPULATION_PERSON, i);
    *who = (struct person){.actor.address = address};
    who->actor.name = company->names[i % company->nnames];
    if (i >= company->nnames)
        who->actor.name =
            arena_printf(p->arena, "%.*s-%zu", SPAN_ARG(who->actor.name), i / company->nnames + 1);
    who->actor.user = who->actor.name;
    who->tool = &company->people[choose_tool(p, address)];
    who->zone = choose_zone(p, address);
    who->weight_milli = population_weight(i, (uint64_t)p->wish.developers, p->person_sum) *
                        p->wish.activity_milli / 1000;
    choose_way(p, who);
    if (p->napplications > 0)
        choose_applications(p, who);
}

/* The ways of ${who} into an account with the tools of ${profile}. */
static enum company_way way_with(const struct person *who, const struct company_profile *profile)
{
    bool console = span_is(profile->client, "console");
    if (who->way != COMPANY_USER || (!console && !who->token))
        return who->way;
    return who->mfa ? COMPANY_USER_SESSION_MFA : COMPANY_USER_SESSION;
}

static void put_hours(struct population *p, const struct person *who)
{
    uint64_t address = who->actor.address;
    int from = 7 * 60 + 15 * (int)draw_below(population_draw(address, DRAW_FROM), 13);
    int to = from + 8 * 60 + 15 * (int)draw_below(population_draw(address, DRAW_TO), 7);
    uint64_t weekend = draw_below(population_draw(address, DRAW_WEEKEND), 120);
    population_put_hours(p, p->wish.zones[who->zone].text, from, to, weekend);
}

/* An actor of ${who} in ${account}; nothing when there is nothing to do there. */
static void write_actor(struct population *p, const struct person *who,
                        const struct company_profile *profile, struct span name,
                        uint64_t rate_milli, uint32_t account)
{
    size_t before = p->text->n;
    struct population_actor actor = who->actor;
    bool any = false;
    actor.name = name;
    actor.account = account;
    actor.region = p->wish.regions[0];
    population_put_begin(p, &actor, profile, p->company->ways[way_with(who, profile)]);
    population_put_addresses(p, &actor, COMPANY_OFFICE, who->zone);
    put_hours(p, who);
    population_put_habits(p);
    for (size_t i = 0; i < profile->nhabits; i++)
        if ((profile->habits[i].stages & p->accounts[account].stages) != 0)
            any = population_put_habit(p, &profile->habits[i], rate_milli, account,
                                       who->applications, who->napplications) ||
                  any;
    population_put_end(p);
    if (any)
        return;
    p->text->n = before;
    p->nactors--;
}

static bool may_enter(const struct population *p, const struct person *who, uint32_t account)
{
    unsigned stages = p->accounts[account].stages;
    if ((stages & COMPANY_DEVELOPMENT) != 0)
        return true;
    return draw_chance(population_draw(who->actor.address, DRAW_ACCESS + stages),
                       (stages & COMPANY_PRODUCTION) != 0 ? PRODUCTION_PPM : STAGING_PPM);
}

void population_people_write(struct population *p)
{
    const struct company_profile *console = &p->company->people[0];
    for (uint32_t i = 0; i < p->wish.developers; i++) {
        struct person who;
        make_person(p, &who, i);
        uint32_t first = who.applications[0] % p->nunits * POPULATION_UNIT_ACCOUNTS;
        struct span second = arena_printf(p->arena, "%.*s-console", SPAN_ARG(who.actor.name));
        for (uint32_t a = first; a < first + POPULATION_UNIT_ACCOUNTS && a < p->naccounts; a++) {
            if (!may_enter(p, &who, a))
                continue;
            write_actor(p, &who, who.tool, who.actor.name, who.weight_milli, a);
            if (who.tool != console)
                write_actor(p, &who, console, second, who.weight_milli * CONSOLE_MILLI / 1000, a);
        }
    }
}
