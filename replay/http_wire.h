/*
 * http_wire.h - PUTs over plain connections that are there already
 *
 * What goes through libcurl costs more time in it than in the system. Here a request is one send
 * and one receive, and all connections wait in one epoll. Connections are made elsewhere (http.c)
 * and given to it; it keeps those that may serve again. Who sends files keeps SIGPIPE away: a peer
 * that has gone is an end like others.
 */
#ifndef REPLAY_HTTP_WIRE_H
#define REPLAY_HTTP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"
#include "replay/http_answer.h"

struct http_wire;

struct http_wire_options {
    unsigned connections;         /* at most so many requests are on their way */
    int64_t idle_ms;              /* without a byte */
    const char *user_agent;       /* the caller's, as long as the wire */
    struct http_answer_ears ears; /* hear of answers, with the tag of start */
};

/* A PUT; all it points to stays valid until its end was taken. */
struct http_wire_put {
    const char *url; /* one that has an authority */
    const char *const *headers;
    size_t headers_n;
    struct span body;
    const int *file; /* or NULL; a descriptor: its first ${body.n} bytes are the body */
    int64_t most_ms; /* it may take */
};

enum http_wire_fate {
    HTTP_WIRE_ANSWERED,
    HTTP_WIRE_STALE,  /* the connection was an old one that had died: try a new one */
    HTTP_WIRE_BROKEN, /* the connection ended early */
    HTTP_WIRE_SLOW,   /* a time limit passed */
    HTTP_WIRE_NO_HTTP /* what answers is none */
};

/* A request that has ended. */
struct http_wire_end {
    void *tag;
    enum http_wire_fate fate;
    int status;
    const char *reason; /* why there is no answer; valid until the next call */
};

/* NULL when the system gives no epoll. */
struct http_wire *http_wire_open(const struct http_wire_options *o);
void http_wire_close(struct http_wire *w);

/* "host:port" of "http://host:port/path"; empty for any other URL. */
struct span http_wire_authority(const char *url);

/**
 * http_wire_start(w, r, tag):
 * Send ${r} over an idle connection to its authority: false when there is none.
 */
bool http_wire_start(struct http_wire *w, const struct http_wire_put *r, void *tag);

/* The same over the new connection ${fd}, which is the wire's. */
void http_wire_adopt(struct http_wire *w, int fd, const struct http_wire_put *r, void *tag);

/* The next request that has ended; false when none has. */
bool http_wire_take(struct http_wire *w, struct http_wire_end *out);

/* Drop all that is on its way; nothing of it is taken any more. */
void http_wire_cut(struct http_wire *w);

/* A descriptor that is readable when wait has something to do. */
int http_wire_fd(const struct http_wire *w);

/* Let the connections move: wait at most ${wait_ms} for one, or for wake. */
void http_wire_wait(struct http_wire *w, int64_t wait_ms);

/* End the wait, or the next one when there is none now; from any thread. */
void http_wire_wake(struct http_wire *w);

#endif
