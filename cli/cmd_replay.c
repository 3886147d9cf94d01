/* cmd_replay.c - beantrail replay: log files from files into a directory or a bucket. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/utc.h"
#include "cli/opts.h"
#include "cli/progress.h"
#include "cli/run.h"
#include "replay/play.h"
#include "replay/source_dir.h"
#include "replay/target.h"

enum { LOST_SHOWN = 20, SPEED_MOST = 1000000, RATE_MOST = 10000000 };

struct replay_options {
    const char *to, *endpoint_url, *region, *profile, *ca_bundle;
    bool asap;
    double speed;     /* 0: not given */
    const char *rate; /* "N/s" */
    uint64_t jobs;    /* 0: the sink's own default */
    int acl;          /* index into acls */
    bool resume, dry_run, json, quiet;
};

static const char *const acls[] = {"none", "bucket-owner-full-control", NULL};

static const struct opt rows[] = {
    {"to", OPT_TEXT, offsetof(struct replay_options, to), 0, 0, NULL, "DIR|s3://BUCKET[/PREFIX]",
     "where the log files go; null: drops them"},
    {"endpoint-url", OPT_TEXT, offsetof(struct replay_options, endpoint_url), 0, 0, NULL, "URL",
     "an S3-compatible server, http://HOST:PORT (AWS_ENDPOINT_URL_S3)"},
    {"region", OPT_TEXT, offsetof(struct replay_options, region), 0, 0, NULL, "REGION",
     "the bucket's region (AWS_REGION; us-east-1)"},
    {"profile", OPT_TEXT, offsetof(struct replay_options, profile), 0, 0, NULL, "NAME",
     "take credentials and settings of this profile (AWS_PROFILE)"},
    {"ca-bundle", OPT_TEXT, offsetof(struct replay_options, ca_bundle), 0, 0, NULL, "FILE",
     "certificates to trust instead of the system's (AWS_CA_BUNDLE)"},
    {"acl", OPT_WORD, offsetof(struct replay_options, acl), 0, 0, acls, "ACL",
     "x-amz-acl: none (the default) or bucket-owner-full-control"},
    {"asap", OPT_FLAG, offsetof(struct replay_options, asap), 0, 0, NULL, NULL,
     "as fast as the destination takes them (the default)"},
    {"speed", OPT_REAL, offsetof(struct replay_options, speed), 0, SPEED_MOST, NULL, "X",
     "as recorded, X times as fast"},
    {"rate", OPT_TEXT, offsetof(struct replay_options, rate), 0, 0, NULL, "N/s",
     "N log files a second"},
    {"jobs", OPT_COUNT, offsetof(struct replay_options, jobs), 1, 1024, NULL, "N",
     "connections at a time (16)"},
    {"resume", OPT_FLAG, offsetof(struct replay_options, resume), 0, 0, NULL, NULL,
     "go on after an interrupt or a crash: pass over what is there already"},
    {"dry-run", OPT_FLAG, offsetof(struct replay_options, dry_run), 0, 0, NULL, NULL,
     "print the keys and sizes, send nothing"},
    {"json", OPT_FLAG, offsetof(struct replay_options, json), 0, 0, NULL, NULL,
     "print the summary as JSON"},
    {"quiet", OPT_FLAG, offsetof(struct replay_options, quiet), 0, 0, NULL, NULL,
     "no summary and no progress, only errors"},
};

static const struct opts_usage usage = {
    "replay",
    "SOURCE...",
    "Deliver log files, made or recorded, under their keys: trees, .json, .json.gz, or - for "
    "stdin.",
    "Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or a profile.\n"
    "A failed PUT is tried 8 times (AWS_MAX_ATTEMPTS), with growing waits.\n",
    rows,
    sizeof(rows) / sizeof(rows[0]),
    1,
    -1,
};

/* What the run tells on stderr while it goes on. */
struct teller {
    struct progress progress;
    uint64_t lost; /* each for a reason of its own */
};

static void tell_lost(void *ctx, struct span key, struct span why)
{
    struct teller *t = ctx;
    if (why.n == 0 || t->lost++ >= LOST_SHOWN)
        return;
    progress_end(&t->progress);
    /* An error's text is clean of control characters, whatever a server said. */
    struct err line = {0};
    err_set(&line, ERR_WORK, "%.*s: %.*s", SPAN_ARG(key), SPAN_ARG(why));
    fprintf(stderr, "%s\n", line.text);
}

static void tell_progress(void *ctx, const struct play_totals *so_far)
{
    struct teller *t = ctx;
    if (!progress_due(&t->progress))
        return;
    char text[64];
    snprintf(text, sizeof(text), "%" PRIu64 " log files, %" PRIu64 " records", so_far->files,
             so_far->records);
    progress_say(&t->progress, -1, text);
}

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
        printf("%12zu  %s%s%s\n", f->body.n, l->to, slash, f->key);
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

/* "25/s", "0.5/s", "25". */
static int read_rate(double *out, const char *text, struct err *e)
{
    double rate = 0;
    double scale = 1;
    bool point = false;
    bool digit = false;
    const char *p = text;
    for (; (*p >= '0' && *p <= '9') || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        digit = true;
        rate = rate * 10 + (*p - '0');
        scale *= point ? 10 : 1;
    }
    rate /= scale;
    const bool ended = *p == '\0' || strcmp(p, "/s") == 0;
    if (!digit || !ended || !(rate > 0) || rate > RATE_MOST)
        return err_set(e, ERR_INPUT,
                       "--rate: must be log files a second above 0, at most %d, as in 25/s, not "
                       "\"%s\"",
                       RATE_MOST, text);
    *out = rate;
    return 0;
}

static int read_schedule(struct schedule *out, const struct replay_options *o, struct err *e)
{
    *out = (struct schedule){.kind = SCHEDULE_ASAP};
    if (o->asap + (o->speed > 0) + (o->rate != NULL) > 1)
        return err_set(e, ERR_INPUT, "--asap, --speed and --rate contradict each other; give one");
    if (o->speed > 0) {
        out->kind = SCHEDULE_SPEED;
        out->factor = o->speed;
    }
    if (o->rate != NULL) {
        out->kind = SCHEDULE_RATE;
        return read_rate(&out->factor, o->rate, e);
    }
    return 0;
}

/* The lateness percentiles that are shown. */
static const struct {
    const char *name;
    uint32_t per_million;
} percentiles[] = {
    {"p50", 500000}, {"p90", 900000}, {"p99", 990000}, {"p99.9", 999000}, {"max", 1000000},
};

enum { PERCENTILES = sizeof(percentiles) / sizeof(percentiles[0]) };

static double per_second(uint64_t n, const struct play_totals *t)
{
    return t->elapsed_ns > 0 ? (double)n * 1e9 / (double)t->elapsed_ns : 0;
}

static void print_json(const struct replay_options *o, const struct play_totals *t,
                       uint64_t skipped, bool paced)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_printf(&b, "{\"to\":");
    json_put_string(&b, span_of(o->to));
    buf_printf(&b,
               ",\"dryRun\":%s,\"read\":{\"files\":%" PRIu64 ",\"records\":%" PRIu64
               ",\"skipped\":%" PRIu64 "},\"delivered\":{\"files\":%" PRIu64 ",\"bytes\":%" PRIu64
               "},\"same\":%" PRIu64 ",\"failed\":%" PRIu64 ",\"attempts\":%" PRIu64
               ",\"seconds\":%.3f,\"filesPerSecond\":%.1f",
               o->dry_run ? "true" : "false", t->files, t->records, skipped, t->sink.files,
               t->sink.bytes, t->sink.same + t->there, t->sink.failed, t->sink.attempts,
               (double)t->elapsed_ns / 1e9, per_second(t->sink.files, t));
    for (size_t i = 0; paced && i < PERCENTILES; i++)
        buf_printf(&b, "%s\"%s\":%.3f%s", i > 0 ? "," : ",\"lateMs\":{", percentiles[i].name,
                   (double)hist_at(&t->late, percentiles[i].per_million) / 1e6,
                   i + 1 < PERCENTILES ? "" : "}");
    buf_printf(&b, "}\n");
    fwrite(b.p, 1, b.n, stdout);
    buf_free(&b);
}

static void print_text(const struct replay_options *o, const struct play_totals *t,
                       uint64_t skipped, bool paced)
{
    const char *done = o->dry_run ? "would be delivered" : "delivered";
    printf("files    %" PRIu64 " %s to %s, %" PRIu64 " there already, %" PRIu64 " failed\n",
           t->sink.files, done, o->to, t->sink.same + t->there, t->sink.failed);
    printf("records  %" PRIu64 "\n", t->records);
    printf("bytes    %" PRIu64 "\n", t->sink.bytes);
    if (skipped > 0)
        printf("skipped  %" PRIu64 " files that are no log files by their names\n", skipped);
    printf("time     %.3f s, %.1f files/s, %.2f MB/s\n", (double)t->elapsed_ns / 1e9,
           per_second(t->sink.files, t), per_second(t->sink.bytes, t) / 1e6);
    if (!paced || t->late.n == 0)
        return;
    printf("late    ");
    for (size_t i = 0; i < PERCENTILES; i++)
        printf(" %s %.1f ms%s", percentiles[i].name,
               (double)hist_at(&t->late, percentiles[i].per_million) / 1e6,
               i + 1 < PERCENTILES ? "," : "\n");
}

static int run(const struct replay_options *o, const char **operands, struct teller *teller,
               struct err *e)
{
    if (o->to == NULL)
        return err_set(e, ERR_INPUT, "--to: is missing; give a directory or s3://BUCKET[/PREFIX]");
    struct play_options play = {
        .stop = &run_stop, .tick = tell_progress, .tick_ctx = teller, .resume = o->resume};
    if (read_schedule(&play.schedule, o, e) != 0)
        return -1;
    const struct target_options target = {.endpoint_url = o->endpoint_url,
                                          .region = o->region,
                                          .profile = o->profile,
                                          .ca_bundle = o->ca_bundle,
                                          .acl = o->acl > 0 ? acls[o->acl] : NULL,
                                          .connections = (unsigned)o->jobs,
                                          .resume = o->resume};
    if (target_check(span_of(o->to), &target, e) != 0)
        return -1;

    size_t paths_n = 0;
    while (operands[paths_n] != NULL)
        paths_n++;
    const struct source_dir_options from = {
        .paths = operands, .paths_n = paths_n, .by_time = play.schedule.kind == SCHEDULE_SPEED};
    struct source source = {NULL, NULL};
    struct sink sink = {NULL, NULL};
    struct lister lister = {.to = o->to, .json = o->json, .quiet = o->quiet};
    struct play_totals totals;
    int rc = -1;
    if (source_dir_open(&source, &from, e) != 0)
        goto out;
    if (o->dry_run) {
        /* Nothing is sent, so nothing is waited for. */
        play.schedule.kind = SCHEDULE_ASAP;
        sink = (struct sink){&lister_ops, &lister};
    } else if (target_open(&sink, span_of(o->to), &target, tell_lost, teller, e) != 0) {
        goto out;
    }

    rc = play_run(&source, &sink, &play, &totals, e);
    progress_end(&teller->progress);
    if (teller->lost > LOST_SHOWN)
        fprintf(stderr, "and %" PRIu64 " more\n", teller->lost - LOST_SHOWN);
    const bool paced = play.schedule.kind != SCHEDULE_ASAP;
    /* Where nothing was moved there is nothing to sum up. */
    const bool nothing = rc != 0 && totals.files == 0;
    if (o->json && !nothing)
        print_json(o, &totals, source_dir_skipped(&source), paced);
    else if (!o->quiet && !o->json && !nothing)
        print_text(o, &totals, source_dir_skipped(&source), paced);
    if (rc == 0)
        rc = run_flush(e);
out:
    if (sink.ops != NULL)
        sink.ops->close(sink.self);
    if (source.ops != NULL)
        source.ops->close(source.self);
    return rc;
}

/* Append ${word} so that a shell reads it as it is. */
static void put_quoted(struct buf *out, struct span word)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-_./:=@%+,";
    bool fine = word.n > 0;
    for (size_t i = 0; i < word.n; i++)
        fine = fine && word.p[i] != '\0' && strchr(plain, word.p[i]) != NULL;
    if (fine) {
        buf_put_span(out, word);
        return;
    }
    buf_put_char(out, '\'');
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] == '\'')
            buf_put(out, "'\\'", 3);
        buf_put_char(out, word.p[i]);
    }
    buf_put_char(out, '\'');
}

/* Behind an interrupt: say with which command the run goes on. */
static void say_how_to_resume(int argc, char **argv, bool resumed, struct err *e)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_printf(&b, "%s; go on with: beantrail replay", e->text);
    for (int i = 1; i < argc && b.n < sizeof(e->text); i++) {
        buf_put_char(&b, ' ');
        put_quoted(&b, span_of(argv[i]));
    }
    if (!resumed)
        buf_printf(&b, " --resume");
    *e = (struct err){.kind = ERR_NONE};
    err_set(e, ERR_STOP, "%.*s", SPAN_ARG(buf_span(&b)));
    buf_free(&b);
}

int cmd_replay(int argc, char **argv)
{
    struct err e = {0};
    struct replay_options o = {.to = NULL};
    struct arena a;
    arena_init(&a);
    const char **operands = ARENA_NEW(&a, const char *, (size_t)argc + 1);
    int got = opts_read(&o, operands, &usage, argc, argv, utc_now_ms(), &e);
    if (got == 0) {
        struct teller teller = {.lost = 0};
        progress_init(&teller.progress, "replay", o.quiet || o.json);
        run_catch_signals();
        run(&o, operands, &teller, &e);
        if (e.kind == ERR_STOP)
            say_how_to_resume(argc, argv, o.resume, &e);
    }
    arena_free(&a);
    return run_end(&e);
}
