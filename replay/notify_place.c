/* notify_place.c - see notify_place.h. */
#include "replay/notify_place.h"

#include "base/arena.h"
#include "base/err.h"
#include "replay/http.h"
#include "replay/notify_files.h"
#include "replay/sqs.h"
#include "replay/sqs_queue.h"

/* With ten messages each, enough for a distant queue to keep up with a near bucket. */
enum { QUEUE_CONNECTIONS = 4 };

enum notify_kind notify_place_kind(const char *place)
{
    if (sqs_queue_is(span_of(place)))
        return NOTIFY_QUEUE;
    return notify_files_is_lines(place) ? NOTIFY_LINES : NOTIFY_FOLDER;
}

int notify_place_check(const char *place, struct err *e)
{
    const struct span text = span_of(place);
    if (notify_place_kind(place) == NOTIFY_QUEUE) {
        struct arena a;
        struct sqs_queue queue;
        arena_init(&a);
        const int rc = sqs_queue_read(&queue, &a, text, e);
        arena_free(&a);
        return rc;
    }
    for (size_t i = 0; i + 2 < text.n; i++) {
        if (span_starts(span_from(text, i), SPAN("://")))
            return err_set(e, ERR_INPUT,
                           "--notify: \"%s\" is neither a folder, a .jsonl file nor a queue, "
                           "sqs://QUEUE; write ./%s for a folder of that name",
                           place, place);
    }
    return 0;
}

void notify_place_close(struct notify_place *places, size_t n)
{
    while (n-- > 0)
        places[n].ops->close(places[n].self);
}

/* Open one connection to the queue. */
static int open_one(struct notify_place *out, const struct sqs_options *o, const struct creds *c,
                    struct err *e)
{
    const struct http_options http_options = {.connections = 1, .ca_bundle = c->ca_bundle};
    struct http http;
    if (http_open(&http, &http_options, e) != 0)
        return -1;
    if (sqs_open(out, o, http, e) == 0)
        return 0;
    http.ops->close(http.self);
    return -1;
}

static int open_queue(struct notify_place *places, size_t *n, const char *place,
                      const struct notify_place_options *options, struct arena *a, struct err *e)
{
    struct sqs_options o = {.stop = options->stop};
    struct creds c;
    struct creds_wish for_sqs = *options->wish;
    for_sqs.for_sqs = true;
    for_sqs.endpoint_url = NULL; /* the bucket's */
    if (sqs_queue_read(&o.queue, a, span_of(place), e) != 0 || creds_find(&c, a, &for_sqs, e) != 0)
        return -1;
    o.endpoint = c.endpoint;
    o.region = c.region;
    o.access_key = c.access_key;
    o.secret = c.secret;
    o.token = c.token;
    o.attempts = c.attempts;
    o.wish = &for_sqs;
    *n = 0;
    int rc = 0;
    while (rc == 0 && *n < QUEUE_CONNECTIONS) {
        rc = open_one(&places[*n], &o, &c, e);
        if (rc != 0)
            break;
        (*n)++;
        /* What the first one finds out, the others know. */
        if (*n == 1)
            rc = sqs_find(&places[0], &o.queue.url, e);
    }
    if (rc != 0)
        notify_place_close(places, *n);
    return rc;
}

int notify_place_open(struct notify_place *places, size_t *n, const char *place,
                      const struct notify_place_options *o, struct err *e)
{
    if (notify_place_check(place, e) != 0)
        return -1;
    *n = 1;
    switch (notify_place_kind(place)) {
    case NOTIFY_FOLDER:
        return notify_files_open_folder(&places[0], place, o->resume, e);
    case NOTIFY_LINES:
        return notify_files_open_lines(&places[0], place, o->resume, e);
    case NOTIFY_QUEUE:
        break;
    }
    struct arena a;
    arena_init(&a);
    const int rc = open_queue(places, n, place, o, &a, e);
    arena_free(&a);
    return rc;
}
