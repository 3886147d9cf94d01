/*
 * notify_sink.h - a sink that waits for its announcements
 */
#ifndef REPLAY_NOTIFY_SINK_H
#define REPLAY_NOTIFY_SINK_H

#include "cloudtrail/sink.h"

struct notify;

/**
 * notify_sink_open(out, inner, notify):
 * A sink that does as ${inner}, whose arrivals ${notify} hears of: it takes a log file only while
 * there is room for its announcement, and stops the run when nothing can be announced any more.
 *
 * Owns:   ${inner} is the sink's to close, ${notify} is not.
 */
void notify_sink_open(struct sink *out, struct sink inner, struct notify *notify);

#endif
