/* digest.c - see digest.h. */
#include "cloudtrail/digest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/sign.h"
#include "base/utc.h"
#include "cloudtrail/beside.h"
#include "cloudtrail/key.h"

enum {
    DELIVERY_LEAST_S = 995,
    DELIVERY_SPREAD_S = 378, /* up to 1 372 s */
    ENTRIES_FIRST = 64,
    LINES_MOST = 16 << 20,
    DER_MOST_N = 4096,
    STAMP_N = 16 /* "20260914T010203Z" */
};

/* A log file that its hour's digest will list. */
struct entry {
    int64_t deliver_ms, oldest_ms, newest_ms;
    uint64_t number; /* in order of coming */
    char *key;
    uint8_t text_sha256[HASH_SHA256_N];
};

struct chain {
    struct chain *next; /* in the order of beginning */
    struct key_parts place;
    bool begun;
    struct buf key; /* of the digest before, */
    uint8_t text_sha256[HASH_SHA256_N];
    struct buf signature; /* and its own */
    struct entry *entries;
    size_t n, room;
};

struct digests {
    struct arena arena; /* of chains and options */
    struct digest_options options;
    struct gzip *gzip;
    char fingerprint[2 * HASH_MD5_N];
    struct chain *first, *last, *recent;
    int64_t hour_ms;    /* the begin of the hour that is open */
    int64_t newest_ms;  /* delivery of what was added */
    int64_t settled_ms; /* what is delivered earlier may have been taken on */
    uint64_t number, made;
    struct buf text, lines;
};

void digests_fingerprint(char out[2 * HASH_MD5_N], const struct sign_key *key)
{
    struct buf der;
    uint8_t md5[HASH_MD5_N];
    buf_init(&der, DER_MOST_N);
    sign_put_der(&der, key);
    hash_md5(md5, buf_span(&der));
    hash_hex(out, md5, sizeof md5);
    buf_free(&der);
}

struct digests *digests_open(const struct digest_options *o)
{
    struct digests *d = calloc(1, sizeof *d);
    if (d == NULL)
        mem_die(sizeof *d);
    arena_init(&d->arena);
    d->options = *o;
    d->options.bucket = arena_copy(&d->arena, o->bucket);
    d->options.prefix = arena_copy(&d->arena, o->prefix);
    d->options.trail = arena_copy(&d->arena, o->trail);
    d->options.home = arena_copy(&d->arena, o->home);
    d->gzip = gzip_open(o->gzip);
    d->hour_ms = o->start_ms - o->start_ms % UTC_SECOND_MS;
    d->newest_ms = d->hour_ms;
    d->settled_ms = INT64_MIN;
    buf_init(&d->text, LOGFILE_TEXT_MAX);
    buf_init(&d->lines, LINES_MOST);

    digests_fingerprint(d->fingerprint, o->key);
    return d;
}

void digests_close(struct digests *d)
{
    if (d == NULL)
        return;
    for (struct chain *c = d->first; c != NULL; c = c->next) {
        for (size_t i = 0; i < c->n; i++)
            free(c->entries[i].key);
        free(c->entries);
        buf_free(&c->key);
        buf_free(&c->signature);
    }
    gzip_close(d->gzip);
    buf_free(&d->text);
    buf_free(&d->lines);
    arena_free(&d->arena);
    free(d);
}

static bool is_of(const struct chain *c, const struct key_parts *place)
{
    return c != NULL && span_equal(c->place.account, place->account) &&
           span_equal(c->place.region, place->region) &&
           span_equal(c->place.prefix, place->prefix) &&
           span_equal(c->place.organization, place->organization);
}

static struct chain *chain_of(struct digests *d, const struct key_parts *place)
{
    if (is_of(d->recent, place))
        return d->recent;
    struct chain *c = d->first;
    while (c != NULL && !is_of(c, place))
        c = c->next;
    if (c == NULL) {
        c = ARENA_NEW(&d->arena, struct chain, 1);
        c->place = (struct key_parts){.kind = KEY_DIGEST,
                                      .prefix = arena_copy(&d->arena, place->prefix),
                                      .organization = arena_copy(&d->arena, place->organization),
                                      .account = arena_copy(&d->arena, place->account),
                                      .region = arena_copy(&d->arena, place->region)};
        buf_init(&c->key, 2 * KEY_MAX);
        buf_init(&c->signature, LOGFILE_SIGNATURE_MAX);
        if (d->last == NULL)
            d->first = c;
        else
            d->last->next = c;
        d->last = c;
        if (d->options.home.n == 0)
            d->options.home = c->place.region;
    }
    d->recent = c;
    return c;
}

void digests_chain(struct digests *d, const struct key_parts *place)
{
    chain_of(d, place);
}

void digests_add(struct digests *d, const struct logfile *f)
{
    assert(f->hashed && f->deliver_ms != LOGFILE_NO_TIME);
    struct key_parts place;
    struct err ignored = {0};
    if (key_read(&place, (struct span){f->key, f->key_n}, &ignored) != 0 || place.kind != KEY_LOG)
        return;
    struct chain *c = chain_of(d, &place);
    if (c->n == c->room) {
        c->room = c->room == 0 ? ENTRIES_FIRST : 2 * c->room;
        c->entries = realloc(c->entries, c->room * sizeof *c->entries);
        if (c->entries == NULL)
            mem_die(c->room * sizeof *c->entries);
    }
    struct entry *entry = &c->entries[c->n++];
    *entry = (struct entry){.deliver_ms = f->deliver_ms,
                            .oldest_ms = f->oldest_ms,
                            .newest_ms = f->newest_ms,
                            .number = d->number++,
                            .key = malloc(f->key_n + 1)};
    if (entry->key == NULL)
        mem_die(f->key_n + 1);
    memcpy(entry->key, f->key, f->key_n + 1);
    memcpy(entry->text_sha256, f->text_sha256, sizeof entry->text_sha256);
    if (f->deliver_ms > d->newest_ms)
        d->newest_ms = f->deliver_ms;
}

static int by_delivery(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;
    if (a->deliver_ms != b->deliver_ms)
        return a->deliver_ms < b->deliver_ms ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static void put_text(struct buf *out, const char *name, struct span text)
{
    buf_printf(out, "%s", name);
    json_put_string(out, text);
}

static void put_time(struct buf *out, const char *name, int64_t t_ms)
{
    buf_printf(out, "%s", name);
    if (t_ms == LOGFILE_NO_TIME) {
        buf_printf(out, "null");
        return;
    }
    char iso[20];
    utc_iso(iso, t_ms);
    buf_printf(out, "\"%.20s\"", iso);
}

static void put_hash(struct buf *out, const char *name, const uint8_t sha256[HASH_SHA256_N])
{
    char hex[2 * HASH_SHA256_N];
    hash_hex(hex, sha256, HASH_SHA256_N);
    buf_printf(out, "%s\"%.64s\"", name, hex);
}

/* The place of ${key} in the bucket. */
static void put_object(struct buf *out, const char *name, const struct digests *d, struct span key)
{
    struct buf whole;
    buf_init(&whole, 4 * KEY_MAX);
    if (d->options.prefix.n > 0)
        buf_printf(&whole, "%.*s/", SPAN_ARG(d->options.prefix));
    buf_put_span(&whole, key);
    put_text(out, name, buf_span(&whole));
    buf_free(&whole);
}

static void put_key(struct buf *out, const struct digests *d, const struct chain *c, int64_t end_ms)
{
    const struct key_parts *k = &c->place;
    char iso[20];
    utc_iso(iso, end_ms);
    if (k->prefix.n > 0)
        buf_printf(out, "%.*s/", SPAN_ARG(k->prefix));
    buf_printf(out, "AWSLogs/");
    if (k->organization.n > 0)
        buf_printf(out, "%.*s/", SPAN_ARG(k->organization));
    buf_printf(
        out, "%.*s/CloudTrail-Digest/%.*s/%.4s/%.2s/%.2s/%.*s_CloudTrail-Digest_%.*s_%.*s_%.*s_",
        SPAN_ARG(k->account), SPAN_ARG(k->region), iso, iso + 5, iso + 8, SPAN_ARG(k->account),
        SPAN_ARG(k->region), SPAN_ARG(d->options.trail), SPAN_ARG(d->options.home));
    buf_printf(out, "%.4s%.2s%.2sT%.2s%.2s%.2sZ.json.gz", iso, iso + 5, iso + 8, iso + 11, iso + 14,
               iso + 17);
}

static void put_listed(struct buf *out, const struct digests *d, const struct entry *entry)
{
    put_text(out, "{\"s3Bucket\":", d->options.bucket);
    put_object(out, ",\"s3Object\":", d, span_of(entry->key));
    put_hash(out, ",\"hashValue\":", entry->text_sha256);
    buf_printf(out, ",\"hashAlgorithm\":\"SHA-256\"");
    put_time(out, ",\"newestEventTime\":", entry->newest_ms);
    put_time(out, ",\"oldestEventTime\":", entry->oldest_ms);
    buf_put_char(out, '}');
}

static void put_previous(struct buf *out, const struct digests *d, const struct chain *c)
{
    if (!c->begun) {
        buf_printf(out, ",\"previousDigestS3Bucket\":null,\"previousDigestS3Object\":null,"
                        "\"previousDigestHashValue\":null,\"previousDigestHashAlgorithm\":null,"
                        "\"previousDigestSignature\":null");
        return;
    }
    put_text(out, ",\"previousDigestS3Bucket\":", d->options.bucket);
    put_object(out, ",\"previousDigestS3Object\":", d, buf_span(&c->key));
    put_hash(out, ",\"previousDigestHashValue\":", c->text_sha256);
    buf_printf(out, ",\"previousDigestHashAlgorithm\":\"SHA-256\"");
    put_text(out, ",\"previousDigestSignature\":", buf_span(&c->signature));
}

/* The text of a digest of the hour before ${end_ms}, which lists the first ${n} entries. */
static int write_text(struct digests *d, const struct chain *c, struct span key, int64_t end_ms,
                      size_t n, struct err *e)
{
    struct buf *out = &d->text;
    int64_t newest_ms = LOGFILE_NO_TIME, oldest_ms = LOGFILE_NO_TIME;
    for (size_t i = 0; i < n; i++) {
        const struct entry *entry = &c->entries[i];
        if (newest_ms == LOGFILE_NO_TIME || entry->newest_ms > newest_ms)
            newest_ms = entry->newest_ms;
        if (entry->oldest_ms != LOGFILE_NO_TIME &&
            (oldest_ms == LOGFILE_NO_TIME || entry->oldest_ms < oldest_ms))
            oldest_ms = entry->oldest_ms;
    }
    buf_clear(out);
    put_text(out, "{\"awsAccountId\":", c->place.account);
    put_time(out, ",\"digestStartTime\":", end_ms - UTC_HOUR_MS);
    put_time(out, ",\"digestEndTime\":", end_ms);
    put_text(out, ",\"digestS3Bucket\":", d->options.bucket);
    put_object(out, ",\"digestS3Object\":", d, key);
    put_text(out, ",\"digestPublicKeyFingerprint\":",
             (struct span){d->fingerprint, sizeof d->fingerprint});
    buf_printf(out, ",\"digestSignatureAlgorithm\":\"" BESIDE_ALGORITHM "\"");
    put_time(out, ",\"newestEventTime\":", newest_ms);
    put_time(out, ",\"oldestEventTime\":", oldest_ms);
    put_previous(out, d, c);
    buf_printf(out, ",\"logFiles\":[");
    for (size_t i = 0; i < n; i++) {
        buf_clear(&d->lines);
        if (i > 0)
            buf_put_char(&d->lines, ',');
        put_listed(&d->lines, d, &c->entries[i]);
        if (!buf_fits(out, d->lines.n + 2))
            return err_set(e, ERR_INPUT, "%.*s: would be longer than %zu bytes", SPAN_ARG(key),
                           LOGFILE_TEXT_MAX);
        buf_put_span(out, buf_span(&d->lines));
    }
    buf_put_span(out, SPAN("]}"));
    return 0;
}

/* Sign the text: its end, its place, its hash, and the signature before. */
static void sign_text(struct digests *d, struct chain *c, struct span key, int64_t end_ms,
                      const uint8_t text_sha256[HASH_SHA256_N], struct buf *signature)
{
    struct buf *b = &d->lines;
    char iso[20], hex[2 * HASH_SHA256_N];
    uint8_t made[SIGN_MOST_N];
    utc_iso(iso, end_ms);
    hash_hex(hex, text_sha256, HASH_SHA256_N);
    buf_clear(b);
    buf_printf(b, "%.20s\n%.*s/", iso, SPAN_ARG(d->options.bucket));
    if (d->options.prefix.n > 0)
        buf_printf(b, "%.*s/", SPAN_ARG(d->options.prefix));
    buf_printf(b, "%.*s\n%.64s\n", SPAN_ARG(key), hex);
    buf_put_span(b, c->begun ? buf_span(&c->signature) : SPAN("null"));
    const size_t n = sign_make(made, d->options.key, buf_span(b));
    hash_hex(buf_need(signature, 2 * n), made, n);
    signature->n += 2 * n;
}

/* Make the digest of the hour before ${end_ms} and give it away. */
static int make_one(struct digests *d, struct chain *c, int64_t end_ms, size_t n,
                    logfile_take_fn *take, void *ctx, struct err *e)
{
    struct logfile f;
    struct buf key;
    logfile_init(&f);
    buf_init(&key, 4 * KEY_MAX);
    put_key(&key, d, c, end_ms);
    int rc = -1;
    if (key.n > KEY_MAX) {
        err_set(e, ERR_INPUT, "%.*s: is longer than a key may be", SPAN_ARG(buf_span(&key)));
        goto out;
    }
    logfile_set_key(&f, buf_span(&key));
    if (write_text(d, c, buf_span(&key), end_ms, n, e) != 0)
        goto out;
    f.gzipped = true;
    f.text_n = d->text.n;
    gzip_pack(d->gzip, &f.body, buf_span(&d->text));
    buf_fit(&f.body);
    hash_sha256(f.text_sha256, buf_span(&d->text));
    hash_sha256(f.body_sha256, buf_span(&f.body));
    f.hashed = true;
    sign_text(d, c, buf_span(&key), end_ms, f.text_sha256, &f.signature);
    /* By its hash: nothing else tells digests apart that is the same each time. */
    const uint32_t spread = (uint32_t)f.text_sha256[0] << 8 | f.text_sha256[1];
    f.deliver_ms =
        end_ms + (DELIVERY_LEAST_S + (int64_t)(spread % DELIVERY_SPREAD_S)) * UTC_SECOND_MS;

    if (f.deliver_ms < d->settled_ms)
        f.deliver_ms = d->settled_ms;

    buf_clear(&c->key);
    buf_put_span(&c->key, buf_span(&key));
    buf_clear(&c->signature);
    buf_put_span(&c->signature, buf_span(&f.signature));
    memcpy(c->text_sha256, f.text_sha256, sizeof c->text_sha256);
    c->begun = true;
    d->made++;
    rc = take(ctx, &f, e);
out:
    buf_free(&key);
    logfile_free(&f);
    return rc;
}

/* Put what was delivered before ${end_ms} first, in order, and count it. */
static size_t gather(struct chain *c, int64_t end_ms)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (c->entries[i].deliver_ms >= end_ms)
            continue;
        const struct entry kept = c->entries[i];
        c->entries[i] = c->entries[n];
        c->entries[n++] = kept;
    }
    if (n > 1)
        qsort(c->entries, n, sizeof *c->entries, by_delivery);
    return n;
}

static int begin_chains(struct digests *d, logfile_take_fn *take, void *ctx, struct err *e)
{
    for (struct chain *c = d->first; c != NULL; c = c->next) {
        if (!c->begun && make_one(d, c, d->hour_ms, 0, take, ctx, e) != 0)
            return -1;
    }
    return 0;
}

int digests_settle(struct digests *d, int64_t horizon_ms, logfile_take_fn *take, void *ctx,
                   struct err *e)
{
    if (begin_chains(d, take, ctx, e) != 0)
        return -1;
    for (; d->hour_ms + UTC_HOUR_MS <= horizon_ms; d->hour_ms += UTC_HOUR_MS) {
        const int64_t end_ms = d->hour_ms + UTC_HOUR_MS;
        for (struct chain *c = d->first; c != NULL; c = c->next) {
            const size_t n = gather(c, end_ms);
            if (make_one(d, c, end_ms, n, take, ctx, e) != 0)
                return -1;
            for (size_t i = 0; i < n; i++)
                free(c->entries[i].key);
            c->n -= n;
            if (n > 0 && c->n > 0)
                memmove(c->entries, c->entries + n, c->n * sizeof *c->entries);
        }
    }
    if (horizon_ms > d->settled_ms)
        d->settled_ms = horizon_ms;
    return 0;
}

void digests_restart(struct digests *d, int64_t start_ms)
{
    for (struct chain *c = d->first; c != NULL; c = c->next)
        c->begun = false;
    d->hour_ms = start_ms - start_ms % UTC_SECOND_MS;
    d->newest_ms = d->hour_ms;
}

int digests_finish(struct digests *d, logfile_take_fn *take, void *ctx, struct err *e)
{
    /* Hours end behind what they list: one more than its last one holds. */
    return digests_settle(d, d->newest_ms + UTC_HOUR_MS, take, ctx, e);
}

uint64_t digests_count(const struct digests *d)
{
    return d->made;
}
