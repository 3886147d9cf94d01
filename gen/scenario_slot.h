/*
 * scenario_slot.h - the {slots} in a scenario's texts, checked while it is read
 */
#ifndef GEN_SCENARIO_SLOT_H
#define GEN_SCENARIO_SLOT_H

#include <stdbool.h>

#include "base/json.h"
#include "base/span.h"

struct step;

/* What a text's slots can be filled from. */
struct scenario_slot_reach {
    bool application, environment; /* the calls are about one */
    bool agent;                    /* the text is a user agent, which cannot hold itself */
    const struct step *step;       /* whose request {request.NAME} names, or NULL: not known here */
};

/**
 * scenario_slot_check(value, reach):
 * Check each string in ${value}, which may be absent: braces are slots or doubled, slots exist, and
 * what they need is there. What cannot be known before the calls are made is not complained about.
 */
void scenario_slot_check(const struct json *value, const struct scenario_slot_reach *reach);

/**
 * scenario_slot_is_time(text):
 * Whether ${text} is one slot and nothing else, and that a time as records spell it.
 */
bool scenario_slot_is_time(struct span text);

#endif
