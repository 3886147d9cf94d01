/*
 * draft.h - a record as a tree, before it becomes a template
 *
 * Built from the rows of the record rules and of the operation, then changed by what the scenario
 * pins and omits. Cold: once a template, never per record.
 */
#ifndef GEN_DRAFT_H
#define GEN_DRAFT_H

#include <stdbool.h>

#include "base/json.h"
#include "base/span.h"
#include "gen/slot.h"

struct arena;
struct rules;

enum node_kind {
    NODE_OBJECT,
    NODE_LIST,
    NODE_JSON,  /* text is JSON as it will stand */
    NODE_STRING /* text is the inside of a string, escaped, and may hold {slots} */
};

struct node {
    enum node_kind kind;
    struct span key;                  /* escaped; empty inside a list */
    struct span text;                 /* NODE_JSON and NODE_STRING */
    const struct slot *slot;          /* NODE_STRING that is one slot and nothing else */
    struct node *first, *last, *next; /* members or elements */
};

/**
 * draft_make(arena, rules, call):
 * The record of ${call}: members by event version and by the caller's facts, request and response
 * by the operation's rows, then the pins of the actor and of the step over it, and what they omit
 * taken out.
 */
struct node *draft_make(struct arena *arena, const struct rules *rules, const struct call *call);

#endif
