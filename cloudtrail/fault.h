/*
 * fault.h - what can go wrong with a log file, and what a right consumer makes of it
 */
#ifndef CLOUDTRAIL_FAULT_H
#define CLOUDTRAIL_FAULT_H

#include <stdbool.h>

#include "base/span.h"

/* Their order has no meaning to others: manifests name them. */
enum fault_kind {
    FAULT_NONE,
    FAULT_DUPLICATE_FILE,
    FAULT_REPEATED_PUT,
    FAULT_DUPLICATE_RECORDS,
    FAULT_LATE_FILE,
    FAULT_WRONG_ORDER,
    FAULT_TRUNCATED_GZIP,
    FAULT_SECOND_GZIP_MEMBER,
    FAULT_DIGEST_AMONG_LOGS,
    FAULT_INVALID_JSON,
    FAULT_EMPTY_RECORDS,
    FAULT_MISSING_FILE,
    FAULT_OVERSIZE_LINE,
    FAULT_KINDS
};

struct fault {
    const char *name;   /* "duplicate-file" */
    const char *expect; /* what a right consumer does: "deduplicate by eventID" */
    bool readable;      /* each of its records must be seen; else it may be, or cannot */
    bool reported;      /* a right consumer tells somebody */
    bool extra;         /* a file more than the source has */
};

/* The first is that of FAULT_NONE: no name, to be read. */
extern const struct fault fault_kinds[FAULT_KINDS];

/* The names of the others, ending in NULL. */
extern const char *const fault_names[FAULT_KINDS];

/* The kind of that name, or FAULT_NONE. */
enum fault_kind fault_find(struct span name);

#endif
