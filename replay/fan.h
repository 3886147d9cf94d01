/*
 * fan.h - one log file to several sinks
 */
#ifndef REPLAY_FAN_H
#define REPLAY_FAN_H

#include <stddef.h>

#include "cloudtrail/sink.h"

/**
 * fan_open(out, sinks, n):
 * A sink that gives each of the ${n} sinks, at least one, every log file. It holds what all of them
 * hold. Its totals are theirs added up; the first that cannot go on stops the run, and the others
 * finish what they have.
 *
 * Owns:   the sinks are the fan's to close.
 */
void fan_open(struct sink *out, const struct sink *sinks, size_t n);

#endif
