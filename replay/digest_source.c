/* digest_source.c - see digest_source.h. */
#include "replay/digest_source.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/gzip.h"
#include "base/hash.h"
#include "base/utc.h"
#include "replay/due.h"

/* Without a log file for so long logging has stopped. */
#define PAUSE_MOST_MS (7 * UTC_DAY_MS)

/* A buffer is open for so long before it becomes a log file. */
#define OPEN_MS (5 * UTC_MINUTE_MS)

struct digest_source {
    struct source inner;
    struct digest_options options;
    struct digests *digests;
    struct due *due; /* digests that wait for their turn */
    struct buf text, nothing;
    struct logfile next; /* of the inner source */
    bool has_next, ended;
    uint64_t left;
    int64_t last_ms; /* delivery of the log file before */
};

static int keep_digest(void *ctx, struct logfile *f, struct err *e)
{
    struct digest_source *s = ctx;
    return due_put(s->due, f, SPAN(""), e);
}

static int hash_file(struct digest_source *s, struct logfile *f, struct err *e)
{
    struct span text = buf_span(&f->body);
    if (f->hashed)
        return 0;
    if (f->gzipped) {
        struct err inner = {0};
        unsigned members;
        buf_clear(&s->text);
        if (gzip_unpack(&s->text, &members, text, &inner) != 0)
            return err_set(e, ERR_INPUT, "%s: %s", f->key, inner.text);
        text = buf_span(&s->text);
    }
    f->text_n = text.n;
    hash_sha256(f->text_sha256, text);
    hash_sha256(f->body_sha256, buf_span(&f->body));
    f->hashed = true;
    return 0;
}

/* Make the digests that ${deliver_ms}, of the next log file, says to be due. */
static int settle(struct digest_source *s, int64_t deliver_ms, struct err *e)
{
    const int64_t start_ms = deliver_ms - OPEN_MS;
    if (s->digests == NULL) {
        s->options.start_ms = start_ms;
        s->digests = digests_open(&s->options);
    } else if (deliver_ms - s->last_ms > PAUSE_MOST_MS) {
        if (digests_finish(s->digests, keep_digest, s, e) != 0)
            return -1;
        digests_restart(s->digests, start_ms);
    } else if (digests_settle(s->digests, deliver_ms, keep_digest, s, e) != 0) {
        return -1;
    }
    s->last_ms = deliver_ms;
    return 0;
}

/* Read on until a log file is at hand, or the end. */
static int read_next(struct digest_source *s, struct err *e)
{
    while (!s->has_next && !s->ended) {
        struct key_parts k;
        struct err ignored = {0};
        const int got = s->inner.ops->next(s->inner.self, &s->next, e);
        if (got < 0)
            return -1;
        if (got == 0) {
            s->ended = true;
            return s->digests == NULL ? 0 : digests_finish(s->digests, keep_digest, s, e);
        }
        s->has_next = true;
        const struct span key = {s->next.key, s->next.key_n};
        if (key_read(&k, key, &ignored) != 0)
            return 0;
        if (k.kind == KEY_DIGEST) {
            s->has_next = false;
            s->left++;
            logfile_free(&s->next);
            continue;
        }
        if (k.kind != KEY_LOG)
            return 0;
        /* A log file without a time comes with the one before. */
        if (s->next.deliver_ms == LOGFILE_NO_TIME && s->digests == NULL)
            return 0;
        int64_t deliver_ms = s->next.deliver_ms;
        if (deliver_ms == LOGFILE_NO_TIME || (s->digests != NULL && deliver_ms < s->last_ms))
            deliver_ms = s->last_ms;
        if (hash_file(s, &s->next, e) != 0 || settle(s, deliver_ms, e) != 0)
            return -1;
        const int64_t own_ms = s->next.deliver_ms;
        s->next.deliver_ms = deliver_ms;
        digests_add(s->digests, &s->next);
        s->next.deliver_ms = own_ms;
    }
    return 0;
}

static int source_next(void *self, struct logfile *out, struct err *e)
{
    struct digest_source *s = self;
    int64_t digest_ms;
    if (read_next(s, e) != 0)
        return -1;
    if (due_next_ms(s->due, &digest_ms) && (!s->has_next || digest_ms < s->last_ms))
        return due_take(s->due, out, &s->nothing, e);
    if (!s->has_next)
        return 0;
    *out = s->next;
    logfile_init(&s->next);
    s->has_next = false;
    return 1;
}

static void source_close(void *self)
{
    struct digest_source *s = self;
    s->inner.ops->close(s->inner.self);
    logfile_free(&s->next);
    digests_close(s->digests);
    due_close(s->due);
    buf_free(&s->text);
    buf_free(&s->nothing);
    free(s);
}

static const struct source_ops digest_source_ops = {
    .name = "with digests", .next = source_next, .close = source_close};

void digest_source_open(struct source *out, struct source inner, const struct digest_options *o)
{
    struct digest_source *s = calloc(1, sizeof *s);
    if (s == NULL)
        mem_die(sizeof *s);
    s->inner = inner;
    s->options = *o;
    /* They are few and small: an hour's, of each account and region. */
    s->due = due_open("/", SIZE_MAX);
    buf_init(&s->text, LOGFILE_TEXT_MAX);
    buf_init(&s->nothing, 0);
    logfile_init(&s->next);
    *out = (struct source){&digest_source_ops, s};
}

uint64_t digest_source_made(const struct source *source)
{
    const struct digest_source *s = source->self;
    return s->digests == NULL ? 0 : digests_count(s->digests);
}

uint64_t digest_source_left(const struct source *source)
{
    const struct digest_source *s = source->self;
    return s->left;
}
