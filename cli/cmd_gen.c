/* cmd_gen.c - beantrail gen: a scenario becomes a trail in a directory, a bucket, or a stream. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/draw.h"
#include "base/json.h"
#include "base/utc.h"
#include "base/work.h"
#include "cli/again.h"
#include "cli/gen_digests.h"
#include "cli/gen_live.h"
#include "cli/gen_output.h"
#include "cli/load.h"
#include "cli/opts.h"
#include "cli/run.h"
#include "cli/s3_option.h"
#include "cli/shard.h"
#include "cloudtrail/manifest.h"
#include "gen/gen.h"

enum { JOBS_MOST = 256, SETTINGS_MOST = 1 << 16 };

/* Where --records ends when nothing else does. */
#define WINDOW_MOST_MS (36500 * UTC_DAY_MS)

struct gen_arguments {
    struct gen_where where;
    const char *seed, *shard, *schemas;
    int64_t start_ms, duration_ms; /* INT64_MIN and 0: the scenario's */
    uint64_t records, jobs;
    int format, gzip;
    double speed; /* 0: not given */
    bool resume, json, quiet;
};

static const char *const formats[] = {"trail", "jsonl", NULL};
static const char *const gzips[] = {"fast", "aws", NULL};

#define AT(field)          offsetof(struct gen_arguments, field)
#define AT_S3(field)       AT(where.s3.field)
#define AT_ANNOUNCE(field) AT(where.announce.field)

static const struct opt rows[] = {
    {"out", OPT_TEXT, AT(where.out), 0, 0, NULL, "DIR",
     "the bucket's tree below DIR, with manifest.json and labels.jsonl; - with --format jsonl"},
    {"to", OPT_TEXT, AT(where.to), 0, 0, NULL, "s3://BUCKET[/PREFIX]",
     "straight into a bucket; null: does all the work and drops the bytes; with --live also DIR"},
    S3_ROWS(AT_S3),
    {"seed", OPT_TEXT, AT(seed), 0, 0, NULL, "N", "another seed than the scenario's"},
    {"start", OPT_INSTANT, AT(start_ms), 0, 0, NULL, "T",
     "begin at T: RFC 3339, now, now-24h; outside the scenario's time it moves the scenario"},
    {"duration", OPT_DURATION, AT(duration_ms), UTC_SECOND_MS, 36500 * UTC_DAY_MS, NULL, "D",
     "for so long: 90s, 15m, 24h, 7d"},
    {"records", OPT_COUNT, AT(records), 1, INT64_C(1) << 50, NULL, "N",
     "stop after exactly N records; without --duration the window grows until then"},
    {"jobs", OPT_COUNT, AT(jobs), 1, JOBS_MOST, NULL, "N",
     "threads; any number gives the same bytes (one for each processor)"},
    {"shard", OPT_TEXT, AT(shard), 0, 0, NULL, "I/N|auto/N",
     "only part I of N, from 0; all are the whole; auto: I as Kubernetes, Batch or Slurm say"},
    {"labels", OPT_TEXT, AT(where.labels), 0, 0, NULL, "FILE",
     "write the ground truth of stories here, one JSON object a line"},
    {"format", OPT_WORD, AT(format), 0, 0, formats, "trail|jsonl",
     "gzipped log files (the default), or one record a line"},
    {"gzip", OPT_WORD, AT(gzip), 0, 0, gzips, "fast|aws",
     "ISA-L level 1 (the default), or zlib level 6: the sizes of delivered files"},
    {"schemas", OPT_TEXT, AT(schemas), 0, 0, NULL, "DIR",
     "use the schema files of this folder instead of those inside the program"},
    {"digest-key", OPT_TEXT, AT(where.digest.key), 0, 0, NULL, "FILE",
     "add signed digest files; FILE is an RSA private key in PEM (docs/digests.md)"},
    {"digest-bucket", OPT_TEXT, AT(where.digest.bucket), 0, 0, NULL, "BUCKET[/PREFIX]",
     "the bucket that digests tell of (that of --to, or " DIGEST_BUCKET ")"},
    {"live", OPT_FLAG, AT(where.live), 0, 0, NULL, NULL,
     "deliver each log file at its moment, from now on; what is due already goes at once"},
    {"speed", OPT_REAL, AT(speed), 0, 1000000, NULL, "X",
     "with --live: a clock that runs X times as fast, from now on"},
    {"resume", OPT_FLAG, AT(resume), 0, 0, NULL, NULL,
     "with --live: pass over what is there already, after an interrupt or a crash"},
    ANNOUNCE_ROWS(AT_ANNOUNCE),
    {"force", OPT_FLAG, AT(where.force), 0, 0, NULL, NULL,
     "replace what --out holds, whatever it is"},
    {"json", OPT_FLAG, AT(json), 0, 0, NULL, NULL, "print the summary as JSON"},
    {"quiet", OPT_FLAG, AT(quiet), 0, 0, NULL, NULL,
     "no progress and no summary but that of --json, only errors"},
};

static const struct opts_usage usage = {
    .command = "gen",
    .operands = "[SCENARIO]",
    .about =
        "Make the CloudTrail log files that a scenario's activity leaves. SCENARIO is a path or\n"
        "the name of a built-in one (quickstart); \"beantrail scenarios\" lists them.",
    .rows = rows,
    .nrows = sizeof rows / sizeof rows[0],
    .least = 0,
    .most = 1,
};

static int read_part(struct gen_options *o, const struct gen_arguments *a, struct err *e)
{
    o->nshards = 1;
    if (a->shard == NULL)
        return 0;
    if (a->records > 0)
        return err_set(e, ERR_INPUT, "--records and --shard: contradict each other; give one");
    if (a->where.digest.key != NULL)
        return err_set(
            e, ERR_INPUT,
            "--digest-key and --shard: a digest lists what no single shard has; add digests "
            "with \"beantrail replay\"");
    return shard_read(&o->shard, &o->nshards, a->shard, e);
}

/* A start inside the scenario's time is a window into it; any other moves the scenario there. */
static int read_window(struct gen_options *o, struct load *l, const struct gen_arguments *a,
                       struct err *e)
{
    struct scenario *s = &l->scenario;
    int64_t start_ms = a->start_ms == INT64_MIN ? s->start_ms : a->start_ms;
    if (start_ms < s->start_ms || start_ms - s->start_ms >= s->duration_ms)
        scenario_move(s, &l->arena, start_ms);
    int64_t duration_ms = a->duration_ms;
    const bool open_end = a->duration_ms == 0 && (a->records > 0 || a->where.live);
    if (duration_ms == 0)
        duration_ms = open_end ? WINDOW_MOST_MS : s->start_ms + s->duration_ms - start_ms;
    const int64_t last_ms = utc_from_civil(9999, 1, 1);
    if (open_end && duration_ms > last_ms - start_ms)
        duration_ms = last_ms - start_ms;
    if (start_ms < utc_from_civil(1971, 1, 1) || start_ms + duration_ms > last_ms)
        return err_set(e, ERR_INPUT,
                       "--start: the window must lie between 1971-01-01 and 9998-12-31");
    o->start_ms = start_ms;
    o->end_ms = start_ms + duration_ms;
    return 0;
}

static void fill_fingerprint(struct fingerprint *f, const struct gen_options *o,
                             const struct load *l, struct span seed, const struct gen_arguments *a,
                             const struct digest_wish *digest, struct arena *arena)
{
    struct buf settings;
    buf_init(&settings, SETTINGS_MOST);
    *f = (struct fingerprint){
        .program = SPAN("beantrail " BEANTRAIL_VERSION),
        .scenario = o->scenario->name,
        .scenario_sha = {o->scenario->sha256, 64},
        .catalog_sha = {l->catalog.sha256, 64},
        .seed = seed,
        .start_ms = o->start_ms,
        .duration_ms = o->end_ms - o->start_ms,
        .compressor = span_of(o->gzip == GZIP_AWS ? gzip_name(GZIP_AWS) : gzip_name(GZIP_FAST))};
    buf_put_char(&settings, '{');
    if (digest->key != NULL)
        digest_wish_put(&settings, digest);
    if (o->records > 0)
        buf_printf(&settings, "%s\"records\":%" PRIu64, settings.n > 1 ? "," : "", o->records);
    buf_put_char(&settings, '}');
    f->settings = arena_copy(arena, buf_span(&settings));
    buf_free(&settings);
    if (a->shard != NULL)
        f->shard = arena_printf(arena, "%u/%u", (unsigned)o->shard, (unsigned)o->nshards);
}

static void print_summary(const struct gen_options *o, const struct fingerprint *f,
                          const struct gen_arguments *a, const struct gen_totals *t,
                          const struct notify_totals *announced, FILE *out)
{
    char id[64], from[20], to[20];
    fingerprint_id(id, f);
    utc_iso(from, o->start_ms);
    utc_iso(to, o->end_ms);
    const char *where = a->where.out != NULL ? a->where.out : a->where.to;
    if (a->json) {
        struct buf b;
        buf_init(&b, 1 << 16);
        buf_printf(&b, "{\"scenario\":");
        json_put_string(&b, f->scenario);
        buf_printf(&b, ",\"seed\":");
        json_put_string(&b, f->seed);
        buf_printf(
            &b,
            ",\"start\":\"%.20s\",\"end\":\"%.20s\",\"fingerprint\":\"%.64s\",\"files\":%" PRIu64
            ",\"records\":%" PRIu64 ",\"textBytes\":%" PRIu64 ",\"objectBytes\":%" PRIu64
            ",\"labels\":%" PRIu64 ",\"out\":",
            from, to, id, t->files, t->records, t->text_bytes, t->object_bytes, t->labels);
        json_put_string(&b, span_of(where));
        announce_put(&b, &a->where.announce, announced);
        buf_printf(&b, "}\n");
        fwrite(b.p, 1, b.n, out);
        buf_free(&b);
        return;
    }
    fprintf(out, "%.*s: %" PRIu64 " records in %" PRIu64 " log files to %s\n",
            SPAN_ARG(f->scenario), t->records, t->files, where);
    fprintf(out, "%.1f MB of text, %.1f MB of objects, %" PRIu64 " labels\n",
            (double)t->text_bytes / 1e6, (double)t->object_bytes / 1e6, t->labels);
    announce_print(out, &a->where.announce, announced);
    fprintf(out, "again: --seed %.*s --start %.20s ", SPAN_ARG(f->seed), from);
    if (o->records > 0)
        fprintf(out, "--records %" PRIu64, o->records);
    else
        fprintf(out, "--duration %" PRId64 "s", (o->end_ms - o->start_ms) / UTC_SECOND_MS);
    fprintf(out, " (fingerprint %.16s)\n", id);
}

static int make(struct load *l, struct gen_arguments *a, const struct digest_wish *digest,
                struct err *e)
{
    struct scenario *s = &l->scenario;
    struct span seed = a->seed == NULL ? s->seed : span_of(a->seed);
    struct gen_options o = {.scenario = s,
                            .rules = &l->rules,
                            .seed = draw_seed(seed.p, seed.n),
                            .records = a->records,
                            .jobs = a->jobs == 0 ? work_cores() : (unsigned)a->jobs,
                            .format = (enum gen_format)a->format,
                            .gzip = (enum gzip_kind)a->gzip,
                            .stop = &run_stop};
    if (read_part(&o, a, e) != 0 || read_window(&o, l, a, e) != 0)
        return -1;
    struct fingerprint f;
    fill_fingerprint(&f, &o, l, seed, a, digest, &l->arena);
    a->where.lines = o.format == GEN_LINES;
    a->where.quiet = a->quiet;
    a->where.s3.stop = &run_stop;
    if (a->where.live) {
        const struct gen_live live = {.where = &a->where,
                                      .fingerprint = &f,
                                      .speed = a->speed > 0 ? a->speed : 1,
                                      .endless = a->duration_ms == 0 && a->records == 0,
                                      .digest = digest,
                                      .load = l,
                                      .resume = a->resume,
                                      .json = a->json,
                                      .quiet = a->quiet};
        a->start_ms = o.start_ms;
        return gen_live_run(&live, &o, e);
    }

    struct gen_output out;
    if (gen_output_open(&out, &a->where, &f, &o, e) != 0)
        return -1;
    out.digests = gen_digests_open(digest, l, &o);
    o.hash = out.manifest != NULL || out.digests != NULL;
    if (out.digests != NULL)
        o.horizon = gen_output_horizon;
    struct gen_totals totals;
    run_catch_signals();
    int rc = gen_run(&o, gen_output_take, &out, out.labels == NULL ? NULL : gen_output_take_label,
                     &out, &totals, e);
    if (rc == 0 && digest->key != NULL && out.manifest != NULL)
        rc = digest_wish_publish(digest, outdir_file(&out.dir, ""), e);
    if (rc == 0)
        rc = gen_output_finish(&out, &totals, e);
    const struct notify_totals announced = out.announce.totals;
    digests_close(out.digests);
    gen_output_close(&out);
    if (rc == 0 && (!a->quiet || a->json)) {
        bool streamed = a->where.out != NULL && strcmp(a->where.out, "-") == 0;
        print_summary(&o, &f, a, &totals, &announced,
                      streamed ? stderr : announce_summary(&a->where.announce));
        rc = run_flush(e);
    }
    return rc;
}

static int generate(struct load *l, struct gen_arguments *a, struct err *e)
{
    struct digest_wish digest;
    if (digest_wish_open(&digest, &a->where.digest, &a->where.to, a->where.to != NULL, e) != 0)
        return -1;
    int rc = make(l, a, &digest, e);
    digest_wish_close(&digest);
    return rc;
}

int cmd_gen(int argc, char **argv)
{
    struct err e = {0};
    struct gen_arguments a = {.start_ms = INT64_MIN};
    const char **operands = calloc((size_t)argc + 1, sizeof *operands);
    if (operands == NULL)
        mem_die((size_t)argc * sizeof *operands);
    const int64_t now_ms = utc_now_ms() / 1000 * 1000;
    int rc = opts_read(&a, operands, &usage, argc, argv, now_ms, &e);
    if (rc == 0 && !a.where.live && (a.resume || a.speed > 0))
        rc = err_set(&e, ERR_INPUT, "--%s: goes with --live", a.resume ? "resume" : "speed");
    if (rc == 0 && a.where.live && a.start_ms == INT64_MIN)
        a.start_ms = now_ms;
    if (rc == 0)
        rc = gen_where_check(&a.where, a.format == GEN_LINES, &e);
    if (rc == 0) {
        struct load l;
        rc = load_open(&l, operands[0] == NULL ? "quickstart" : operands[0], a.schemas, &e);
        if (rc == 0) {
            rc = generate(&l, &a, &e);
            if (a.where.live && e.kind == ERR_STOP)
                again_say(&e, argc, argv, "--start", a.start_ms);
            load_close(&l);
        }
    }
    free(operands);
    return run_end(&e);
}
