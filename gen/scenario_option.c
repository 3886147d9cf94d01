/* scenario_option.c - see scenario_option.h. */
#include "gen/scenario_option.h"

#include <stdio.h>

#include "base/arena.h"
#include "gen/follow.h"
#include "gen/scenario_part.h"

enum {
    WHY_MAX = 512,
    KINDS = 4, /* web server or worker, balanced or single */
    SIZE_DIGITS_MAX = 9
};

struct setting {
    struct span ns, name, value;
};

#define SETTING(ns, name, value)                                                                   \
    {                                                                                              \
        SPAN_INIT(ns), SPAN_INIT(name), SPAN_INIT(value)                                           \
    }

#define COMMAND     "aws:elasticbeanstalk:command"
#define ENVIRONMENT "aws:elasticbeanstalk:environment"
#define GROUP       "aws:autoscaling:asg"

/* What one request cannot ask for together: the former needs another value of the latter. */
static const struct clash {
    struct setting one, other;
    const char *needed;
} clashes[] = {
    {SETTING(COMMAND, "DeploymentPolicy", "TrafficSplitting"),
     SETTING(ENVIRONMENT, "LoadBalancerType", "classic"), "application"},
    {SETTING(COMMAND, "DeploymentPolicy", "TrafficSplitting"),
     SETTING(ENVIRONMENT, "LoadBalancerType", "network"), "application"},
    {SETTING(COMMAND, "DeploymentPolicy", "TrafficSplitting"),
     SETTING(ENVIRONMENT, "EnvironmentType", "SingleInstance"), "LoadBalanced"},
    {SETTING(ENVIRONMENT, "LoadBalancerIsShared", "true"),
     SETTING(ENVIRONMENT, "LoadBalancerType", "classic"), "application"},
    {SETTING(ENVIRONMENT, "LoadBalancerIsShared", "true"),
     SETTING(ENVIRONMENT, "LoadBalancerType", "network"), "application"},
    {SETTING(GROUP, "EnableCapacityRebalancing", "true"),
     SETTING("aws:ec2:instances", "EnableSpot", "false"), "true"},
    {SETTING("aws:elasticbeanstalk:cloudwatch:logs:health", "HealthStreamingEnabled", "true"),
     SETTING("aws:elasticbeanstalk:healthreporting:system", "SystemType", "basic"), "enhanced"},
    {SETTING("aws:elasticbeanstalk:managedactions:platformupdate", "InstanceRefreshEnabled",
             "true"),
     SETTING("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled", "false"), "true"},
};

/* An activity that something does, and the member of the scenario that says so. */
struct use {
    struct scenario_part *p;
    uint32_t activity;
    const struct json *where;
    bool *seen; /* kinds of environment that were found good for the activity before */
};

/* Read the setting that element ${it} is; false when a part of it is not known yet. */
static bool read_setting(struct setting *out, const struct json *it)
{
    struct json ns = json_member(it, "namespace");
    struct json name = json_member(it, "optionName");
    struct json value = json_member(it, "value");
    if (!json_is_string(&ns) || !json_is_string(&name))
        return false;
    *out = (struct setting){json_text(&ns), json_text(&name), json_text(&value)};
    return span_find(out->ns, '{') == out->ns.n;
}

static bool is_setting(const struct setting *one, const struct setting *other)
{
    return span_equal(one->ns, other->ns) && span_equal(one->name, other->name) &&
           span_equal(one->value, other->value);
}

/* The settings of ${step}: absent when it sends none, or when its call always fails. */
static struct json settings_of(const struct step *step)
{
    struct json none = {0};
    struct json list = json_member(&step->with, "optionSettings");
    bool fails = step->error != NULL && step->error_ppm == 1000000;
    return fails || !json_is_array(&list) ? none : list;
}

/* Whether the settings of ${step} are those of the environment that its activity is on; a template
   may be for another kind. */
static bool is_of_environment(const struct step *step)
{
    struct json template = json_member(&step->with, "templateName");
    if (step->operation == NULL ||
        catalog_member(step->operation->request, step->operation->nrequest,
                       SPAN("environmentName")) == NULL)
        return false;
    return step->operation->effect == EFFECT_LAUNCH || !json_is_present(&template);
}

/* Settings of one request */

static void check_clashes(const struct json *list, const struct json *at,
                          const struct setting *setting)
{
    for (size_t i = 0; i < sizeof clashes / sizeof clashes[0]; i++) {
        const struct clash *clash = &clashes[i];
        struct setting other;
        if (!is_setting(setting, &clash->one))
            continue;
        for (struct json it = {0}; json_next(list, &it) != 0;)
            if (read_setting(&other, &it) && is_setting(&other, &clash->other))
                json_complain(at,
                              "%.*s \"%.*s\" does not go with %.*s \"%.*s\" beside it: it needs "
                              "\"%s\" there",
                              SPAN_ARG(clash->one.name), SPAN_ARG(clash->one.value),
                              SPAN_ARG(clash->other.name), SPAN_ARG(clash->other.value),
                              clash->needed);
    }
}

/* The whole number that ${text} is, or -1. */
static int64_t whole(struct span text)
{
    int64_t n = text.n == 0 || text.n > SIZE_DIGITS_MAX ? -1 : 0;
    for (size_t i = 0; i < text.n && n >= 0; i++)
        n = text.p[i] >= '0' && text.p[i] <= '9' ? n * 10 + (text.p[i] - '0') : -1;
    return n;
}

static void check_sizes(const struct json *list, const struct json *at,
                        const struct setting *setting)
{
    struct setting other;
    if (!span_is(setting->ns, GROUP) || !span_is(setting->name, "MinSize"))
        return;
    for (struct json it = {0}; json_next(list, &it) != 0;)
        if (read_setting(&other, &it) && span_is(other.ns, GROUP) &&
            span_is(other.name, "MaxSize") && whole(other.value) >= 0 &&
            whole(setting->value) > whole(other.value))
            json_complain(at, "MinSize \"%.*s\" is more than MaxSize \"%.*s\" beside it",
                          SPAN_ARG(setting->value), SPAN_ARG(other.value));
}

static void check_request(const struct step *step)
{
    struct setting setting;
    struct json list = settings_of(step);
    for (struct json it = {0}; json_is_array(&list) && json_next(&list, &it) != 0;) {
        if (!read_setting(&setting, &it))
            continue;
        check_clashes(&list, &it, &setting);
        check_sizes(&list, &it, &setting);
    }
}

/* Settings and environments */

static const char *kind_name(const struct environment *env)
{
    if (env->worker)
        return env->type == ENVIRONMENT_SINGLE_INSTANCE ? "a worker of a single instance"
                                                        : "a worker";
    return env->type == ENVIRONMENT_SINGLE_INSTANCE ? "a web server of a single instance"
                                                    : "a web server behind a load balancer";
}

/* Whether ${setting} has a meaning for ${env}; ${why} says why it has none. */
static bool fits(const struct scenario_part *p, const struct step *step,
                 const struct environment *env, const struct setting *setting, char *why)
{
    const bool balanced = env->type == ENVIRONMENT_LOAD_BALANCED;
    const struct option_place place = {balanced, env->worker, env->platform->family};
    const char *type = balanced ? "LoadBalanced" : "SingleInstance";
    bool is_type = span_is(setting->ns, ENVIRONMENT) && span_is(setting->name, "EnvironmentType");
    if (is_type && step->operation->effect == EFFECT_LAUNCH &&
        span_find(setting->value, '{') == setting->value.n && !span_is(setting->value, type)) {
        snprintf(why, WHY_MAX, "EnvironmentType must be \"%s\", its \"type\"", type);
        return false;
    }
    return catalog_option_fits(p->catalog, setting->ns, setting->name, setting->value, &place, why,
                               WHY_MAX);
}

/* Check one step for ${env}; true when all of its settings may be sent. */
static bool check_step(struct use *use, const struct step *step, const struct environment *env)
{
    const struct scenario_activity *activity = &use->p->activities[use->activity];
    char why[WHY_MAX];
    struct setting setting;
    bool good = true;
    struct json list = settings_of(step);
    if (!json_is_array(&list) || !is_of_environment(step) || (step->when & ~follow_facts(env)) != 0)
        return true;
    for (struct json it = {0}; json_next(&list, &it) != 0;) {
        if (!read_setting(&setting, &it) || fits(use->p, step, env, &setting, why))
            continue;
        good = false;
        if (!activity->built_in) {
            json_complain(&it,
                          "%s, and environment \"%.*s\" is %s (%.*s): leave it out, or say with "
                          "\"when\" or \"environments\" whom it is for",
                          why, SPAN_ARG(env->name), kind_name(env),
                          SPAN_ARG(env->platform->family));
            continue;
        }
        json_complain(use->where,
                      "activity \"%.*s\" does not fit environment \"%.*s\", %s (%.*s): %s; choose "
                      "another activity or environment",
                      SPAN_ARG(activity->activity.name), SPAN_ARG(env->name), kind_name(env),
                      SPAN_ARG(env->platform->family), why);
        return false;
    }
    return good;
}

/* Check the steps that run on ${env}; false after a complaint. */
static bool check_environment(struct use *use, uint32_t index)
{
    const struct activity *activity = &use->p->activities[use->activity].activity;
    const struct environment *env = &use->p->environments[index];
    if (env->platform == NULL)
        return true;
    size_t kind = (env->worker ? 2U : 0U) + (env->type == ENVIRONMENT_SINGLE_INSTANCE ? 1U : 0U);
    bool *seen = &use->seen[(size_t)(env->platform - use->p->catalog->platforms) * KINDS + kind];
    if (*seen)
        return true;
    bool good = true;
    for (size_t i = 0; i < activity->nsteps; i++)
        if (activity->scope == SCOPE_ENVIRONMENT || activity->steps[i].each == EACH_ENVIRONMENT)
            good = check_step(use, &activity->steps[i], env) && good;
    *seen = good;
    return good;
}

static bool sends_settings(const struct activity *activity)
{
    for (size_t i = 0; i < activity->nsteps; i++) {
        struct json list = settings_of(&activity->steps[i]);
        if (json_is_array(&list))
            return true;
    }
    return false;
}

/* Whose environments a use without a choice of its own is about. */
static void check_all(struct use *use, uint32_t account, uint32_t application)
{
    const struct scenario_part *p = use->p;
    for (uint32_t i = 0; i < p->out->nenvironments; i++) {
        uint32_t owner = p->environments[i].application;
        bool is_about = application != SCENARIO_NONE ? owner == application
                                                     : p->applications[owner].account == account;
        if (is_about && !check_environment(use, i))
            return;
    }
}

static void check_habits(struct use *use, bool *const *seen, uint32_t actor_index)
{
    struct scenario_part *p = use->p;
    const struct actor *actor = &p->actors[actor_index];
    struct json does = json_member(&p->actor_at.at[actor_index], "does");
    struct json it = {0};
    for (size_t k = 0; k < actor->nhabits && json_next(&does, &it) != 0; k++) {
        const struct habit *habit = &actor->habits[k];
        struct json where = json_member(&it, "activity");
        if (habit->activity == SCENARIO_NONE || seen[habit->activity] == NULL)
            continue;
        use->activity = habit->activity;
        use->where = &where;
        use->seen = seen[habit->activity];
        if (habit->nenvironments == 0 && actor->account != SCENARIO_NONE)
            check_all(use, actor->account, SCENARIO_NONE);
        for (size_t i = 0; i < habit->nenvironments; i++)
            if (!check_environment(use, habit->environments[i]))
                break;
    }
}

static void check_placed(struct use *use, bool *const *seen, size_t index)
{
    struct scenario_part *p = use->p;
    const struct placed *placed = &p->placed[index];
    struct json where = json_member(p->placed_at[index], "activity");
    if (placed->activity == SCENARIO_NONE || seen[placed->activity] == NULL)
        return;
    use->activity = placed->activity;
    use->where = json_is_present(&where) ? &where : p->placed_at[index];
    use->seen = seen[placed->activity];
    if (placed->environment != SCENARIO_NONE)
        check_environment(use, placed->environment);
    else if (placed->actor != SCENARIO_NONE && p->actors[placed->actor].account != SCENARIO_NONE)
        check_all(use, p->actors[placed->actor].account, placed->application);
}

static void check_recycled(struct use *use, bool *const *seen, uint32_t index)
{
    struct scenario_part *p = use->p;
    const struct environment *env = &p->environments[index];
    struct json recycle = json_member(&p->environment_at.at[index], "recycle");
    struct json where = json_member(&recycle, "launch");
    if (env->recycle_ms == 0 || seen[env->recycle_launch] == NULL)
        return;
    use->activity = env->recycle_launch;
    use->where = &where;
    use->seen = seen[env->recycle_launch];
    check_environment(use, index);
}

void scenario_option_check(struct scenario_part *p)
{
    struct use use = {.p = p};
    bool **seen = ARENA_NEW(p->arena, bool *, p->nactivities);
    for (size_t i = 0; i < p->nactivities; i++) {
        const struct scenario_activity *a = &p->activities[i];
        seen[i] = NULL;
        if (!a->read || !sends_settings(&a->activity))
            continue;
        seen[i] = ARENA_NEW(p->arena, bool, p->catalog->nplatforms *KINDS);
        for (size_t k = 0; k < a->activity.nsteps; k++)
            check_request(&a->activity.steps[k]);
    }
    for (uint32_t i = 0; i < p->actor_at.n; i++)
        check_habits(&use, seen, i);
    for (size_t i = 0; i < p->out->nplaced; i++)
        check_placed(&use, seen, i);
    for (uint32_t i = 0; i < p->environment_at.n; i++)
        check_recycled(&use, seen, i);
}
