/* fan.c - see fan.h. */
#include "replay/fan.h"

#include "base/arena.h"
#include "base/err.h"

struct fan {
    struct arena arena; /* holds this struct */
    struct sink *sinks;
    size_t n;
};

static int fan_holds(void *self, const struct logfile *f, struct err *e)
{
    const struct fan *fan = self;
    for (size_t i = 0; i < fan->n; i++) {
        const struct sink *s = &fan->sinks[i];
        int held = s->ops->holds != NULL ? s->ops->holds(s->self, f, e) : 0;
        if (held <= 0)
            return held;
    }
    return 1;
}

static int fan_pass(void *self, const struct logfile *f, struct err *e)
{
    const struct fan *fan = self;
    for (size_t i = 0; i < fan->n; i++) {
        const struct sink *s = &fan->sinks[i];
        if (s->ops->pass != NULL && s->ops->pass(s->self, f, e) != 0)
            return -1;
    }
    return 0;
}

static int fan_put(void *self, struct logfile *f, struct err *e)
{
    const struct fan *fan = self;
    for (size_t i = 0; i < fan->n; i++) {
        const struct sink *s = &fan->sinks[i];
        if (i + 1 == fan->n)
            return s->ops->put(s->self, f, e);
        struct logfile copy = *f;
        buf_init(&copy.body, f->body.max_n);
        buf_put_span(&copy.body, buf_span(&f->body));
        if (s->ops->put(s->self, &copy, e) != 0) {
            buf_free(&copy.body);
            return -1;
        }
    }
    return 0;
}

static int fan_flush(void *self, struct err *e)
{
    const struct fan *fan = self;
    for (size_t i = 0; i < fan->n; i++) {
        const struct sink *s = &fan->sinks[i];
        if (s->ops->flush != NULL && s->ops->flush(s->self, e) != 0)
            return -1;
    }
    return 0;
}

static int fan_finish(void *self, struct sink_totals *totals, struct err *e)
{
    const struct fan *fan = self;
    struct sink_totals sum = {.files = 0};
    int rc = 0;
    for (size_t i = 0; i < fan->n; i++) {
        const struct sink *s = &fan->sinks[i];
        struct sink_totals t = {.files = 0};
        struct err later = {0};
        if (s->ops->finish(s->self, &t, rc == 0 ? e : &later) != 0)
            rc = -1;
        sum.files += t.files;
        sum.bytes += t.bytes;
        sum.same += t.same;
        sum.failed += t.failed;
        sum.attempts += t.attempts;
    }
    *totals = sum;
    return rc;
}

static void fan_close(void *self)
{
    struct fan *fan = self;
    for (size_t i = 0; i < fan->n; i++)
        fan->sinks[i].ops->close(fan->sinks[i].self);
    struct arena a = fan->arena;
    arena_free(&a);
}

static const struct sink_ops fan_ops = {.name = "fan",
                                        .holds = fan_holds,
                                        .pass = fan_pass,
                                        .put = fan_put,
                                        .flush = fan_flush,
                                        .finish = fan_finish,
                                        .close = fan_close};

void fan_open(struct sink *out, const struct sink *sinks, size_t n)
{
    struct arena a;
    arena_init(&a);
    struct fan *fan = ARENA_NEW(&a, struct fan, 1);
    fan->sinks = ARENA_NEW(&a, struct sink, n);
    fan->n = n;
    for (size_t i = 0; i < n; i++)
        fan->sinks[i] = sinks[i];
    fan->arena = a;
    *out = (struct sink){&fan_ops, fan};
}
