/* test_http_heard.c - expected values are written here by hand. */
#include "tests/test.h"

#include <string.h>

#include "replay/http_heard.h"

static void headers_are_kept_without_blanks_whatever_their_case(void **state)
{
    (void)state;
    struct http_heard h;
    http_heard_init(&h, 10, 20);
    http_heard_begin(&h);
    assert_string_equal(h.date, "");
    http_heard_header(&h, SPAN("ETag:\t \"abc\" \r\n"));
    http_heard_header(&h, SPAN("x-AMZ-bucket-REGION: eu-west-1"));
    http_heard_header(&h, SPAN("x-amz-bucket-regions: no"));
    http_heard_header(&h, SPAN("Date:"));
    http_heard_header(&h, SPAN("Location: a b "));
    http_heard_header(&h, SPAN("Locatio"));
    http_heard_header(&h, SPAN(""));
    http_heard_header(&h, SPAN("\r\n"));
    assert_string_equal(h.etag, "\"abc\"");
    assert_string_equal(h.region, "eu-west-1");
    assert_string_equal(h.location, "a b");
    assert_string_equal(h.date, "");
    /* The last one counts; the next answer begins without. */
    http_heard_header(&h, SPAN("etag: x"));
    assert_string_equal(h.etag, "x");
    http_heard_begin(&h);
    assert_string_equal(h.etag, "");
    assert_string_equal(h.region, "");
    http_heard_free(&h);
}

static void a_value_that_is_too_long_is_none(void **state)
{
    (void)state;
    struct http_heard h;
    char line[6 + HTTP_HEARD_VALUE_MAX];
    http_heard_init(&h, 10, 20);
    http_heard_begin(&h);
    memset(line, 'v', sizeof(line));
    memcpy(line, "etag: ", 6);
    http_heard_header(&h, (struct span){line, sizeof(line)});
    assert_string_equal(h.etag, "");
    http_heard_header(&h, (struct span){line, sizeof(line) - 1});
    assert_int_equal(strlen(h.etag), HTTP_HEARD_VALUE_MAX - 1);
    http_heard_free(&h);
}

static void the_beginning_of_a_body_is_kept_and_an_endless_one_refused(void **state)
{
    (void)state;
    struct http_heard h;
    http_heard_init(&h, 10, 20);
    http_heard_begin(&h);
    assert_true(http_heard_body(&h, SPAN("1234567")));
    assert_true(http_heard_body(&h, SPAN("89abcdefghij")));
    assert_true(span_is(buf_span(&h.body), "123456789a"));
    assert_true(http_heard_body(&h, SPAN("k")));
    assert_false(http_heard_body(&h, SPAN("l")));
    http_heard_begin(&h);
    assert_true(http_heard_body(&h, SPAN("again")));
    assert_true(span_is(buf_span(&h.body), "again"));
    http_heard_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_kept_without_blanks_whatever_their_case),
        cmocka_unit_test(a_value_that_is_too_long_is_none),
        cmocka_unit_test(the_beginning_of_a_body_is_kept_and_an_endless_one_refused),
    };
    return cmocka_run_group_tests_name("replay/http_heard", tests, NULL, NULL);
}
