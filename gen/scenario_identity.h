/*
 * scenario_identity.h - who calls: the identity of an actor
 */
#ifndef GEN_SCENARIO_IDENTITY_H
#define GEN_SCENARIO_IDENTITY_H

struct actor;
struct identity;
struct json;
struct scenario_part;

/**
 * scenario_identity_read(p, at, out):
 * Read the object ${at} with the members that its type has, and no others.
 *
 * Source: CloudTrail's userIdentity element: which type carries which members.
 */
void scenario_identity_read(struct scenario_part *p, const struct json *at, struct identity *out);

/**
 * scenario_identity_refer(p, at, actor):
 * Look up who takes the role of ${actor} on ("by" in its identity ${at}), once all actors are read,
 * and complain at one who has no key whenever it is wanted, and at an "accountId" of the scenario's
 * own: both accounts have a record of such calls, so it must be known who makes them.
 */
void scenario_identity_refer(struct scenario_part *p, const struct json *at, struct actor *actor);

#endif
