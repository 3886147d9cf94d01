/* cycle.c - see cycle.h. */
#include "gen/cycle.h"

#include "base/draw.h"
#include "base/utc.h"
#include "gen/hours.h"
#include "gen/purpose.h"

/* A life ends so long before the next one may begin. */
#define REST_MS (30 * UTC_MINUTE_MS)

static int64_t period_number(const struct hours *h, const struct environment *env, int64_t t_ms)
{
    int64_t local = t_ms + h->zone_minutes * UTC_MINUTE_MS;
    return local / env->recycle_ms - (local % env->recycle_ms < 0);
}

static int64_t period_begin(const struct hours *h, const struct environment *env, int64_t number)
{
    return number * env->recycle_ms - h->zone_minutes * UTC_MINUTE_MS;
}

bool cycle_at(struct cycle *out, const struct scenario *s, const struct environment *env,
              uint64_t address, int64_t t_ms)
{
    const struct hours *h = &s->actors[env->recycle_by].hours;
    int64_t number = period_number(h, env, t_ms);
    int64_t begin = period_begin(h, env, number);
    if (!h->always && hours_weekend(h, begin))
        return false;
    out->number = number;
    out->address = draw_at(address, PURPOSE_CYCLE, (uint64_t)number);
    out->launched_ms = hours_time(h, out->address, begin);
    out->terminated_ms = out->launched_ms + draw_between(draw_at(out->address, PURPOSE_CYCLE, 0),
                                                         env->open_low_ms, env->open_high_ms);
    int64_t last = begin + env->recycle_ms - REST_MS;
    if (out->terminated_ms > last)
        out->terminated_ms = last;
    return true;
}

int64_t cycle_next(const struct scenario *s, const struct environment *env, int64_t t_ms)
{
    const struct hours *h = &s->actors[env->recycle_by].hours;
    return period_begin(h, env, period_number(h, env, t_ms) + 1);
}
