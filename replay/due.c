/* due.c - see due.h. */
#define _GNU_SOURCE /* fallocate, O_TMPFILE */
#include "replay/due.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"

enum { ENTRIES_FIRST = 256 };

/* One that waits. */
struct entry {
    int64_t deliver_ms;
    uint64_t number; /* in order of coming */
    char *packed;    /* NULL: in the temporary file, */
    uint64_t at;     /* there */
};

/* How a log file lies in memory or in the temporary file; notes, signature and body follow. */
struct head {
    struct logfile file;
    size_t notes_n, signature_n, body_n, body_max_n;
};

struct due {
    const char *folder;
    size_t memory_n, used_n;
    struct entry *heap; /* the least is the first */
    size_t n, room;
    uint64_t number;
    int fd; /* of the temporary file, or -1 */
    uint64_t end;
};

struct due *due_open(const char *folder, size_t memory_n)
{
    struct due *d = calloc(1, sizeof *d);
    if (d == NULL)
        mem_die(sizeof *d);
    d->folder = folder;
    d->memory_n = memory_n;
    d->fd = -1;
    return d;
}

void due_close(struct due *d)
{
    if (d == NULL)
        return;
    for (size_t i = 0; i < d->n; i++)
        free(d->heap[i].packed);
    free(d->heap);
    if (d->fd >= 0)
        close(d->fd);
    free(d);
}

static bool is_before(const struct entry *a, const struct entry *b)
{
    return a->deliver_ms < b->deliver_ms ||
           (a->deliver_ms == b->deliver_ms && a->number < b->number);
}

static void add_entry(struct due *d, struct entry entry)
{
    if (d->n == d->room) {
        d->room = d->room == 0 ? ENTRIES_FIRST : 2 * d->room;
        d->heap = realloc(d->heap, d->room * sizeof *d->heap);
        if (d->heap == NULL)
            mem_die(d->room * sizeof *d->heap);
    }
    size_t i = d->n++;
    for (; i > 0 && is_before(&entry, &d->heap[(i - 1) / 2]); i = (i - 1) / 2)
        d->heap[i] = d->heap[(i - 1) / 2];
    d->heap[i] = entry;
}

static void drop_first(struct due *d)
{
    const struct entry last = d->heap[--d->n];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child + 1 < d->n && is_before(&d->heap[child + 1], &d->heap[child]))
            child++;
        if (child >= d->n || !is_before(&d->heap[child], &last))
            break;
        d->heap[i] = d->heap[child];
        i = child;
    }
    d->heap[i] = last;
}

static int open_file(struct due *d, struct err *e)
{
    if (d->fd >= 0)
        return 0;
    d->fd = open(d->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (d->fd >= 0)
        return 0;
    /* Not every file system has files without a name. */
    char name[PATH_MAX];
    if ((size_t)snprintf(name, sizeof name, "%s/beantrail-XXXXXX", d->folder) < sizeof name)
        d->fd = mkostemp(name, O_CLOEXEC);
    if (d->fd >= 0)
        unlink(name);
    if (d->fd >= 0)
        return 0;
    return err_sys(e, ERR_WORK,
                   "%s: no temporary file can be made there for what waits; set TMPDIR", d->folder);
}

/* Move ${n} bytes at ${at} of the temporary file, one way or the other. */
static int move_bytes(const struct due *d, char *p, size_t n, uint64_t at, bool out, struct err *e)
{
    while (n > 0) {
        ssize_t done = out ? pwrite(d->fd, p, n, (off_t)at) : pread(d->fd, p, n, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return err_sys(e, ERR_WORK, "%s: the temporary file there cannot be %s", d->folder,
                           out ? "written; make room, or set TMPDIR" : "read");
        p += done;
        at += (uint64_t)done;
        n -= (size_t)done;
    }
    return 0;
}

static size_t packed_n(const struct head *head)
{
    return sizeof *head + head->notes_n + head->signature_n + head->body_n;
}

int due_put(struct due *d, struct logfile *f, struct span notes, struct err *e)
{
    assert(f->note.n == 0);
    struct head head = {.file = *f,
                        .notes_n = notes.n,
                        .signature_n = f->signature.n,
                        .body_n = f->body.n,
                        .body_max_n = f->body.max_n};
    const struct span parts[] = {
        {(const char *)&head, sizeof head}, notes, buf_span(&f->signature), buf_span(&f->body)};
    const size_t n = packed_n(&head);
    char *packed = malloc(n);
    if (packed == NULL)
        mem_die(n);
    char *at = packed;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (parts[i].n > 0)
            memcpy(at, parts[i].p, parts[i].n);
        at += parts[i].n;
    }
    struct entry entry = {f->deliver_ms, d->number, packed, 0};
    if (n > d->memory_n - d->used_n) {
        const int rc = open_file(d, e) != 0 ? -1 : move_bytes(d, packed, n, d->end, true, e);
        free(packed);
        if (rc != 0)
            return -1;
        entry.packed = NULL;
        entry.at = d->end;
        d->end += n;
    } else {
        d->used_n += n;
    }
    d->number++;
    add_entry(d, entry);
    logfile_free(f);
    return 0;
}

bool due_next_ms(const struct due *d, int64_t *deliver_ms)
{
    if (d->n > 0)
        *deliver_ms = d->heap[0].deliver_ms;
    return d->n > 0;
}

/* Where ${entry} lies: in its own memory, or read into new. */
static char *bytes_of(const struct due *d, const struct entry *entry, struct err *e)
{
    if (entry->packed != NULL)
        return entry->packed;
    struct head head;
    if (move_bytes(d, (char *)&head, sizeof head, entry->at, false, e) != 0)
        return NULL;
    const size_t n = packed_n(&head);
    char *p = malloc(n);
    if (p == NULL)
        mem_die(n);
    if (move_bytes(d, p, n, entry->at, false, e) == 0)
        return p;
    free(p);
    return NULL;
}

int due_take(struct due *d, struct logfile *f, struct buf *notes, struct err *e)
{
    if (d->n == 0)
        return 0;
    const struct entry entry = d->heap[0];
    char *p = bytes_of(d, &entry, e);
    if (p == NULL)
        return -1;
    struct head head;
    memcpy(&head, p, sizeof head);
    *f = head.file;
    buf_init(&f->note, head.file.note.max_n);
    buf_init(&f->signature, LOGFILE_SIGNATURE_MAX);
    buf_init(&f->body, head.body_max_n);
    const char *at = p + sizeof head;
    buf_put(notes, at, head.notes_n);
    buf_put(&f->signature, at + head.notes_n, head.signature_n);
    buf_put(&f->body, at + head.notes_n + head.signature_n, head.body_n);
    const size_t n = packed_n(&head);
    free(p);
    drop_first(d);
    if (entry.packed != NULL) {
        d->used_n -= n;
        return 1;
    }
    /* Where a file system cannot give back a part, the whole is given back at the end. */
    fallocate(d->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)entry.at, (off_t)n);
    return 1;
}
