/* gen.c - see gen.h. */
#include "gen/gen.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/draw.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/utc.h"
#include "base/work.h"
#include "gen/cell.h"
#include "gen/deliver.h"
#include "gen/encode.h"
#include "gen/page.h"
#include "gen/plan_make.h"
#include "gen/purpose.h"
#include "gen/template_cache.h"

/* A log file's text: most_records of the longest records fit. */
#define TEXT_MAX ((size_t)1 << 31)

/* Records ahead of the one being written, of which memory is told; bytes of a line of cache. */
enum { AHEAD_EVENT = 8, AHEAD_SCENE = 4, LINE_N = 64 };

/* What one worker keeps from cell to cell. */
struct worker {
    struct cell_work cell;
    struct arena arena; /* of one cell */
    struct buf text;    /* of one log file */
    struct gzip *gzip;
};

/* A label that waits for its file: spans point into the plan or the slot's arena. */
struct made_label {
    uint32_t file;
    struct label label;
};

/* What a cell became, until it is taken. */
struct made {
    struct arena arena;
    struct logfile *files;
    size_t nfiles, taken;
    struct made_label *labels;
    size_t nlabels;
    uint64_t records;
};

struct run {
    const struct gen_options *o;
    struct plan plan;
    struct arena arena;
    struct worker *workers; /* jobs of them, and one more for the cell that is cut short */
    struct made *slots;
    unsigned nslots;
    logfile_take_fn *take;
    void *ctx;
    label_take_fn *take_label;
    void *label_ctx;
    struct gen_totals *totals;
    uint64_t events; /* taken; a file that comes twice holds no more of them */
    bool enough;     /* the last one asked for was taken */
};

static void open_worker(struct worker *w, const struct run *run)
{
    w->cell.plan = &run->plan;
    w->cell.pages = page_cache_open(&run->plan);
    w->cell.templates = template_cache_open(&run->plan);
    arena_init(&w->arena);
    buf_init(&w->text, TEXT_MAX);
    w->gzip = gzip_open(run->o->gzip);
}

static void close_worker(struct worker *w)
{
    page_cache_close(w->cell.pages);
    template_cache_close(w->cell.templates);
    arena_free(&w->arena);
    buf_free(&w->text);
    gzip_close(w->gzip);
}

/* Events lie in the order of their making and are read in the order of their delivery: without a
   word ahead, each would be waited for. */
static void encode_next(struct worker *w, const struct event *const *events, uint32_t i, uint32_t n)
{
    if (i + AHEAD_EVENT < n)
        __builtin_prefetch(events[i + AHEAD_EVENT]);
    if (i + AHEAD_SCENE < n) {
        const char *scene = (const char *)events[i + AHEAD_SCENE]->scene;
        for (size_t at = 0; at < sizeof(struct scene); at += LINE_N)
            __builtin_prefetch(scene + at);
    }
    encode_record(&w->text, events[i]);
}

static void encode_file(struct worker *w, const struct delivery *d, const struct delivery_file *f,
                        enum gen_format format)
{
    const struct event *const *events = d->order + f->first;
    buf_clear(&w->text);
    if (format == GEN_LINES) {
        for (uint32_t i = 0; i < f->n; i++) {
            encode_next(w, events, i, f->n);
            buf_put_char(&w->text, '\n');
        }
        return;
    }
    logfile_begin(&w->text);
    for (uint32_t i = 0; i < f->n; i++) {
        if (i > 0)
            logfile_between(&w->text);
        encode_next(w, events, i, f->n);
    }
    logfile_end(&w->text);
}

static void name_file(struct logfile *out, const struct run *run, const struct delivery_file *f)
{
    const struct trail_settings *trail = &run->o->scenario->trail;
    char suffix[KEY_SUFFIX_N];
    const uint64_t bits[2] = {draw_at(f->address, PURPOSE_SUFFIX, 1),
                              draw_at(f->address, PURPOSE_SUFFIX, 2)};
    key_suffix(suffix, bits);
    const struct key_parts parts = {.kind = KEY_LOG,
                                    .prefix = trail->prefix,
                                    .organization = trail->organization,
                                    .account = f->place->account->id,
                                    .region = f->place->region->name,
                                    .stamp_ms = key_stamp(f->newest_ms),
                                    .suffix = {suffix, KEY_SUFFIX_N}};
    struct buf key;
    buf_init(&key, 2 * KEY_MAX);
    key_write(&key, &parts, true);
    logfile_set_key(out, buf_span(&key));
    buf_free(&key);
}

static void pack_file(struct logfile *out, struct worker *w, const struct run *run,
                      const struct delivery_file *f)
{
    logfile_init(out);
    name_file(out, run, f);
    out->records = f->n;
    out->oldest_ms = f->oldest_ms;
    out->newest_ms = f->newest_ms;
    out->deliver_ms = f->deliver_ms;
    out->text_n = w->text.n;
    out->gzipped = run->o->format == GEN_TRAIL;
    if (out->gzipped)
        gzip_pack(w->gzip, &out->body, buf_span(&w->text));
    else
        buf_put_span(&out->body, buf_span(&w->text));
    buf_fit(&out->body);
    if (run->o->hash) {
        hash_sha256(out->text_sha256, buf_span(&w->text));
        hash_sha256(out->body_sha256, buf_span(&out->body));
        out->hashed = true;
    }
}

/* The record's eventID again, from its address or from what the scenario pins. */
static struct span event_id(struct arena *arena, const struct event *ev)
{
    struct json pinned = {0};
    if (ev->scene->caller->origin == NULL)
        pinned = json_member(&ev->step->pin, "eventID");
    if (!json_is_string(&pinned))
        pinned = json_member(&ev->scene->caller->actor->pin, "eventID");
    if (json_is_string(&pinned))
        return json_text(&pinned);
    const uint32_t purpose = ev->scene->caller->origin != NULL ? PURPOSE_COPY_ID : PURPOSE_EVENT_ID;
    char *id = ARENA_NEW(arena, char, IDS_UUID_N + 1);
    ids_uuid(id, draw_at(ev->address, purpose, 0), draw_at(ev->address, purpose, 1));
    return (struct span){id, IDS_UUID_N};
}

static void add_labels(struct made *made, const struct run *run, const struct delivery *d,
                       uint32_t file)
{
    static const char *const verdicts[] = {"", "attack", "twin"};
    const struct delivery_file *f = &d->files[file];
    for (uint32_t i = 0; i < f->n; i++) {
        const struct event *ev = d->order[f->first + i];
        const struct placed *placed = ev->scene->placed;
        if (placed == NULL || placed->verdict == VERDICT_NONE)
            continue;
        struct made_label *l = &made->labels[made->nlabels++];
        l->file = file;
        l->label =
            (struct label){.event_id = event_id(&made->arena, ev),
                           .time_ms = ev->time_ms,
                           .event_name = ev->step->operation->name,
                           .actor = ev->scene->caller->actor->name,
                           .story = placed->name,
                           .instance = arena_printf(&made->arena, "%.*s-%u", SPAN_ARG(placed->name),
                                                    (unsigned)(placed - run->o->scenario->placed)),
                           .verdict = span_of(verdicts[placed->verdict]),
                           .step = ev->step->name,
                           .techniques = placed->techniques};
    }
}

static size_t count_labelled(const struct cell *cell)
{
    size_t n = 0;
    for (size_t i = 0; i < cell->n; i++)
        n += cell->events[i].scene->placed != NULL;
    return n;
}

static int make(struct run *run, uint64_t i, struct worker *w, struct made *made, size_t most,
                struct err *e)
{
    struct cell cell;
    arena_empty(&w->arena);
    arena_empty(&made->arena);
    made->nfiles = made->taken = made->nlabels = 0;
    made->records = 0;
    if (cell_run(&cell, &w->arena, &w->cell, i, e) != 0)
        return -1;
    if (most > 0)
        deliver_limit(&cell, &w->arena, most);

    struct delivery d;
    deliver_place(&d, &w->arena, &cell, &run->o->scenario->trail.delivery, run->plan.seed);
    made->files = ARENA_NEW(&made->arena, struct logfile, d.nfiles + 1);
    if (run->take_label != NULL)
        made->labels = ARENA_NEW(&made->arena, struct made_label, 2 * count_labelled(&cell) + 1);
    for (uint32_t k = 0; k < d.nfiles; k++) {
        encode_file(w, &d, &d.files[k], run->o->format);
        pack_file(&made->files[made->nfiles++], w, run, &d.files[k]);
        if (run->take_label != NULL)
            add_labels(made, run, &d, k);
    }
    made->records = cell.n;
    return 0;
}

static uint64_t cell_of(const struct run *run, uint64_t item)
{
    return item * run->o->nshards + run->o->shard;
}

static int make_cell(void *ctx, uint64_t i, unsigned worker, unsigned slot, struct err *e)
{
    struct run *run = ctx;
    return make(run, cell_of(run, i), &run->workers[worker], &run->slots[slot], 0, e);
}

static int take_files(struct run *run, struct made *made, struct err *e)
{
    struct gen_totals *t = run->totals;
    size_t next_label = 0;
    for (; made->taken < made->nfiles; made->taken++) {
        struct logfile *f = &made->files[made->taken];
        for (; next_label < made->nlabels && made->labels[next_label].file == made->taken;
             next_label++) {
            struct label *l = &made->labels[next_label].label;
            l->key = (struct span){f->key, f->key_n};
            if (run->take_label(run->label_ctx, l, e) != 0)
                return -1;
            t->labels++;
        }
        const uint64_t records = f->records, text_n = f->text_n, body_n = f->body.n;
        const int64_t oldest_ms = f->oldest_ms, newest_ms = f->newest_ms;
        if (run->take(run->ctx, f, e) != 0)
            return -1;
        t->files++;
        t->records += records;
        t->text_bytes += text_n;
        t->object_bytes += body_n;
        if (t->oldest_ms == LOGFILE_NO_TIME || oldest_ms < t->oldest_ms)
            t->oldest_ms = oldest_ms;
        if (t->newest_ms == LOGFILE_NO_TIME || newest_ms > t->newest_ms)
            t->newest_ms = newest_ms;
    }
    return 0;
}

static void drop_files(struct made *made)
{
    for (; made->taken < made->nfiles; made->taken++)
        logfile_free(&made->files[made->taken]);
}

/* Behind item ${i}: what is still to come lies in the next cell or behind it. */
static int tell_horizon(const struct run *run, uint64_t i, struct err *e)
{
    uint32_t account;
    int64_t from_ms, to_ms;
    plan_cell(&run->plan, cell_of(run, i + 1), &account, &from_ms, &to_ms);
    return run->o->horizon(run->ctx, from_ms + DELIVER_LEAST_MS, e);
}

static int take_cell(void *ctx, uint64_t i, unsigned number, struct err *e)
{
    struct run *run = ctx;
    struct made *made = &run->slots[number];
    if (run->o->stop != NULL && *run->o->stop)
        return err_set(e, ERR_STOP, "interrupted after %llu records",
                       (unsigned long long)run->totals->records);
    uint64_t left = run->o->records - run->events;
    if (run->o->records > 0 && made->records >= left) {
        /* The cell that reaches the number asked for is made again, cut to what is missing. */
        if (made->records > left) {
            drop_files(made);
            if (make(run, cell_of(run, i), &run->workers[run->o->jobs], made, left, e) != 0)
                return -1;
        }
        run->enough = true;
    }
    if (take_files(run, made, e) != 0)
        return -1;
    run->events += made->records;
    if (run->o->horizon != NULL && tell_horizon(run, i, e) != 0)
        return -1;
    return run->enough ? err_set(e, ERR_STOP, "enough") : 0;
}

static uint64_t cells_of_shard(const struct run *run)
{
    uint64_t n = run->plan.ncells;
    return n <= run->o->shard ? 0 : (n - run->o->shard + run->o->nshards - 1) / run->o->nshards;
}

int gen_run(const struct gen_options *o, logfile_take_fn *take, void *ctx,
            label_take_fn *take_label, void *label_ctx, struct gen_totals *totals, struct err *e)
{
    struct run run = {.o = o,
                      .take = take,
                      .ctx = ctx,
                      .take_label = take_label,
                      .label_ctx = label_ctx,
                      .totals = totals};
    *totals = (struct gen_totals){.oldest_ms = LOGFILE_NO_TIME, .newest_ms = LOGFILE_NO_TIME};
    arena_init(&run.arena);
    int rc =
        plan_make(&run.plan, &run.arena, o->scenario, o->rules, o->seed, o->start_ms, o->end_ms, e);
    if (rc != 0) {
        arena_free(&run.arena);
        return rc;
    }

    run.workers = ARENA_NEW(&run.arena, struct worker, o->jobs + 1);
    for (unsigned i = 0; i <= o->jobs; i++)
        open_worker(&run.workers[i], &run);
    run.nslots = work_window(o->jobs);
    run.slots = ARENA_NEW(&run.arena, struct made, run.nslots);
    for (unsigned i = 0; i < run.nslots; i++)
        arena_init(&run.slots[i].arena);

    rc = work_ordered(cells_of_shard(&run), o->jobs, make_cell, take_cell, &run, e);
    if (run.enough) {
        *e = (struct err){0};
        rc = 0;
    }
    for (unsigned i = 0; i < run.nslots; i++) {
        drop_files(&run.slots[i]);
        arena_free(&run.slots[i].arena);
    }
    for (unsigned i = 0; i <= o->jobs; i++)
        close_worker(&run.workers[i]);
    arena_free(&run.arena);
    return rc;
}
