/* cause.c - see cause.h. */
#include "audit/cause.h"

#include <stddef.h>

const char *const verdict_names[VERDICTS] = {"lost", "doubled",    "mangled",
                                             "late", "unexpected", "unreported"};

/* Inferred from how consumers are commonly written; the last row that fits is for any fault. */
static const struct {
    enum verdict verdict;
    enum fault_kind fault; /* FAULT_NONE: any */
    bool partly;           /* only where others of the file were seen */
    const char *why;
} rows[] = {
    {VERDICT_LOST, FAULT_SECOND_GZIP_MEMBER, true, "the consumer stopped at the first gzip member"},
    {VERDICT_LOST, FAULT_SECOND_GZIP_MEMBER, false,
     "the consumer stopped at the first gzip member, and what it had was no whole JSON"},
    {VERDICT_LOST, FAULT_OVERSIZE_LINE, false,
     "the file's one line is longer than the consumer reads"},
    {VERDICT_LOST, FAULT_LATE_FILE, false,
     "the consumer does not look back for files that come late"},
    {VERDICT_LOST, FAULT_WRONG_ORDER, false,
     "the consumer passes over a file that comes behind newer ones"},
    {VERDICT_LOST, FAULT_DUPLICATE_FILE, false,
     "the consumer took the copy for known and had not read the first one"},
    {VERDICT_DOUBLED, FAULT_DUPLICATE_FILE, false,
     "the same object came again under another name, and the consumer does not deduplicate by "
     "eventID"},
    {VERDICT_DOUBLED, FAULT_REPEATED_PUT, false,
     "the same object was put again under its key, and the consumer does not deduplicate"},
    {VERDICT_DOUBLED, FAULT_DUPLICATE_RECORDS, false,
     "the same records came in another file, and the consumer deduplicates files, not eventIDs"},
    {VERDICT_DOUBLED, FAULT_TRUNCATED_GZIP, false,
     "the consumer took what it could read, and took it again when it tried again"},
    {VERDICT_DOUBLED, FAULT_INVALID_JSON, false,
     "the consumer took what it could read, and took it again when it tried again"},
    {VERDICT_DOUBLED, FAULT_NONE, false, "the consumer read files again"},
    {VERDICT_MANGLED, FAULT_NONE, true, "records do not say what they said in the log file"},
    {VERDICT_MANGLED, FAULT_NONE, false, "records do not say what they said in the log file"},
    {VERDICT_LATE, FAULT_NONE, false, "the consumer needed longer than --late allows"},
    {VERDICT_UNEXPECTED, FAULT_NONE, false, "no log file of the manifest has them"},
    {VERDICT_UNREPORTED, FAULT_MISSING_FILE, false,
     "a file did not come, and nobody was told; digests and notifications would say so"},
    {VERDICT_UNREPORTED, FAULT_NONE, false, "the file cannot be read whole, and nobody was told"},
    {VERDICT_LOST, FAULT_NONE, true, "the consumer dropped some of a file's records"},
    {VERDICT_LOST, FAULT_NONE, false, "the consumer passed whole files over"},
};

const char *cause_why(enum verdict verdict, enum fault_kind fault, bool partly)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].verdict == verdict && (rows[i].fault == fault || rows[i].fault == FAULT_NONE) &&
            (partly || !rows[i].partly))
            return rows[i].why;
    }
    return "";
}
