/* jsonl.c - see jsonl.h. */
#include "replay/jsonl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/utc.h"
#include "cloudtrail/record.h"

enum { BLOCK_N = 256 << 10, TEXT_MOST = 5 << 20 };

#define WITHIN_MS (5 * UTC_MINUTE_MS)

bool jsonl_is(struct span name)
{
    const struct span gz = SPAN(".gz");
    if (span_ends(name, gz))
        name.n -= gz.n;
    return span_is(name, "-") || span_ends(name, SPAN(".jsonl")) ||
           span_ends(name, SPAN(".ndjson"));
}

/* Read more: false at the end, or -1's error in ${e}. */
static int fill(struct jsonl *l, struct err *e)
{
    if (l->at > 0) {
        memmove(l->in.p, l->in.p + l->at, l->in.n - l->at);
        l->in.n -= l->at;
        l->at = 0;
    }
    if (l->fd < 0)
        l->ended = true;
    if (l->ended)
        return 0;
    if (!buf_fits(&l->in, BLOCK_N))
        return err_set(e, ERR_INPUT, "%s:%llu: is longer than a log file may be", l->name,
                       (unsigned long long)l->line);
    for (;;) {
        ssize_t got = read(l->fd, buf_need(&l->in, BLOCK_N), BLOCK_N);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_sys(e, ERR_INPUT, "%s: cannot be read", l->name);
        l->in.n += (size_t)got;
        l->ended = got == 0;
        return 0;
    }
}

/* Everything to the end. */
static int fill_whole(struct jsonl *l, struct err *e)
{
    while (!l->ended) {
        if (fill(l, e) != 0)
            return -1;
    }
    return 0;
}

static struct span left(const struct jsonl *l)
{
    return span_from(buf_span(&l->in), l->at);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether ${s} begins {"Records" */
static bool is_log_file(struct span s)
{
    size_t i = 0;
    while (i < s.n && is_blank(s.p[i]))
        i++;
    if (i == s.n || s.p[i++] != '{')
        return false;
    while (i < s.n && is_blank(s.p[i]))
        i++;
    return span_starts(span_from(s, i), SPAN("\"Records\""));
}

int jsonl_open(struct jsonl *l, const char *path, struct err *e)
{
    const bool standard_input = strcmp(path, "-") == 0;
    *l = (struct jsonl){.name = standard_input ? "standard input" : path, .fd = -1, .line = 1};
    buf_init(&l->in, LOGFILE_BODY_MAX + 2 * (size_t)BLOCK_N);
    l->fd = standard_input ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (l->fd < 0)
        return err_sys(e, ERR_INPUT, "%s: cannot be read", l->name);
    int rc = fill(l, e);
    if (rc == 0 && gzip_is(left(l))) {
        struct buf text;
        struct err inner = {0};
        unsigned members;
        buf_init(&text, LOGFILE_TEXT_MAX);
        rc = fill_whole(l, e);
        if (rc == 0 && gzip_unpack(&text, &members, left(l), &inner) != 0)
            rc = err_set(e, ERR_INPUT, "%s: %s", l->name, inner.text);
        if (rc == 0 && is_log_file(buf_span(&text))) {
            /* The object's own bytes go on. */
            l->whole = true;
            buf_free(&text);
        } else {
            buf_free(&l->in);
            l->in = text;
            l->at = 0;
        }
    } else if (rc == 0) {
        l->whole = is_log_file(left(l));
    }
    if (rc != 0)
        jsonl_close(l);
    return rc;
}

void jsonl_close(struct jsonl *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
    buf_free(&l->in);
}

/* The next line that is not blank, without its end; it stays until lines are taken: 1, 0, -1. */
static int peek(struct jsonl *l, struct span *line, size_t *took_n, struct err *e)
{
    for (;;) {
        struct span rest = left(l);
        size_t n = span_find(rest, '\n');
        if (n == rest.n && !l->ended) {
            if (fill(l, e) != 0)
                return -1;
            continue;
        }
        if (rest.n == 0)
            return 0;
        *took_n = n < rest.n ? n + 1 : n;
        struct span s = {rest.p, n};
        while (s.n > 0 && is_blank(s.p[0]))
            s = span_from(s, 1);
        while (s.n > 0 && is_blank(s.p[s.n - 1]))
            s.n--;
        if (s.n > 0) {
            *line = s;
            return 1;
        }
        l->at += *took_n;
        l->line++;
    }
}

/* What decides whether two records may share a file; its spans point into the text so far. */
struct group {
    char account[16], region[64];
    int64_t oldest_ms, newest_ms;
};

static void keep(char *at, size_t at_n, struct span s)
{
    size_t n = s.n < at_n ? s.n : at_n - 1;
    if (n > 0)
        memcpy(at, s.p, n);
    at[n] = '\0';
}

static void look(struct group *g, struct span record)
{
    struct span s = {NULL, 0};
    *g = (struct group){.oldest_ms = LOGFILE_NO_TIME, .newest_ms = LOGFILE_NO_TIME};
    if (record_text(&s, record, "recipientAccountId") ||
        record_text(&s, record, "userIdentity.accountId"))
        keep(g->account, sizeof(g->account), s);
    if (record_text(&s, record, "awsRegion"))
        keep(g->region, sizeof(g->region), s);
    int64_t time_ms;
    if (record_time(&time_ms, record))
        g->oldest_ms = g->newest_ms = time_ms;
}

/* Whether ${more} may stand in the file of ${g}, which then covers it. */
static bool join(struct group *g, const struct group *more)
{
    if (strcmp(g->account, more->account) != 0 || strcmp(g->region, more->region) != 0)
        return false;
    if (more->oldest_ms == LOGFILE_NO_TIME)
        return true;
    if (g->oldest_ms == LOGFILE_NO_TIME) {
        g->oldest_ms = g->newest_ms = more->oldest_ms;
        return true;
    }
    const int64_t oldest_ms = more->oldest_ms < g->oldest_ms ? more->oldest_ms : g->oldest_ms;
    const int64_t newest_ms = more->newest_ms > g->newest_ms ? more->newest_ms : g->newest_ms;
    if (newest_ms - oldest_ms > WITHIN_MS)
        return false;
    g->oldest_ms = oldest_ms;
    g->newest_ms = newest_ms;
    return true;
}

/* Whether ${line} is one object and nothing else. */
static bool is_record(struct span line)
{
    struct logfile_walk w;
    struct span record;
    struct err ignored = {0};
    struct buf text;
    buf_init(&text, line.n + 64);
    logfile_begin(&text);
    buf_put_span(&text, line);
    logfile_end(&text);
    const bool one = logfile_walk_open(&w, buf_span(&text), &ignored) == 0 &&
                     logfile_walk_next(&w, &record, &ignored) == 1 && record.n == line.n &&
                     logfile_walk_next(&w, &record, &ignored) == 0;
    buf_free(&text);
    return one;
}

static int whole(struct jsonl *l, struct recorded *r, struct logfile *out, struct err *e)
{
    if (l->begun)
        return 0;
    l->begun = true;
    if (fill_whole(l, e) != 0)
        return -1;
    struct buf body = l->in;
    buf_init(&l->in, 0);
    int rc = recorded_read(out, r, l->name, (struct span){NULL, 0}, &body, e);
    buf_free(&body);
    return rc == 0 ? 1 : -1;
}

int jsonl_next(struct jsonl *l, struct recorded *r, struct logfile *out, struct err *e)
{
    if (l->whole)
        return whole(l, r, out, e);
    struct buf text;
    struct group g, more;
    struct span line;
    size_t took_n;
    int got;
    buf_init(&text, LOGFILE_TEXT_MAX + 64);
    const uint64_t first = l->line;
    while ((got = peek(l, &line, &took_n, e)) > 0) {
        if (line.n + 64 > LOGFILE_TEXT_MAX || !is_record(line)) {
            got = err_set(e, ERR_INPUT, "%s:%llu: is no record, one JSON object on a line", l->name,
                          (unsigned long long)l->line);
            break;
        }
        look(&more, line);
        if (text.n == 0) {
            g = more;
            logfile_begin(&text);
        } else if (text.n + line.n > TEXT_MOST || !join(&g, &more)) {
            break;
        } else {
            logfile_between(&text);
        }
        buf_put_span(&text, line);
        l->at += took_n;
        l->line++;
    }
    if (got >= 0 && text.n > 0) {
        struct err inner = {0};
        logfile_end(&text);
        got = 1;
        if (recorded_read(out, r, l->name, (struct span){NULL, 0}, &text, &inner) != 0)
            got = err_set(e, ERR_INPUT, "%s (line %llu on)", inner.text, (unsigned long long)first);
    }
    buf_free(&text);
    return got;
}
