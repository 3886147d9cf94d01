/* fault_source.c - see fault_source.h. */
#include "replay/fault_source.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/draw.h"
#include "base/err.h"
#include "base/gzip.h"
#include "base/hash.h"
#include "base/json.h"
#include "cloudtrail/key.h"
#include "cloudtrail/logfile.h"
#include "cloudtrail/record.h"
#include "cloudtrail/record_digest.h"
#include "replay/fault_make.h"
#include "replay/fault_plan.h"

enum { DIGEST_SHOWN_N = 8, ID_MOST_N = 256 };

/* Behind how many log files of the source one goes that is late, out of order, or a file more. */
static const struct {
    int64_t least, most;
} behind[FAULT_KINDS] = {
    [FAULT_DUPLICATE_FILE] = {1, 16},    [FAULT_REPEATED_PUT] = {1, 16},
    [FAULT_DUPLICATE_RECORDS] = {1, 16}, [FAULT_LATE_FILE] = {16, 64},
    [FAULT_WRONG_ORDER] = {1, 4},        [FAULT_DIGEST_AMONG_LOGS] = {1, 4},
    [FAULT_EMPTY_RECORDS] = {1, 4},
};

/* A log file whose turn comes later. */
struct waiting {
    struct waiting *next;
    struct logfile file;
    uint64_t since, due; /* in log files of the source */
};

struct fault_source {
    struct arena arena; /* holds this struct */
    struct source inner;
    const struct fault_plan *plan;
    struct gzip *gzip;
    struct buf text, other, ids, digests;
    struct record_digester digester;
    struct waiting *waiting; /* by due, first come first */
    struct waiting *spare;   /* to be used again */
    bool ended;
    uint64_t given;  /* log files that the source gave */
    int64_t last_ms; /* the latest delivery so far, or LOGFILE_NO_TIME */
    uint64_t counts[FAULT_KINDS];
};

/* The text of ${f} in ${s}->text; what is no gzip after all is its own text. */
static void read_text(struct fault_source *s, const struct logfile *f)
{
    struct err ignored = {0};
    unsigned members;
    buf_clear(&s->text);
    if (f->gzipped && gzip_unpack(&s->text, &members, buf_span(&f->body), &ignored) == 0)
        return;
    buf_clear(&s->text);
    if (buf_fits(&s->text, f->body.n))
        buf_put_span(&s->text, buf_span(&f->body));
}

static void put_digest(struct fault_source *s, struct span record)
{
    uint8_t sum[HASH_SHA256_N];
    char hex[2 * DIGEST_SHOWN_N];
    const bool known = record_digest(sum, &s->digester, record, NULL);
    if (known)
        hash_hex(hex, sum, DIGEST_SHOWN_N);
    json_put_string(&s->digests, (struct span){hex, known ? sizeof(hex) : 0});
}

/* Note the ids of the records in ${text}. */
static void note_records(struct fault_source *s, struct logfile *f, struct span text)
{
    struct logfile_walk w;
    struct span record, id;
    struct err ignored = {0};
    buf_clear(&s->ids);
    buf_clear(&s->digests);
    int got = f->records > 0 && logfile_walk_open(&w, text, &ignored) == 0 ? 1 : 0;
    while (got > 0 && (got = logfile_walk_next(&w, &record, &ignored)) > 0) {
        if (!record_text(&id, record, "eventID") || id.n == 0 || id.n > ID_MOST_N)
            continue;
        if (s->ids.n > 0) {
            buf_put_char(&s->ids, ',');
            buf_put_char(&s->digests, ',');
        }
        json_put_string(&s->ids, id);
        put_digest(s, record);
    }
    buf_put_span(&f->note, SPAN(",\"eventIDs\":["));
    buf_put_span(&f->note, buf_span(&s->ids));
    buf_put_span(&f->note, SPAN("],\"digests\":["));
    buf_put_span(&f->note, buf_span(&s->digests));
    buf_put_char(&f->note, ']');
}

static void note_fault(struct logfile *f, enum fault_kind kind)
{
    f->fault = kind;
    buf_put_span(&f->note, SPAN(",\"fault\":"));
    json_put_string(&f->note, span_of(fault_kinds[kind].name));
    buf_put_span(&f->note, SPAN(",\"expect\":"));
    json_put_string(&f->note, span_of(fault_kinds[kind].expect));
}

static void hash_file(struct logfile *f, struct span text)
{
    f->text_n = text.n;
    hash_sha256(f->text_sha256, text);
    hash_sha256(f->body_sha256, buf_span(&f->body));
    f->hashed = true;
}

/* Let ${f} wait behind as many log files as its fault says. */
static void let_wait(struct fault_source *s, struct logfile *f, const struct logfile *source)
{
    struct waiting *w = s->spare;
    if (w != NULL)
        s->spare = w->next;
    else
        w = ARENA_NEW(&s->arena, struct waiting, 1);
    const uint64_t bits = fault_plan_draw(s->plan, source, FAULT_DRAW_BEHIND, 0);
    w->file = *f;
    w->since = s->given;
    w->due = s->given + (uint64_t)draw_between(bits, behind[f->fault].least, behind[f->fault].most);
    struct waiting **at = &s->waiting;
    while (*at != NULL && (*at)->due <= w->due)
        at = &(*at)->next;
    w->next = *at;
    *at = w;
}

static void draw_name(struct fault_source *s, uint64_t bits[2], const struct logfile *f)
{
    bits[0] = fault_plan_draw(s->plan, f, FAULT_DRAW_NAME, 0);
    bits[1] = fault_plan_draw(s->plan, f, FAULT_DRAW_NAME, 1);
}

/* A file more, made from ${f}, whose text is in ${s}->text. */
static void add_extra(struct fault_source *s, const struct logfile *f, enum fault_kind kind)
{
    uint64_t bits[2];
    struct logfile more;
    logfile_init(&more);
    logfile_set_key(&more, (struct span){f->key, f->key_n});
    more.gzipped = true;
    more.deliver_ms = f->deliver_ms;
    draw_name(s, bits, f);
    struct buf *text = &s->text;
    if (kind == FAULT_DIGEST_AMONG_LOGS) {
        struct buf key;
        buf_init(&key, 2 * KEY_MAX);
        text = &s->other;
        buf_clear(text);
        fault_digest(&key, text, f, bits);
        if (key.n <= KEY_MAX)
            logfile_set_key(&more, buf_span(&key));
        else
            fault_rename(&more, bits);
        buf_free(&key);
    } else if (kind != FAULT_REPEATED_PUT) {
        fault_rename(&more, bits);
    }
    if (kind == FAULT_EMPTY_RECORDS || kind == FAULT_DUPLICATE_RECORDS) {
        text = &s->other;
        buf_clear(text);
    }
    if (kind == FAULT_EMPTY_RECORDS) {
        logfile_begin(text);
        logfile_end(text);
    } else if (kind == FAULT_DUPLICATE_RECORDS) {
        fault_reverse(text, buf_span(&s->text));
    }
    if (text == &s->text) {
        more.gzipped = f->gzipped;
        buf_put_span(&more.body, buf_span(&f->body));
    } else {
        gzip_pack(s->gzip, &more.body, buf_span(text));
    }
    if (kind != FAULT_EMPTY_RECORDS && kind != FAULT_DIGEST_AMONG_LOGS) {
        more.records = f->records;
        more.oldest_ms = f->oldest_ms;
        more.newest_ms = f->newest_ms;
    }
    hash_file(&more, buf_span(text));
    note_fault(&more, kind);
    buf_put_span(&more.note, SPAN(",\"of\":"));
    json_put_string(&more.note, (struct span){f->key, f->key_n});
    note_records(s, &more, buf_span(text));
    let_wait(s, &more, f);
}

/* Change the bytes of ${f}, whose text is in ${s}->text. */
static void spoil(struct fault_source *s, struct logfile *f, enum fault_kind kind)
{
    const uint64_t bits = fault_plan_draw(s->plan, f, FAULT_DRAW_PLACE, 0);
    struct buf *text = &s->text;
    if (kind == FAULT_INVALID_JSON || kind == FAULT_OVERSIZE_LINE) {
        text = &s->other;
        buf_clear(text);
        if (kind == FAULT_INVALID_JSON)
            fault_break(text, buf_span(&s->text), bits);
        else
            fault_widen(text, buf_span(&s->text));
    }
    if (text == &s->other || kind == FAULT_SECOND_GZIP_MEMBER || !f->gzipped) {
        buf_clear(&f->body);
        f->gzipped = true;
        if (kind == FAULT_SECOND_GZIP_MEMBER)
            fault_split(&f->body, s->gzip, buf_span(text), bits);
        else
            gzip_pack(s->gzip, &f->body, buf_span(text));
    }
    if (kind == FAULT_TRUNCATED_GZIP)
        fault_truncate(&f->body, bits);
    f->withheld = kind == FAULT_MISSING_FILE;
    hash_file(f, buf_span(text));
    note_fault(f, kind);
    note_records(s, f, buf_span(&s->text));
}

/* Treat one log file of the source: false when it waits now. */
static bool treat(struct fault_source *s, struct logfile *f)
{
    const enum fault_kind kind = fault_plan_of(s->plan, f);
    s->given++;
    s->counts[kind]++;
    read_text(s, f);
    switch (kind) {
    case FAULT_TRUNCATED_GZIP:
    case FAULT_SECOND_GZIP_MEMBER:
    case FAULT_INVALID_JSON:
    case FAULT_OVERSIZE_LINE:
    case FAULT_MISSING_FILE:
        spoil(s, f, kind);
        return true;
    case FAULT_LATE_FILE:
    case FAULT_WRONG_ORDER:
        hash_file(f, buf_span(&s->text));
        note_fault(f, kind);
        note_records(s, f, buf_span(&s->text));
        let_wait(s, f, f);
        return false;
    case FAULT_DUPLICATE_FILE:
    case FAULT_REPEATED_PUT:
    case FAULT_DUPLICATE_RECORDS:
    case FAULT_DIGEST_AMONG_LOGS:
    case FAULT_EMPTY_RECORDS:
        add_extra(s, f, kind);
        break;
    case FAULT_NONE:
    case FAULT_KINDS:
        break;
    }
    hash_file(f, buf_span(&s->text));
    note_records(s, f, buf_span(&s->text));
    return true;
}

/* The one that waits longest goes now: never before what went already, at --speed too. */
static void release(struct fault_source *s, struct logfile *out)
{
    struct waiting *w = s->waiting;
    s->waiting = w->next;
    *out = w->file;
    buf_printf(&out->note, ",\"behind\":%llu", (unsigned long long)(s->given - w->since));
    if (s->last_ms != LOGFILE_NO_TIME && out->deliver_ms < s->last_ms)
        out->deliver_ms = s->last_ms;
    w->next = s->spare;
    s->spare = w;
}

static int fault_next(void *self, struct logfile *out, struct err *e)
{
    struct fault_source *s = self;
    for (;;) {
        if (s->waiting != NULL && (s->ended || s->waiting->due <= s->given)) {
            release(s, out);
            return 1;
        }
        if (s->ended)
            return 0;
        const int got = s->inner.ops->next(s->inner.self, out, e);
        if (got < 0)
            return -1;
        s->ended = got == 0;
        if (s->ended || !treat(s, out))
            continue;
        if (out->deliver_ms != LOGFILE_NO_TIME &&
            (s->last_ms == LOGFILE_NO_TIME || out->deliver_ms > s->last_ms))
            s->last_ms = out->deliver_ms;
        return 1;
    }
}

static void fault_close(void *self)
{
    struct fault_source *s = self;
    s->inner.ops->close(s->inner.self);
    for (struct waiting *w = s->waiting; w != NULL; w = w->next)
        logfile_free(&w->file);
    gzip_close(s->gzip);
    buf_free(&s->text);
    buf_free(&s->other);
    buf_free(&s->ids);
    buf_free(&s->digests);
    record_digester_free(&s->digester);
    struct arena a = s->arena;
    arena_free(&a);
}

static const struct source_ops fault_ops = {
    .name = "faulty", .next = fault_next, .close = fault_close};

void fault_source_open(struct source *out, const struct source *inner,
                       const struct fault_plan *plan)
{
    struct arena a;
    arena_init(&a);
    struct fault_source *s = ARENA_NEW(&a, struct fault_source, 1);
    s->inner = *inner;
    s->plan = plan;
    s->gzip = gzip_open(GZIP_FAST);
    buf_init(&s->text, LOGFILE_BODY_MAX);
    buf_init(&s->other, LOGFILE_BODY_MAX);
    buf_init(&s->ids, LOGFILE_NOTE_MAX);
    buf_init(&s->digests, LOGFILE_NOTE_MAX);
    record_digester_init(&s->digester);
    s->last_ms = LOGFILE_NO_TIME;
    s->arena = a;
    *out = (struct source){&fault_ops, s};
}

const uint64_t *fault_source_counts(const struct source *source)
{
    const struct fault_source *s = source->self;
    return s->counts;
}
