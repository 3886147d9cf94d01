/* retry.c - see retry.h. */
#include "replay/retry.h"

#include "base/draw.h"

enum {
    AGAIN_MS = 200,
    AGAIN_MOST_MS = 5000,
    SLOWER_MS = 1000,
    SLOWER_MOST_MS = 20000,
    RETRY_AFTER_MOST_S = 60,
    TOKENS_MOST = 500,
    TOKENS_RETRY = 5,
    DOUBLINGS_MOST = 16,
    NARROW_MS = 1000 /* answers of one moment narrow once */
};

/* Patience with an endpoint that never answered, and with one that did. */
static const int64_t start_patience_ns = 15 * INT64_C(1000000000);
static const int64_t later_patience_ns = 60 * INT64_C(1000000000);
static const unsigned start_attempts_least = 3;

void retry_init(struct retry *r, unsigned attempts, unsigned connections, uint64_t seed)
{
    *r = (struct retry){.attempts = attempts,
                        .connections = connections,
                        .allowed = 1,
                        .tokens = TOKENS_MOST,
                        .narrowed_ns = INT64_MIN / 2,
                        .quiet_ns = RETRY_NOT_QUIET,
                        .seed = seed};
}

void retry_arrived(struct retry *r, const struct retry_object *o)
{
    r->alive = true;
    r->trouble = false;
    r->refused_in_a_row = 0;
    if (r->allowed < r->connections)
        r->allowed++;
    r->tokens += o->attempts > 1 ? TOKENS_RETRY : 1;
    if (r->tokens > TOKENS_MOST)
        r->tokens = TOKENS_MOST;
}

bool retry_refused(struct retry *r)
{
    r->refused_in_a_row++;
    return r->refused_in_a_row >= RETRY_REFUSED_IN_A_ROW;
}

bool retry_is_no_answer(enum http_fault fault)
{
    return fault == HTTP_UNRESOLVED || fault == HTTP_UNREACHABLE || fault == HTTP_TLS ||
           fault == HTTP_UNUSABLE;
}

void retry_narrow(struct retry *r, enum http_fault fault, bool slower, int64_t now_ns)
{
    if (fault != HTTP_ANSWERED) {
        if (r->quiet_ns == RETRY_NOT_QUIET)
            r->quiet_ns = now_ns;
        r->quiet_n++;
    }
    r->trouble = retry_is_no_answer(fault);
    if (r->trouble) {
        r->allowed = 1;
        return;
    }
    if ((slower || fault != HTTP_ANSWERED) &&
        now_ns - r->narrowed_ns >= NARROW_MS * INT64_C(1000000)) {
        r->narrowed_ns = now_ns;
        r->allowed = r->allowed > 1 ? r->allowed / 2 : 1;
    }
}

void retry_heard(struct retry *r)
{
    r->quiet_ns = RETRY_NOT_QUIET;
    r->quiet_n = 0;
}

bool retry_is_gone(const struct retry *r, int64_t now_ns)
{
    if (r->quiet_ns == RETRY_NOT_QUIET)
        return false;
    if (r->alive)
        return now_ns - r->quiet_ns >= later_patience_ns;
    return r->attempts == 0 && r->quiet_n >= start_attempts_least &&
           now_ns - r->quiet_ns >= start_patience_ns;
}

bool retry_is_spent(const struct retry *r, const struct retry_object *o, enum http_fault fault,
                    int64_t now_ns)
{
    const unsigned most = r->attempts > 0 ? r->attempts : RETRY_ATTEMPTS;
    if (!retry_is_no_answer(fault))
        return o->attempts >= most;
    const int64_t waited_ns = now_ns - o->first_ns;
    if (r->alive)
        return false;
    if (r->attempts > 0)
        return o->attempts >= most;
    if (fault != HTTP_UNREACHABLE)
        return o->attempts >= RETRY_WRONG_ATTEMPTS;
    return o->attempts >= most ||
           (o->attempts >= start_attempts_least && waited_ns >= start_patience_ns);
}

static int64_t seconds_asked(const char *text)
{
    int64_t s = 0;
    for (; *text >= '0' && *text <= '9' && s <= RETRY_AFTER_MOST_S; text++)
        s = s * 10 + (*text - '0');
    return s < RETRY_AFTER_MOST_S ? s : RETRY_AFTER_MOST_S;
}

int64_t retry_delay_ms(struct retry *r, const struct retry_object *o, enum http_fault fault,
                       bool slower, const char *retry_after)
{
    const int64_t most_ms = slower ? SLOWER_MOST_MS : AGAIN_MOST_MS;
    unsigned doublings = o->attempts > 1 ? o->attempts - 1 : 0;
    if (doublings > DOUBLINGS_MOST)
        doublings = DOUBLINGS_MOST;
    int64_t step_ms = (int64_t)(slower ? SLOWER_MS : AGAIN_MS) << doublings;
    if (step_ms > most_ms)
        step_ms = most_ms;
    const uint64_t bits = draw_at(r->seed, 0, r->draws++);
    int64_t delay_ms = (int64_t)draw_below(bits, (uint64_t)step_ms + 1);
    if (fault == HTTP_ANSWERED) {
        /* With the budget spent: not failed, but slow, so that a busy server can recover. */
        if (r->tokens >= TOKENS_RETRY)
            r->tokens -= TOKENS_RETRY;
        else
            delay_ms = most_ms / 2 + delay_ms / 2;
    }
    const int64_t asked_ms = 1000 * seconds_asked(retry_after);
    return delay_ms > asked_ms ? delay_ms : asked_ms;
}
