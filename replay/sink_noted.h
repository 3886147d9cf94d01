/*
 * sink_noted.h - a sink that writes into a manifest what goes through it to another
 *
 * Lines are in the order in which log files were put. What was there already has a line too, but
 * nobody knows any more when it was put. A log file that is withheld has one and goes no further.
 */
#ifndef REPLAY_SINK_NOTED_H
#define REPLAY_SINK_NOTED_H

#include "cloudtrail/manifest.h"
#include "cloudtrail/sink.h"
#include "replay/pace.h"

/**
 * sink_noted_open(out, inner, m, clock):
 * Note in ${m} what goes to ${inner}: log files with their digests, as fault_source gives them.
 *
 * Owns:   ${inner} is closed with it, ${m} stays the caller's. ${clock} is the run's, or NULL for
 *         the machine's.
 */
void sink_noted_open(struct sink *out, const struct sink *inner, struct manifest *m,
                     const struct pace_clock *clock);

/* What the manifest's last line says. */
struct manifest_counts sink_noted_counts(const struct sink *sink);

#endif
