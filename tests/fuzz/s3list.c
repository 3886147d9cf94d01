/* s3list.c - fuzz target: a listing's XML, whatever it is. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "replay/s3_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct span left = {(const char *)data, n}, value, key;
    struct buf out;
    buf_init(&out, n + 64);
    while (s3_list_element(&value, &left, left, "Contents")) {
        buf_clear(&out);
        if (s3_list_element(&key, NULL, value, "Key"))
            s3_list_unescape(&out, key);
        assert(out.n <= value.n);
    }
    buf_clear(&out);
    s3_list_unescape(&out, (struct span){(const char *)data, n});
    assert(out.n <= n);
    buf_free(&out);
    return 0;
}
