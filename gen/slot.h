/*
 * slot.h - the places in a record that something fills
 *
 * A slot has a name that data files use ("environment.name") and one of two natures: fixed, when
 * all records of a template share the value, or written per event. A fixed value may hold further
 * {slots}. All text is escaped for JSON already.
 */
#ifndef GEN_SLOT_H
#define GEN_SLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "gen/caller.h"
#include "gen/event.h"

struct arena;

/* What a template is made for: one step of one caller, with one outcome. */
struct call {
    const struct scenario *scenario;
    const struct caller *caller;
    const struct step *step;
    const struct operation *operation;
    const struct error_form *error; /* NULL: it succeeds */
    struct arena *arena;            /* where fixed values may be made */
};

/* Writes the value at ${at} and returns where it ends; at most the slot's most bytes. ${tag} tells
   the members of a family apart, and is 0 for other slots. */
typedef char *slot_put_fn(char *at, const struct event *ev, uint64_t tag);

/* The value for all records of a template; ${tag} as above, but as it is written. */
typedef struct span slot_fixed_fn(const struct call *call, struct span tag);

struct slot {
    const char *name;
    slot_put_fn *put;     /* NULL for a fixed slot */
    slot_fixed_fn *fixed; /* NULL for one written per event */
    uint16_t most;        /* bytes that put may write */
    bool raw;             /* a JSON value by itself: stands without quotes */
    bool optional;        /* may write nothing, or have no fixed value ({NULL, 0}); the whole member
                             is left out then */
};

/**
 * slot_find(name):
 * By exact name, or by that of its family and a tag of letters and digits behind it
 * ("environment.hex17.group"); NULL when there is none.
 */
const struct slot *slot_find(struct span name);

/**
 * slot_tag(slot, name):
 * The tag that ${name}, by which ${slot} was found, gives its writer; 0 without one.
 */
uint64_t slot_tag(const struct slot *slot, struct span name);

/**
 * slot_fixed(slot, name, call):
 * The fixed value of ${slot}, found by ${name}, for ${call}; it lives in the call's arena.
 */
struct span slot_fixed(const struct slot *slot, struct span name, const struct call *call);

/**
 * slot_event_version(call):
 * The minor event version of the records of ${call}: the scenario's for Elastic Beanstalk, and in
 * times before 1.10 where the service's own is later; the service's own otherwise.
 *
 * Source: published trails of 2017 to 2026.
 */
int slot_event_version(const struct call *call);

/**
 * slot_nearest(name):
 * The name of the slot nearest to ${name}, or NULL.
 */
const char *slot_nearest(struct span name);

#endif
