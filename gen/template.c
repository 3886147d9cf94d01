/* template.c - see template.h. */
#include "gen/template.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "gen/draft.h"

enum {
    TEXT_MAX = 4 << 20,
    PIECES_MAX = 4096,
    NEST_MAX = 8 /* fixed slots inside fixed slots */
};

/* A template on its way: literals gather in text, mark is where the next piece's literal begins. */
struct flatten {
    const struct call *call;
    struct buf text;
    size_t mark;
    struct piece *pieces;
    uint32_t npieces;
    size_t most;
    struct err *e;
};

static int add_piece(struct flatten *f, const struct slot *slot, uint64_t tag, bool optional,
                     size_t back_n)
{
    if (f->npieces == PIECES_MAX)
        return err_set(f->e, ERR_INPUT, "%.*s: a step has more than %d slots; write fewer",
                       SPAN_ARG(f->call->step->name), PIECES_MAX);
    struct piece *p = &f->pieces[f->npieces++];
    p->put = slot->put;
    p->tag = tag;
    p->literal_n = (uint32_t)(f->text.n - f->mark);
    p->back_n = (uint32_t)back_n;
    p->optional = optional;
    f->mark = f->text.n;
    f->most += slot->most + 2;
    return 0;
}

/* Text inside a string: literals, {slots}, and braces doubled where they stand for themselves. */
static int put_text(struct flatten *f, struct span text, int nest)
{
    while (text.n > 0) {
        size_t open = 0;
        while (open < text.n && text.p[open] != '{' && text.p[open] != '}')
            open++;
        buf_put(&f->text, text.p, open);
        text = span_from(text, open);
        if (text.n == 0)
            return 0;
        if (text.n >= 2 && text.p[1] == text.p[0]) {
            buf_put_char(&f->text, text.p[0]);
            text = span_from(text, 2);
            continue;
        }
        size_t close = span_find(text, '}');
        if (text.p[0] == '}' || close == text.n)
            return err_set(
                f->e, ERR_INPUT,
                "step \"%.*s\": a lone brace in \"%.*s\"; write {{ or }} for the character",
                SPAN_ARG(f->call->step->name), SPAN_ARG(text));
        struct span name = {text.p + 1, close - 1};
        const struct slot *slot = slot_find(name);
        if (slot == NULL) {
            const char *near = slot_nearest(name);
            return err_set(f->e, ERR_INPUT, "step \"%.*s\": {%.*s} is not a slot%s%s%s",
                           SPAN_ARG(f->call->step->name), SPAN_ARG(name),
                           near == NULL ? "; docs/scenarios.md lists them" : "; did you mean {",
                           near == NULL ? "" : near, near == NULL ? "" : "}?");
        }
        if (slot->put != NULL) {
            if (add_piece(f, slot, slot_tag(slot, name), false, 0) != 0)
                return -1;
        } else {
            if (nest == NEST_MAX)
                return err_set(f->e, ERR_INPUT,
                               "step \"%.*s\": {%.*s} holds slots that hold slots, without end",
                               SPAN_ARG(f->call->step->name), SPAN_ARG(name));
            if (put_text(f, slot_fixed(slot, name, f->call), nest + 1) != 0)
                return -1;
        }
        text = span_from(text, close + 1);
    }
    return 0;
}

static int put_node(struct flatten *f, const struct node *n, bool first);

static int put_children(struct flatten *f, const struct node *n, char open, char close)
{
    buf_put_char(&f->text, open);
    bool first = true;
    for (const struct node *c = n->first; c != NULL; c = c->next) {
        if (put_node(f, c, first) != 0)
            return -1;
        first = false;
    }
    buf_put_char(&f->text, close);
    return 0;
}

static int put_node(struct flatten *f, const struct node *n, bool first)
{
    size_t begin = f->text.n;
    if (!first)
        buf_put_char(&f->text, ',');
    if (n->key.n > 0) {
        buf_put_char(&f->text, '"');
        buf_put_span(&f->text, n->key);
        buf_put(&f->text, "\":", 2);
    }
    switch (n->kind) {
    case NODE_OBJECT:
        return put_children(f, n, '{', '}');
    case NODE_LIST:
        return put_children(f, n, '[', ']');
    case NODE_JSON:
        buf_put_span(&f->text, n->text);
        return 0;
    case NODE_STRING:
        break;
    }
    if (n->slot != NULL && n->slot->raw)
        return put_text(f, n->text, 0);
    /* A whole member that may lack: its comma and name go with it. The first one always stays, so
       that what follows may begin with a comma. */
    if (n->slot != NULL && n->slot->put != NULL && n->slot->optional && !first && n->key.n > 0)
        return add_piece(f, n->slot, 0, true, f->text.n - begin);
    buf_put_char(&f->text, '"');
    if (put_text(f, n->text, 0) != 0)
        return -1;
    buf_put_char(&f->text, '"');
    return 0;
}

const struct template *template_make(struct arena *arena, const struct rules *rules,
                                     const struct call *call, struct err *e)
{
    struct flatten f = {.call = call, .e = e};
    buf_init(&f.text, TEXT_MAX);
    f.pieces = ARENA_ROOM(call->arena, struct piece, PIECES_MAX);
    const struct node *record = draft_make(call->arena, rules, call);
    struct template *t = NULL;
    if (put_node(&f, record, true) == 0) {
        t = ARENA_NEW(arena, struct template, 1);
        t->text = arena_copy(arena, buf_span(&f.text)).p;
        struct piece *pieces = ARENA_NEW(arena, struct piece, f.npieces);
        memcpy(pieces, f.pieces, f.npieces * sizeof *pieces);
        t->pieces = pieces;
        t->npieces = f.npieces;
        t->tail_n = (uint32_t)(f.text.n - f.mark);
        t->most = f.text.n + f.most;
    }
    buf_free(&f.text);
    return t;
}
