/* s3_door.c - see s3_door.h. */
#include "replay/s3_door.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utc.h"

#define AWAY_MS (5 * UTC_MINUTE_MS)

/* Ask for credentials again: true when there are some that the server has not refused. */
static bool turn_keys(struct s3_door *d)
{
    struct creds c;
    struct err ignored = {0};
    if (d->options.wish == NULL || creds_find(&c, d->arena, &d->wish, &ignored) != 0)
        return false;
    if (span_equal(c.access_key, d->signer.access_key) && span_equal(c.token, d->token))
        return false;
    sigv4_free(&d->signer);
    sigv4_init(&d->signer, c.access_key, c.secret, d->place.region, span_of(d->options.service));
    d->token = c.token;
    return true;
}

int s3_door_open(struct s3_door *d, struct arena *a, const struct s3_door_options *o, struct err *e)
{
    struct s3_door door = {.arena = a, .options = *o};
    if (s3_place_make(&door.place, a, o->endpoint, o->bucket, o->region, o->style, e) != 0)
        return -1;
    door.options.endpoint = arena_copy(a, o->endpoint);
    door.options.bucket = door.place.bucket;
    if (o->utc_ms == NULL)
        door.options.utc_ms = utc_now_ms;
    if (o->service == NULL)
        door.options.service = "s3";
    if (o->wish != NULL)
        door.wish = *o->wish;
    *d = door;
    sigv4_init(&d->signer, arena_copy(a, o->access_key), arena_copy(a, o->secret), d->place.region,
               span_of(d->options.service));
    d->token = arena_copy(a, o->token);
    return 0;
}

void s3_door_close(struct s3_door *d)
{
    sigv4_free(&d->signer);
}

static int64_t door_now(const struct s3_door *d)
{
    return d->options.utc_ms() + d->skew_ms;
}

void s3_door_prepare(struct s3_door *d, struct s3_prepared *out, const struct s3_request *r)
{
    const int64_t now_ms = door_now(d);
    if (d->home_host.n > 0 && now_ms >= d->away_until_ms) {
        d->place.host = d->home_host;
        d->home_host.n = 0;
    }
    struct s3_request signed_by_us = *r;
    signed_by_us.token = d->token;
    s3_prepare(out, &d->place, &d->signer, &signed_by_us, now_ms);
}

/* Sign for the region that the answer names: true when that is another one and usable. */
static bool turn_to_region(struct s3_door *d, const struct http_reply *r,
                           const struct s3_error *error)
{
    struct span region = span_of(r->region[0] != '\0' ? r->region : error->region);
    struct s3_place place;
    struct err ignored = {0};
    if (region.n == 0 || span_equal(region, d->place.region) ||
        s3_place_make(&place, d->arena, d->options.endpoint, d->options.bucket, region,
                      d->options.style, &ignored) != 0)
        return false;
    d->place = place;
    d->home_host.n = 0;
    d->signer.region = place.region;
    return true;
}

/* Sign with the server's clock. */
static bool turn_clock(struct s3_door *d, const struct http_reply *r)
{
    if (r->date_ms < 0)
        return false;
    d->skew_ms = r->date_ms - d->options.utc_ms();
    return true;
}

static struct span without_port(struct span host)
{
    if (host.n > 0 && host.p[0] == '[')
        return host;
    return (struct span){host.p, span_find(host, ':')};
}

static bool same_word(struct span a, struct span b)
{
    return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

/* Whether ${host} may see our signature: the endpoint's own host, or one below its domain. */
static bool is_ours(const struct s3_door *d, struct span host)
{
    struct span domain = without_port(d->home_host.n > 0 ? d->home_host : d->place.host);
    host = without_port(host);
    if (d->place.aws)
        domain = span_ends(domain, SPAN(".cn")) ? SPAN("amazonaws.com.cn") : SPAN("amazonaws.com");
    if (same_word(host, domain))
        return true;
    return host.n > domain.n + 1 && host.p[host.n - domain.n - 1] == '.' &&
           same_word(span_from(host, host.n - domain.n), domain);
}

/* Go where Location points for a while, if that is within the endpoint's domain. */
static bool turn_to_host(struct s3_door *d, const struct http_reply *r)
{
    struct span rest = span_of(r->location);
    const struct span scheme = d->place.tls ? SPAN("https://") : SPAN("http://");
    if (rest.n <= scheme.n || strncasecmp(rest.p, scheme.p, scheme.n) != 0)
        return false;
    rest = span_from(rest, scheme.n);
    struct span host = {rest.p, span_find(rest, '/')};
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              strchr(".-_:[]", c) != NULL))
            return false;
    }
    if (!is_ours(d, host) || same_word(host, d->place.host))
        return false;
    if (d->home_host.n == 0)
        d->home_host = d->place.host;
    d->place.host = arena_copy(d->arena, host);
    d->away_until_ms = door_now(d) + AWAY_MS;
    return true;
}

bool s3_door_turn(struct s3_door *d, enum s3_action action, const struct http_reply *r,
                  const struct s3_error *error)
{
    switch (action) {
    case S3_CLOCK:
        return turn_clock(d, r);
    case S3_REGION:
        return turn_to_region(d, r, error);
    case S3_ELSEWHERE:
        return turn_to_host(d, r);
    case S3_KEYS:
        return turn_keys(d);
    case S3_DONE:
    case S3_AGAIN:
    case S3_SLOWER:
    case S3_DAMAGED:
    case S3_THERE:
    case S3_REFUSED:
    case S3_STOP:
        break;
    }
    return false;
}
