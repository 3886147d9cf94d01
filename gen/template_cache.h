/*
 * template_cache.h - a worker's templates, made when first used
 *
 * A run may have a hundred thousand templates and a cell uses a few of them: they are compiled on
 * demand and forgotten when they take too much room, so memory does not grow with the scenario.
 */
#ifndef GEN_TEMPLATE_CACHE_H
#define GEN_TEMPLATE_CACHE_H

#include "gen/template.h"

struct plan;
struct template_cache;

struct template_cache *template_cache_open(const struct plan *plan);
void template_cache_close(struct template_cache *c);

/**
 * template_cache_trim(c):
 * Forget all templates if they take more than the cache's room. Only between cells: events point to
 * templates.
 */
void template_cache_trim(struct template_cache *c);

/**
 * template_cache_get(c, caller, step, error, e):
 * The template of ${caller}'s ${step} that succeeds (${error} NULL) or fails like ${error}.
 *
 * Errors: NULL, as template_make.
 */
const struct template *template_cache_get(struct template_cache *c, const struct caller *caller,
                                          const struct step *step, const struct error_form *error,
                                          struct err *e);

#endif
