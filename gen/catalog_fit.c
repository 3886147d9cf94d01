/* catalog_fit.c - whom option settings are for, and who may read them, see catalog.h. */
#include "gen/catalog.h"

#include <stdio.h>

/* By kinds as bits: web servers behind a load balancer 1, those of one instance 2, workers 4. */
static const char *const audiences[] = {
    "nobody",
    "web servers behind a load balancer",
    "web servers of a single instance",
    "web servers",
    "workers",
    "environments that scale",
    "workers and single instances",
    "all",
};

static bool has_meaning(const struct option_kinds *kinds, const struct option_place *place)
{
    if (!place->worker)
        return place->load_balanced ? kinds->load_balanced : kinds->single_instance;
    /* A worker of one instance does not scale; what is for workers alone is for it as well. */
    return kinds->worker &&
           (place->load_balanced || kinds->single_instance || !kinds->load_balanced);
}

static bool has_family(const struct option_namespace *ns, struct span family)
{
    for (size_t i = 0; i < ns->nfamilies; i++)
        if (span_equal(ns->families[i], family))
            return true;
    return ns->nfamilies == 0;
}

bool catalog_option_fits(const struct catalog *c, struct span ns, struct span option,
                         struct span value, const struct option_place *place, char *why,
                         size_t why_n)
{
    const struct option_namespace *in = catalog_namespace(c, ns);
    const struct option *o = in != NULL ? catalog_option(in, option) : NULL;
    if (o == NULL)
        return true;
    if (!has_family(in, place->family)) {
        size_t n = (size_t)snprintf(why, why_n, "%.*s is for", SPAN_ARG(ns));
        for (size_t i = 0; i < in->nfamilies && n < why_n; i++)
            n += (size_t)snprintf(why + n, why_n - n, "%s %.*s", i == 0 ? "" : ",",
                                  SPAN_ARG(in->families[i]));
        if (n < why_n)
            snprintf(why + n, why_n - n, " platforms");
        return false;
    }
    if (!has_meaning(&o->kinds, place)) {
        unsigned kinds = (o->kinds.load_balanced ? 1U : 0U) | (o->kinds.single_instance ? 2U : 0U) |
                         (o->kinds.worker ? 4U : 0U);
        snprintf(why, why_n, "%.*s of %.*s is for %s", SPAN_ARG(option), SPAN_ARG(ns),
                 audiences[kinds]);
        return false;
    }
    for (size_t i = 0; i < o->nbalanced; i++) {
        if (!span_equal(o->balanced[i], value) || (place->load_balanced && !place->worker))
            continue;
        snprintf(why, why_n, "\"%.*s\" as %.*s of %.*s is for %s", SPAN_ARG(value),
                 SPAN_ARG(option), SPAN_ARG(ns), audiences[1]);
        return false;
    }
    return true;
}

bool catalog_option_is_secret(const struct catalog *c, struct span ns, struct span option)
{
    const struct option_namespace *in = catalog_namespace(c, ns);
    const struct option *o = in != NULL ? catalog_option(in, option) : NULL;
    return o != NULL && o->secret;
}
