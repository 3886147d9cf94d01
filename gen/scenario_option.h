/*
 * scenario_option.h - option settings against the environments that they are sent for
 */
#ifndef GEN_SCENARIO_OPTION_H
#define GEN_SCENARIO_OPTION_H

struct scenario_part;

/**
 * scenario_option_check(p):
 * Check the option settings of each activity that something does: those of one request against each
 * other, and each against the type, tier and platform of every environment that it may be sent for.
 * A setting of the scenario's own activities is complained about where it stands, one of the
 * library where the scenario chooses the activity. Calls that always fail may send anything.
 */
void scenario_option_check(struct scenario_part *p);

#endif
