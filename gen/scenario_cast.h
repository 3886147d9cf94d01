/*
 * scenario_cast.h - the accounts, applications and environments of a scenario file
 */
#ifndef GEN_SCENARIO_CAST_H
#define GEN_SCENARIO_CAST_H

#include "gen/scenario_part.h"

/**
 * scenario_cast_read(p, accounts, applications):
 * Read the lists ${accounts} and ${applications} into ${p}, with their names.
 */
void scenario_cast_read(struct scenario_part *p, struct scenario_list accounts,
                        struct scenario_list applications);

#endif
