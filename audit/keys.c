/* keys.c - see keys.h. */
#include "audit/keys.h"

#include "base/err.h"
#include "cloudtrail/manifest_read.h"

int keys_each(const char *manifest, size_t n, keys_take_fn *take, void *ctx, struct err *e)
{
    struct manifest_reader *reader;
    struct manifest_entry entry;
    if (manifest_read_open(&reader, manifest, e) != 0)
        return -1;
    size_t i = 0;
    int got;
    while ((got = manifest_read_next(reader, &entry, e)) > 0 && i < n)
        take(ctx, i++, entry.key);
    manifest_read_close(reader);
    if (got < 0)
        return -1;
    if (got > 0 || i < n)
        return err_set(e, ERR_INPUT, "%s: was changed while it was read", manifest);
    return 0;
}
