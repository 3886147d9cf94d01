/* logfile.c - fuzz target: walking ends, and each record is an object inside the text. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cloudtrail/logfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct span text = {(const char *)data, n}, record;
    struct logfile_walk w;
    struct err e = {0};
    const char *from = text.p;
    if (logfile_walk_open(&w, text, &e) != 0) {
        assert(e.kind == ERR_INPUT);
        return 0;
    }
    int rc = logfile_walk_next(&w, &record, &e);
    while (rc == 1) {
        assert(record.p >= from && record.n >= 2 && record.p + record.n <= text.p + n);
        assert(record.p[0] == '{' && record.p[record.n - 1] == '}');
        from = record.p + record.n;
        rc = logfile_walk_next(&w, &record, &e);
    }
    assert(rc == 0 ? e.kind == ERR_NONE : e.kind == ERR_INPUT);
    return 0;
}
