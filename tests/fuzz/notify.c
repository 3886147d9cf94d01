/* notify.c - fuzz target: whatever an object is called, the message about it is JSON. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/json.h"
#include "cloudtrail/key.h"
#include "replay/notify_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const struct span key = {(const char *)data, n < KEY_MAX ? n : KEY_MAX};
    /* json_open refuses a NUL, escaped or not; no store has such keys. */
    if (span_find(key, '\0') < key.n)
        return 0;
    const struct notify_object o = {.bucket = SPAN("my-logs"),
                                    .region = SPAN("eu-west-1"),
                                    .key = key,
                                    .etag = SPAN("9a0364b9e99bb480dd25e1f0284c8555")};
    struct buf text;
    buf_init(&text, NOTIFY_TEXT_MAX);
    for (enum notify_form form = NOTIFY_S3; form <= NOTIFY_EVENTBRIDGE; form++) {
        const struct notify_style style = {.form = form, .one_line = n % 2 == 0};
        struct json_doc *doc;
        struct err e = {0};
        if (!notify_text_names(form, key))
            continue;
        buf_clear(&text);
        notify_text_put(&text, &style, &o, 1);
        if (json_open(&doc, "message", buf_span(&text), &e) != 0)
            abort();
        json_close(doc);
    }
    buf_free(&text);
    return 0;
}
