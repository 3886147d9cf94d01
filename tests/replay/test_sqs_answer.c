/* test_sqs_answer.c - error documents of SQS as servers send them, and what each means. */
#include "tests/test.h"

#include <string.h>

#include "replay/sqs_answer.h"

static const struct {
    const char *body, *code, *message;
} bodies[] = {
    {"{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"none\"}",
     "QueueDoesNotExist", "none"},
    {"{\"__type\":\"com.amazon.coral.service#AccessDeniedException\",\"Message\":\"no\\nway\"}",
     "AccessDeniedException", "no?way"},
    {"{\"code\":\"Throttling\"}", "Throttling", ""},
    {"<ErrorResponse><Error><Type>Sender</Type><Code>InvalidAction</Code><Message>which?</Message>"
     "</Error></ErrorResponse>",
     "InvalidAction", "which?"},
    {"<html>busy</html>", "", ""},
    {"", "", ""},
    {"[1]", "", ""},
    {"{\"__type\":7,\"message\":null}", "", ""},
    {"{\"__type\":\"x#\"}", "", ""},
};

static void error_documents_of_all_kinds_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct s3_error error;
        sqs_answer_error(&error, span_of(bodies[i].body));
        assert_string_equal(error.code, bodies[i].code);
        assert_string_equal(error.message, bodies[i].message);
    }
}

static const struct {
    enum http_fault fault;
    int status;
    const char *code;
    enum s3_action action;
    bool for_all;
} answers[] = {
    {HTTP_ANSWERED, 200, "", S3_DONE, false},
    {HTTP_ANSWERED, 400, "QueueDoesNotExist", S3_STOP, true},
    {HTTP_ANSWERED, 400, "AWS.SimpleQueueService.NonExistentQueue", S3_STOP, true},
    {HTTP_ANSWERED, 403, "InvalidClientTokenId", S3_STOP, true},
    {HTTP_ANSWERED, 403, "SignatureDoesNotMatch", S3_CLOCK, true},
    {HTTP_ANSWERED, 403, "AccessDenied", S3_STOP, true},
    {HTTP_ANSWERED, 400, "ExpiredTokenException", S3_KEYS, true},
    {HTTP_ANSWERED, 400, "KmsThrottled", S3_SLOWER, false},
    {HTTP_ANSWERED, 400, "KmsDisabled", S3_STOP, true},
    {HTTP_ANSWERED, 400, "RequestThrottled", S3_SLOWER, false},
    {HTTP_ANSWERED, 400, "ThrottlingException", S3_SLOWER, false},
    {HTTP_ANSWERED, 500, "InternalFailure", S3_AGAIN, false},
    {HTTP_ANSWERED, 503, "", S3_AGAIN, false},
    {HTTP_ANSWERED, 429, "", S3_SLOWER, false},
    {HTTP_ANSWERED, 400, "InvalidMessageContents", S3_REFUSED, false},
    {HTTP_ANSWERED, 413, "", S3_REFUSED, false},
    {HTTP_ANSWERED, 404, "", S3_STOP, true},
    {HTTP_ANSWERED, 204, "", S3_STOP, true},
    {HTTP_ANSWERED, 302, "", S3_STOP, true},
    {HTTP_UNREACHABLE, 0, "", S3_AGAIN, true},
    {HTTP_BROKEN, 0, "", S3_AGAIN, false},
    {HTTP_UNTRUSTED, 0, "", S3_STOP, true},
};

static void each_answer_has_its_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(answers); i++) {
        const struct s3_rule *r =
            sqs_answer_judge(answers[i].fault, answers[i].status, answers[i].code);
        if (r->action != answers[i].action || r->for_all != answers[i].for_all)
            fail_msg("%d %d %s: action %d, for all %d", answers[i].fault, answers[i].status,
                     answers[i].code, r->action, r->for_all);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_documents_of_all_kinds_are_read),
        cmocka_unit_test(each_answer_has_its_rule),
    };
    return cmocka_run_group_tests_name("replay/sqs_answer", tests, NULL, NULL);
}
