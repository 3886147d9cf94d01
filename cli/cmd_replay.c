/* cmd_replay.c - beantrail replay: log files from files or a bucket into directories or buckets. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/utc.h"
#include "cli/again.h"
#include "cli/announce.h"
#include "cli/replay_faults.h"
#include "cli/replay_options.h"
#include "cli/replay_report.h"
#include "cli/run.h"
#include "cli/teller.h"
#include "replay/change.h"
#include "replay/digest_source.h"
#include "replay/fan.h"
#include "replay/play.h"
#include "replay/rewrite.h"
#include "replay/source_dir.h"
#include "replay/source_s3.h"
#include "replay/target.h"

/* --dry-run: a sink that prints what it is given. */
struct lister {
    struct sink_totals totals;
    const char *to;
    bool json, quiet;
};

static int lister_put(void *self, struct logfile *f, struct err *e)
{
    (void)e;
    struct lister *l = self;
    l->totals.files++;
    l->totals.bytes += f->body.n;
    if (!l->quiet && !l->json) {
        const size_t n = strlen(l->to);
        const char *slash = n > 0 && l->to[n - 1] == '/' ? "" : "/";
        const bool fault = f->fault != FAULT_NONE;
        printf("%12zu  %s%s%s%s%s%s\n", f->body.n, l->to, slash, f->key, fault ? " (" : "",
               fault_kinds[f->fault].name, fault ? ")" : "");
    }
    buf_free(&f->body);
    return 0;
}

static int lister_finish(void *self, struct sink_totals *totals, struct err *e)
{
    (void)e;
    const struct lister *l = self;
    *totals = l->totals;
    return 0;
}

static void lister_close(void *self)
{
    (void)self;
}

static const struct sink_ops lister_ops = {
    .name = "dry-run", .put = lister_put, .finish = lister_finish, .close = lister_close};

/* Where log files come from, to be opened as often as it is played. */
struct origin {
    const struct replay_options *options;
    const char *const *operands;
    size_t operands_n;
    bool by_time;
};

static bool is_bucket(const struct origin *o)
{
    return strncmp(o->operands[0], "s3://", 5) == 0;
}

static int open_origin(struct source *out, void *ctx, struct err *e)
{
    const struct origin *o = ctx;
    const struct replay_options *r = o->options;
    if (!is_bucket(o)) {
        const struct source_dir_options from = {.paths = o->operands,
                                                .paths_n = o->operands_n,
                                                .by_time = o->by_time,
                                                .listed = replay_options_trusts(r),
                                                .as_is = r->as_is};
        return source_dir_open(out, &from, e);
    }
    const char *region = r->source_region != NULL ? r->source_region : r->region;
    const char *profile = r->source_profile != NULL ? r->source_profile : r->profile;
    const char *url = r->source_endpoint_url != NULL ? r->source_endpoint_url : r->endpoint_url;
    const struct source_s3_options from = {.location = span_of(o->operands[0]),
                                           .wish = {.region = region,
                                                    .profile = profile,
                                                    .endpoint_url = url,
                                                    .ca_bundle = r->ca_bundle},
                                           .by_time = o->by_time,
                                           .stop = &run_stop};
    return source_s3_open(out, &from, e);
}

/* Read the map and all of the source, so that everything to be replaced is known. */
static int open_rewrite(struct rewrite **out, struct origin *origin, const char *path,
                        struct err *e)
{
    struct source source;
    struct origin unsorted = *origin;
    unsorted.by_time = false;
    if (rewrite_open(out, path, e) != 0)
        return -1;
    if (open_origin(&source, &unsorted, e) != 0)
        return -1;
    int rc = rewrite_learn(*out, &source, e);
    source.ops->close(source.self);
    return rc;
}

static int open_sinks(struct sink *out, const struct replay_options *o, struct hist *latency,
                      const struct announce *announce, struct teller *teller, struct err *e)
{
    struct sink sinks[REPLAY_TO_MOST];
    struct target_options target = replay_options_target(o, latency);
    target.stop = &run_stop;
    for (size_t i = 0; i < o->to.n; i++) {
        announce_target(announce, &target, o->to.text[i]);
        if (target_open(&sinks[i], span_of(o->to.text[i]), &target, teller_lost, teller, e) == 0)
            continue;
        while (i-- > 0)
            sinks[i].ops->close(sinks[i].self);
        return -1;
    }
    if (o->to.n == 1)
        *out = sinks[0];
    else
        fan_open(out, sinks, o->to.n);
    announce_wrap(announce, out);
    return 0;
}

static uint64_t count_skipped(const struct origin *o, const struct source *source)
{
    const struct source *inner = change_inner(source);
    if (inner->ops == NULL)
        return 0;
    return is_bucket(o) ? source_s3_skipped(inner) : source_dir_skipped(inner);
}

/* Tell what the run did; the first thing that is wrong becomes the error. */
static int report(struct replay_report *r, const struct rewrite *rewrite, int rc, struct err *e)
{
    const struct replay_options *o = r->options;
    struct rewrite_leak leak;
    for (size_t at = 0; rewrite != NULL && rewrite_leak_next(rewrite, &at, &leak);)
        r->leaks++;
    /* Where nothing was moved there is nothing to sum up. */
    const bool nothing = rc != 0 && r->totals->files == 0;
    if ((o->json || !o->quiet) && !nothing)
        replay_report_print(r);
    struct err later = {0};
    if (o->histogram != NULL && !nothing &&
        replay_report_save(r, o->histogram, rc == 0 ? e : &later) != 0)
        rc = -1;
    if (rewrite != NULL && replay_report_leaks(rewrite, rc == 0 ? e : &later) != 0)
        rc = -1;
    return rc == 0 ? run_flush(e) : rc;
}

/* Where faults are counted, read once what will be delivered, under its final keys. */
static int learn_faults(struct replay_faults *faults, const struct change_options *change,
                        struct origin *origin, struct err *e)
{
    if (!fault_plan_must_learn(&faults->plan))
        return 0;
    struct change_options again = *change;
    struct source source;
    /* Leaks are counted where log files are delivered, not here. */
    again.rewrite = NULL;
    if (change->rewrite != NULL &&
        open_rewrite(&again.rewrite, origin, origin->options->rewrite, e) != 0) {
        if (again.rewrite != NULL)
            rewrite_close(again.rewrite);
        return -1;
    }
    int rc = change_open(&source, &again, e);
    if (rc == 0) {
        rc = replay_faults_learn(faults, &source, e);
        source.ops->close(source.self);
    }
    if (again.rewrite != NULL)
        rewrite_close(again.rewrite);
    return rc;
}

/* The public key goes where the digests go, if that is a directory. */
static int publish_key(const struct digest_wish *w, const struct replay_options *o, struct err *e)
{
    for (size_t i = 0; w->key != NULL && i < o->to.n; i++) {
        struct target t;
        if (target_read(&t, span_of(o->to.text[i]), e) != 0 ||
            (t.kind == TARGET_DIR && digest_wish_publish(w, o->to.text[i], e) != 0))
            return -1;
    }
    return 0;
}

static int run(const struct replay_options *o, const char **operands, struct teller *teller,
               struct err *e)
{
    struct play_options play = {
        .stop = &run_stop, .tick = teller_tick, .tick_ctx = teller, .resume = o->resume};
    if (replay_options_schedule(&play.schedule, o, e) != 0)
        return -1;
    struct hist latency = {0};
    const struct target_options target = replay_options_target(o, &latency);
    for (size_t i = 0; i < o->to.n; i++) {
        if (target_check(span_of(o->to.text[i]), &target, e) != 0)
            return -1;
    }
    struct origin origin = {
        .options = o, .operands = operands, .by_time = play.schedule.kind == SCHEDULE_SPEED};
    while (operands[origin.operands_n] != NULL)
        origin.operands_n++;
    struct change_options change = {.retime = o->retime != NULL,
                                    .retime_ms = o->retime_ms,
                                    .rounds = o->loop,
                                    .reopen = open_origin,
                                    .reopen_ctx = &origin};
    struct source source = {NULL, NULL}, changed, digested;
    struct digest_wish digest;
    struct sink sink = {NULL, NULL};
    struct replay_faults faults;
    struct announce announce = {.notify = NULL};
    struct lister lister = {.to = o->to.text[0], .json = o->json, .quiet = o->quiet};
    struct play_totals totals;
    if (digest_wish_open(&digest, &o->digest, o->to.text, o->to.n, e) != 0)
        return -1;
    /* A digest lists what was delivered in its hour. */
    origin.by_time = origin.by_time || digest.key != NULL;
    int rc = -1;
    if (replay_faults_open(&faults, o, operands, e) != 0)
        goto out;
    if (o->rewrite != NULL && open_rewrite(&change.rewrite, &origin, o->rewrite, e) != 0)
        goto out;
    if (learn_faults(&faults, &change, &origin, e) != 0 || change_open(&source, &change, e) != 0)
        goto out;
    changed = source;
    if (digest.key != NULL)
        digest_source_open(&source, changed, &digest.options);
    digested = source;
    const bool paced = play.schedule.kind != SCHEDULE_ASAP && !o->dry_run;
    if (o->dry_run) {
        /* Nothing is sent, so nothing is waited for. */
        play.schedule.kind = SCHEDULE_ASAP;
        play.schedule.max_gap_ns = 0;
        sink = (struct sink){&lister_ops, &lister};
    } else if (announce_open(&announce, &o->announce, o->to.text, o->to.n, &target, &run_stop, e) !=
                   0 ||
               open_sinks(&sink, o, &latency, &announce, teller, e) != 0 ||
               publish_key(&digest, o, e) != 0) {
        goto out;
    }

    if (replay_faults_wrap(&faults, &source, &sink, e) != 0)
        goto out;
    /* Where nobody before the wire looks at a file's bytes, and none waits for its moment. */
    if (sink.ops->takes_unread && source.self == changed.self && o->retime == NULL &&
        o->rewrite == NULL && !o->resume && !paced && !is_bucket(&origin))
        source_dir_leave_unread(change_inner(&changed));
    rc = play_run(&source, &sink, &play, &totals, e);
    if (rc == 0)
        rc = replay_faults_finish(&faults, e);
    const bool manifest = rc == 0;
    struct err later = {0};
    if (announce_finish(&announce, teller_lost, teller, rc == 0 ? e : &later) != 0)
        rc = -1;
    teller_end(teller);
    struct replay_report r = {.options = o,
                              .totals = &totals,
                              .latency = &latency,
                              .announced = &announce.totals,
                              .skipped = count_skipped(&origin, &changed),
                              .digests = change_digests(&changed) +
                                         (digest.key != NULL ? digest_source_left(&digested) : 0),
                              .signed_anew = digest.key != NULL ? digest_source_made(&digested) : 0,
                              .faults = replay_faults_counts(&faults),
                              .manifest = manifest ? faults.path : NULL,
                              .paced = paced};
    rc = report(&r, change.rewrite, rc, e);
out:
    if (sink.ops != NULL)
        sink.ops->close(sink.self);
    announce_close(&announce);
    if (source.ops != NULL)
        source.ops->close(source.self);
    if (change.rewrite != NULL)
        rewrite_close(change.rewrite);
    replay_faults_close(&faults);
    digest_wish_close(&digest);
    return rc;
}

int cmd_replay(int argc, char **argv)
{
    struct err e = {0};
    struct replay_options o;
    struct arena a;
    arena_init(&a);
    const char **operands = ARENA_NEW(&a, const char *, (size_t)argc + 1);
    int got = replay_options_read(&o, operands, argc, argv, utc_now_ms(), &e);
    if (got == 0) {
        struct teller teller;
        teller_init(&teller, "replay", o.quiet || o.json);
        run_catch_signals();
        run(&o, operands, &teller, &e);
        if (e.kind == ERR_STOP)
            again_say(&e, argc, argv, o.retime == NULL ? NULL : "--retime", o.retime_ms);
    }
    arena_free(&a);
    return run_end(&e);
}
