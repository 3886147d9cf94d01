/* test_s3_answer.c - which answers are tried again is what the AWS SDKs and other stores agree on.
 */
#include "tests/test.h"

#include <string.h>

#include "replay/s3_answer.h"

static const struct {
    enum http_fault fault;
    int status;
    const char *code;
    enum s3_action want;
} answers[] = {
    {HTTP_ANSWERED, 200, "", S3_DONE},
    {HTTP_ANSWERED, 204, "", S3_DONE},
    {HTTP_ANSWERED, 500, "InternalError", S3_AGAIN},
    {HTTP_ANSWERED, 500, "", S3_AGAIN},
    {HTTP_ANSWERED, 502, "", S3_AGAIN},
    {HTTP_ANSWERED, 503, "", S3_AGAIN},
    {HTTP_ANSWERED, 503, "ServiceUnavailable", S3_AGAIN},
    {HTTP_ANSWERED, 504, "", S3_AGAIN},
    {HTTP_ANSWERED, 522, "", S3_AGAIN},
    {HTTP_ANSWERED, 101, "", S3_AGAIN},
    {HTTP_ANSWERED, 408, "", S3_AGAIN},
    {HTTP_ANSWERED, 307, "TemporaryRedirect", S3_ELSEWHERE},
    {HTTP_ANSWERED, 409, "OperationAborted", S3_AGAIN},
    {HTTP_ANSWERED, 400, "RequestTimeout", S3_AGAIN},
    {HTTP_ANSWERED, 503, "SlowDown", S3_SLOWER},
    {HTTP_ANSWERED, 503, "SlowDownWrite", S3_SLOWER},
    {HTTP_ANSWERED, 400, "ThrottlingException", S3_SLOWER},
    {HTTP_ANSWERED, 429, "", S3_SLOWER},
    {HTTP_ANSWERED, 400, "BadDigest", S3_DAMAGED},
    {HTTP_ANSWERED, 400, "XAmzContentSHA256Mismatch", S3_DAMAGED},
    {HTTP_ANSWERED, 403, "RequestTimeTooSkewed", S3_CLOCK},
    {HTTP_ANSWERED, 400, "AuthorizationHeaderMalformed", S3_REGION},
    {HTTP_ANSWERED, 301, "PermanentRedirect", S3_REGION},
    {HTTP_ANSWERED, 301, "", S3_REGION},
    {HTTP_ANSWERED, 404, "NoSuchBucket", S3_STOP},
    {HTTP_ANSWERED, 404, "", S3_STOP},
    {HTTP_ANSWERED, 403, "SignatureDoesNotMatch", S3_STOP},
    {HTTP_ANSWERED, 403, "AccessDenied", S3_STOP},
    {HTTP_ANSWERED, 403, "", S3_STOP},
    {HTTP_ANSWERED, 403, "InvalidAccessKeyId", S3_STOP},
    {HTTP_ANSWERED, 400, "ExpiredToken", S3_KEYS},
    {HTTP_ANSWERED, 400, "InvalidToken", S3_STOP},
    {HTTP_ANSWERED, 405, "MethodNotAllowed", S3_STOP},
    {HTTP_ANSWERED, 501, "NotImplemented", S3_STOP},
    {HTTP_ANSWERED, 400, "InvalidArgument", S3_REFUSED},
    {HTTP_ANSWERED, 400, "EntityTooLarge", S3_REFUSED},
    {HTTP_ANSWERED, 412, "PreconditionFailed", S3_THERE},
    {HTTP_ANSWERED, 418, "", S3_REFUSED},
    {HTTP_ANSWERED, S3_STATUS_PAGE, "", S3_AGAIN},
    {HTTP_ANSWERED, S3_STATUS_PAGE, "InternalError", S3_AGAIN},
    {HTTP_ANSWERED, S3_STATUS_PAGE, "SlowDown", S3_SLOWER},
    {HTTP_ANSWERED, S3_STATUS_PAGE, "AccessDenied", S3_STOP},
    {HTTP_ANSWERED, 601, "", S3_REFUSED},
    {HTTP_UNRESOLVED, 0, "", S3_AGAIN},
    {HTTP_UNREACHABLE, 0, "", S3_AGAIN},
    {HTTP_SLOW, 0, "", S3_AGAIN},
    {HTTP_BROKEN, 0, "", S3_AGAIN},
    {HTTP_BROKEN, 200, "", S3_AGAIN},
    {HTTP_TLS, 0, "", S3_AGAIN},
    {HTTP_UNTRUSTED, 0, "", S3_STOP},
    {HTTP_UNUSABLE, 0, "", S3_AGAIN},
};

static void every_answer_has_its_action(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        const struct s3_rule *r =
            s3_answer_judge(answers[i].fault, answers[i].status, answers[i].code);
        if (r->action != answers[i].want)
            fail_msg("fault %d, %d %s: action %d, want %d", (int)answers[i].fault,
                     answers[i].status, answers[i].code, (int)r->action, (int)answers[i].want);
        if (r->action == S3_STOP && r->what == NULL)
            fail_msg("%d %s: stops and does not say why", answers[i].status, answers[i].code);
    }
}

static const struct {
    const char *body, *code, *message, *region;
} documents[] = {
    {"<?xml version=\"1.0\"?><Error><Code>NoSuchBucket</Code><Message>it&apos;s &lt;gone&gt; "
     "&amp; lost</Message></Error>",
     "NoSuchBucket", "it's <gone> & lost", ""},
    {"<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>",
     "AuthorizationHeaderMalformed", "", "eu-west-1"},
    {"<html><body>502 Bad Gateway</body></html>", "", "", ""},
    {"<Error><Code>SlowDown</Code><Message>cut of", "SlowDown", "", ""},
    {"<Error><Code>SlowDo", "", "", ""},
    {"<Code></Code>", "", "", ""},
    {"", "", "", ""},
    {"<Code>a\nb\x01\x7f\xff</Code>", "a?b???", "", ""},
    {"<Code>&unknown;&</Code>", "&unknown;&", "", ""},
    {"<<<Code>x</Code>", "x", "", ""},
};

static void documents_are_read_whatever_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(documents); i++) {
        struct s3_error got;
        s3_answer_error(&got, span_of(documents[i].body));
        if (strcmp(got.code, documents[i].code) != 0 ||
            strcmp(got.message, documents[i].message) != 0 ||
            strcmp(got.region, documents[i].region) != 0)
            fail_msg("%s: \"%s\" \"%s\" \"%s\"", documents[i].body, got.code, got.message,
                     got.region);
    }
}

static void long_values_are_cut(void **state)
{
    (void)state;
    char body[2000] = "<Code>";
    memset(body + 6, 'x', 1000);
    memcpy(body + 1006, "</Code>", 8);
    struct s3_error got;
    s3_answer_error(&got, span_of(body));
    assert_int_equal(strlen(got.code), sizeof(got.code) - 1);
}

static void an_answer_is_described_in_one_line(void **state)
{
    (void)state;
    char at[64];
    const struct s3_error error = {.code = "NoSuchKey", .message = "not there"};
    const struct s3_error none = {.code = ""};
    const struct http_reply answered = {.status = 404, .reason = ""};
    const struct http_reply fault = {.fault = HTTP_UNREACHABLE, .reason = "Connection refused"};
    s3_answer_describe(at, sizeof(at), &answered, &error, true);
    assert_string_equal(at, "404 NoSuchKey: not there");
    s3_answer_describe(at, sizeof(at), &answered, &error, false);
    assert_string_equal(at, "404 NoSuchKey");
    s3_answer_describe(at, sizeof(at), &answered, &none, true);
    assert_string_equal(at, "404");
    s3_answer_describe(at, sizeof(at), &fault, &none, true);
    assert_string_equal(at, "Connection refused");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_has_its_action),
        cmocka_unit_test(documents_are_read_whatever_they_are),
        cmocka_unit_test(long_values_are_cut),
        cmocka_unit_test(an_answer_is_described_in_one_line),
    };
    return cmocka_run_group_tests_name("replay/s3_answer", tests, NULL, NULL);
}
