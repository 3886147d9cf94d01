/*
 * population.h - "3 accounts, 40 developers, 25 applications" as a cast
 *
 * A population is written as the JSON of a scenario: accounts, applications with their
 * environments, actors. The readers of scenarios then read it together with what was written by
 * hand. It depends on the numbers asked for and on its own seed, never on the run's: names stay.
 */
#ifndef GEN_POPULATION_H
#define GEN_POPULATION_H

#include "base/json.h"

struct scenario_part;

struct population_lists {
    struct json accounts, applications, actors; /* arrays, or absent */
};

/**
 * population_read(out, p, at, e):
 * Read member "population" ${at} of a scenario and make its cast; nothing when it is absent.
 *
 * Owns:   the documents of ${out} go to p->out->docs, which has room for two.
 * Errors: -1 and ERR_INPUT when the program's own data cannot be read; what is wrong with ${at}
 *         becomes findings.
 */
int population_read(struct population_lists *out, struct scenario_part *p, const struct json *at,
                    struct err *e);

#endif
