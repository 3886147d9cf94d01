/* seen.c - fuzz target: what a consumer says it saw, whatever it is. */
#define _GNU_SOURCE /* memfd_create */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "audit/event_id.h"
#include "audit/seen.h"
#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const int fd = memfd_create("seen", 0);
    assert(fd >= 0 && write(fd, data, n) == (ssize_t)n);
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    struct err e = {0};
    struct seen_file *file;
    struct seen s;
    /* The first byte chooses where to look. */
    const struct seen_options o = {.id_field = n > 0 && (data[0] & 1) != 0 ? "a.b" : NULL,
                                   .record_field = n > 0 && (data[0] & 2) != 0 ? "r" : NULL};
    int rc = seen_open(&file, path, &o, &e);
    assert(rc == 0);
    while ((rc = seen_next(file, &s, &e)) > 0)
        assert(s.id.n > 0 && s.id.n <= EVENT_ID_MOST_N);
    assert(rc == 0 ? e.kind == ERR_NONE : e.kind == ERR_INPUT);
    seen_close(file);
    close(fd);
    return 0;
}
