/*
 * across.h - calls that two accounts record: the caller's own, and the one whose role it takes on
 *
 * The two records are of one call: its time, requestID, sharedEventID, answer, address and user
 * agent are the same. Each has an eventID and a recipient of its own, and the caller is whole in
 * its own account only; the other one sees an AWSAccount.
 * Source: published pairs of 2021; the CloudTrail user guide on events of several accounts.
 */
#ifndef GEN_ACROSS_H
#define GEN_ACROSS_H

#include "gen/caller.h"

struct arena;
struct operation;
struct place;
struct plan;
struct step;

/* A caller whose calls of some operation another account has a record of too. */
struct across {
    const struct caller *of, *copy;
    uint32_t account; /* the other one's index */
};

/**
 * across_whole(arena, s, rules, seen, by):
 * How the account of ${by} records the calls of ${seen}, which another account knows as an
 * AWSAccount: with all that is known of ${by}.
 *
 * Owns: lives in ${arena}; its index is the caller's to give.
 */
struct caller *across_whole(struct arena *arena, const struct scenario *s,
                            const struct rules *rules, const struct caller *seen,
                            const struct caller *by);

/**
 * across_seen(arena, s, rules, c, account):
 * How account number ${account} records the calls of ${c} that are about one of its roles.
 */
struct caller *across_seen(struct arena *arena, const struct scenario *s, const struct rules *rules,
                           const struct caller *c, uint32_t account);

/* Let ${caller}, an AWSAccount, show the account and the principal of ${by}. */
void across_disguise(struct caller *caller, const struct caller *by);

/* The account in ${step}'s request that records the call too, by its id; empty for none. */
struct span across_lender(const struct operation *op, const struct step *step);

/**
 * across_copy(p, c, step):
 * Who makes ${step} of ${c} in the second record, or NULL when there is none: the other account is
 * not of the scenario.
 */
const struct caller *across_copy(const struct plan *p, const struct caller *c,
                                 const struct step *step);

/**
 * across_place(p, copy, place):
 * Where a call at ${place} is recorded for ${copy}: the same region, or NULL when that account has
 * no trail there.
 */
const struct place *across_place(const struct plan *p, const struct caller *copy,
                                 const struct place *place);

#endif
