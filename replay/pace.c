/* HOT: pace.c - see pace.h. */
#include "replay/pace.h"

#include <stddef.h>
#include <time.h>

/* A stop flag set just before a sleep begins is seen after this long at the latest. */
static const int64_t slice_ns = 200 * 1000 * INT64_C(1000);

static int64_t machine_now(void *self)
{
    (void)self;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void machine_sleep(void *self, int64_t deadline_ns)
{
    (void)self;
    struct timespec t = {.tv_sec = (time_t)(deadline_ns / 1000000000),
                         .tv_nsec = (long)(deadline_ns % 1000000000)};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

const struct pace_clock pace_machine_clock = {machine_now, machine_sleep, NULL};

void pace_start(struct pace *p, const struct pace_clock *clock, const volatile sig_atomic_t *stop)
{
    *p = (struct pace){clock, clock->now_ns(clock->self), stop};
}

int64_t pace_now(const struct pace *p)
{
    return p->clock->now_ns(p->clock->self) - p->anchor_ns;
}

int64_t pace_until(const struct pace *p, int64_t offset_ns)
{
    for (;;) {
        int64_t late_ns = pace_now(p) - offset_ns;
        if (late_ns >= 0)
            return late_ns;
        if (p->stop != NULL && *p->stop)
            return 0;
        int64_t left_ns = -late_ns < slice_ns ? -late_ns : slice_ns;
        p->clock->sleep_until(p->clock->self, p->anchor_ns + offset_ns + late_ns + left_ns);
    }
}
