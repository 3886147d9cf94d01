/*
 * cause.h - what can be wrong with what a consumer saw, and why, in a sentence
 */
#ifndef AUDIT_CAUSE_H
#define AUDIT_CAUSE_H

#include <stdbool.h>

#include "cloudtrail/fault.h"

enum verdict {
    VERDICT_LOST,       /* never seen */
    VERDICT_DOUBLED,    /* seen more than once */
    VERDICT_MANGLED,    /* seen with other contents */
    VERDICT_LATE,       /* seen later than allowed */
    VERDICT_UNEXPECTED, /* seen, and never given */
    VERDICT_UNREPORTED, /* a file that cannot be read, and nobody was told */
    VERDICTS
};

/* "lost", ... */
extern const char *const verdict_names[VERDICTS];

/**
 * cause_why(verdict, fault, partly):
 * What the consumer most likely does when records of files with ${fault} get ${verdict}; ${partly}
 * when others of the same files were seen.
 */
const char *cause_why(enum verdict verdict, enum fault_kind fault, bool partly);

#endif
