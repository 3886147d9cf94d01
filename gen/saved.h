/*
 * saved.h - when a saved configuration (Elastic Beanstalk's configuration template) was made
 *
 * One that the run makes is as old as the call that made it, in whatever record it is told. The
 * others are as old as their application. What habits make is known within one run of an activity
 * only: their templates are made, changed and deleted there.
 */
#ifndef GEN_SAVED_H
#define GEN_SAVED_H

#include <stdint.h>

struct act;
struct arena;
struct plan;
struct scene;

/* A template that something placed on purpose makes. */
struct saved {
    int64_t time_ms;
    uint32_t application, environment; /* or SCENARIO_NONE */
    const struct step *step;           /* that made it: its request names the template */
};

/**
 * saved_make(p, arena):
 * Find all that is placed and makes a template, in order of time: sets p->saved and p->nsaved.
 */
void saved_make(struct plan *p, struct arena *arena);

/**
 * saved_time(p, s, a):
 * When the template that the call ${a} in scene ${s} names was made by an earlier call; 0 when none
 * of the run's did.
 */
int64_t saved_time(const struct plan *p, const struct scene *s, const struct act *a);

#endif
