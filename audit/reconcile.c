/* reconcile.c - see reconcile.h. */
#include "audit/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "audit/keys.h"
#include "audit/stop.h"
#include "base/err.h"
#include "base/json.h"
#include "base/line.h"
#include "cloudtrail/logfile.h"
#include "cloudtrail/manifest_read.h"

enum { REPORT_LINE_MOST = 64 << 10 };

/* A cause for each verdict and fault, and one more for where the consumer stopped. */
enum { STOPPED = VERDICTS * FAULT_KINDS, CAUSES };

struct settling {
    struct reconcile *r;
    struct stop_fate *fates; /* one a file */
    struct reconcile_cause causes[CAUSES];
    bool *beyond; /* files behind the one at which the consumer stopped */
    size_t stopped_at;
};

int reconcile_open(struct reconcile *r, const char *manifest, const char *tree, int64_t late_ms,
                   struct err *e)
{
    *r = (struct reconcile){.manifest = manifest, .late_ms = late_ms};
    arena_init(&r->arena);
    const int rc = expected_read(&r->expected, manifest, tree, e);
    if (rc != 0)
        arena_free(&r->arena);
    return rc;
}

void reconcile_close(struct reconcile *r)
{
    expected_free(&r->expected);
    arena_free(&r->arena);
}

/* When the first file with the record was put. */
static int64_t first_put(const struct reconcile *r, const struct expected_record *rec, size_t n)
{
    int64_t first_ms = LOGFILE_NO_TIME;
    for (size_t i = 0; i < n; i++) {
        const int64_t put_ms = expected_file(&r->expected, rec[i].file)->put_ms;
        if (put_ms != LOGFILE_NO_TIME && (first_ms == LOGFILE_NO_TIME || put_ms < first_ms))
            first_ms = put_ms;
    }
    return first_ms;
}

/* Whether the consumer's record is none of the ${n} that were given. */
static bool is_mangled(const struct expected_record *rec, size_t n, const struct seen *s)
{
    bool known = false;
    for (size_t i = 0; i < n; i++) {
        if ((rec[i].state & EXPECTED_DIGEST) == 0)
            continue;
        if (!s->is_broken && rec[i].digest == s->digest)
            return false;
        known = true;
    }
    return known;
}

void reconcile_see(struct reconcile *r, const struct seen *s)
{
    size_t n;
    const struct event_id id = event_id_of(s->id);
    struct expected_record *rec = expected_find(&r->expected, &n, &id);
    r->lines++;
    if (rec == NULL) {
        if (r->unexpected < RECONCILE_SHOWN)
            r->unexpected_ids[r->unexpected] = arena_copy(&r->arena, s->id);
        r->unexpected++;
        return;
    }
    if (rec->times < UINT16_MAX)
        rec->times++;
    if (s->is_whole && is_mangled(rec, n, s))
        rec->state |= EXPECTED_MANGLED;
    if (r->late_ms < 0)
        return;
    const int64_t put_ms = first_put(r, rec, n);
    if (put_ms == LOGFILE_NO_TIME || s->seen_ms == LOGFILE_NO_TIME)
        r->untimed++;
    else
        rec->state |= s->seen_ms - put_ms > r->late_ms ? EXPECTED_LATE : EXPECTED_IN_TIME;
}

/* A key by its hash, to be found in reports. */
struct report {
    uint64_t high, low;
};

static int compare_reports(const void *a, const void *b)
{
    const struct report *x = a, *y = b;
    if (x->high != y->high)
        return x->high < y->high ? -1 : 1;
    return (x->low > y->low) - (x->low < y->low);
}

static struct report report_of(struct span key)
{
    const struct event_id id = event_id_of(key);
    return (struct report){id.high, id.low};
}

/* Where "AWSLogs/" begins in ${key}; 0 where it does not. */
static size_t find_root(struct span key)
{
    const struct span root = SPAN("AWSLogs/");
    for (size_t at = 0; at + root.n <= key.n; at++) {
        if ((at == 0 || key.p[at - 1] == '/') && span_starts(span_from(key, at), root))
            return at;
    }
    return 0;
}

/* A report may name a file with a bucket or a folder before the key: without them both are alike.
 */
static struct span bare_key(struct span key)
{
    return span_from(key, find_root(key));
}

int reconcile_reports(struct reconcile *r, const char *path, struct err *e)
{
    struct line_file *file;
    struct buf keys;
    struct span line;
    if (line_open(&file, path, REPORT_LINE_MOST, e) != 0)
        return -1;
    buf_init(&keys, SIZE_MAX);
    int got;
    while ((got = line_next(file, &line, e)) > 0) {
        const struct report key = report_of(bare_key(line));
        buf_put(&keys, &key, sizeof(key));
    }
    line_close(file);
    const size_t n = keys.n / sizeof(struct report);
    struct manifest_reader *reader = NULL;
    if (n > 0)
        qsort(keys.p, n, sizeof(struct report), compare_reports);
    if (got == 0)
        got = manifest_read_open(&reader, r->manifest, e);
    struct manifest_entry entry;
    for (size_t i = 0; got >= 0 && (got = manifest_read_next(reader, &entry, e)) > 0; i++) {
        const struct report key = report_of(bare_key(entry.key));
        if (n > 0 && bsearch(&key, keys.p, n, sizeof(key), compare_reports) != NULL)
            expected_file(&r->expected, i)->reported = true;
    }
    manifest_read_close(reader);
    buf_free(&keys);
    r->reports = true;
    return got < 0 ? -1 : 0;
}

static bool is_extra(const struct expected_file *f)
{
    return fault_kinds[f->fault].extra;
}

/* Which of the ${n} files with one record answers for it: one to be read, and no copy. */
static const struct expected_record *answers(const struct expected *x,
                                             const struct expected_record *rec, size_t n)
{
    const struct expected_record *found = rec;
    int best = -1;
    for (size_t i = 0; i < n; i++) {
        const int rank =
            2 * ((rec[i].state & EXPECTED_ONCE) != 0) + !is_extra(expected_file(x, rec[i].file));
        if (rank > best) {
            best = rank;
            found = &rec[i];
        }
    }
    return found;
}

/* The file that brought it once too often: a copy, else the last one. */
static const struct expected_record *doubles(const struct expected *x,
                                             const struct expected_record *rec, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (is_extra(expected_file(x, rec[i].file)))
            return &rec[i];
    }
    return &rec[n - 1];
}

static struct reconcile_cause *cause_of(struct settling *s, enum verdict verdict, size_t file)
{
    if (verdict == VERDICT_LOST && s->beyond[file])
        return &s->causes[STOPPED];
    const struct expected_file *f = expected_file(&s->r->expected, file);
    return &s->causes[(size_t)verdict * FAULT_KINDS + f->fault];
}

/* Call ${take} for each record to be judged: the first of its id, and how many there are. */
typedef void take_fn(struct settling *s, const struct expected_record *rec, size_t n);

static void each_record(struct settling *s, take_fn *take)
{
    const struct expected *x = &s->r->expected;
    const size_t all = expected_records_n(x);
    for (size_t i = 0, n; i < all; i += n) {
        const struct expected_record *rec = expected_record(x, i);
        n = 1;
        while (i + n < all && rec[n].high == rec->high && rec[n].low == rec->low)
            n++;
        take(s, rec, n);
    }
}

/* First: count what became of each file's records. */
static void count(struct settling *s, const struct expected_record *rec, size_t n)
{
    struct reconcile *r = s->r;
    const struct expected_record *own = answers(&r->expected, rec, n);
    const bool once = (own->state & EXPECTED_ONCE) != 0;
    struct stop_fate *fate = &s->fates[own->file];
    if (once)
        r->once++;
    else
        r->maybe++;
    if (rec->times == 0) {
        fate->n[VERDICT_LOST] += once;
        return;
    }
    fate->seen++;
    r->maybe_seen += !once;
    r->seen_once += once && rec->times == 1;
    if (rec->times > 1)
        s->fates[doubles(&r->expected, rec, n)->file].n[VERDICT_DOUBLED]++;
    if ((rec->state & EXPECTED_MANGLED) != 0)
        fate->n[VERDICT_MANGLED]++;
    if ((rec->state & EXPECTED_LATE) != 0 && (rec->state & EXPECTED_IN_TIME) == 0)
        fate->n[VERDICT_LATE]++;
}

static void show_id(struct settling *s, enum verdict verdict, size_t file,
                    const struct expected_record *rec)
{
    struct reconcile_cause *c = cause_of(s, verdict, file);
    if (c->ids_n == RECONCILE_SHOWN || (rec->state & EXPECTED_UUID) == 0)
        return;
    char text[EVENT_ID_TEXT_N];
    event_id_text(text, rec->high, rec->low);
    c->ids[c->ids_n++] = arena_copy(&s->r->arena, (struct span){text, sizeof(text)});
}

/* Last: examples of ids, now that causes are known. */
static void show(struct settling *s, const struct expected_record *rec, size_t n)
{
    const struct expected_record *own = answers(&s->r->expected, rec, n);
    if (rec->times == 0) {
        if ((own->state & EXPECTED_ONCE) != 0)
            show_id(s, VERDICT_LOST, own->file, rec);
        return;
    }
    if (rec->times > 1)
        show_id(s, VERDICT_DOUBLED, doubles(&s->r->expected, rec, n)->file, rec);
    if ((rec->state & EXPECTED_MANGLED) != 0)
        show_id(s, VERDICT_MANGLED, own->file, rec);
    if ((rec->state & EXPECTED_LATE) != 0 && (rec->state & EXPECTED_IN_TIME) == 0)
        show_id(s, VERDICT_LATE, own->file, rec);
}

static void add_file(struct reconcile_cause *c, const struct stop_fate *fate, uint32_t records)
{
    c->records += records;
    c->files++;
    c->whole += fate->seen == 0;
}

/* Sum up the files' records by cause. */
static void sum_up(struct settling *s)
{
    struct reconcile *r = s->r;
    for (size_t i = 0; i < expected_files_n(&r->expected); i++) {
        const struct expected_file *f = expected_file(&r->expected, i);
        const bool broken = fault_kinds[f->fault].reported;
        r->broken += broken;
        s->fates[i].n[VERDICT_UNREPORTED] = r->reports && broken && !f->reported;
        for (int v = 0; v < VERDICTS; v++) {
            if (s->fates[i].n[v] == 0)
                continue;
            r->totals[v] += s->fates[i].n[v];
            struct reconcile_cause *c = cause_of(s, (enum verdict)v, i);
            add_file(c, &s->fates[i], v == VERDICT_UNREPORTED ? f->records : s->fates[i].n[v]);
        }
    }
    r->totals[VERDICT_UNEXPECTED] = r->unexpected;
    struct reconcile_cause *c = &s->causes[VERDICT_UNEXPECTED * FAULT_KINDS + FAULT_NONE];
    c->records = r->unexpected;
    for (size_t i = 0; i < RECONCILE_SHOWN && i < r->unexpected; i++)
        c->ids[c->ids_n++] = r->unexpected_ids[i];
}

static void show_key(void *ctx, size_t file, struct span key)
{
    struct settling *s = ctx;
    struct arena *a = &s->r->arena;
    for (int v = 0; v < VERDICTS; v++) {
        struct reconcile_cause *c = cause_of(s, (enum verdict)v, file);
        if (s->fates[file].n[v] > 0 && c->keys_n < RECONCILE_SHOWN)
            c->keys[c->keys_n++] = arena_copy(a, key);
    }
    if (file == s->stopped_at && s->causes[STOPPED].files > 0)
        s->causes[STOPPED].stopped_at = arena_copy(a, key);
}

static int compare_causes(const void *a, const void *b)
{
    const struct reconcile_cause *x = a, *y = b;
    if (x->verdict != y->verdict)
        return x->verdict < y->verdict ? -1 : 1;
    if (x->records != y->records)
        return x->records > y->records ? -1 : 1;
    return (x->fault > y->fault) - (x->fault < y->fault);
}

static void keep_causes(struct settling *s)
{
    struct reconcile *r = s->r;
    r->causes = ARENA_NEW(&r->arena, struct reconcile_cause, CAUSES);
    for (size_t i = 0; i < CAUSES; i++) {
        struct reconcile_cause *c = &s->causes[i];
        if (c->records == 0 && c->files == 0)
            continue;
        if (!c->stopped)
            c->why = cause_why(c->verdict, c->fault, c->whole < c->files);
        r->causes[r->causes_n++] = *c;
    }
    qsort(r->causes, r->causes_n, sizeof(*r->causes), compare_causes);
}

int reconcile_settle(struct reconcile *r, struct err *e)
{
    const size_t n = expected_files_n(&r->expected);
    struct settling *s = ARENA_NEW(&r->arena, struct settling, 1);
    s->r = r;
    s->fates = ARENA_NEW(&r->arena, struct stop_fate, n + 1);
    s->beyond = ARENA_NEW(&r->arena, bool, n + 1);
    for (size_t i = 0; i < STOPPED; i++) {
        s->causes[i].verdict = (enum verdict)(i / FAULT_KINDS);
        s->causes[i].fault = (enum fault_kind)(i % FAULT_KINDS);
    }
    each_record(s, count);
    s->stopped_at = n;
    const int stopped =
        stop_find(s->beyond, &s->stopped_at, &r->expected, s->fates, r->manifest, e);
    if (stopped < 0)
        return -1;
    s->causes[STOPPED] = (struct reconcile_cause){
        .verdict = VERDICT_LOST,
        .fault = s->stopped_at < n
                     ? (enum fault_kind)expected_file(&r->expected, s->stopped_at)->fault
                     : FAULT_NONE,
        .stopped = true,
        .why = stopped > 0 && s->stopped_at == n
                   ? "nothing at all was seen"
                   : "the consumer came no further, or has not come further yet"};
    sum_up(s);
    each_record(s, show);
    if (n > 0 && keys_each(r->manifest, n, show_key, s, e) != 0)
        return -1;
    keep_causes(s);
    return 0;
}
