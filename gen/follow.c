/* follow.c - see follow.h. */
#include "gen/follow.h"

#include "base/json.h"

static bool has_member(const struct step *step, const char *name)
{
    struct json member = json_member(&step->with, name);
    return json_is_present(&member);
}

unsigned follow_facts(const struct environment *e)
{
    return (e->type == ENVIRONMENT_SINGLE_INSTANCE ? FOLLOW_SINGLE_INSTANCE
                                                   : FOLLOW_LOAD_BALANCED) |
           (e->worker ? FOLLOW_WORKER : FOLLOW_WEB_SERVER);
}

bool follow_comes(const struct activity *f, const struct step *step,
                  const struct world_environment *env)
{
    if (f->follows != step->operation->effect || env == NULL)
        return false;
    unsigned facts = follow_facts(env->scenario);
    if (has_member(step, "versionLabel"))
        facts |= FOLLOW_VERSION;
    if (has_member(step, "optionSettings"))
        facts |= FOLLOW_OPTIONS;
    return (f->when & ~facts) == 0;
}
