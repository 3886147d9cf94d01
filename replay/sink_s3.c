/* sink_s3.c - see sink_s3.h. */
#include "replay/sink_s3.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/work.h"
#include "replay/s3_flight.h"

enum {
    JOBS_MORE = 64,
    UNREAD_CONNECTIONS_MOST = 128,
    STOP_LOOK_MS = 100 /* how often somebody who waits looks whether the run was stopped */
};

struct sink_s3 {
    struct arena arena; /* holds this struct and all below */
    struct sink_s3_options options;
    const char *prefix;         /* "logs/" or "" */
    struct span bucket, region; /* as they were when it was opened */
    struct s3_job *jobs;
    struct s3_flight flight;
    struct held held;
    struct work_thread *thread;
    struct sink_totals totals;
    bool ended;
};

static void tell_lost(struct sink_s3 *s, struct span key, const char *why)
{
    s->totals.failed++;
    if (s->options.lost != NULL)
        s->options.lost(s->options.lost_ctx, key, span_of(why));
}

/* Count what became of the object that ${j} carried, and let its bytes go. */
static void count(struct sink_s3 *s, struct s3_job *j)
{
    if (!j->used)
        return;
    s->totals.more += j->more;
    switch (j->fate) {
    case S3_LOST:
        tell_lost(s, (struct span){j->key, j->key_n}, j->why);
        break;
    case S3_WAS_THERE:
        s->totals.same++;
        break;
    case S3_ARRIVED:
        s->totals.files++;
        s->totals.bytes += j->body_n;
        if (s->options.latency != NULL)
            hist_add(s->options.latency,
                     j->arrived_ns > j->planned_ns ? j->arrived_ns - j->planned_ns : 0);
        break;
    }
    s3_job_unload(j);
}

/* The next job that is free, or that has ended; false when the run was stopped before there was. */
static bool take_idle(struct sink_s3 *s, struct s3_job **out)
{
    void *item;
    bool stopped = false;
    while (!work_queue_take(s->flight.idle, &item, STOP_LOOK_MS)) {
        if (stopped)
            return false;
        stopped = s->options.stop != NULL && *s->options.stop;
    }
    *out = item;
    return true;
}

static int s3_put(void *self, struct logfile *f, struct err *e)
{
    struct sink_s3 *s = self;
    const size_t prefix_n = strlen(s->prefix);
    if (prefix_n + f->key_n > KEY_MAX) {
        tell_lost(s, (struct span){f->key, f->key_n}, "is longer than a key may be, 1024 bytes");
        buf_free(&f->body);
        return 0;
    }
    struct s3_job *j;
    if (!take_idle(s, &j))
        return err_set(e, ERR_STOP, "stopped");
    count(s, j);

    s3_job_load(j, (struct span){s->prefix, prefix_n}, f, &s->options.put);
    if (s->options.latency != NULL && j->planned_ns == LOGFILE_NO_TIME)
        j->planned_ns = s->flight.clock->now_ns(s->flight.clock->self);
    if (!work_queue_put(s->flight.ready, j)) {
        tell_lost(s, (struct span){j->key, j->key_n}, "");
        s3_job_return(j, f);
        work_queue_put(s->flight.idle, j);
        *e = s->flight.fatal;
        return -1;
    }
    if (atomic_load(&s->flight.hungry))
        s->flight.http.ops->wake(s->flight.http.self);
    return 0;
}

static int s3_finish(void *self, struct sink_totals *totals, struct err *e)
{
    struct sink_s3 *s = self;
    if (!s->ended) {
        s->ended = true;
        if (work_queue_put(s->flight.ready, &s->flight.end))
            s->flight.http.ops->wake(s->flight.http.self);
        /* All of them come back, though to a stopped run only when their time is over. */
        for (unsigned back = 0; back < s->flight.jobs_n;) {
            struct s3_job *j;
            if (!take_idle(s, &j)) {
                s3_flight_hurry(&s->flight);
                continue;
            }
            count(s, j);
            back++;
        }
        work_thread_join(s->thread);
        s->totals.attempts = s->flight.attempts;
    }
    *totals = s->totals;
    if (s->flight.fatal.kind == ERR_NONE)
        return 0;
    *e = s->flight.fatal;
    return -1;
}

static void s3_close(void *self)
{
    struct sink_s3 *s = self;
    struct sink_totals ignored_totals;
    struct err ignored;
    s3_finish(s, &ignored_totals, &ignored);
    s->flight.http.ops->close(s->flight.http.self);
    work_queue_close(s->flight.ready);
    work_queue_close(s->flight.idle);
    work_lock_close(s->flight.lock);
    for (unsigned i = 0; i < s->flight.jobs_n; i++)
        s3_job_free(&s->jobs[i]);
    s3_door_close(&s->flight.door);
    held_free(&s->held);
    struct arena a = s->arena;
    arena_free(&a);
}

/* Whether ${f} is among what the listing found. */
static int s3_holds(void *self, const struct logfile *f, struct err *e)
{
    (void)e;
    const struct sink_s3 *s = self;
    const size_t prefix_n = strlen(s->prefix);
    char key[2 * KEY_MAX];
    if (held_count(&s->held) == 0 || prefix_n + f->key_n > KEY_MAX)
        return 0;
    memcpy(key, s->prefix, prefix_n);
    memcpy(key + prefix_n, f->key, f->key_n);
    return held_has(&s->held, (struct span){key, prefix_n + f->key_n}, buf_span(&f->body));
}

static int s3_pass(void *self, const struct logfile *f, struct err *e)
{
    (void)e;
    const struct sink_s3 *s = self;
    if (s->options.arrived == NULL)
        return 0;
    uint8_t md5[HASH_MD5_N];
    char hex[2 * HASH_MD5_N];
    char key[2 * KEY_MAX];
    const size_t prefix_n = strlen(s->prefix);
    hash_md5(md5, buf_span(&f->body));
    hash_hex(hex, md5, sizeof(md5));
    memcpy(key, s->prefix, prefix_n);
    memcpy(key + prefix_n, f->key, f->key_n);
    const struct sink_arrival a = {.bucket = s->bucket,
                                   .region = s->region,
                                   .key = {key, prefix_n + f->key_n},
                                   .bytes = f->body.n,
                                   .etag = {hex, sizeof(hex)}};
    s->options.arrived(s->options.arrived_ctx, &a);
    return 0;
}

static const struct sink_ops s3_ops = {.name = "s3",
                                       .holds = s3_holds,
                                       .pass = s3_pass,
                                       .put = s3_put,
                                       .finish = s3_finish,
                                       .close = s3_close};

static const struct sink_ops unread_ops = {.name = "s3",
                                           .takes_unread = true,
                                           .holds = s3_holds,
                                           .pass = s3_pass,
                                           .put = s3_put,
                                           .finish = s3_finish,
                                           .close = s3_close};

static void make_jobs(struct sink_s3 *s, struct arena *a)
{
    struct s3_flight *f = &s->flight;
    /* While each connection has one on its way, as many are at hand, and some more, so that the
       caller and the transfers need not take turns one by one. */
    f->jobs_n = 2 * s->options.connections + JOBS_MORE;
    s->jobs = ARENA_NEW(a, struct s3_job, f->jobs_n);
    f->waiting = ARENA_NEW(a, struct s3_job *, f->jobs_n);
    f->done = ARENA_NEW(a, void *, f->jobs_n);
    f->idle = work_queue_open(f->jobs_n);
    f->ready = work_queue_open(f->jobs_n + 1);
    f->lock = work_lock_open();
    for (unsigned i = 0; i < f->jobs_n; i++) {
        s3_job_init(&s->jobs[i]);
        work_queue_put(f->idle, &s->jobs[i]);
    }
}

int sink_s3_open(struct sink *out, const struct sink_s3_options *o, struct http http, struct err *e)
{
    struct arena a;
    arena_init(&a);
    struct sink_s3 *s = ARENA_NEW(&a, struct sink_s3, 1);
    /* The door keeps what it learns in the sink's arena. */
    s->arena = a;
    if (s3_door_open(&s->flight.door, &s->arena, &o->door, e) != 0) {
        a = s->arena;
        arena_free(&a);
        return -1;
    }
    s->options = *o;
    held_init(&s->held);
    if (o->connections == 0)
        s->options.connections = SINK_S3_CONNECTIONS;
    s->prefix = o->prefix.n > 0 ? arena_printf(&s->arena, "%.*s/", SPAN_ARG(o->prefix)).p : "";
    s->flight.http = http;
    s->flight.clock = o->clock != NULL ? o->clock : &pace_machine_clock;
    s->bucket = s->flight.door.place.bucket;
    s->region = s->flight.door.place.region;
    s->flight.arrived = o->arrived;
    s->flight.arrived_ctx = o->arrived_ctx;
    s->flight.put = o->put;
    s->flight.put.acl = arena_copy(&s->arena, o->put.acl);
    s->flight.put.sse = arena_copy(&s->arena, o->put.sse);
    s->flight.put.kms_key = arena_copy(&s->arena, o->put.kms_key);
    retry_init(&s->flight.retry, o->attempts, s->options.connections,
               (uint64_t)s->flight.door.options.utc_ms() ^ (uint64_t)(uintptr_t)s);
    make_jobs(s, &s->arena);

    s->thread = work_thread_start(s3_flight_run, &s->flight);
    if (s->thread == NULL) {
        work_queue_close(s->flight.ready);
        work_queue_close(s->flight.idle);
        work_lock_close(s->flight.lock);
        s3_door_close(&s->flight.door);
        a = s->arena;
        arena_free(&a);
        return err_set(e, ERR_WORK, "no thread can be started for the transfers");
    }
    if (o->held != NULL) {
        s->held = *o->held;
        held_init(o->held);
    }
    /* Over TLS the transfer thread has enough to do: its caller reads. And each job may hold a
       folder open, each connection a file, where a process often may have 1024 open. */
    const bool unread =
        !s->flight.door.place.tls && s->options.connections <= UNREAD_CONNECTIONS_MOST;
    *out = (struct sink){unread ? &unread_ops : &s3_ops, s};
    return 0;
}
