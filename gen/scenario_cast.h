/*
 * scenario_cast.h - the accounts, applications and environments of a scenario file
 */
#ifndef GEN_SCENARIO_CAST_H
#define GEN_SCENARIO_CAST_H

struct json;
struct scenario_part;

/**
 * scenario_cast_read(p, accounts, applications):
 * Read the arrays ${accounts} and ${applications} into ${p}, with their names.
 */
void scenario_cast_read(struct scenario_part *p, const struct json *accounts,
                        const struct json *applications);

#endif
