/*
 * scenario.h - the model of a scenario file: plain structs, filled once, read-only afterwards
 *
 * Indexes point into the arrays of struct scenario. All text lives in the run's arena.
 */
#ifndef GEN_SCENARIO_H
#define GEN_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/span.h"
#include "gen/catalog.h"

struct arena;

#define SCENARIO_NONE  UINT32_MAX /* an index that points nowhere */
#define SCENARIO_NEVER INT64_MAX  /* an instant that does not come */

/* The record's own settings; each can be switched, since AWS publishes no current record. */
struct record_settings {
    int version_minor;    /* 5 .. 11: eventVersion 1.05 .. 1.11 */
    bool tls_details;     /* tlsDetails on Elastic Beanstalk records from 1.08 on; default true */
    bool responses_shown; /* responseElements of calls that return something; default true */
    bool options_shown;   /* option values in requests; default false: "optionSettings": [] */
    bool secrets_hidden;  /* of those, values of secret options are not shown */
};

/* How records come into files; parts per million and seconds. */
struct delivery_settings {
    uint32_t late_ppm;         /* records that come minutes late, default 20 000 */
    uint32_t disorder_ppm;     /* batches that overtake another, default 300 000 */
    uint32_t second_shard_ppm; /* chance that a five-minute window is written by two buffers */
    uint32_t duplicates_ppm;   /* files that are delivered twice, under two names; default 0 */
    uint32_t most_records;     /* in one file; default 8 000 */
    int64_t window_ms; /* after its first record a file takes more for at least so long; 0, the
                          default: until it is put */
};

struct trail_settings {
    struct span name;         /* "management-events" */
    struct span prefix;       /* before AWSLogs; empty for none */
    struct span organization; /* "o-..." or empty */
    struct delivery_settings delivery;
};

struct account {
    struct span id;   /* 12 digits */
    struct span name; /* how the scenario calls it; the id when it gives none */
    struct span partition;
    const struct region *const *regions;
    size_t nregions;
};

enum environment_type { ENVIRONMENT_LOAD_BALANCED, ENVIRONMENT_SINGLE_INSTANCE };

struct application {
    struct span name;
    uint32_t account;
    const struct region *region;
    struct span description;
    uint32_t first_environment, nenvironments; /* a run of scenario.environments */
};

struct environment {
    struct span name;
    uint32_t application;
    const struct platform *platform;
    enum environment_type type;
    bool worker;
    struct span id;           /* pinned, or empty: made from its address */
    struct span cname_prefix; /* pinned, or empty */
    struct span version;      /* label it runs at the start, or empty: made from its address */
    int64_t launched_ms;      /* when it is launched; INT64_MIN: long before the run */
    int64_t terminated_ms;    /* SCENARIO_NEVER when it stays */
    int64_t recycle_ms; /* it is launched and terminated once in each such period; 0: it stays */
    int64_t open_low_ms, open_high_ms;          /* how long it lives then */
    uint32_t recycle_by;                        /* the actor that does it */
    uint32_t recycle_launch, recycle_terminate; /* its activities */
};

enum identity_type {
    IDENTITY_ROOT,
    IDENTITY_IAM_USER,
    IDENTITY_ASSUMED_ROLE,
    IDENTITY_ROLE,
    IDENTITY_FEDERATED_USER,
    IDENTITY_SAML_USER,
    IDENTITY_WEB_IDENTITY_USER,
    IDENTITY_AWS_ACCOUNT,
    IDENTITY_AWS_SERVICE,
    IDENTITY_DIRECTORY,
    IDENTITY_IDENTITY_CENTER_USER,
    IDENTITY_UNKNOWN
};

/* The names AWS gives the types, by enum identity_type, NULL-terminated. */
extern const char *const scenario_identity_types[];

struct actor;

struct identity {
    enum identity_type type;
    struct span user_name;      /* IAM user, federated user, directory user, ... */
    struct span role_name;      /* role types: the role's name, without path */
    struct span path;           /* of the user or role in its ARN: "/", "/service-role/" */
    struct span session_name;   /* role types; empty: made from the user name or the activity */
    struct span principal_id;   /* pinned, or empty: made from its address */
    struct span access_key_id;  /* pinned, or empty */
    struct span provider;       /* identityProvider of SAML and web identities; federatedProvider */
    struct span issuer;         /* FederatedUser: "Root" or the IAM user that made the session */
    struct span service;        /* AWSService: its DNS name */
    struct span identity_store; /* IdentityCenterUser: id of the store, "d-..." or empty: made */
    struct span other_account;  /* AWSAccount: whose principal it is, 12 digits */
    const struct actor *by;     /* role types and AWSAccount: the actor that takes the role on */
    bool mfa;
    bool temporary; /* IAMUser and Root: session credentials (console, GetSessionToken) */
    bool instance;  /* AssumedRole of an EC2 instance profile: ec2RoleDelivery */
};

enum client_kind {
    CLIENT_PROGRAM, /* CLI, SDK, Terraform: its own user agent, the actor's address, TLS */
    CLIENT_CONSOLE, /* a browser: as a program, with sessionCredentialFromConsole */
    CLIENT_PROXY,   /* the console through its proxy: user agent "AWS Internal", no TLS details */
    CLIENT_SERVICE  /* an AWS service: its name three times, no TLS details */
};

struct client {
    struct span name;
    enum client_kind kind;
    const struct span *user_agents; /* one is kept by an actor; {slots} allowed */
    size_t nuser_agents;
    struct span service;    /* CLIENT_SERVICE: the DNS name; {slots} not allowed */
    struct span invoked_by; /* userIdentity.invokedBy of a client that is no service, or empty */
    struct span sign_in;    /* user agent of the call that begins its sessions, or empty: its own */
    bool per_activity;      /* each activity begins a session of its own (pipelines) */
};

/* When an actor is at work. */
struct hours {
    bool always;                    /* machines: every minute of the week is like any other */
    int32_t zone_minutes;           /* local time minus UTC */
    int32_t from_minute, to_minute; /* of the local day */
    uint32_t weekend_ppm;           /* how much of a weekday a weekend day is */
};

/* How many repetitions of a step. */
enum step_until { UNTIL_TIMES, UNTIL_DONE };
enum step_each { EACH_ONCE, EACH_REGION, EACH_APPLICATION, EACH_ENVIRONMENT };

/* One call of an activity, or a run of the same call. */
struct step {
    struct span name; /* for labels; the operation's name when not given */
    const struct operation *operation;
    int64_t after_low_ms, after_high_ms; /* pause before it */
    enum step_each each;
    enum step_until until;
    uint32_t times_low, times_high;      /* UNTIL_TIMES */
    int64_t every_low_ms, every_high_ms; /* between repetitions */
    int64_t most_ms;                     /* UNTIL_DONE: stop polling after this long */
    uint32_t chance_ppm;                 /* that the step happens at all */
    struct json with;                    /* request members by name; text may hold {slots} */
    struct json pin;                     /* members of the record, merged over it */
    const struct span *omit;             /* paths of members left out of the record */
    size_t nomit;
    const struct error_form *error; /* the call fails like this, or NULL */
    uint32_t error_ppm;             /* how often it does; 1 000 000 when only "error" is given */
    uint32_t client; /* made with another client than the actor's, or SCENARIO_NONE */
    uint32_t index;  /* over all steps of the scenario: addresses templates */
    unsigned when;   /* enum follow_when: what the environment must be */
    bool beside;     /* made each time the step before it is, right after it */
    size_t nbeside;  /* so many such steps come after it */
};

/* How a tool names the application versions it makes. */
enum activity_labels { LABELS_EB_CLI, LABELS_PIPELINE, LABELS_COMMIT, LABELS_SEMVER, LABELS_BUILD };

enum activity_scope { SCOPE_ENVIRONMENT, SCOPE_APPLICATION, SCOPE_ACCOUNT };

/* What a change must be for a follower to come; bits. */
enum follow_when {
    FOLLOW_LOAD_BALANCED = 1,
    FOLLOW_SINGLE_INSTANCE = 2,
    FOLLOW_WEB_SERVER = 4,
    FOLLOW_WORKER = 8,
    FOLLOW_VERSION = 16, /* the call names a version */
    FOLLOW_OPTIONS = 32  /* the call names option settings */
};

struct activity {
    struct span name;
    struct span about;
    enum activity_scope scope;   /* what one run of it is about */
    enum activity_labels labels; /* the style of the versions it makes */
    uint32_t client;             /* the client it is made with, or SCENARIO_NONE: the actor's */
    const struct step *steps;
    size_t nsteps;
    enum effect follows; /* services do it after a call with this effect; or EFFECT_NONE */
    unsigned when;       /* enum follow_when: all must hold */
    uint32_t as;         /* the role that does it, or SCENARIO_NONE: whoever made the call */
};

/* An actor's habit: an activity and how often. */
struct habit {
    uint32_t activity;
    uint64_t per_day_milli; /* expected runs on a weekday times 1 000; 0: by interval */
    int64_t every_ms;       /* pollers: one run each interval; 0: by per_day */
    int64_t jitter_ms;
    const uint32_t *environments; /* indexes it chooses from; none: all of the actor's account */
    size_t nenvironments;
};

struct actor {
    struct span name;
    uint32_t account; /* whose trail it appears in */
    struct identity identity;
    uint32_t client;
    const struct span *addresses; /* sourceIPAddress; one is kept for a day */
    size_t naddresses;
    int64_t session_ms; /* how long its credentials last */
    struct hours hours;
    const struct habit *habits;
    size_t nhabits;
    struct json pin; /* merged over all its records */
    const struct span *omit;
    size_t nomit;
};

enum verdict { VERDICT_NONE, VERDICT_ATTACK, VERDICT_TWIN };

/* An activity placed on purpose; with a verdict it is a story and its records are labelled. */
struct placed {
    struct span name; /* the story's */
    enum verdict verdict;
    struct span techniques; /* JSON array text */
    uint32_t actor;
    uint32_t activity;
    int64_t at_ms;
    uint32_t environment;        /* or SCENARIO_NONE */
    uint32_t application;        /* or SCENARIO_NONE */
    const struct region *region; /* for account-wide ones, or NULL: the account's first */
};

struct scenario {
    const struct catalog *catalog;
    struct span name;
    struct span description;
    char sha256[64]; /* hex, of the file's text */
    struct span seed;
    int64_t start_ms, duration_ms;
    struct record_settings record;
    struct trail_settings trail;
    bool
        fan_out; /* with the calls to other services and the beginnings of sessions; default true */
    const struct account *accounts;
    size_t naccounts;
    const struct application *applications;
    size_t napplications;
    const struct environment *environments;
    size_t nenvironments;
    const struct client *clients;
    size_t nclients;
    const struct actor *actors;
    size_t nactors;
    const struct activity *activities;
    size_t nactivities;
    const struct placed *placed;
    size_t nplaced;
    const uint32_t *followers; /* activities that follow a call, by index */
    size_t nfollowers;
    const uint32_t *roles; /* actors: nroles of them for each account, or SCENARIO_NONE */
    size_t nroles;
    size_t nsteps;          /* of all activities together */
    struct json_doc **docs; /* whose values the steps point into */
    size_t ndocs;
};

/**
 * scenario_read(out, arena, name, text, catalog, take, ctx, e):
 * Read and check the scenario ${text}, which complaints call ${name}. The built-in activities and
 * clients (scenarios/activities/, scenarios/clients/ inside the binary) are known to it; its own of
 * the same name go before. All findings of the file are sent to ${take} in one run.
 *
 * Owns:   ${out} lives in ${arena} and in its docs; scenario_close frees the docs.
 * Errors: ERR_INPUT after findings, with their number; ${out} is then not to be used.
 */
int scenario_read(struct scenario *out, struct arena *arena, const char *name, struct span text,
                  const struct catalog *catalog, finding_fn *take, void *ctx, struct err *e);
void scenario_close(struct scenario *s);

/**
 * scenario_move(s, arena, start_ms):
 * Move the whole scenario so that it begins at ${start_ms}: what is placed and the lives of
 * environments move along; habits are the same at any time.
 */
void scenario_move(struct scenario *s, struct arena *arena, int64_t start_ms);

#endif
