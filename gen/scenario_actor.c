/* scenario_actor.c - see scenario_actor.h. */
#include "gen/scenario_actor.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/utc.h"
#include "gen/scenario_activity.h"
#include "gen/scenario_identity.h"
#include "gen/scenario_part.h"
#include "gen/scenario_request.h"
#include "gen/scenario_slot.h"

enum {
    ADDRESSES_MAX = 10000,
    ADDRESS_MAX_N = 64,
    HABITS_MAX = 200,
    SUGGEST_MAX = 500,
    PER_DAY_MAX = 1000000,
    MINUTES_A_DAY = 24 * 60,
    WEEKEND_PPM = 50000 /* people at work: a weekend day holds a twentieth of a weekday */
};

/* How long STS lets credentials last: those of roles, and all others. Source: the limits of
   DurationSeconds in the service's model. */
#define SESSION_LEAST_MS (15 * UTC_MINUTE_MS)
#define SESSION_MOST_MS  (36 * UTC_HOUR_MS)
#define ROLE_MOST_MS     (12 * UTC_HOUR_MS)

struct actor_text {
    struct span name;
    int64_t session_ms;
    struct json account, identity, client, addresses, hours, does, pin, omit;
};

static const struct json_row actor_rows[] = {
    {"name", JSON_STRING, offsetof(struct actor_text, name), true, 1, 100, NULL},
    {"account", JSON_ANY, offsetof(struct actor_text, account), false, 0, 0, NULL},
    {"identity", JSON_OBJECT, offsetof(struct actor_text, identity), true, 0, 0, NULL},
    {"client", JSON_ANY, offsetof(struct actor_text, client), true, 0, 0, NULL},
    {"addresses", JSON_ARRAY, offsetof(struct actor_text, addresses), false, 1, ADDRESSES_MAX,
     NULL},
    {"session", JSON_DURATION, offsetof(struct actor_text, session_ms), false, SESSION_LEAST_MS,
     SESSION_MOST_MS, NULL},
    {"hours", JSON_ANY, offsetof(struct actor_text, hours), false, 0, 0, NULL},
    {"does", JSON_ARRAY, offsetof(struct actor_text, does), false, 0, HABITS_MAX, NULL},
    {"pin", JSON_OBJECT, offsetof(struct actor_text, pin), false, 0, 0, NULL},
    {"omit", JSON_ARRAY, offsetof(struct actor_text, omit), false, 0, 100, NULL},
};

struct hours_text {
    struct span zone, from, to;
    double weekend;
};

static const struct json_row hours_rows[] = {
    {"zone", JSON_STRING, offsetof(struct hours_text, zone), false, 0, 0, NULL},
    {"from", JSON_STRING, offsetof(struct hours_text, from), false, 0, 0, NULL},
    {"to", JSON_STRING, offsetof(struct hours_text, to), false, 0, 0, NULL},
    {"weekend", JSON_NUMBER, offsetof(struct hours_text, weekend), false, 0, 1, NULL},
};

struct habit_text {
    double per_day;
    int64_t every_ms, jitter_ms;
    struct json activity, environments;
};

static const struct json_row habit_rows[] = {
    {"activity", JSON_ANY, offsetof(struct habit_text, activity), true, 0, 0, NULL},
    {"perDay", JSON_NUMBER, offsetof(struct habit_text, per_day), false, 0, PER_DAY_MAX, NULL},
    {"every", JSON_DURATION, offsetof(struct habit_text, every_ms), false, UTC_SECOND_MS,
     366 * UTC_DAY_MS, NULL},
    {"jitter", JSON_DURATION, offsetof(struct habit_text, jitter_ms), false, 0, 366 * UTC_DAY_MS,
     NULL},
    {"environments", JSON_ARRAY, offsetof(struct habit_text, environments), false, 1, 10000, NULL},
};

#define ROWS(rows) (rows), sizeof(rows) / sizeof((rows)[0])

static bool has(const struct json *object, const char *key)
{
    struct json member = json_member(object, key);
    return json_is_present(&member);
}

/* Hours */

/* Read "HH:MM" into minutes. */
static bool read_clock(struct span text, int32_t *minutes)
{
    if (text.n != 5 || text.p[2] != ':')
        return false;
    for (size_t i = 0; i < text.n; i++)
        if (i != 2 && (text.p[i] < '0' || text.p[i] > '9'))
            return false;
    int32_t hour = (text.p[0] - '0') * 10 + (text.p[1] - '0');
    int32_t minute = (text.p[3] - '0') * 10 + (text.p[4] - '0');
    if (minute > 59 || hour * 60 + minute > MINUTES_A_DAY)
        return false;
    *minutes = hour * 60 + minute;
    return true;
}

bool scenario_actor_zone(struct span text, int32_t *minutes)
{
    int32_t m = 0;
    if (text.n != 6 || (text.p[0] != '+' && text.p[0] != '-'))
        return false;
    if (!read_clock(span_from(text, 1), &m) || m > 14 * 60)
        return false;
    *minutes = text.p[0] == '-' ? -m : m;
    return true;
}

static struct hours read_hours(const struct json *at)
{
    struct hours hours = {.always = true};
    struct hours office = {
        .from_minute = 9 * 60, .to_minute = 17 * 60 + 30, .weekend_ppm = WEEKEND_PPM};
    if (!json_is_present(at) || span_is(json_text(at), "always"))
        return hours;
    if (span_is(json_text(at), "office"))
        return office;
    if (!json_is_object(at)) {
        json_complain(at, "must be \"office\", \"always\" or an object with \"zone\", \"from\", "
                          "\"to\" and \"weekend\"");
        return hours;
    }
    struct hours_text text = {.weekend = WEEKEND_PPM / 1e6};
    json_read(at, ROWS(hours_rows), &text);
    if (text.zone.p != NULL && !scenario_actor_zone(text.zone, &office.zone_minutes))
        scenario_part_complain(at, "zone", "must be local time minus UTC, like \"+02:00\"");
    if (text.from.p != NULL && !read_clock(text.from, &office.from_minute))
        scenario_part_complain(at, "from", "must be a time of day, like \"09:00\"");
    if (text.to.p != NULL && !read_clock(text.to, &office.to_minute))
        scenario_part_complain(at, "to", "must be a time of day, like \"17:30\"");
    if (office.from_minute >= office.to_minute)
        json_complain(at, "\"from\" must come before \"to\"");
    office.weekend_ppm = scenario_part_ppm(text.weekend);
    return office;
}

/* Habits */

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static bool is_of(const struct scenario_part *p, uint32_t environment, uint32_t account)
{
    return p->applications[p->environments[environment].application].account == account;
}

static void complain_environment(struct scenario_part *p, const struct json *at, uint32_t account)
{
    struct span words[SUGGEST_MAX];
    size_t n = 0;
    for (uint32_t i = 0; i < p->out->nenvironments && n < SUGGEST_MAX; i++)
        if (is_of(p, i, account))
            words[n++] = p->environments[i].name;
    scenario_part_unknown(p, at, "an environment of the actor's account", words, n);
}

/* The environments of the actor's account that carry the names in ${list}, in their own order. */
static void read_environments(struct scenario_part *p, const struct json *list, uint32_t account,
                              struct habit *habit)
{
    const struct scenario_names *names = &p->environment_names;
    size_t most = 0;
    struct json it = {0};
    while (json_next(list, &it) != 0)
        for (size_t i = scenario_part_first(names, json_text(&it));
             i < names->n && span_equal(names->rows[i].name, json_text(&it)); i++)
            most++;

    uint32_t *indexes = ARENA_NEW(p->arena, uint32_t, most);
    size_t n = 0;
    it = (struct json){0};
    while (json_next(list, &it) != 0) {
        size_t before = n;
        if (!json_is_string(&it)) {
            json_complain(&it, "must be a string");
            continue;
        }
        for (size_t i = scenario_part_first(names, json_text(&it));
             i < names->n && span_equal(names->rows[i].name, json_text(&it)); i++)
            if (is_of(p, names->rows[i].index, account))
                indexes[n++] = names->rows[i].index;
        if (n == before && account != SCENARIO_NONE)
            complain_environment(p, &it, account);
    }
    if (n > 0)
        qsort(indexes, n, sizeof(*indexes), by_number);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || indexes[i] != indexes[i - 1])
            indexes[habit->nenvironments++] = indexes[i];
    habit->environments = indexes;
}

static bool has_applications(const struct scenario_part *p, uint32_t account, bool environments)
{
    for (size_t i = 0; i < p->out->napplications; i++)
        if (p->applications[i].account == account &&
            (!environments || p->applications[i].nenvironments > 0))
            return true;
    return false;
}

static void read_habit(struct scenario_part *p, const struct json *at, uint32_t account,
                       struct habit *habit)
{
    struct habit_text text = {.per_day = 1};
    json_read(at, ROWS(habit_rows), &text);
    bool per_day = has(at, "perDay");
    bool every = has(at, "every");
    if (json_is_object(at) && per_day == every)
        json_complain(at, "give \"perDay\" or \"every\", %s",
                      per_day ? "not both" : "so that it happens");
    if (has(at, "jitter") && !every)
        scenario_part_complain(at, "jitter", "needs \"every\" beside it");
    else if (every && text.jitter_ms > text.every_ms)
        scenario_part_complain(at, "jitter", "must not be longer than \"every\"");
    if (per_day && text.per_day * 1000 < 0.5)
        scenario_part_complain(at, "perDay", "must be at least 0.001");
    *habit = (struct habit){
        .activity = SCENARIO_NONE,
        .per_day_milli = every ? 0 : (uint64_t)llround(text.per_day * 1000),
        .every_ms = text.every_ms,
        .jitter_ms = text.jitter_ms,
    };
    if (json_is_string(&text.activity))
        habit->activity = scenario_activity_refer(p, &text.activity);
    else if (json_is_present(&text.activity))
        json_complain(&text.activity, "must be a string");
    if (json_is_present(&text.environments))
        read_environments(p, &text.environments, account, habit);
    if (habit->activity == SCENARIO_NONE || account == SCENARIO_NONE)
        return;

    /* What it is about must be there. */
    enum activity_scope scope = p->activities[habit->activity].activity.scope;
    if (scope == SCOPE_ACCOUNT && json_is_present(&text.environments))
        json_complain(&text.environments, "this activity is on the whole account; leave it out");
    else if (scope != SCOPE_ACCOUNT && !has_applications(p, account, scope == SCOPE_ENVIRONMENT))
        json_complain(&text.activity, "this activity is on %s, and the actor's account has none",
                      scope == SCOPE_ENVIRONMENT ? "an environment" : "an application");
}

/* Actors */

static void check_address(const struct json *at)
{
    struct span text = json_text(at);
    unsigned char address[16];
    char spelled[ADDRESS_MAX_N + 1] = {0};
    if (!json_is_string(at) || span_is(text, "AWS Internal") || text.n == 0 ||
        text.n > ADDRESS_MAX_N)
        return;
    memcpy(spelled, text.p, text.n);
    if (inet_pton(AF_INET, spelled, address) != 1 && inet_pton(AF_INET6, spelled, address) != 1)
        json_complain(at,
                      "\"%s\" is not an IPv4 or IPv6 address; for a service's name use a "
                      "client of kind \"service\"",
                      spelled);
}

static void read_actor(struct scenario_part *p, const struct json *at, uint32_t account,
                       struct actor *actor)
{
    struct actor_text *text = ARENA_NEW(p->arena, struct actor_text, 1);
    text->session_ms = 12 * UTC_HOUR_MS;
    json_read(at, ROWS(actor_rows), text);
    *actor = (struct actor){
        .name = text->name,
        .account = account,
        .client = scenario_activity_client(p, &text->client),
        .session_ms = text->session_ms,
        .hours = read_hours(&text->hours),
        .pin = text->pin,
    };
    if (json_is_string(&text->account))
        actor->account = scenario_part_refer(p, &p->account_names, &text->account,
                                             "an account of this scenario");
    else if (json_is_present(&text->account))
        json_complain(&text->account, "must be a string");
    if (json_is_present(&text->identity))
        scenario_identity_read(p, &text->identity, &actor->identity);
    const enum identity_type type = actor->identity.type;
    if ((type == IDENTITY_ASSUMED_ROLE || type == IDENTITY_ROLE) && text->session_ms > ROLE_MOST_MS)
        scenario_part_complain(at, "session", "must be at most 12h: roles give no longer ones");

    actor->addresses =
        scenario_part_texts(p, &text->addresses, &actor->naddresses, 1, ADDRESS_MAX_N);
    struct json it = {0};
    while (json_is_array(&text->addresses) && json_next(&text->addresses, &it) != 0)
        check_address(&it);
    const struct scenario_slot_reach reach = {.application = true, .environment = true};
    scenario_slot_check(&text->identity, &reach);
    scenario_slot_check(&text->pin, &reach);
    scenario_request_check_pin(p, &text->pin);
    actor->omit = scenario_request_omit(p, &text->omit, &actor->nomit);

    struct scenario_list habits = scenario_part_list(p, &text->does);
    struct habit *out = ARENA_NEW(p->arena, struct habit, habits.n);
    for (size_t i = 0; i < habits.n; i++)
        read_habit(p, &habits.at[i], actor->account, &out[i]);
    actor->habits = out;
    actor->nhabits = habits.n;
}

/* The library's actors, in every account that has environments. */
static void read_roles(struct scenario_part *p)
{
    size_t naccounts = p->out->naccounts;
    uint32_t *roles = ARENA_NEW(p->arena, uint32_t, naccounts * p->nroles);
    for (uint32_t account = 0; account < naccounts; account++)
        for (size_t i = 0; i < p->nroles; i++) {
            uint32_t *role = &roles[account * p->nroles + i];
            *role = SCENARIO_NONE;
            if (!p->out->fan_out || !has_applications(p, account, true))
                continue;
            *role = (uint32_t)p->out->nactors;
            read_actor(p, p->role_at[i], account, &p->actors[p->out->nactors++]);
        }
    p->out->roles = roles;
    p->out->nroles = p->nroles;
}

void scenario_actor_read(struct scenario_part *p, struct scenario_list actors)
{
    p->actor_at = actors;
    size_t n = p->actor_at.n;
    p->actors = ARENA_NEW(p->arena, struct actor, n + p->nroles * p->out->naccounts);
    p->actor_names.rows = ARENA_NEW(p->arena, struct scenario_name, n);
    for (size_t i = 0; i < n; i++) {
        read_actor(p, &p->actor_at.at[i], p->out->naccounts > 0 ? 0 : SCENARIO_NONE, &p->actors[i]);
        scenario_part_name(&p->actor_names, p->actors[i].name, i, &p->actor_at.at[i], "name");
    }
    scenario_part_sort(&p->actor_names, "an actor");
    for (size_t i = 0; i < n; i++) {
        struct json identity = json_member(&p->actor_at.at[i], "identity");
        if (json_is_object(&identity))
            scenario_identity_refer(p, &identity, &p->actors[i]);
    }
    p->out->nactors = n;
    read_roles(p);
    p->out->actors = p->actors;
}
