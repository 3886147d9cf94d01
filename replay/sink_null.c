/* sink_null.c - see sink_null.h. */
#include "replay/sink_null.h"

#include "base/arena.h"

struct sink_null {
    struct arena arena; /* holds this struct */
    struct sink_totals totals;
};

static int null_put(void *self, struct logfile *f, struct err *e)
{
    (void)e;
    struct sink_null *s = self;
    s->totals.files++;
    s->totals.bytes += f->body.n;
    buf_free(&f->body);
    return 0;
}

static int null_finish(void *self, struct sink_totals *totals, struct err *e)
{
    (void)e;
    const struct sink_null *s = self;
    *totals = s->totals;
    return 0;
}

static void null_close(void *self)
{
    struct sink_null *s = self;
    struct arena a = s->arena;
    arena_free(&a);
}

static const struct sink_ops null_ops = {
    .name = "null", .put = null_put, .finish = null_finish, .close = null_close};

void sink_null_open(struct sink *out)
{
    struct arena a;
    arena_init(&a);
    struct sink_null *s = ARENA_NEW(&a, struct sink_null, 1);
    s->arena = a;
    *out = (struct sink){&null_ops, s};
}
