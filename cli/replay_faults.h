/*
 * replay_faults.h - faults on purpose, and the manifest that "replay" writes
 */
#ifndef CLI_REPLAY_FAULTS_H
#define CLI_REPLAY_FAULTS_H

#include <stdbool.h>

#include "base/arena.h"
#include "cli/replay_options.h"
#include "cloudtrail/manifest.h"
#include "cloudtrail/sink.h"
#include "cloudtrail/source.h"
#include "replay/fault_plan.h"

struct err;

struct replay_faults {
    struct arena arena;
    bool wanted;      /* faults, or a manifest */
    const char *path; /* of the manifest; NULL: none is written */
    struct fault_plan plan;
    struct fingerprint print;
    struct manifest *manifest;
    struct source source; /* that gives the faults, once it is open */
    struct sink sink;     /* that writes the manifest, once it is open */
};

/**
 * replay_faults_open(f, o, operands, e) / replay_faults_close(f):
 * Read what ${o} says of faults and the manifest.
 *
 * Errors: ERR_INPUT for a fault that is none, faults without a place for the manifest, or another
 *         run's manifest there. ${f} is to be closed in every case.
 */
int replay_faults_open(struct replay_faults *f, const struct replay_options *o,
                       const char *const *operands, struct err *e);
void replay_faults_close(struct replay_faults *f);

/* Learn what ${source} will give, where faults are counted; then choose. */
int replay_faults_learn(struct replay_faults *f, struct source *source, struct err *e);

/**
 * replay_faults_wrap(f, source, sink, e):
 * Put the faults behind ${*source} and the manifest before ${*sink}, which become the new ones.
 * Nothing happens where neither is wanted.
 */
int replay_faults_wrap(struct replay_faults *f, struct source *source, struct sink *sink,
                       struct err *e);

/* All has arrived: give the manifest its name. */
int replay_faults_finish(struct replay_faults *f, struct err *e);

/* How many log files were given each fault, FAULT_KINDS numbers; NULL without faults. */
const uint64_t *replay_faults_counts(const struct replay_faults *f);

#endif
