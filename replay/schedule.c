/* schedule.c - see schedule.h. */
#include "replay/schedule.h"

#include "cloudtrail/logfile.h"

/* 290 years in nanoseconds do not fit; 200 do. */
static const double most_ns = 200.0 * 366 * 86400 * 1e9;

static int64_t in_range(double offset_ns)
{
    if (!(offset_ns > 0))
        return 0;
    return (int64_t)(offset_ns < most_ns ? offset_ns : most_ns);
}

int64_t schedule_offset(struct schedule *s, uint64_t index, int64_t deliver_ms)
{
    switch (s->kind) {
    case SCHEDULE_ASAP:
        return 0;
    case SCHEDULE_RATE:
        return in_range((double)index * 1e9 / s->factor);
    case SCHEDULE_SPEED:
        if (deliver_ms == LOGFILE_NO_TIME)
            return 0;
        if (!s->begun) {
            s->begun = true;
            s->origin_ms = deliver_ms;
        }
        return in_range(((double)deliver_ms - (double)s->origin_ms) * 1e6 / s->factor);
    }
    return 0;
}
