/*
 * retry.h - when to try again, how long to wait, how much to have in flight; pure
 *
 * Exponential waits with full jitter, a budget that retries spend and successes refill, and a limit
 * on what is in flight that opens from one with each success and closes when the server is slow or
 * gone. Time is an argument.
 */
#ifndef REPLAY_RETRY_H
#define REPLAY_RETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "replay/http.h"

enum {
    RETRY_ATTEMPTS = 8,
    RETRY_WRONG_ATTEMPTS = 4, /* for a host that never had an address, or never spoke TLS or HTTP */
    RETRY_DAMAGED_ATTEMPTS = 3, /* for an object that arrives damaged */
    RETRY_REFUSED_IN_A_ROW = 16 /* objects given up before the run is */
};

#define RETRY_NOT_QUIET INT64_MIN

/* How an endpoint has been doing. */
struct retry {
    unsigned attempts;    /* as the user wishes, or 0 */
    unsigned connections; /* most in flight */
    unsigned allowed;     /* in flight now, 1 .. connections */
    unsigned tokens;      /* the budget */
    unsigned refused_in_a_row;
    bool alive;   /* something has arrived */
    bool trouble; /* the last attempt got no answer at all */
    int64_t narrowed_ns;
    int64_t quiet_ns; /* when the first attempt since the last answer came to nothing, or
                         RETRY_NOT_QUIET; */
    unsigned quiet_n; /* attempts that came to nothing since */
    uint64_t seed, draws;
};

/* How one object has been doing. */
struct retry_object {
    unsigned attempts, damaged;
    int64_t first_ns; /* when it was first tried */
};

/**
 * retry_init(r, attempts, connections, seed):
 * A new endpoint; ${attempts} 0 means RETRY_ATTEMPTS, and patience instead where it never answered
 * or has gone away.
 */
void retry_init(struct retry *r, unsigned attempts, unsigned connections, uint64_t seed);

/* The object arrived. */
void retry_arrived(struct retry *r, const struct retry_object *o);

/* The object was given up: whether it was one too many in a row. */
bool retry_refused(struct retry *r);

/* A fault that means there is nobody, not that somebody is busy. */
bool retry_is_no_answer(enum http_fault fault);

/**
 * retry_narrow(r, fault, slower, now_ns):
 * An attempt went wrong: have less in flight. ${slower}: the server asked for it.
 */
void retry_narrow(struct retry *r, enum http_fault fault, bool slower, int64_t now_ns);

/* The endpoint said something, be it that it refuses. */
void retry_heard(struct retry *r);

/**
 * retry_is_gone(r, now_ns):
 * Whether the endpoint has been without any answer for too long, whatever the faults were: for 60 s
 * after the first that failed; for 15 s and three attempts where nothing ever arrived and the user
 * names no number of attempts. It asks for the run to end, so that no object's patience adds to
 * another's.
 */
bool retry_is_gone(const struct retry *r, int64_t now_ns);

/**
 * retry_is_spent(r, o, fault, now_ns):
 * Whether the object has had all it gets: the attempts; before the endpoint ever answered also 15 s
 * of three or more; never for an endpoint that did and went away, which is retry_is_gone's.
 */
bool retry_is_spent(const struct retry *r, const struct retry_object *o, enum http_fault fault,
                    int64_t now_ns);

/**
 * retry_delay_ms(r, o, fault, slower, retry_after):
 * How long to wait before the next attempt: up to 0.2 s doubling to 5 s; ${slower}: 1 s to 20 s;
 * not less than the seconds in ${retry_after}, of which up to 60 count.
 *
 * Source: exponential backoff with full jitter and the retry quota of the AWS SDKs' standard mode.
 */
int64_t retry_delay_ms(struct retry *r, const struct retry_object *o, enum http_fault fault,
                       bool slower, const char *retry_after);

#endif
