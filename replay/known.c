/* known.c - see known.h. */
#include "replay/known.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "cloudtrail/logfile.h"
#include "cloudtrail/manifest_read.h"

enum {
    READ_N = 256 << 10,
    FOLDER_MOST_N = 16 << 20, /* of the lines of one folder */
    EXTENTS_MOST = 1 << 20,
    OPEN_N = 256,         /* folders whose last extent may still grow */
    GAP_MOST = 256 << 10, /* bytes of others' lines within an extent */
    ESCAPED_MOST_N = 6 * KEY_MAX
};

static const char line_head[] = "{\"key\":\"";

/* Where lines of a folder stand, others' perhaps between them. */
struct extent {
    uint64_t folder; /* see folder_id */
    uint64_t at;
    uint32_t n;
};

/* A line of the folder that is read. */
struct row {
    struct span key;
    struct span line;
};

struct known {
    int fd;
    struct buf extents; /* sorted by folder and place */
    struct buf folder;  /* the path of the one that is read, with its slash; empty: none */
    struct buf lines;   /* its lines */
    struct buf rows;    /* of struct row, sorted by key */
    size_t row_i;       /* the row behind the last one found */
    struct buf key, of; /* scratch */
};

static struct span folder_of(struct span key)
{
    while (key.n > 0 && key.p[key.n - 1] != '/')
        key.n--;
    return key;
}

/* FNV-1a. Two folders with one number only cost time. */
static uint64_t folder_id(struct span folder)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < folder.n; i++)
        h = (h ^ (unsigned char)folder.p[i]) * UINT64_C(0x100000001b3);
    return h;
}

static bool line_key(struct span *key, struct span line)
{
    const struct span head = {line_head, sizeof(line_head) - 1};
    if (!span_starts(line, head))
        return false;
    struct span rest = span_from(line, head.n);
    const size_t n = span_find(rest, '"');
    /* An escaped key is none that a trail has. */
    if (n == rest.n || n == 0 || n > KEY_MAX || span_find((struct span){rest.p, n}, '\\') < n)
        return false;
    *key = (struct span){rest.p, n};
    return true;
}

/* Note that the ${n} bytes at ${at} are a line of ${folder}. False when there is no more room. */
static bool note(struct known *k, size_t open[OPEN_N], uint64_t folder, uint64_t at, size_t n)
{
    size_t *slot = &open[folder % OPEN_N];
    struct extent *extents = (struct extent *)(void *)k->extents.p;
    struct extent *last = *slot > 0 ? &extents[*slot - 1] : NULL;
    if (last != NULL && last->folder == folder && at - (last->at + last->n) <= GAP_MOST &&
        at + n - last->at <= FOLDER_MOST_N) {
        last->n = (uint32_t)(at + n - last->at);
        return true;
    }
    const struct extent e = {.folder = folder, .at = at, .n = (uint32_t)n};
    if (k->extents.n / sizeof(e) == EXTENTS_MOST)
        return false;
    buf_put(&k->extents, &e, sizeof(e));
    *slot = k->extents.n / sizeof(e);
    return true;
}

static int by_folder(const void *a, const void *b)
{
    const struct extent *x = a;
    const struct extent *y = b;
    if (x->folder != y->folder)
        return x->folder < y->folder ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Go through the whole manifest, line by line. */
static void note_all(struct known *k)
{
    struct buf text;
    size_t open[OPEN_N] = {0};
    uint64_t at = 0; /* of the text's first byte in the file */
    bool room = true;
    buf_init(&text, 2 * READ_N);
    while (room) {
        const ssize_t got = read(k->fd, buf_need(&text, READ_N), READ_N);
        if (got <= 0)
            break;
        text.n += (size_t)got;
        struct span rest = buf_span(&text);
        size_t n;
        while (room && (n = span_find(rest, '\n')) < rest.n) {
            struct span key;
            if (line_key(&key, (struct span){rest.p, n}))
                room = note(k, open, folder_id(folder_of(key)), at + (uint64_t)(rest.p - text.p),
                            n + 1);
            rest = span_from(rest, n + 1);
        }
        /* A line that is longer than the room for it is none of a file. */
        const size_t keep_n = rest.n <= READ_N ? rest.n : 0;
        at += text.n - keep_n;
        memmove(text.p, text.p + text.n - keep_n, keep_n);
        text.n = keep_n;
    }
    buf_free(&text);
}

struct known *known_open(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct known *k = calloc(1, sizeof(*k));
    if (k == NULL)
        mem_die(sizeof(*k));
    k->fd = fd;
    buf_init(&k->extents, EXTENTS_MOST * sizeof(struct extent));
    buf_init(&k->folder, KEY_MAX);
    buf_init(&k->lines, FOLDER_MOST_N);
    buf_init(&k->rows, FOLDER_MOST_N);
    buf_init(&k->key, ESCAPED_MOST_N);
    buf_init(&k->of, ESCAPED_MOST_N);
    note_all(k);
    if (k->extents.n > 0)
        qsort(k->extents.p, k->extents.n / sizeof(struct extent), sizeof(struct extent), by_folder);
    return k;
}

void known_close(struct known *k)
{
    if (k == NULL)
        return;
    close(k->fd);
    buf_free(&k->extents);
    buf_free(&k->folder);
    buf_free(&k->lines);
    buf_free(&k->rows);
    buf_free(&k->key);
    buf_free(&k->of);
    free(k);
}

static int by_key(const void *a, const void *b)
{
    const struct row *x = a;
    const struct row *y = b;
    return span_compare(x->key, y->key);
}

/* Read what the manifest says about the files in ${folder}. */
static void read_folder(struct known *k, struct span folder)
{
    buf_clear(&k->folder);
    buf_put_span(&k->folder, folder);
    buf_clear(&k->lines);
    buf_clear(&k->rows);
    k->row_i = 0;

    const uint64_t id = folder_id(folder);
    const struct extent *extents = (const void *)k->extents.p;
    size_t from = 0, to = k->extents.n / sizeof(*extents);
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (extents[middle].folder < id)
            from = middle + 1;
        else
            to = middle;
    }
    const size_t n = k->extents.n / sizeof(*extents);
    for (; from < n && extents[from].folder == id && buf_fits(&k->lines, extents[from].n); from++) {
        /* What is not there any more is not known. */
        const ssize_t got = pread(k->fd, buf_need(&k->lines, extents[from].n), extents[from].n,
                                  (off_t)extents[from].at);
        if (got > 0)
            k->lines.n += (size_t)got;
    }
    struct span rest = buf_span(&k->lines);
    while (rest.n > 0) {
        const size_t line_n = span_find(rest, '\n');
        struct row row = {.line = {rest.p, line_n}};
        if (line_key(&row.key, row.line) && span_equal(folder_of(row.key), folder) &&
            buf_fits(&k->rows, sizeof(row)))
            buf_put(&k->rows, &row, sizeof(row));
        rest = span_from(rest, line_n < rest.n ? line_n + 1 : line_n);
    }
    if (k->rows.n > 0)
        qsort(k->rows.p, k->rows.n / sizeof(struct row), sizeof(struct row), by_key);
}

static const struct row *find_row(struct known *k, struct span key)
{
    const struct row *rows = (const void *)k->rows.p;
    const size_t n = k->rows.n / sizeof(*rows);
    /* As a rule it is the next one. */
    if (k->row_i < n && span_equal(rows[k->row_i].key, key))
        return &rows[k->row_i++];
    const struct row wanted = {.key = key};
    const struct row *row = n > 0 ? bsearch(&wanted, rows, n, sizeof(*rows), by_key) : NULL;
    if (row != NULL)
        k->row_i = (size_t)(row - rows) + 1;
    return row;
}

/* Whether the line had one: nothing has a digest of zeros. */
static bool is_digest(const uint8_t sum[HASH_SHA256_N])
{
    static const uint8_t none[HASH_SHA256_N];
    return memcmp(sum, none, sizeof(none)) != 0;
}

/* What the manifest says of ${key}, if that is all that a log file needs. */
static bool find_entry(struct known *k, struct manifest_entry *out, struct span key)
{
    const struct span folder = folder_of(key);
    if (key.n > KEY_MAX)
        return false;
    if (k->folder.n == 0 || !span_equal(buf_span(&k->folder), folder))
        read_folder(k, folder);
    const struct row *row = find_row(k, key);
    struct span wrong;
    return row != NULL && manifest_line_read(out, &k->key, &k->of, row->line, &wrong) &&
           out->records <= UINT32_MAX && is_digest(out->body_sha256) && is_digest(out->text_sha256);
}

static void fill(struct logfile *out, const struct manifest_entry *entry)
{
    out->records = (uint32_t)entry->records;
    out->text_n = (size_t)entry->text_n;
    memcpy(out->text_sha256, entry->text_sha256, sizeof(out->text_sha256));
    memcpy(out->body_sha256, entry->body_sha256, sizeof(out->body_sha256));
    out->hashed = true;
}

bool known_fill(struct known *k, struct logfile *out, struct span key, uint64_t body_n)
{
    struct manifest_entry entry;
    if (!find_entry(k, &entry, key) || entry.body_n != body_n)
        return false;
    fill(out, &entry);
    return true;
}

uint64_t known_list(struct known *k, struct logfile *out, struct span key)
{
    struct manifest_entry entry;
    if (!find_entry(k, &entry, key))
        return 0;
    fill(out, &entry);
    return entry.body_n;
}
