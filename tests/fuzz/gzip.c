/* gzip.c - fuzz target: whatever the bytes, inflating ends, within the maximum. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/gzip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct buf out;
    struct err e = {0};
    unsigned members = 0;
    buf_init(&out, 1 << 20);
    int rc = gzip_unpack(&out, &members, (struct span){(const char *)data, n}, &e);
    assert(rc == 0 ? members > 0 && e.kind == ERR_NONE : out.n == 0 && e.kind == ERR_INPUT);
    assert(out.n <= out.max_n);
    buf_free(&out);
    return 0;
}
