/*
 * replay_options.h - what the command line of "replay" may say
 */
#ifndef CLI_REPLAY_OPTIONS_H
#define CLI_REPLAY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/announce.h"
#include "cli/digest_option.h"
#include "cli/opts.h"
#include "replay/schedule.h"
#include "replay/target.h"

struct hist;

/* How many places can be delivered to at once. */
enum { REPLAY_TO_MOST = 8 };

struct replay_options {
    struct opt_texts to, fault;
    struct digest_option digest;
    const char *fault_seed, *manifest;
    const char *endpoint_url, *region, *profile, *ca_bundle;
    const char *source_endpoint_url, *source_region, *source_profile;
    const char *sse, *rate, *ramp, *rewrite, *histogram;
    bool asap, poisson, if_none_match, as_is;
    double speed;       /* 0: not given */
    int64_t max_gap_ms; /* 0: not given */
    const char *retime; /* text, for it is told how to repeat it */
    int64_t retime_ms;  /* read from it */
    uint64_t loop;      /* rounds */
    uint64_t jobs;      /* 0: the sink's own default */
    int acl, checksum;  /* indexes of words */
    bool resume, dry_run, json, quiet;
    struct announce_options announce;
};

/**
 * replay_options_read(o, operands, argc, argv, now_ms, e):
 * Read the command line as opts_read does, and refuse what contradicts itself.
 */
int replay_options_read(struct replay_options *o, const char **operands, int argc, char **argv,
                        int64_t now_ms, struct err *e);

/* Whether log files need not be looked into when the manifest beside them tells what is in them: a
   store checks the digests that it is sent, a directory does not. */
bool replay_options_trusts(const struct replay_options *o);

/* The schedule that ${o} asks for. */
int replay_options_schedule(struct schedule *out, const struct replay_options *o, struct err *e);

/* What ${o} says about buckets; ${latency} as in target_options. */
struct target_options replay_options_target(const struct replay_options *o, struct hist *latency);

#endif
