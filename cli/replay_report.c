/* replay_report.c - see replay_report.h. */
#include "cli/replay_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/percentiles.h"
#include "replay/rewrite.h"

enum { TEXT_MOST = 16 << 20, LEAKS_SHOWN = 100 };

static double per_second(uint64_t n, const struct play_totals *t)
{
    return t->elapsed_ns > 0 ? (double)n * 1e9 / (double)t->elapsed_ns : 0;
}

static void print_json(const struct replay_report *r, FILE *out)
{
    const struct replay_options *o = r->options;
    const struct play_totals *t = r->totals;
    struct buf b;
    buf_init(&b, TEXT_MOST);
    buf_printf(&b, "{\"to\":");
    for (size_t i = 0; i < o->to.n; i++) {
        if (o->to.n > 1)
            buf_printf(&b, "%s", i > 0 ? "," : "[");
        json_put_string(&b, span_of(o->to.text[i]));
    }
    buf_printf(&b,
               "%s,\"dryRun\":%s,\"read\":{\"files\":%" PRIu64 ",\"records\":%" PRIu64
               ",\"skipped\":%" PRIu64 ",\"digests\":%" PRIu64 ",\"digestsMade\":%" PRIu64
               "},\"delivered\":{\"files\":%" PRIu64 ",\"bytes\":%" PRIu64 "},\"same\":%" PRIu64
               ",\"failed\":%" PRIu64 ",\"attempts\":%" PRIu64
               ",\"seconds\":%.3f,\"filesPerSecond\":%.1f",
               o->to.n > 1 ? "]" : "", o->dry_run ? "true" : "false", t->files + t->there,
               t->records, r->skipped, r->digests, r->signed_anew, t->sink.files, t->sink.bytes,
               t->sink.same + t->there, t->sink.failed, t->sink.attempts,
               (double)t->elapsed_ns / 1e9, per_second(t->sink.files, t));
    if (o->rewrite != NULL)
        buf_printf(&b, ",\"leaks\":%" PRIu64, r->leaks);
    if (o->fault.n > 0 && r->faults != NULL) {
        buf_printf(&b, ",\"faults\":{");
        for (int k = FAULT_NONE + 1, n = 0; k < FAULT_KINDS; k++) {
            if (r->faults[k] > 0)
                buf_printf(&b, "%s\"%s\":%" PRIu64, n++ > 0 ? "," : "", fault_kinds[k].name,
                           r->faults[k]);
        }
        buf_printf(&b, "}");
    }
    if (r->manifest != NULL) {
        buf_printf(&b, ",\"manifest\":");
        json_put_string(&b, span_of(r->manifest));
    }
    announce_put(&b, &o->announce, r->announced);
    if (r->paced)
        percentiles_put(&b, "lateMs", &t->late);
    percentiles_put(&b, "arrivalMs", r->latency);
    buf_printf(&b, "}\n");
    fwrite(b.p, 1, b.n, out);
    buf_free(&b);
}

static void print_text(const struct replay_report *r, FILE *out)
{
    const struct replay_options *o = r->options;
    const struct play_totals *t = r->totals;
    fprintf(out, "files    %" PRIu64 " %s to ", t->sink.files,
            o->dry_run ? "would be delivered" : "delivered");
    for (size_t i = 0; i < o->to.n; i++)
        fprintf(out, "%s%s", i > 0 ? " and " : "", o->to.text[i]);
    fprintf(out, ", %" PRIu64 " there already, %" PRIu64 " failed\n", t->sink.same + t->there,
            t->sink.failed);
    fprintf(out, "records  %" PRIu64 "\n", t->records);
    fprintf(out, "bytes    %" PRIu64 "\n", t->sink.bytes);
    if (!o->dry_run)
        announce_print(out, &o->announce, r->announced);
    if (r->skipped > 0)
        fprintf(out, "skipped  %" PRIu64 " files that are no log files by their names\n",
                r->skipped);
    if (r->digests > 0)
        fprintf(out,
                "digests  %" PRIu64 " left out: they vouch for what the log files were before\n",
                r->digests);
    if (r->signed_anew > 0)
        fprintf(out, "digests  %" PRIu64 " made anew\n", r->signed_anew);
    if (o->fault.n > 0 && r->faults != NULL) {
        int n = 0;
        fprintf(out, "faults   ");
        for (int k = FAULT_NONE + 1; k < FAULT_KINDS; k++) {
            if (r->faults[k] > 0)
                fprintf(out, "%s%" PRIu64 " %s", n++ > 0 ? ", " : "", r->faults[k],
                        fault_kinds[k].name);
        }
        fprintf(out, "%s\n", n == 0 ? "none: the shares hit no log file" : "");
    }
    if (r->manifest != NULL)
        fprintf(out, "manifest %s\n", r->manifest);
    fprintf(out, "time     %.3f s, %.1f files/s, %.2f MB/s\n", (double)t->elapsed_ns / 1e9,
            per_second(t->sink.files, t), per_second(t->sink.bytes, t) / 1e6);
    if (r->paced)
        percentiles_print(out, "late", &t->late);
    percentiles_print(out, "arrival", r->latency);
}

void replay_report_print(const struct replay_report *r)
{
    FILE *out = announce_summary(&r->options->announce);
    if (r->options->json)
        print_json(r, out);
    else
        print_text(r, out);
}

int replay_report_save(const struct replay_report *r, const char *path, struct err *e)
{
    struct buf b;
    buf_init(&b, TEXT_MOST);
    buf_printf(&b, "# beantrail histogram 1, nanoseconds\n");
    hist_put(&b, &r->totals->late, "late");
    hist_put(&b, r->latency, "arrival");
    int rc = file_write(path, buf_span(&b), e);
    buf_free(&b);
    return rc;
}

int replay_report_leaks(const struct rewrite *rewrite, struct err *e)
{
    struct rewrite_leak leak;
    size_t at = 0;
    uint64_t n = 0;
    while (rewrite_leak_next(rewrite, &at, &leak)) {
        struct err line = {0};
        if (n++ >= LEAKS_SHOWN)
            continue;
        err_set(&line, ERR_WORK, "leak: \"%.*s\" is in the output %" PRIu64 " times, first in %s",
                SPAN_ARG(leak.token), leak.times, leak.key);
        fprintf(stderr, "%s\n", line.text);
    }
    if (n == 0)
        return 0;
    return err_set(e, ERR_WORK,
                   "--rewrite: %" PRIu64 " original texts are left in the output; add them to "
                   "\"map\", or to \"keep\" if they may stay",
                   n);
}
