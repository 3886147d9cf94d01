/* notify_text.c - see notify_text.h. */
#include "replay/notify_text.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/utc.h"
#include "cloudtrail/key.h"
#include "replay/keyed.h"

enum {
    REQUEST_ID_N = 16,
    HOST_ID_BYTES = 72, /* 96 characters */
    SIGNATURE_BYTES = 256,
    UUID_BYTES = 16,
    ROLE_N = 17,
    OWNER_N = 13,
    NAMES_MAX = NOTIFY_KEYS_MOST * (KEY_MAX + 1) + 256
};

const char *const notify_text_forms[] = {"s3",          "sns-s3", "cloudtrail", "sns-cloudtrail",
                                         "eventbridge", NULL};

static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

bool notify_text_names(enum notify_form form, struct span key)
{
    if (form == NOTIFY_S3 || form == NOTIFY_SNS_S3)
        return true;
    /* RFC 3629, "Syntax of UTF-8 Byte Sequences". */
    for (size_t i = 0; i < key.n;) {
        const unsigned char c = (unsigned char)key.p[i];
        size_t more = c < 0x80 ? 0 : c < 0xc2 ? 4 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : c < 0xf5 ? 3 : 4;
        if (more > 3 || key.n - i <= more)
            return false;
        for (size_t j = 1; j <= more; j++) {
            if (((unsigned char)key.p[i + j] & 0xc0) != 0x80)
                return false;
        }
        const unsigned char next = more > 0 ? (unsigned char)key.p[i + 1] : 0;
        if ((c == 0xe0 && next < 0xa0) || (c == 0xed && next > 0x9f) ||
            (c == 0xf0 && next < 0x90) || (c == 0xf4 && next > 0x8f))
            return false;
        i += more + 1;
    }
    return true;
}

bool notify_text_tells(enum notify_form form, struct span key)
{
    if (form != NOTIFY_CLOUDTRAIL && form != NOTIFY_SNS_CLOUDTRAIL)
        return true;
    return key_kind(key) != KEY_DIGEST;
}

static struct span unquoted(struct span etag)
{
    if (etag.n >= 2 && etag.p[0] == '"' && etag.p[etag.n - 1] == '"')
        return (struct span){etag.p + 1, etag.n - 2};
    return etag;
}

/* "2026-03-02T10:05:03.017Z" */
static void put_time(struct buf *out, int64_t t_ms)
{
    char text[20];
    utc_iso(text, t_ms);
    buf_printf(out, "%.19s.%03dZ", text, (int)(t_ms % UTC_SECOND_MS));
}

/* ${n} characters of ${alphabet}, which ${about} and ${purpose} decide. */
static void put_chars(struct buf *out, const char *alphabet, size_t n, struct span bucket,
                      const char *purpose, struct span about)
{
    uint8_t bytes[2 * HASH_SHA256_N];
    assert(n <= sizeof(bytes));
    const size_t alphabet_n = strlen(alphabet);
    keyed_bytes(bytes, n, bucket, span_of(purpose), about, 0);
    for (size_t i = 0; i < n; i++)
        buf_put_char(out, alphabet[bytes[i] % alphabet_n]);
}

static void put_base64(struct buf *out, size_t n, struct span bucket, const char *purpose,
                       struct span about)
{
    uint8_t bytes[SIGNATURE_BYTES];
    assert(n <= sizeof(bytes));
    keyed_bytes(bytes, n, bucket, span_of(purpose), about, 0);
    out->n += hash_base64(buf_need(out, (n + 2) / 3 * 4), bytes, n);
}

/* Of version 5, as SNS's are. */
static void put_uuid(struct buf *out, struct span bucket, const char *purpose, struct span about)
{
    uint8_t bytes[UUID_BYTES];
    char hex[2 * UUID_BYTES];
    keyed_bytes(bytes, sizeof(bytes), bucket, span_of(purpose), about, 0);
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | 0x50);
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
    hash_hex(hex, bytes, sizeof(bytes));
    buf_printf(out, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

/* The account that ${key} names: its first folder of 12 digits, or AWS's example. */
static struct span account_of(struct span key)
{
    while (key.n > 0) {
        const struct span segment = {key.p, span_find(key, '/')};
        if (key_is_account(segment))
            return segment;
        key = span_from(key, segment.n < key.n ? segment.n + 1 : segment.n);
    }
    return SPAN("123456789012");
}

/*
 * As java.net.URLEncoder does it, slashes kept. What S3 does with '*' and '~' is inferred: no
 * published message has them.
 */
static void put_form_encoded(struct buf *out, struct span key)
{
    for (size_t i = 0; i < key.n; i++) {
        const char c = key.p[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            (c != '\0' && strchr("/.-*_", c) != NULL))
            buf_put_char(out, c);
        else if (c == ' ')
            buf_put_char(out, '+');
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
    }
}

/* What makes this object this object: its key and ETag. */
static struct span identity_of(struct buf *scratch, const struct notify_object *o)
{
    buf_clear(scratch);
    buf_put_span(scratch, o->key);
    buf_put_char(scratch, '\n');
    buf_put_span(scratch, unquoted(o->etag));
    return buf_span(scratch);
}

/*
 * Two zeros, eight hex digits of the second, eight more, as in published events. The second is the
 * stamp of the name, not the clock's: the same object has the same one when it is announced again.
 */
static void put_sequencer(struct buf *out, const struct notify_object *o, struct span identity)
{
    uint8_t bytes[8];
    struct key_parts parts;
    struct err ignored = {0};
    keyed_bytes(bytes, sizeof(bytes), o->bucket, SPAN("sequencer"), identity, 0);
    uint32_t second = 0, rest = 0;
    for (size_t i = 0; i < 4; i++) {
        second = second << 8 | bytes[i];
        rest = rest << 8 | bytes[4 + i];
    }
    if (key_read(&parts, o->key, &ignored) == 0 && parts.kind == KEY_LOG)
        second = (uint32_t)(parts.stamp_ms / UTC_SECOND_MS);
    buf_printf(out, "00%08" PRIX32 "%08" PRIX32, second, rest);
}

/* A documentation address (RFC 5737): CloudTrail's own are no one's to claim. */
static void put_address(struct buf *out, const struct notify_object *o)
{
    uint8_t byte;
    keyed_bytes(&byte, 1, o->bucket, SPAN("address"), o->key, 0);
    buf_printf(out, "203.0.113.%d", byte % 254 + 1);
}

static void put_text(struct buf *out, const char *text)
{
    buf_put_span(out, span_of(text));
}

static void put_s3_record(struct buf *out, struct buf *scratch, const struct notify_object *o)
{
    const struct span identity = identity_of(scratch, o);
    put_text(out, "{\"eventVersion\":\"2.1\",\"eventSource\":\"aws:s3\",\"awsRegion\":");
    json_put_string(out, o->region);
    put_text(out, ",\"eventTime\":\"");
    put_time(out, o->arrived_ms);
    put_text(out, "\",\"eventName\":\"ObjectCreated:Put\","
                  "\"userIdentity\":{\"principalId\":\"AWS:AROA");
    put_chars(out, base32, ROLE_N, o->bucket, "role", o->region);
    put_text(out, ":regionalDeliverySession\"},\"requestParameters\":{\"sourceIPAddress\":\"");
    put_address(out, o);
    put_text(out, "\"},\"responseElements\":{\"x-amz-request-id\":\"");
    put_chars(out, capitals, REQUEST_ID_N, o->bucket, "request", identity);
    put_text(out, "\",\"x-amz-id-2\":\"");
    put_base64(out, HOST_ID_BYTES, o->bucket, "host", identity);
    put_text(out, "\"},\"s3\":{\"s3SchemaVersion\":\"1.0\",\"configurationId\":\"beantrail\","
                  "\"bucket\":{\"name\":");
    json_put_string(out, o->bucket);
    put_text(out, ",\"ownerIdentity\":{\"principalId\":\"A");
    put_chars(out, capitals, OWNER_N, o->bucket, "owner", SPAN(""));
    buf_printf(out, "\"},\"arn\":\"arn:%s:s3:::%.*s\"},\"object\":{\"key\":\"",
               key_partition(o->region), SPAN_ARG(o->bucket));
    put_form_encoded(out, o->key);
    buf_printf(out, "\",\"size\":%" PRIu64 ",\"eTag\":", o->bytes);
    json_put_string(out, unquoted(o->etag));
    if (o->version.n > 0) {
        put_text(out, ",\"versionId\":");
        json_put_string(out, o->version);
    }
    put_text(out, ",\"sequencer\":\"");
    put_sequencer(out, o, identity);
    put_text(out, "\"}}}");
}

static void put_s3(struct buf *out, const struct notify_object *objects, size_t n)
{
    struct buf scratch;
    buf_init(&scratch, NAMES_MAX);
    put_text(out, "{\"Records\":[");
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_put_char(out, ',');
        put_s3_record(out, &scratch, &objects[i]);
    }
    put_text(out, "]}");
    buf_free(&scratch);
}

static void put_cloudtrail(struct buf *out, const struct notify_object *objects, size_t n)
{
    put_text(out, "{\"s3Bucket\":");
    json_put_string(out, objects[0].bucket);
    put_text(out, ",\"s3ObjectKey\":[");
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_put_char(out, ',');
        json_put_string(out, objects[i].key);
    }
    put_text(out, "]}");
}

static void put_eventbridge(struct buf *out, const struct notify_object *o)
{
    struct buf scratch;
    buf_init(&scratch, NAMES_MAX);
    char time[20];
    utc_iso(time, o->arrived_ms);
    const struct span identity = identity_of(&scratch, o);
    put_text(out, "{\"version\":\"0\",\"id\":\"");
    put_uuid(out, o->bucket, "event", identity);
    buf_printf(out,
               "\",\"detail-type\":\"Object Created\",\"source\":\"aws.s3\",\"account\":\"%.*s\","
               "\"time\":\"%.20s\",\"region\":",
               SPAN_ARG(account_of(o->key)), time);
    json_put_string(out, o->region);
    buf_printf(out,
               ",\"resources\":[\"arn:%s:s3:::%.*s\"],\"detail\":{\"version\":\"0\",\"bucket\":"
               "{\"name\":",
               key_partition(o->region), SPAN_ARG(o->bucket));
    json_put_string(out, o->bucket);
    put_text(out, "},\"object\":{\"key\":");
    json_put_string(out, o->key);
    buf_printf(out, ",\"size\":%" PRIu64 ",\"etag\":", o->bytes);
    json_put_string(out, unquoted(o->etag));
    if (o->version.n > 0) {
        put_text(out, ",\"version-id\":");
        json_put_string(out, o->version);
    }
    put_text(out, ",\"sequencer\":\"");
    put_sequencer(out, o, identity);
    put_text(out, "\"},\"request-id\":\"");
    put_chars(out, capitals, REQUEST_ID_N, o->bucket, "request", identity);
    put_text(out, "\",\"requester\":\"cloudtrail.amazonaws.com\",\"source-ip-address\":\"");
    put_address(out, o);
    put_text(out, "\",\"reason\":\"PutObject\"}}");
    buf_free(&scratch);
}

/* What SNS's envelope wants to know. */
struct envelope {
    const struct notify_style *style;
    struct span bucket, region;
    struct span account;
    struct span about; /* what its ids are made of */
    struct span subject, message;
    int64_t now_ms;
};

/* One member of the envelope, its value still to come. */
static void put_name(struct buf *out, const struct envelope *v, const char *name)
{
    const bool first = strcmp(name, "Type") == 0;
    if (v->style->one_line)
        buf_printf(out, "%s\"%s\":", first ? "{" : ",", name);
    else
        buf_printf(out, "%s\n  \"%s\" : ", first ? "{" : ",", name);
}

static void put_topic(struct buf *out, const struct envelope *v)
{
    if (v->style->topic.n > 0)
        buf_put_span(out, v->style->topic);
    else
        buf_printf(out, "arn:%s:sns:%.*s:%.*s:beantrail", key_partition(v->region),
                   SPAN_ARG(v->region), SPAN_ARG(v->account));
}

static void put_envelope(struct buf *out, const struct envelope *v)
{
    const char *tail = strcmp(key_partition(v->region), "aws-cn") == 0 ? ".cn" : "";
    put_name(out, v, "Type");
    put_text(out, "\"Notification\"");
    put_name(out, v, "MessageId");
    buf_put_char(out, '"');
    put_uuid(out, v->bucket, "message", v->about);
    buf_put_char(out, '"');
    put_name(out, v, "TopicArn");
    buf_put_char(out, '"');
    put_topic(out, v);
    buf_put_char(out, '"');
    if (v->subject.n > 0) {
        put_name(out, v, "Subject");
        json_put_string(out, v->subject);
    }
    put_name(out, v, "Message");
    json_put_string(out, v->message);
    put_name(out, v, "Timestamp");
    buf_put_char(out, '"');
    put_time(out, v->now_ms);
    buf_put_char(out, '"');
    put_name(out, v, "SignatureVersion");
    put_text(out, "\"1\"");
    /* Of the right form; only SNS has the key that could make it true. */
    put_name(out, v, "Signature");
    buf_put_char(out, '"');
    put_base64(out, SIGNATURE_BYTES, v->bucket, "signature", v->about);
    buf_put_char(out, '"');
    put_name(out, v, "SigningCertURL");
    buf_printf(out, "\"https://sns.%.*s.amazonaws.com%s/SimpleNotificationService-",
               SPAN_ARG(v->region), tail);
    put_chars(out, "0123456789abcdef", 32, v->bucket, "certificate", v->region);
    put_text(out, ".pem\"");
    put_name(out, v, "UnsubscribeURL");
    buf_printf(out, "\"https://sns.%.*s.amazonaws.com%s/?Action=Unsubscribe&SubscriptionArn=",
               SPAN_ARG(v->region), tail);
    put_topic(out, v);
    buf_put_char(out, ':');
    put_uuid(out, v->bucket, "subscription", SPAN(""));
    put_text(out, v->style->one_line ? "\"}" : "\"\n}");
}

void notify_text_put(struct buf *out, const struct notify_style *style,
                     const struct notify_object *objects, size_t n)
{
    assert(n >= 1 && n <= NOTIFY_KEYS_MOST);
    if (style->form == NOTIFY_S3) {
        put_s3(out, objects, n);
        return;
    }
    if (style->form == NOTIFY_CLOUDTRAIL) {
        put_cloudtrail(out, objects, n);
        return;
    }
    if (style->form == NOTIFY_EVENTBRIDGE) {
        assert(n == 1);
        put_eventbridge(out, objects);
        return;
    }
    struct buf message, about;
    buf_init(&message, NOTIFY_TEXT_MAX);
    buf_init(&about, NAMES_MAX);
    for (size_t i = 0; i < n; i++) {
        buf_put_span(&about, objects[i].key);
        buf_put_char(&about, '\n');
    }
    if (style->form == NOTIFY_SNS_S3)
        put_s3(&message, objects, n);
    else
        put_cloudtrail(&message, objects, n);
    const struct envelope v = {
        .style = style,
        .bucket = objects[0].bucket,
        .region = objects[0].region,
        .account = account_of(objects[0].key),
        .about = buf_span(&about),
        .subject = style->form == NOTIFY_SNS_S3 ? SPAN("Amazon S3 Notification") : SPAN(""),
        .message = buf_span(&message),
        .now_ms = objects[n - 1].arrived_ms};
    put_envelope(out, &v);
    buf_free(&about);
    buf_free(&message);
}

bool notify_text_put_test(struct buf *out, const struct notify_style *style, struct span bucket,
                          struct span region, int64_t now_ms)
{
    if (style->form == NOTIFY_EVENTBRIDGE)
        return false;
    const bool of_s3 = style->form == NOTIFY_S3 || style->form == NOTIFY_SNS_S3;
    const bool wrapped = style->form == NOTIFY_SNS_S3 || style->form == NOTIFY_SNS_CLOUDTRAIL;
    struct buf message;
    buf_init(&message, NOTIFY_TEXT_MAX);
    if (of_s3) {
        put_text(&message, "{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\",\"Time\":\"");
        put_time(&message, now_ms);
        put_text(&message, "\",\"Bucket\":");
        json_put_string(&message, bucket);
        put_text(&message, ",\"RequestId\":\"");
        put_chars(&message, capitals, REQUEST_ID_N, bucket, "test request", SPAN(""));
        put_text(&message, "\",\"HostId\":\"");
        put_base64(&message, HOST_ID_BYTES, bucket, "test host", SPAN(""));
        put_text(&message, "\"}");
    } else {
        put_text(&message, "CloudTrail validation message.");
    }
    if (wrapped) {
        const struct envelope v = {.style = style,
                                   .bucket = bucket,
                                   .region = region,
                                   .account = account_of(SPAN("")),
                                   .about = SPAN("test"),
                                   .subject = of_s3 ? SPAN("Amazon S3 Notification") : SPAN(""),
                                   .message = buf_span(&message),
                                   .now_ms = now_ms};
        put_envelope(out, &v);
    } else {
        buf_put_span(out, buf_span(&message));
    }
    buf_free(&message);
    return true;
}
