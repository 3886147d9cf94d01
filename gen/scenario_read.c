/* scenario_read.c - see scenario.h; the parts are read by the files beside it. */
#include "gen/scenario.h"

#include <string.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/hash.h"
#include "base/utc.h"
#include "gen/population.h"
#include "gen/scenario_activity.h"
#include "gen/scenario_actor.h"
#include "gen/scenario_cast.h"
#include "gen/scenario_check.h"
#include "gen/scenario_option.h"
#include "gen/scenario_part.h"
#include "gen/scenario_recycle.h"
#include "gen/scenario_story.h"

enum {
    ACCOUNTS_MAX = 10000,
    APPLICATIONS_MAX = 100000,
    ACTORS_MAX = 100000,
    DEFINITIONS_MAX = 1000, /* clients, activities */
    STORIES_MAX = 10000,
    RECORDS_MAX = 1000000, /* of one log file */
    PREFIX_MAX_N = 200
};

#define TEXT_MAX_N   ((size_t)16 << 20)
#define YEARS_END_MS INT64_C(253402300800000) /* 10000-01-01 */

/* 2026-09-14, a Monday: a scenario that does not care when it is begins a week. */
#define START_MS INT64_C(1789344000000)

static const char *const versions[] = {"1.05", "1.06", "1.07", "1.08",
                                       "1.09", "1.10", "1.11", NULL};
static const char *const shown[] = {"withheld", "shown", NULL};
static const char *const values_shown[] = {"withheld", "shown", "redacted", NULL};

enum { OLDEST_MINOR = 5, NEWEST_MINOR = 11 };

struct scenario_text {
    struct span name, description, schema;
    int64_t start_ms, duration_ms;
    bool fan_out;
    struct json seed, record, trail, delivery, population;
    struct json accounts, applications, clients, actors, activities, stories, schedule;
};

static const struct json_row scenario_rows[] = {
    {"$schema", JSON_STRING, offsetof(struct scenario_text, schema), false, 0, 0, NULL},
    {"name", JSON_STRING, offsetof(struct scenario_text, name), true, 1, 100, NULL},
    {"description", JSON_STRING, offsetof(struct scenario_text, description), false, 0, 1000, NULL},
    {"seed", JSON_ANY, offsetof(struct scenario_text, seed), false, 0, 0, NULL},
    {"start", JSON_INSTANT, offsetof(struct scenario_text, start_ms), false, 0, 0, NULL},
    {"duration", JSON_DURATION, offsetof(struct scenario_text, duration_ms), false, UTC_SECOND_MS,
     36500 * UTC_DAY_MS, NULL},
    {"fanOut", JSON_BOOL, offsetof(struct scenario_text, fan_out), false, 0, 0, NULL},
    {"record", JSON_OBJECT, offsetof(struct scenario_text, record), false, 0, 0, NULL},
    {"trail", JSON_OBJECT, offsetof(struct scenario_text, trail), false, 0, 0, NULL},
    {"delivery", JSON_OBJECT, offsetof(struct scenario_text, delivery), false, 0, 0, NULL},
    {"population", JSON_OBJECT, offsetof(struct scenario_text, population), false, 0, 0, NULL},
    {"accounts", JSON_ARRAY, offsetof(struct scenario_text, accounts), true, 1, ACCOUNTS_MAX, NULL},
    {"applications", JSON_ARRAY, offsetof(struct scenario_text, applications), false, 0,
     APPLICATIONS_MAX, NULL},
    {"clients", JSON_ARRAY, offsetof(struct scenario_text, clients), false, 0, DEFINITIONS_MAX,
     NULL},
    {"actors", JSON_ARRAY, offsetof(struct scenario_text, actors), true, 1, ACTORS_MAX, NULL},
    {"activities", JSON_ARRAY, offsetof(struct scenario_text, activities), false, 0,
     DEFINITIONS_MAX, NULL},
    {"stories", JSON_ARRAY, offsetof(struct scenario_text, stories), false, 0, STORIES_MAX, NULL},
    {"schedule", JSON_ARRAY, offsetof(struct scenario_text, schedule), false, 0, STORIES_MAX, NULL},
};

struct record_text {
    int version, responses, options;
    bool tls_details;
};

static const struct json_row record_rows[] = {
    {"eventVersion", JSON_WORD, offsetof(struct record_text, version), false, 0, 0, versions},
    {"tlsDetails", JSON_BOOL, offsetof(struct record_text, tls_details), false, 0, 0, NULL},
    {"responses", JSON_WORD, offsetof(struct record_text, responses), false, 0, 0, shown},
    {"optionValues", JSON_WORD, offsetof(struct record_text, options), false, 0, 0, values_shown},
};

static const struct json_row trail_rows[] = {
    {"name", JSON_STRING, offsetof(struct trail_settings, name), false, 3, 128, NULL},
    {"prefix", JSON_STRING, offsetof(struct trail_settings, prefix), false, 0, PREFIX_MAX_N, NULL},
    {"organization", JSON_STRING, offsetof(struct trail_settings, organization), false, 0, 0, NULL},
};

struct delivery_text {
    double late, disorder, second_shard, duplicates;
    int64_t most_records, window_ms;
};

static const struct json_row delivery_rows[] = {
    {"late", JSON_NUMBER, offsetof(struct delivery_text, late), false, 0, 1, NULL},
    {"disorder", JSON_NUMBER, offsetof(struct delivery_text, disorder), false, 0, 1, NULL},
    {"secondShard", JSON_NUMBER, offsetof(struct delivery_text, second_shard), false, 0, 1, NULL},
    {"duplicates", JSON_NUMBER, offsetof(struct delivery_text, duplicates), false, 0, 1, NULL},
    {"mostRecords", JSON_INTEGER, offsetof(struct delivery_text, most_records), false, 1,
     RECORDS_MAX, NULL},
    {"window", JSON_DURATION, offsetof(struct delivery_text, window_ms), false, UTC_SECOND_MS,
     5 * UTC_MINUTE_MS, NULL},
};

struct library_text {
    struct json clients, activities, roles;
};

static const struct json_row library_rows[] = {
    {"clients", JSON_ARRAY, offsetof(struct library_text, clients), false, 0, DEFINITIONS_MAX,
     NULL},
    {"activities", JSON_ARRAY, offsetof(struct library_text, activities), false, 0, DEFINITIONS_MAX,
     NULL},
    {"roles", JSON_ARRAY, offsetof(struct library_text, roles), false, 0, DEFINITIONS_MAX, NULL},
};

#define ROWS(rows) (rows), sizeof(rows) / sizeof((rows)[0])

/* Settings */

static void read_record(struct scenario_part *p, const struct json *at)
{
    struct record_text text = {NEWEST_MINOR - OLDEST_MINOR, 1, 0, true};
    json_read(at, ROWS(record_rows), &text);
    p->out->record = (struct record_settings){
        .version_minor = OLDEST_MINOR + text.version,
        .tls_details = text.tls_details,
        .responses_shown = text.responses == 1,
        .options_shown = text.options >= 1,
        .secrets_hidden = text.options == 2,
    };
}

static bool is_organization(struct span text)
{
    if (!span_starts(text, SPAN("o-")))
        return false;
    struct span id = span_from(text, 2);
    return id.n >= 10 && id.n <= 32 && scenario_part_is_label(id, true) &&
           span_find(id, '-') == id.n;
}

/* What an object's key may hold without being spelled differently anywhere. */
static bool is_prefix(struct span text)
{
    static const char more[] = "/!-_.*'()";
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        bool doubled = c == '/' && (i == 0 || i + 1 == text.n || text.p[i - 1] == '/');
        if (doubled || (!plain && strchr(more, c) == NULL))
            return false;
    }
    return true;
}

static void read_trail(struct scenario_part *p, const struct json *at, const struct json *delivery)
{
    struct trail_settings *trail = &p->out->trail;
    struct delivery_text text = {
        .late = 0.02, .disorder = 0.3, .second_shard = 0.1, .most_records = 8000};
    trail->name = SPAN("management-events");
    json_read(at, ROWS(trail_rows), trail);
    if (!is_prefix(trail->prefix))
        scenario_part_complain(at, "prefix",
                               "must hold letters, digits and !-_.*'(), in parts with one \"/\" "
                               "between them");
    if (trail->organization.p != NULL && !is_organization(trail->organization))
        scenario_part_complain(at, "organization", "must be \"o-\" and 10 to 32 of a-z and 0-9");
    json_read(delivery, ROWS(delivery_rows), &text);
    trail->delivery = (struct delivery_settings){
        .late_ppm = scenario_part_ppm(text.late),
        .disorder_ppm = scenario_part_ppm(text.disorder),
        .second_shard_ppm = scenario_part_ppm(text.second_shard),
        .duplicates_ppm = scenario_part_ppm(text.duplicates),
        .most_records = (uint32_t)text.most_records,
        .window_ms = text.window_ms,
    };
}

/* The library */

static bool is_library(struct span name)
{
    return span_starts(name, SPAN("scenarios/clients/")) ||
           span_starts(name, SPAN("scenarios/activities/"));
}

static void add_roles(struct scenario_part *p, const struct json *roles)
{
    struct scenario_list list = scenario_part_list(p, roles);
    const struct json **more = ARENA_NEW(p->arena, const struct json *, p->nroles + list.n);
    struct scenario_name *names = ARENA_NEW(p->arena, struct scenario_name, p->nroles + list.n);
    for (size_t i = 0; i < p->nroles; i++)
        more[i] = p->role_at[i];
    for (size_t i = 0; i < p->role_names.n; i++)
        names[i] = p->role_names.rows[i];
    p->role_names.rows = names;
    p->role_at = more;
    for (size_t i = 0; i < list.n; i++) {
        struct json name = json_member(&list.at[i], "name");
        scenario_part_name(&p->role_names, json_text(&name), p->nroles, &list.at[i], "name");
        more[p->nroles++] = &list.at[i];
    }
}

/* Open each file of the library and put its definitions into ${p}. */
static int read_library(struct scenario_part *p, finding_fn *take, void *ctx, struct err *e)
{
    for (size_t i = 0; i < embedded_files_n; i++) {
        const struct embedded *file = &embedded_files[i];
        struct json_doc *doc = NULL;
        if (!is_library(span_of(file->name)))
            continue;
        if (json_open(&doc, file->name, (struct span){file->text, file->n}, e) != 0)
            return -1;
        p->out->docs[p->out->ndocs++] = doc;
        if (take != NULL)
            json_collect(doc, take, ctx);

        struct json *root = ARENA_NEW(p->arena, struct json, 1);
        struct library_text *text = ARENA_NEW(p->arena, struct library_text, 1);
        *root = json_root(doc);
        json_read(root, ROWS(library_rows), text);
        struct scenario_list clients = scenario_part_list(p, &text->clients);
        struct scenario_list activities = scenario_part_list(p, &text->activities);
        scenario_activity_add(p, &clients, &activities, true);
        add_roles(p, &text->roles);
    }
    scenario_part_sort(&p->role_names, "a role");
    return 0;
}

/* From places in the lists of ${p} to places in the scenario, which holds only what is used. */

static uint32_t client_index(const struct scenario_part *p, uint32_t client)
{
    return client == SCENARIO_NONE ? SCENARIO_NONE : p->clients[client].index;
}

static void finish_clients(struct scenario_part *p)
{
    struct client *clients = ARENA_NEW(p->arena, struct client, p->nclients);
    for (size_t i = 0; i < p->nclients; i++) {
        if (!p->clients[i].used)
            continue;
        p->clients[i].index = (uint32_t)p->out->nclients;
        clients[p->out->nclients++] = p->clients[i].client;
    }
    p->out->clients = clients;
}

static void finish_activities(struct scenario_part *p)
{
    struct activity *activities = ARENA_NEW(p->arena, struct activity, p->nactivities);
    uint32_t *followers = ARENA_NEW(p->arena, uint32_t, p->nactivities);
    for (size_t i = 0; i < p->nactivities; i++) {
        struct scenario_activity *from = &p->activities[i];
        if (!from->used)
            continue;
        from->index = (uint32_t)p->out->nactivities;
        from->activity.client = client_index(p, from->activity.client);
        for (size_t k = 0; k < from->activity.nsteps; k++) {
            from->steps[k].client = client_index(p, from->steps[k].client);
            from->steps[k].index = (uint32_t)p->out->nsteps++;
        }
        if (from->activity.follows != EFFECT_NONE)
            followers[p->out->nfollowers++] = (uint32_t)p->out->nactivities;
        activities[p->out->nactivities++] = from->activity;
    }
    p->out->followers = followers;
    p->out->activities = activities;
}

static void finish(struct scenario_part *p)
{
    finish_clients(p);
    finish_activities(p);
    for (size_t i = 0; i < p->out->nactors; i++) {
        struct actor *actor = &p->actors[i];
        struct habit *habits = ARENA_NEW(p->arena, struct habit, actor->nhabits);
        for (size_t k = 0; k < actor->nhabits; k++) {
            habits[k] = actor->habits[k];
            habits[k].activity = p->activities[habits[k].activity].index;
        }
        actor->habits = habits;
        actor->client = client_index(p, actor->client);
    }
    for (size_t i = 0; i < p->out->nenvironments; i++) {
        struct environment *env = &p->environments[i];
        if (env->recycle_ms == 0)
            continue;
        env->recycle_launch = p->activities[env->recycle_launch].index;
        env->recycle_terminate = p->activities[env->recycle_terminate].index;
    }
    for (size_t i = 0; i < p->out->nplaced; i++) {
        struct placed *placed = &p->placed[i];
        placed->activity = p->activities[placed->activity].index;
    }
}

/* Read the members of the file; who asks for a population need not write accounts and actors. */
static void read_members(const struct json *root, struct scenario_text *text)
{
    struct json_row rows[sizeof(scenario_rows) / sizeof(scenario_rows[0])];
    struct json population = json_member(root, "population");
    memcpy(rows, scenario_rows, sizeof(rows));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && json_is_present(&population); i++)
        if (strcmp(rows[i].name, "accounts") == 0 || strcmp(rows[i].name, "actors") == 0)
            rows[i].required = false;
    json_read(root, ROWS(rows), text);
}

/* The scenario's own file, after the library. */
static int read_scenario(struct scenario_part *p, const struct json *root, struct err *e)
{
    struct scenario *out = p->out;
    struct population_lists made = {0};
    struct scenario_text *text = ARENA_NEW(p->arena, struct scenario_text, 1);
    text->start_ms = START_MS;
    text->duration_ms = UTC_DAY_MS;
    text->fan_out = true;
    read_members(root, text);
    out->catalog = p->catalog;
    out->fan_out = text->fan_out;
    out->name = text->name;
    out->description = text->description;
    out->seed = scenario_part_seed(p, &text->seed);
    out->start_ms = text->start_ms;
    out->duration_ms = text->duration_ms;
    p->end_ms = out->start_ms + out->duration_ms;
    if (out->start_ms < 0)
        scenario_part_complain(root, "start", "must not lie before 1970");
    if (p->end_ms > YEARS_END_MS)
        scenario_part_complain(root, "duration", "ends after the year 9999");
    read_record(p, &text->record);
    read_trail(p, &text->trail, &text->delivery);

    if (population_read(&made, p, &text->population, e) != 0)
        return -1;
    struct scenario_list accounts = scenario_part_join(p, &text->accounts, &made.accounts);
    struct scenario_list applications =
        scenario_part_join(p, &text->applications, &made.applications);
    struct scenario_list actors = scenario_part_join(p, &text->actors, &made.actors);
    struct scenario_list clients = scenario_part_list(p, &text->clients);
    struct scenario_list activities = scenario_part_list(p, &text->activities);
    scenario_activity_add(p, &clients, &activities, false);
    scenario_cast_read(p, accounts, applications);
    scenario_activity_read(p, json_count(&text->stories) + json_count(&text->schedule));
    scenario_actor_read(p, actors);
    scenario_recycle_read(p);
    scenario_story_read(p, &text->stories, &text->schedule);
    scenario_check(p);
    scenario_option_check(p);
    return 0;
}

int scenario_read(struct scenario *out, struct arena *arena, const char *name, struct span text,
                  const struct catalog *catalog, finding_fn *take, void *ctx, struct err *e)
{
    struct scenario_part p = {
        .out = out, .arena = arena, .catalog = catalog, .name = name, .take = take, .ctx = ctx};
    uint8_t digest[HASH_SHA256_N];
    struct json *root = ARENA_NEW(arena, struct json, 1);
    *out = (struct scenario){.docs = ARENA_NEW(arena, struct json_doc *, embedded_files_n + 3)};
    hash_sha256(digest, text);
    hash_hex(out->sha256, digest, HASH_SHA256_N);

    if (text.n > TEXT_MAX_N)
        return err_set(e, ERR_INPUT, "%s: is longer than %zu MiB, which no scenario needs", name,
                       TEXT_MAX_N >> 20);
    if (read_library(&p, take, ctx, e) != 0)
        goto fail;
    struct json_doc *doc = NULL;
    if (json_open(&doc, name, text, e) != 0)
        goto fail;
    out->docs[out->ndocs++] = doc;
    if (take != NULL)
        json_collect(doc, take, ctx);
    *root = json_root(doc);
    if (read_scenario(&p, root, e) != 0)
        goto fail;

    /* The scenario's own verdict first: the library's is for whoever writes the library. */
    if (json_verdict(doc, e) != 0)
        goto fail;
    for (size_t i = out->ndocs; i > 0; i--)
        if (json_verdict(out->docs[i - 1], e) != 0)
            goto fail;
    finish(&p);
    return 0;

fail:
    scenario_close(out);
    return -1;
}

void scenario_close(struct scenario *s)
{
    for (size_t i = 0; i < s->ndocs; i++)
        json_close(s->docs[i]);
    s->ndocs = 0;
}
