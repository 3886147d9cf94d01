/* reconcile_report.c - see reconcile_report.h. */
#include "cli/reconcile_report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"

enum { TEXT_MOST = 16 << 20 };

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* How many records of which files, in words. */
static void put_scope(struct buf *b, const struct reconcile_cause *c)
{
    if (c->verdict == VERDICT_UNREPORTED) {
        buf_printf(b, "%" PRIu64 " file%s (%s)", c->files, plural(c->files),
                   fault_kinds[c->fault].name);
        return;
    }
    buf_printf(b, "%" PRIu64 " record%s", c->records, plural(c->records));
    if (c->files == 0)
        return;
    buf_printf(b, " of %" PRIu64 " ", c->files);
    if (c->stopped)
        buf_printf(b, "file%s", plural(c->files));
    else if (c->fault == FAULT_NONE)
        buf_printf(b, "file%s without a fault", plural(c->files));
    else
        buf_printf(b, "file%s with the fault %s", plural(c->files), fault_kinds[c->fault].name);
    if (c->stopped && c->stopped_at.n > 0) {
        buf_printf(b, " behind ");
        buf_put_span(b, c->stopped_at);
        buf_printf(b, " (%s)", c->fault != FAULT_NONE ? fault_kinds[c->fault].name : "no fault");
    }
}

static void put_spans(struct buf *b, const struct span *spans, size_t n, uint64_t all)
{
    for (size_t i = 0; i < n; i++) {
        buf_printf(b, "             ");
        buf_put_span(b, spans[i]);
        buf_put_char(b, '\n');
    }
    if (n > 0 && n < all)
        buf_printf(b, "             and %" PRIu64 " more\n", all - n);
}

static void put_text(struct buf *b, const struct reconcile *r)
{
    buf_printf(b, "expected     %" PRIu64 " records in %zu log files\n", r->once,
               expected_files_n(&r->expected));
    buf_printf(b, "seen         %" PRIu64 " records, %" PRIu64 " of the expected exactly once\n",
               r->lines, r->seen_once);
    if (r->maybe > 0)
        buf_printf(b,
                   "not judged   %" PRIu64 " records of files that cannot be read whole; %" PRIu64
                   " were seen\n",
                   r->maybe, r->maybe_seen);
    if (r->broken > 0 && !r->reports)
        buf_printf(b,
                   "not judged   whether the consumer reported %" PRIu64
                   " files it cannot read; give --reported FILE\n",
                   r->broken);
    if (r->expected.nameless > 0)
        buf_printf(b, "not judged   %" PRIu64 " records without an eventID\n",
                   r->expected.nameless);
    if (r->untimed > 0)
        buf_printf(b, "not judged   %" PRIu64 " records whose time is not known, for --late\n",
                   r->untimed);
    for (size_t i = 0; i < r->causes_n; i++) {
        const struct reconcile_cause *c = &r->causes[i];
        buf_printf(b, "%-12s ", verdict_names[c->verdict]);
        put_scope(b, c);
        buf_printf(b, ": %s\n", c->why);
        put_spans(b, c->keys, c->keys_n, c->files);
        put_spans(b, c->ids, c->ids_n, c->records);
    }
    buf_printf(b, "verdict      %s\n", r->causes_n == 0 ? "all right" : "not all right");
}

static void put_json_list(struct buf *b, const char *name, const struct span *spans, size_t n)
{
    buf_printf(b, ",\"%s\":[", name);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_put_char(b, ',');
        json_put_string(b, spans[i]);
    }
    buf_put_char(b, ']');
}

static void put_json(struct buf *b, const struct reconcile *r)
{
    buf_printf(b,
               "{\"ok\":%s,\"files\":%zu,\"expected\":%" PRIu64 ",\"seen\":%" PRIu64
               ",\"seenOnce\":%" PRIu64 ",\"optional\":%" PRIu64 ",\"optionalSeen\":%" PRIu64
               ",\"unnamed\":%" PRIu64 ",\"untimed\":%" PRIu64,
               r->causes_n == 0 ? "true" : "false", expected_files_n(&r->expected), r->once,
               r->lines, r->seen_once, r->maybe, r->maybe_seen, r->expected.nameless, r->untimed);
    for (int v = 0; v < VERDICTS; v++)
        buf_printf(b, ",\"%s\":%" PRIu64, verdict_names[v], r->totals[v]);
    buf_printf(b, ",\"causes\":[");
    for (size_t i = 0; i < r->causes_n; i++) {
        const struct reconcile_cause *c = &r->causes[i];
        buf_printf(b, "%s{\"verdict\":\"%s\",\"fault\":", i > 0 ? "," : "",
                   verdict_names[c->verdict]);
        if (c->fault != FAULT_NONE)
            json_put_string(b, span_of(fault_kinds[c->fault].name));
        else
            buf_printf(b, "null");
        buf_printf(b, ",\"records\":%" PRIu64 ",\"files\":%" PRIu64 ",\"why\":", c->records,
                   c->files);
        json_put_string(b, span_of(c->why));
        if (c->stopped_at.n > 0) {
            buf_printf(b, ",\"stoppedAt\":");
            json_put_string(b, c->stopped_at);
        }
        put_json_list(b, "keys", c->keys, c->keys_n);
        put_json_list(b, "eventIDs", c->ids, c->ids_n);
        buf_put_char(b, '}');
    }
    buf_printf(b, "]}\n");
}

void reconcile_report_print(const struct reconcile *r, bool json)
{
    struct buf b;
    buf_init(&b, TEXT_MOST);
    if (json)
        put_json(&b, r);
    else
        put_text(&b, r);
    fwrite(b.p, 1, b.n, stdout);
    buf_free(&b);
}

/* What XML takes inside an attribute or as text: no control characters, no markup. */
static void put_xml(struct buf *b, struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.p[i];
        if (c == '<')
            buf_put_span(b, SPAN("&lt;"));
        else if (c == '&')
            buf_put_span(b, SPAN("&amp;"));
        else if (c == '"')
            buf_put_span(b, SPAN("&quot;"));
        else
            buf_put_char(b, c < ' ' && c != '\n' ? '?' : (char)c);
    }
}

int reconcile_report_junit(const struct reconcile *r, const char *path, struct err *e)
{
    struct buf b, line;
    buf_init(&b, TEXT_MOST);
    buf_init(&line, TEXT_MOST);
    int cases = 0, failed = 0;
    for (int v = 0; v < VERDICTS; v++) {
        cases += v != VERDICT_UNREPORTED || r->reports;
        failed += r->totals[v] > 0;
    }
    buf_printf(&b,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<testsuite name=\"beantrail reconcile\" tests=\"%d\" failures=\"%d\">\n",
               cases, failed);
    for (int v = 0; v < VERDICTS; v++) {
        if (v == VERDICT_UNREPORTED && !r->reports)
            continue;
        buf_printf(&b, "  <testcase classname=\"reconcile\" name=\"nothing is %s\"",
                   verdict_names[v]);
        if (r->totals[v] == 0) {
            buf_printf(&b, "/>\n");
            continue;
        }
        buf_printf(&b, ">\n    <failure message=\"%" PRIu64 " %s\">", r->totals[v],
                   verdict_names[v]);
        for (size_t i = 0; i < r->causes_n; i++) {
            const struct reconcile_cause *c = &r->causes[i];
            if ((int)c->verdict != v)
                continue;
            buf_clear(&line);
            put_scope(&line, c);
            buf_printf(&line, ": %s\n", c->why);
            put_spans(&line, c->keys, c->keys_n, c->files);
            put_spans(&line, c->ids, c->ids_n, c->records);
            put_xml(&b, buf_span(&line));
        }
        buf_printf(&b, "</failure>\n  </testcase>\n");
    }
    buf_printf(&b, "</testsuite>\n");
    const int rc = file_write(path, buf_span(&b), e);
    buf_free(&b);
    buf_free(&line);
    return rc;
}

int reconcile_report_end(const struct reconcile *r, struct err *e)
{
    if (r->causes_n == 0)
        return 0;
    struct buf b;
    buf_init(&b, TEXT_MOST);
    for (int v = 0; v < VERDICTS; v++) {
        if (r->totals[v] > 0)
            buf_printf(&b, "%s%" PRIu64 " %s", b.n > 0 ? ", " : "", r->totals[v], verdict_names[v]);
    }
    err_set(e, ERR_WORK, "reconcile: the consumer is not right: %.*s", SPAN_ARG(buf_span(&b)));
    buf_free(&b);
    return -1;
}
