/*
 * purpose.h - what a draw is for
 *
 * Append only, never renumber: a number is part of the address of every draw made for it, so
 * renumbering changes everybody's bytes.
 */
#ifndef GEN_PURPOSE_H
#define GEN_PURPOSE_H

enum purpose {
    PURPOSE_ACTOR = 1,   /* an actor's address */
    PURPOSE_APPLICATION, /* an application's address */
    PURPOSE_ENVIRONMENT, /* an environment's address */
    PURPOSE_PRINCIPAL,   /* characters of AIDA and AROA ids */
    PURPOSE_KEY,         /* characters of access keys */
    PURPOSE_TEXT,        /* characters of other ids: environments, load balancers */
    PURPOSE_USER_AGENT,  /* which of a client's agents an actor keeps */
    PURPOSE_SOURCE,      /* which of its addresses an actor has on a day */
    PURPOSE_PHASE,       /* where an actor's sessions and intervals begin */
    PURPOSE_HABIT,       /* a habit's address */
    PURPOSE_DAY,         /* a habit's day or slot */
    PURPOSE_COUNT,       /* how many runs in it */
    PURPOSE_OCCURRENCE,  /* one of them */
    PURPOSE_MINUTE,      /* when it begins */
    PURPOSE_JITTER,      /* how far an interval's run strays */
    PURPOSE_TARGET,      /* which environment, application or region it is about */
    PURPOSE_OTHER,       /* the second environment of a swap */
    PURPOSE_STEP,        /* a step's address inside an occurrence */
    PURPOSE_CHANCE,      /* whether the step happens */
    PURPOSE_PAUSE,       /* the pause before it */
    PURPOSE_TIMES,       /* how often it is repeated */
    PURPOSE_EVERY,       /* the pause between repetitions */
    PURPOSE_CALL,        /* a call's address */
    PURPOSE_ERROR,       /* whether it fails */
    PURPOSE_DURATION,    /* how long the world needs for a change */
    PURPOSE_SESSION,     /* a session's address */
    PURPOSE_SESSION_AGE, /* how long before the first call it began */
    PURPOSE_EVENT_ID,    /* eventID */
    PURPOSE_REQUEST_ID,  /* requestID */
    PURPOSE_SHARED_ID,   /* sharedEventID */
    PURPOSE_UUID,        /* other UUIDs of a call */
    PURPOSE_VERSION,     /* an application version's label and bundle */
    PURPOSE_BIRTH,       /* how long before the run an entity was made */
    PURPOSE_LAG,         /* event to buffer */
    PURPOSE_LATE,        /* whether an event comes late */
    PURPOSE_SHARD,       /* which buffer an event enters */
    PURPOSE_FLUSH,       /* how long a buffer stays open */
    PURPOSE_SUFFIX,      /* the suffix of a log file's name */
    PURPOSE_TLS,         /* protocol and cipher a client uses */
    PURPOSE_PLACED,      /* a placed activity's address */
    PURPOSE_TOKEN,       /* session tokens */
    PURPOSE_INSTANCE,    /* instance ids */
    PURPOSE_FOLLOW,      /* what services do after a call */
    PURPOSE_PLACE,       /* an account's address, and that of a region in it */
    PURPOSE_TAG,         /* identifiers that data files tell apart by a tag */
    PURPOSE_CYCLE,       /* lives of environments that come and go */
    PURPOSE_POPULATION,  /* a population's accounts, people and machines */
    PURPOSE_BLOCK,       /* the deploy that thirty days have for certain */
    PURPOSE_COPY_ID      /* eventID of another account's record of a call */
};

#endif
