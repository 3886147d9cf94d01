/* sqs_queue.c - see sqs_queue.h. */
#include "replay/sqs_queue.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "cloudtrail/key.h"

enum { NAME_MOST = 80 };

static const struct span scheme = SPAN_INIT("sqs://");

bool sqs_queue_is(struct span text)
{
    return span_starts(text, scheme) || span_starts(text, SPAN("http://")) ||
           span_starts(text, SPAN("https://"));
}

/* A queue's name has letters, digits, hyphens and underscores; the rest of a URL has no more than
   these. */
static bool has_only(struct span text, const char *more)
{
    for (size_t i = 0; i < text.n; i++) {
        const char c = text.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c != '\0' && strchr(more, c) != NULL)))
            return false;
    }
    return text.n > 0;
}

static bool is_aws(struct span host)
{
    return span_ends(host, SPAN(".amazonaws.com")) || span_ends(host, SPAN(".amazonaws.com.cn"));
}

/*
 * The region in an AWS host: behind "sqs" or "sqs-fips", also in the names of private endpoints;
 * before "queue" in the old names.
 */
static struct span region_of(struct span host)
{
    struct span before = {NULL, 0};
    while (is_aws(host)) {
        const struct span label = {host.p, span_find(host, '.')};
        host = span_from(host, label.n + 1);
        if (span_is(label, "sqs") || span_is(label, "sqs-fips"))
            return (struct span){host.p, span_find(host, '.')};
        if (span_is(label, "queue"))
            return before.n > 0 ? before : SPAN("us-east-1");
        before = label;
    }
    return (struct span){NULL, 0};
}

/* Split ${text} at its last slash, which goes. */
static void split_last(struct span *head, struct span *tail, struct span text)
{
    size_t at = text.n;
    while (at > 0 && text.p[at - 1] != '/')
        at--;
    *tail = span_from(text, at);
    *head = (struct span){text.p, at > 0 ? at - 1 : 0};
}

static int wrong_form(struct span text, struct err *e)
{
    return err_set(
        e, ERR_INPUT,
        "--notify: \"%.*s\" names no queue; write sqs://QUEUE, sqs://ACCOUNT/QUEUE or the "
        "queue's URL, https://HOST/ACCOUNT/QUEUE",
        SPAN_ARG(text));
}

int sqs_queue_read(struct sqs_queue *out, struct arena *a, struct span text, struct err *e)
{
    struct sqs_queue q = {.endpoint = {NULL, 0}};
    struct span rest = text, head;
    const bool ours = span_starts(text, scheme);
    if (ours)
        rest = span_from(text, scheme.n);
    else
        rest = span_from(text, span_starts(text, SPAN("https://")) ? 8 : 7);
    split_last(&head, &q.name, rest);
    const struct span host_port = {head.p, span_find(head, '/')};
    if (ours && head.n > 0 && key_is_account(head)) {
        q.account = head;
    } else if (head.n > 0) {
        const struct span host = {host_port.p, span_find(host_port, ':')};
        const char *transport = is_aws(host) ? "https" : "http";
        if (host_port.n == 0 || host_port.n == head.n || !has_only(host_port, ".-_:[]") ||
            !has_only(head, ".-_:[]/"))
            return wrong_form(text, e);
        if (ours) {
            q.url = arena_printf(a, "%s://%.*s", transport, SPAN_ARG(rest));
        } else {
            q.url = text;
            transport = span_starts(text, SPAN("https://")) ? "https" : "http";
        }
        q.endpoint = arena_printf(a, "%s://%.*s", transport, SPAN_ARG(host_port));
        q.region = region_of(host);
    } else if (!ours || rest.n > q.name.n) {
        return wrong_form(text, e);
    }
    if (span_ends(q.name, SPAN(".fifo")))
        return err_set(e, ERR_INPUT,
                       "--notify: \"%.*s\" is a FIFO queue, to which neither S3 nor CloudTrail "
                       "delivers; use a standard queue",
                       SPAN_ARG(text));
    if (!has_only(q.name, "-_") || q.name.n > NAME_MOST)
        return wrong_form(text, e);
    *out = q;
    return 0;
}
