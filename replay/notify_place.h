/*
 * notify_place.h - the text after --notify becomes places: a folder, a file of lines, a queue
 */
#ifndef REPLAY_NOTIFY_PLACE_H
#define REPLAY_NOTIFY_PLACE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "replay/creds.h"
#include "replay/notify.h"

struct err;

enum notify_kind { NOTIFY_FOLDER, NOTIFY_LINES, NOTIFY_QUEUE };

struct notify_place_options {
    const struct creds_wish *wish;     /* its endpoint is the bucket's and does not count */
    const volatile sig_atomic_t *stop; /* as in sqs_options */
    bool resume;                       /* mend what a killed run left */
};

/* What ${place} names: sqs:// and URLs a queue, else as notify_files.h has it. */
enum notify_kind notify_place_kind(const char *place);

/**
 * notify_place_check(place, e):
 * Whether ${place} has the right form: opens and asks nothing.
 */
int notify_place_check(const char *place, struct err *e);

/**
 * notify_place_open(places, n, place, o, e):
 * Open what ${place} names, ${places} with room for NOTIFY_PLACES_MOST: one that keeps order for
 * files, several connections for a queue, which is asked for first.
 *
 * Owns:   the strings of ${o}->wish must outlive the places.
 * Errors: ERR_INPUT for a place of wrong form, missing credentials, an endpoint that cannot be
 * used; ERR_WORK for a queue that is not there or does not answer, a folder or file that cannot be
 *         opened.
 */
int notify_place_open(struct notify_place *places, size_t *n, const char *place,
                      const struct notify_place_options *o, struct err *e);

/* Give back places that nobody has taken over. */
void notify_place_close(struct notify_place *places, size_t n);

#endif
