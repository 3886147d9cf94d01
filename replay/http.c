/*
 * http.c - see http.h. The only file that knows libcurl.
 *
 * libcurl makes connections and does all transfers but one kind: PUTs over plain connections
 * without a proxy go through http_wire, to which libcurl's connection is handed.
 */
#include "replay/http.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <curl/curl.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "replay/http_answer.h"
#include "replay/http_heard.h"
#include "replay/http_wire.h"

enum {
    CONNECT_MS = 5000,
    IDLE_MS = 30000,
    TOTAL_MS = 60000,
    BODY_BYTES_PER_S = 50000,
    CONNECTIONS_MAX = 1024,
    WAIT_MOST_MS = 250,
    HEADERS_MOST_BYTES = 256 << 10 /* of an answer, with all that came before it */
};

/* One transfer at a time, its handle and memory kept for the next. */
struct slot {
    CURL *easy;
    struct slot *next_free;
    bool flying, cut;
    bool headed; /* the blank line behind the headers has come */
    void *tag;
    struct http_request request;               /* that is being sent, */
    struct http_wire_put put;                  /* and the same for the wire */
    bool connecting;                           /* libcurl only connects for the wire */
    struct curl_slist lines[HTTP_HEADERS_MAX]; /* point into the request */
    struct buf from;                           /* a file's bytes, for libcurl */
    struct http_heard heard;
    size_t headers_n; /* bytes of the answer's headers, as libcurl gives them */
    char reason[CURL_ERROR_SIZE];
};

struct http_curl {
    CURLM *multi;
    struct slot *slots;
    unsigned slots_n;
    struct slot *free;
    struct slot *told; /* whose reply was given last */
    unsigned cut_i;    /* slots before it are not cut */
    struct http_options options;
    char *ca_bundle;
    struct http_wire *wire;
    bool plain;           /* the wire may be used */
    unsigned transfers_n; /* of libcurl, on their way */
};

/* What libcurl's codes mean to us; all others are HTTP_BROKEN. */
static const struct {
    CURLcode code;
    enum http_fault fault;
} faults[] = {
    {CURLE_OK, HTTP_ANSWERED},
    {CURLE_COULDNT_RESOLVE_HOST, HTTP_UNRESOLVED},
    {CURLE_COULDNT_RESOLVE_PROXY, HTTP_UNRESOLVED},
    {CURLE_COULDNT_CONNECT, HTTP_UNREACHABLE},
    {CURLE_INTERFACE_FAILED, HTTP_UNREACHABLE},
    {CURLE_OPERATION_TIMEDOUT, HTTP_SLOW},
    {CURLE_SSL_CONNECT_ERROR, HTTP_TLS},
    {CURLE_SSL_CIPHER, HTTP_TLS},
    {CURLE_PEER_FAILED_VERIFICATION, HTTP_UNTRUSTED},
    {CURLE_SSL_CACERT_BADFILE, HTTP_UNTRUSTED},
    {CURLE_SSL_CERTPROBLEM, HTTP_UNTRUSTED},
    {CURLE_SSL_CLIENTCERT, HTTP_UNTRUSTED},
    {CURLE_SSL_INVALIDCERTSTATUS, HTTP_UNTRUSTED},
    {CURLE_SSL_ISSUER_ERROR, HTTP_UNTRUSTED},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, HTTP_UNTRUSTED},
    {CURLE_UNSUPPORTED_PROTOCOL, HTTP_UNUSABLE},
    {CURLE_URL_MALFORMAT, HTTP_UNUSABLE},
};

static enum http_fault fault_of(CURLcode code)
{
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        if (faults[i].code == code)
            return faults[i].fault;
    }
    return HTTP_BROKEN;
}

static enum http_fault fault_of_wire(enum http_wire_fate fate)
{
    switch (fate) {
    case HTTP_WIRE_ANSWERED:
        return HTTP_ANSWERED;
    case HTTP_WIRE_SLOW:
        return HTTP_SLOW;
    case HTTP_WIRE_NO_HTTP:
        return HTTP_UNUSABLE;
    case HTTP_WIRE_STALE:
    case HTTP_WIRE_BROKEN:
        break;
    }
    return HTTP_BROKEN;
}

static bool hear_body(void *ctx, struct span bytes)
{
    struct slot *s = ctx;
    return http_heard_body(&s->heard, bytes);
}

static size_t take_body(char *data, size_t size, size_t count, void *ctx)
{
    const size_t n = size * count;
    return hear_body(ctx, (struct span){data, n}) ? n : 0;
}

static void hear_header(void *ctx, struct span line)
{
    struct slot *s = ctx;
    http_heard_header(&s->heard, line);
}

static size_t take_header(char *data, size_t size, size_t count, void *ctx)
{
    struct slot *s = ctx;
    const size_t n = size * count;
    s->headers_n += n;
    if (s->headers_n > HEADERS_MOST_BYTES)
        return 0;
    /* Trailers behind a body come here too. */
    if (n >= 5 && memcmp(data, "HTTP/", 5) == 0)
        s->headed = false;
    else if (n > 0 && n <= 2 && data[n - 1] == '\n')
        s->headed = true;
    hear_header(s, (struct span){data, n});
    return n;
}

static void *zeroed(size_t count, size_t size)
{
    void *p = calloc(count, size);
    if (p == NULL)
        mem_die(count * size);
    return p;
}

static const char *agent_of(const struct http_options *o)
{
    return o->user_agent != NULL ? o->user_agent : "beantrail/" BEANTRAIL_VERSION;
}

/* Options that every transfer of this handle shares. */
static void set_up(const struct http_curl *h, struct slot *s)
{
    const struct http_options *o = &h->options;
    s->easy = curl_easy_init();
    if (s->easy == NULL)
        mem_die(sizeof(*s));
    CURL *c = s->easy;
    curl_easy_setopt(c, CURLOPT_PRIVATE, (void *)s);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(c, CURLOPT_USERAGENT, agent_of(o));
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)(o->idle_ms / 1000));
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, (void *)s);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, (void *)s);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, s->reason);
    if (o->direct)
        curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
    if (h->ca_bundle != NULL)
        curl_easy_setopt(c, CURLOPT_CAINFO, h->ca_bundle);
}

/* The body of ${s}'s request in memory. What a file has lost since it was opened is missing: the
   server sees that by the digest. */
static struct span body_of(struct slot *s)
{
    const struct http_request *r = &s->request;
    if (r->file == NULL)
        return r->body;
    buf_clear(&s->from);
    while (s->from.n < r->body.n) {
        const size_t left_n = r->body.n - s->from.n;
        const ssize_t got = pread(*r->file, buf_need(&s->from, left_n), left_n, (off_t)s->from.n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        s->from.n += (size_t)got;
    }
    return buf_span(&s->from);
}

/* Give ${s}'s request to libcurl; with ${connect_only} it makes no more than a connection. */
static void curl_begin(struct http_curl *h, struct slot *s, bool connect_only)
{
    const struct http_request *r = &s->request;
    if (s->easy == NULL)
        set_up(h, s);
    CURL *c = s->easy;
    s->connecting = connect_only;
    curl_easy_setopt(c, CURLOPT_URL, r->url);
    curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, connect_only ? 1L : 0L);
    curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, r->fresh || connect_only ? 1L : 0L);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)s->put.most_ms);
    curl_easy_setopt(c, CURLOPT_NOBODY, strcmp(r->method, "HEAD") == 0 ? 1L : 0L);
    if (connect_only) {
        curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
        curl_easy_setopt(c, CURLOPT_HTTPHEADER, NULL);
    } else {
        /* libcurl only reads the list; the casts save a copy of every line. */
        for (size_t i = 0; i < r->headers_n; i++) {
            s->lines[i].data = (char *)(uintptr_t)r->headers[i];
            s->lines[i].next = i + 1 < r->headers_n ? &s->lines[i + 1] : NULL;
        }
        if (r->body.n > 0 || strcmp(r->method, "PUT") == 0) {
            /* From memory in one send; the pointer is kept, the bytes are not copied. */
            const struct span body = body_of(s);
            curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.n);
            curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.n > 0 ? body.p : "");
        } else if (strcmp(r->method, "HEAD") != 0) {
            curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
        }
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, r->method);
        curl_easy_setopt(c, CURLOPT_HTTPHEADER, r->headers_n > 0 ? s->lines : NULL);
    }
    if (curl_multi_add_handle(h->multi, c) != CURLM_OK)
        mem_die(sizeof(*s));
    h->transfers_n++;
}

/* The slot whose reply was given last may be used again. */
static void forget_told(struct http_curl *h)
{
    if (h->told == NULL)
        return;
    h->told->next_free = h->free;
    h->free = h->told;
    h->told = NULL;
}

static void curl_start(void *self, const struct http_request *r, void *tag)
{
    struct http_curl *h = self;
    forget_told(h);
    struct slot *s = h->free;
    assert(s != NULL && r->headers_n <= HTTP_HEADERS_MAX);
    h->free = s->next_free;
    s->tag = tag;
    s->flying = true;
    s->request = *r;
    s->put = (struct http_wire_put){.url = r->url,
                                    .headers = r->headers,
                                    .headers_n = r->headers_n,
                                    .body = r->body,
                                    .file = r->file,
                                    .most_ms = h->options.total_ms +
                                               (int64_t)(r->body.n / (BODY_BYTES_PER_S / 1000))};
    http_heard_begin(&s->heard);
    s->headers_n = 0;
    s->headed = false;
    s->reason[0] = '\0';
    if (!h->plain || strcmp(r->method, "PUT") != 0 || http_wire_authority(r->url).n == 0)
        curl_begin(h, s, false);
    else if (r->fresh || !http_wire_start(h->wire, &s->put, s))
        curl_begin(h, s, true);
}

static void tell(struct http_curl *h, struct slot *s, struct http_reply *out, enum http_fault fault,
                 int status)
{
    /* The server's clock is asked for when it has refused something. */
    const struct http_heard *heard = &s->heard;
    const bool dated = heard->date[0] != '\0' && status >= 300;
    const time_t date = dated ? curl_getdate(heard->date, NULL) : -1;
    *out = (struct http_reply){.tag = s->tag,
                               .fault = fault,
                               .status = status,
                               .body = buf_span(&heard->body),
                               .reason = fault == HTTP_ANSWERED ? "" : s->reason,
                               .region = heard->region,
                               .etag = heard->etag,
                               .version = heard->version,
                               .retry_after = heard->retry_after,
                               .location = heard->location,
                               .signature = heard->signature,
                               .algorithm = heard->algorithm,
                               .date_ms = date < 0 ? -1 : (int64_t)date * 1000};
    s->flying = false;
    h->told = s;
}

/* The next request that was cut off, if there is one. */
static bool take_cut(struct http_curl *h, struct http_reply *out)
{
    for (; h->cut_i < h->slots_n; h->cut_i++) {
        struct slot *s = &h->slots[h->cut_i];
        if (!s->cut)
            continue;
        s->cut = false;
        http_heard_begin(&s->heard);
        snprintf(s->reason, sizeof(s->reason), "cut off");
        tell(h, s, out, HTTP_BROKEN, 0);
        return true;
    }
    return false;
}

/* The next request that has ended on the wire, if there is one. */
static bool take_wired(struct http_curl *h, struct http_reply *out)
{
    struct http_wire_end end;
    while (http_wire_take(h->wire, &end)) {
        struct slot *s = end.tag;
        if (end.fate == HTTP_WIRE_STALE) {
            curl_begin(h, s, true);
            continue;
        }
        if (end.fate != HTTP_WIRE_ANSWERED)
            snprintf(s->reason, sizeof(s->reason), "%s", end.reason);
        tell(h, s, out, fault_of_wire(end.fate), end.status);
        return true;
    }
    return false;
}

/* libcurl has made the connection: a copy of it goes on the wire, its own is closed. */
static void hand_over(struct http_curl *h, struct slot *s)
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(s->easy, CURLINFO_ACTIVESOCKET, &socket);
    const int fd = socket != CURL_SOCKET_BAD ? fcntl((int)socket, F_DUPFD_CLOEXEC, 0) : -1;
    curl_multi_remove_handle(h->multi, s->easy);
    if (fd >= 0)
        http_wire_adopt(h->wire, fd, &s->put, s);
    else
        curl_begin(h, s, false);
}

/* The next finished transfer, if there is one. */
static bool take_finished(struct http_curl *h, struct http_reply *out)
{
    int left;
    for (;;) {
        CURLMsg *m = curl_multi_info_read(h->multi, &left);
        if (m == NULL)
            return false;
        if (m->msg != CURLMSG_DONE)
            continue;
        CURL *c = m->easy_handle;
        const CURLcode code = m->data.result;
        struct slot *s = NULL;
        long status = 0;
        curl_easy_getinfo(c, CURLINFO_PRIVATE, (char **)&s);
        curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
        h->transfers_n--;
        if (s->connecting && code == CURLE_OK) {
            hand_over(h, s);
            continue;
        }
        curl_multi_remove_handle(h->multi, c);
        enum http_fault fault = fault_of(code);
        /* To libcurl a connection that closes between two headers is the end of a good answer. */
        const bool headless = code == CURLE_OK && !s->headed;
        if (headless)
            fault = HTTP_BROKEN;
        curl_off_t connected_us = 0;
        curl_easy_getinfo(c, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
        if (fault == HTTP_SLOW && connected_us == 0)
            fault = HTTP_UNREACHABLE;
        long reason = 0;
        curl_easy_getinfo(c, CURLINFO_OS_ERRNO, &reason);
        if (code == CURLE_COULDNT_CONNECT && reason != 0)
            snprintf(s->reason, sizeof(s->reason), "%s", strerror((int)reason));
        else if (s->headers_n > HEADERS_MOST_BYTES || s->heard.seen_n > s->heard.seen_max)
            snprintf(s->reason, sizeof(s->reason), "the answer is too long");
        else if (headless)
            snprintf(s->reason, sizeof(s->reason), "the answer ends within its headers");
        else if (code != CURLE_OK && s->reason[0] == '\0')
            snprintf(s->reason, sizeof(s->reason), "%s", curl_easy_strerror(code));
        tell(h, s, out, fault, (int)status);
        return true;
    }
}

static bool take_any(struct http_curl *h, struct http_reply *out)
{
    return take_cut(h, out) || take_wired(h, out) || (h->transfers_n > 0 && take_finished(h, out));
}

/* Wait until something happens on the wire, in libcurl, or in whoever calls wake. */
static void wait_for_any(struct http_curl *h, int64_t wait_ms)
{
    if (wait_ms > WAIT_MOST_MS)
        wait_ms = WAIT_MOST_MS;
    if (h->transfers_n > 0) {
        struct curl_waitfd wire = {.fd = http_wire_fd(h->wire), .events = CURL_WAIT_POLLIN};
        int running = 0;
        curl_multi_poll(h->multi, &wire, 1, (int)wait_ms, NULL);
        curl_multi_perform(h->multi, &running);
        wait_ms = 0;
    }
    http_wire_wait(h->wire, wait_ms);
}

static bool curl_next(void *self, struct http_reply *out, int64_t wait_ms)
{
    struct http_curl *h = self;
    forget_told(h);
    if (take_any(h, out))
        return true;
    if (h->transfers_n > 0) {
        int running = 0;
        curl_multi_perform(h->multi, &running);
        if (take_finished(h, out))
            return true;
    }
    if (wait_ms <= 0)
        return false;
    wait_for_any(h, wait_ms);
    return take_any(h, out);
}

static void curl_wake(void *self)
{
    struct http_curl *h = self;
    http_wire_wake(h->wire);
}

static void curl_cut(void *self)
{
    struct http_curl *h = self;
    http_wire_cut(h->wire);
    for (unsigned i = 0; i < h->slots_n; i++) {
        struct slot *s = &h->slots[i];
        if (!s->flying)
            continue;
        /* Those on the wire are not libcurl's, which then does nothing. */
        if (s->easy != NULL)
            curl_multi_remove_handle(h->multi, s->easy);
        s->flying = false;
        s->cut = true;
    }
    h->transfers_n = 0;
    h->cut_i = 0;
}

static void curl_close(void *self)
{
    struct http_curl *h = self;
    for (unsigned i = 0; i < h->slots_n; i++) {
        struct slot *s = &h->slots[i];
        if (s->easy != NULL) {
            curl_multi_remove_handle(h->multi, s->easy);
            curl_easy_cleanup(s->easy);
        }
        http_heard_free(&s->heard);
        buf_free(&s->from);
    }
    curl_multi_cleanup(h->multi);
    http_wire_close(h->wire);
    free(h->slots);
    free(h->ca_bundle);
    free(h);
    curl_global_cleanup();
}

static const struct http_ops curl_ops = {.start = curl_start,
                                         .next = curl_next,
                                         .wake = curl_wake,
                                         .close = curl_close,
                                         .cut = curl_cut};

/* Whether libcurl would send plain requests to a proxy. */
static bool has_proxy(void)
{
    static const char *const names[] = {"http_proxy", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0')
            return true;
    }
    return false;
}

int http_open(struct http *out, const struct http_options *o, struct err *e)
{
    assert(o->connections >= 1 && o->connections <= CONNECTIONS_MAX);
    if (o->ca_bundle != NULL && access(o->ca_bundle, R_OK) != 0)
        return err_sys(e, ERR_INPUT, "%s: the CA bundle cannot be read", o->ca_bundle);
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0)
        return err_set(e, ERR_WORK, "libcurl %s cannot be used here", curl_version());

    struct http_curl *h = zeroed(1, sizeof(*h));
    h->options = *o;
    if (h->options.connect_ms == 0)
        h->options.connect_ms = CONNECT_MS;
    if (h->options.idle_ms == 0)
        h->options.idle_ms = IDLE_MS;
    if (h->options.total_ms == 0)
        h->options.total_ms = TOTAL_MS;
    if (o->ca_bundle != NULL) {
        size_t n = strlen(o->ca_bundle) + 1;
        h->ca_bundle = zeroed(n, 1);
        memcpy(h->ca_bundle, o->ca_bundle, n);
    }
    h->multi = curl_multi_init();
    if (h->multi == NULL)
        mem_die(sizeof(*h));
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)o->connections);
    const struct http_wire_options wire = {.connections = o->connections,
                                           .idle_ms = h->options.idle_ms,
                                           .user_agent = agent_of(o),
                                           .ears = {hear_header, hear_body}};
    h->wire = http_wire_open(&wire);
    if (h->wire == NULL)
        mem_die(sizeof(*h));
    h->plain = o->direct || !has_proxy();
    h->slots_n = o->connections;
    h->slots = zeroed(h->slots_n, sizeof(*h->slots));
    for (unsigned i = h->slots_n; i > 0; i--) {
        struct slot *s = &h->slots[i - 1];
        buf_init(&s->from, PTRDIFF_MAX); /* as long as its request says */
        http_heard_init(&s->heard, o->body_max > 0 ? o->body_max : HTTP_BODY_KEPT,
                        o->body_max > 0 ? o->body_max : HTTP_BODY_MAX);
        s->next_free = h->free;
        h->free = s;
    }
    *out = (struct http){&curl_ops, h};
    return 0;
}
