/*
 * rules.h - which members a record has: schemas/record.json as a table
 *
 * One row a member, in the order of delivered files, with the event versions that carry it and the
 * condition under which it is there. The encoder writes by these rows and the checker reads by
 * them.
 */
#ifndef CLOUDTRAIL_RULES_H
#define CLOUDTRAIL_RULES_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct arena;
struct err;

/* When a member is in the record; each is a fact about the caller or the call. */
enum rule_when {
    WHEN_ALWAYS,
    WHEN_LONG_TERM, /* credentials without a session */
    WHEN_TEMPORARY, /* credentials of a session */
    WHEN_KEYED,     /* the access key is shown: not for a service acting with a role */
    WHEN_NAMED,     /* the identity has a user name */
    WHEN_WEB,       /* the role was assumed with a web identity */
    WHEN_INSTANCE,  /* credentials of an instance profile */
    WHEN_INVOKED,   /* a service, or formerly the console, made the call for the caller */
    WHEN_SERVICE,   /* a service made the call */
    WHEN_CONSOLE,   /* credentials that a console session gave */
    WHEN_TLS,       /* the service reports the connection's TLS */
    WHEN_FAILED,    /* the call failed with a code */
    WHEN_EXPLAINED, /* the call failed with a message */
    WHEN_COUNT
};

struct rule {
    struct span path; /* "userIdentity.sessionContext.attributes.creationDate" */
    int since, until; /* minor event versions, both included */
    enum rule_when when;
    struct span from;     /* the slot of its value, or empty */
    struct span constant; /* JSON text of a fixed value, or empty */
};

struct rule_identity {
    struct span type;         /* "IAMUser" */
    const struct rule *rules; /* paths below userIdentity */
    size_t nrules;
};

struct rules {
    const struct rule *members; /* a row with neither from nor constant is filled by its subject */
    size_t nmembers;
    const struct rule_identity *identities;
    size_t nidentities;
};

/**
 * rules_read(out, arena, name, text, e):
 * Read schemas/record.json from ${text}; ${name} is what complaints call it.
 *
 * Owns:   everything in ${out} lives in ${arena}.
 * Errors: ERR_INPUT with line, column and pointer.
 */
int rules_read(struct rules *out, struct arena *arena, const char *name, struct span text,
               struct err *e);

/* The rows of identity ${type}, or NULL. */
const struct rule_identity *rules_identity(const struct rules *r, struct span type);

#endif
