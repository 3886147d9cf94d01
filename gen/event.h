/*
 * event.h - one API call of the simulation, and the scene it plays in
 *
 * Both live in a worker's arena and are gone with the cell.
 */
#ifndef GEN_EVENT_H
#define GEN_EVENT_H

#include <stdint.h>

#include "base/span.h"
#include "gen/ids.h"
#include "gen/world.h"

struct caller;
struct saved;
struct template;

/* The credentials of one session, or an actor's long-term key. */
struct session {
    char key[IDS_KEY_N]; /* access key id */
    char created[20];    /* creationDate */
    int64_t created_ms;
    int64_t expires_ms;
    uint64_t address;
};

/* What the calls of one activity have in common. */
struct scene {
    const struct caller *caller;
    const struct place *place;
    const struct world_application *application; /* NULL for what is about an account */
    uint32_t number;                             /* of the environment, or SCENARIO_NONE */
    const struct world_environment *environment; /* NULL for what is not about one */
    const struct world_environment *other;       /* the second one of a swap, or NULL */
    const struct version *version;               /* what the activity deploys, or NULL */
    const struct version *running;               /* what the environment runs, or NULL */
    const struct placed *placed;                 /* the story it belongs to, or NULL */
    const struct session *session;
    const struct session *opened; /* the session that the call begins, or NULL */
    struct span address;          /* sourceIPAddress */
    int64_t began_ms;
    const struct saved *saved; /* the last template that the activity made, or NULL */
    int64_t saved_ms;          /* when the template that a call names was made, 0: before the run */
    uint64_t launch;     /* address of the last call that changed the environment, 0 for none */
    uint64_t occurrence; /* address of the activity's run */
};

struct event {
    int64_t time_ms;
    uint64_t address; /* seeds every draw about this call */
    const struct template *template;
    const struct scene *scene;
    const struct step *step;
};

#endif
