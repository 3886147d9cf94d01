/* beside.c - see beside.h. */
#include "cloudtrail/beside.h"

#include "base/buf.h"
#include "cloudtrail/record.h"

void beside_write(struct buf *out, struct span signature)
{
    buf_put_span(out, SPAN("{\"signature\":\""));
    buf_put_span(out, signature);
    buf_put_span(out, SPAN("\",\"signature-algorithm\":\"" BESIDE_ALGORITHM "\"}\n"));
}

bool beside_take(struct buf *signature, struct span hex, struct span algorithm)
{
    if (!span_is(algorithm, BESIDE_ALGORITHM) || hex.n == 0 || !buf_fits(signature, hex.n))
        return false;
    for (size_t i = 0; i < hex.n; i++) {
        const char c = hex.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    buf_put_span(signature, hex);
    return true;
}

bool beside_read(struct buf *signature, struct span text)
{
    struct span hex, algorithm;
    if (text.n > 0 && text.p[text.n - 1] == '\n')
        text.n--;
    return record_text(&hex, text, "signature") &&
           record_text(&algorithm, text, "signature-algorithm") &&
           beside_take(signature, hex, algorithm);
}
