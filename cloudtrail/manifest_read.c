/* manifest_read.c - see manifest_read.h. */
#include "cloudtrail/manifest_read.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/line.h"
#include "base/utc.h"
#include "cloudtrail/key.h"
#include "cloudtrail/logfile.h"
#include "cloudtrail/manifest.h"
#include "cloudtrail/record.h"

enum { LINE_MORE_N = 1 << 20, NUMBER_MOST_N = 18, ESCAPED_MOST_N = 6 * KEY_MAX };

struct manifest_reader {
    struct arena arena; /* holds this struct */
    struct line_file *file;
    struct buf key, of;
    bool ended;
};

static int complain(const struct manifest_reader *r, const char *what, struct err *e)
{
    return err_set(e, ERR_INPUT, "%s:%" PRIu64 ": %s", line_name(r->file), line_number(r->file),
                   what);
}

int manifest_read_open(struct manifest_reader **out, const char *path, struct err *e)
{
    struct line_file *file;
    if (line_open(&file, path, MANIFEST_MORE_MAX + LINE_MORE_N, e) != 0)
        return -1;
    struct span line;
    int got = line_next(file, &line, e);
    if (got > 0 && span_starts(line, SPAN("{\"fingerprint\":{\"id\":\"")) &&
        span_ends(line, SPAN("},")))
        got = line_next(file, &line, e);
    else if (got > 0)
        got = 0;
    /* Without files the list ends on the line on which it begins. */
    const bool empty = got > 0 && span_is(line, "\"files\":[],");
    if (got >= 0 && !empty && (got == 0 || !span_is(line, "\"files\":[")))
        got = err_set(e, ERR_INPUT, "%s: is not a manifest of beantrail, as it wrote it", path);
    if (got < 0) {
        line_close(file);
        return -1;
    }
    struct arena a;
    arena_init(&a);
    struct manifest_reader *r = ARENA_NEW(&a, struct manifest_reader, 1);
    r->file = file;
    r->ended = empty;
    buf_init(&r->key, ESCAPED_MOST_N);
    buf_init(&r->of, ESCAPED_MOST_N);
    r->arena = a;
    *out = r;
    return 0;
}

void manifest_read_close(struct manifest_reader *r)
{
    if (r == NULL)
        return;
    line_close(r->file);
    buf_free(&r->key);
    buf_free(&r->of);
    struct arena a = r->arena;
    arena_free(&a);
}

/* Between the quotes, when ${value} is a string. */
static bool is_string(struct span *inner, struct span value)
{
    if (value.n < 2 || value.p[0] != '"')
        return false;
    *inner = (struct span){value.p + 1, value.n - 2};
    return true;
}

static bool read_key(struct span *out, struct buf *room, struct span value)
{
    struct span inner;
    buf_clear(room);
    if (!is_string(&inner, value) || inner.n > ESCAPED_MOST_N || !json_put_unescaped(room, inner) ||
        room->n == 0 || room->n > KEY_MAX)
        return false;
    *out = buf_span(room);
    return true;
}

static bool read_number(uint64_t *out, struct span value)
{
    uint64_t n = 0;
    if (value.n == 0 || value.n > NUMBER_MOST_N)
        return false;
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] < '0' || value.p[i] > '9')
            return false;
        n = n * 10 + (uint64_t)(value.p[i] - '0');
    }
    *out = n;
    return true;
}

/* The values of the digits '0' to '9' and 'a' to 'f', and one more; other characters have none. A
   table, because every file of a tree has two digests of 64 digits. */
static const uint8_t hex_values[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16};

static bool read_hash(uint8_t out[HASH_SHA256_N], struct span value)
{
    struct span hex;
    if (!is_string(&hex, value) || hex.n != (size_t)2 * HASH_SHA256_N)
        return false;
    bool wrong = false;
    for (size_t i = 0; i < HASH_SHA256_N; i++) {
        const unsigned high = hex_values[(unsigned char)hex.p[2 * i]];
        const unsigned low = hex_values[(unsigned char)hex.p[2 * i + 1]];
        wrong |= high == 0 || low == 0;
        out[i] = (uint8_t)((high - 1) << 4 | (low - 1));
    }
    return !wrong;
}

static bool read_time(int64_t *out_ms, struct span value)
{
    struct span text;
    struct err ignored = {0};
    return is_string(&text, value) && utc_read(out_ms, text, &ignored) == 0;
}

static bool read_list(struct span *out, struct span value)
{
    *out = value;
    return value.n > 0 && value.p[0] == '[';
}

/* One member; those that are not known are for others. */
static bool read_member(struct manifest_entry *entry, struct buf *key, struct buf *of,
                        struct span name, struct span value)
{
    struct span text;
    if (span_is(name, "key"))
        return read_key(&entry->key, key, value);
    if (span_is(name, "of"))
        return read_key(&entry->of, of, value);
    if (span_is(name, "records"))
        return read_number(&entry->records, value);
    if (span_is(name, "textBytes"))
        return read_number(&entry->text_n, value);
    if (span_is(name, "bytes"))
        return read_number(&entry->body_n, value);
    if (span_is(name, "textSha256"))
        return read_hash(entry->text_sha256, value);
    if (span_is(name, "sha256"))
        return read_hash(entry->body_sha256, value);
    if (span_is(name, "delivered"))
        return read_time(&entry->delivered_ms, value);
    if (span_is(name, "planned"))
        return read_time(&entry->planned_ms, value);
    if (span_is(name, "put"))
        return read_time(&entry->put_ms, value);
    if (span_is(name, "eventIDs"))
        return read_list(&entry->event_ids, value);
    if (span_is(name, "digests"))
        return read_list(&entry->digests, value);
    if (span_is(name, "fault")) {
        entry->fault = is_string(&text, value) ? fault_find(text) : FAULT_NONE;
        return entry->fault != FAULT_NONE;
    }
    return true;
}

bool manifest_line_read(struct manifest_entry *entry, struct buf *key, struct buf *of,
                        struct span line, struct span *wrong)
{
    if (line.n > 0 && line.p[line.n - 1] == ',')
        line.n--;
    *entry = (struct manifest_entry){.delivered_ms = LOGFILE_NO_TIME,
                                     .planned_ms = LOGFILE_NO_TIME,
                                     .put_ms = LOGFILE_NO_TIME,
                                     .fault = FAULT_NONE};
    *wrong = SPAN("");
    struct record_walk w = {line, 0};
    struct span name, value;
    int more;
    for (more = record_next(&w, &name, &value); more > 0; more = record_next(&w, &name, &value)) {
        if (!read_member(entry, key, of, name, value)) {
            *wrong = name;
            return false;
        }
    }
    return more == 0 && entry->key.n > 0;
}

int manifest_read_next(struct manifest_reader *r, struct manifest_entry *entry, struct err *e)
{
    if (r->ended)
        return 0;
    struct span line;
    const int got = line_next(r->file, &line, e);
    if (got < 0)
        return -1;
    if (got == 0)
        return complain(r, "ends before its counts; the run that wrote it was cut off", e);
    if (span_is(line, "],")) {
        r->ended = true;
        return 0;
    }
    struct span wrong;
    if (manifest_line_read(entry, &r->key, &r->of, line, &wrong))
        return 1;
    if (wrong.n > 0) {
        char what[128];
        struct buf text;
        buf_init(&text, sizeof(what));
        buf_put_span(&text, SPAN("\""));
        buf_put(&text, wrong.p, wrong.n < 40 ? wrong.n : 40);
        buf_put_span(&text, SPAN("\" is not what a manifest has there"));
        const int rc = complain(r, buf_text(&text), e);
        buf_free(&text);
        return rc;
    }
    return complain(r, "is not the line of a log file", e);
}
