/*
 * load.h - the catalog, the record's rules and a scenario, by the names a user gives
 */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "base/arena.h"
#include "cloudtrail/rules.h"
#include "gen/catalog.h"
#include "gen/scenario.h"

struct err;

struct load {
    struct arena arena;
    struct catalog catalog;
    struct rules rules;
    struct scenario scenario;
};

/**
 * load_open(out, scenario, schemas, e):
 * Read the schemas (those inside the binary, or the folder ${schemas}) and the scenario
 * ${scenario}: a path, or the name of a built-in one. Findings are printed on stderr.
 *
 * Errors: ERR_INPUT; ${out} is then closed.
 */
int load_open(struct load *out, const char *scenario, const char *schemas, struct err *e);
void load_close(struct load *l);

#endif
