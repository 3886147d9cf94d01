/* s3xml.c - fuzz target: any error document is read into clean, bounded words. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "replay/s3_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void is_clean(const char *text, size_t cap)
{
    size_t n = strnlen(text, cap);
    assert(n < cap);
    for (size_t i = 0; i < n; i++)
        assert(text[i] >= ' ' && text[i] <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct s3_error error;
    s3_answer_error(&error, (struct span){(const char *)data, n});
    is_clean(error.code, sizeof(error.code));
    is_clean(error.message, sizeof(error.message));
    is_clean(error.region, sizeof(error.region));
    assert(s3_answer_judge(HTTP_ANSWERED, n > 0 ? 100 + data[0] * 2 : 0, error.code) != NULL);
    return 0;
}
