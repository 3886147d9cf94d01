/*
 * replay_report.h - what "replay" tells when it is done
 */
#ifndef CLI_REPLAY_REPORT_H
#define CLI_REPLAY_REPORT_H

#include "cli/replay_options.h"
#include "replay/play.h"

struct err;
struct rewrite;

struct replay_report {
    const struct replay_options *options;
    const struct play_totals *totals;
    const struct hist *latency; /* from planned moment to arrival in a bucket */
    const struct notify_totals *announced;
    uint64_t skipped, digests; /* files that are no log files; digests left out */
    uint64_t signed_anew;      /* digests made in their place */
    uint64_t leaks;            /* original texts that were found in the output */
    bool paced;
    const uint64_t *faults; /* log files for each kind, or NULL */
    const char *manifest;   /* what was written, or NULL */
};

/* Print the summary on stdout, or where that has the notifications on stderr, as text or JSON. */
void replay_report_print(const struct replay_report *r);

/**
 * replay_report_save(r, path, e):
 * Write the histogram file (docs/replay.md, "The histogram file").
 */
int replay_report_save(const struct replay_report *r, const char *path, struct err *e);

/**
 * replay_report_leaks(rewrite, e):
 * Print each original text that is still in the output on stderr and fail when there is one.
 */
int replay_report_leaks(const struct rewrite *rewrite, struct err *e);

#endif
