/* replay_faults.c - see replay_faults.h. */
#include "cli/replay_faults.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/draw.h"
#include "base/err.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/json.h"
#include "base/utc.h"
#include "cloudtrail/logfile.h"
#include "replay/fault_source.h"
#include "replay/sink_noted.h"

enum { SETTINGS_MOST = 1 << 20, ID_N = 64 };

static void put_texts(struct buf *b, const char *name, const char *const *texts, size_t n)
{
    buf_printf(b, ",\"%s\":[", name);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_put_char(b, ',');
        json_put_string(b, span_of(texts[i]));
    }
    buf_put_char(b, ']');
}

/* What the same command writes again. */
static void fill_fingerprint(struct replay_faults *f, const struct replay_options *o,
                             const char *const *operands)
{
    struct buf b;
    buf_init(&b, SETTINGS_MOST);
    size_t n = 0;
    while (operands[n] != NULL)
        n++;
    buf_printf(&b, "{\"command\":\"replay\"");
    put_texts(&b, "sources", operands, n);
    put_texts(&b, "to", o->to.text, o->to.n);
    put_texts(&b, "faults", o->fault.text, o->fault.n);
    buf_printf(&b, ",\"faultSeed\":\"%" PRIu64 "\",\"loop\":%" PRIu64, f->plan.seed, o->loop);
    if (o->retime != NULL) {
        buf_printf(&b, ",\"retime\":\"");
        utc_put_iso(&b, o->retime_ms);
        buf_put_char(&b, '"');
    }
    if (o->rewrite != NULL)
        put_texts(&b, "rewrite", &o->rewrite, 1);
    buf_put_char(&b, '}');
    f->print = (struct fingerprint){.program = SPAN("beantrail " BEANTRAIL_VERSION),
                                    .settings = arena_copy(&f->arena, buf_span(&b)),
                                    .compressor = span_of(gzip_name(GZIP_FAST))};
    buf_free(&b);
}

/* Where the manifest goes: as said, else into the first directory that log files go to. */
static const char *find_path(struct replay_faults *f, const struct replay_options *o)
{
    if (o->manifest != NULL)
        return o->manifest;
    struct err ignored = {0};
    struct target t;
    for (size_t i = 0; i < o->to.n; i++) {
        if (target_read(&t, span_of(o->to.text[i]), &ignored) == 0 && t.kind == TARGET_DIR)
            return arena_printf(&f->arena, "%s/manifest.json", o->to.text[i]).p;
    }
    return NULL;
}

/* What is there already is replaced only by the same run's. */
static int check_path(const struct replay_faults *f, struct err *e)
{
    char id[ID_N], ours[ID_N];
    struct err ignored = {0};
    if (file_type_of(f->path) == FILE_ABSENT)
        return 0;
    fingerprint_id(ours, &f->print);
    if (manifest_id(id, f->path, &ignored) == 1 && memcmp(id, ours, ID_N) == 0)
        return 0;
    return err_set(e, ERR_INPUT,
                   "%s: is there already and not this run's; give another name with --manifest",
                   f->path);
}

int replay_faults_open(struct replay_faults *f, const struct replay_options *o,
                       const char *const *operands, struct err *e)
{
    *f = (struct replay_faults){.wanted = o->fault.n > 0 || o->manifest != NULL};
    arena_init(&f->arena);
    const struct span seed = o->fault_seed != NULL ? span_of(o->fault_seed) : SPAN("1");
    fault_plan_init(&f->plan, draw_seed(seed.p, seed.n));
    if (o->fault_seed != NULL && o->fault.n == 0)
        return err_set(e, ERR_INPUT, "--fault-seed: goes with --fault");
    for (size_t i = 0; i < o->fault.n; i++) {
        if (fault_plan_wish(&f->plan, o->fault.text[i], e) != 0)
            return -1;
    }
    for (size_t i = 0; operands[i] != NULL && fault_plan_must_learn(&f->plan); i++) {
        if (strcmp(operands[i], "-") == 0)
            return err_set(e, ERR_INPUT,
                           "--fault: a count reads the source twice, and standard input cannot "
                           "be; give a share, as in late-file=1%%, or save it as a file");
    }
    if (!f->wanted || o->dry_run)
        return 0;
    f->path = find_path(f, o);
    if (f->path == NULL)
        return err_set(e, ERR_INPUT,
                       "--fault: say where it is written down which log files have one: "
                       "--manifest FILE");
    fill_fingerprint(f, o, operands);
    return check_path(f, e);
}

int replay_faults_learn(struct replay_faults *f, struct source *source, struct err *e)
{
    struct logfile file;
    int got;
    while ((got = source->ops->next(source->self, &file, e)) > 0) {
        fault_plan_learn(&f->plan, &file);
        logfile_free(&file);
    }
    return got < 0 ? -1 : fault_plan_settle(&f->plan, e);
}

int replay_faults_wrap(struct replay_faults *f, struct source *source, struct sink *sink,
                       struct err *e)
{
    if (!f->wanted)
        return 0;
    if (f->path != NULL && manifest_open(&f->manifest, f->path, &f->print, e) != 0)
        return -1;
    fault_source_open(&f->source, source, &f->plan);
    *source = f->source;
    if (f->manifest == NULL)
        return 0;
    sink_noted_open(&f->sink, sink, f->manifest, NULL);
    *sink = f->sink;
    return 0;
}

int replay_faults_finish(struct replay_faults *f, struct err *e)
{
    if (f->manifest == NULL)
        return 0;
    const struct manifest_counts counts = sink_noted_counts(&f->sink);
    return manifest_finish(f->manifest, &counts, e);
}

const uint64_t *replay_faults_counts(const struct replay_faults *f)
{
    return f->source.ops != NULL ? fault_source_counts(&f->source) : NULL;
}

void replay_faults_close(struct replay_faults *f)
{
    manifest_close(f->manifest);
    fault_plan_free(&f->plan);
    arena_free(&f->arena);
}
