/* change.c - see change.h. */
#include "replay/change.h"

#include <assert.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/gzip.h"
#include "base/utc.h"
#include "cloudtrail/key.h"
#include "cloudtrail/shift.h"
#include "replay/fresh.h"
#include "replay/rewrite.h"

#define GRID_MS (5 * UTC_MINUTE_MS)

struct change {
    struct arena arena; /* holds this struct */
    struct change_options options;
    struct source inner;
    struct gzip *gzip;
    struct buf text, other;
    uint64_t round, digests;
    bool delta_known;
    int64_t delta_ms;          /* of retime */
    int64_t first_ms, last_ms; /* deliveries of the first round, or LOGFILE_NO_TIME */
};

/* How much later a round is than the first one. */
static int64_t round_ms(const struct change *c)
{
    if (c->first_ms == LOGFILE_NO_TIME)
        return 0;
    const int64_t span_ms = c->last_ms - c->first_ms;
    return (int64_t)c->round * ((span_ms / GRID_MS + 1) * GRID_MS);
}

static void note_delivery(struct change *c, int64_t deliver_ms)
{
    if (c->round > 0 || deliver_ms == LOGFILE_NO_TIME)
        return;
    if (c->first_ms == LOGFILE_NO_TIME || deliver_ms < c->first_ms)
        c->first_ms = deliver_ms;
    if (c->last_ms == LOGFILE_NO_TIME || deliver_ms > c->last_ms)
        c->last_ms = deliver_ms;
}

/* By how much the records of ${f} move: the first log file decides. */
static int64_t shift_ms(struct change *c, const struct logfile *f)
{
    if (!c->options.retime)
        return 0;
    if (!c->delta_known && f->deliver_ms != LOGFILE_NO_TIME) {
        c->delta_known = true;
        /* Records have whole seconds. */
        int64_t delta_ms = c->options.retime_ms - f->deliver_ms;
        c->delta_ms = delta_ms - (delta_ms % UTC_SECOND_MS + UTC_SECOND_MS) % UTC_SECOND_MS;
    }
    return c->delta_known ? c->delta_ms + round_ms(c) : 0;
}

static void swap(struct change *c)
{
    struct buf kept = c->text;
    c->text = c->other;
    c->other = kept;
}

static void move_time(int64_t *t_ms, int64_t delta_ms)
{
    if (*t_ms != LOGFILE_NO_TIME)
        *t_ms += delta_ms;
}

/* Change the text in ${c}->text and the key of ${f}. */
static int change_text(struct change *c, struct logfile *f, struct err *e)
{
    const int64_t delta_ms = shift_ms(c, f);
    if (delta_ms != 0) {
        buf_clear(&c->other);
        shift_text(&c->other, buf_span(&c->text), delta_ms);
        swap(c);
        const int64_t newest_ms = f->newest_ms;
        move_time(&f->oldest_ms, delta_ms);
        move_time(&f->newest_ms, delta_ms);
        shift_key(f->key, f->key_n, delta_ms, newest_ms, f->newest_ms);
    }
    if (c->options.rewrite != NULL) {
        buf_clear(&c->other);
        if (rewrite_file(c->options.rewrite, &c->other, f, buf_span(&c->text), e) != 0)
            return -1;
        swap(c);
    }
    if (c->round > 0) {
        buf_clear(&c->other);
        fresh_text(&c->other, buf_span(&c->text), (uint32_t)c->round);
        swap(c);
        fresh_key(f->key, f->key_n, (uint32_t)c->round);
    }
    move_time(&f->deliver_ms, c->options.retime ? delta_ms : round_ms(c));
    if (c->text.n > LOGFILE_TEXT_MAX)
        return err_set(e, ERR_INPUT, "%s: its text would be longer than %zu bytes", f->key,
                       LOGFILE_TEXT_MAX);
    return 0;
}

static int change_file(struct change *c, struct logfile *f, struct err *e)
{
    buf_clear(&c->text);
    if (f->gzipped) {
        struct err inner = {0};
        unsigned members;
        if (gzip_unpack(&c->text, &members, buf_span(&f->body), &inner) != 0)
            return err_set(e, ERR_INPUT, "%s: %s", f->key, inner.text);
    } else {
        buf_put_span(&c->text, buf_span(&f->body));
    }
    if (change_text(c, f, e) != 0)
        return -1;
    buf_clear(&f->body);
    if (f->gzipped)
        gzip_pack(c->gzip, &f->body, buf_span(&c->text));
    else
        buf_put_span(&f->body, buf_span(&c->text));
    f->text_n = c->text.n;
    f->hashed = false;
    return 0;
}

static int next_round(struct change *c, struct err *e)
{
    c->inner.ops->close(c->inner.self);
    c->inner.ops = NULL;
    c->round++;
    return c->options.reopen(&c->inner, c->options.reopen_ctx, e);
}

static int change_next(void *self, struct logfile *out, struct err *e)
{
    struct change *c = self;
    const bool always = c->options.retime || c->options.rewrite != NULL;
    for (;;) {
        int got = c->inner.ops->next(c->inner.self, out, e);
        if (got < 0)
            return -1;
        if (got == 0) {
            if (c->round + 1 >= c->options.rounds)
                return 0;
            if (next_round(c, e) != 0)
                return -1;
            continue;
        }
        note_delivery(c, out->deliver_ms);
        if ((always || c->options.rounds > 1) &&
            key_kind((struct span){out->key, out->key_n}) == KEY_DIGEST) {
            c->digests++;
            logfile_free(out);
            continue;
        }
        if (!always && c->round == 0)
            return 1;
        if (change_file(c, out, e) == 0)
            return 1;
        logfile_free(out);
        return -1;
    }
}

static void change_close(void *self)
{
    struct change *c = self;
    if (c->inner.ops != NULL)
        c->inner.ops->close(c->inner.self);
    gzip_close(c->gzip);
    buf_free(&c->text);
    buf_free(&c->other);
    struct arena a = c->arena;
    arena_free(&a);
}

static const struct source_ops change_ops = {
    .name = "changed", .next = change_next, .close = change_close};

int change_open(struct source *out, const struct change_options *o, struct err *e)
{
    assert(o->rounds >= 1 && o->rounds <= UINT32_MAX);
    struct source inner;
    if (o->reopen(&inner, o->reopen_ctx, e) != 0)
        return -1;
    struct arena a;
    arena_init(&a);
    struct change *c = ARENA_NEW(&a, struct change, 1);
    c->options = *o;
    c->inner = inner;
    c->gzip = gzip_open(GZIP_FAST);
    /* A stage may need twice the room of what it reads. */
    buf_init(&c->text, 4 * LOGFILE_TEXT_MAX);
    buf_init(&c->other, 4 * LOGFILE_TEXT_MAX);
    c->first_ms = c->last_ms = LOGFILE_NO_TIME;
    c->arena = a;
    *out = (struct source){&change_ops, c};
    return 0;
}

uint64_t change_digests(const struct source *source)
{
    const struct change *c = source->self;
    return c->digests;
}

const struct source *change_inner(const struct source *source)
{
    const struct change *c = source->self;
    return &c->inner;
}
