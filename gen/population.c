/* population.c - see population.h. */
#include "gen/population.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "base/draw.h"
#include "base/embedded.h"
#include "gen/population_part.h"
#include "gen/purpose.h"
#include "gen/scenario_actor.h"
#include "gen/scenario_part.h"

enum {
    ACCOUNTS_MAX = 10000,
    APPLICATIONS_MAX = 20000,
    ENVIRONMENTS_MAX = 30, /* of one application */
    DEVELOPERS_MAX = 20000,
    PIPELINES_MAX = 5000,
    SOME_MAX = 1000, /* of what is few */
    ACTORS_MAX = 100000,
    TEXT_FIRST_N = 1 << 16,
    WEIGHT_MAX = 1000, /* of a zone or tool beside the others */
    RANK_OFFSET = 3,   /* flattens the head of the distribution */
    MILLI_MAX = 12000,
    STRIDE = 1000003 /* a prime above all counts: steps through any number of places */
};

#define TEXT_MAX_N ((size_t)1 << 30)
#define COMPANY    "scenarios/population/company.json"

struct wish_text {
    int64_t accounts, applications, environments, developers, pipelines;
    int64_t previews, nightly, scanners, monitors, vendors, instances;
    double workers, identity_center, mfa, activity;
    bool break_glass_root, services;
    struct json regions, zones, tools, seed;
};

static const struct json_row wish_rows[] = {
    {"accounts", JSON_INTEGER, offsetof(struct wish_text, accounts), false, 1, ACCOUNTS_MAX, NULL},
    {"regions", JSON_ARRAY, offsetof(struct wish_text, regions), false, 1, POPULATION_ZONES_MAX,
     NULL},
    {"applications", JSON_INTEGER, offsetof(struct wish_text, applications), false, 0,
     APPLICATIONS_MAX, NULL},
    {"environmentsPerApplication", JSON_INTEGER, offsetof(struct wish_text, environments), false, 1,
     ENVIRONMENTS_MAX, NULL},
    {"workers", JSON_NUMBER, offsetof(struct wish_text, workers), false, 0, 1, NULL},
    {"previews", JSON_INTEGER, offsetof(struct wish_text, previews), false, 0, SOME_MAX, NULL},
    {"nightly", JSON_INTEGER, offsetof(struct wish_text, nightly), false, 0, SOME_MAX, NULL},
    {"developers", JSON_INTEGER, offsetof(struct wish_text, developers), false, 0, DEVELOPERS_MAX,
     NULL},
    {"pipelines", JSON_INTEGER, offsetof(struct wish_text, pipelines), false, 0, PIPELINES_MAX,
     NULL},
    {"scanners", JSON_INTEGER, offsetof(struct wish_text, scanners), false, 0, SOME_MAX, NULL},
    {"monitors", JSON_INTEGER, offsetof(struct wish_text, monitors), false, 0, SOME_MAX, NULL},
    {"vendors", JSON_INTEGER, offsetof(struct wish_text, vendors), false, 0, SOME_MAX, NULL},
    {"instances", JSON_INTEGER, offsetof(struct wish_text, instances), false, 0, SOME_MAX, NULL},
    {"zones", JSON_ARRAY, offsetof(struct wish_text, zones), false, 1, POPULATION_ZONES_MAX, NULL},
    {"tools", JSON_OBJECT, offsetof(struct wish_text, tools), false, 0, 0, NULL},
    {"identityCenter", JSON_NUMBER, offsetof(struct wish_text, identity_center), false, 0, 1, NULL},
    {"mfa", JSON_NUMBER, offsetof(struct wish_text, mfa), false, 0, 1, NULL},
    {"breakGlassRoot", JSON_BOOL, offsetof(struct wish_text, break_glass_root), false, 0, 0, NULL},
    {"services", JSON_BOOL, offsetof(struct wish_text, services), false, 0, 0, NULL},
    {"activity", JSON_NUMBER, offsetof(struct wish_text, activity), false, 0, 100, NULL},
    {"seed", JSON_ANY, offsetof(struct wish_text, seed), false, 0, 0, NULL},
};

struct zone_text {
    struct span zone;
    int64_t weight;
};

static const struct json_row zone_rows[] = {
    {"zone", JSON_STRING, offsetof(struct zone_text, zone), true, 0, 0, NULL},
    {"weight", JSON_INTEGER, offsetof(struct zone_text, weight), false, 0, WEIGHT_MAX, NULL},
};

/* Where nobody says: two continents and a half. */
static struct population_zone default_zones[] = {
    {SPAN_INIT("-04:00"), 2}, {SPAN_INIT("+02:00"), 2}, {SPAN_INIT("+05:30"), 1}};

#define ROWS(rows) (rows), sizeof(rows) / sizeof((rows)[0])

uint64_t population_at(const struct population *p, enum population_draw about, uint64_t index)
{
    return draw_at(draw_at(p->seed, PURPOSE_POPULATION, about), PURPOSE_POPULATION, index);
}

uint64_t population_draw(uint64_t address, uint64_t number)
{
    return draw_at(address, PURPOSE_POPULATION, number);
}

/* One over the rank, as in many counts of who does how much (Zipf); the first ranks are flattened,
   since nobody works ten times as much as the next. */
static uint64_t weight_of_rank(uint64_t rank)
{
    return UINT64_C(1000000000) / (rank + RANK_OFFSET);
}

uint64_t population_weight_sum(uint64_t n)
{
    uint64_t sum = 0;
    for (uint64_t rank = 0; rank < n; rank++)
        sum += weight_of_rank(rank);
    return sum;
}

uint64_t population_weight(uint64_t i, uint64_t n, uint64_t sum)
{
    uint64_t rank = (i * STRIDE + n / 3) % n;
    uint64_t milli = weight_of_rank(rank) * n * 1000 / sum;
    return milli < MILLI_MAX ? milli : MILLI_MAX;
}

/* What was asked for */

static void read_regions(struct scenario_part *part, const struct json *list,
                         struct population_wish *wish)
{
    const struct region **regions =
        ARENA_NEW(part->arena, const struct region *, json_count(list) + 1);
    for (struct json it = {0}; json_is_array(list) && json_next(list, &it) != 0;) {
        const struct region *region = catalog_region(part->catalog, json_text(&it));
        bool doubled = false;
        for (size_t i = 0; i < wish->nregions && region != NULL; i++)
            doubled = doubled || regions[i] == region;
        if (region == NULL) {
            struct span *names = ARENA_NEW(part->arena, struct span, part->catalog->nregions);
            for (size_t i = 0; i < part->catalog->nregions; i++)
                names[i] = part->catalog->regions[i].name;
            scenario_part_unknown(part, &it, "a region of Elastic Beanstalk", names,
                                  part->catalog->nregions);
        } else if (doubled) {
            json_complain(&it, "this region was there before");
        } else if (wish->nregions > 0 && !span_equal(region->partition, regions[0]->partition)) {
            json_complain(&it, "is in another partition than the first region");
        } else {
            regions[wish->nregions++] = region;
        }
    }
    if (wish->nregions == 0)
        regions[wish->nregions++] = catalog_region(part->catalog, SPAN("us-east-1"));
    wish->regions = regions;
}

static void read_zones(struct scenario_part *part, const struct json *list,
                       struct population_wish *wish)
{
    struct population_zone *zones =
        ARENA_NEW(part->arena, struct population_zone, json_count(list) + 1);
    for (struct json it = {0}; json_is_array(list) && json_next(list, &it) != 0;) {
        struct zone_text text = {.zone = json_text(&it), .weight = 1};
        int32_t minutes = 0;
        if (!json_is_string(&it) && !json_read(&it, ROWS(zone_rows), &text))
            continue;
        if (!scenario_actor_zone(text.zone, &minutes))
            json_complain(&it, "must be local time minus UTC, like \"+02:00\"");
        else
            zones[wish->nzones++] = (struct population_zone){text.zone, (uint64_t)text.weight};
    }
    wish->zones = wish->nzones > 0 ? zones : default_zones;
    if (wish->nzones == 0)
        wish->nzones = sizeof default_zones / sizeof default_zones[0];
}

static void read_tools(struct scenario_part *part, const struct json *object,
                       const struct company *company, struct population_wish *wish)
{
    struct span names[POPULATION_TOOLS_MAX];
    size_t n = company->npeople < POPULATION_TOOLS_MAX ? company->npeople : POPULATION_TOOLS_MAX;
    for (size_t i = 0; i < n; i++) {
        names[i] = company->people[i].name;
        wish->tools[i] = json_is_object(object) ? 0 : company->people[i].weight;
    }
    uint64_t sum = 0;
    for (struct json it = {0}; json_is_object(object) && json_next(object, &it) != 0;) {
        int64_t weight = json_integer(&it, -1);
        size_t i = 0;
        while (i < n && !span_is(names[i], it.key))
            i++;
        if (i == n) {
            const char *words[POPULATION_TOOLS_MAX + 1] = {NULL};
            for (size_t k = 0; k < n; k++)
                words[k] = arena_copy(part->arena, names[k]).p;
            const char *near = json_nearest(span_of(it.key), words);
            json_complain_key(object, it.key, "is not a tool of people%s%s%s",
                              near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                              near == NULL ? "" : "\"?");
        } else if (weight < 0 || weight > WEIGHT_MAX) {
            json_complain(&it, "must be a whole number from 0 to %d", WEIGHT_MAX);
        } else {
            wish->tools[i] = (uint64_t)weight;
            sum += wish->tools[i];
        }
    }
    if (json_is_object(object) && json_count(object) > 0 && sum == 0)
        json_complain(object, "gives every tool the weight 0");
}

static int64_t otherwise(int64_t given, int64_t value)
{
    return given >= 0 ? given : value;
}

static void read_wish(struct scenario_part *part, const struct json *at,
                      const struct company *company, struct population *p)
{
    struct wish_text *text = ARENA_NEW(part->arena, struct wish_text, 1);
    *text = (struct wish_text){.accounts = 1,
                               .applications = -1,
                               .environments = 3,
                               .developers = 10,
                               .pipelines = -1,
                               .previews = -1,
                               .nightly = -1,
                               .scanners = 1,
                               .monitors = 2,
                               .vendors = 1,
                               .instances = -1,
                               .workers = 0.2,
                               .identity_center = 0.6,
                               .mfa = 0.8,
                               .activity = 1,
                               .break_glass_root = true,
                               .services = true};
    json_read(at, ROWS(wish_rows), text);
    int64_t applications = otherwise(text->applications, text->developers / 2 + 1);
    p->wish = (struct population_wish){
        .accounts = text->accounts,
        .applications = applications,
        .environments = text->environments,
        .developers = text->developers,
        .pipelines = otherwise(text->pipelines, text->developers / 6 + 1),
        .previews = applications == 0 ? 0 : otherwise(text->previews, applications / 8),
        .nightly = applications == 0 ? 0 : otherwise(text->nightly, applications / 12),
        .scanners = text->scanners,
        .monitors = text->monitors,
        .vendors = text->vendors,
        .instances = otherwise(text->instances, applications / 8),
        .workers_ppm = scenario_part_ppm(text->workers),
        .identity_center_ppm = scenario_part_ppm(text->identity_center),
        .mfa_ppm = scenario_part_ppm(text->mfa),
        .activity_milli = (uint64_t)llround(text->activity * 1000),
        .break_glass_root = text->break_glass_root,
        .services = text->services,
    };
    if (p->wish.instances > SOME_MAX)
        p->wish.instances = SOME_MAX;
    if (p->wish.previews > SOME_MAX)
        p->wish.previews = SOME_MAX;
    if (p->wish.nightly > SOME_MAX)
        p->wish.nightly = SOME_MAX;
    if (p->wish.pipelines > PIPELINES_MAX)
        p->wish.pipelines = PIPELINES_MAX;
    read_regions(part, &text->regions, &p->wish);
    read_zones(part, &text->zones, &p->wish);
    read_tools(part, &text->tools, company, &p->wish);
    struct span seed = scenario_part_seed(part, &text->seed);
    p->seed = draw_seed(seed.p, seed.n);
}

/* At most so many actors come of it. */
static int64_t most_actors(const struct population *p)
{
    const struct population_wish *w = &p->wish;
    int64_t unit = w->accounts < POPULATION_UNIT_ACCOUNTS ? w->accounts : POPULATION_UNIT_ACCOUNTS;
    int64_t people = 2 * unit * w->developers;
    int64_t everywhere = w->scanners + (int64_t)p->company->nmachines;
    int64_t units = (w->accounts + POPULATION_UNIT_ACCOUNTS - 1) / POPULATION_UNIT_ACCOUNTS;
    int64_t deployed = w->applications > w->pipelines ? w->applications : w->pipelines;
    return people + w->accounts * everywhere + units * (w->monitors + w->vendors) +
           unit * deployed + w->instances + w->scanners;
}

/* The document of ${text}, kept with the scenario's others. */
static int open_doc(struct json **root, struct scenario_part *part, const char *name,
                    struct span text, struct err *e)
{
    struct json_doc *doc = NULL;
    if (json_open(&doc, name, text, e) != 0)
        return -1;
    part->out->docs[part->out->ndocs++] = doc;
    if (part->take != NULL)
        json_collect(doc, part->take, part->ctx);
    *root = ARENA_NEW(part->arena, struct json, 1);
    **root = json_root(doc);
    return 0;
}

static void write_text(struct population *p)
{
    p->application_sum = population_weight_sum((uint64_t)p->wish.applications);
    p->person_sum = population_weight_sum((uint64_t)p->wish.developers);
    population_cast_make(p);
    buf_printf(p->text, "{\n");
    population_cast_write(p);
    buf_printf(p->text, ",\n\"actors\":[");
    if (p->napplications > 0)
        population_people_write(p);
    population_machine_write(p);
    buf_printf(p->text, "]\n}\n");
}

int population_read(struct population_lists *out, struct scenario_part *part, const struct json *at,
                    struct err *e)
{
    struct population *p = ARENA_NEW(part->arena, struct population, 1);
    struct company *company = ARENA_NEW(part->arena, struct company, 1);
    struct json *root = NULL;
    struct buf text;
    if (!json_is_present(at))
        return 0;
    if (open_doc(&root, part, COMPANY, embedded_find(SPAN(COMPANY)), e) != 0)
        return -1;
    company_read(company, part->arena, root);
    p->arena = part->arena;
    p->company = company;
    read_wish(part, at, company, p);
    p->partition = p->wish.regions[0]->partition;
    if (most_actors(p) > ACTORS_MAX) {
        json_complain(at, "makes up to %jd actors, and a scenario has at most %d",
                      (intmax_t)most_actors(p), ACTORS_MAX);
        return 0;
    }
    buf_init(&text, TEXT_MAX_N);
    p->text = &text;
    write_text(p);
    struct span name = arena_printf(part->arena, "%s (population)", part->name);
    int rc = open_doc(&root, part, name.p, buf_span(&text), e);
    buf_free(&text);
    if (rc != 0)
        return -1;
    out->accounts = json_member(root, "accounts");
    out->applications = json_member(root, "applications");
    out->actors = json_member(root, "actors");
    return 0;
}
