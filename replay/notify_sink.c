/* notify_sink.c - see notify_sink.h. */
#include "replay/notify_sink.h"

#include "base/arena.h"
#include "replay/notify.h"

struct notify_sink {
    struct arena arena; /* holds this struct */
    struct sink inner;
    struct notify *notify;
};

static int notify_holds(void *self, const struct logfile *f, struct err *e)
{
    const struct notify_sink *s = self;
    return s->inner.ops->holds != NULL ? s->inner.ops->holds(s->inner.self, f, e) : 0;
}

static int notify_pass(void *self, const struct logfile *f, struct err *e)
{
    const struct notify_sink *s = self;
    if (notify_ready(s->notify, e) != 0)
        return -1;
    return s->inner.ops->pass != NULL ? s->inner.ops->pass(s->inner.self, f, e) : 0;
}

static int notify_put(void *self, struct logfile *f, struct err *e)
{
    const struct notify_sink *s = self;
    if (notify_ready(s->notify, e) != 0)
        return -1;
    return s->inner.ops->put(s->inner.self, f, e);
}

static int notify_flush(void *self, struct err *e)
{
    const struct notify_sink *s = self;
    if (s->inner.ops->flush != NULL && s->inner.ops->flush(s->inner.self, e) != 0)
        return -1;
    notify_pause(s->notify);
    return 0;
}

static int notify_end(void *self, struct sink_totals *totals, struct err *e)
{
    const struct notify_sink *s = self;
    return s->inner.ops->finish(s->inner.self, totals, e);
}

static void notify_shut(void *self)
{
    struct notify_sink *s = self;
    s->inner.ops->close(s->inner.self);
    struct arena a = s->arena;
    arena_free(&a);
}

static const struct sink_ops notify_ops = {.name = "notify",
                                           .holds = notify_holds,
                                           .pass = notify_pass,
                                           .put = notify_put,
                                           .flush = notify_flush,
                                           .finish = notify_end,
                                           .close = notify_shut};

void notify_sink_open(struct sink *out, struct sink inner, struct notify *notify)
{
    struct arena a;
    arena_init(&a);
    struct notify_sink *s = ARENA_NEW(&a, struct notify_sink, 1);
    s->inner = inner;
    s->notify = notify;
    s->arena = a;
    *out = (struct sink){&notify_ops, s};
}
