/* live.c - see live.h. */
#include "cli/live.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/work.h"
#include "cli/lines.h"
#include "cloudtrail/digest.h"
#include "replay/due.h"

enum {
    QUEUE_MOST = 64,
    LABELS_MOST = 1 << 30,
    STOP_LOOK_MS = 200 /* how often the flag is looked at during a wait */
};

enum item_kind { ITEM_FILE, ITEM_HORIZON, ITEM_END };

/* What goes through the queue. */
struct item {
    enum item_kind kind;
    struct logfile file;
    struct buf labels;  /* of the file, as lines */
    int64_t horizon_ms; /* nothing that is delivered earlier will come */
    int rc;             /* how gen_run ended, */
    struct err err;     /* and why */
};

struct live {
    struct live_options options;
    struct gen_options gen;
    struct work_queue *queue;
    struct work_thread *thread;
    const volatile sig_atomic_t *stop;
    struct buf made_labels; /* of the next file, on the maker's thread */

    struct due *due;
    struct buf labels;   /* of the file that was given last */
    uint64_t given;      /* files */
    int64_t horizon_ms;  /* nothing that is delivered earlier will come; */
    int64_t step_ms;     /* how far it moved the last time; */
    int64_t position_ms; /* what was given last */
    bool ended;
};

static struct item *new_item(enum item_kind kind)
{
    struct item *item = calloc(1, sizeof *item);
    if (item == NULL)
        mem_die(sizeof *item);
    item->kind = kind;
    logfile_init(&item->file);
    buf_init(&item->labels, LABELS_MOST);
    return item;
}

static void free_item(struct item *item)
{
    logfile_free(&item->file);
    buf_free(&item->labels);
    free(item);
}

/* On the maker's thread: wait for room. */
static int hand_over(struct live *l, struct item *item, struct err *e)
{
    if (work_queue_put(l->queue, item))
        return 0;
    free_item(item);
    return err_set(e, ERR_STOP, "interrupted");
}

static int make_label(void *ctx, const struct label *label, struct err *e)
{
    (void)e;
    struct live *l = ctx;
    label_write(&l->made_labels, label);
    return 0;
}

static int make_file(void *ctx, struct logfile *f, struct err *e)
{
    struct live *l = ctx;
    if (l->options.digests != NULL)
        digests_add(l->options.digests, f);
    struct item *item = new_item(ITEM_FILE);
    item->file = *f;
    logfile_init(f);
    item->labels = l->made_labels;
    buf_init(&l->made_labels, LABELS_MOST);
    return hand_over(l, item, e);
}

static int make_digest(void *ctx, struct logfile *f, struct err *e)
{
    struct item *item = new_item(ITEM_FILE);
    item->file = *f;
    logfile_init(f);
    return hand_over(ctx, item, e);
}

static int make_horizon(void *ctx, int64_t horizon_ms, struct err *e)
{
    const struct live *l = ctx;
    if (l->options.digests != NULL &&
        digests_settle(l->options.digests, horizon_ms, make_digest, ctx, e) != 0)
        return -1;
    struct item *item = new_item(ITEM_HORIZON);
    item->horizon_ms = horizon_ms;
    return hand_over(ctx, item, e);
}

static void make_all(void *ctx)
{
    struct live *l = ctx;
    struct gen_totals totals;
    struct item *end = new_item(ITEM_END);
    end->rc = gen_run(&l->gen, make_file, l, l->options.labels == NULL ? NULL : make_label, l,
                      &totals, &end->err);
    if (end->rc == 0 && l->options.digests != NULL)
        end->rc = digests_finish(l->options.digests, make_digest, l, &end->err);
    struct err ignored = {0};
    hand_over(l, end, &ignored);
}

static int absorb(struct live *l, struct item *item, struct err *e)
{
    int rc = 0;
    switch (item->kind) {
    case ITEM_FILE:
        rc = due_put(l->due, &item->file, buf_span(&item->labels), e);
        break;
    case ITEM_HORIZON:
        if (item->horizon_ms > l->horizon_ms) {
            l->step_ms = item->horizon_ms - l->horizon_ms;
            l->horizon_ms = item->horizon_ms;
        }
        break;
    case ITEM_END:
        l->ended = true;
        rc = item->rc;
        if (rc != 0)
            *e = item->err;
        break;
    }
    free_item(item);
    return rc;
}

/* Take from the queue until the next file is certain and a stretch is in hand, but wait only for
   the former. */
static int gather(struct live *l, struct err *e)
{
    for (int i = 0; !l->ended; i++) {
        int64_t next_ms;
        const bool certain = due_next_ms(l->due, &next_ms) && next_ms < l->horizon_ms;
        if (certain && (i >= QUEUE_MOST || l->horizon_ms - l->position_ms >= l->step_ms))
            return 0;
        if (!certain && l->stop != NULL && *l->stop)
            return err_set(e, ERR_STOP, "interrupted: %llu log files were on their way",
                           (unsigned long long)l->given);
        void *item;
        const bool got = work_queue_take(l->queue, &item, certain ? 0 : STOP_LOOK_MS);
        if (certain && !got)
            return 0;
        if (got && absorb(l, item, e) != 0)
            return -1;
    }
    return 0;
}

static int write_labels(struct live *l, struct err *e)
{
    if (l->labels.n > 0 && lines_write(l->options.labels, buf_span(&l->labels), e) != 0)
        return -1;
    buf_clear(&l->labels);
    return 0;
}

static int live_next(void *self, struct logfile *out, struct err *e)
{
    struct live *l = self;
    /* It is asked for the next one, so the last one was delivered. */
    if (write_labels(l, e) != 0)
        return -1;
    if (gather(l, e) != 0)
        return -1;
    const int got = due_take(l->due, out, &l->labels, e);
    if (got > 0) {
        l->position_ms = out->deliver_ms;
        l->given++;
    }
    return got;
}

static void live_close(void *self)
{
    struct live *l = self;
    void *item;
    work_queue_end(l->queue);
    work_thread_join(l->thread);
    while (work_queue_take(l->queue, &item, 0))
        free_item(item);
    work_queue_close(l->queue);
    due_close(l->due);
    buf_free(&l->made_labels);
    buf_free(&l->labels);
    free(l);
}

static const struct source_ops live_ops = {.name = "live", .next = live_next, .close = live_close};

int live_open(struct source *out, const struct live_options *o, struct err *e)
{
    struct live *l = calloc(1, sizeof *l);
    if (l == NULL)
        mem_die(sizeof *l);
    l->options = *o;
    l->gen = *o->gen;
    l->gen.horizon = make_horizon;
    /* Only the thread that the signal comes to looks at the flag; the queue's end tells the other.
     */
    l->stop = o->gen->stop;
    l->gen.stop = NULL;
    l->horizon_ms = l->position_ms = o->gen->start_ms;
    buf_init(&l->made_labels, LABELS_MOST);
    buf_init(&l->labels, LABELS_MOST);
    l->queue = work_queue_open(QUEUE_MOST);
    l->due = due_open(o->folder, o->memory_n);
    l->thread = work_thread_start(make_all, l);
    *out = (struct source){&live_ops, l};
    if (l->thread != NULL)
        return 0;
    live_close(l);
    return err_set(e, ERR_WORK, "no thread can be started to make log files");
}

int live_ready(struct source *source, struct err *e)
{
    return gather(source->self, e);
}

int live_settle(struct source *source, uint64_t moved, struct err *e)
{
    struct live *l = source->self;
    return moved < l->given ? 0 : write_labels(l, e);
}
