/* manifest.c - fuzz target: a manifest and what a consumer saw, judged, whatever the former is. */
#define _GNU_SOURCE /* memfd_create */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit/reconcile.h"
#include "base/err.h"
#include "cloudtrail/key.h"
#include "cloudtrail/manifest_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const int fd = memfd_create("manifest", 0);
    assert(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    struct err e = {0}, again = {0};
    struct manifest_reader *reader = NULL;
    struct manifest_entry entry;
    int rc = manifest_read_open(&reader, path, &e);
    while (rc >= 0 && (rc = manifest_read_next(reader, &entry, &e)) > 0)
        assert(entry.key.n > 0 && entry.key.n <= KEY_MAX && entry.fault < FAULT_KINDS);
    assert(rc == 0 ? e.kind == ERR_NONE : e.kind == ERR_INPUT);
    manifest_read_close(reader);
    struct reconcile r;
    if (reconcile_open(&r, path, "/nowhere", 0, &again) == 0) {
        const struct seen s = {.id = SPAN("3f2a0000-0000-4000-8000-000000000000"), .seen_ms = 5};
        reconcile_see(&r, &s);
        assert(reconcile_settle(&r, &again) == 0);
        assert(r.totals[VERDICT_UNEXPECTED] + r.totals[VERDICT_LOST] <= r.once + 1);
        reconcile_close(&r);
    }
    close(fd);
    return 0;
}
