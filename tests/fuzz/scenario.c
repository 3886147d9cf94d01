/* scenario.c - any text as a scenario: findings in one line each, or a model whose indexes hold. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "gen/catalog.h"
#include "gen/scenario.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(void *ctx, const struct finding *f)
{
    (void)ctx;
    if (f->line == 0 || f->text.n == 0 || memchr(f->text.p, '\n', f->text.n) != NULL)
        abort();
}

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_model(const struct scenario *s)
{
    for (size_t i = 0; i < s->nenvironments; i++) {
        check(s->environments[i].platform != NULL);
        check(s->environments[i].application < s->napplications);
    }
    for (size_t i = 0; i < s->napplications; i++)
        check(s->applications[i].account < s->naccounts && s->applications[i].region != NULL);
    for (size_t i = 0; i < s->nactivities; i++)
        for (size_t k = 0; k < s->activities[i].nsteps; k++)
            check(s->activities[i].steps[k].operation != NULL);
    for (size_t i = 0; i < s->nactors; i++) {
        check(s->actors[i].account < s->naccounts && s->actors[i].client < s->nclients);
        for (size_t k = 0; k < s->actors[i].nhabits; k++)
            check(s->actors[i].habits[k].activity < s->nactivities);
    }
    for (size_t i = 0; i < s->nplaced; i++)
        check(s->placed[i].actor < s->nactors && s->placed[i].activity < s->nactivities);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena run;
    static struct catalog catalog;
    struct span text = {(const char *)data, size};
    struct arena arena;
    struct scenario s;
    struct err e = {.kind = ERR_NONE};
    if (catalog.nservices == 0 && catalog_load(&catalog, &run, NULL, &e) != 0)
        abort();
    arena_init(&arena);
    if (scenario_read(&s, &arena, "fuzz", text, &catalog, take, NULL, &e) == 0) {
        check_model(&s);
        scenario_close(&s);
    } else if (e.kind != ERR_INPUT || strchr(e.text, '\n') != NULL) {
        abort();
    }
    arena_free(&arena);
    return 0;
}
