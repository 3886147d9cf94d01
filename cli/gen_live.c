/* gen_live.c - see gen_live.h. */
#include "cli/gen_live.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/utc.h"
#include "cli/gen_digests.h"
#include "cli/lines.h"
#include "cli/live.h"
#include "cli/percentiles.h"
#include "cli/run.h"
#include "cli/teller.h"
#include "replay/play.h"
#include "replay/target.h"

enum { SUMMARY_MOST = 1 << 16 };

static void print_json(const struct gen_live *g, const struct gen_options *o,
                       const struct play_totals *t, const struct hist *latency,
                       const struct notify_totals *announced)
{
    char id[64], from[20], to[20];
    fingerprint_id(id, g->fingerprint);
    utc_iso(from, o->start_ms);
    utc_iso(to, o->end_ms);
    struct buf b;
    buf_init(&b, SUMMARY_MOST);
    buf_printf(&b, "{\"scenario\":");
    json_put_string(&b, g->fingerprint->scenario);
    buf_printf(&b, ",\"seed\":");
    json_put_string(&b, g->fingerprint->seed);
    buf_printf(&b, ",\"start\":\"%.20s\",\"end\":", from);
    if (g->endless)
        buf_printf(&b, "null");
    else
        buf_printf(&b, "\"%.20s\"", to);
    buf_printf(&b, ",\"fingerprint\":\"%.64s\",\"to\":", id);
    json_put_string(&b, span_of(g->where->to));
    buf_printf(&b,
               ",\"delivered\":{\"files\":%" PRIu64 ",\"bytes\":%" PRIu64 "},\"same\":%" PRIu64
               ",\"failed\":%" PRIu64 ",\"attempts\":%" PRIu64 ",\"backfill\":%" PRIu64
               ",\"records\":%" PRIu64 ",\"seconds\":%.3f",
               t->sink.files, t->sink.bytes, t->sink.same + t->there, t->sink.failed,
               t->sink.attempts, t->past, t->records, (double)t->elapsed_ns / 1e9);
    announce_put(&b, &g->where->announce, announced);
    percentiles_put(&b, "lateMs", &t->late);
    percentiles_put(&b, "arrivalMs", latency);
    buf_printf(&b, "}\n");
    fwrite(b.p, 1, b.n, announce_summary(&g->where->announce));
    buf_free(&b);
}

static void print_text(const struct gen_live *g, const struct gen_options *o,
                       const struct play_totals *t, const struct hist *latency,
                       const struct notify_totals *announced)
{
    FILE *out = announce_summary(&g->where->announce);
    char from[20];
    utc_iso(from, o->start_ms);
    fprintf(out,
            "files    %" PRIu64 " delivered to %s, %" PRIu64 " there already, %" PRIu64 " failed\n",
            t->sink.files, g->where->to, t->sink.same + t->there, t->sink.failed);
    fprintf(out, "records  %" PRIu64 "\n", t->records);
    fprintf(out, "bytes    %" PRIu64 "\n", t->sink.bytes);
    announce_print(out, &g->where->announce, announced);
    fprintf(out, "backfill %" PRIu64 " files were due before the run began\n", t->past);
    fprintf(out, "time     %.3f s\n", (double)t->elapsed_ns / 1e9);
    percentiles_print(out, "late", &t->late);
    percentiles_print(out, "arrival", latency);
    fprintf(out, "again    --seed %.*s --start %.20s", SPAN_ARG(g->fingerprint->seed), from);
    if (o->records > 0)
        fprintf(out, " --records %" PRIu64, o->records);
    else if (!g->endless)
        fprintf(out, " --duration %" PRId64 "s", (o->end_ms - o->start_ms) / UTC_SECOND_MS);
    fprintf(out, "\n");
}

static int run(const struct gen_live *g, const struct gen_options *o, struct lines *labels,
               struct digests *digests, struct teller *teller, struct err *e)
{
    const char *folder = getenv("TMPDIR");
    const struct live_options live = {.gen = o,
                                      .labels = labels,
                                      .digests = digests,
                                      .folder = folder != NULL && *folder != '\0' ? folder : "/tmp",
                                      .memory_n = LIVE_MEMORY_N};
    struct play_options play = {
        .schedule = {.kind = SCHEDULE_SPEED, .factor = g->speed, .by_clock = true},
        .stop = o->stop,
        .tick = teller_tick,
        .tick_ctx = teller,
        .resume = g->resume};
    struct hist latency = {0};
    struct target_options target = g->where->s3;
    target.resume = g->resume;
    target.latency = &latency;
    struct sink sink;
    struct source source;
    struct announce announce;
    if (announce_open(&announce, &g->where->announce, &g->where->to, 1, &target, o->stop, e) != 0)
        return -1;
    announce_target(&announce, &target, g->where->to);
    if (target_open(&sink, span_of(g->where->to), &target, teller_lost, teller, e) != 0) {
        announce_close(&announce);
        return -1;
    }
    announce_wrap(&announce, &sink);
    if (live_open(&source, &live, e) != 0) {
        sink.ops->close(sink.self);
        announce_close(&announce);
        return -1;
    }
    struct play_totals totals = {.files = 0};
    int rc = live_ready(&source, e);
    play.schedule.origin_ms = utc_now_ms();
    if (rc == 0)
        rc = play_run(&source, &sink, &play, &totals, e);
    struct err later = {0};
    if (announce_finish(&announce, teller_lost, teller, rc == 0 ? e : &later) != 0)
        rc = -1;
    teller_end(teller);
    later = (struct err){0};
    if (live_settle(&source, totals.files + totals.there, rc == 0 ? e : &later) != 0)
        rc = -1;
    source.ops->close(source.self);
    sink.ops->close(sink.self);
    announce_close(&announce);
    if (rc != 0 && totals.files == 0)
        return rc;
    if (g->json)
        print_json(g, o, &totals, &latency, &announce.totals);
    else if (!g->quiet)
        print_text(g, o, &totals, &latency, &announce.totals);
    return rc == 0 ? run_flush(e) : rc;
}

/* The public key goes where the digests go, if that is a directory. */
static int publish(const struct gen_live *g, struct err *e)
{
    struct target t;
    if (g->digest->key == NULL)
        return 0;
    if (target_read(&t, span_of(g->where->to), e) != 0)
        return -1;
    return t.kind == TARGET_DIR ? digest_wish_publish(g->digest, g->where->to, e) : 0;
}

int gen_live_run(const struct gen_live *g, const struct gen_options *o, struct err *e)
{
    struct lines *labels = NULL;
    struct teller teller;
    if (g->where->labels != NULL && lines_open(&labels, g->where->labels, e) != 0)
        return -1;
    teller_init(&teller, "gen", g->quiet || g->json);
    run_catch_signals();
    struct gen_options options = *o;
    struct digests *digests = gen_digests_open(g->digest, g->load, o);
    options.hash = digests != NULL;
    int rc = publish(g, e) != 0 ? -1 : run(g, &options, labels, digests, &teller, e);
    digests_close(digests);
    /* What an interrupted run has delivered has its labels; the next one writes them all again. */
    struct err later = {0};
    if (labels != NULL && (rc == 0 || e->kind == ERR_STOP) &&
        lines_finish(labels, rc == 0 ? e : &later) != 0)
        rc = -1;
    lines_close(labels);
    return rc;
}
