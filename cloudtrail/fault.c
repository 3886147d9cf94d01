/* fault.c - see fault.h. */
#include "cloudtrail/fault.h"

static const char *const once = "deduplicate by eventID";
static const char *const broken = "skip-and-report";

const struct fault fault_kinds[FAULT_KINDS] = {
    [FAULT_NONE] = {"", "", true, false, false},
    [FAULT_DUPLICATE_FILE] = {"duplicate-file", once, true, false, true},
    [FAULT_REPEATED_PUT] = {"repeated-put", once, true, false, true},
    [FAULT_DUPLICATE_RECORDS] = {"duplicate-records", once, true, false, true},
    [FAULT_LATE_FILE] = {"late-file", "accept", true, false, false},
    [FAULT_WRONG_ORDER] = {"wrong-order", "accept", true, false, false},
    [FAULT_TRUNCATED_GZIP] = {"truncated-gzip", broken, false, true, false},
    [FAULT_SECOND_GZIP_MEMBER] = {"second-gzip-member", "read both members", true, false, false},
    [FAULT_DIGEST_AMONG_LOGS] = {"digest-among-logs", "ignore", true, false, true},
    [FAULT_INVALID_JSON] = {"invalid-json", broken, false, true, false},
    [FAULT_EMPTY_RECORDS] = {"empty-records", "accept", true, false, true},
    [FAULT_MISSING_FILE] = {"missing-file", "report missing", false, true, false},
    [FAULT_OVERSIZE_LINE] = {"oversize-line", "accept", true, false, false},
};

const char *const fault_names[FAULT_KINDS] = {
    "duplicate-file",
    "repeated-put",
    "duplicate-records",
    "late-file",
    "wrong-order",
    "truncated-gzip",
    "second-gzip-member",
    "digest-among-logs",
    "invalid-json",
    "empty-records",
    "missing-file",
    "oversize-line",
    NULL,
};

enum fault_kind fault_find(struct span name)
{
    for (int kind = FAULT_NONE + 1; kind < FAULT_KINDS; kind++) {
        if (span_is(name, fault_kinds[kind].name))
            return (enum fault_kind)kind;
    }
    return FAULT_NONE;
}
