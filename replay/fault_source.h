/*
 * fault_source.h - a source whose log files have faults, on purpose and on record
 *
 * Each log file it gives has its digests, and a note for the manifest: the ids and digests of its
 * records, what was done to it, and what a right consumer makes of it.
 */
#ifndef REPLAY_FAULT_SOURCE_H
#define REPLAY_FAULT_SOURCE_H

#include <stdint.h>

#include "cloudtrail/fault.h"
#include "cloudtrail/source.h"

struct err;
struct fault_plan;

/**
 * fault_source_open(out, inner, plan):
 * The log files of ${inner} with the faults of ${plan}, which is settled.
 *
 * Shape:  of what goes later than its turn, at most 64 log files wait in memory for each other; the
 *         order is a function of source and plan.
 * Owns:   ${inner} is closed with it; ${plan} must outlive it.
 * Errors: of next: as ${inner}.
 */
void fault_source_open(struct source *out, const struct source *inner,
                       const struct fault_plan *plan);

/* How many log files were given each fault so far: FAULT_KINDS numbers. */
const uint64_t *fault_source_counts(const struct source *source);

#endif
