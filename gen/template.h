/*
 * template.h - a record that waits for its event: literal text and slots
 *
 * The tree of a record (draft.h) is flattened once; after that a record is copied, not printed.
 */
#ifndef GEN_TEMPLATE_H
#define GEN_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gen/slot.h"

struct arena;
struct err;
struct rules;

struct piece {
    slot_put_fn *put;   /* the slot behind the literal */
    uint64_t tag;       /* what put is told */
    uint32_t literal_n; /* bytes of text before it */
    uint32_t back_n;    /* optional: bytes of the literal to take back when put writes nothing */
    bool optional;      /* a whole member; put's text goes in quotes */
};

struct template
{
    const char *text; /* all literals, one behind the other */
    const struct piece *pieces;
    uint32_t npieces;
    uint32_t tail_n; /* bytes of text behind the last slot */
    size_t most;     /* bytes a record may have */
};

/**
 * template_make(arena, rules, call, e):
 * The template of ${call}, in ${arena}.
 *
 * Errors: NULL and ERR_INPUT for an unknown slot in what the scenario wrote: which step, which
 *         slot, the nearest one.
 */
const struct template *template_make(struct arena *arena, const struct rules *rules,
                                     const struct call *call, struct err *e);

#endif
