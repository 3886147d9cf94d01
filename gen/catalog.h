/*
 * catalog.h - what the schemas say of the services: operations, members, options, platforms
 *
 * Services are data: adding an operation, or another service, is adding rows to schemas/. The
 * tables below are read-only after catalog_load and live in the run's arena.
 */
#ifndef GEN_CATALOG_H
#define GEN_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/span.h"

struct arena;
struct err;
struct service;

/* What a service, an operation or a way of failing changes in a record. Strings may hold {slots};
   a member whose slot has no value is left out. */
struct overlay {
    struct json record; /* members merged over the record's own, or absent */
    const struct span *omit;
    size_t nomit;
};

enum member_type {
    MEMBER_STRING,
    MEMBER_BOOLEAN,
    MEMBER_INTEGER,
    MEMBER_NUMBER,
    MEMBER_TIMESTAMP,
    MEMBER_OBJECT,
    MEMBER_LIST
};

/* When a member is in a request without being named by a step. */
enum member_sent { SENT_WITH, SENT_ALWAYS };

/* One row: a member of a request or response, its limits and where its value comes from. */
struct member {
    struct span
        path; /* "tier", "tier.name", "tags[]", "tags[].key": parents come before children */
    enum member_type type;
    bool required;
    bool bounded;
    int64_t min, max; /* length in characters of a string, value of a number, elements of a list */
    const struct span *words; /* the only legal values, or none */
    size_t nwords;
    struct span pattern;  /* POSIX extended expression that a string must match, or empty */
    struct span from;     /* the slot that gives the value, or empty */
    struct span constant; /* JSON text of a fixed value, or empty */
    struct json text;     /* a value of any type whose strings may hold {slots}, or absent */
    enum member_sent sent;
};

/* How a call fails: what CloudTrail shows of it. */
struct error_form {
    struct span name;      /* "access-denied", what scenarios call it */
    struct span code;      /* errorCode; empty: the member is absent */
    struct span message;   /* errorMessage with {slots}; empty: the member is absent */
    bool keeps_parameters; /* whether requestParameters stays */
    int http;
    struct overlay overlay;
};

/* What a call does to the world; C knows these few and nothing of single operations. */
enum effect {
    EFFECT_NONE,
    EFFECT_CREATE_APPLICATION,
    EFFECT_DELETE_APPLICATION,
    EFFECT_CREATE_VERSION,
    EFFECT_DELETE_VERSION,
    EFFECT_LAUNCH,
    EFFECT_UPDATE,
    EFFECT_REBUILD,
    EFFECT_RESTART,
    EFFECT_SWAP,
    EFFECT_ABORT,
    EFFECT_TERMINATE,
    EFFECT_GATHER,         /* asks instances for something that comes a little later */
    EFFECT_CREATE_TEMPLATE /* saves a configuration */
};

struct operation {
    struct span name; /* "UpdateEnvironment" */
    const struct service *service;
    bool read_only;
    enum effect effect;
    struct span resource; /* ARN it is authorised on, of {slots} ("{environment.arn}"), or empty */
    struct span
        across; /* the member whose ARN tells which other account records it too, or empty */
    const struct member *request;
    size_t nrequest;
    const struct member *response; /* what CloudTrail would show; none: responseElements is null */
    size_t nresponse;
    const struct error_form *const *errors;
    size_t nerrors;
    struct overlay overlay;
};

/* Whether calls that another service makes show the caller's access key. */
enum invoked_keys { KEYS_BY_CALLER, KEYS_SHOWN, KEYS_HIDDEN };

struct service {
    struct span name;         /* "elasticbeanstalk" */
    struct span event_source; /* "elasticbeanstalk.amazonaws.com" */
    struct span host;         /* "elasticbeanstalk.{region}.amazonaws.com" */
    struct span api_name;     /* how SDKs name it in user agents: "elastic-beanstalk" */
    bool is_global;           /* has no regions: its calls are recorded in the global one */
    bool reports_tls;         /* whether its records carry tlsDetails by default */
    int event_version;        /* minor one of its records today, or 0: the scenario's */
    enum invoked_keys invoked_keys;
    struct overlay overlay;
    const struct operation *operations; /* sorted by name */
    size_t noperations;
};

enum option_type {
    OPTION_STRING,
    OPTION_INTEGER,
    OPTION_NUMBER,
    OPTION_BOOLEAN,
    OPTION_LIST,
    OPTION_TIMESTAMP,
    OPTION_DURATION,
    OPTION_CRON,
    OPTION_JSON,
    OPTION_ARN
};

/* The kinds of environment that something has a meaning for. */
struct option_kinds {
    bool load_balanced, single_instance, worker;
};

/* What kind of environment a setting is for. */
struct option_place {
    bool load_balanced, worker;
    struct span family; /* of its platform */
};

struct option {
    struct span name; /* with a part in braces at its end: any text there */
    enum option_type type;
    struct span initial; /* the default, or empty */
    const struct span *words;
    size_t nwords;
    bool bounded;
    double min, max; /* value, characters of text, elements of a list, seconds of a duration */
    struct span pattern;
    struct span unit; /* "s", "MB", ... or empty */
    bool secret;
    struct option_kinds kinds;   /* of its namespace, unless it has its own */
    const struct span *balanced; /* words that need a load balancer */
    size_t nbalanced;
};

struct option_namespace {
    struct span name;  /* "aws:autoscaling:asg"; a templated one ends in its placeholder */
    struct span fixed; /* what the name begins with: all of it, or up to the placeholder */
    bool templated;
    bool any_option; /* environment properties: any name is legal */
    struct option_kinds kinds;
    const struct span *families; /* of platforms that have it; none: all do */
    size_t nfamilies;
    const struct option *options;
    size_t noptions;
};

struct platform {
    struct span name;     /* "64bit Amazon Linux 2023 v6.7.2 running Node.js 22" */
    struct span branch;   /* "Node.js 22 running on 64bit Amazon Linux 2023" */
    struct span version;  /* "6.7.2" */
    struct span arn_tail; /* branch/version */
    struct span family;
    bool windows;
};

struct region {
    struct span name;
    struct span partition;
    struct span host;         /* of Elastic Beanstalk's endpoint */
    struct span cname_suffix; /* "us-east-1.elasticbeanstalk.com" */
    struct span elb_suffix;   /* "us-east-1.elb.amazonaws.com" */
    bool global;              /* where services without regions record, in its partition */
};

struct catalog {
    char sha256[64]; /* hex over all schema files in use, in the order of their names */
    const struct service *services;
    size_t nservices;
    const struct option_namespace *namespaces;
    size_t nnamespaces;
    const struct platform *platforms;
    size_t nplatforms;
    const struct region *regions;
    size_t nregions;
    struct json_doc **docs; /* whose values the overlays and texts point into */
    size_t ndocs;
};

/* How the schema files spell enum member_type, effect and option_type; NULL-terminated. */
extern const char *const catalog_member_types[];
extern const char *const catalog_effects[];
extern const char *const catalog_option_types[];

/**
 * catalog_load(out, arena, dir, e):
 * Read the catalog from the schema files inside the binary, or from the folder ${dir} when it is
 * not NULL. Every file beside it that has the "service" member is a service.
 *
 * Owns:   ${out} lives in ${arena} and in its docs; catalog_close frees the docs.
 * Errors: ERR_INPUT with file, line, column and pointer for what a file has wrong; ${out} is then
 *         empty.
 */
int catalog_load(struct catalog *out, struct arena *arena, const char *dir, struct err *e);
void catalog_close(struct catalog *c);

/**
 * catalog_service(c, name) / catalog_operation(c, name):
 * By exact name; NULL when there is none. An operation may be written "UpdateEnvironment", then it
 * is Elastic Beanstalk's, or "sts:AssumeRole".
 */
const struct service *catalog_service(const struct catalog *c, struct span name);
const struct operation *catalog_operation(const struct catalog *c, struct span name);

/**
 * catalog_operation_nearest(c, name):
 * The name of the Elastic Beanstalk operation nearest to ${name}, or NULL.
 */
const char *catalog_operation_nearest(const struct catalog *c, struct span name);

/* The member row of ${path} among ${rows}, or NULL. */
const struct member *catalog_member(const struct member *rows, size_t nrows, struct span path);

/* Whether ${value} can stand where a row of type ${type} does; what is a time is text with a slot.
 */
bool catalog_member_fits(enum member_type type, const struct json *value);

/* The way of failing that scenarios call ${name}, among those of ${op}; NULL when it has none such.
 */
const struct error_form *catalog_error(const struct operation *op, struct span name);

const struct region *catalog_region(const struct catalog *c, struct span name);

/* By branch ("Node.js 22 running on 64bit Amazon Linux 2023") or by full solution stack name; the
   newest version of a branch. */
const struct platform *catalog_platform(const struct catalog *c, struct span name);

/**
 * catalog_option_check(c, ns, option, value, why):
 * Whether option ${option} of namespace ${ns} exists and may hold ${value}. When not, ${why}, a
 * buffer of ${why_n} bytes, says so in one sentence with a suggestion, and false comes back.
 */
bool catalog_option_check(const struct catalog *c, struct span ns, struct span option,
                          struct span value, char *why, size_t why_n);

/**
 * catalog_option_fits(c, ns, option, value, place, why):
 * Whether a setting has a meaning in an environment of kind ${place}. When not, ${why}, a buffer of
 * ${why_n} bytes, says whom it is for ("is for workers") and false comes back. What does not exist
 * fits: that is another complaint.
 */
bool catalog_option_fits(const struct catalog *c, struct span ns, struct span option,
                         struct span value, const struct option_place *place, char *why,
                         size_t why_n);

/* Whether values of the option are not to be shown. */
bool catalog_option_is_secret(const struct catalog *c, struct span ns, struct span option);

/* The namespace called ${name}, or one whose placeholder covers it; NULL when there is none. */
const struct option_namespace *catalog_namespace(const struct catalog *c, struct span name);

/* The option of ${ns} called ${name}, or one whose placeholder covers it; NULL likewise. */
const struct option *catalog_option(const struct option_namespace *ns, struct span name);

#endif
