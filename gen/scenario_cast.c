/* scenario_cast.c - see scenario_cast.h. */
#include "gen/scenario_cast.h"

#include <stddef.h>

#include "base/arena.h"
#include "gen/scenario_part.h"

enum {
    ENVIRONMENTS_MAX = 10000, /* of one application */
    WHY_MAX = 512
};

static const char *const partitions[] = {"aws", "aws-cn", "aws-us-gov", NULL};
static const char *const types[] = {"LoadBalanced", "SingleInstance", NULL};
static const char *const tiers[] = {"WebServer", "Worker", NULL};

struct account_text {
    struct span id, name;
    int partition;
    struct json regions;
};

static const struct json_row account_rows[] = {
    {"id", JSON_STRING, offsetof(struct account_text, id), true, 0, 0, NULL},
    {"name", JSON_STRING, offsetof(struct account_text, name), false, 1, 64, NULL},
    {"partition", JSON_WORD, offsetof(struct account_text, partition), false, 0, 0, partitions},
    {"regions", JSON_ARRAY, offsetof(struct account_text, regions), true, 1, 64, NULL},
};

struct application_text {
    struct span name, account, region, description, platform;
    struct json environments;
};

static const struct json_row application_rows[] = {
    {"name", JSON_STRING, offsetof(struct application_text, name), true, 1, 100, NULL},
    {"account", JSON_STRING, offsetof(struct application_text, account), false, 0, 0, NULL},
    {"region", JSON_STRING, offsetof(struct application_text, region), false, 0, 0, NULL},
    {"description", JSON_STRING, offsetof(struct application_text, description), false, 0, 200,
     NULL},
    {"platform", JSON_STRING, offsetof(struct application_text, platform), false, 0, 0, NULL},
    {"environments", JSON_ARRAY, offsetof(struct application_text, environments), false, 0,
     ENVIRONMENTS_MAX, NULL},
};

struct environment_text {
    struct span name, platform, id, cname_prefix, version;
    int type, tier;
    struct json launched, terminated, options, recycle;
};

static const struct json_row environment_rows[] = {
    {"name", JSON_STRING, offsetof(struct environment_text, name), true, 4, 40, NULL},
    {"platform", JSON_STRING, offsetof(struct environment_text, platform), false, 0, 0, NULL},
    {"type", JSON_WORD, offsetof(struct environment_text, type), false, 0, 0, types},
    {"tier", JSON_WORD, offsetof(struct environment_text, tier), false, 0, 0, tiers},
    {"id", JSON_STRING, offsetof(struct environment_text, id), false, 0, 0, NULL},
    {"cnamePrefix", JSON_STRING, offsetof(struct environment_text, cname_prefix), false, 4, 63,
     NULL},
    {"version", JSON_STRING, offsetof(struct environment_text, version), false, 1, 100, NULL},
    {"launched", JSON_ANY, offsetof(struct environment_text, launched), false, 0, 0, NULL},
    {"terminated", JSON_ANY, offsetof(struct environment_text, terminated), false, 0, 0, NULL},
    {"recycle", JSON_OBJECT, offsetof(struct environment_text, recycle), false, 0, 0, NULL},
    {"options", JSON_ARRAY, offsetof(struct environment_text, options), false, 0, 500, NULL},
};

struct option_text {
    struct span ns, option, value;
};

static const struct json_row option_rows[] = {
    {"namespace", JSON_STRING, offsetof(struct option_text, ns), true, 0, 0, NULL},
    {"option", JSON_STRING, offsetof(struct option_text, option), true, 0, 0, NULL},
    {"value", JSON_STRING, offsetof(struct option_text, value), true, 0, 0, NULL},
};

#define ROWS(rows) (rows), sizeof(rows) / sizeof((rows)[0])

/* Accounts */

static void read_regions(struct scenario_part *p, const struct json *list, struct account *account)
{
    struct json it = {0};
    const struct region **regions = ARENA_NEW(p->arena, const struct region *, json_count(list));
    size_t n = 0;
    while (json_next(list, &it) != 0) {
        const struct region *region = catalog_region(p->catalog, json_text(&it));
        if (region == NULL) {
            struct span *names = ARENA_NEW(p->arena, struct span, p->catalog->nregions);
            for (size_t i = 0; i < p->catalog->nregions; i++)
                names[i] = p->catalog->regions[i].name;
            if (json_is_string(&it))
                scenario_part_unknown(p, &it, "a region of Elastic Beanstalk", names,
                                      p->catalog->nregions);
            else
                json_complain(&it, "must be a string");
            continue;
        }
        bool doubled = false;
        for (size_t i = 0; i < n; i++)
            doubled = doubled || regions[i] == region;
        if (doubled)
            json_complain(&it, "this region was there before");
        else if (n > 0 && !span_equal(region->partition, regions[0]->partition))
            json_complain(&it, "\"%.*s\" is in partition %.*s, the account's first region in %.*s",
                          SPAN_ARG(region->name), SPAN_ARG(region->partition),
                          SPAN_ARG(regions[0]->partition));
        else
            regions[n++] = region;
    }
    account->regions = regions;
    account->nregions = n;
}

static void read_account(struct scenario_part *p, const struct json *at, struct account *account)
{
    struct account_text *text = ARENA_NEW(p->arena, struct account_text, 1);
    text->partition = -1;
    json_read(at, ROWS(account_rows), text);
    bool is_id = text->id.n == 12;
    for (size_t i = 0; i < text->id.n; i++)
        is_id = is_id && text->id.p[i] >= '0' && text->id.p[i] <= '9';
    if (text->id.p != NULL && !is_id)
        scenario_part_complain(at, "id", "an account's id has 12 digits");
    account->id = text->id;
    account->name = text->name.n > 0 ? text->name : text->id;
    read_regions(p, &text->regions, account);

    if (account->nregions > 0)
        account->partition = account->regions[0]->partition;
    if (text->partition >= 0 && account->nregions > 0 &&
        !span_is(account->partition, partitions[text->partition]))
        scenario_part_complain(at, "partition", "the account's regions are in partition %.*s",
                               SPAN_ARG(account->partition));
}

static void read_accounts(struct scenario_part *p, struct scenario_list accounts)
{
    p->account_at = accounts;
    size_t n = p->account_at.n;
    p->accounts = ARENA_NEW(p->arena, struct account, n);
    p->account_names.rows = ARENA_NEW(p->arena, struct scenario_name, 2 * n);
    for (size_t i = 0; i < n; i++) {
        const struct json *at = &p->account_at.at[i];
        struct account *account = &p->accounts[i];
        read_account(p, at, account);
        scenario_part_name(&p->account_names, account->id, i, at, "id");
        if (!span_equal(account->name, account->id))
            scenario_part_name(&p->account_names, account->name, i, at, "name");
    }
    scenario_part_sort(&p->account_names, "an account");
    p->out->accounts = p->accounts;
    p->out->naccounts = n;
}

/* Environments */

static const struct platform *read_platform(struct scenario_part *p, const struct json *object)
{
    struct json at = json_member(object, "platform");
    if (!json_is_string(&at))
        return NULL;
    const struct platform *platform = catalog_platform(p->catalog, json_text(&at));
    if (platform != NULL)
        return platform;
    size_t n = p->catalog->nplatforms;
    struct span *names = ARENA_NEW(p->arena, struct span, 2 * n);
    for (size_t i = 0; i < n; i++) {
        names[i] = p->catalog->platforms[i].branch;
        names[n + i] = p->catalog->platforms[i].name;
    }
    scenario_part_unknown(p, &at, "a platform", names, 2 * n);
    return NULL;
}

/* What ${env} runs with: settings that exist, and have a meaning for its kind. */
static void check_options(struct scenario_part *p, const struct json *options,
                          const struct environment *env)
{
    struct scenario_list list = scenario_part_list(p, options);
    for (size_t i = 0; i < list.n; i++) {
        struct option_text text = {.ns = {NULL, 0}};
        char why[WHY_MAX];
        if (!json_read(&list.at[i], ROWS(option_rows), &text))
            continue;
        if (!catalog_option_check(p->catalog, text.ns, text.option, text.value, why, sizeof(why))) {
            json_complain(&list.at[i], "%s", why);
            continue;
        }
        if (env->platform == NULL)
            continue;
        const struct option_place place = {env->type == ENVIRONMENT_LOAD_BALANCED, env->worker,
                                           env->platform->family};
        if (!catalog_option_fits(p->catalog, text.ns, text.option, text.value, &place, why,
                                 sizeof(why)))
            json_complain(&list.at[i], "%s, and this environment is not: leave it out", why);
    }
}

static void read_life(struct scenario_part *p, const struct json *at,
                      const struct environment_text *text, struct environment *environment)
{
    int64_t start_ms = p->out->start_ms;
    environment->launched_ms = INT64_MIN;
    environment->terminated_ms = SCENARIO_NEVER;
    if (json_is_present(&text->launched))
        scenario_part_instant(&text->launched, start_ms, &environment->launched_ms);
    if (json_is_present(&text->terminated))
        scenario_part_instant(&text->terminated, start_ms, &environment->terminated_ms);
    if (environment->terminated_ms <= environment->launched_ms)
        scenario_part_complain(at, "terminated", "must come after \"launched\"");
    else if (environment->terminated_ms <= start_ms)
        scenario_part_complain(at, "terminated", "must come after the start of the scenario");
    if (environment->launched_ms >= p->end_ms)
        scenario_part_complain(at, "launched", "must come before the end of the scenario");
}

static void read_environment(struct scenario_part *p, const struct json *at, uint32_t application,
                             const struct platform *platform, bool platform_given,
                             struct environment *environment)
{
    struct environment_text *text = ARENA_NEW(p->arena, struct environment_text, 1);
    json_read(at, ROWS(environment_rows), text);
    if (text->name.n > 0 && !scenario_part_is_label(text->name, false))
        scenario_part_complain(at, "name", "must hold letters, digits and inner hyphens only");
    if (text->cname_prefix.n > 0 && !scenario_part_is_label(text->cname_prefix, false))
        scenario_part_complain(at, "cnamePrefix",
                               "must hold letters, digits and inner hyphens only");
    if (text->id.p != NULL && !(text->id.n == 12 && span_starts(text->id, SPAN("e-")) &&
                                scenario_part_is_label(span_from(text->id, 2), true) &&
                                span_find(span_from(text->id, 2), '-') == 10))
        scenario_part_complain(at, "id", "must be \"e-\" and ten of a-z and 0-9");

    struct json own = json_member(at, "platform");
    if (json_is_present(&own))
        platform = read_platform(p, at);
    else if (!platform_given && json_is_object(at))
        json_complain(at, "member \"platform\" is missing, here and in the application");
    *environment = (struct environment){
        .name = text->name,
        .application = application,
        .platform = platform,
        .type = text->type == 0 ? ENVIRONMENT_LOAD_BALANCED : ENVIRONMENT_SINGLE_INSTANCE,
        .worker = text->tier == 1,
        .id = text->id,
        .cname_prefix = text->cname_prefix,
        .version = text->version,
    };
    check_options(p, &text->options, environment);
    read_life(p, at, text, environment);
}

/* Applications */

/* The application's region: one of its account's, the first when it says none. */
static const struct region *read_region(struct scenario_part *p, const struct json *at,
                                        const struct account *account)
{
    struct json region = json_member(at, "region");
    if (!json_is_string(&region))
        return account->nregions > 0 ? account->regions[0] : NULL;
    struct span *names = ARENA_NEW(p->arena, struct span, account->nregions);
    for (size_t i = 0; i < account->nregions; i++) {
        names[i] = account->regions[i]->name;
        if (span_equal(names[i], json_text(&region)))
            return account->regions[i];
    }
    scenario_part_unknown(p, &region, "a region of the application's account", names,
                          account->nregions);
    return NULL;
}

static struct scenario_list read_application(struct scenario_part *p, uint32_t index)
{
    const struct json *at = &p->application_at.at[index];
    struct application *application = &p->applications[index];
    struct application_text *text = ARENA_NEW(p->arena, struct application_text, 1);
    json_read(at, ROWS(application_rows), text);
    if (span_find(text->name, '/') < text->name.n)
        scenario_part_complain(at, "name", "must not hold \"/\"");

    struct json account = json_member(at, "account");
    application->name = text->name;
    application->description = text->description;
    if (json_is_string(&account))
        application->account =
            scenario_part_refer(p, &p->account_names, &account, "an account of this scenario");
    else
        application->account = p->out->naccounts > 0 ? 0 : SCENARIO_NONE;
    if (application->account != SCENARIO_NONE)
        application->region = read_region(p, at, &p->accounts[application->account]);
    return scenario_part_list(p, &text->environments);
}

/* Names are an account's and region's own: complain where one comes twice in the same. */
static void complain_doubled(struct scenario_part *p, const struct scenario_names *names,
                             bool environments)
{
    struct scenario_names whole = {ARENA_NEW(p->arena, struct scenario_name, names->n), names->n};
    for (size_t i = 0; i < names->n; i++) {
        const struct scenario_name *row = &names->rows[i];
        uint32_t application = environments ? p->environments[row->index].application : row->index;
        const struct application *owner = &p->applications[application];
        struct span region = owner->region == NULL ? SPAN("") : owner->region->name;
        whole.rows[i] = *row;
        whole.rows[i].name = arena_printf(p->arena, "%.*s\n%u\n%.*s", SPAN_ARG(row->name),
                                          owner->account, SPAN_ARG(region));
    }
    scenario_part_sort(&whole, NULL);
    for (size_t i = 1; i < whole.n; i++) {
        const struct scenario_name *row = &whole.rows[i];
        bool elsewhere = row->at->doc != row[-1].at->doc;
        if (span_equal(row->name, row[-1].name))
            scenario_part_complain(elsewhere ? row[-1].at : row->at, "name",
                                   "%s of this name %s in its account and region",
                                   environments ? "an environment" : "an application",
                                   elsewhere ? "is made elsewhere too" : "was there before");
    }
}

static void read_applications(struct scenario_part *p, struct scenario_list applications)
{
    p->application_at = applications;
    size_t n = p->application_at.n;
    p->applications = ARENA_NEW(p->arena, struct application, n);
    p->application_names.rows = ARENA_NEW(p->arena, struct scenario_name, n);
    struct scenario_list *lists = ARENA_NEW(p->arena, struct scenario_list, n);
    size_t nenvironments = 0;
    for (size_t i = 0; i < n; i++) {
        lists[i] = read_application(p, (uint32_t)i);
        p->applications[i].first_environment = (uint32_t)nenvironments;
        p->applications[i].nenvironments = (uint32_t)lists[i].n;
        nenvironments += lists[i].n;
        scenario_part_name(&p->application_names, p->applications[i].name, i,
                           &p->application_at.at[i], "name");
    }

    struct json *at = ARENA_NEW(p->arena, struct json, nenvironments);
    p->environments = ARENA_NEW(p->arena, struct environment, nenvironments);
    p->environment_names.rows = ARENA_NEW(p->arena, struct scenario_name, nenvironments);
    for (size_t i = 0, k = 0; i < n; i++) {
        struct json given = json_member(&p->application_at.at[i], "platform");
        const struct platform *platform = read_platform(p, &p->application_at.at[i]);
        for (size_t l = 0; l < lists[i].n; l++, k++) {
            at[k] = lists[i].at[l];
            read_environment(p, &lists[i].at[l], (uint32_t)i, platform, json_is_present(&given),
                             &p->environments[k]);
            scenario_part_name(&p->environment_names, p->environments[k].name, k, &lists[i].at[l],
                               "name");
        }
    }
    p->environment_at = (struct scenario_list){at, nenvironments};
    complain_doubled(p, &p->application_names, false);
    complain_doubled(p, &p->environment_names, true);
    scenario_part_sort(&p->application_names, NULL);
    scenario_part_sort(&p->environment_names, NULL);
    p->out->applications = p->applications;
    p->out->napplications = n;
    p->out->environments = p->environments;
    p->out->nenvironments = nenvironments;
}

void scenario_cast_read(struct scenario_part *p, struct scenario_list accounts,
                        struct scenario_list applications)
{
    read_accounts(p, accounts);
    read_applications(p, applications);
}
