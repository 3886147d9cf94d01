/* digest_option.c - see digest_option.h. */
#include "cli/digest_option.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "base/sign.h"
#include "cloudtrail/key.h"
#include "replay/s3.h"
#include "replay/target.h"

enum { TRAIL_LEAST_N = 3, TRAIL_MOST_N = 128, PEM_MOST_N = 64 << 10 };

/* A trail's name as CloudTrail has them. */
static int check_trail(const char *text, struct err *e)
{
    const struct span name = span_of(text);
    bool fine = name.n >= TRAIL_LEAST_N && name.n <= TRAIL_MOST_N;
    for (size_t i = 0; i < name.n; i++) {
        const char c = name.p[i];
        fine = fine && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_');
    }
    if (fine)
        return 0;
    return err_set(e, ERR_INPUT,
                   "--digest-trail: \"%s\" is not a trail's name: 3 to 128 letters, digits, dots, "
                   "hyphens and underscores",
                   text);
}

static int find_bucket(struct digest_wish *w, const struct digest_option *o, const char *const *to,
                       size_t to_n, struct err *e)
{
    struct digest_options *d = &w->options;
    if (o->bucket != NULL) {
        struct err why = {0};
        const struct span text = arena_printf(&w->arena, "s3://%s", o->bucket);
        if (s3_location(&d->bucket, &d->prefix, text, &why) != 0)
            return err_set(e, ERR_INPUT,
                           "--digest-bucket: must be BUCKET or BUCKET/PREFIX, not \"%s\"",
                           o->bucket);
        return key_prefix(d->prefix, e);
    }
    for (size_t i = 0; i < to_n; i++) {
        struct target t;
        if (target_read(&t, span_of(to[i]), e) != 0)
            return -1;
        if (t.kind != TARGET_S3)
            continue;
        if (d->bucket.n > 0 &&
            (!span_equal(d->bucket, t.bucket) || !span_equal(d->prefix, t.prefix)))
            return err_set(e, ERR_INPUT,
                           "--digest-key: a digest tells its bucket, and --to names several; say "
                           "which with --digest-bucket");
        d->bucket = t.bucket;
        d->prefix = t.prefix;
    }
    if (d->bucket.n == 0)
        d->bucket = SPAN(DIGEST_BUCKET);
    return 0;
}

int digest_wish_open(struct digest_wish *out, const struct digest_option *o, const char *const *to,
                     size_t to_n, struct err *e)
{
    *out = (struct digest_wish){.key = NULL};
    if (o->key == NULL) {
        if (o->bucket == NULL && o->trail == NULL)
            return 0;
        return err_set(e, ERR_INPUT, "--%s: goes with --digest-key",
                       o->bucket != NULL ? "digest-bucket" : "digest-trail");
    }
    arena_init(&out->arena);
    if ((o->trail == NULL || check_trail(o->trail, e) == 0) &&
        find_bucket(out, o, to, to_n, e) == 0 && sign_open(&out->key, o->key, e) == 0) {
        out->options.key = out->key;
        out->options.trail = o->trail != NULL ? span_of(o->trail) : SPAN(DIGEST_TRAIL);
        return 0;
    }
    arena_free(&out->arena);
    return -1;
}

void digest_wish_close(struct digest_wish *w)
{
    if (w->key == NULL)
        return;
    sign_close(w->key);
    arena_free(&w->arena);
    w->key = NULL;
}

void digest_wish_put(struct buf *out, const struct digest_wish *w)
{
    char id[32];
    digests_fingerprint(id, w->key);
    buf_printf(out, "\"digests\":{\"bucket\":");
    json_put_string(out, w->options.bucket);
    buf_printf(out, ",\"key\":\"%.32s\",\"prefix\":", id);
    json_put_string(out, w->options.prefix);
    buf_put_char(out, '}');
}

int digest_wish_publish(const struct digest_wish *w, const char *folder, struct err *e)
{
    struct arena a;
    struct buf pem;
    arena_init(&a);
    buf_init(&pem, PEM_MOST_N);
    sign_put_pem(&pem, w->key);
    int rc = file_write(arena_printf(&a, "%s/" DIGEST_PUBLIC_KEY, folder).p, buf_span(&pem), e);
    buf_free(&pem);
    arena_free(&a);
    return rc;
}
