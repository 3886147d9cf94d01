/* work.c - see work.h. */
#define _GNU_SOURCE /* sched_getaffinity */
#include "base/work.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

static void *need(size_t count, size_t size)
{
    void *p = calloc(count, size);
    if (p == NULL)
        mem_die(count * size);
    return p;
}

/* Start a thread that leaves signals to the threads of the caller. */
static int start(pthread_t *id, void *(*run)(void *ctx), void *ctx)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int reason = pthread_create(id, NULL, run, ctx);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return reason;
}

/* What the workers and the taker of one work_ordered share; all but the first group changes under
   the lock. */
struct loop {
    uint64_t n;
    unsigned window;
    work_make_fn *make;
    void *ctx;

    pthread_mutex_t lock;
    pthread_cond_t room, ready; /* a slot became free; the item the taker waits for is there */
    uint64_t next, taken;       /* the next item to begin; the item the taker wants */
    bool *made;                 /* by slot */
    bool stopping;              /* begin no more items */
    uint64_t failed;            /* the lowest item that failed, n when none did */
    struct err err;             /* of that item */
};

struct worker {
    struct loop *loop;
    unsigned number;
    pthread_t id;
};

static void *worker_run(void *ctx)
{
    struct worker *w = ctx;
    struct loop *l = w->loop;
    pthread_mutex_lock(&l->lock);
    for (;;) {
        while (!l->stopping && l->next < l->n && l->next >= l->taken + l->window)
            pthread_cond_wait(&l->room, &l->lock);
        if (l->stopping || l->next == l->n)
            break;
        uint64_t i = l->next++;
        unsigned slot = (unsigned)(i % l->window);
        pthread_mutex_unlock(&l->lock);

        struct err e = {0};
        int rc = l->make(l->ctx, i, w->number, slot, &e);

        pthread_mutex_lock(&l->lock);
        l->made[slot] = true;
        if (rc != 0) {
            /* Items begin in order, so every lower one is already with some worker and will tell.
             */
            if (i < l->failed) {
                l->failed = i;
                l->err = e;
            }
            l->stopping = true;
            pthread_cond_broadcast(&l->room);
        }
        if (i == l->taken)
            pthread_cond_signal(&l->ready);
    }
    pthread_mutex_unlock(&l->lock);
    hash_thread_end();
    return NULL;
}

static int take_all(struct loop *l, work_take_fn *take, struct err *e)
{
    int rc = 0;
    pthread_mutex_lock(&l->lock);
    while (rc == 0 && l->taken < l->n) {
        uint64_t i = l->taken;
        unsigned slot = (unsigned)(i % l->window);
        while (!l->made[slot])
            pthread_cond_wait(&l->ready, &l->lock);
        if (l->failed == i) {
            *e = l->err;
            rc = -1;
            break;
        }
        pthread_mutex_unlock(&l->lock);
        rc = take(l->ctx, i, slot, e);
        pthread_mutex_lock(&l->lock);
        l->made[slot] = false;
        l->taken++;
        pthread_cond_signal(&l->room);
    }
    l->stopping = true;
    pthread_cond_broadcast(&l->room);
    pthread_mutex_unlock(&l->lock);
    return rc;
}

static int work_inline(uint64_t n, unsigned window, work_make_fn *make, work_take_fn *take,
                       void *ctx, struct err *e)
{
    for (uint64_t i = 0; i < n; i++) {
        unsigned slot = (unsigned)(i % window);
        if (make(ctx, i, 0, slot, e) != 0 || take(ctx, i, slot, e) != 0)
            return -1;
    }
    return 0;
}

int work_ordered(uint64_t n, unsigned jobs, work_make_fn *make, work_take_fn *take, void *ctx,
                 struct err *e)
{
    unsigned window = work_window(jobs);
    if (jobs <= 1 || n <= 1)
        return work_inline(n, window, make, take, ctx, e);

    struct loop *l = need(1, sizeof(*l));
    *l = (struct loop){.n = n, .window = window, .make = make, .ctx = ctx, .failed = n};
    l->made = need(window, sizeof(*l->made));
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->room, NULL);
    pthread_cond_init(&l->ready, NULL);
    struct worker *workers = need(jobs, sizeof(*workers));
    unsigned started = 0;
    while (started < jobs && started < n) {
        workers[started] = (struct worker){.loop = l, .number = started};
        if (start(&workers[started].id, worker_run, &workers[started]) != 0)
            break; /* fewer threads do the same work */
        started++;
    }
    int rc = started == 0 ? work_inline(n, window, make, take, ctx, e) : take_all(l, take, e);

    for (unsigned i = 0; i < started; i++)
        pthread_join(workers[i].id, NULL);
    pthread_cond_destroy(&l->ready);
    pthread_cond_destroy(&l->room);
    pthread_mutex_destroy(&l->lock);
    free(workers);
    free(l->made);
    free(l);
    return rc;
}

unsigned work_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        return (unsigned)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online < 1 ? 1 : (unsigned)online;
}

struct work_queue {
    pthread_mutex_t lock;
    pthread_cond_t room, ready;
    void **items; /* a ring of most */
    size_t most, first, n;
    bool ended;
};

struct work_queue *work_queue_open(size_t most)
{
    assert(most > 0);
    struct work_queue *q = need(1, sizeof(*q));
    q->items = need(most, sizeof(*q->items));
    q->most = most;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->room, NULL);
    pthread_cond_init(&q->ready, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return q;
}

bool work_queue_put(struct work_queue *q, void *item)
{
    pthread_mutex_lock(&q->lock);
    while (q->n == q->most && !q->ended)
        pthread_cond_wait(&q->room, &q->lock);
    bool put = !q->ended;
    if (put) {
        q->items[(q->first + q->n) % q->most] = item;
        q->n++;
        pthread_cond_signal(&q->ready);
    }
    pthread_mutex_unlock(&q->lock);
    return put;
}

bool work_queue_put_all(struct work_queue *q, void *const *items, size_t n)
{
    assert(n <= q->most);
    pthread_mutex_lock(&q->lock);
    while (q->n + n > q->most && !q->ended)
        pthread_cond_wait(&q->room, &q->lock);
    const bool put = !q->ended;
    for (size_t i = 0; put && i < n; i++)
        q->items[(q->first + q->n++) % q->most] = items[i];
    if (put)
        pthread_cond_broadcast(&q->ready);
    pthread_mutex_unlock(&q->lock);
    return put;
}

bool work_queue_take(struct work_queue *q, void **out, int64_t wait_ms)
{
    struct timespec until = {0};
    if (wait_ms > 0) {
        clock_gettime(CLOCK_MONOTONIC, &until);
        int64_t ns = until.tv_nsec + wait_ms % 1000 * 1000000;
        until.tv_sec += (time_t)(wait_ms / 1000 + ns / 1000000000);
        until.tv_nsec = (long)(ns % 1000000000);
    }
    *out = NULL;
    pthread_mutex_lock(&q->lock);
    int waited = 0;
    while (q->n == 0 && !q->ended && wait_ms != 0 && waited != ETIMEDOUT)
        waited = wait_ms < 0 ? pthread_cond_wait(&q->ready, &q->lock)
                             : pthread_cond_timedwait(&q->ready, &q->lock, &until);
    bool took = q->n > 0;
    if (took) {
        *out = q->items[q->first];
        q->first = (q->first + 1) % q->most;
        q->n--;
        /* Who waits for room may want more of it than another. */
        pthread_cond_broadcast(&q->room);
    }
    pthread_mutex_unlock(&q->lock);
    return took;
}

bool work_queue_ease(struct work_queue *q, size_t most)
{
    pthread_mutex_lock(&q->lock);
    while (q->n > most && !q->ended)
        pthread_cond_wait(&q->room, &q->lock);
    const bool eased = !q->ended;
    pthread_mutex_unlock(&q->lock);
    return eased;
}

void work_queue_end(struct work_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->ended = true;
    pthread_cond_broadcast(&q->room);
    pthread_cond_broadcast(&q->ready);
    pthread_mutex_unlock(&q->lock);
}

void work_queue_close(struct work_queue *q)
{
    if (q == NULL)
        return;
    pthread_cond_destroy(&q->ready);
    pthread_cond_destroy(&q->room);
    pthread_mutex_destroy(&q->lock);
    free(q->items);
    free(q);
}

struct work_thread {
    void (*run)(void *ctx);
    void *ctx;
    pthread_t id;
};

static void *thread_run(void *ctx)
{
    struct work_thread *t = ctx;
    t->run(t->ctx);
    hash_thread_end();
    return NULL;
}

struct work_thread *work_thread_start(void (*run)(void *ctx), void *ctx)
{
    struct work_thread *t = need(1, sizeof(*t));
    t->run = run;
    t->ctx = ctx;
    if (start(&t->id, thread_run, t) == 0)
        return t;
    free(t);
    return NULL;
}

void work_thread_join(struct work_thread *t)
{
    if (t == NULL)
        return;
    pthread_join(t->id, NULL);
    free(t);
}

struct work_lock {
    pthread_mutex_t mutex;
};

struct work_lock *work_lock_open(void)
{
    struct work_lock *l = need(1, sizeof(*l));
    pthread_mutex_init(&l->mutex, NULL);
    return l;
}

void work_lock_close(struct work_lock *l)
{
    if (l == NULL)
        return;
    pthread_mutex_destroy(&l->mutex);
    free(l);
}

void work_lock_take(struct work_lock *l)
{
    pthread_mutex_lock(&l->mutex);
}

void work_lock_give(struct work_lock *l)
{
    pthread_mutex_unlock(&l->mutex);
}
