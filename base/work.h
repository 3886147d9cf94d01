/*
 * work.h - the only threads and locks
 */
#ifndef BASE_WORK_H
#define BASE_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/* Make item ${i} on any worker; ${worker} in 0 .. jobs - 1 names whose scratch to use; the result
   goes to ${slot}, in 0 .. window - 1, which stays the maker's until taken. */
typedef int work_make_fn(void *ctx, uint64_t i, unsigned worker, unsigned slot, struct err *e);

/* Take item ${i} from ${slot}; called in order of i on the calling thread. */
typedef int work_take_fn(void *ctx, uint64_t i, unsigned slot, struct err *e);

/* How many slots work_ordered uses at ${jobs}. */
static inline unsigned work_window(unsigned jobs)
{
    return jobs <= 1 ? 1 : 2 * jobs;
}

/**
 * work_ordered(n, jobs, make, take, ctx, e):
 * Make items 0 .. ${n} - 1 on ${jobs} threads and take them in order on the calling thread. With
 * ${jobs} 1 everything runs on the calling thread. At most work_window(jobs) items are made and not
 * taken.
 *
 * Errors: the failure with the lowest i stops the loop and is the one returned; items before it are
 *         taken. All threads have ended when it returns.
 */
int work_ordered(uint64_t n, unsigned jobs, work_make_fn *make, work_take_fn *take, void *ctx,
                 struct err *e);

/* The processors this process may use, at least 1. */
unsigned work_cores(void);

struct work_queue;

/**
 * A bounded queue of pointers between threads.
 *
 * put waits while it is full and returns false once the queue has ended; put_all does so for ${n}
 * items at once, no more than fit into it; take waits while it is
 * empty and returns false once it has ended and is drained. wait_ms < 0 waits for ever; otherwise
 * take also returns false (with *out NULL) when nothing came in time. ease waits until at most
 * ${most} items are in it and returns false once it has ended. end wakes all who wait; close frees,
 * when no thread uses the queue any more, and leaves items still in it to their owner.
 */
struct work_queue *work_queue_open(size_t most);
bool work_queue_put(struct work_queue *q, void *item);
bool work_queue_put_all(struct work_queue *q, void *const *items, size_t n);
bool work_queue_take(struct work_queue *q, void **out, int64_t wait_ms);
bool work_queue_ease(struct work_queue *q, size_t most);
void work_queue_end(struct work_queue *q);
void work_queue_close(struct work_queue *q);

/**
 * A thread that runs ${run}(${ctx}) until it returns, with all signals blocked; NULL when the
 * system gives none. join waits for it and frees it.
 */
struct work_thread;
struct work_thread *work_thread_start(void (*run)(void *ctx), void *ctx);
void work_thread_join(struct work_thread *t);

/* A plain lock, for the few results that threads share. */
struct work_lock;
struct work_lock *work_lock_open(void);
void work_lock_close(struct work_lock *l);
void work_lock_take(struct work_lock *l);
void work_lock_give(struct work_lock *l);

#endif
