/*
 * progress.h - how far a run is: a bar on a terminal, a line now and then otherwise
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what; /* "gen" */
    bool shown;       /* false with --quiet */
    bool terminal;
    int64_t next_ms; /* when to say something again */
};

/**
 * progress_init(p, what, quiet):
 * Begin; nothing is printed before half a second has passed, on terminals, or five seconds.
 */
void progress_init(struct progress *p, const char *what, bool quiet);

/**
 * progress_say(p, per_mille, text):
 * Show ${text} on stderr if it is time to; ${per_mille} is the part done, 0 .. 1000, or -1 where
 * the end is not known.
 */
void progress_say(struct progress *p, int per_mille, const char *text);

/* Whether progress_say would print now: spares the making of its text. */
bool progress_due(const struct progress *p);

/* Take the bar away. */
void progress_end(struct progress *p);

#endif
