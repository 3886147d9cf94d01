/*
 * pace.h - HOT: wait until a planned moment
 *
 * One anchor, absolute deadlines: sleeps are never summed, so an error of one is no error of the
 * next. The monotonic clock stands behind two functions that tests replace.
 */
#ifndef REPLAY_PACE_H
#define REPLAY_PACE_H

#include <signal.h>
#include <stdint.h>

struct pace_clock {
    int64_t (*now_ns)(void *self);
    /* Sleep until ${deadline_ns}; may return earlier, when a signal came. */
    void (*sleep_until)(void *self, int64_t deadline_ns);
    void *self;
};

/* The machine's monotonic clock. */
extern const struct pace_clock pace_machine_clock;

struct pace {
    const struct pace_clock *clock;
    int64_t anchor_ns;
    const volatile sig_atomic_t *stop; /* set: do not wait; or NULL */
};

/**
 * pace_start(p, clock, stop):
 * Drop the anchor now: offset 0 is this moment.
 */
void pace_start(struct pace *p, const struct pace_clock *clock, const volatile sig_atomic_t *stop);

/* Nanoseconds from the anchor to now. */
int64_t pace_now(const struct pace *p);

/**
 * pace_until(p, offset_ns):
 * Wait until ${offset_ns} after the anchor and return how late it is then, 0 or more. A deadline
 * that has passed, or a set stop flag, does not wait.
 */
int64_t pace_until(const struct pace *p, int64_t offset_ns);

#endif
