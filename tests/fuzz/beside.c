/* beside.c - the metadata beside a digest: whatever it says, a signature is hex and fits. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "cloudtrail/beside.h"
#include "cloudtrail/logfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct buf signature;
    buf_init(&signature, LOGFILE_SIGNATURE_MAX);
    const bool read = beside_read(&signature, (struct span){(const char *)data, n});
    assert(read == (signature.n > 0));
    buf_free(&signature);
    return 0;
}
