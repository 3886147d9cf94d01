/* sink_s3.c - see sink_s3.h. */
#include "replay/sink_s3.h"

#include <assert.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/utc.h"
#include "base/work.h"
#include "replay/retry.h"
#include "replay/s3_answer.h"

enum {
    TURNS_MOST = 3, /* clock or region put right, for one object */
    DETAIL_N = 360,
    WHY_N = 512
};

static const int64_t ms_ns = 1000000;

/* An object on its way; it goes round between the caller (idle) and the transfer thread. */
struct job {
    char key[KEY_MAX + 1]; /* in the bucket */
    size_t key_n;
    struct buf body;
    bool gzipped;
    uint8_t sha256[HASH_SHA256_N];
    bool used; /* carries an object whose end the caller has not counted yet */
    bool lost;
    char why[WHY_N];
    struct retry_object tried;
    unsigned turns;
    int64_t due_ns;
    struct s3_prepared prepared;
};

struct sink_s3 {
    struct arena arena; /* holds this struct and all below */
    struct sink_s3_options options;
    const char *prefix; /* "logs/" or "" */
    struct job *jobs;
    unsigned jobs_n;
    struct work_queue *idle, *ready;
    struct work_thread *thread;

    /* The caller's. */
    struct sink_totals totals;
    bool ended;

    /* The transfer thread's, until it is joined; ${fatal} also once ${ready} has ended. */
    struct s3_place place;
    struct sigv4_signer signer;
    struct http http;
    struct job **waiting; /* for their next attempt */
    unsigned waiting_n, flying;
    bool all_seen; /* nothing more comes from ${ready} */
    struct retry retry;
    int64_t skew_ms;
    uint64_t attempts;
    struct err fatal;
    struct job end; /* its address in ${ready} marks the end */
};

static int64_t now_ns(const struct sink_s3 *s)
{
    return s->options.clock->now_ns(s->options.clock->self);
}

/* Give a job back to the caller, who counts it. */
static void give_back(struct sink_s3 *s, struct job *j)
{
    bool put = work_queue_put(s->idle, j);
    assert(put);
    (void)put;
}

/* The object is given up; ${j}->why says why, or is empty when the run stopped first. */
static void lose(struct sink_s3 *s, struct job *j)
{
    j->lost = true;
    give_back(s, j);
}

/* Stop the run because of what befell ${j}: what, where, what to do. */
static void stop_for(struct sink_s3 *s, struct job *j, const struct s3_rule *rule,
                     const struct http_reply *r, const struct s3_error *error)
{
    char detail[DETAIL_N];
    char tries[64] = "";
    const char *what = rule->what != NULL ? rule->what : "the object is refused";
    s3_answer_describe(detail, sizeof(detail), r, error, rule->what == NULL);
    if (j->tried.attempts > 1)
        snprintf(tries, sizeof(tries), ", %u tries in %.1f s", j->tried.attempts,
                 (double)(now_ns(s) - j->tried.first_ns) / 1e9);
    if (s->fatal.kind == ERR_NONE)
        err_set(&s->fatal, ERR_WORK, "s3://%.*s: %s at %.*s (%s%s)%s%s", SPAN_ARG(s->place.bucket),
                what, SPAN_ARG(s->place.url), detail, tries, rule->advice != NULL ? "; " : "",
                rule->advice != NULL ? rule->advice : "");
    work_queue_end(s->ready);
    lose(s, j);
}

/* Give up this object; when nothing else arrives either, the run. */
static void refuse(struct sink_s3 *s, struct job *j, const struct http_reply *r,
                   const struct s3_error *error)
{
    char detail[DETAIL_N];
    char tries[32] = "";
    s3_answer_describe(detail, sizeof(detail), r, error, true);
    if (retry_refused(&s->retry) && s->fatal.kind == ERR_NONE) {
        err_set(&s->fatal, ERR_WORK,
                "s3://%.*s: %u objects in a row were given up at %.*s, the last one: %s",
                SPAN_ARG(s->place.bucket), s->retry.refused_in_a_row, SPAN_ARG(s->place.url),
                detail);
        work_queue_end(s->ready);
    }
    if (j->tried.attempts > 1)
        snprintf(tries, sizeof(tries), " (%u tries)", j->tried.attempts);
    snprintf(j->why, sizeof(j->why), "%s%s", detail, tries);
    lose(s, j);
}

static void arrived(struct sink_s3 *s, struct job *j)
{
    retry_arrived(&s->retry, &j->tried);
    give_back(s, j);
}

static void wait_until(struct sink_s3 *s, struct job *j, int64_t delay_ms)
{
    j->due_ns = now_ns(s) + delay_ms * ms_ns;
    s->waiting[s->waiting_n++] = j;
}

/* Sign for the region that the answer names: true when that is another one and usable. */
static bool turn_to_region(struct sink_s3 *s, const struct http_reply *r,
                           const struct s3_error *error)
{
    struct span region = span_of(r->region[0] != '\0' ? r->region : error->region);
    struct s3_place place;
    struct err ignored = {0};
    if (region.n == 0 || span_equal(region, s->place.region) ||
        s3_place_make(&place, &s->arena, s->options.endpoint, s->options.bucket, region,
                      s->options.style, &ignored) != 0)
        return false;
    s->place = place;
    s->signer.region = place.region;
    return true;
}

/* Sign with the server's clock: true when it differs from the one in use. */
static bool turn_clock(struct sink_s3 *s, const struct http_reply *r)
{
    if (r->date_ms < 0)
        return false;
    s->skew_ms = r->date_ms - s->options.utc_ms();
    return true;
}

static void settle(struct sink_s3 *s, const struct http_reply *r)
{
    struct job *j = r->tag;
    struct s3_error error = {.code = ""};
    if (r->fault == HTTP_ANSWERED && r->status >= 300)
        s3_answer_error(&error, r->body);
    const struct s3_rule *rule = s3_answer_judge(r->fault, r->status, error.code);
    s->flying--;
    s->retry.trouble = false;

    switch (rule->action) {
    case S3_DONE:
        arrived(s, j);
        return;
    case S3_CLOCK:
    case S3_REGION:
        if (s->fatal.kind == ERR_NONE && j->turns < TURNS_MOST &&
            (rule->action == S3_CLOCK ? turn_clock(s, r) : turn_to_region(s, r, &error))) {
            j->turns++;
            j->tried.attempts--;
            wait_until(s, j, 0);
            return;
        }
        stop_for(s, j, rule, r, &error);
        return;
    case S3_STOP:
        if (rule->for_all || !s->retry.alive)
            stop_for(s, j, rule, r, &error);
        else
            refuse(s, j, r, &error);
        return;
    case S3_REFUSED:
        refuse(s, j, r, &error);
        return;
    case S3_AGAIN:
    case S3_SLOWER:
    case S3_DAMAGED:
        break;
    }
    const bool slower = rule->action == S3_SLOWER;
    retry_narrow(&s->retry, r->fault, slower, now_ns(s));
    if (rule->action == S3_DAMAGED)
        j->tried.damaged++;
    if (retry_is_spent(&s->retry, &j->tried, r->fault, now_ns(s)) ||
        j->tried.damaged >= RETRY_DAMAGED_ATTEMPTS || s->fatal.kind != ERR_NONE) {
        /* A server that never once answered will not answer the next object either. */
        if (rule->for_all || (r->fault != HTTP_ANSWERED && !s->retry.alive))
            stop_for(s, j, rule, r, &error);
        else
            refuse(s, j, r, &error);
        return;
    }
    wait_until(s, j, retry_delay_ms(&s->retry, &j->tried, r->fault, slower, r->retry_after));
}

static void start(struct sink_s3 *s, struct job *j)
{
    if (j->tried.attempts == 0 && j->turns == 0)
        j->tried.first_ns = now_ns(s);
    j->tried.attempts++;
    s->attempts++;
    s->flying++;
    struct sigv4_pair headers[3] = {{SPAN("Content-Type"), SPAN("application/json")}};
    size_t n = 1;
    if (j->gzipped)
        headers[n++] = (struct sigv4_pair){SPAN("Content-Encoding"), SPAN("gzip")};
    if (s->options.acl.n > 0)
        headers[n++] = (struct sigv4_pair){SPAN("x-amz-acl"), s->options.acl};
    const struct s3_request r = {.method = "PUT",
                                 .key = {j->key, j->key_n},
                                 .headers = headers,
                                 .headers_n = n,
                                 .body_sha256 = j->sha256,
                                 .token = s->options.token};
    s3_prepare(&j->prepared, &s->place, &s->signer, &r, s->options.utc_ms() + s->skew_ms);
    const struct http_request request = {.method = "PUT",
                                         .url = j->prepared.url.p,
                                         .headers = j->prepared.headers,
                                         .headers_n = j->prepared.headers_n,
                                         .body = buf_span(&j->body),
                                         .fresh = j->tried.attempts > 2};
    s->http.ops->start(s->http.self, &request, j);
}

/* The waiting job whose time has come, the most tried first; jobs_n when there is none. */
static unsigned due(const struct sink_s3 *s)
{
    const int64_t now = now_ns(s);
    unsigned best = s->jobs_n;
    for (unsigned i = 0; i < s->waiting_n; i++) {
        if (s->waiting[i]->due_ns <= now &&
            (best == s->jobs_n || s->waiting[i]->tried.attempts > s->waiting[best]->tried.attempts))
            best = i;
    }
    return best;
}

static void start_all(struct sink_s3 *s)
{
    while (s->flying < s->retry.allowed && s->waiting_n > 0) {
        unsigned i = due(s);
        if (i == s->jobs_n)
            break;
        struct job *j = s->waiting[i];
        s->waiting[i] = s->waiting[--s->waiting_n];
        start(s, j);
    }
    /* With the endpoint gone, the ones that wait probe for it; more would only wait too. */
    while (!s->all_seen && s->flying < s->retry.allowed &&
           !(s->retry.trouble && s->waiting_n > 0)) {
        void *item;
        bool nothing_else = s->flying == 0 && s->waiting_n == 0;
        if (!work_queue_take(s->ready, &item, nothing_else ? -1 : 0))
            break;
        if (item == &s->end)
            s->all_seen = true;
        else
            start(s, item);
    }
}

/* The run has stopped: nothing is tried again, nothing new is sent. */
static void drain(struct sink_s3 *s)
{
    while (s->waiting_n > 0)
        lose(s, s->waiting[--s->waiting_n]);
    void *item;
    while (work_queue_take(s->ready, &item, 0)) {
        if (item != &s->end)
            lose(s, item);
    }
    s->all_seen = true;
}

/* How long the thread may sleep: until the first waiting job that may fly is due. */
static int64_t sleep_ms(const struct sink_s3 *s)
{
    int64_t wait_ms = 1000;
    if (s->flying >= s->retry.allowed)
        return wait_ms;
    const int64_t now = now_ns(s);
    for (unsigned i = 0; i < s->waiting_n; i++) {
        int64_t left_ms = (s->waiting[i]->due_ns - now + ms_ns - 1) / ms_ns;
        if (left_ms < wait_ms)
            wait_ms = left_ms > 0 ? left_ms : 0;
    }
    return wait_ms;
}

static void transfer(void *ctx)
{
    struct sink_s3 *s = ctx;
    /* Signals are the main thread's; a peer that hangs up is an error of the transfer. */
    sigset_t all;
    sigemptyset(&all);
    sigaddset(&all, SIGINT);
    sigaddset(&all, SIGTERM);
    sigaddset(&all, SIGHUP);
    sigaddset(&all, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &all, NULL);

    for (;;) {
        if (s->fatal.kind != ERR_NONE)
            drain(s);
        else
            start_all(s);
        if (s->flying == 0 && s->waiting_n == 0) {
            if (s->all_seen)
                return;
            continue;
        }
        struct http_reply r;
        int64_t wait_ms = sleep_ms(s);
        while (s->http.ops->next(s->http.self, &r, wait_ms)) {
            settle(s, &r);
            wait_ms = 0;
        }
    }
}

static void tell_lost(struct sink_s3 *s, struct span key, const char *why)
{
    s->totals.failed++;
    if (s->options.lost != NULL)
        s->options.lost(s->options.lost_ctx, key, span_of(why));
}

/* Count what became of the object that ${j} carried, and let its bytes go. */
static void count(struct sink_s3 *s, struct job *j)
{
    if (!j->used)
        return;
    j->used = false;
    if (j->lost) {
        tell_lost(s, (struct span){j->key, j->key_n}, j->why);
    } else {
        s->totals.files++;
        s->totals.bytes += j->body.n;
    }
    buf_free(&j->body);
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
    void *item;
    bool taken = work_queue_take(s->idle, &item, -1);
    assert(taken);
    (void)taken;
    struct job *j = item;
    count(s, j);

    memcpy(j->key, s->prefix, prefix_n);
    memcpy(j->key + prefix_n, f->key, f->key_n + 1);
    j->key_n = prefix_n + f->key_n;
    if (f->hashed)
        memcpy(j->sha256, f->body_sha256, sizeof(j->sha256));
    else
        hash_sha256(j->sha256, buf_span(&f->body));
    j->gzipped = f->gzipped;
    j->body = f->body;
    j->lost = false;
    j->why[0] = '\0';
    j->tried = (struct retry_object){0};
    j->turns = 0;
    j->used = true;
    if (!work_queue_put(s->ready, j)) {
        j->used = false;
        tell_lost(s, (struct span){j->key, j->key_n}, "");
        give_back(s, j);
        *e = s->fatal;
        return -1;
    }
    buf_init(&f->body, f->body.max_n);
    s->http.ops->wake(s->http.self);
    return 0;
}

static int s3_finish(void *self, struct sink_totals *totals, struct err *e)
{
    struct sink_s3 *s = self;
    if (!s->ended) {
        s->ended = true;
        if (work_queue_put(s->ready, &s->end))
            s->http.ops->wake(s->http.self);
        work_thread_join(s->thread);
        void *item;
        while (work_queue_take(s->idle, &item, 0))
            count(s, item);
        s->totals.attempts = s->attempts;
    }
    *totals = s->totals;
    if (s->fatal.kind == ERR_NONE)
        return 0;
    *e = s->fatal;
    return -1;
}

static void s3_close(void *self)
{
    struct sink_s3 *s = self;
    struct sink_totals ignored_totals;
    struct err ignored;
    s3_finish(s, &ignored_totals, &ignored);
    s->http.ops->close(s->http.self);
    work_queue_close(s->ready);
    work_queue_close(s->idle);
    for (unsigned i = 0; i < s->jobs_n; i++)
        s3_prepared_free(&s->jobs[i].prepared);
    sigv4_free(&s->signer);
    struct arena a = s->arena;
    arena_free(&a);
}

static const struct sink_ops s3_ops = {
    .name = "s3", .put = s3_put, .finish = s3_finish, .close = s3_close};

int sink_s3_open(struct sink *out, const struct sink_s3_options *o, struct http http, struct err *e)
{
    struct arena a;
    arena_init(&a);
    struct sink_s3 *s = ARENA_NEW(&a, struct sink_s3, 1);
    if (s3_place_make(&s->place, &a, o->endpoint, o->bucket, o->region, o->style, e) != 0) {
        arena_free(&a);
        return -1;
    }
    s->options = *o;
    s->options.endpoint = arena_copy(&a, o->endpoint);
    s->options.bucket = s->place.bucket;
    s->options.token = arena_copy(&a, o->token);
    s->options.acl = arena_copy(&a, o->acl);
    if (o->connections == 0)
        s->options.connections = SINK_S3_CONNECTIONS;
    if (o->clock == NULL)
        s->options.clock = &pace_machine_clock;
    if (o->utc_ms == NULL)
        s->options.utc_ms = utc_now_ms;
    s->prefix = o->prefix.n > 0 ? arena_printf(&a, "%.*s/", SPAN_ARG(o->prefix)).p : "";
    sigv4_init(&s->signer, arena_copy(&a, o->access_key), arena_copy(&a, o->secret),
               s->place.region, SPAN("s3"));
    s->http = http;
    retry_init(&s->retry, o->attempts, s->options.connections,
               (uint64_t)s->options.utc_ms() ^ (uint64_t)(uintptr_t)s);

    /* Twice the connections: one is on its way while the next is at hand. */
    s->jobs_n = 2 * s->options.connections;
    s->jobs = ARENA_NEW(&a, struct job, s->jobs_n);
    s->waiting = ARENA_NEW(&a, struct job *, s->jobs_n);
    s->idle = work_queue_open(s->jobs_n);
    s->ready = work_queue_open(s->jobs_n + 1);
    for (unsigned i = 0; i < s->jobs_n; i++) {
        s3_prepared_init(&s->jobs[i].prepared);
        give_back(s, &s->jobs[i]);
    }
    s->arena = a;
    s->thread = work_thread_start(transfer, s);
    if (s->thread == NULL) {
        work_queue_close(s->ready);
        work_queue_close(s->idle);
        sigv4_free(&s->signer);
        arena_free(&a);
        return err_set(e, ERR_WORK, "no thread can be started for the transfers");
    }
    *out = (struct sink){&s3_ops, s};
    return 0;
}
