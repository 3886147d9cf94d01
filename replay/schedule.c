/* schedule.c - see schedule.h. */
#include "replay/schedule.h"

#include <math.h>

#include "base/draw.h"
#include "cloudtrail/logfile.h"

/* 290 years in nanoseconds do not fit; 200 do. */
static const double most_ns = 200.0 * 366 * 86400 * 1e9;

static int64_t in_range(double offset_ns)
{
    if (!(offset_ns > 0))
        return 0;
    return (int64_t)(offset_ns < most_ns ? offset_ns : most_ns);
}

/* The units that have come before: as many as there were, or as chance has it. */
static double units(struct schedule *s, uint64_t index)
{
    if (!s->poisson)
        return (double)index;
    /* The time to the next arrival, with a mean of one. */
    const double u = ((double)(draw_at(s->seed, 0, s->draws++) >> 11) + 1) / 9007199254740993.0;
    const uint64_t more = index > s->at ? index - s->at : 1;
    s->arrivals += -log(u) * (double)more;
    s->at = index;
    return s->arrivals;
}

/* Seconds until ${n} units have come on the ramp: where the area below its line is ${n}. */
static double on_ramp(const struct schedule *s, double n)
{
    const double ramp_s = (double)s->ramp_ms / 1e3;
    const double area = (s->from + s->to) / 2 * ramp_s;
    if (n >= area)
        return ramp_s + (n - area) / s->to;
    if (n <= 0)
        return 0;
    const double slope = (s->to - s->from) / ramp_s;
    return 2 * n / (s->from + sqrt(s->from * s->from + 2 * slope * n));
}

static int64_t wanted(struct schedule *s, uint64_t index, int64_t deliver_ms)
{
    switch (s->kind) {
    case SCHEDULE_ASAP:
        return 0;
    case SCHEDULE_RATE:
        return in_range(units(s, index) * 1e9 / s->factor);
    case SCHEDULE_RAMP:
        return in_range(on_ramp(s, units(s, index)) * 1e9);
    case SCHEDULE_SPEED:
        if (!s->begun && !s->by_clock) {
            s->begun = true;
            s->origin_ms = deliver_ms;
        }
        return in_range(((double)deliver_ms - (double)s->origin_ms) * 1e6 / s->factor);
    }
    return 0;
}

int64_t schedule_offset(struct schedule *s, uint64_t index, int64_t deliver_ms)
{
    if (s->kind == SCHEDULE_SPEED && deliver_ms == LOGFILE_NO_TIME)
        return 0;
    int64_t offset_ns = wanted(s, index, deliver_ms);
    if (s->max_gap_ns == 0)
        return offset_ns;
    offset_ns -= s->cut_ns;
    if (offset_ns - s->last_ns > s->max_gap_ns) {
        s->cut_ns += offset_ns - s->last_ns - s->max_gap_ns;
        offset_ns = s->last_ns + s->max_gap_ns;
    }
    if (offset_ns > s->last_ns)
        s->last_ns = offset_ns;
    return offset_ns > 0 ? offset_ns : 0;
}
