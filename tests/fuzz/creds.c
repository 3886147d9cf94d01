/* creds.c - fuzz target: any shared file is read to its end, in settings that lie inside it. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "replay/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void lies_inside(struct span part, struct span whole)
{
    assert(part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct span text = {(const char *)data, n};
    struct ini it;
    struct ini_line line;
    size_t settings = 0;
    ini_open(&it, text);
    while (ini_next(&it, &line)) {
        lies_inside(line.section, text);
        lies_inside(line.parent, text);
        lies_inside(line.key, text);
        lies_inside(line.value, text);
        settings++;
    }
    assert(settings <= n);
    return 0;
}
