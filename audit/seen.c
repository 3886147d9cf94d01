/* seen.c - see seen.h. */
#include "audit/seen.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "audit/event_id.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/line.h"
#include "base/utc.h"
#include "cloudtrail/logfile.h"
#include "cloudtrail/record.h"
#include "cloudtrail/record_digest.h"

enum { DEPTH_MOST = 8, HEX_LEAST = 16, DIGITS_MOST = 19 };

/* A line may be a whole log file. */
#define LINE_MOST_N (2 * LOGFILE_TEXT_MAX)

/* Where an eventID is found: as CloudTrail has it, in the Elastic Common Schema, in the Open
   Cybersecurity Schema Framework, in Microsoft Sentinel's table; and below what exports wrap. */
static const char *const id_fields[] = {
    "eventID", "event.id", "metadata.uid", "AwsEventId", "event_id", NULL,
};
static const char *const wrappers[] = {
    "_source", "fields", "result", "attributes", "record", "detail", NULL,
};

/* When it was taken in. */
static const char *const time_fields[] = {
    "seen",          "seenAt",     "seen_at",           "event.ingested", "_source.event.ingested",
    "ingestionTime", "_indextime", "result._indextime", "p_parse_time",   NULL,
};

/* The record itself: an object, or its text. */
static const char *const record_fields[] = {
    "record",      "_source", "detail", "event.original", "_source.event.original", "_raw",
    "result._raw", "message", NULL,
};

/* What a consumer puts beside the members of a record. */
static const char *const added[] = {"seen",     "seenAt", "seen_at", "sha256", "@timestamp",
                                    "@version", "_id",    "_index",  NULL};

struct seen_file {
    struct arena arena; /* holds this struct */
    struct line_file *file;
    struct seen_options options;
    bool in_list; /* of several in one line */
    struct record_elements list;
    struct buf id, text;
    struct record_digester digester;
};

int seen_open(struct seen_file **out, const char *path, const struct seen_options *o, struct err *e)
{
    struct line_file *file;
    if (line_open(&file, path, LINE_MOST_N, e) != 0)
        return -1;
    struct arena a;
    arena_init(&a);
    struct seen_file *f = ARENA_NEW(&a, struct seen_file, 1);
    f->file = file;
    f->options = *o;
    buf_init(&f->id, LINE_MOST_N);
    buf_init(&f->text, LINE_MOST_N);
    record_digester_init(&f->digester);
    f->arena = a;
    *out = f;
    return 0;
}

void seen_close(struct seen_file *f)
{
    if (f == NULL)
        return;
    line_close(f->file);
    buf_free(&f->id);
    buf_free(&f->text);
    record_digester_free(&f->digester);
    struct arena a = f->arena;
    arena_free(&a);
}

static int complain(const struct seen_file *f, const char *what, struct err *e)
{
    return err_set(e, ERR_INPUT, "%s:%" PRIu64 ": %s", line_name(f->file), line_number(f->file),
                   what);
}

static struct span trimmed(struct span s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = span_from(s, 1);
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* The value at ${path} of ${object}; names may themselves have dots. */
static bool find_path(struct span *value, struct span object, struct span path, int depth)
{
    struct record_walk w = {object, 0};
    struct span name, found;
    while (depth < DEPTH_MOST && record_next(&w, &name, &found) > 0) {
        if (span_equal(name, path)) {
            *value = found;
            return true;
        }
        if (path.n > name.n && path.p[name.n] == '.' && span_starts(path, name) &&
            found.p[0] == '{' && find_path(value, found, span_from(path, name.n + 1), depth + 1))
            return true;
    }
    return false;
}

/* The inside of a string, or of the only one in a list, with its escapes undone in ${room}. */
static bool is_text(struct span *text, struct buf *room, struct span value)
{
    struct record_elements list = {value, 0};
    struct span more;
    if (value.p[0] == '[' &&
        (record_element(&list, &value) <= 0 || record_element(&list, &more) != 0))
        return false;
    if (value.n < 2 || value.p[0] != '"')
        return false;
    buf_clear(room);
    if (!json_put_unescaped(room, (struct span){value.p + 1, value.n - 2}))
        return false;
    *text = (struct span){buf_text(room), room->n};
    return true;
}

static bool is_id(struct span text)
{
    for (size_t i = 0; i < text.n; i++) {
        if ((unsigned char)text.p[i] <= ' ' || text.p[i] == 0x7f)
            return false;
    }
    return text.n > 0 && text.n <= EVENT_ID_MOST_N;
}

static bool find_id_at(struct seen_file *f, struct span object, const char *path, struct seen *out)
{
    struct span value;
    return find_path(&value, object, span_of(path), 0) && is_text(&out->id, &f->id, value) &&
           is_id(out->id);
}

static bool find_id(struct seen_file *f, struct span object, struct seen *out)
{
    if (f->options.id_field != NULL)
        return find_id_at(f, object, f->options.id_field, out);
    for (size_t i = 0; id_fields[i] != NULL; i++) {
        if (find_id_at(f, object, id_fields[i], out))
            return true;
    }
    for (size_t w = 0; wrappers[w] != NULL; w++) {
        struct span inner;
        if (!record_find(&inner, object, wrappers[w]))
            continue;
        for (size_t i = 0; id_fields[i] != NULL; i++) {
            if (find_id_at(f, inner, id_fields[i], out))
                return true;
        }
    }
    return false;
}

/* Seconds, perhaps with a fraction, or thousandths, millionths, or thousands of millionths of them,
   since 1970: which, tells their number. */
static bool read_count(int64_t *out_ms, struct span digits)
{
    const size_t whole_n = span_find(digits, '.');
    uint64_t value = 0;
    int64_t ms = 0;
    if (whole_n == 0 || whole_n > DIGITS_MOST || whole_n + 1 == digits.n)
        return false;
    for (size_t i = 0; i < digits.n; i++) {
        if (i == whole_n)
            continue;
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return false;
        const int digit = digits.p[i] - '0';
        if (i < whole_n)
            value = value * 10 + (uint64_t)digit;
        else if (i <= whole_n + 3)
            ms += digit * (i == whole_n + 1 ? 100 : i == whole_n + 2 ? 10 : 1);
    }
    if (value >= UINT64_C(100000000000000000))
        *out_ms = (int64_t)(value / 1000000);
    else if (value >= UINT64_C(100000000000000))
        *out_ms = (int64_t)(value / 1000);
    else if (value >= UINT64_C(100000000000))
        *out_ms = (int64_t)value;
    else
        *out_ms = (int64_t)value * 1000 + ms;
    return true;
}

static bool read_time(int64_t *out_ms, struct span text)
{
    struct err ignored = {0};
    return utc_read(out_ms, text, &ignored) == 0 || read_count(out_ms, text);
}

static int find_time(struct seen_file *f, struct span object, struct seen *out, struct err *e)
{
    const bool own = f->options.time_field != NULL;
    const char *const named[] = {f->options.time_field, NULL};
    struct span value, text;
    for (const char *const *fields = own ? named : time_fields; *fields != NULL; fields++) {
        if (!find_path(&value, object, span_of(*fields), 0))
            continue;
        if (!is_text(&text, &f->text, value))
            text = value;
        if (read_time(&out->seen_ms, text))
            return 0;
        if (own)
            return complain(f, "its time is neither RFC 3339 nor a number of seconds", e);
    }
    return 0;
}

/* Whether ${object} is a record of CloudTrail's as it stands in a log file. */
static bool is_record(struct span object)
{
    static const char *const members[] = {"eventVersion", "eventTime", "eventSource", "eventName",
                                          "eventID"};
    struct span value;
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        if (!record_find(&value, object, members[i]))
            return false;
    }
    return true;
}

static void take_record(struct seen_file *f, struct span record, struct seen *out)
{
    uint8_t sum[HASH_SHA256_N];
    out->is_whole = true;
    out->is_broken = !record_digest(sum, &f->digester, record, added);
    for (size_t i = 0; !out->is_broken && i < 8; i++)
        out->digest = out->digest << 8 | sum[i];
}

/* What the consumer says of the record's digest counts more than what it has of the record. */
static void read_sha256(struct seen_file *f, struct span object, struct seen *out)
{
    struct span value, hex;
    if (!record_find(&value, object, "sha256") || !is_text(&hex, &f->text, value) ||
        hex.n < HEX_LEAST || hex.n > (size_t)2 * HASH_SHA256_N)
        return;
    uint64_t digest = 0;
    for (size_t i = 0; i < hex.n; i++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const size_t digit = span_find((struct span){digits, 32}, hex.p[i]);
        if (digit == 32)
            return;
        if (i < HEX_LEAST)
            digest = digest << 4 | (digit & 15);
    }
    out->is_whole = true;
    out->is_broken = false;
    out->digest = digest;
}

/* The whole record inside ${object}: itself, a member, or the text of one. */
static bool find_record(struct seen_file *f, struct span object, struct span *record)
{
    const char *const named[] = {f->options.record_field, NULL};
    const bool own = f->options.record_field != NULL;
    struct span value, text;
    *record = object;
    if (!own && is_record(object))
        return true;
    for (const char *const *fields = own ? named : record_fields; *fields != NULL; fields++) {
        if (!find_path(&value, object, span_of(*fields), 0))
            continue;
        if (value.p[0] != '{' && is_text(&text, &f->text, value))
            value = trimmed(text);
        *record = value;
        if (own || (value.n > 0 && value.p[0] == '{' && is_record(value)))
            return true;
    }
    return false;
}

static int take_object(struct seen_file *f, struct span object, struct seen *out, struct err *e)
{
    struct record_walk w = {object, 0};
    struct span name, value, record;
    int got;
    do
        got = record_next(&w, &name, &value);
    while (got > 0);
    if (got < 0)
        return complain(f, "is not JSON: one object a line is wanted", e);
    const bool named = find_id(f, object, out);
    if (find_time(f, object, out, e) != 0)
        return -1;
    /* Behind find_time, for both use the same room. */
    const bool whole = find_record(f, object, &record);
    if (!named && !(f->options.id_field == NULL && whole && find_id_at(f, record, "eventID", out)))
        return complain(f,
                        f->options.id_field != NULL
                            ? "has no eventID where --id-field says"
                            : "has no eventID; say which member has it with --id-field",
                        e);
    if (!whole && f->options.record_field != NULL)
        return complain(f, "has no member that --record-field names", e);
    if (f->options.ids_only)
        return 1;
    if (whole)
        take_record(f, record, out);
    if (f->options.record_field == NULL)
        read_sha256(f, object, out);
    return 1;
}

/* An object or a text in a list. */
static int take_value(struct seen_file *f, struct span value, struct seen *out, struct err *e)
{
    if (value.p[0] == '{')
        return take_object(f, value, out, e);
    if (is_text(&out->id, &f->id, value) && is_id(out->id))
        return 1;
    return complain(f, "is neither an eventID nor an object with one", e);
}

/* The first word of ${*line}, perhaps in quotes; the line then begins behind it and what parts it
   from the next. */
static struct span take_word(struct span *line)
{
    struct span word = *line;
    const bool quoted = word.n > 0 && word.p[0] == '"';
    size_t n = 0;
    if (quoted)
        word = span_from(word, 1);
    while (n < word.n &&
           (quoted ? word.p[n] != '"'
                   : word.p[n] != ' ' && word.p[n] != '\t' && word.p[n] != ',' && word.p[n] != ';'))
        n++;
    struct span rest = span_from(word, n);
    if (quoted && rest.n > 0)
        rest = span_from(rest, 1);
    rest = trimmed(rest);
    if (rest.n > 0 && (rest.p[0] == ',' || rest.p[0] == ';'))
        rest = trimmed(span_from(rest, 1));
    *line = rest;
    word.n = n;
    return word;
}

/* An eventID, or one and a time, with a blank, a tab, a comma or a semicolon between. */
static int take_plain(struct seen_file *f, struct span line, struct seen *out, struct err *e)
{
    out->id = take_word(&line);
    if (!is_id(out->id))
        return complain(f, "is neither an eventID nor an object with one", e);
    struct span time = take_word(&line);
    if (line.n > 0 || (time.n > 0 && !read_time(&out->seen_ms, time)))
        return complain(f, "has something behind the eventID that is no time", e);
    return 1;
}

static bool is_heading(const struct seen_file *f, struct span line)
{
    return line_number(f->file) == 1 &&
           (span_starts(line, SPAN("eventID")) || span_starts(line, SPAN("event_id")) ||
            span_starts(line, SPAN("event.id")) || span_starts(line, SPAN("\"eventID\"")));
}

/* The list in a line: an array, or a log file's. */
static bool find_list(struct span *list, struct span line)
{
    *list = line;
    return line.p[0] == '[' ||
           (line.p[0] == '{' && record_find(list, line, "Records") && list->p[0] == '[');
}

int seen_next(struct seen_file *f, struct seen *out, struct err *e)
{
    for (;;) {
        *out = (struct seen){.seen_ms = LOGFILE_NO_TIME};
        struct span value;
        if (f->in_list) {
            const int got = record_element(&f->list, &value);
            if (got > 0)
                return take_value(f, value, out, e);
            if (got < 0)
                return complain(f, "is not JSON: its list does not end", e);
            f->in_list = false;
        }
        const int got = line_next(f->file, &value, e);
        if (got <= 0)
            return got;
        /* Some programs begin a text with a byte-order mark. */
        if (line_number(f->file) == 1 && span_starts(value, SPAN("\xef\xbb\xbf")))
            value = span_from(value, 3);
        value = trimmed(value);
        if (value.n == 0 || is_heading(f, value))
            continue;
        if (find_list(&f->list.array, value)) {
            f->list.at = 0;
            f->in_list = true;
            continue;
        }
        if (value.p[0] == '{')
            return take_object(f, value, out, e);
        return take_plain(f, value, out, e);
    }
}
