/* fault_make.c - see fault_make.h. */
#include "replay/fault_make.h"

#include <assert.h>

#include "base/draw.h"
#include "base/err.h"
#include "base/gzip.h"
#include "base/json.h"
#include "base/utc.h"
#include "cloudtrail/key.h"

void fault_truncate(struct buf *body, uint64_t bits)
{
    if (body->n < 4)
        return;
    body->n = (size_t)draw_between(bits, (int64_t)(body->n * 3 / 10), (int64_t)(body->n * 9 / 10));
}

void fault_split(struct buf *body, struct gzip *z, struct span text, uint64_t bits)
{
    const size_t at =
        (size_t)draw_between(bits, (int64_t)(text.n * 3 / 10), (int64_t)(text.n * 7 / 10));
    gzip_pack(z, body, (struct span){text.p, at});
    gzip_pack(z, body, span_from(text, at));
}

/* The records of ${text}, which is a log file's, in order; each valid as long as the text. */
static size_t list_records(struct buf *out, struct span text)
{
    struct logfile_walk w;
    struct span record;
    struct err ignored = {0};
    if (logfile_walk_open(&w, text, &ignored) != 0)
        return 0;
    while (logfile_walk_next(&w, &record, &ignored) > 0)
        buf_put(out, &record, sizeof(record));
    return out->n / sizeof(record);
}

void fault_break(struct buf *out, struct span text, uint64_t bits)
{
    struct buf list;
    buf_init(&list, SIZE_MAX);
    const size_t n = list_records(&list, text);
    const size_t from = out->n;
    buf_put_span(out, text);
    if (n > 0) {
        const struct span *records = (const struct span *)(const void *)list.p;
        out->p[from + (size_t)(records[draw_below(bits, n)].p - text.p)] = '[';
    }
    buf_free(&list);
}

void fault_widen(struct buf *out, struct span text)
{
    struct buf list;
    buf_init(&list, SIZE_MAX);
    const size_t n = list_records(&list, text);
    size_t at = text.n;
    if (n > 0) {
        const struct span *last = (const struct span *)(const void *)list.p + n - 1;
        at = (size_t)(last->p - text.p) + last->n;
    }
    buf_free(&list);
    size_t more_n = FAULT_OVERSIZE_N;
    if (text.n + more_n > LOGFILE_TEXT_MAX)
        more_n = text.n < LOGFILE_TEXT_MAX ? LOGFILE_TEXT_MAX - text.n : 0;
    buf_put(out, text.p, at);
    memset(buf_need(out, more_n), ' ', more_n);
    out->n += more_n;
    buf_put_span(out, span_from(text, at));
}

void fault_reverse(struct buf *out, struct span text)
{
    struct buf list;
    buf_init(&list, SIZE_MAX);
    size_t n = list_records(&list, text);
    const struct span *records = (const struct span *)(const void *)list.p;
    const bool alone = n == 1;
    logfile_begin(out);
    while (n-- > 0) {
        buf_put_span(out, records[n]);
        if (n > 0)
            logfile_between(out);
    }
    /* A record alone has no order: a blank makes the text another. */
    if (alone)
        buf_put_char(out, ' ');
    logfile_end(out);
    buf_free(&list);
}

static struct key_parts parts_of(const struct logfile *f)
{
    struct key_parts k;
    struct err ignored = {0};
    const int rc = key_read(&k, (struct span){f->key, f->key_n}, &ignored);
    assert(rc == 0 && k.kind == KEY_LOG);
    (void)rc;
    return k;
}

/* An instant with its name in front, or null where it is not known. */
static void put_time(struct buf *out, const char *name, int64_t t_ms)
{
    buf_printf(out, "%s", name);
    if (t_ms == LOGFILE_NO_TIME) {
        buf_put_span(out, SPAN("null"));
        return;
    }
    buf_put_char(out, '"');
    utc_put_iso(out, t_ms);
    buf_put_char(out, '"');
}

void fault_digest(struct buf *key, struct buf *text, const struct logfile *like,
                  const uint64_t bits[2])
{
    const struct key_parts k = parts_of(like);
    char stamp[20];
    utc_iso(stamp, k.stamp_ms);
    size_t folder_n = like->key_n;
    while (folder_n > 0 && like->key[folder_n - 1] != '/')
        folder_n--;
    /* The name of a digest, and the folder of a log file: where none belongs. */
    buf_put(key, like->key, folder_n);
    /* The trail is called after the log file, so that two of one time have two names. */
    buf_printf(key, "%.*s_CloudTrail-Digest_%.*s_%.*s_%.*s_%.4s%.2s%.2sT%.2s%.2s%.2sZ.json.gz",
               SPAN_ARG(k.account), SPAN_ARG(k.region), SPAN_ARG(k.suffix), SPAN_ARG(k.region),
               stamp, stamp + 5, stamp + 8, stamp + 11, stamp + 14, stamp + 17);
    buf_printf(text, "{\"awsAccountId\":\"%.*s\"", SPAN_ARG(k.account));
    put_time(text, ",\"digestStartTime\":", k.stamp_ms - UTC_HOUR_MS);
    put_time(text, ",\"digestEndTime\":", k.stamp_ms);
    buf_printf(text, ",\"digestS3Bucket\":\"aws-cloudtrail-logs-%.*s\",\"digestS3Object\":",
               SPAN_ARG(k.account));
    json_put_string(text, buf_span(key));
    buf_printf(text,
               ",\"digestPublicKeyFingerprint\":\"%016llx%016llx\","
               "\"digestSignatureAlgorithm\":\"SHA256withRSA\"",
               (unsigned long long)bits[0], (unsigned long long)bits[1]);
    put_time(text, ",\"newestEventTime\":", LOGFILE_NO_TIME);
    put_time(text, ",\"oldestEventTime\":", LOGFILE_NO_TIME);
    buf_printf(text, ",\"previousDigestS3Bucket\":null,\"previousDigestS3Object\":null,"
                     "\"previousDigestHashValue\":null,\"previousDigestHashAlgorithm\":null,"
                     "\"previousDigestSignature\":null,\"logFiles\":[]}");
}

void fault_rename(struct logfile *f, const uint64_t bits[2])
{
    const struct key_parts k = parts_of(f);
    key_suffix(f->key + (k.suffix.p - f->key), bits);
}
