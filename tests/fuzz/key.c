/* key.c - fuzz target: what is read as a log file's key is written as the same name. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "cloudtrail/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct span text = {(const char *)data, n};
    struct key_parts k = {0};
    struct err e = {0};
    int rc = key_read(&k, text, &e);
    assert(rc == 0 ? e.kind == ERR_NONE : e.kind == ERR_INPUT);
    if (rc == 0 && k.kind == KEY_LOG) {
        struct buf out;
        buf_init(&out, 2 * KEY_MAX);
        key_write(&out, &k, span_ends(text, SPAN(".gz")));
        size_t name_n = n;
        while (name_n > 0 && text.p[name_n - 1] != '/')
            name_n--;
        assert(span_ends(buf_span(&out), span_from(text, name_n)));
        buf_free(&out);
    }
    struct err ignored = {0};
    (void)key_prefix(text, &ignored);
    return 0;
}
