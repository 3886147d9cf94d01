/* order.c - see order.h. */
#define _XOPEN_SOURCE 700 /* mkstemp */
#include "base/order.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"

enum { READ_N = 64 << 10, INDEX_MAX = 1 << 30, RUNS_MAX = 64 << 20 };

/* Before the key and the value of a row. */
struct head {
    uint32_t key_n, value_n;
};

/* A row in memory: the first bytes of its key as a number, and where it stands. */
struct place {
    uint64_t first;
    size_t at;
};

/* A sorted stretch of the file, and its rows that were read. */
struct run {
    uint64_t at, end; /* what is to be read */
    uint32_t number;  /* of runs with equal keys the earlier one goes first */
    struct buf read;
    size_t used_n; /* of them */
};

void order_init(struct order *o, size_t memory_n)
{
    *o = (struct order){.memory_n = memory_n > 0 ? memory_n : ORDER_MEMORY, .fd = -1};
    buf_init(&o->rows, o->memory_n + ORDER_ROW_MAX + sizeof(struct head));
    buf_init(&o->index, INDEX_MAX);
    buf_init(&o->runs, RUNS_MAX);
    buf_init(&o->heap, RUNS_MAX);
}

static struct run *runs_of(const struct order *o)
{
    return (struct run *)(void *)o->runs.p;
}

static size_t count_runs(const struct order *o)
{
    return o->runs.n / sizeof(struct run);
}

void order_free(struct order *o)
{
    for (size_t i = 0; i < count_runs(o); i++)
        buf_free(&runs_of(o)[i].read);
    buf_free(&o->rows);
    buf_free(&o->index);
    buf_free(&o->runs);
    buf_free(&o->heap);
    if (o->fd >= 0)
        close(o->fd);
    o->fd = -1;
}

static void row_at(struct span *key, struct span *value, const char *at)
{
    struct head h;
    memcpy(&h, at, sizeof(h));
    *key = (struct span){at + sizeof(h), h.key_n};
    *value = (struct span){at + sizeof(h) + h.key_n, h.value_n};
}

static uint64_t first_bytes(struct span key)
{
    uint64_t first = 0;
    for (size_t i = 0; i < sizeof(first); i++)
        first = first << 8 | (i < key.n ? (unsigned char)key.p[i] : 0);
    return first;
}

/* The rows that by_key compares; one sort at a time on a thread. */
static _Thread_local const char *sorted_rows;

static int by_key(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;
    struct span x_key, y_key, value;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    row_at(&x_key, &value, sorted_rows + x->at);
    row_at(&y_key, &value, sorted_rows + y->at);
    const int order = span_compare(x_key, y_key);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static void sort_rows(struct order *o)
{
    sorted_rows = o->rows.p;
    if (o->index.n > 0)
        qsort(o->index.p, o->index.n / sizeof(struct place), sizeof(struct place), by_key);
}

static int open_file(struct order *o, struct err *e)
{
    const char *folder = getenv("TMPDIR");
    struct buf path;
    buf_init(&path, 64 << 10);
    if (folder == NULL || folder[0] == '\0' || strlen(folder) > 4096)
        folder = "/tmp";
    buf_printf(&path, "%s/.beantrail-order-XXXXXX", folder);
    (void)buf_text(&path);
    o->fd = mkstemp(path.p);
    int rc = 0;
    if (o->fd < 0)
        rc = err_sys(e, ERR_WORK, "%s: no temporary file can be made; name a folder in TMPDIR",
                     folder);
    else
        unlink(path.p);
    buf_free(&path);
    return rc;
}

static int write_all(struct order *o, struct span data, struct err *e)
{
    while (data.n > 0) {
        const ssize_t put = pwrite(o->fd, data.p, data.n, (off_t)o->file_n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return err_sys(e, ERR_WORK,
                           "the temporary file for sorting cannot be written; name a folder with "
                           "room in TMPDIR");
        o->file_n += (uint64_t)put;
        data = span_from(data, (size_t)put);
    }
    return 0;
}

/* Write the rows at hand to the file, in order. */
static int spill(struct order *o, struct err *e)
{
    if (o->fd < 0 && open_file(o, e) != 0)
        return -1;
    sort_rows(o);
    struct run run = {.at = o->file_n, .number = (uint32_t)count_runs(o)};
    buf_init(&run.read, READ_N + ORDER_ROW_MAX + sizeof(struct head));
    struct buf out;
    buf_init(&out, READ_N + ORDER_ROW_MAX + sizeof(struct head));
    int rc = 0;
    const struct place *places = (const void *)o->index.p;
    for (size_t i = 0; i < o->index.n / sizeof(*places) && rc == 0; i++) {
        struct span key, value;
        row_at(&key, &value, o->rows.p + places[i].at);
        buf_put(&out, o->rows.p + places[i].at, sizeof(struct head) + key.n + value.n);
        if (out.n >= READ_N) {
            rc = write_all(o, buf_span(&out), e);
            buf_clear(&out);
        }
    }
    if (rc == 0)
        rc = write_all(o, buf_span(&out), e);
    buf_free(&out);
    run.end = o->file_n;
    buf_put(&o->runs, &run, sizeof(run));
    buf_clear(&o->rows);
    buf_clear(&o->index);
    return rc;
}

int order_add(struct order *o, struct span key, struct span value, struct err *e)
{
    assert(key.n + value.n <= ORDER_ROW_MAX);
    const struct head h = {(uint32_t)key.n, (uint32_t)value.n};
    const struct place place = {first_bytes(key), o->rows.n};
    buf_put(&o->rows, &h, sizeof(h));
    buf_put_span(&o->rows, key);
    buf_put_span(&o->rows, value);
    buf_put(&o->index, &place, sizeof(place));
    return o->rows.n + o->index.n < o->memory_n ? 0 : spill(o, e);
}

/* Whether the next row of ${a} comes before that of ${b}. */
static bool is_before(const struct run *a, const struct run *b)
{
    struct span a_key, b_key, value;
    row_at(&a_key, &value, a->read.p + a->used_n);
    row_at(&b_key, &value, b->read.p + b->used_n);
    const int order = span_compare(a_key, b_key);
    return order != 0 ? order < 0 : a->number < b->number;
}

/* Have the next row of ${r} in memory: 1; 0 when it has no more; -1. */
static int refill(struct order *o, struct run *r, struct err *e)
{
    for (;;) {
        struct head h;
        const size_t left_n = r->read.n - r->used_n;
        if (left_n >= sizeof(h)) {
            memcpy(&h, r->read.p + r->used_n, sizeof(h));
            if (left_n >= sizeof(h) + h.key_n + h.value_n)
                return 1;
        }
        if (r->at == r->end)
            return 0;
        if (left_n > 0)
            memmove(r->read.p, r->read.p + r->used_n, left_n);
        r->read.n = left_n;
        r->used_n = 0;
        const uint64_t more_n = r->end - r->at;
        const size_t n = more_n < READ_N ? (size_t)more_n : READ_N;
        const ssize_t got = pread(o->fd, buf_need(&r->read, n), n, (off_t)r->at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_sys(e, ERR_WORK, "the temporary file for sorting cannot be read");
        r->read.n += (size_t)got;
        r->at += (uint64_t)got;
    }
}

/* Let the run at ${i} of the heap sink to its place. */
static void sink_down(struct order *o, size_t i)
{
    uint32_t *heap = (uint32_t *)(void *)o->heap.p;
    struct run *runs = runs_of(o);
    const size_t n = o->heap.n / sizeof(*heap);
    for (;;) {
        size_t least = i;
        for (size_t below = 2 * i + 1; below <= 2 * i + 2 && below < n; below++) {
            if (is_before(&runs[heap[below]], &runs[heap[least]]))
                least = below;
        }
        if (least == i)
            return;
        const uint32_t up = heap[least];
        heap[least] = heap[i];
        heap[i] = up;
        i = least;
    }
}

int order_settle(struct order *o, struct err *e)
{
    o->next_i = 0;
    if (o->fd < 0) {
        sort_rows(o);
        return 0;
    }
    if (o->index.n > 0 && spill(o, e) != 0)
        return -1;
    buf_free(&o->rows);
    buf_free(&o->index);
    for (uint32_t i = 0; i < count_runs(o); i++) {
        if (refill(o, &runs_of(o)[i], e) < 0)
            return -1;
        buf_put(&o->heap, &i, sizeof(i));
    }
    for (size_t i = count_runs(o); i > 0; i--)
        sink_down(o, i - 1);
    return 0;
}

int order_next(struct order *o, struct span *key, struct span *value, struct err *e)
{
    if (o->fd < 0) {
        const struct place *places = (const void *)o->index.p;
        if (o->next_i == o->index.n / sizeof(*places))
            return 0;
        row_at(key, value, o->rows.p + places[o->next_i++].at);
        return 1;
    }
    /* The row that was given last goes now, for its bytes had to stay. */
    uint32_t *heap = (uint32_t *)(void *)o->heap.p;
    if (o->next_i > 0 && o->heap.n > 0) {
        struct run *top = &runs_of(o)[heap[0]];
        struct span last_key, last_value;
        row_at(&last_key, &last_value, top->read.p + top->used_n);
        top->used_n += sizeof(struct head) + last_key.n + last_value.n;
        const int more = refill(o, top, e);
        if (more < 0)
            return -1;
        if (more == 0) {
            buf_free(&top->read);
            o->heap.n -= sizeof(*heap);
            heap[0] = heap[o->heap.n / sizeof(*heap)];
        }
        if (o->heap.n > 0)
            sink_down(o, 0);
    }
    o->next_i = 1;
    if (o->heap.n == 0)
        return 0;
    const struct run *top = &runs_of(o)[heap[0]];
    row_at(key, value, top->read.p + top->used_n);
    return 1;
}
