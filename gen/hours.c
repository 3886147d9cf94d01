/* hours.c - see hours.h. */
#include "gen/hours.h"

#include "base/draw.h"
#include "base/utc.h"
#include "gen/purpose.h"

/* Two maxima a working day, a dip at noon (inferred shape); tenths of the working hours. */
static const uint64_t workday[] = {6, 17, 31, 44, 51, 58, 70, 83, 94, 100};

int64_t hours_time(const struct hours *h, uint64_t address, int64_t day_ms)
{
    enum { TENTHS = sizeof workday / sizeof workday[0] };
    if (h->always)
        return day_ms + (int64_t)draw_below(draw_at(address, PURPOSE_MINUTE, 0), UTC_DAY_MS);
    uint64_t bits = draw_at(address, PURPOSE_MINUTE, 0);
    uint32_t tenth = draw_weighted(bits, workday, TENTHS);
    int64_t work_ms = (h->to_minute - h->from_minute) * UTC_MINUTE_MS;
    int64_t inside = draw_between(draw_at(address, PURPOSE_MINUTE, 1), 0, work_ms / TENTHS - 1);
    return day_ms + h->from_minute * UTC_MINUTE_MS + tenth * (work_ms / TENTHS) + inside;
}

int64_t hours_day(const struct hours *h, int64_t t_ms)
{
    int64_t zone_ms = h->zone_minutes * UTC_MINUTE_MS;
    return utc_day(t_ms + zone_ms) * UTC_DAY_MS - zone_ms;
}

bool hours_weekend(const struct hours *h, int64_t t_ms)
{
    return utc_civil_of(t_ms + h->zone_minutes * UTC_MINUTE_MS).weekday >= 5;
}

bool hours_hold(const struct hours *h, int64_t t_ms)
{
    if (h->always)
        return true;
    int64_t minute = (t_ms - hours_day(h, t_ms)) / UTC_MINUTE_MS;
    return !hours_weekend(h, t_ms) && minute >= h->from_minute && minute < h->to_minute;
}
