/*
 * opts.h - GNU long options read through a table; --help prints the same table
 */
#ifndef CLI_OPTS_H
#define CLI_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum opt_kind {
    OPT_FLAG,     /* bool, no argument */
    OPT_TEXT,     /* const char *, points into argv; not empty */
    OPT_TEXTS,    /* struct opt_texts: may be given several times, up to max or OPT_TEXTS_MOST */
    OPT_COUNT,    /* uint64_t, decimal, min .. max */
    OPT_REAL,     /* double, decimal, above min and up to max */
    OPT_DURATION, /* int64_t ms, "90s" "15m" "24h" "7d", min .. max in ms */
    OPT_INSTANT,  /* int64_t ms: RFC 3339, "now", "now-24h" */
    OPT_WORD      /* int: index into words */
};

enum { OPT_TEXTS_MOST = 32 };

struct opt_texts {
    const char *text[OPT_TEXTS_MOST];
    size_t n;
};

struct opt {
    const char *name; /* without the dashes */
    enum opt_kind kind;
    size_t offset;            /* of the field in the options struct */
    int64_t min, max;         /* both 0: no bounds beyond the type's */
    const char *const *words; /* OPT_WORD: NULL-terminated */
    const char *argument;     /* how --help calls it: "DIR" */
    const char *help;
};

struct opts_usage {
    const char *command;  /* "gen" */
    const char *operands; /* "[SCENARIO]" */
    const char *about;    /* one sentence */
    const char *notes;    /* printed behind the options, or NULL */
    const struct opt *rows;
    size_t nrows;
    int least, most; /* how many operands; most < 0: any number */
};

/**
 * opts_read(out, operands, u, argc, argv, now_ms, e):
 * Read ${argv} into the struct at ${out}, whose fields hold the defaults before, and gather what is
 * no option in ${operands}, an array of at least ${argc} pointers that ends in NULL afterwards.
 * "--name value" and "--name=value"; "--" ends the options; "-" is an operand.
 *
 * Returns: 0; 1 when --help was asked for and printed on stdout; -1 and ERR_INPUT.
 */
int opts_read(void *out, const char **operands, const struct opts_usage *u, int argc, char **argv,
              int64_t now_ms, struct err *e);

/* Whether an option was given: its name among ${argv} before "--". */
bool opts_given(int argc, char **argv, const char *name);

#endif
