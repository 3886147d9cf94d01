/* test_sqs_queue.c - queues as people and servers write them; the hosts are those AWS documents. */
#include "tests/test.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "replay/sqs_queue.h"

static const struct {
    const char *text, *endpoint, *url, *account, *name, *region;
} queues[] = {
    {"sqs://trail", "", "", "", "trail", ""},
    {"sqs://111122223333/my_q-1", "", "", "111122223333", "my_q-1", ""},
    {"https://sqs.eu-west-1.amazonaws.com/111122223333/q", "https://sqs.eu-west-1.amazonaws.com",
     "https://sqs.eu-west-1.amazonaws.com/111122223333/q", "", "q", "eu-west-1"},
    {"sqs://sqs.eu-west-1.amazonaws.com/111122223333/q", "https://sqs.eu-west-1.amazonaws.com",
     "https://sqs.eu-west-1.amazonaws.com/111122223333/q", "", "q", "eu-west-1"},
    {"https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q",
     "https://sqs.cn-north-1.amazonaws.com.cn",
     "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q", "", "q", "cn-north-1"},
    {"https://us-west-2.queue.amazonaws.com/111122223333/q",
     "https://us-west-2.queue.amazonaws.com",
     "https://us-west-2.queue.amazonaws.com/111122223333/q", "", "q", "us-west-2"},
    {"https://queue.amazonaws.com/111122223333/q", "https://queue.amazonaws.com",
     "https://queue.amazonaws.com/111122223333/q", "", "q", "us-east-1"},
    {"https://sqs-fips.us-east-2.amazonaws.com/111122223333/q",
     "https://sqs-fips.us-east-2.amazonaws.com",
     "https://sqs-fips.us-east-2.amazonaws.com/111122223333/q", "", "q", "us-east-2"},
    {"https://vpce-0a1b.sqs.us-east-1.vpce.amazonaws.com/111122223333/q",
     "https://vpce-0a1b.sqs.us-east-1.vpce.amazonaws.com",
     "https://vpce-0a1b.sqs.us-east-1.vpce.amazonaws.com/111122223333/q", "", "q", "us-east-1"},
    {"sqs://localhost:9324/000000000000/q", "http://localhost:9324",
     "http://localhost:9324/000000000000/q", "", "q", ""},
    {"http://[::1]:9324/queue/q", "http://[::1]:9324", "http://[::1]:9324/queue/q", "", "q", ""},
};

static void each_form_is_taken_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(queues); i++) {
        struct arena a;
        struct err e = {0};
        struct sqs_queue q;
        arena_init(&a);
        assert_true(sqs_queue_is(span_of(queues[i].text)));
        if (sqs_queue_read(&q, &a, span_of(queues[i].text), &e) != 0)
            fail_msg("%s: %s", queues[i].text, e.text);
        if (!span_is(q.endpoint, queues[i].endpoint) || !span_is(q.url, queues[i].url) ||
            !span_is(q.account, queues[i].account) || !span_is(q.name, queues[i].name) ||
            !span_is(q.region, queues[i].region))
            fail_msg("%s: endpoint %.*s, url %.*s, account %.*s, name %.*s, region %.*s",
                     queues[i].text, SPAN_ARG(q.endpoint), SPAN_ARG(q.url), SPAN_ARG(q.account),
                     SPAN_ARG(q.name), SPAN_ARG(q.region));
        arena_free(&a);
    }
}

static const char *const refused[] = {
    "sqs://",
    "sqs:///",
    "sqs:///q",
    "sqs://a/q",
    "sqs://11112222333/q",
    "sqs://localhost:9324/q",
    "sqs://q/",
    "sqs://a b/1/q",
    "sqs://host/1/q?x=1",
    "sqs://user@host/1/q",
    "sqs://host/\x01/q",
    "sqs://q.fifo",
    "https://sqs.us-east-1.amazonaws.com/111122223333/q.fifo",
    "http://",
    "http://host",
    "https://host/q",
    "sqs://a1234567890123456789012345678901234567890123456789012345678901234567890123456789012",
};

static void other_forms_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct arena a;
        struct err e = {0};
        struct sqs_queue q;
        arena_init(&a);
        if (sqs_queue_read(&q, &a, span_of(refused[i]), &e) == 0 || e.kind != ERR_INPUT)
            fail_msg("%s is taken", refused[i]);
        arena_free(&a);
    }
    assert_false(sqs_queue_is(SPAN("queue")));
    assert_false(sqs_queue_is(SPAN("s3://bucket")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_taken_apart),
        cmocka_unit_test(other_forms_are_refused),
    };
    return cmocka_run_group_tests_name("replay/sqs_queue", tests, NULL, NULL);
}
