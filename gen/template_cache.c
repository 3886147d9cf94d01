/* template_cache.c - see template_cache.h. */
#include "gen/template_cache.h"

#include <stdlib.h>

#include "base/arena.h"
#include "gen/plan.h"

enum { ROWS_LEAST = 1024, ROOM_N = 24 << 20 };

struct row {
    const struct caller *caller;
    const struct step *step;
    const struct error_form *error;
    const struct template *template; /* NULL: the row is free */
};

struct template_cache {
    const struct plan *plan;
    struct arena arena;   /* templates */
    struct arena scratch; /* of one compilation */
    size_t used_n;        /* bytes of templates, about */
    struct row *rows;     /* open addressing; a power of two */
    size_t nrows, n;
};

static struct row *rows_new(size_t n)
{
    struct row *rows = calloc(n, sizeof *rows);
    if (rows == NULL)
        mem_die(n * sizeof *rows);
    return rows;
}

struct template_cache *template_cache_open(const struct plan *plan)
{
    struct template_cache *c = calloc(1, sizeof *c);
    if (c == NULL)
        mem_die(sizeof *c);
    c->plan = plan;
    arena_init(&c->arena);
    arena_init(&c->scratch);
    c->nrows = ROWS_LEAST;
    c->rows = rows_new(c->nrows);
    return c;
}

void template_cache_close(struct template_cache *c)
{
    if (c == NULL)
        return;
    arena_free(&c->arena);
    arena_free(&c->scratch);
    free(c->rows);
    free(c);
}

void template_cache_trim(struct template_cache *c)
{
    if (c->used_n < ROOM_N)
        return;
    arena_empty(&c->arena);
    memset(c->rows, 0, c->nrows * sizeof *c->rows);
    c->n = 0;
    c->used_n = 0;
}

/* Where the three belong: the row that holds them, or the free one that will. Errors of one step
   are told apart by where they lie in memory; that orders nothing but this table. */
static struct row *find(struct row *rows, size_t nrows, const struct caller *caller,
                        const struct step *step, const struct error_form *error)
{
    uint64_t h = (uint64_t)caller->index * UINT64_C(0x9e3779b97f4a7c15) ^
                 (uint64_t)step->index * UINT64_C(0xbf58476d1ce4e5b9);
    size_t i = (size_t)(h ^ h >> 32) & (nrows - 1);
    while (rows[i].template != NULL &&
           (rows[i].caller != caller || rows[i].step != step || rows[i].error != error))
        i = (i + 1) & (nrows - 1);
    return &rows[i];
}

static void grow(struct template_cache *c)
{
    size_t nrows = 2 * c->nrows;
    struct row *rows = rows_new(nrows);
    for (size_t i = 0; i < c->nrows; i++) {
        const struct row *r = &c->rows[i];
        if (r->template != NULL)
            *find(rows, nrows, r->caller, r->step, r->error) = *r;
    }
    free(c->rows);
    c->rows = rows;
    c->nrows = nrows;
}

const struct template *template_cache_get(struct template_cache *c, const struct caller *caller,
                                          const struct step *step, const struct error_form *error,
                                          struct err *e)
{
    struct row *r = find(c->rows, c->nrows, caller, step, error);
    if (r->template != NULL)
        return r->template;
    struct call call = {.scenario = c->plan->scenario,
                        .caller = caller,
                        .step = step,
                        .operation = step->operation,
                        .error = error,
                        .arena = &c->scratch};
    const struct template *t = template_make(&c->arena, c->plan->rules, &call, e);
    arena_empty(&c->scratch);
    if (t == NULL)
        return NULL;
    *r = (struct row){caller, step, error, t};
    c->used_n += t->most;
    if (2 * ++c->n > c->nrows)
        grow(c);
    return t;
}
