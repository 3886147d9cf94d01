/* creds_http.c - see creds_http.h. */
#include "replay/creds_http.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "replay/creds_keys.h"
#include "replay/http.h"

enum { CONNECT_MS = 1000, TOTAL_MS = 5000, TRIES = 2, TOKEN_MOST = 16384, ROLE_MOST = 256 };

static const char container_host[] = "http://169.254.170.2";
static const char instance_host[] = "http://169.254.169.254";

/* One request, tried twice: the body of a 200, copied into ${a}; false otherwise. */
static bool ask(struct span *body, struct arena *a, const char *method, const char *url,
                const char *header)
{
    /* Never through a proxy: these addresses are this machine's own. */
    const struct http_options o = {
        .connections = 1, .connect_ms = CONNECT_MS, .total_ms = TOTAL_MS, .direct = true};
    struct http http;
    struct err ignored = {0};
    bool got = false;
    if (http_open(&http, &o, &ignored) != 0)
        return false;
    for (unsigned i = 0; i < TRIES && !got; i++) {
        struct http_reply r;
        const struct http_request request = {
            .method = method, .url = url, .headers = &header, .headers_n = header != NULL};
        http.ops->start(http.self, &request, NULL);
        while (!http.ops->next(http.self, &r, TOTAL_MS))
            ;
        if (r.fault == HTTP_ANSWERED && r.status == 200) {
            *body = arena_copy(a, r.body);
            got = true;
        } else if (r.fault == HTTP_UNREACHABLE ||
                   (r.fault == HTTP_ANSWERED && r.status >= 400 && r.status < 500)) {
            break;
        }
    }
    http.ops->close(http.self);
    return got;
}

static bool has_control(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
            return true;
    }
    return false;
}

/* Whether a token may be sent to the URL ${url}. */
static bool may_be_asked(struct span url)
{
    if (has_control(url))
        return false;
    if (url.n > 8 && strncasecmp(url.p, "https://", 8) == 0)
        return true;
    if (url.n <= 7 || strncasecmp(url.p, "http://", 7) != 0)
        return false;
    struct span rest = span_from(url, 7);
    size_t n = span_find(rest, '/');
    struct span host = {rest.p, n};
    /* What stands before an '@' is no host, whatever it looks like. */
    if (span_find(host, '@') < host.n)
        return false;
    if (host.n > 0 && host.p[0] == '[') {
        size_t end = span_find(host, ']');
        host = (struct span){host.p, end < host.n ? end + 1 : end};
    } else {
        host.n = span_find(host, ':');
    }
    static const char *const own[] = {"127.0.0.1",     "localhost",      "[::1]",
                                      "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (span_is(host, own[i]))
            return true;
    }
    return false;
}

/* Without blanks and line feeds at its end. */
static struct span trimmed(struct span s)
{
    while (s.n > 0 && strchr(" \t\r\n", s.p[s.n - 1]) != NULL && s.p[s.n - 1] != '\0')
        s.n--;
    return s;
}

static struct span env_span(creds_env_fn *env, const char *name)
{
    return span_of(env(name));
}

/* The token to show, or empty. */
static int container_token(struct span *out, struct arena *a, creds_env_fn *env, struct err *e)
{
    const char *path = env("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    struct span token = env_span(env, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    if (path != NULL && path[0] != '\0') {
        struct buf b;
        buf_init(&b, TOKEN_MOST);
        int rc = file_read(&b, path, e);
        if (rc == 0)
            token = arena_copy(a, trimmed(buf_span(&b)));
        if (b.n > 0)
            memset(b.p, 0, b.n);
        buf_free(&b);
        if (rc != 0)
            return -1;
    }
    for (size_t i = 0; i < token.n; i++) {
        if ((unsigned char)token.p[i] < ' ')
            return err_set(e, ERR_INPUT,
                           "AWS_CONTAINER_AUTHORIZATION_TOKEN: has a line feed or another control "
                           "character in it");
    }
    *out = token;
    return 0;
}

int creds_http_container(struct creds_keys *out, struct arena *a, creds_env_fn *env, struct err *e)
{
    const struct span relative = env_span(env, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const struct span full = env_span(env, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (relative.n == 0 && full.n == 0)
        return 0;
    const struct span url = relative.n > 0
                                ? arena_printf(a, "%s%s%.*s", container_host,
                                               relative.p[0] == '/' ? "" : "/", SPAN_ARG(relative))
                                : arena_copy(a, full);
    if (!may_be_asked(url))
        return err_set(
            e, ERR_INPUT,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI: must be https, or http to this machine");
    struct span token = {NULL, 0}, body;
    if (container_token(&token, a, env, e) != 0)
        return -1;
    const char *header =
        token.n > 0 ? arena_printf(a, "Authorization: %.*s", SPAN_ARG(token)).p : NULL;
    if (!ask(&body, a, "GET", url.p, header))
        return err_set(e, ERR_INPUT,
                       "no credentials: the container's endpoint %.*s does not give any",
                       SPAN_ARG(url));
    return creds_keys_read(out, a, "the container's endpoint", body, e) == 0 ? 1 : -1;
}

int creds_http_instance(struct creds_keys *out, struct arena *a, creds_env_fn *env)
{
    const struct span off = env_span(env, "AWS_EC2_METADATA_DISABLED");
    if (off.n == 4 && strncasecmp(off.p, "true", 4) == 0)
        return 0;
    struct span host = env_span(env, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (host.n == 0 || has_control(host))
        host = span_of(instance_host);
    while (host.n > 0 && host.p[host.n - 1] == '/')
        host.n--;
    struct span token, role, keys;
    const char *url = arena_printf(a, "%.*s/latest/api/token", SPAN_ARG(host)).p;
    if (!ask(&token, a, "PUT", url, "X-aws-ec2-metadata-token-ttl-seconds: 21600"))
        return 0;
    token = trimmed(token);
    if (token.n == 0 || token.n > TOKEN_MOST || has_control(token))
        return 0;
    const char *header = arena_printf(a, "X-aws-ec2-metadata-token: %.*s", SPAN_ARG(token)).p;
    static const char path[] = "latest/meta-data/iam/security-credentials";
    url = arena_printf(a, "%.*s/%s/", SPAN_ARG(host), path).p;
    if (!ask(&role, a, "GET", url, header))
        return 0;
    /* The first line is the role's name. */
    role.n = span_find(role, '\n');
    role = trimmed(role);
    if (role.n == 0 || role.n > ROLE_MOST || has_control(role))
        return 0;
    url = arena_printf(a, "%.*s/%s/%.*s", SPAN_ARG(host), path, SPAN_ARG(role)).p;
    struct err ignored = {0};
    return ask(&keys, a, "GET", url, header) &&
           creds_keys_read(out, a, "the instance's endpoint", keys, &ignored) == 0;
}
