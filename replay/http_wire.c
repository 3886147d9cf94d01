/* http_wire.c - see http_wire.h. */
#include "replay/http_wire.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"

enum {
    READ_N = 65536,
    HEAD_MAX = 128 << 10, /* of a request */
    AUTHORITY_MAX = 300,
    EVENTS_MOST = 64,
    LIMITS_EVERY_MS = 250
};

enum conn_state { CONN_NONE, CONN_IDLE, CONN_BUSY };

/* A connection; ${next} links the idle ones, the ended ones, or those that are none. */
struct conn {
    struct conn *next;
    enum conn_state state;
    int fd;
    size_t authority_n;
    char authority[AUTHORITY_MAX];
    bool used; /* has served before */
    bool sent; /* the whole request */

    void *tag;
    struct buf head;
    struct span body;
    int file;      /* that has the body's bytes, or -1 */
    size_t sent_n; /* of head and body */
    int64_t last_ms, until_ms;
    bool answered; /* wholly, before all was sent */
    bool ended;
    enum http_wire_fate fate;
    char reason[96];
    struct http_answer answer;
};

struct http_wire {
    struct http_wire_options options;
    struct conn *conns;
    struct conn *none, *idle, *ended, *last_ended;
    int epoll_fd, wake_fd;
    atomic_bool woken; /* since the last wait: one wake is enough */
    int64_t now_ms, limits_ms;
    char *in; /* what was received last */
};

static int64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count, size);
    if (p == NULL)
        mem_die(count * size);
    return p;
}

struct http_wire *http_wire_open(const struct http_wire_options *o)
{
    struct http_wire *w = zeroed(1, sizeof(*w));
    w->options = *o;
    w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    /* By edges: what was written once need not be read. */
    struct epoll_event ev = {.events = EPOLLIN | EPOLLET, .data.ptr = NULL};
    if (w->epoll_fd < 0 || w->wake_fd < 0 ||
        epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, w->wake_fd, &ev) != 0) {
        http_wire_close(w);
        return NULL;
    }
    w->conns = zeroed(o->connections, sizeof(*w->conns));
    for (unsigned i = 0; i < o->connections; i++) {
        struct conn *c = &w->conns[i];
        c->fd = -1;
        buf_init(&c->head, HEAD_MAX);
        c->next = w->none;
        w->none = c;
    }
    w->in = zeroed(READ_N, 1);
    w->now_ms = clock_ms();
    return w;
}

void http_wire_close(struct http_wire *w)
{
    if (w == NULL)
        return;
    for (unsigned i = 0; w->conns != NULL && i < w->options.connections; i++) {
        if (w->conns[i].fd >= 0)
            close(w->conns[i].fd);
        buf_free(&w->conns[i].head);
    }
    if (w->epoll_fd >= 0)
        close(w->epoll_fd);
    if (w->wake_fd >= 0)
        close(w->wake_fd);
    free(w->conns);
    free(w->in);
    free(w);
}

struct span http_wire_authority(const char *url)
{
    const struct span scheme = SPAN("http://");
    const struct span whole = span_of(url);
    if (!span_starts(whole, scheme))
        return SPAN("");
    struct span rest = span_from(whole, scheme.n);
    rest.n = span_find(rest, '/');
    if (rest.n > AUTHORITY_MAX || span_find(rest, '@') < rest.n || span_find(rest, '?') < rest.n)
        return SPAN("");
    return rest;
}

static void drop(struct http_wire *w, struct conn *c)
{
    epoll_ctl(w->epoll_fd, EPOLL_CTL_DEL, c->fd, NULL);
    close(c->fd);
    c->fd = -1;
    c->state = CONN_NONE;
    c->next = w->none;
    w->none = c;
}

static void drop_idle(struct http_wire *w, struct conn *c)
{
    struct conn **at = &w->idle;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    drop(w, c);
}

/* The request of ${c} is over; ${reason} is why there is no answer. */
static void end(struct http_wire *w, struct conn *c, enum http_wire_fate fate, const char *reason)
{
    c->ended = true;
    c->fate = fate;
    c->reason[0] = '\0';
    if (fate != HTTP_WIRE_ANSWERED)
        snprintf(c->reason, sizeof(c->reason), "%s", reason);
    c->next = NULL;
    if (w->ended == NULL)
        w->ended = c;
    else
        w->last_ended->next = c;
    w->last_ended = c;
}

/* The connection is gone before its answer was complete. */
static void broken(struct http_wire *w, struct conn *c, int reason)
{
    c->answer.kept = false;
    if (c->answered) {
        end(w, c, HTTP_WIRE_ANSWERED, "");
        return;
    }
    const char *what = c->answer.begun ? "the connection ended within the answer"
                                       : "the connection ended before an answer";
    const bool stale = c->used && !c->answer.begun;
    end(w, c, stale ? HTTP_WIRE_STALE : HTTP_WIRE_BROKEN, reason != 0 ? strerror(reason) : what);
}

static void receive(struct http_wire *w, struct conn *c)
{
    while (!c->ended) {
        const ssize_t got = recv(c->fd, w->in, READ_N, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (got == 0 && http_answer_ends(&c->answer)) {
            end(w, c, HTTP_WIRE_ANSWERED, "");
            return;
        }
        if (got <= 0 || c->answered) {
            broken(w, c, got < 0 ? errno : 0);
            return;
        }
        c->last_ms = w->now_ms;
        switch (http_answer_feed(&c->answer, (struct span){w->in, (size_t)got})) {
        case HTTP_ANSWER_MORE:
            break;
        case HTTP_ANSWER_DONE:
            /* A server that is content reads on, and then the connection can be used again. */
            c->answered = true;
            if (c->sent || !c->answer.kept || c->answer.status >= 300)
                end(w, c, HTTP_WIRE_ANSWERED, "");
            return;
        case HTTP_ANSWER_NO_HTTP:
            end(w, c, c->answer.status == 0 ? HTTP_WIRE_NO_HTTP : HTTP_WIRE_BROKEN, c->answer.why);
            return;
        }
        /* Less than there was room for: there is no more, or the next edge tells. */
        if (got < READ_N)
            return;
    }
}

/* Send some of what is left of head and body: how much, 0 at the end of a file that has not so many
   bytes, or -1 and errno. */
static ssize_t send_some(const struct conn *c)
{
    struct iovec parts[2];
    size_t n = 0;
    if (c->sent_n < c->head.n)
        parts[n++] = (struct iovec){c->head.p + c->sent_n, c->head.n - c->sent_n};
    const size_t body_at = c->sent_n > c->head.n ? c->sent_n - c->head.n : 0;
    if (c->file >= 0 && n == 0) {
        off_t at = (off_t)body_at;
        return sendfile(c->fd, c->file, &at, c->body.n - body_at);
    }
    if (c->file < 0 && body_at < c->body.n)
        parts[n++] = (struct iovec){(char *)(uintptr_t)c->body.p + body_at, c->body.n - body_at};
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = n};
    return sendmsg(c->fd, &message, MSG_NOSIGNAL | (c->file >= 0 ? MSG_MORE : 0));
}

/* Send on; what does not fit now goes when the socket has room. */
static void send_on(struct http_wire *w, struct conn *c)
{
    const size_t whole_n = c->head.n + c->body.n;
    while (c->sent_n < whole_n) {
        const ssize_t put = send_some(c);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (put == 0) {
            c->answer.kept = false;
            end(w, c, HTTP_WIRE_BROKEN, "its file has become shorter meanwhile");
            return;
        }
        if (put < 0) {
            const int reason = errno;
            /* There may be an answer that says why. */
            c->answer.kept = false;
            receive(w, c);
            if (!c->ended)
                broken(w, c, reason);
            return;
        }
        c->sent_n += (size_t)put;
        c->last_ms = w->now_ms;
    }
    c->sent = true;
    if (c->answered && !c->ended)
        end(w, c, HTTP_WIRE_ANSWERED, "");
}

static void give(struct http_wire *w, struct conn *c, const struct http_wire_put *r, void *tag)
{
    c->state = CONN_BUSY;
    c->next = NULL;
    c->tag = tag;
    c->ended = c->sent = c->answered = false;
    c->sent_n = 0;
    c->body = r->body;
    c->file = r->file != NULL ? *r->file : -1;
    w->now_ms = clock_ms();
    c->last_ms = w->now_ms;
    c->until_ms = w->now_ms + r->most_ms;
    http_answer_begin(&c->answer, &w->options.ears, tag);

    struct buf *b = &c->head;
    const char *path = r->url + strlen("http://") + c->authority_n;
    buf_clear(b);
    buf_put_span(b, SPAN("PUT "));
    buf_put_span(b, path[0] != '\0' ? span_of(path) : SPAN("/"));
    buf_put_span(b, SPAN(" HTTP/1.1\r\n"));
    for (size_t i = 0; i < r->headers_n; i++) {
        const struct span line = span_of(r->headers[i]);
        /* A name without a value takes a header away that nobody adds here. */
        if (line.p[line.n - 1] == ':')
            continue;
        buf_put_span(b, line);
        buf_put_span(b, SPAN("\r\n"));
    }
    buf_put_span(b, SPAN("User-Agent: "));
    buf_put_span(b, span_of(w->options.user_agent));
    buf_put_span(b, SPAN("\r\nAccept: */*\r\nContent-Length: "));
    char digits[24];
    char *at = digits + sizeof(digits);
    size_t n = r->body.n;
    do {
        *--at = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    buf_put(b, at, (size_t)(digits + sizeof(digits) - at));
    buf_put_span(b, SPAN("\r\n\r\n"));
    send_on(w, c);
}

bool http_wire_start(struct http_wire *w, const struct http_wire_put *r, void *tag)
{
    const struct span authority = http_wire_authority(r->url);
    for (struct conn **at = &w->idle; *at != NULL; at = &(*at)->next) {
        struct conn *c = *at;
        if (!span_equal(authority, (struct span){c->authority, c->authority_n}))
            continue;
        *at = c->next;
        c->used = true;
        give(w, c, r, tag);
        return true;
    }
    return false;
}

void http_wire_adopt(struct http_wire *w, int fd, const struct http_wire_put *r, void *tag)
{
    if (w->none == NULL)
        drop_idle(w, w->idle);
    struct conn *c = w->none;
    w->none = c->next;
    const struct span authority = http_wire_authority(r->url);
    memcpy(c->authority, authority.p, authority.n);
    c->authority_n = authority.n;
    c->fd = fd;
    c->used = false;
    const int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    /* By edges, once for the life of the connection. */
    struct epoll_event ev = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = c};
    const int added = epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &ev);
    give(w, c, r, tag);
    if (added != 0 && !c->ended)
        broken(w, c, ENOMEM);
}

/* Something happened on ${c}. */
static void move(struct http_wire *w, struct conn *c, uint32_t events)
{
    if (c->state == CONN_IDLE) {
        /* Nobody asked: it has ended, or says what nobody can use. */
        if ((events & ~(uint32_t)EPOLLOUT) != 0)
            drop_idle(w, c);
        return;
    }
    const bool over = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    if (c->state != CONN_BUSY || c->ended) {
        c->answer.kept = c->answer.kept && !over;
        return;
    }
    if (!c->sent)
        send_on(w, c);
    if (!c->ended && (events & ~(uint32_t)EPOLLOUT) != 0)
        receive(w, c);
    /* The other side's end may have come along with its last bytes. */
    if (over && !c->ended)
        receive(w, c);
    if (over)
        c->answer.kept = false;
}

static void check_limits(struct http_wire *w)
{
    w->limits_ms = w->now_ms + LIMITS_EVERY_MS;
    for (unsigned i = 0; i < w->options.connections; i++) {
        struct conn *c = &w->conns[i];
        if (c->state != CONN_BUSY || c->ended)
            continue;
        char reason[64];
        if (w->now_ms - c->last_ms >= w->options.idle_ms)
            snprintf(reason, sizeof(reason), "no byte came or went for %lld s",
                     (long long)w->options.idle_ms / 1000);
        else if (w->now_ms >= c->until_ms)
            snprintf(reason, sizeof(reason), "took too long");
        else
            continue;
        end(w, c, HTTP_WIRE_SLOW, reason);
        c->answer.kept = false;
    }
}

bool http_wire_take(struct http_wire *w, struct http_wire_end *out)
{
    struct conn *c = w->ended;
    if (c == NULL)
        return false;
    w->ended = c->next;
    *out = (struct http_wire_end){
        .tag = c->tag, .fate = c->fate, .status = c->answer.status, .reason = c->reason};
    /* An answer that came before all was sent leaves the rest of the request in the way. */
    if (c->fate == HTTP_WIRE_ANSWERED && c->answer.kept && c->sent) {
        c->state = CONN_IDLE;
        c->next = w->idle;
        w->idle = c;
    } else {
        drop(w, c);
    }
    return true;
}

void http_wire_cut(struct http_wire *w)
{
    for (unsigned i = 0; i < w->options.connections; i++) {
        if (w->conns[i].state == CONN_BUSY)
            drop(w, &w->conns[i]);
    }
    w->ended = NULL;
}

int http_wire_fd(const struct http_wire *w)
{
    return w->epoll_fd;
}

void http_wire_wait(struct http_wire *w, int64_t wait_ms)
{
    struct epoll_event events[EVENTS_MOST];
    const int64_t most_ms = wait_ms < LIMITS_EVERY_MS ? wait_ms : LIMITS_EVERY_MS;
    const int n = epoll_wait(w->epoll_fd, events, EVENTS_MOST, (int)most_ms);
    atomic_store(&w->woken, false);
    w->now_ms = clock_ms();
    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr != NULL)
            move(w, events[i].data.ptr, events[i].events);
    }
    if (w->now_ms >= w->limits_ms)
        check_limits(w);
}

void http_wire_wake(struct http_wire *w)
{
    if (atomic_exchange(&w->woken, true))
        return;
    const uint64_t one = 1;
    const ssize_t put = write(w->wake_fd, &one, sizeof(one));
    (void)put;
}
