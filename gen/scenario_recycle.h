/*
 * scenario_recycle.h - who launches and terminates an environment again and again
 */
#ifndef GEN_SCENARIO_RECYCLE_H
#define GEN_SCENARIO_RECYCLE_H

struct scenario_part;

/**
 * scenario_recycle_read(p):
 * Read member "recycle" of the environments that have it; the actors must be read already.
 */
void scenario_recycle_read(struct scenario_part *p);

#endif
