/* follow.c - see follow.h. */
#include "gen/follow.h"

#include "base/json.h"

static bool has_member(const struct step *step, const char *name)
{
    struct json member = json_member(&step->with, name);
    return json_is_present(&member);
}

bool follow_comes(const struct activity *f, const struct step *step,
                  const struct world_environment *env)
{
    if (f->follows != step->operation->effect || env == NULL)
        return false;
    const bool worker = env->scenario->worker;
    const bool single = env->scenario->type == ENVIRONMENT_SINGLE_INSTANCE;
    const struct {
        unsigned bit;
        bool holds;
    } facts[] = {{FOLLOW_LOAD_BALANCED, !single},
                 {FOLLOW_SINGLE_INSTANCE, single},
                 {FOLLOW_WEB_SERVER, !worker},
                 {FOLLOW_WORKER, worker},
                 {FOLLOW_VERSION, has_member(step, "versionLabel")},
                 {FOLLOW_OPTIONS, has_member(step, "optionSettings")}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if ((f->when & facts[i].bit) != 0 && !facts[i].holds)
            return false;
    }
    return true;
}
