/* catalog.c - look-ups, see catalog.h. */
#include "gen/catalog.h"

#include <stdlib.h>

#include "base/json.h"

enum { OPERATIONS_MAX = 1024 };

const struct service *catalog_service(const struct catalog *c, struct span name)
{
    for (size_t i = 0; i < c->nservices; i++) {
        if (span_equal(c->services[i].name, name))
            return &c->services[i];
    }
    return NULL;
}

static int compare_operation(const void *name, const void *row)
{
    return span_compare(*(const struct span *)name, ((const struct operation *)row)->name);
}

static int compare_region(const void *name, const void *row)
{
    return span_compare(*(const struct span *)name, ((const struct region *)row)->name);
}

const struct operation *catalog_operation(const struct catalog *c, struct span name)
{
    struct span service = SPAN("elasticbeanstalk");
    size_t colon = span_find(name, ':');
    if (colon < name.n) {
        service = (struct span){name.p, colon};
        name = span_from(name, colon + 1);
    }
    const struct service *s = catalog_service(c, service);
    if (s == NULL || s->noperations == 0)
        return NULL;
    return bsearch(&name, s->operations, s->noperations, sizeof(s->operations[0]),
                   compare_operation);
}

const char *catalog_operation_nearest(const struct catalog *c, struct span name)
{
    const struct service *s = catalog_service(c, SPAN("elasticbeanstalk"));
    const char *names[OPERATIONS_MAX + 1] = {NULL};
    for (size_t i = 0; s != NULL && i < s->noperations && i < OPERATIONS_MAX; i++)
        names[i] = s->operations[i].name.p;
    return json_nearest(name, names);
}

const struct member *catalog_member(const struct member *rows, size_t nrows, struct span path)
{
    for (size_t i = 0; i < nrows; i++) {
        if (span_equal(rows[i].path, path))
            return &rows[i];
    }
    return NULL;
}

const struct error_form *catalog_error(const struct operation *op, struct span name)
{
    for (size_t i = 0; i < op->nerrors; i++) {
        if (span_equal(op->errors[i]->name, name))
            return op->errors[i];
    }
    return NULL;
}

const struct region *catalog_region(const struct catalog *c, struct span name)
{
    if (c->nregions == 0)
        return NULL;
    return bsearch(&name, c->regions, c->nregions, sizeof(c->regions[0]), compare_region);
}

const struct platform *catalog_platform(const struct catalog *c, struct span name)
{
    /* Of a branch the newest version stands first. */
    for (size_t i = 0; i < c->nplatforms; i++) {
        if (span_equal(c->platforms[i].branch, name) || span_equal(c->platforms[i].name, name))
            return &c->platforms[i];
    }
    return NULL;
}
