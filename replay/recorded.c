/* recorded.c - see recorded.h. */
#include "replay/recorded.h"

#include "base/err.h"
#include "base/gzip.h"
#include "base/hash.h"
#include "base/utc.h"
#include "cloudtrail/key.h"
#include "cloudtrail/record.h"

#define DELIVERED_AFTER_MS (305 * UTC_SECOND_MS)

/* What the records of a file say about it. */
struct contents {
    uint32_t records;
    int64_t oldest_ms, newest_ms;
    struct span account, region;             /* of the first record that has one */
    struct span other_account, other_region; /* a different one, if there is any */
};

void recorded_init(struct recorded *r)
{
    r->gzip = gzip_open(GZIP_FAST);
    buf_init(&r->text, LOGFILE_TEXT_MAX);
}

void recorded_free(struct recorded *r)
{
    gzip_close(r->gzip);
    buf_free(&r->text);
}

size_t recorded_awslogs(struct span path)
{
    const struct span folder = SPAN("AWSLogs/");
    for (size_t at = 0; at < path.n;) {
        struct span rest = span_from(path, at);
        if (span_starts(rest, folder))
            return at;
        at += span_find(rest, '/') + 1;
    }
    return path.n;
}

struct span recorded_path(struct span name, struct span rel)
{
    struct span own = span_from(name, name.n - rel.n);
    if (recorded_awslogs(own) < own.n)
        return own;
    size_t at = recorded_awslogs(name);
    return at < name.n ? span_from(name, at) : own;
}

static void note(struct span *first, struct span *other, struct span value)
{
    if (first->n == 0)
        *first = value;
    else if (other->n == 0 && !span_equal(*first, value))
        *other = value;
}

static int look_inside(struct contents *c, struct span text, const char *name, struct err *e)
{
    struct logfile_walk w;
    struct span record;
    struct err inner = {0};
    int more = logfile_walk_open(&w, text, &inner);
    while (more == 0) {
        int got = logfile_walk_next(&w, &record, &inner);
        if (got <= 0) {
            more = got < 0 ? -1 : 1;
            break;
        }
        c->records++;
        int64_t time_ms;
        if (record_time(&time_ms, record)) {
            if (c->oldest_ms == LOGFILE_NO_TIME || time_ms < c->oldest_ms)
                c->oldest_ms = time_ms;
            if (c->newest_ms == LOGFILE_NO_TIME || time_ms > c->newest_ms)
                c->newest_ms = time_ms;
        }
        struct span value;
        if (record_text(&value, record, "recipientAccountId") ||
            record_text(&value, record, "userIdentity.accountId"))
            note(&c->account, &c->other_account, value);
        if (record_text(&value, record, "awsRegion"))
            note(&c->region, &c->other_region, value);
    }
    if (more < 0)
        return err_set(e, ERR_INPUT, "%s: %s", name, inner.text);
    return 0;
}

/* The key of a file that nothing but its records names. */
static int key_of_records(struct key_parts *k, char suffix[KEY_SUFFIX_N], const struct contents *c,
                          struct span text, const char *name, struct err *e)
{
    static const char advice[] =
        "give it the name ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_16CHARS.json";
    if (c->other_account.n > 0 || c->other_region.n > 0) {
        struct span a = c->other_account.n > 0 ? c->account : c->region;
        struct span b = c->other_account.n > 0 ? c->other_account : c->other_region;
        return err_set(e, ERR_INPUT,
                       "%s: has records of %.64s%.*s and %.*s, so they do not tell its key; split "
                       "it, or %s",
                       name, c->other_account.n > 0 ? "accounts " : "regions ", SPAN_ARG(a),
                       SPAN_ARG(b), advice);
    }
    if (!key_is_account(c->account) || c->region.n == 0 || c->newest_ms == LOGFILE_NO_TIME)
        return err_set(e, ERR_INPUT, "%s: no record tells %s, which its key needs; %s", name,
                       !key_is_account(c->account)
                           ? "an account (recipientAccountId)"
                           : (c->region.n == 0 ? "a region (awsRegion)" : "a time (eventTime)"),
                       advice);
    uint8_t digest[HASH_SHA256_N];
    uint64_t bits[2] = {0, 0};
    hash_sha256(digest, text);
    for (size_t i = 0; i < 16; i++)
        bits[i / 8] = bits[i / 8] << 8 | digest[i];
    key_suffix(suffix, bits);
    *k = (struct key_parts){.kind = KEY_LOG,
                            .account = c->account,
                            .region = c->region,
                            .stamp_ms = key_stamp(c->newest_ms),
                            .suffix = {suffix, KEY_SUFFIX_N}};
    return 0;
}

/* The log file's name inside ${path}'s last part, where something stands before it, as people do
   when they save one: "raw-123456789012_CloudTrail_..."; all of ${path} where there is none. */
static struct span bare_name(struct span path)
{
    const struct span word = SPAN("_CloudTrail_");
    enum { ACCOUNT_N = 12 };
    size_t from = 0;
    for (size_t i = 0; i < path.n; i++) {
        if (path.p[i] == '/')
            from = i + 1;
    }
    for (size_t i = from + ACCOUNT_N + 1; i < path.n; i++) {
        struct span account = {path.p + i - ACCOUNT_N, ACCOUNT_N};
        char before = path.p[i - ACCOUNT_N - 1];
        if (span_starts(span_from(path, i), word) && key_is_account(account) &&
            (before == '-' || before == '_' || before == '.' || before == ' '))
            return span_from(path, i - ACCOUNT_N);
    }
    return path;
}

/* ${path} as a key: the object will be gzipped and is called so. */
static int set_key(struct logfile *out, struct span path, const char *name, struct err *e)
{
    const struct span gz = SPAN(".gz");
    bool bare = !span_ends(path, gz);
    if (path.n + (bare ? gz.n : 0) > KEY_MAX)
        return err_set(e, ERR_INPUT, "%s: its key would be longer than %d bytes", name, KEY_MAX);
    char key[KEY_MAX];
    memcpy(key, path.p, path.n);
    if (bare)
        memcpy(key + path.n, gz.p, gz.n);
    logfile_set_key(out, (struct span){key, path.n + (bare ? gz.n : 0)});
    return 0;
}

static int find_key(struct logfile *out, struct span path, const struct contents *c,
                    struct span text, const char *name, struct err *e)
{
    if (recorded_awslogs(path) < path.n)
        return set_key(out, path, name, e);
    struct key_parts k;
    struct err inner = {0};
    if (key_read(&k, bare_name(path), &inner) != 0)
        return err_set(e, ERR_INPUT, "%s: %s", name, inner.text);
    char suffix[KEY_SUFFIX_N];
    if (k.kind != KEY_LOG && key_of_records(&k, suffix, c, text, name, e) != 0)
        return -1;
    struct buf key;
    buf_init(&key, 2 * KEY_MAX);
    key_write(&key, &k, true);
    int rc = set_key(out, buf_span(&key), name, e);
    buf_free(&key);
    return rc;
}

int recorded_read(struct logfile *out, struct recorded *r, const char *name, struct span path,
                  struct buf *body, struct err *e)
{
    logfile_init(out);
    const bool gzipped = gzip_is(buf_span(body));
    struct span text = buf_span(body);
    if (gzipped) {
        struct err inner = {0};
        unsigned members;
        buf_clear(&r->text);
        if (gzip_unpack(&r->text, &members, text, &inner) != 0)
            return err_set(e, ERR_INPUT, "%s: %s", name, inner.text);
        text = buf_span(&r->text);
    }
    struct contents c = {.oldest_ms = LOGFILE_NO_TIME, .newest_ms = LOGFILE_NO_TIME};
    if (look_inside(&c, text, name, e) != 0 || find_key(out, path, &c, text, name, e) != 0) {
        logfile_free(out);
        return -1;
    }
    out->records = c.records;
    out->text_n = text.n;
    out->oldest_ms = c.oldest_ms;
    out->newest_ms = c.newest_ms;
    if (c.oldest_ms != LOGFILE_NO_TIME)
        out->deliver_ms = c.oldest_ms + DELIVERED_AFTER_MS;
    out->gzipped = true;
    if (gzipped) {
        out->body = *body;
        buf_init(body, body->max_n);
        return 0;
    }
    gzip_pack(r->gzip, &out->body, text);
    buf_free(body);
    return 0;
}

void recorded_copy(struct logfile *out, struct span path, struct buf *body)
{
    logfile_init(out);
    logfile_set_key(out, path);
    out->gzipped = gzip_is(buf_span(body));
    out->body = *body;
    buf_init(body, body->max_n);
}
