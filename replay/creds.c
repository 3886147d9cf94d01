/* creds.c - see creds.h. */
#include "replay/creds.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "replay/creds_keys.h"
#include "replay/ini.h"
#include "replay/sigv4.h"

enum { FILE_MOST = 1 << 20, ACCESS_KEY_MOST = 256, TOKEN_MOST = 16384, ATTEMPTS_MOST = 1000 };

/* What a profile may say; members in the order of the table below. */
struct profile {
    struct span access_key, secret, token, region, endpoint, service_endpoint, services, ca_bundle;
    struct span attempts, ignore_endpoints, process, role, sso;
    bool found;
};

static const struct {
    const char *key;
    size_t offset;
} settings[] = {
    {"aws_access_key_id", offsetof(struct profile, access_key)},
    {"aws_secret_access_key", offsetof(struct profile, secret)},
    {"aws_session_token", offsetof(struct profile, token)},
    {"ca_bundle", offsetof(struct profile, ca_bundle)},
    {"credential_process", offsetof(struct profile, process)},
    {"endpoint_url", offsetof(struct profile, endpoint)},
    {"ignore_configured_endpoint_urls", offsetof(struct profile, ignore_endpoints)},
    {"max_attempts", offsetof(struct profile, attempts)},
    {"region", offsetof(struct profile, region)},
    {"role_arn", offsetof(struct profile, role)},
    {"services", offsetof(struct profile, services)},
    {"sso_account_id", offsetof(struct profile, sso)},
};

static const char *process_env(const char *name)
{
    return getenv(name);
}

static bool same_word(struct span a, const char *b)
{
    return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

/* Whether ${section} is "${kind} ${name}", blanks and quotes around the name as one likes. */
static bool is_section(struct span section, const char *kind, struct span name)
{
    struct span rest = section;
    if (kind[0] != '\0') {
        size_t n = strlen(kind);
        if (section.n <= n || strncmp(section.p, kind, n) != 0 ||
            (section.p[n] != ' ' && section.p[n] != '\t'))
            return false;
        rest = ini_trim(span_from(section, n));
    }
    if (rest.n >= 2 && (rest.p[0] == '"' || rest.p[0] == '\'') && rest.p[rest.n - 1] == rest.p[0])
        rest = (struct span){rest.p + 1, rest.n - 2};
    return span_equal(rest, name);
}

/* Take what ${text} says about ${name}; ${in_config} is how the two files call a profile. */
static void read_profile(struct profile *p, struct span text, struct span name, bool in_config,
                         const char *service)
{
    struct ini it;
    struct ini_line line;
    ini_open(&it, text);
    while (ini_next(&it, &line)) {
        bool ours = is_section(line.section, in_config ? "profile" : "", name);
        if (in_config && span_is(name, "default"))
            ours = ours || span_is(line.section, "default");
        if (!ours)
            continue;
        p->found = true;
        for (size_t i = 0; line.parent.n == 0 && i < sizeof(settings) / sizeof(settings[0]); i++) {
            if (same_word(line.key, settings[i].key))
                *(struct span *)((char *)p + settings[i].offset) = line.value;
        }
        if (same_word(line.parent, service) && same_word(line.key, "endpoint_url"))
            p->service_endpoint = line.value;
    }
}

/* The endpoint for ${service} in section [services NAME], which a profile refers to. */
static void read_services(struct profile *p, struct span text, const char *service)
{
    struct ini it;
    struct ini_line line;
    ini_open(&it, text);
    while (p->services.n > 0 && ini_next(&it, &line)) {
        if (is_section(line.section, "services", p->services) && same_word(line.parent, service) &&
            same_word(line.key, "endpoint_url"))
            p->service_endpoint = line.value;
    }
}

/* Read the shared file that ${named} names, or ~/.aws/${usual} when there is one. */
static int read_shared(struct span *text, const char **path, struct arena *a, creds_env_fn *env,
                       const char *named, const char *usual, struct err *e)
{
    *text = (struct span){NULL, 0};
    *path = env(named);
    const bool chosen = *path != NULL && (*path)[0] != '\0';
    if (!chosen) {
        const char *home = env("HOME");
        if (home == NULL)
            home = "";
        *path = arena_printf(a, "%s/.aws/%s", home, usual).p;
        if (home[0] == '\0' || file_type_of(*path) == FILE_ABSENT)
            return 0;
    }
    struct buf b;
    buf_init(&b, FILE_MOST);
    int rc = file_read(&b, *path, e);
    if (rc == 0)
        *text = arena_copy(a, buf_span(&b));
    /* The file held secrets; the arena's copy is the only one left. */
    if (b.n > 0)
        memset(b.p, 0, b.n);
    buf_free(&b);
    return rc;
}

/* Header values and signing want plain words; a line feed from a badly made secret is common. */
static int check_word(const char *what, struct span value, size_t most, struct err *e)
{
    if (value.n > most)
        return err_set(e, ERR_INPUT, "%s: is longer than %zu bytes", what, most);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] <= ' ' || value.p[i] > '~')
            return err_set(e, ERR_INPUT,
                           "%s: has a blank, a line feed or another character that no key has",
                           what);
    }
    return 0;
}

static struct span env_span(creds_env_fn *env, const char *name)
{
    return span_of(env(name));
}

static void take_keys(struct creds *out, const struct creds_keys *keys)
{
    out->access_key = keys->access_key;
    out->secret = keys->secret;
    out->token = keys->token;
}

static int find_keys(struct creds *out, struct arena *a, const struct profile *p,
                     const struct creds_wish *w, creds_env_fn *env, struct span profile_name,
                     const char *files, struct err *e)
{
    struct span id = env_span(env, "AWS_ACCESS_KEY_ID");
    struct span secret = env_span(env, "AWS_SECRET_ACCESS_KEY");
    if (w->profile == NULL && (id.n > 0 || secret.n > 0)) {
        if (secret.n == 0)
            return err_set(e, ERR_INPUT,
                           "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY; set both");
        if (id.n == 0)
            return err_set(e, ERR_INPUT,
                           "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID; set both");
        out->access_key = id;
        out->secret = secret;
        out->token = env_span(env, "AWS_SESSION_TOKEN");
        return 0;
    }
    if (p->access_key.n > 0 && p->secret.n > 0) {
        out->access_key = p->access_key;
        out->secret = p->secret;
        out->token = p->token;
        return 0;
    }
    if (p->access_key.n > 0 || p->secret.n > 0)
        return err_set(e, ERR_INPUT, "profile \"%.*s\": has %s without %s (%s)",
                       SPAN_ARG(profile_name),
                       p->secret.n > 0 ? "aws_secret_access_key" : "aws_access_key_id",
                       p->secret.n > 0 ? "aws_access_key_id" : "aws_secret_access_key", files);
    if (p->process.n > 0 && !w->no_asking) {
        const char *who = arena_printf(a, "profile \"%.*s\"", SPAN_ARG(profile_name)).p;
        struct creds_keys keys;
        if (creds_keys_run(&keys, a, who, p->process, e) != 0)
            return -1;
        take_keys(out, &keys);
        return 0;
    }
    if (p->process.n > 0 || p->role.n > 0 || p->sso.n > 0)
        return err_set(e, ERR_INPUT,
                       "profile \"%.*s\": takes its keys from %s; put them into the environment: "
                       "eval \"$(aws configure export-credentials --profile %.*s --format env)\"",
                       SPAN_ARG(profile_name),
                       p->process.n > 0 ? "credential_process" : (p->role.n > 0 ? "a role" : "SSO"),
                       SPAN_ARG(profile_name));
    const bool chosen = w->profile != NULL || env_span(env, "AWS_PROFILE").n > 0;
    if (!chosen && !w->no_asking) {
        struct creds_keys keys;
        int got = creds_http_container(&keys, a, env, e);
        if (got < 0)
            return -1;
        if (got == 0)
            got = creds_http_instance(&keys, a, env);
        if (got > 0) {
            take_keys(out, &keys);
            return 0;
        }
    }
    return err_set(e, ERR_INPUT,
                   "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a "
                   "profile of %s",
                   files);
}

static struct span first_of(struct span a, struct span b)
{
    return a.n > 0 ? a : b;
}

int creds_find(struct creds *out, struct arena *a, const struct creds_wish *w, struct err *e)
{
    creds_env_fn *env = w->env != NULL ? w->env : process_env;
    struct creds c = {.attempts = 0};

    struct span name = span_of(w->profile);
    name = first_of(name, env_span(env, "AWS_PROFILE"));
    const bool named = name.n > 0;
    if (!named)
        name = SPAN("default");

    struct span config, keys;
    const char *config_path;
    const char *keys_path;
    if (read_shared(&config, &config_path, a, env, "AWS_CONFIG_FILE", "config", e) != 0 ||
        read_shared(&keys, &keys_path, a, env, "AWS_SHARED_CREDENTIALS_FILE", "credentials", e) !=
            0)
        return -1;
    struct profile p = {.found = false};
    const char *service = w->for_sqs ? "sqs" : "s3";
    read_profile(&p, config, name, true, service);
    read_profile(&p, keys, name, false, service);
    read_services(&p, config, service);
    const char *files = arena_printf(a, "%s or %s", keys_path, config_path).p;
    if (named && !p.found)
        return err_set(e, ERR_INPUT, "profile \"%.*s\": is not in %s", SPAN_ARG(name), files);

    if (!w->no_keys && find_keys(&c, a, &p, w, env, name, files, e) != 0)
        return -1;
    if (check_word("AWS_ACCESS_KEY_ID", c.access_key, ACCESS_KEY_MOST, e) != 0 ||
        check_word("AWS_SECRET_ACCESS_KEY", c.secret, SIGV4_SECRET_MAX, e) != 0 ||
        check_word("AWS_SESSION_TOKEN", c.token, TOKEN_MOST, e) != 0)
        return -1;

    c.region = first_of(env_span(env, "AWS_DEFAULT_REGION"), p.region);
    c.region = first_of(env_span(env, "AWS_REGION"), c.region);
    c.region = first_of(span_of(w->region), c.region);
    c.region = first_of(c.region, SPAN("us-east-1"));

    struct span ignore =
        first_of(env_span(env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), p.ignore_endpoints);
    if (!same_word(ignore, "true")) {
        const char *own = w->for_sqs ? "AWS_ENDPOINT_URL_SQS" : "AWS_ENDPOINT_URL_S3";
        c.endpoint = first_of(p.service_endpoint, p.endpoint);
        c.endpoint = first_of(env_span(env, "AWS_ENDPOINT_URL"), c.endpoint);
        c.endpoint = first_of(env_span(env, own), c.endpoint);
    }
    c.endpoint = first_of(span_of(w->endpoint_url), c.endpoint);

    struct span bundle = first_of(env_span(env, "AWS_CA_BUNDLE"), p.ca_bundle);
    bundle = first_of(span_of(w->ca_bundle), bundle);

    struct span attempts = first_of(env_span(env, "AWS_MAX_ATTEMPTS"), p.attempts);
    for (size_t i = 0; i < attempts.n; i++) {
        char d = attempts.p[i];
        if (d >= '0' && d <= '9' && c.attempts <= ATTEMPTS_MOST)
            c.attempts = c.attempts * 10 + (unsigned)(d - '0');
        else
            c.attempts = ATTEMPTS_MOST + 1;
    }
    if (attempts.n > 0 && (c.attempts == 0 || c.attempts > ATTEMPTS_MOST))
        return err_set(e, ERR_INPUT, "AWS_MAX_ATTEMPTS: \"%.*s\" is not a number from 1 to %d",
                       SPAN_ARG(attempts), ATTEMPTS_MOST);

    /* The environment may change under us; the arena does not. */
    c.access_key = arena_copy(a, c.access_key);
    c.secret = arena_copy(a, c.secret);
    c.token = arena_copy(a, c.token);
    c.region = arena_copy(a, c.region);
    c.endpoint = arena_copy(a, c.endpoint);
    if (bundle.n > 0)
        c.ca_bundle = arena_copy(a, bundle).p;
    *out = c;
    return 0;
}
