/* gen_output.c - see gen_output.h. */
#include "cli/gen_output.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

enum { LINE_MAX_N = 1 << 20 };

int gen_where_check(const struct gen_where *w, bool lines, struct err *e)
{
    if (w->digest.key != NULL && lines)
        return err_set(e, ERR_INPUT,
                       "--digest-key: digests vouch for log files; leave out --format");
    if (w->live && w->out != NULL)
        return err_set(e, ERR_INPUT,
                       "--live: delivers while it goes on and makes no whole; say --to %s", w->out);
    if (w->live && w->to == NULL)
        return err_set(e, ERR_INPUT, "--live: say where to: --to DIR or --to s3://BUCKET");
    if (w->live && lines)
        return err_set(e, ERR_INPUT, "--format jsonl: --live delivers log files; leave it out");
    if (w->out == NULL && w->to == NULL)
        return err_set(e, ERR_INPUT,
                       "gen: say where to: --out DIR, --to s3://BUCKET or --to null:");
    if (w->out != NULL && w->to != NULL)
        return err_set(e, ERR_INPUT, "--out and --to: give one of them");
    if (lines && w->out == NULL && strcmp(w->to, "null:") != 0)
        return err_set(e, ERR_INPUT, "--format jsonl: goes to a file or to -; use --out");
    if (!lines && w->out != NULL && strcmp(w->out, "-") == 0)
        return err_set(e, ERR_INPUT, "--out -: is for --format jsonl; a trail is many files");
    if (w->out != NULL && w->announce.place != NULL)
        return err_set(e, ERR_INPUT,
                       "--notify: --out comes to its place as a whole; use --to, or replay it");
    if (announce_check(&w->announce, &w->to, w->to != NULL, e) != 0)
        return -1;
    if (w->to != NULL) {
        struct target t;
        if (target_read(&t, span_of(w->to), e) != 0)
            return -1;
        if (t.kind == TARGET_DIR && !w->live)
            return err_set(e, ERR_INPUT, "--to: \"%s\" is neither s3:// nor null:; use --out DIR",
                           w->to);
        return target_check(span_of(w->to), &w->s3, e);
    }
    return 0;
}

static int open_dir(struct gen_output *out, const struct gen_where *w, const struct fingerprint *f,
                    struct err *e)
{
    char id[64];
    fingerprint_id(id, f);
    if (outdir_open(&out->dir, w->out, id, w->force, e) != 0)
        return -1;
    struct target_options options = {.volatile_ok = true};
    if (target_open(&out->sink, span_of(out->dir.building), &options, teller_lost, &out->teller,
                    e) != 0 ||
        manifest_open(&out->manifest, outdir_file(&out->dir, "manifest.json"), f, e) != 0)
        return -1;
    return lines_open(&out->labels, outdir_file(&out->dir, "labels.jsonl"), e);
}

static int open_target(struct gen_output *out, const struct gen_where *w, struct err *e)
{
    struct target_options options = w->s3;
    if (announce_open(&out->announce, &w->announce, &w->to, 1, &w->s3, w->s3.stop, e) != 0)
        return -1;
    announce_target(&out->announce, &options, w->to);
    if (target_open(&out->sink, span_of(w->to), &options, teller_lost, &out->teller, e) != 0)
        return -1;
    announce_wrap(&out->announce, &out->sink);
    return 0;
}

int gen_output_open(struct gen_output *out, const struct gen_where *w, const struct fingerprint *f,
                    const struct gen_options *o, struct err *e)
{
    *out = (struct gen_output){.options = o};
    buf_init(&out->line, LINE_MAX_N);
    teller_init(&out->teller, "gen", w->quiet);
    int rc = 0;
    if (w->lines && w->out != NULL)
        rc = lines_open(&out->stream, w->out, e);
    else if (w->out != NULL)
        rc = open_dir(out, w, f, e);
    else
        rc = open_target(out, w, e);
    if (rc == 0 && w->labels != NULL) {
        lines_close(out->labels);
        out->labels = NULL;
        rc = lines_open(&out->labels, w->labels, e);
    }
    if (rc != 0)
        gen_output_close(out);
    return rc;
}

static void tell(struct gen_output *out, const struct logfile *f)
{
    if (!progress_due(&out->teller.progress))
        return;
    const struct gen_options *o = out->options;
    int done = -1;
    if (o->records > 0)
        done = (int)(out->records * 1000 / o->records);
    else if (f->newest_ms >= o->start_ms)
        done = (int)((f->newest_ms - o->start_ms) / ((o->end_ms - o->start_ms) / 1000 + 1));
    char text[64];
    snprintf(text, sizeof text, "%" PRIu64 " records", out->records);
    progress_say(&out->teller.progress, done > 1000 ? 1000 : done, text);
}

int gen_output_take(void *ctx, struct logfile *f, struct err *e)
{
    struct gen_output *out = ctx;
    out->records += f->records;
    tell(out, f);
    if (out->stream != NULL) {
        if (lines_write(out->stream, buf_span(&f->body), e) != 0)
            return -1;
        logfile_free(f);
        return 0;
    }
    if (out->digests != NULL)
        digests_add(out->digests, f);
    if (out->manifest != NULL && manifest_add(out->manifest, f, e) != 0)
        return -1;
    return out->sink.ops->put(out->sink.self, f, e);
}

static int take_digest(void *ctx, struct logfile *f, struct err *e)
{
    struct gen_output *out = ctx;
    out->digested.files++;
    out->digested.text_bytes += f->text_n;
    out->digested.object_bytes += f->body.n;
    if (out->manifest != NULL && manifest_add(out->manifest, f, e) != 0)
        return -1;
    return out->sink.ops->put(out->sink.self, f, e);
}

int gen_output_horizon(void *ctx, int64_t horizon_ms, struct err *e)
{
    struct gen_output *out = ctx;
    return digests_settle(out->digests, horizon_ms, take_digest, out, e);
}

int gen_output_take_label(void *ctx, const struct label *l, struct err *e)
{
    struct gen_output *out = ctx;
    buf_clear(&out->line);
    label_write(&out->line, l);
    return lines_write(out->labels, buf_span(&out->line), e);
}

int gen_output_finish(struct gen_output *out, const struct gen_totals *totals, struct err *e)
{
    struct sink_totals sent = {0};
    struct err unannounced = {0};
    int rc = 0;
    if (out->digests != NULL)
        rc = digests_finish(out->digests, take_digest, out, e);
    struct err later = {0};
    if (out->sink.ops != NULL &&
        out->sink.ops->finish(out->sink.self, &sent, rc == 0 ? e : &later) != 0)
        rc = -1;
    const int announced = announce_finish(&out->announce, teller_lost, &out->teller, &unannounced);
    out->announced = true;
    teller_end(&out->teller);
    if (rc != 0)
        return -1;
    if (sent.failed == 0 && announced != 0) {
        *e = unannounced;
        return -1;
    }
    if (sent.failed > 0)
        return err_set(e, ERR_WORK, "%" PRIu64 " of %" PRIu64 " log files were not delivered",
                       sent.failed, totals->files + out->digested.files);
    const struct manifest_counts counts = {
        .files = totals->files + out->digested.files,
        .records = totals->records,
        .text_bytes = totals->text_bytes + out->digested.text_bytes,
        .object_bytes = totals->object_bytes + out->digested.object_bytes,
        .labels = totals->labels};
    if (out->manifest != NULL && manifest_finish(out->manifest, &counts, e) != 0)
        return -1;
    if (out->labels != NULL && lines_finish(out->labels, e) != 0)
        return -1;
    if (out->stream != NULL && lines_finish(out->stream, e) != 0)
        return -1;
    return out->dir.open ? outdir_finish(&out->dir, e) : 0;
}

void gen_output_close(struct gen_output *out)
{
    progress_end(&out->teller.progress);
    lines_close(out->stream);
    lines_close(out->labels);
    if (out->manifest != NULL)
        manifest_close(out->manifest);
    if (out->sink.ops != NULL)
        out->sink.ops->close(out->sink.self);
    /* Of an interrupted run: what is in its place has its message. */
    struct err ignored = {0};
    if (!out->announced)
        announce_finish(&out->announce, teller_lost, &out->teller, &ignored);
    announce_close(&out->announce);
    outdir_close(&out->dir);
    buf_free(&out->line);
    *out = (struct gen_output){0};
}
