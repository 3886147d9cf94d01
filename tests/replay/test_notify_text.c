/*
 * test_notify_text.c - the forms are those of the S3 User Guide and of public fixtures; ids are
 * what this version makes of them, and must stay: a consumer knows a message again by them.
 */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "replay/notify_text.h"

#define KEY                                                                                        \
    "AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/02/"                                        \
    "111122223333_CloudTrail_eu-west-1_20260302T1005Z_AbCdEfGh12345678.json.gz"
#define TOPIC "arn:aws:sns:eu-west-1:111122223333:trail"

static const struct notify_object object = {.bucket = SPAN_INIT("my-logs"),
                                            .region = SPAN_INIT("eu-west-1"),
                                            .key = SPAN_INIT(KEY),
                                            .etag =
                                                SPAN_INIT("\"9a0364b9e99bb480dd25e1f0284c8555\""),
                                            .bytes = 1366,
                                            .arrived_ms = INT64_C(1772445903017)};

static struct buf text;

static int set_up(void **state)
{
    (void)state;
    buf_init(&text, NOTIFY_TEXT_MAX);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_free(&text);
    return 0;
}

static const char *put(enum notify_form form, const struct notify_object *objects, size_t n,
                       bool one_line)
{
    const struct notify_style style = {.form = form, .topic = SPAN(TOPIC), .one_line = one_line};
    buf_clear(&text);
    notify_text_put(&text, &style, objects, n);
    return buf_text(&text);
}

static const char s3_text[] =
    "{\"Records\":[{\"eventVersion\":\"2.1\",\"eventSource\":\"aws:s3\",\"awsRegion\":\"eu-west-"
    "1\","
    "\"eventTime\":\"2026-03-02T10:05:03.017Z\",\"eventName\":\"ObjectCreated:Put\","
    "\"userIdentity\":{\"principalId\":\"AWS:AROA2PFDM6U6FVDXWMTT5:regionalDeliverySession\"},"
    "\"requestParameters\":{\"sourceIPAddress\":\"203.0.113.22\"},"
    "\"responseElements\":{\"x-amz-request-id\":\"0ECLX1OIZ3XD5CTU\",\"x-amz-id-2\":"
    "\"LrAy24hxCQQZH2uIRrC/"
    "7aXxuWG+xWR8rQ8HXmXDAwzoc+OoQibrzNtsR4zW8weKdFptuqqhmjCWV+KM0IjDvMQWIRRe9AT7\"},"
    "\"s3\":{\"s3SchemaVersion\":\"1.0\",\"configurationId\":\"beantrail\","
    "\"bucket\":{\"name\":\"my-logs\",\"ownerIdentity\":{\"principalId\":\"A5ZQ5PI30DJCVW\"},"
    "\"arn\":\"arn:aws:s3:::my-logs\"},"
    "\"object\":{\"key\":\"" KEY "\",\"size\":1366,"
    "\"eTag\":\"9a0364b9e99bb480dd25e1f0284c8555\",\"sequencer\":\"0069A560CC0BD72DE0\"}}}]}";

static void an_event_of_s3_reads_as_s3_writes_it(void **state)
{
    (void)state;
    assert_string_equal(put(NOTIFY_S3, &object, 1, false), s3_text);
}

static void a_message_of_cloudtrail_lists_its_keys(void **state)
{
    (void)state;
    struct notify_object two[] = {object, object};
    two[1].key = SPAN("a \"b\"+\xc3\xa9");
    assert_string_equal(put(NOTIFY_CLOUDTRAIL, two, 2, false),
                        "{\"s3Bucket\":\"my-logs\",\"s3ObjectKey\":[\"" KEY
                        "\",\"a \\\"b\\\"+\xc3\xa9\"]}");
}

static void the_envelope_has_the_lines_of_sns(void **state)
{
    (void)state;
    assert_string_equal(
        put(NOTIFY_SNS_CLOUDTRAIL, &object, 1, false),
        "{\n"
        "  \"Type\" : \"Notification\",\n"
        "  \"MessageId\" : \"e0e10714-72e2-5e69-9914-d671cba382ce\",\n"
        "  \"TopicArn\" : \"" TOPIC "\",\n"
        "  \"Message\" : \"{\\\"s3Bucket\\\":\\\"my-logs\\\",\\\"s3ObjectKey\\\":[\\\"" KEY
        "\\\"]}\",\n"
        "  \"Timestamp\" : \"2026-03-02T10:05:03.017Z\",\n"
        "  \"SignatureVersion\" : \"1\",\n"
        "  \"Signature\" : "
        "\"ZnQfuesaFKYKjYT2fPtAh3cLJD20uhUBDDWL8V39wzJuwAN3mXoFTzC3LiIrLiU/"
        "qnWcZBuRdtLV37aR9pWsIacNRsc0yz0Gf5hlAaOZVd6TTZZTS/VDPBfMfNcwPCTPdiT/"
        "wa+"
        "a2Vu2xY14NE2EMVI4Hv3ztehBfO7DmA1q8oLmKDdVIW12cmD51BiQuONFVVxKyjDaLnWAqsFabg1jrowXAle9nceha"
        "C96N4HlzRHnFgm5DpvmEtrkKmtMT19YLGr+M4qIIWDjaez/ukeb/"
        "ZLwuMj8hYJwr9J9hvxDHYdYNwQiUCObcZD6JxSkWlF7v6i9vgNlw2kZY7uZtoB5UQ==\",\n"
        "  \"SigningCertURL\" : \"https://sns.eu-west-1.amazonaws.com/"
        "SimpleNotificationService-4e32c8f7727f223ea2c1782f55d2840d.pem\",\n"
        "  \"UnsubscribeURL\" : \"https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&"
        "SubscriptionArn=" TOPIC ":beb569be-0826-5c32-9771-f15560e9f4d1\"\n"
        "}");
}

/* The text of a member of the object ${json}, or of an object in it: "detail/object/key". */
static struct span member(struct json_doc *doc, const char *path)
{
    static struct json steps[8];
    size_t n = 0;
    steps[0] = json_root(doc);
    while (*path != '\0') {
        char name[64];
        const size_t name_n = strcspn(path, "/");
        memcpy(name, path, name_n);
        name[name_n] = '\0';
        steps[n + 1] = json_member(&steps[n], name);
        n++;
        path += name_n + (path[name_n] == '/');
    }
    return json_text(&steps[n]);
}

static struct json_doc *open(struct span json)
{
    struct json_doc *doc;
    struct err e = {0};
    if (json_open(&doc, "message", json, &e) != 0)
        fail_msg("%s", e.text);
    return doc;
}

static void the_envelope_of_s3_holds_its_event_on_one_line_if_wanted(void **state)
{
    (void)state;
    const struct span line = span_of(put(NOTIFY_SNS_S3, &object, 1, true));
    assert_int_equal(span_find(line, '\n'), line.n);
    struct json_doc *doc = open(line);
    assert_true(span_is(member(doc, "Subject"), "Amazon S3 Notification"));
    assert_true(span_is(member(doc, "Message"), s3_text));
    assert_true(span_is(member(doc, "Timestamp"), "2026-03-02T10:05:03.017Z"));
    json_close(doc);
}

static void eventbridge_has_the_key_as_it_is(void **state)
{
    (void)state;
    struct notify_object odd = object;
    odd.key = SPAN("a b+c=d~\xc3\xa9");
    odd.version = SPAN("v.1");
    struct json_doc *doc = open(span_of(put(NOTIFY_EVENTBRIDGE, &odd, 1, false)));
    assert_true(span_is(member(doc, "detail-type"), "Object Created"));
    assert_true(span_is(member(doc, "source"), "aws.s3"));
    assert_true(span_is(member(doc, "time"), "2026-03-02T10:05:03Z"));
    assert_true(span_is(member(doc, "detail/bucket/name"), "my-logs"));
    assert_true(span_equal(member(doc, "detail/object/key"), odd.key));
    assert_true(span_is(member(doc, "detail/object/etag"), "9a0364b9e99bb480dd25e1f0284c8555"));
    assert_true(span_is(member(doc, "detail/object/version-id"), "v.1"));
    assert_true(span_is(member(doc, "detail/reason"), "PutObject"));
    json_close(doc);
}

/* As java.net.URLEncoder writes them, by hand; slashes stay. */
static const struct {
    const char *key, *want;
} keys[] = {
    {"a b/c+d=e", "a+b/c%2Bd%3De"},
    {"x~y*z.-_", "x%7Ey*z.-_"},
    {"caf\xc3\xa9 (1)%41", "caf%C3%A9+%281%29%2541"},
    {"\"q\"\\&?#", "%22q%22%5C%26%3F%23"},
    {"\xff\x01", "%FF%01"},
};

static void keys_are_encoded_as_a_form_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct notify_object odd = object;
        char want[128];
        odd.key = span_of(keys[i].key);
        snprintf(want, sizeof(want), "\"key\":\"%s\",", keys[i].want);
        if (strstr(put(NOTIFY_S3, &odd, 1, false), want) == NULL)
            fail_msg("%s: no %s in %s", keys[i].key, want, buf_text(&text));
    }
}

static void only_forms_that_encode_can_name_any_bytes(void **state)
{
    (void)state;
    static const char *const bad[] = {"\xff",         "\xc3",
                                      "\xc3(",        "\xed\xa0\x80",
                                      "\xc0\x80",     "\xf4\x90\x80\x80",
                                      "\xe0\x80\x80", "\xf0\x80\x80\x80"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        assert_true(notify_text_names(NOTIFY_S3, span_of(bad[i])));
        assert_false(notify_text_names(NOTIFY_CLOUDTRAIL, span_of(bad[i])));
        assert_false(notify_text_names(NOTIFY_EVENTBRIDGE, span_of(bad[i])));
    }
    assert_true(notify_text_names(NOTIFY_CLOUDTRAIL,
                                  SPAN("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xed\x9f\xbf")));
}

static void cloudtrail_says_nothing_of_digests(void **state)
{
    (void)state;
    const struct span digest =
        SPAN("p/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/02/"
             "111122223333_CloudTrail-Digest_eu-west-1_trail_eu-west-1_20260302T100500Z.json.gz");
    assert_false(notify_text_tells(NOTIFY_CLOUDTRAIL, digest));
    assert_false(notify_text_tells(NOTIFY_SNS_CLOUDTRAIL, digest));
    assert_true(notify_text_tells(NOTIFY_S3, digest));
    assert_true(notify_text_tells(NOTIFY_CLOUDTRAIL, object.key));
    assert_true(notify_text_tells(NOTIFY_CLOUDTRAIL, SPAN("anything")));
}

static void the_same_object_has_the_same_ids_and_another_has_others(void **state)
{
    (void)state;
    struct notify_object later = object;
    char first[4096];
    snprintf(first, sizeof(first), "%s", put(NOTIFY_S3, &object, 1, false));
    const char *ids = strstr(first, "\"eventName\"");
    later.arrived_ms += 86400000;
    assert_string_equal(strstr(put(NOTIFY_S3, &later, 1, false), "\"eventName\""), ids);
    later.etag = SPAN("0123456789abcdef0123456789abcdef");
    assert_null(strstr(put(NOTIFY_S3, &later, 1, false), "0069A560CC0BD72DE0"));
    assert_null(strstr(buf_text(&text), "0ECLX1OIZ3XD5CTU"));
}

static void without_a_topic_it_is_the_accounts_in_the_buckets_region(void **state)
{
    (void)state;
    const struct notify_style style = {.form = NOTIFY_SNS_S3};
    struct notify_object china = object;
    china.region = SPAN("cn-north-1");
    notify_text_put(&text, &style, &china, 1);
    struct json_doc *doc = open(buf_span(&text));
    assert_true(
        span_is(member(doc, "TopicArn"), "arn:aws-cn:sns:cn-north-1:111122223333:beantrail"));
    assert_true(span_starts(member(doc, "SigningCertURL"),
                            SPAN("https://sns.cn-north-1.amazonaws.com.cn/")));
    json_close(doc);
}

/* The largest message that can be: 32 keys of what grows most. */
static void the_largest_message_has_room(void **state)
{
    (void)state;
    static char key[1024];
    struct notify_object most[NOTIFY_KEYS_MOST];
    for (enum notify_form form = NOTIFY_S3; form <= NOTIFY_SNS_CLOUDTRAIL; form++) {
        const bool encoded = form == NOTIFY_S3 || form == NOTIFY_SNS_S3;
        memset(key, encoded ? 0xff : 1, sizeof(key));
        for (size_t i = 0; i < COUNT(most); i++) {
            most[i] = object;
            most[i].key = (struct span){key, sizeof(key)};
        }
        put(form, most, COUNT(most), false);
        struct json_doc *doc = open(buf_span(&text));
        json_close(doc);
    }
}

static void setting_up_has_its_own_message(void **state)
{
    (void)state;
    struct notify_style style = {.form = NOTIFY_S3, .topic = SPAN(TOPIC), .one_line = true};
    const struct span bucket = SPAN("my-logs"), region = SPAN("eu-west-1");
    assert_true(notify_text_put_test(&text, &style, bucket, region, object.arrived_ms));
    struct json_doc *doc = open(buf_span(&text));
    assert_true(span_is(member(doc, "Service"), "Amazon S3"));
    assert_true(span_is(member(doc, "Event"), "s3:TestEvent"));
    assert_true(span_is(member(doc, "Time"), "2026-03-02T10:05:03.017Z"));
    assert_true(span_is(member(doc, "Bucket"), "my-logs"));
    assert_int_equal(member(doc, "RequestId").n, 16);
    assert_int_equal(member(doc, "HostId").n, 96);
    json_close(doc);

    style.form = NOTIFY_CLOUDTRAIL;
    buf_clear(&text);
    assert_true(notify_text_put_test(&text, &style, bucket, region, object.arrived_ms));
    assert_string_equal(buf_text(&text), "CloudTrail validation message.");

    style.form = NOTIFY_SNS_CLOUDTRAIL;
    buf_clear(&text);
    assert_true(notify_text_put_test(&text, &style, bucket, region, object.arrived_ms));
    doc = open(buf_span(&text));
    assert_true(span_is(member(doc, "Type"), "Notification"));
    assert_true(span_is(member(doc, "Message"), "CloudTrail validation message."));
    json_close(doc);

    style.form = NOTIFY_EVENTBRIDGE;
    buf_clear(&text);
    assert_false(notify_text_put_test(&text, &style, bucket, region, object.arrived_ms));
    assert_int_equal(text.n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_event_of_s3_reads_as_s3_writes_it),
        TEST(a_message_of_cloudtrail_lists_its_keys),
        TEST(the_envelope_has_the_lines_of_sns),
        TEST(the_envelope_of_s3_holds_its_event_on_one_line_if_wanted),
        TEST(eventbridge_has_the_key_as_it_is),
        TEST(keys_are_encoded_as_a_form_is),
        TEST(only_forms_that_encode_can_name_any_bytes),
        TEST(cloudtrail_says_nothing_of_digests),
        TEST(the_same_object_has_the_same_ids_and_another_has_others),
        TEST(without_a_topic_it_is_the_accounts_in_the_buckets_region),
        TEST(the_largest_message_has_room),
        TEST(setting_up_has_its_own_message),
    };
    return cmocka_run_group_tests_name("replay/notify_text", tests, NULL, NULL);
}
