/* sqs_answer.c - see sqs_answer.h. */
#include "replay/sqs_answer.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"

#define WRONG_KEYS  "check AWS_ACCESS_KEY_ID or the profile"
#define WRONG_PLACE "correct --notify or AWS_ENDPOINT_URL_SQS"

/* The first row that fits counts: faults, then codes, then statuses. */
static const struct s3_rule rules[] = {
    {HTTP_UNRESOLVED, 0, 0, NULL, S3_AGAIN, true, "the host's name cannot be resolved",
     WRONG_PLACE ", or the region"},
    {HTTP_UNREACHABLE, 0, 0, NULL, S3_AGAIN, true, "no connection",
     "start the server, or " WRONG_PLACE},
    {HTTP_SLOW, 0, 0, NULL, S3_AGAIN, false, "no answer in time", NULL},
    {HTTP_BROKEN, 0, 0, NULL, S3_AGAIN, false, "the connection broke", NULL},
    {HTTP_TLS, 0, 0, NULL, S3_AGAIN, true, "no TLS connection",
     "correct http:// or https:// there"},
    {HTTP_UNTRUSTED, 0, 0, NULL, S3_STOP, true, "the server's certificate is not trusted",
     "give its authority's certificate with --ca-bundle or AWS_CA_BUNDLE"},
    {HTTP_UNUSABLE, 0, 0, NULL, S3_AGAIN, true, "the server does not speak HTTP",
     "correct http:// or https:// there"},

    {HTTP_ANSWERED, 200, 200, NULL, S3_DONE, false, NULL, NULL},

    {HTTP_ANSWERED, 0, 999, "QueueDoesNotExist", S3_STOP, true, "there is no such queue",
     "create it, or correct --notify"},
    {HTTP_ANSWERED, 0, 999, "AWS.SimpleQueueService.NonExistentQueue*", S3_STOP, true,
     "there is no such queue", "create it, or correct --notify"},
    {HTTP_ANSWERED, 0, 999, "InvalidAddress*", S3_STOP, true, "the queue is not at this endpoint",
     "correct the queue's URL or the region"},
    {HTTP_ANSWERED, 0, 999, "InvalidClientTokenId", S3_STOP, true, "the access key is not known",
     WRONG_KEYS},
    {HTTP_ANSWERED, 0, 999, "UnrecognizedClient*", S3_STOP, true, "the access key is not known",
     WRONG_KEYS},
    {HTTP_ANSWERED, 0, 999, "InvalidAccessKeyId", S3_STOP, true, "the access key is not known",
     WRONG_KEYS},
    {HTTP_ANSWERED, 0, 999, "ExpiredToken*", S3_KEYS, true, "the credentials have expired",
     "renew them"},
    /* A clock that is wrong is told in the same words as a secret that is. */
    {HTTP_ANSWERED, 0, 999, "InvalidSignature*", S3_CLOCK, true, "the signature is not accepted",
     "check AWS_SECRET_ACCESS_KEY or the profile, and this machine's clock"},
    {HTTP_ANSWERED, 0, 999, "SignatureDoesNotMatch", S3_CLOCK, true,
     "the signature is not accepted",
     "check AWS_SECRET_ACCESS_KEY or the profile, and this machine's clock"},
    {HTTP_ANSWERED, 0, 999, "RequestExpired", S3_CLOCK, true, "the clocks differ too much",
     "set this machine's clock"},
    {HTTP_ANSWERED, 0, 999, "RequestTimeTooSkewed", S3_CLOCK, true, "the clocks differ too much",
     "set this machine's clock"},
    {HTTP_ANSWERED, 0, 999, "AccessDenied*", S3_STOP, true, "access is denied",
     "allow this key sqs:SendMessage there, or use another key"},
    {HTTP_ANSWERED, 0, 999, "InvalidSecurity", S3_STOP, true, "the credentials are not accepted",
     "check the access key and its secret"},
    {HTTP_ANSWERED, 0, 999, "UnknownOperation*", S3_STOP, true,
     "the server does not know SQS's JSON protocol", "use a newer one, or " WRONG_PLACE},
    {HTTP_ANSWERED, 0, 999, "InvalidAction", S3_STOP, true,
     "the server does not know SQS's JSON protocol", "use a newer one, or " WRONG_PLACE},

    {HTTP_ANSWERED, 0, 999, "KmsThrottled", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "KMS.Throttling*", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "Kms*", S3_STOP, true, "the queue's KMS key cannot be used",
     "allow this key kms:GenerateDataKey and kms:Decrypt"},
    {HTTP_ANSWERED, 0, 999, "KMS.*", S3_STOP, true, "the queue's KMS key cannot be used",
     "allow this key kms:GenerateDataKey and kms:Decrypt"},
    {HTTP_ANSWERED, 0, 999, "Throttl*", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "RequestThrottled*", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "OverLimit", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "TooManyRequests*", S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "Internal*", S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "ServiceUnavailable*", S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 0, 999, "RequestTimeout*", S3_AGAIN, false, NULL, NULL},

    {HTTP_ANSWERED, 429, 429, NULL, S3_SLOWER, false, NULL, NULL},
    {HTTP_ANSWERED, 408, 408, NULL, S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 425, 425, NULL, S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 499, 500, NULL, S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 502, 504, NULL, S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 520, 524, NULL, S3_AGAIN, false, NULL, NULL},
    {HTTP_ANSWERED, 401, 401, NULL, S3_STOP, true, "access is denied",
     "check the access key and its secret"},
    {HTTP_ANSWERED, 403, 403, NULL, S3_STOP, true, "access is denied",
     "allow this key sqs:SendMessage there, or use another key"},
    {HTTP_ANSWERED, 407, 407, NULL, S3_STOP, true, "the proxy wants credentials",
     "put them into the proxy's URL"},
    {HTTP_ANSWERED, 0, 399, NULL, S3_STOP, true, "this is no SQS", WRONG_PLACE},
    {HTTP_ANSWERED, 404, 405, NULL, S3_STOP, true, "this is no SQS", WRONG_PLACE},
    {HTTP_ANSWERED, 501, 501, NULL, S3_STOP, true, "this is no SQS", WRONG_PLACE},
};

const struct s3_rule *sqs_answer_judge(enum http_fault fault, int status, const char *code)
{
    return s3_answer_find(rules, sizeof(rules) / sizeof(rules[0]), fault, status, code);
}

/* The first of two members that is a text, printable and cut to ${cap} with its NUL. */
static void take(char *at, size_t cap, const struct json *root, const char *name,
                 const char *other_name)
{
    struct json member = json_member(root, name);
    if (!json_is_string(&member))
        member = json_member(root, other_name);
    const struct span text = json_text(&member);
    size_t n = 0;
    for (; n < text.n && n + 1 < cap; n++)
        at[n] = text.p[n] >= ' ' && text.p[n] <= '~' ? text.p[n] : '?';
    at[n] = '\0';
}

void sqs_answer_error(struct s3_error *out, struct span body)
{
    struct json_doc *doc;
    struct err ignored = {0};
    *out = (struct s3_error){.code = ""};
    if (json_open(&doc, "answer", body, &ignored) != 0) {
        s3_answer_error(out, body);
        return;
    }
    const struct json root = json_root(doc);
    if (json_is_object(&root)) {
        take(out->code, sizeof(out->code), &root, "__type", "code");
        take(out->message, sizeof(out->message), &root, "message", "Message");
    }
    const char *sharp = strrchr(out->code, '#');
    if (sharp != NULL)
        memmove(out->code, sharp + 1, strlen(sharp + 1) + 1);
    json_close(doc);
}
