/*
 * run.h - what every command shares: its row in main's table, the way it ends, the stop flag
 */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* A command runs with its own arguments (argv[0] is its name) and returns the exit code. */
typedef int run_fn(int argc, char **argv);

run_fn cmd_gen;
run_fn cmd_replay;
run_fn cmd_reconcile;
run_fn cmd_scenarios;
run_fn cmd_catalog;

/* Set by SIGINT and SIGTERM once run_catch_signals was called; a second signal ends the program. */
extern volatile sig_atomic_t run_stop;

/**
 * run_catch_signals():
 * From now on an interrupt only sets run_stop, so that what is in flight can be finished.
 */
void run_catch_signals(void);

/**
 * run_end(e):
 * Print the line of ${e} on stderr, if it is set, and return the exit code of its kind: 0, 2, 1
 * or 130.
 */
int run_end(const struct err *e);

/* What was found in one file. One finding is an error's own line; several get a line each. */
struct run_findings {
    size_t n;
    char first[ERR_TEXT_MAX];
};

/**
 * run_print_finding(ctx, f):
 * A finding_fn for a struct run_findings: from the second on, each is printed on stderr as
 * "file:line:column: /pointer: text", the first one before it.
 */
void run_print_finding(void *ctx, const struct finding *f);

/* Behind the last finding: a single one becomes the text of ${e}, which must be set. */
void run_settle_findings(const struct run_findings *found, struct err *e);

/**
 * run_flush(e):
 * Flush stdout; ERR_WORK when it cannot take what was printed.
 */
int run_flush(struct err *e);

#endif
