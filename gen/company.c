/* company.c - see company.h. */
#include "gen/company.h"

#include <math.h>

#include "base/arena.h"
#include "base/buf.h"

enum { LIST_MAX = 1000, IDENTITY_MAX_N = 4096 };

static const char *const stages[] = {"production", "staging", "development", NULL};
static const enum company_stage stage_bits[] = {COMPANY_PRODUCTION, COMPANY_STAGING,
                                                COMPANY_DEVELOPMENT};
static const char *const ons[] = {"account", NULL};
static const char *const onlys[] = {"load-balanced", NULL};
static const char *const pers[] = {"once", "application", "environment", NULL};
static const char *const places[] = {"none", "office", "builders", "servers", "vendors", NULL};
static const char *const kinds[] = {"pipeline", "monitor",    "scanner", "vendor",
                                    "instance", "automation", "service", "preview",
                                    "nightly",  "root",       NULL};
static const char *const ways[COMPANY_NWAYS] = {"identity-center", "saml", "user", "user-session",
                                                "user-session-mfa"};

struct company_text {
    struct json names, units, applications, environments, identities, people, machines;
};

static const struct json_row company_rows[] = {
    {"names", JSON_ARRAY, offsetof(struct company_text, names), true, 1, LIST_MAX, NULL},
    {"units", JSON_ARRAY, offsetof(struct company_text, units), true, 1, LIST_MAX, NULL},
    {"applications", JSON_ARRAY, offsetof(struct company_text, applications), true, 1, LIST_MAX,
     NULL},
    {"environments", JSON_ARRAY, offsetof(struct company_text, environments), true, 1, LIST_MAX,
     NULL},
    {"identities", JSON_OBJECT, offsetof(struct company_text, identities), true, 0, 0, NULL},
    {"people", JSON_ARRAY, offsetof(struct company_text, people), true, 1, LIST_MAX, NULL},
    {"machines", JSON_ARRAY, offsetof(struct company_text, machines), true, 1, LIST_MAX, NULL},
};

static const struct json_row application_rows[] = {
    {"name", JSON_STRING, offsetof(struct company_application, name), true, 1, 24, NULL},
    {"platform", JSON_STRING, offsetof(struct company_application, platform), true, 1, 100, NULL},
};

struct environment_text {
    struct span name;
    int stage;
    bool single;
};

static const struct json_row environment_rows[] = {
    {"name", JSON_STRING, offsetof(struct environment_text, name), true, 1, 8, NULL},
    {"stage", JSON_WORD, offsetof(struct environment_text, stage), true, 0, 0, stages},
    {"single", JSON_BOOL, offsetof(struct environment_text, single), false, 0, 0, NULL},
};

struct hours_text {
    struct span from, to;
    double weekend;
};

static const struct json_row hours_rows[] = {
    {"from", JSON_STRING, offsetof(struct hours_text, from), true, 5, 5, NULL},
    {"to", JSON_STRING, offsetof(struct hours_text, to), true, 5, 5, NULL},
    {"weekend", JSON_NUMBER, offsetof(struct hours_text, weekend), true, 0, 1, NULL},
};

struct recycle_text {
    struct span every, open, launch, terminate;
};

static const struct json_row recycle_rows[] = {
    {"every", JSON_STRING, offsetof(struct recycle_text, every), true, 1, 20, NULL},
    {"open", JSON_STRING, offsetof(struct recycle_text, open), true, 1, 20, NULL},
    {"launch", JSON_STRING, offsetof(struct recycle_text, launch), true, 1, 100, NULL},
    {"terminate", JSON_STRING, offsetof(struct recycle_text, terminate), true, 1, 100, NULL},
};

struct profile_text {
    int kind, addresses;
    int64_t weight;
    struct span name, client, session;
    struct json identity, by, hours, does, recycle;
};

static const struct json_row profile_rows[] = {
    {"kind", JSON_WORD, offsetof(struct profile_text, kind), false, 0, 0, kinds},
    {"name", JSON_STRING, offsetof(struct profile_text, name), false, 1, 40, NULL},
    {"weight", JSON_INTEGER, offsetof(struct profile_text, weight), false, 0, 1000, NULL},
    {"client", JSON_STRING, offsetof(struct profile_text, client), true, 1, 100, NULL},
    {"addresses", JSON_WORD, offsetof(struct profile_text, addresses), false, 0, 0, places},
    {"session", JSON_STRING, offsetof(struct profile_text, session), false, 1, 20, NULL},
    {"identity", JSON_OBJECT, offsetof(struct profile_text, identity), false, 0, 0, NULL},
    {"by", JSON_OBJECT, offsetof(struct profile_text, by), false, 0, 0, NULL},
    {"hours", JSON_OBJECT, offsetof(struct profile_text, hours), false, 0, 0, NULL},
    {"does", JSON_ARRAY, offsetof(struct profile_text, does), false, 0, 100, NULL},
    {"recycle", JSON_OBJECT, offsetof(struct profile_text, recycle), false, 0, 0, NULL},
};

struct habit_text {
    struct span activity, every, jitter;
    double per_day;
    int stage, on, per, only;
};

static const struct json_row habit_rows[] = {
    {"activity", JSON_STRING, offsetof(struct habit_text, activity), true, 1, 100, NULL},
    {"perDay", JSON_NUMBER, offsetof(struct habit_text, per_day), false, 0, 1000, NULL},
    {"every", JSON_STRING, offsetof(struct habit_text, every), false, 1, 20, NULL},
    {"jitter", JSON_STRING, offsetof(struct habit_text, jitter), false, 1, 20, NULL},
    {"stage", JSON_WORD, offsetof(struct habit_text, stage), false, 0, 0, stages},
    {"on", JSON_WORD, offsetof(struct habit_text, on), false, 0, 0, ons},
    {"only", JSON_WORD, offsetof(struct habit_text, only), false, 0, 0, onlys},
    {"per", JSON_WORD, offsetof(struct habit_text, per), false, 0, 0, pers},
};

#define ROWS(rows) (rows), sizeof(rows) / sizeof((rows)[0])

static uint64_t milli(double value)
{
    return (uint64_t)llround(value * 1000);
}

static const struct span *read_names(struct arena *arena, const struct json *list, size_t *n)
{
    struct span *names = ARENA_NEW(arena, struct span, json_count(list));
    for (struct json it = {0}; json_next(list, &it) != 0;) {
        if (json_is_string(&it))
            names[(*n)++] = json_text(&it);
        else
            json_complain(&it, "must be a string");
    }
    return names;
}

static void read_applications(struct company *out, struct arena *arena, const struct json *list)
{
    struct company_application *rows =
        ARENA_NEW(arena, struct company_application, json_count(list));
    for (struct json it = {0}; json_next(list, &it) != 0;)
        json_read(&it, ROWS(application_rows), &rows[out->napplications++]);
    out->applications = rows;
}

static void read_environments(struct company *out, struct arena *arena, const struct json *list)
{
    struct company_environment *rows =
        ARENA_NEW(arena, struct company_environment, json_count(list));
    for (struct json it = {0}; json_next(list, &it) != 0;) {
        struct environment_text text = {.single = false};
        json_read(&it, ROWS(environment_rows), &text);
        rows[out->nenvironments++] =
            (struct company_environment){text.name, stage_bits[text.stage], text.single};
    }
    out->environments = rows;
}

/* ${j} as text again: its slots are filled in for each actor. */
static struct span read_identity(struct arena *arena, const struct json *j)
{
    struct buf text;
    if (!json_is_object(j))
        return SPAN("");
    buf_init(&text, IDENTITY_MAX_N);
    json_put_value(&text, j);
    struct span out = arena_copy(arena, buf_span(&text));
    buf_free(&text);
    return out;
}

static void read_ways(struct company *out, struct arena *arena, const struct json *object)
{
    for (size_t i = 0; i < COMPANY_NWAYS; i++) {
        struct json way = json_member(object, ways[i]);
        out->ways[i] = read_identity(arena, &way);
        if (out->ways[i].n == 0)
            json_complain(object, "member \"%s\" is missing", ways[i]);
    }
}

static void read_habits(struct company_profile *out, struct arena *arena, const struct json *list)
{
    struct company_habit *rows = ARENA_NEW(arena, struct company_habit, json_count(list));
    for (struct json it = {0}; json_is_array(list) && json_next(list, &it) != 0;) {
        struct habit_text text = {.stage = -1, .on = -1, .only = -1};
        json_read(&it, ROWS(habit_rows), &text);
        rows[out->nhabits++] = (struct company_habit){
            .activity = text.activity,
            .per_day_milli = text.every.n > 0 ? 0 : milli(text.per_day),
            .every = text.every,
            .jitter = text.jitter,
            .stages = text.stage < 0 ? COMPANY_ANY : (unsigned)stage_bits[text.stage],
            .staged = text.on < 0 && text.stage >= 0,
            .per = (enum company_per)text.per,
            .balanced = text.only >= 0,
        };
    }
    out->habits = rows;
}

static const struct company_profile *read_profiles(struct arena *arena, const struct json *list,
                                                   bool people, size_t *n)
{
    struct company_profile *rows = ARENA_NEW(arena, struct company_profile, json_count(list));
    for (struct json it = {0}; json_next(list, &it) != 0;) {
        struct profile_text text = {.weight = 1};
        struct hours_text hours = {.weekend = 0};
        struct recycle_text recycle = {.every = {NULL, 0}};
        json_read(&it, ROWS(profile_rows), &text);
        json_read(&text.hours, ROWS(hours_rows), &hours);
        json_read(&text.recycle, ROWS(recycle_rows), &recycle);
        struct company_profile *row = &rows[(*n)++];
        *row = (struct company_profile){
            .kind = people ? COMPANY_PERSON : (enum company_kind)text.kind,
            .name = text.name,
            .weight = (uint64_t)text.weight,
            .client = text.client,
            .session = text.session,
            .identity = read_identity(arena, &text.identity),
            .by = read_identity(arena, &text.by),
            .addresses = (enum company_addresses)text.addresses,
            .from = hours.from,
            .to = hours.to,
            .weekend_milli = milli(hours.weekend),
            .every = recycle.every,
            .open = recycle.open,
            .launch = recycle.launch,
            .terminate = recycle.terminate,
        };
        read_habits(row, arena, &text.does);
    }
    return rows;
}

void company_read(struct company *out, struct arena *arena, const struct json *root)
{
    struct company_text *text = ARENA_NEW(arena, struct company_text, 1);
    *out = (struct company){.nnames = 0};
    json_read(root, ROWS(company_rows), text);
    out->names = read_names(arena, &text->names, &out->nnames);
    out->units = read_names(arena, &text->units, &out->nunits);
    read_applications(out, arena, &text->applications);
    read_environments(out, arena, &text->environments);
    read_ways(out, arena, &text->identities);
    out->people = read_profiles(arena, &text->people, true, &out->npeople);
    out->machines = read_profiles(arena, &text->machines, false, &out->nmachines);
}
