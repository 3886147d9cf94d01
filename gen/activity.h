/*
 * activity.h - an activity becomes its calls: order, pauses, repetitions, polling, retries
 *
 * Pure: the calls of an occurrence depend on its address and the plan alone, so the page of a day
 * and the cell see the same ones.
 */
#ifndef GEN_ACTIVITY_H
#define GEN_ACTIVITY_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/plan.h"

/* One call, before it is known whether the world allows it. */
struct act {
    int64_t time_ms;
    int64_t done_ms; /* of a change: when the world has finished it */
    uint64_t address;
    const struct step *step;
    const struct error_form *error; /* it fails like this, whatever the world says; or NULL */
    uint32_t environment, application;
    const struct place *place;
};

/* Takes a call; false: the activity ends here. */
typedef bool activity_take_fn(void *ctx, const struct act *a);

/**
 * activity_play(p, o, take, ctx):
 * Give the calls of ${o} to ${take}, in order of time.
 */
void activity_play(const struct plan *p, const struct occurrence *o, activity_take_fn *take,
                   void *ctx);

/* Whether ${effect} changes an environment, so that it belongs on a page. */
bool activity_changes(enum effect effect);

/* How many calls ${a} is expected to make; for cell lengths, rough. */
double activity_expected(const struct activity *a, const struct plan *p, uint32_t account);

#endif
