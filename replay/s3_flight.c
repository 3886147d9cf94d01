/* s3_flight.c - see s3_flight.h. */
#include "replay/s3_flight.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/work.h"
#include "replay/s3_answer.h"

enum {
    TURNS_MOST = 3, /* clock, region, host, keys or checksum put right, for one object */
    DETAIL_N = 360,
    BATCHES = 4 /* in which jobs are handed back while all connections are busy */
};

static const int64_t ms_ns = 1000000;

/* SHA-256 of no bytes, for requests without a body. */
static const uint8_t nothing_sha256[HASH_SHA256_N] = {
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};

static int64_t now_ns(const struct s3_flight *s)
{
    return s->clock->now_ns(s->clock->self);
}

/* The fate of ${j} is settled. */
static void give_back(struct s3_flight *s, struct s3_job *j)
{
    s3_job_close_file(j);
    s->done[s->done_n++] = j;
}

/* Let the caller have what is done. Several at once: waking it costs more than a PUT. */
static void hand_back(struct s3_flight *s)
{
    if (s->done_n == 0)
        return;
    const bool put = work_queue_put_all(s->idle, s->done, s->done_n);
    assert(put);
    (void)put;
    s->done_n = 0;
}

/* The object is given up; ${j}->why says why, or is empty when the run stopped first. */
static void lose(struct s3_flight *s, struct s3_job *j)
{
    j->fate = S3_LOST;
    give_back(s, j);
}

/* Stop the run because of what befell ${j}: what, where, what to do. */
static void stop_for(struct s3_flight *s, struct s3_job *j, const struct s3_rule *rule,
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
        err_set(&s->fatal, ERR_WORK, "s3://%.*s: %s at %.*s (%s%s)%s%s",
                SPAN_ARG(s->door.place.bucket), what, SPAN_ARG(s->door.place.url), detail, tries,
                rule->advice != NULL ? "; " : "", rule->advice != NULL ? rule->advice : "");
    work_queue_end(s->ready);
    lose(s, j);
}

/* Give up this object; when nothing else arrives either, the run. */
static void refuse(struct s3_flight *s, struct s3_job *j, const struct http_reply *r,
                   const struct s3_error *error)
{
    char detail[DETAIL_N];
    char tries[32] = "";
    s3_answer_describe(detail, sizeof(detail), r, error, true);
    if (retry_refused(&s->retry) && s->fatal.kind == ERR_NONE) {
        err_set(&s->fatal, ERR_WORK,
                "s3://%.*s: %u objects in a row were given up at %.*s, the last one: %s",
                SPAN_ARG(s->door.place.bucket), s->retry.refused_in_a_row,
                SPAN_ARG(s->door.place.url), detail);
        work_queue_end(s->ready);
    }
    if (j->tried.attempts > 1)
        snprintf(tries, sizeof(tries), " (%u tries)", j->tried.attempts);
    snprintf(j->why, sizeof(j->why), "%s%s", detail, tries);
    lose(s, j);
}

static void wait_until(struct s3_flight *s, struct s3_job *j, int64_t delay_ms)
{
    j->due_ns = now_ns(s) + delay_ms * ms_ns;
    s->waiting[s->waiting_n++] = j;
}

/* The object can be read. */
static void tell_arrived(const struct s3_flight *s, const struct s3_job *j,
                         const struct http_reply *r)
{
    if (s->arrived == NULL)
        return;
    const struct sink_arrival a = {.bucket = s->door.place.bucket,
                                   .region = s->door.place.region,
                                   .key = {j->key, j->key_n},
                                   .bytes = j->body_n,
                                   .etag = span_of(r->etag),
                                   .version = span_of(r->version)};
    s->arrived(s->arrived_ctx, &a);
}

static void arrived(struct s3_flight *s, struct s3_job *j, const struct http_reply *r)
{
    retry_arrived(&s->retry, &j->tried);
    j->fate = S3_ARRIVED;
    j->arrived_ns = now_ns(s);
    tell_arrived(s, j, r);
    give_back(s, j);
}

/* HEAD has told what stands under the key that If-None-Match kept: ours, or others'. */
static void compare(struct s3_flight *s, struct s3_job *j, const struct http_reply *r)
{
    uint8_t md5[HASH_MD5_N];
    char hex[2 * HASH_MD5_N];
    struct span tag = span_of(r->etag);
    while (tag.n > 0 && tag.p[0] == '"')
        tag = span_from(tag, 1);
    while (tag.n > 0 && tag.p[tag.n - 1] == '"')
        tag.n--;
    hash_md5(md5, buf_span(&j->body));
    hash_hex(hex, md5, sizeof(md5));
    retry_arrived(&s->retry, &j->tried);
    if (span_equal(tag, (struct span){hex, sizeof(hex)})) {
        /* Behind a lost answer it was our own PUT. */
        if (j->repeated) {
            arrived(s, j, r);
            return;
        }
        tell_arrived(s, j, r);
        j->fate = S3_WAS_THERE;
        give_back(s, j);
        return;
    }
    snprintf(j->why, sizeof(j->why), "is there already with %s, which stay as they are",
             tag.n == sizeof(hex) ? "other bytes" : "bytes that its ETag does not tell");
    lose(s, j);
}

/* The object lock of this bucket wants a checksum: from now on there is one. */
static bool turn_checksum(struct s3_flight *s, struct s3_job *j, const struct s3_error *error)
{
    if (strstr(error->message, "Content-MD5") == NULL || j->checksum.kind != CHECKSUM_NONE)
        return false;
    s->put.checksum = CHECKSUM_MD5;
    return true;
}

static void again_at_once(struct s3_flight *s, struct s3_job *j)
{
    j->turns++;
    j->tried.attempts--;
    wait_until(s, j, 0);
}

static void settle(struct s3_flight *s, const struct http_reply *r)
{
    struct s3_job *j = r->tag;
    struct s3_error error = {.code = ""};
    const int status = s3_answer_status(r);
    if (r->fault == HTTP_ANSWERED && status >= 300)
        s3_answer_error(&error, r->body);
    const struct s3_rule *rule = s3_answer_judge(r->fault, status, error.code);
    s->flying--;
    s->retry.trouble = false;
    if (r->fault == HTTP_ANSWERED)
        retry_heard(&s->retry);
    if (s->fatal.kind == ERR_STOP && rule->action != S3_DONE) {
        lose(s, j);
        return;
    }

    const bool may_turn = s->fatal.kind == ERR_NONE && j->turns < TURNS_MOST;
    switch (rule->action) {
    case S3_DONE:
        if (j->looking)
            compare(s, j, r);
        else
            arrived(s, j, r);
        return;
    case S3_CLOCK:
    case S3_REGION:
    case S3_KEYS:
        if (may_turn && s3_door_turn(&s->door, rule->action, r, &error))
            again_at_once(s, j);
        else
            stop_for(s, j, rule, r, &error);
        return;
    case S3_THERE:
        if (may_turn && s->put.if_none_match && !j->looking) {
            j->repeated = j->tried.attempts > 1;
            j->looking = true;
            j->turns++;
            wait_until(s, j, 0);
        } else {
            refuse(s, j, r, &error);
        }
        return;
    case S3_STOP:
        if (j->looking && r->status == 404 && may_turn) {
            j->looking = false;
            again_at_once(s, j);
        } else if (rule->for_all || !s->retry.alive) {
            stop_for(s, j, rule, r, &error);
        } else {
            refuse(s, j, r, &error);
        }
        return;
    case S3_REFUSED:
        if (may_turn && turn_checksum(s, j, &error))
            again_at_once(s, j);
        else
            refuse(s, j, r, &error);
        return;
    case S3_ELSEWHERE:
        if (may_turn && s3_door_turn(&s->door, rule->action, r, &error)) {
            again_at_once(s, j);
            return;
        }
        break;
    case S3_AGAIN:
    case S3_SLOWER:
    case S3_DAMAGED:
        break;
    }
    const bool slower = rule->action == S3_SLOWER;
    retry_narrow(&s->retry, r->fault, slower, now_ns(s));
    if (rule->action == S3_DAMAGED)
        j->tried.damaged++;
    const bool gone = retry_is_gone(&s->retry, now_ns(s));
    if (gone || retry_is_spent(&s->retry, &j->tried, r->fault, now_ns(s)) ||
        j->tried.damaged >= RETRY_DAMAGED_ATTEMPTS || s->fatal.kind != ERR_NONE) {
        /* A server that never once answered will not answer the next object either. */
        if (gone || rule->for_all || (r->fault != HTTP_ANSWERED && !s->retry.alive))
            stop_for(s, j, rule, r, &error);
        else
            refuse(s, j, r, &error);
        return;
    }
    wait_until(s, j, retry_delay_ms(&s->retry, &j->tried, r->fault, slower, r->retry_after));
}

/* Have the bytes of ${j} at hand. Where they cannot be had, that ends the run. */
static bool fetch(struct s3_flight *s, struct s3_job *j)
{
    struct err e = {0};
    if (s3_job_fetch(j, &s->put, &e) == 0)
        return true;
    if (s->fatal.kind == ERR_NONE)
        s->fatal = e;
    work_queue_end(s->ready);
    lose(s, j);
    return false;
}

static void start(struct s3_flight *s, struct s3_job *j)
{
    if (!j->looking && !fetch(s, j))
        return;
    if (j->tried.attempts == 0 && j->turns == 0)
        j->tried.first_ns = now_ns(s);
    j->tried.attempts++;
    s->attempts++;
    s->flying++;
    struct sigv4_pair headers[S3_JOB_HEADERS_MOST];
    const struct s3_request r = {.method = j->looking ? "HEAD" : "PUT",
                                 .key = {j->key, j->key_n},
                                 .headers = headers,
                                 .headers_n = j->looking ? 0 : s3_job_headers(j, &s->put, headers),
                                 .body_sha256 = j->looking ? nothing_sha256 : j->sha256};
    s3_door_prepare(&s->door, &j->prepared, &r);
    struct http_request request = {.method = r.method,
                                   .url = j->prepared.url.p,
                                   .headers = j->prepared.headers,
                                   .headers_n = j->prepared.headers_n,
                                   .fresh = j->tried.attempts > 2};
    if (!j->looking) {
        request.body = (struct span){j->body.p, j->body_n};
        request.file = j->file >= 0 ? &j->file : NULL;
    }
    s->http.ops->start(s->http.self, &request, j);
}

/* The waiting job whose time has come, the most tried first; jobs_n when there is none. */
static unsigned due(const struct s3_flight *s)
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

static void start_all(struct s3_flight *s)
{
    while (s->flying < s->retry.allowed && s->waiting_n > 0 && s->fatal.kind == ERR_NONE) {
        unsigned i = due(s);
        if (i == s->jobs_n)
            break;
        struct s3_job *j = s->waiting[i];
        s->waiting[i] = s->waiting[--s->waiting_n];
        start(s, j);
    }
    atomic_store(&s->hungry, false);
    /* With the endpoint gone, the ones that wait probe for it; more would only wait too. */
    while (!s->all_seen && s->fatal.kind == ERR_NONE && s->flying < s->retry.allowed &&
           !(s->retry.trouble && s->waiting_n > 0)) {
        void *item;
        bool nothing_else = s->flying == 0 && s->waiting_n == 0;
        if (!work_queue_take(s->ready, &item, 0)) {
            /* Who puts from now on wakes this thread; who did before is seen here. */
            hand_back(s);
            atomic_store(&s->hungry, true);
            if (!work_queue_take(s->ready, &item, nothing_else ? -1 : 0))
                break;
            atomic_store(&s->hungry, false);
        }
        if (item == &s->end)
            s->all_seen = true;
        else
            start(s, item);
    }
}

/* The run has stopped: nothing is tried again, nothing new is sent. */
static void drain(struct s3_flight *s)
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

/* Whether the time that a stopped run has is over; begins it when the run was stopped. */
static bool is_overdue(struct s3_flight *s)
{
    work_lock_take(s->lock);
    const bool hurried = s->hurried;
    work_lock_give(s->lock);
    if (hurried && s->hurry_ns == 0)
        s->hurry_ns = now_ns(s) + S3_FLIGHT_LAST_MS * ms_ns;
    return hurried && now_ns(s) >= s->hurry_ns;
}

/* Cut off what is on its way; the run goes on another time. */
static void end_at_once(struct s3_flight *s)
{
    err_set(&s->fatal, ERR_STOP, "%.*s does not answer", SPAN_ARG(s->door.place.url));
    work_queue_end(s->ready);
    s->http.ops->cut(s->http.self);
}

void s3_flight_hurry(struct s3_flight *s)
{
    work_lock_take(s->lock);
    s->hurried = true;
    work_lock_give(s->lock);
    s->http.ops->wake(s->http.self);
}

/* How long the thread may sleep: until the first waiting job that may fly is due. */
static int64_t sleep_ms(const struct s3_flight *s)
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

void s3_flight_run(void *ctx)
{
    struct s3_flight *s = ctx;
    /* Signals are the main thread's; a peer that hangs up is an error of the transfer. */
    sigset_t all;
    sigemptyset(&all);
    sigaddset(&all, SIGINT);
    sigaddset(&all, SIGTERM);
    sigaddset(&all, SIGHUP);
    sigaddset(&all, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &all, NULL);

    for (;;) {
        if (s->fatal.kind == ERR_NONE && is_overdue(s))
            end_at_once(s);
        if (s->fatal.kind != ERR_NONE)
            drain(s);
        else
            start_all(s);
        if (s->flying == 0 && s->waiting_n == 0) {
            hand_back(s);
            if (s->all_seen)
                return;
            continue;
        }
        if (s->flying < s->retry.allowed || s->done_n >= s->jobs_n / BATCHES)
            hand_back(s);
        struct http_reply r;
        int64_t wait_ms = sleep_ms(s);
        while (s->http.ops->next(s->http.self, &r, wait_ms)) {
            settle(s, &r);
            wait_ms = 0;
        }
    }
}
