/*
 * http.h - many HTTP transfers at once, with a limit on everything
 *
 * struct http is a small struct of functions: http_open gives the real one (libcurl, one multi
 * handle, connections kept alive), tests bring a scripted one. One thread starts transfers and
 * takes replies; only wake may be called from another. Nothing is ever sent to another host than
 * the URL's: redirects are replies like any other.
 */
#ifndef REPLAY_HTTP_H
#define REPLAY_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct err;

enum {
    HTTP_HEADERS_MAX = 32,  /* of a request */
    HTTP_BODY_KEPT = 65536, /* bytes of a reply's body that are kept */
    HTTP_BODY_MAX = 1 << 20 /* a longer reply is a fault, as are headers of more than 256 KB */
};

/* How a transfer went wrong before there was an answer. */
enum http_fault {
    HTTP_ANSWERED,    /* it did not: status is filled */
    HTTP_UNRESOLVED,  /* the host name has no address */
    HTTP_UNREACHABLE, /* no connection */
    HTTP_SLOW,        /* a time limit passed */
    HTTP_BROKEN,      /* the connection ended early */
    HTTP_TLS,         /* no TLS connection */
    HTTP_UNTRUSTED,   /* the server's certificate, or ours, was not accepted */
    HTTP_UNUSABLE     /* what answers is no HTTP, or the URL cannot be used */
};

struct http_request {
    const char *method;
    const char *url;
    const char *const *headers; /* whole lines, "Name: value" */
    size_t headers_n;
    struct span body;
    const int *file; /* or NULL; a descriptor: its first ${body.n} bytes are the body */
    bool fresh;      /* on a new connection */
};

struct http_reply {
    void *tag; /* as given to start */
    enum http_fault fault;
    int status;
    struct span body;   /* the first HTTP_BODY_KEPT bytes, or as the options say */
    const char *reason; /* of a fault, one line; "" without */
    /* Headers that S3's callers need; "" when absent. */
    const char *region, *etag, *version, *retry_after, *location;
    const char *signature, *algorithm; /* an object's metadata, as CloudTrail signs digests */
    int64_t date_ms;                   /* the server's clock where it refused something, or -1 */
};

struct http_ops {
    /* Begin ${r}; everything it points to stays valid until its reply. At most the number of
       connections may be on their way. With a file SIGPIPE is the caller's to keep away. */
    void (*start)(void *self, const struct http_request *r, void *tag);
    /* True and the next reply, valid until the next call of start or next; false when none came in
       ${wait_ms} or somebody called wake. */
    bool (*next)(void *self, struct http_reply *out, int64_t wait_ms);
    void (*wake)(void *self);
    void (*close)(void *self);
    /* End all that is on its way: it is told by next as HTTP_BROKEN. */
    void (*cut)(void *self);
};

struct http {
    const struct http_ops *ops;
    void *self;
};

struct http_options {
    unsigned connections;   /* 1 .. 1024 */
    const char *ca_bundle;  /* file of certificates to trust instead of the system's, or NULL */
    int64_t connect_ms;     /* limits; 0 means the default: 5 s to connect, */
    int64_t idle_ms;        /* 30 s without a byte, whole seconds, */
    int64_t total_ms;       /* 60 s, and 1 s more for each 50 KB of body */
    const char *user_agent; /* or NULL for "beantrail/VERSION" */
    size_t body_max;        /* keep whole replies up to so many bytes; 0: only HTTP_BODY_KEPT */
    bool direct;            /* past any proxy of the environment */
};

/**
 * http_open(out, o, e):
 * Make ready for transfers. Call it before any thread is started.
 *
 * Errors: ERR_INPUT when the CA bundle cannot be read.
 */
int http_open(struct http *out, const struct http_options *o, struct err *e);

#endif
