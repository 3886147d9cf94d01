/* s3_answer.c - see s3_answer.h. */
#include "replay/s3_answer.h"

#include <stdio.h>
#include <string.h>

/* The first row that fits counts: faults, then codes, then statuses. */
static const struct s3_rule rules[] = {
    {HTTP_UNRESOLVED, 0, 0, NULL, S3_AGAIN, true, "the host's name cannot be resolved",
     "correct --endpoint-url or the region"},
    {HTTP_UNREACHABLE, 0, 0, NULL, S3_AGAIN, true, "no connection",
     "start the server, or correct --endpoint-url"},
    {HTTP_SLOW, 0, 0, NULL, S3_AGAIN, false, "no answer in time", NULL},
    {HTTP_BROKEN, 0, 0, NULL, S3_AGAIN, false, "the connection broke", NULL},
    {HTTP_TLS, 0, 0, NULL, S3_AGAIN, true, "no TLS connection",
     "correct http:// or https:// in --endpoint-url"},
    {HTTP_UNTRUSTED, 0, 0, NULL, S3_STOP, true, "the server's certificate is not trusted",
     "give its authority's certificate with --ca-bundle or AWS_CA_BUNDLE"},
    {HTTP_UNUSABLE, 0, 0, NULL, S3_AGAIN, true, "the server does not speak HTTP",
     "correct http:// or https:// in --endpoint-url"},

    {HTTP_ANSWERED, 200, 204, NULL, S3_DONE, false, NULL, NULL},

    /* Whole-run faults: no other object would fare better. */
    {HTTP_ANSWERED, 0, 999, "NoSuchBucket", S3_STOP, true, "there is no such bucket",
     "create it, or correct --to"},
    {HTTP_ANSWERED, 0, 999, "InvalidBucketName", S3_STOP, true, "the bucket's name is refused",
     "correct --to"},
    {HTTP_ANSWERED, 0, 999, "InvalidAccessKeyId", S3_STOP, true, "the access key is not known",
     "check AWS_ACCESS_KEY_ID or the profile"},
    {HTTP_ANSWERED, 0, 999, "XAdminUserNotFound", S3_STOP, true, "the access key is not known",
     "check AWS_ACCESS_KEY_ID or the profile"},
    {HTTP_ANSWERED, 0, 999, "SignatureDoesNotMatch", S3_STOP, false,
     "the signature is not accepted", "check AWS_SECRET_ACCESS_KEY or the profile"},
    {HTTP_ANSWERED, 0, 999, "AccessDenied", S3_STOP, false, "access is denied",
     "allow this key s3:PutObject there, or use another key"},
    {HTTP_ANSWERED, 0, 999, "AllAccessDisabled", S3_STOP, true, "access is denied", NULL},
    {HTTP_ANSWERED, 0, 999, "AccountProblem", S3_STOP, true, "access is denied", NULL},
    {HTTP_ANSWERED, 0, 999, "InvalidSecurity", S3_STOP, true, "the credentials are not accepted",
     "check the access key and its secret"},
    {HTTP_ANSWERED, 0, 999, "ExpiredToken*", S3_KEYS, true, "the credentials have expired",
     "renew them"},
    {HTTP_ANSWERED, 0, 999, "TokenRefreshRequired", S3_KEYS, true, "the credentials have expired",
     "renew them"},
    {HTTP_ANSWERED, 0, 999, "InvalidToken*", S3_STOP, true, "the session token is not accepted",
     "check AWS_SESSION_TOKEN"},

    {HTTP_ANSWERED, 0, 999, "RequestTimeTooSkewed", S3_CLOCK, true, "the clocks differ too much",
     "set this machine's clock"},
    {HTTP_ANSWERED, 0, 999, "RequestExpired", S3_CLOCK, true, "the clocks differ too much",
     "set this machine's clock"},
    {HTTP_ANSWERED, 0, 999, "AuthorizationHeaderMalformed", S3_REGION, true,
     "the signature is for the wrong region", "set --region to the bucket's"},
    {HTTP_ANSWERED, 0, 999, "PermanentRedirect", S3_REGION, true, "the bucket is in another region",
     "set --region to the bucket's"},
    {HTTP_ANSWERED, 301, 301, NULL, S3_REGION, true, "the bucket is elsewhere",
     "set --region or --endpoint-url to the bucket's"},

    {HTTP_ANSWERED, 0, 999, "SlowDown*", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "Throttl*", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "RequestThrottl*", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "RequestLimitExceeded", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "BandwidthLimitExceeded", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "TooManyRequests*", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "ProvisionedThroughputExceeded*", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "KMS.Throttling*", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "BadDigest", S3_DAMAGED, false, "the object arrived damaged", NULL},
    {HTTP_ANSWERED, 0, 999, "XAmzContentSHA256Mismatch", S3_DAMAGED, false,
     "the object arrived damaged", NULL},
    {HTTP_ANSWERED, 0, 999, "IncompleteBody", S3_DAMAGED, false, "the object arrived damaged",
     NULL},
    {HTTP_ANSWERED, 0, 999, "InternalError*", S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "ServiceUnavailable", S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "RequestTimeout*", S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "PriorRequestNotComplete", S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "TransactionInProgress", S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "OperationAborted", S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "ConditionalRequestConflict", S3_AGAIN, false, NULL, NULL},

    {HTTP_ANSWERED, 0, 999, "PreconditionFailed", S3_THERE, false, "the object is there already",
     NULL},

    /* Statuses, for answers without a code that says more. */
    {HTTP_ANSWERED, 412, 412, NULL, S3_THERE, false, "the object is there already", NULL},
    {HTTP_ANSWERED, 100, 199, NULL, S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 429, 429, NULL, S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 408, 408, NULL, S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 425, 425, NULL, S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 499, 500, NULL, S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 502, 504, NULL, S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 520, 524, NULL, S3_AGAIN, false, NULL, NULL},
    /* A new bucket on AWS answers so until its name has spread; the same host will do soon. */
    {HTTP_ANSWERED, 307, 307, NULL, S3_ELSEWHERE, false, "the bucket is elsewhere for now",
     "set --region or --endpoint-url to the bucket's"},
    {HTTP_ANSWERED, 401, 401, NULL, S3_STOP, false, "access is denied",
     "check the access key and its secret"},
    {HTTP_ANSWERED, 403, 403, NULL, S3_STOP, false, "access is denied",
     "check the access key and its secret"},
    {HTTP_ANSWERED, 404, 404, NULL, S3_STOP, false, "there is nothing of that name",
     "correct --to or --endpoint-url"},
    {HTTP_ANSWERED, 407, 407, NULL, S3_STOP, true, "the proxy wants credentials",
     "put them into the proxy's URL"},
    {HTTP_ANSWERED, 300, 399, NULL, S3_STOP, false, "the bucket is elsewhere",
     "correct --endpoint-url"},
    {HTTP_ANSWERED, 405, 405, NULL, S3_STOP, false, "it takes no objects",
     "correct --endpoint-url"},
    {HTTP_ANSWERED, 501, 501, NULL, S3_STOP, false, "it takes no objects of this kind",
     "correct --endpoint-url, or leave out the option it does not know"},
    {HTTP_ANSWERED, S3_STATUS_PAGE, S3_STATUS_PAGE, NULL, S3_AGAIN, true,
     "it answers with a page where S3 answers nothing", "correct --endpoint-url"},
};

/* What no row names: 400s with any other code, and statuses nobody has heard of. */
static const struct s3_rule otherwise = {HTTP_ANSWERED, 0,     999,  NULL,
                                         S3_REFUSED,    false, NULL, NULL};

static bool code_fits(const char *pattern, const char *code)
{
    if (pattern == NULL)
        return true;
    size_t n = strlen(pattern);
    if (pattern[n - 1] == '*')
        return strncmp(pattern, code, n - 1) == 0;
    return strcmp(pattern, code) == 0;
}

int s3_answer_status(const struct http_reply *r)
{
    if (r->status < 200 || r->status > 299)
        return r->status;
    for (size_t i = 0; i < r->body.n; i++) {
        if (strchr(" \t\r\n", r->body.p[i]) == NULL || r->body.p[i] == '\0')
            return S3_STATUS_PAGE;
    }
    return r->status;
}

const struct s3_rule *s3_answer_find(const struct s3_rule *some, size_t n, enum http_fault fault,
                                     int status, const char *code)
{
    for (size_t i = 0; i < n; i++) {
        const struct s3_rule *r = &some[i];
        if (r->fault != fault)
            continue;
        if (fault != HTTP_ANSWERED)
            return r;
        if (status >= r->status && status <= r->status_last && code_fits(r->code, code))
            return r;
    }
    return &otherwise;
}

const struct s3_rule *s3_answer_judge(enum http_fault fault, int status, const char *code)
{
    return s3_answer_find(rules, sizeof(rules) / sizeof(rules[0]), fault, status, code);
}

/* The place of ${needle} in ${text} from ${from} on, or text.n. */
static size_t find(struct span text, size_t from, const char *needle)
{
    size_t n = strlen(needle);
    for (; from + n <= text.n; from++) {
        size_t skip = span_find(span_from(text, from), needle[0]);
        from += skip;
        if (from + n <= text.n && memcmp(text.p + from, needle, n) == 0)
            return from;
    }
    return text.n;
}

static const struct {
    const char *text;
    char c;
} entities[] = {
    {"&lt;", '<'},   {"&gt;", '>'},    {"&amp;", '&'},
    {"&quot;", '"'}, {"&apos;", '\''}, {"&#39;", '\''},
};

/* Copy what stands between ${open} and ${close}, entities read, ${at} always ends in NUL. */
static void element(char *at, size_t cap, struct span body, const char *open, const char *close)
{
    at[0] = '\0';
    size_t from = find(body, 0, open);
    if (from == body.n)
        return;
    from += strlen(open);
    size_t to = find(body, from, close);
    if (to == body.n)
        return;
    size_t n = 0;
    while (from < to && n + 1 < cap) {
        char c = body.p[from];
        size_t step = 1;
        for (size_t i = 0; c == '&' && i < sizeof(entities) / sizeof(entities[0]); i++) {
            struct span rest = {body.p + from, to - from};
            if (span_starts(rest, span_of(entities[i].text))) {
                c = entities[i].c;
                step = strlen(entities[i].text);
                break;
            }
        }
        at[n++] = c >= ' ' && c <= '~' ? c : '?';
        from += step;
    }
    at[n] = '\0';
}

void s3_answer_error(struct s3_error *out, struct span body)
{
    element(out->code, sizeof(out->code), body, "<Code>", "</Code>");
    element(out->message, sizeof(out->message), body, "<Message>", "</Message>");
    element(out->region, sizeof(out->region), body, "<Region>", "</Region>");
}

void s3_answer_describe(char *at, size_t n, const struct http_reply *r,
                        const struct s3_error *error, bool with_message)
{
    if (r->fault != HTTP_ANSWERED) {
        snprintf(at, n, "%s", r->reason);
        return;
    }
    const bool message = with_message && error->message[0] != '\0';
    snprintf(at, n, "%d%s%s%s%s", r->status, error->code[0] != '\0' ? " " : "", error->code,
             message ? ": " : "", message ? error->message : "");
}
