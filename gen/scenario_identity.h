/*
 * scenario_identity.h - who calls: the identity of an actor
 */
#ifndef GEN_SCENARIO_IDENTITY_H
#define GEN_SCENARIO_IDENTITY_H

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

#endif
