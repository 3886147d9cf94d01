/* announce.c - see announce.h. */
#include "cli/announce.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/utc.h"
#include "replay/notify_place.h"
#include "replay/notify_sink.h"
#include "replay/s3.h"

/* How long a message that may name several log files waits for more, where they arrive by chance.
 */
enum { LINGER_MS = 200 };

enum { TEST_UNSAID, TEST_YES, TEST_NO };

const char *const announce_tests[] = {"auto", "yes", "no", NULL};

FILE *announce_summary(const struct announce_options *o)
{
    return o->place != NULL && strcmp(o->place, "-") == 0 ? stderr : stdout;
}

/* Whether ${name} can be a bucket's: said by the one who reads s3:// locations. */
static bool is_bucket(struct span name)
{
    struct arena a;
    struct err ignored = {0};
    struct span bucket, prefix;
    arena_init(&a);
    const struct span text = arena_printf(&a, "s3://%.*s", SPAN_ARG(name));
    const bool is =
        s3_location(&bucket, &prefix, text, &ignored) == 0 && prefix.n == 0 && bucket.n == name.n;
    arena_free(&a);
    return is;
}

static int check_topic(const char *topic, struct err *e)
{
    bool fine = strncmp(topic, "arn:", 4) == 0;
    for (const char *p = topic; *p != '\0'; p++)
        fine = fine && *p > ' ' && *p <= '~' && *p != '"' && *p != '\\';
    if (fine && strlen(topic) <= 512)
        return 0;
    return err_set(e, ERR_INPUT,
                   "--notify-topic: \"%s\" is not a topic's ARN, as in "
                   "arn:aws:sns:us-east-1:111122223333:trail",
                   topic);
}

/* How many of the places are of ${kind}. */
static size_t count_kind(const char *const *to, size_t to_n, enum target_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < to_n; i++) {
        struct target t;
        struct err ignored = {0};
        n += target_read(&t, span_of(to[i]), &ignored) == 0 && t.kind == kind;
    }
    return n;
}

/* The last name of a directory's path. */
static struct span last_name(const char *path)
{
    struct span text = span_of(path);
    while (text.n > 0 && text.p[text.n - 1] == '/')
        text.n--;
    size_t at = text.n;
    while (at > 0 && text.p[at - 1] != '/')
        at--;
    return span_from(text, at);
}

/* What messages call the bucket where ${to} is directories. */
static struct span name_of(const struct announce_options *o, const char *const *to, size_t to_n)
{
    if (o->bucket != NULL)
        return span_of(o->bucket);
    for (size_t i = 0; i < to_n; i++) {
        struct target t;
        struct err ignored = {0};
        if (target_read(&t, span_of(to[i]), &ignored) == 0 && t.kind == TARGET_DIR)
            return last_name(to[i]);
    }
    return SPAN("");
}

int announce_check(const struct announce_options *o, const char *const *to, size_t to_n,
                   struct err *e)
{
    if (o->place == NULL) {
        if (o->topic != NULL || o->bucket != NULL || o->keys > 0 || o->form > 0 ||
            o->test != TEST_UNSAID)
            return err_set(e, ERR_INPUT, "--notify-...: say where to, with --notify PLACE");
        return 0;
    }
    if (notify_place_check(o->place, e) != 0)
        return -1;
    for (size_t i = 0; i < to_n; i++) {
        if (strcmp(to[i], o->place) == 0)
            return err_set(e, ERR_INPUT,
                           "--notify: \"%s\" is where the log files go; give messages a folder of "
                           "their own",
                           o->place);
    }
    const size_t directories = count_kind(to, to_n, TARGET_DIR);
    const size_t buckets = count_kind(to, to_n, TARGET_S3);
    if (directories + buckets == 0)
        return err_set(
            e, ERR_INPUT,
            "--notify: nothing can be read at null:; deliver to a directory or a bucket");
    if (buckets == 0 && directories > 1)
        return err_set(e, ERR_INPUT,
                       "--notify: messages could not tell one directory from another; deliver to "
                       "one, or to buckets");
    if (o->bucket != NULL && !is_bucket(span_of(o->bucket)))
        return err_set(e, ERR_INPUT, "--notify-bucket: \"%s\" cannot be a bucket's name",
                       o->bucket);
    if (buckets == 0 && !is_bucket(name_of(o, to, to_n)))
        return err_set(e, ERR_INPUT,
                       "--notify: \"%.*s\" cannot be a bucket's name, and messages must name one; "
                       "give it with --notify-bucket",
                       SPAN_ARG(name_of(o, to, to_n)));
    if (o->keys > 1 && o->form == NOTIFY_EVENTBRIDGE)
        return err_set(e, ERR_INPUT, "--notify-keys: an event of eventbridge is about one object");
    if (o->test == TEST_YES && o->form == NOTIFY_EVENTBRIDGE)
        return err_set(e, ERR_INPUT, "--notify-test: eventbridge sends none");
    return o->topic != NULL ? check_topic(o->topic, e) : 0;
}

/* Send the message that setting up the notification of ${bucket} sends. */
static int send_test(const struct notify_place *place, const struct notify_options *o,
                     struct span bucket, struct err *e)
{
    struct buf text;
    buf_init(&text, NOTIFY_TEXT_MAX);
    int rc = 0;
    if (notify_text_put_test(&text, &o->style, bucket, o->region, utc_now_ms())) {
        struct notify_message m = {.text = buf_span(&text)};
        rc = place->ops->send(place->self, &m, 1, e);
        if (rc == 0 && !m.sent)
            rc = err_set(e, ERR_WORK, "--notify: the first message is not taken: %s", m.why);
    }
    buf_free(&text);
    return rc;
}

static int send_tests(const struct notify_place *place, const struct notify_options *o,
                      const char *const *to, size_t to_n, struct err *e)
{
    if (o->rename || count_kind(to, to_n, TARGET_S3) == 0)
        return send_test(place, o, o->bucket, e);
    for (size_t i = 0; i < to_n; i++) {
        struct target t;
        if (target_read(&t, span_of(to[i]), e) != 0)
            return -1;
        if (t.kind == TARGET_S3 && send_test(place, o, t.bucket, e) != 0)
            return -1;
    }
    return 0;
}

int announce_open(struct announce *out, const struct announce_options *o, const char *const *to,
                  size_t to_n, const struct target_options *target,
                  const volatile sig_atomic_t *stop, struct err *e)
{
    *out = (struct announce){.notify = NULL};
    if (o->place == NULL)
        return 0;
    const struct creds_wish wish = {
        .profile = target->profile, .region = target->region, .ca_bundle = target->ca_bundle};
    struct creds_wish settings = wish;
    settings.no_keys = true;
    const struct notify_place_options place_options = {
        .wish = &wish, .stop = stop, .resume = target->resume};
    struct notify_place places[NOTIFY_PLACES_MOST];
    size_t places_n;
    struct creds c;
    struct arena a;
    arena_init(&a);
    int rc = -1;
    if (creds_find(&c, &a, &settings, e) != 0 ||
        notify_place_open(places, &places_n, o->place, &place_options, e) != 0)
        goto out;

    out->buckets = count_kind(to, to_n, TARGET_S3) > 0;
    const bool files = notify_place_kind(o->place) != NOTIFY_QUEUE;
    const struct notify_options options = {
        .style = {.form = (enum notify_form)o->form,
                  .topic = span_of(o->topic),
                  .one_line = notify_place_kind(o->place) == NOTIFY_LINES},
        .keys = o->keys > 0 ? (unsigned)o->keys : 1,
        /* A directory's files arrive in their order, so that messages can be the same each time. */
        .linger_ms = files && !out->buckets ? -1 : LINGER_MS,
        .bucket = name_of(o, to, to_n),
        .region = c.region,
        .rename = o->bucket != NULL};
    const bool of_s3 = o->form == NOTIFY_S3 || o->form == NOTIFY_SNS_S3;
    const bool test = o->test == TEST_YES || (o->test == TEST_UNSAID && of_s3 && !target->resume);
    if (test && send_tests(&places[0], &options, to, to_n, e) != 0) {
        notify_place_close(places, places_n);
        goto out;
    }
    rc = notify_open(&out->notify, &options, places, places_n, e);
out:
    arena_free(&a);
    return rc;
}

void announce_target(const struct announce *a, struct target_options *target, const char *to)
{
    struct target t;
    struct err ignored = {0};
    const bool bucket = target_read(&t, span_of(to), &ignored) == 0 && t.kind == TARGET_S3;
    const bool tells = a->notify != NULL && bucket == a->buckets;
    target->arrived = tells ? notify_arrived : NULL;
    target->arrived_ctx = a->notify;
}

void announce_wrap(const struct announce *a, struct sink *sink)
{
    if (a->notify != NULL)
        notify_sink_open(sink, *sink, a->notify);
}

int announce_finish(struct announce *a, sink_lost_fn *lost, void *lost_ctx, struct err *e)
{
    if (a->notify == NULL)
        return 0;
    if (notify_finish(a->notify, &a->totals, lost, lost_ctx, e) != 0)
        return -1;
    if (a->totals.failed == 0)
        return 0;
    return err_set(e, ERR_WORK,
                   "%" PRIu64 " of %" PRIu64
                   " log files were not announced; with --resume all that are there are announced "
                   "again",
                   a->totals.failed, a->totals.failed + a->totals.objects);
}

void announce_put(struct buf *b, const struct announce_options *o, const struct notify_totals *t)
{
    if (o->place != NULL)
        buf_printf(b,
                   ",\"announced\":{\"files\":%" PRIu64 ",\"messages\":%" PRIu64
                   ",\"failed\":%" PRIu64 "}",
                   t->objects, t->messages, t->failed);
}

void announce_print(FILE *out, const struct announce_options *o, const struct notify_totals *t)
{
    if (o->place != NULL)
        fprintf(out,
                "notices  %" PRIu64 " messages about %" PRIu64 " files, %" PRIu64
                " files not announced\n",
                t->messages, t->objects, t->failed);
}

void announce_close(struct announce *a)
{
    if (a->notify != NULL)
        notify_close(a->notify);
    a->notify = NULL;
}
