/* expected.c - see expected.h. */
#include "audit/expected.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/gzip.h"
#include "cloudtrail/logfile.h"
#include "cloudtrail/manifest_read.h"
#include "cloudtrail/record.h"
#include "cloudtrail/record_digest.h"

enum { PREFIX_BITS = 16, PREFIXES = 1 << PREFIX_BITS, DIGEST_HEX_N = 16 };

/* The files are numbered in 32 bits, and so are the records. */
#define COUNT_MOST ((size_t)UINT32_MAX - 1)

struct reading {
    struct expected *out;
    const char *tree;
    struct buf body, text; /* of a log file below the tree */
    struct record_digester digester;
};

static int add_record(struct expected *x, struct span id, bool once, const uint64_t *digest,
                      struct err *e)
{
    const struct event_id got = event_id_of(id);
    const struct expected_record r = {.high = got.high,
                                      .low = got.low,
                                      .digest = digest != NULL ? *digest : 0,
                                      .file = (uint32_t)expected_files_n(x),
                                      .state = (uint8_t)((once ? EXPECTED_ONCE : 0) |
                                                         (digest != NULL ? EXPECTED_DIGEST : 0) |
                                                         (got.is_uuid ? EXPECTED_UUID : 0))};
    if (expected_records_n(x) >= COUNT_MOST)
        return err_set(e, ERR_INPUT, "the manifest has more than %zu records", COUNT_MOST);
    buf_put(&x->records, &r, sizeof(r));
    return 0;
}

/* The 16 digits ${hex}; false when they are not. */
static bool read_digest(uint64_t *out, struct span hex)
{
    uint64_t value = 0;
    if (hex.n != DIGEST_HEX_N)
        return false;
    for (size_t i = 0; i < hex.n; i++) {
        static const char digits[] = "0123456789abcdef";
        const size_t digit = span_find((struct span){digits, 16}, hex.p[i]);
        if (digit == 16)
            return false;
        value = value << 4 | digit;
    }
    *out = value;
    return true;
}

/* Between the quotes of a string without escapes. */
static bool is_string(struct span *inner, struct span value)
{
    if (value.n < 2 || value.p[0] != '"' || span_find(value, '\\') < value.n)
        return false;
    *inner = (struct span){value.p + 1, value.n - 2};
    return true;
}

/* The ids that the manifest has. */
static int take_listed(struct reading *r, const struct manifest_entry *entry, uint64_t *n,
                       struct err *e)
{
    const bool once = fault_kinds[entry->fault].readable;
    struct record_elements ids = {entry->event_ids, 0}, sums = {entry->digests, 0};
    struct span value, id, sum;
    int got;
    while ((got = record_element(&ids, &value)) > 0) {
        uint64_t digest;
        bool known = false;
        if (entry->digests.n > 0)
            known = record_element(&sums, &sum) > 0 && is_string(&sum, sum) &&
                    read_digest(&digest, sum);
        if (!is_string(&id, value) || id.n == 0 || id.n > EVENT_ID_MOST_N)
            return err_set(e, ERR_INPUT, "%.*s: its eventIDs in the manifest are not texts",
                           SPAN_ARG(entry->key));
        if (add_record(r->out, id, once, known ? &digest : NULL, e) != 0)
            return -1;
        ++*n;
    }
    if (got < 0)
        return err_set(e, ERR_INPUT, "%.*s: its eventIDs in the manifest are no list",
                       SPAN_ARG(entry->key));
    return 0;
}

/* Whether ${key} stays below the folder it is put behind. */
static bool is_below(struct span key)
{
    for (size_t at = 0; at <= key.n;) {
        const struct span rest = span_from(key, at);
        const struct span part = {rest.p, span_find(rest, '/')};
        if (part.n == 0 || span_is(part, ".") || span_is(part, "..") ||
            span_find(part, '\0') < part.n)
            return false;
        at += part.n + 1;
    }
    return true;
}

/* Read the log file below the tree into ${r}->text. */
static int read_file(struct reading *r, struct span key, struct span *text, struct err *e)
{
    if (!is_below(key))
        return err_set(e, ERR_INPUT, "%.*s: is no path that stays below a folder", SPAN_ARG(key));
    struct arena a;
    arena_init(&a);
    const char *path = arena_printf(&a, "%s/%.*s", r->tree, SPAN_ARG(key)).p;
    int rc = -1;
    buf_clear(&r->body);
    buf_clear(&r->text);
    if (file_type_of(path) == FILE_ABSENT) {
        err_set(e, ERR_INPUT,
                "%s: is not there; the manifest has no eventIDs of its own, so the log files must "
                "be: say where with --tree",
                path);
        goto out;
    }
    if (file_read(&r->body, path, e) != 0)
        goto out;
    *text = buf_span(&r->body);
    rc = 0;
    if (gzip_is(*text)) {
        struct err why = {0};
        unsigned members;
        rc = gzip_unpack(&r->text, &members, *text, &why);
        if (rc != 0)
            err_set(e, ERR_INPUT, "%s: %s", path, why.text);
        *text = buf_span(&r->text);
    }
out:
    arena_free(&a);
    return rc;
}

/* The ids in the log file itself. */
static int take_file(struct reading *r, const struct manifest_entry *entry, uint64_t *n,
                     struct err *e)
{
    struct span text, record, id;
    struct logfile_walk w;
    struct err why = {0};
    if (read_file(r, entry->key, &text, e) != 0)
        return -1;
    int got = logfile_walk_open(&w, text, &why) == 0 ? 1 : -1;
    while (got > 0 && (got = logfile_walk_next(&w, &record, &why)) > 0) {
        uint8_t sum[HASH_SHA256_N];
        uint64_t digest = 0;
        const bool known = record_digest(sum, &r->digester, record, NULL);
        for (size_t i = 0; known && i < sizeof(digest); i++)
            digest = digest << 8 | sum[i];
        if (!record_text(&id, record, "eventID") || id.n == 0 || id.n > EVENT_ID_MOST_N)
            continue;
        if (add_record(r->out, id, true, known ? &digest : NULL, e) != 0)
            return -1;
        ++*n;
    }
    if (got < 0)
        return err_set(e, ERR_INPUT, "%s/%.*s: %s", r->tree, SPAN_ARG(entry->key), why.text);
    return 0;
}

static int take_entry(struct reading *r, const struct manifest_entry *entry, struct err *e)
{
    struct expected *x = r->out;
    if (expected_files_n(x) >= COUNT_MOST)
        return err_set(e, ERR_INPUT, "the manifest has more than %zu log files", COUNT_MOST);
    uint64_t n = 0;
    const bool listed = entry->event_ids.n > 0;
    if (listed ? take_listed(r, entry, &n, e) != 0
               : entry->records > 0 && take_file(r, entry, &n, e) != 0)
        return -1;
    x->nameless += entry->records > n ? entry->records - n : 0;
    const struct expected_file f = {
        .put_ms = entry->put_ms != LOGFILE_NO_TIME ? entry->put_ms : entry->delivered_ms,
        .records = (uint32_t)n,
        .fault = (uint8_t)entry->fault};
    buf_put(&x->files, &f, sizeof(f));
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct expected_record *x = a, *y = b;
    if (x->high != y->high)
        return x->high < y->high ? -1 : 1;
    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    return (x->file > y->file) - (x->file < y->file);
}

static void put_in_order(struct expected *x)
{
    const size_t n = expected_records_n(x);
    if (n > 0)
        qsort(x->records.p, n, sizeof(struct expected_record), compare);
    x->first = calloc(PREFIXES + 1, sizeof(*x->first));
    if (x->first == NULL)
        mem_die((PREFIXES + 1) * sizeof(*x->first));
    for (size_t i = 0; i < n; i++)
        x->first[(expected_record(x, i)->high >> (64 - PREFIX_BITS)) + 1]++;
    for (size_t i = 0; i < PREFIXES; i++)
        x->first[i + 1] += x->first[i];
}

int expected_read(struct expected *out, const char *manifest, const char *tree, struct err *e)
{
    struct manifest_reader *reader;
    if (manifest_read_open(&reader, manifest, e) != 0)
        return -1;
    *out = (struct expected){.nameless = 0};
    buf_init(&out->records, SIZE_MAX);
    buf_init(&out->files, SIZE_MAX);
    struct reading r = {.out = out, .tree = tree};
    buf_init(&r.body, LOGFILE_BODY_MAX);
    buf_init(&r.text, LOGFILE_TEXT_MAX);
    record_digester_init(&r.digester);
    struct manifest_entry entry;
    int got;
    while ((got = manifest_read_next(reader, &entry, e)) > 0) {
        if (take_entry(&r, &entry, e) != 0) {
            got = -1;
            break;
        }
    }
    manifest_read_close(reader);
    buf_free(&r.body);
    buf_free(&r.text);
    record_digester_free(&r.digester);
    if (got != 0) {
        expected_free(out);
        return -1;
    }
    put_in_order(out);
    return 0;
}

void expected_free(struct expected *x)
{
    buf_free(&x->records);
    buf_free(&x->files);
    free(x->first);
    x->first = NULL;
}

static bool is_less(const struct expected_record *r, const struct event_id *id)
{
    return r->high < id->high || (r->high == id->high && r->low < id->low);
}

static bool is_id(const struct expected_record *r, const struct event_id *id)
{
    return r->high == id->high && r->low == id->low;
}

struct expected_record *expected_find(const struct expected *x, size_t *n,
                                      const struct event_id *id)
{
    const size_t prefix = id->high >> (64 - PREFIX_BITS);
    size_t low = x->first[prefix], high = x->first[prefix + 1];
    const size_t end = high;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (is_less(expected_record(x, middle), id))
            low = middle + 1;
        else
            high = middle;
    }
    size_t found = 0;
    while (low + found < end && is_id(expected_record(x, low + found), id))
        found++;
    *n = found;
    return found > 0 ? expected_record(x, low) : NULL;
}
