/*
 * sink_null.h - counts log files and drops them: how we measure ourselves
 */
#ifndef REPLAY_SINK_NULL_H
#define REPLAY_SINK_NULL_H

#include "cloudtrail/sink.h"

/**
 * sink_null_open(out):
 * A sink that always succeeds.
 */
void sink_null_open(struct sink *out);

#endif
