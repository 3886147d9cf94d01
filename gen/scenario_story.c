/* scenario_story.c - see scenario_story.h. */
#include "gen/scenario_story.h"

#include "base/arena.h"
#include "base/buf.h"
#include "gen/scenario_activity.h"
#include "gen/scenario_part.h"

enum { TECHNIQUES_MAX = 100, TECHNIQUE_MAX_N = 64, STEPS_MAX = 500, SUGGEST_MAX = 500 };

static const char *const verdicts[] = {"attack", "twin", NULL};

struct placed_text {
    struct span name;
    int verdict, on;
    struct json techniques, actor, activity, steps, at, environment, application, region;
};

/* The first two are a story's only. */
static const struct json_row rows[] = {
    {"verdict", JSON_WORD, offsetof(struct placed_text, verdict), true, 0, 0, verdicts},
    {"techniques", JSON_ARRAY, offsetof(struct placed_text, techniques), false, 0, TECHNIQUES_MAX,
     NULL},
    {"name", JSON_STRING, offsetof(struct placed_text, name), true, 1, 100, NULL},
    {"on", JSON_WORD, offsetof(struct placed_text, on), false, 0, 0, scenario_activity_scopes},
    {"steps", JSON_ARRAY, offsetof(struct placed_text, steps), false, 1, STEPS_MAX, NULL},
    {"actor", JSON_ANY, offsetof(struct placed_text, actor), true, 0, 0, NULL},
    {"activity", JSON_ANY, offsetof(struct placed_text, activity), false, 0, 0, NULL},
    {"at", JSON_ANY, offsetof(struct placed_text, at), true, 0, 0, NULL},
    {"environment", JSON_ANY, offsetof(struct placed_text, environment), false, 0, 0, NULL},
    {"application", JSON_ANY, offsetof(struct placed_text, application), false, 0, 0, NULL},
    {"region", JSON_ANY, offsetof(struct placed_text, region), false, 0, 0, NULL},
};

enum { NROWS = sizeof(rows) / sizeof(rows[0]), NSTORY_ROWS = 2 };

/* A story that is read: what it says, and where. */
struct reading {
    struct scenario_part *p;
    const struct json *at;
    const struct placed_text *text;
    struct placed *placed;
    const struct account *account; /* the actor's, or NULL after a complaint */
};

/* Whether string member ${j} is there; anything else than a string is complained about. */
static bool is_given(const struct json *j)
{
    if (json_is_present(j) && !json_is_string(j))
        json_complain(j, "must be a string");
    return json_is_string(j);
}

static struct span techniques_text(struct scenario_part *p, const struct json *list)
{
    struct buf text;
    size_t n = 0;
    if (!json_is_present(list))
        return SPAN("[]");
    scenario_part_texts(p, list, &n, 1, TECHNIQUE_MAX_N);
    /* Six bytes a character at most, quotes and commas. */
    buf_init(&text, TECHNIQUES_MAX * (6 * TECHNIQUE_MAX_N + 4) + 2);
    buf_put(&text, "[", 1);
    struct json it = {0};
    while (json_next(list, &it) != 0) {
        struct span technique = json_text(&it);
        if (technique.n == 0 || technique.n > TECHNIQUE_MAX_N)
            continue;
        if (text.n > 1)
            buf_put_char(&text, ',');
        json_put_string(&text, technique);
    }
    buf_put_char(&text, ']');
    struct span out = arena_copy(p->arena, buf_span(&text));
    buf_free(&text);
    return out;
}

static void read_actor(struct reading *r)
{
    if (!is_given(&r->text->actor))
        return;
    r->placed->actor =
        scenario_part_refer(r->p, &r->p->actor_names, &r->text->actor, "an actor of this scenario");
    if (r->placed->actor == SCENARIO_NONE)
        return;
    uint32_t account = r->p->actors[r->placed->actor].account;
    if (account != SCENARIO_NONE)
        r->account = &r->p->accounts[account];
}

static void read_activity(struct reading *r)
{
    const struct placed_text *text = r->text;
    bool inlined = json_is_present(&text->steps);
    bool named = json_is_present(&text->activity);
    if (inlined == named && json_is_object(r->at))
        json_complain(r->at, "give \"activity\" or \"steps\"%s", named ? ", not both" : "");
    struct json on = json_member(r->at, "on");
    if (json_is_present(&on) && !inlined)
        json_complain(&on, "the activity says what it is on; leave it out");
    if (inlined)
        r->placed->activity = scenario_activity_inline(r->p, r->at, &text->steps);
    else if (is_given(&text->activity))
        r->placed->activity = scenario_activity_refer(r->p, &text->activity);
}

static void read_instant(struct reading *r)
{
    struct scenario_part *p = r->p;
    if (!json_is_present(&r->text->at) ||
        !scenario_part_instant(&r->text->at, p->out->start_ms, &r->placed->at_ms))
        return;
    if (r->placed->at_ms < p->out->start_ms || r->placed->at_ms >= p->end_ms)
        json_complain(&r->text->at, "lies outside the scenario's window");
}

/* Whether ${index}, an environment or an application, is in the actor's account and the region. */
static bool is_near(const struct reading *r, uint32_t index, bool environment)
{
    const struct scenario_part *p = r->p;
    uint32_t application = environment ? p->environments[index].application : index;
    uint32_t account = p->applications[application].account;
    if (account == SCENARIO_NONE || &p->accounts[account] != r->account)
        return false;
    return r->placed->region == NULL || p->applications[application].region == r->placed->region;
}

/* The one of ${names} that ${j} names in the actor's account and the story's region. */
static uint32_t find(struct reading *r, const struct scenario_names *names, const struct json *j,
                     bool environment)
{
    struct span words[SUGGEST_MAX];
    size_t nwords = 0;
    uint32_t found = SCENARIO_NONE;
    const char *what = environment ? "an environment" : "an application";
    if (!is_given(j) || r->account == NULL)
        return SCENARIO_NONE;
    for (size_t i = scenario_part_first(names, json_text(j));
         i < names->n && span_equal(names->rows[i].name, json_text(j)); i++) {
        if (!is_near(r, names->rows[i].index, environment))
            continue;
        if (found != SCENARIO_NONE) {
            json_complain(j, "%s of this name is in more than one region; say \"region\"", what);
            return SCENARIO_NONE;
        }
        found = names->rows[i].index;
    }
    if (found != SCENARIO_NONE)
        return found;
    for (size_t i = 0; i < names->n && nwords < SUGGEST_MAX; i++)
        if (is_near(r, names->rows[i].index, environment))
            words[nwords++] = names->rows[i].name;
    const char *where = r->placed->region != NULL ? " in that region" : "";
    struct span said = arena_printf(r->p->arena, "%s of the actor's account%s", what, where);
    scenario_part_unknown(r->p, j, said.p, words, nwords);
    return SCENARIO_NONE;
}

static void read_region(struct reading *r)
{
    struct span words[SUGGEST_MAX];
    size_t n = 0;
    if (!is_given(&r->text->region) || r->account == NULL)
        return;
    for (; n < r->account->nregions && n < SUGGEST_MAX; n++) {
        words[n] = r->account->regions[n]->name;
        if (span_equal(words[n], json_text(&r->text->region))) {
            r->placed->region = r->account->regions[n];
            return;
        }
    }
    scenario_part_unknown(r->p, &r->text->region, "a region of the actor's account", words, n);
}

static bool launches(const struct activity *activity)
{
    for (size_t i = 0; i < activity->nsteps; i++)
        if (activity->steps[i].operation != NULL &&
            activity->steps[i].operation->effect == EFFECT_LAUNCH)
            return true;
    return false;
}

/* What the activity is on, and that it is there at the time. */
static void read_place(struct reading *r)
{
    struct scenario_part *p = r->p;
    const struct placed_text *text = r->text;
    struct placed *placed = r->placed;
    read_region(r);
    placed->environment = find(r, &p->environment_names, &text->environment, true);
    placed->application = find(r, &p->application_names, &text->application, false);
    if (placed->environment != SCENARIO_NONE) {
        uint32_t owner = p->environments[placed->environment].application;
        if (placed->application != SCENARIO_NONE && placed->application != owner)
            json_complain(&text->application, "the environment belongs to application \"%.*s\"",
                          SPAN_ARG(p->applications[owner].name));
        placed->application = owner;
    }
    if (placed->activity == SCENARIO_NONE)
        return;

    const struct activity *activity = &p->activities[placed->activity].activity;
    if (activity->scope == SCOPE_ENVIRONMENT && !json_is_present(&text->environment))
        json_complain(r->at, "member \"environment\" is missing: the activity is on one");
    if (activity->scope == SCOPE_APPLICATION && !json_is_present(&text->application) &&
        !json_is_present(&text->environment))
        json_complain(r->at, "member \"application\" is missing: the activity is on one");
    if (placed->environment == SCENARIO_NONE || activity->scope != SCOPE_ENVIRONMENT ||
        launches(activity))
        return;
    const struct environment *environment = &p->environments[placed->environment];
    if (placed->at_ms < environment->launched_ms || placed->at_ms >= environment->terminated_ms)
        json_complain(&text->at, "environment \"%.*s\" does not live at that time",
                      SPAN_ARG(environment->name));
}

static void read_placed(struct scenario_part *p, const struct json *at, bool story,
                        struct placed *placed)
{
    struct placed_text *text = ARENA_NEW(p->arena, struct placed_text, 1);
    struct reading r = {p, at, text, placed, NULL};
    text->verdict = -1;
    size_t first = story ? 0 : NSTORY_ROWS;
    json_read(at, rows + first, NROWS - first, text);
    *placed = (struct placed){
        .name = text->name,
        .verdict = VERDICT_NONE,
        .techniques = SPAN("[]"),
        .actor = SCENARIO_NONE,
        .activity = SCENARIO_NONE,
        .at_ms = p->out->start_ms,
        .environment = SCENARIO_NONE,
        .application = SCENARIO_NONE,
    };
    if (story && text->verdict >= 0)
        placed->verdict = text->verdict == 0 ? VERDICT_ATTACK : VERDICT_TWIN;
    if (story)
        placed->techniques = techniques_text(p, &text->techniques);
    if (!json_is_object(at))
        return;
    read_actor(&r);
    read_activity(&r);
    read_instant(&r);
    read_place(&r);
}

void scenario_story_read(struct scenario_part *p, const struct json *stories,
                         const struct json *schedule)
{
    struct scenario_list lists[2] = {scenario_part_list(p, stories),
                                     scenario_part_list(p, schedule)};
    size_t n = lists[0].n + lists[1].n;
    struct scenario_names names = {ARENA_NEW(p->arena, struct scenario_name, n), 0};
    p->placed = ARENA_NEW(p->arena, struct placed, n);
    p->placed_at = ARENA_NEW(p->arena, const struct json *, n);
    n = 0;
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < lists[i].n; k++, n++) {
            p->placed_at[n] = &lists[i].at[k];
            read_placed(p, &lists[i].at[k], i == 0, &p->placed[n]);
            scenario_part_name(&names, p->placed[n].name, n, &lists[i].at[k], "name");
        }
    }
    scenario_part_sort(&names, "a story");
    p->out->placed = p->placed;
    p->out->nplaced = n;
}
