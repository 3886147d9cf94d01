/* sink_noted.c - see sink_noted.h. */
#include "replay/sink_noted.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/utc.h"

static const int64_t ns_per_ms = 1000000;

struct noted {
    struct arena arena; /* holds this struct */
    struct sink inner;
    struct manifest *manifest;
    const struct pace_clock *clock;
    struct buf more;
    struct manifest_counts counts;
};

/* "2026-11-24T17:00:00.250Z" */
static void put_instant(struct buf *out, const char *name, int64_t t_ms)
{
    char iso[20];
    utc_iso(iso, t_ms);
    buf_printf(out, ",\"%s\":\"%.19s.%03dZ\"", name, iso, (int)(t_ms % UTC_SECOND_MS));
}

static int note(struct noted *n, const struct logfile *f, bool put, struct err *e)
{
    buf_clear(&n->more);
    const int64_t now_ms = utc_now_ms();
    /* Planned moments are the run's clock's, which tells no date. */
    if (f->planned_ns != LOGFILE_NO_TIME)
        put_instant(&n->more, "planned",
                    now_ms - (n->clock->now_ns(n->clock->self) - f->planned_ns) / ns_per_ms);
    if (put)
        put_instant(&n->more, "put", now_ms);
    buf_put_span(&n->more, buf_span(&f->note));
    n->counts.files += !f->withheld;
    n->counts.records += f->withheld ? 0 : f->records;
    n->counts.text_bytes += f->withheld ? 0 : f->text_n;
    n->counts.object_bytes += f->withheld ? 0 : f->body.n;
    return manifest_add_with(n->manifest, f, buf_span(&n->more), e);
}

static int noted_holds(void *self, const struct logfile *f, struct err *e)
{
    struct noted *n = self;
    if (f->withheld || n->inner.ops->holds == NULL)
        return 0;
    return n->inner.ops->holds(n->inner.self, f, e);
}

static int noted_pass(void *self, const struct logfile *f, struct err *e)
{
    struct noted *n = self;
    if (note(n, f, false, e) != 0)
        return -1;
    return n->inner.ops->pass != NULL ? n->inner.ops->pass(n->inner.self, f, e) : 0;
}

static int noted_put(void *self, struct logfile *f, struct err *e)
{
    struct noted *n = self;
    if (note(n, f, !f->withheld, e) != 0)
        return -1;
    if (f->withheld) {
        buf_free(&f->body);
        return 0;
    }
    buf_free(&f->note);
    return n->inner.ops->put(n->inner.self, f, e);
}

static int noted_flush(void *self, struct err *e)
{
    struct noted *n = self;
    return n->inner.ops->flush != NULL ? n->inner.ops->flush(n->inner.self, e) : 0;
}

static int noted_finish(void *self, struct sink_totals *totals, struct err *e)
{
    struct noted *n = self;
    return n->inner.ops->finish(n->inner.self, totals, e);
}

static void noted_close(void *self)
{
    struct noted *n = self;
    n->inner.ops->close(n->inner.self);
    buf_free(&n->more);
    struct arena a = n->arena;
    arena_free(&a);
}

static const struct sink_ops noted_ops = {.name = "noted",
                                          .holds = noted_holds,
                                          .pass = noted_pass,
                                          .put = noted_put,
                                          .flush = noted_flush,
                                          .finish = noted_finish,
                                          .close = noted_close};

void sink_noted_open(struct sink *out, const struct sink *inner, struct manifest *m,
                     const struct pace_clock *clock)
{
    struct arena a;
    arena_init(&a);
    struct noted *n = ARENA_NEW(&a, struct noted, 1);
    n->inner = *inner;
    n->manifest = m;
    n->clock = clock != NULL ? clock : &pace_machine_clock;
    buf_init(&n->more, MANIFEST_MORE_MAX);
    n->arena = a;
    *out = (struct sink){&noted_ops, n};
}

struct manifest_counts sink_noted_counts(const struct sink *sink)
{
    const struct noted *n = sink->self;
    return n->counts;
}
