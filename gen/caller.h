/*
 * caller.h - an actor with one of its clients: who CloudTrail says made the call
 *
 * Texts are escaped for JSON. Made once with the plan, read-only afterwards.
 */
#ifndef GEN_CALLER_H
#define GEN_CALLER_H

#include <stdint.h>

#include "base/span.h"
#include "cloudtrail/rules.h"
#include "gen/event.h"
#include "gen/scenario.h"

struct arena;

struct caller {
    const struct actor *actor;
    const struct client *client;
    uint32_t index; /* over all callers: addresses templates */
    const struct rule_identity *rules;
    bool when[WHEN_COUNT];  /* facts of the caller; WHEN_TLS asks the service too */
    bool forwarded;         /* a service with what a long-term key may: credentials of its own */
    struct span user_agent; /* may hold {slots} */
    struct span principal_id, arn, account, user_name, invoked_by, provider;
    struct span user_id, store_arn, credential_id;
    struct span issuer_type, issuer_principal_id, issuer_arn, issuer_user_name;
    struct span session_name;
    struct span tls_version, tls_cipher;
    const struct caller *opens;  /* the one whose sessions it begins (opener.h), or NULL */
    const struct caller *by;     /* who takes its role on, and from where, or NULL */
    const struct caller *copy;   /* how that one's account records its calls (across.h), or NULL */
    const struct caller *origin; /* of a second record: the caller of the first; else NULL */
    struct span lender;          /* of a second record: whose role its calls are about, or empty */
    uint64_t address;            /* the actor's */
    char key[IDS_KEY_N];         /* the long-term one */
    struct span pinned_key;      /* shown in place of any key, or empty */
};

/**
 * caller_make(out, arena, scenario, rules, actor, client, address):
 * Fill ${out} for ${actor} of ${scenario} with ${client}; ${address} is the actor's. One actor has
 * the same ids, keys and user agent in all its callers with the same client.
 */
void caller_make(struct caller *out, struct arena *arena, const struct scenario *scenario,
                 const struct rules *rules, const struct actor *actor, const struct client *client,
                 uint64_t address);

/**
 * caller_unique(arena, prefix, account, name):
 * The id of the user or role ${name}: it is one thing, whoever acts as it, so its id is made from
 * its name. ${prefix} is as in ids_unique.
 */
struct span caller_unique(struct arena *arena, const char prefix[4], struct span account,
                          struct span name);

/**
 * caller_role_id(arena, s, account, role):
 * The id of ${role} in account number ${account}: what an actor with that role pins, else as
 * caller_unique makes it.
 */
struct span caller_role_id(struct arena *arena, const struct scenario *s, uint32_t account,
                           struct span role);

/**
 * caller_session_name(arena, a):
 * What ${a} calls its sessions: the given name, the user's, or the actor's with what IAM does not
 * allow in such names replaced by hyphens.
 */
struct span caller_session_name(struct arena *arena, const struct actor *a);

/* How long clients keep a session of ${session_ms} before they take a new one: not to its very end.
 */
int64_t caller_keep_ms(int64_t session_ms);

/**
 * caller_session(out, c, occurrence, began_ms):
 * The session in which ${c} begins something at ${began_ms}; ${occurrence} is the address of what
 * it begins, for clients that open a session for each activity.
 *
 * Shape:  a forwarded caller has a session for each call that it goes on from, made at ${began_ms};
 *         else created_ms <= began_ms, and at least half the session's length, or half an hour of
 * it, lies behind began_ms. One key for the whole session.
 */
void caller_session(struct session *out, const struct caller *c, uint64_t occurrence,
                    int64_t began_ms);

/**
 * caller_address(c, session, began_ms):
 * The sourceIPAddress from which ${c} works: one for a session, and one for a local day where
 * credentials have no session. Who begins a session does so from where it is used.
 */
struct span caller_address(const struct caller *c, const struct session *session, int64_t began_ms);

#endif
