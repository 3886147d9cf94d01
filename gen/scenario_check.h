/*
 * scenario_check.h - what crosses the parts of a scenario
 */
#ifndef GEN_SCENARIO_CHECK_H
#define GEN_SCENARIO_CHECK_H

struct scenario_part;

/**
 * scenario_check(p):
 * Check each actor against what it does, by habit or by story: that it has an address where one is
 * shown, that its identity makes such calls, that its credentials fit its clients.
 */
void scenario_check(struct scenario_part *p);

#endif
