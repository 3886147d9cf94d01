/*
 * test_rewrite.c - what records name becomes something else of the same form, everywhere; the ids'
 * account numbers were worked out by hand from the rule in rewrite_forms.h.
 */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "replay/rewrite.h"
#include "replay/rewrite_forms.h"

static const char text[] =
    "{\"Records\":[{\"eventName\":\"prod\",\"userIdentity\":{\"type\":\"IAMUser\",\"principalId\":"
    "\"AIDARZPUZDIKAAAAAAAAA\",\"arn\":\"arn:aws:iam::123456789012:user/team/alice\",\"accountId\":"
    "\"123456789012\",\"accessKeyId\":\"AKIARZPUZDIKBBBBBBBB\",\"userName\":\"alice\"},"
    "\"sourceIPAddress\":\"203.0.113.7\",\"userAgent\":\"Mozilla/5.0 Chrome/114.0.0.0\","
    "\"errorMessage\":\"User: arn:aws:iam::123456789012:user/team/alice is not authorized from "
    "ip-203-0-113-7 on\\narn:aws:elasticbeanstalk:us-east-1:123456789012:environment/shop/"
    "shop-prod.\",\"requestParameters\":{\"environmentName\":\"shop-prod\",\"cidr\":\"10.1.2.3/"
    "32\","
    "\"any\":\"0.0.0.0/0\",\"note\":\"alice%2Fshop-prod ALICE malice\"},\"eventID\":"
    "\"11111111-1111-4111-8111-123456789012\",\"eventSource\":\"elasticbeanstalk.amazonaws.com\","
    "\"recipientAccountId\":\"123456789012\"}]}";

static const char key[] = "AWSLogs/123456789012/CloudTrail/us-east-1/2026/01/01/"
                          "123456789012_CloudTrail_us-east-1_20260101T0000Z_abcdefghijklmnop.json";

struct one {
    bool given;
};

static int one_next(void *self, struct logfile *out, struct err *e)
{
    (void)e;
    struct one *o = self;
    if (o->given)
        return 0;
    o->given = true;
    logfile_init(out);
    logfile_set_key(out, span_of(key));
    buf_put_span(&out->body, span_of(text));
    return 1;
}

static void one_close(void *self)
{
    (void)self;
}

static const struct source_ops one_ops = {"one", one_next, one_close};

/* Rewrite the record by ${map}: the text in ${out}, the key in ${f}. */
static struct rewrite *rewrite(const char *map, struct buf *out, struct logfile *f)
{
    char path[] = "/tmp/beantrail-map.XXXXXX";
    struct err e = {0};
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(file_write(path, span_of(map), &e), 0);
    struct rewrite *r;
    if (rewrite_open(&r, path, &e) != 0)
        fail_msg("%s", e.text);
    remove(path);
    struct one o = {false};
    struct source s = {&one_ops, &o};
    assert_int_equal(rewrite_learn(r, &s, &e), 0);
    o.given = false;
    assert_int_equal(one_next(&o, f, &e), 1);
    buf_init(out, 1 << 20);
    assert_int_equal(rewrite_file(r, out, f, span_of(text), &e), 0);
    return r;
}

static void nothing_of_the_original_is_left_and_all_agrees(void **state)
{
    (void)state;
    struct buf out;
    struct logfile f;
    struct rewrite_leak leak;
    struct rewrite *r = rewrite("{\"key\":\"0123456789\",\"map\":{\"123456789012\":"
                                "\"999988887777\",\"alice\":\"carol\"}}",
                                &out, &f);
    const char *got = buf_text(&out);
    static const char *const gone[] = {
        "alice is", "203.0.113.7", "ip-203-0", "shop", "arn:aws:iam::123456789012",
        "RZPUZDIK", "10.1.2.3"};
    for (size_t i = 0; i < COUNT(gone); i++) {
        if (strstr(got, gone[i]) != NULL)
            fail_msg("%s: %s", gone[i], got);
    }
    static const char *const there[] = {
        "\"eventName\":\"prod\"",
        "\"arn\":\"arn:aws:iam::999988887777:user/team/carol\"",
        "User: arn:aws:iam::999988887777:user/team/carol is not authorized from ip-",
        "\"userName\":\"carol\"",
        "Chrome/114.0.0.0",
        "\"any\":\"0.0.0.0/0\"",
        "\"cidr\":\"10.",
        "carol%2F",
        " malice\"",
        "-123456789012\"",
        "elasticbeanstalk.amazonaws.com",
        "arn:aws:elasticbeanstalk:us-east-1:999988887777:environment/",
    };
    for (size_t i = 0; i < COUNT(there); i++) {
        if (strstr(got, there[i]) == NULL)
            fail_msg("%s: %s", there[i], got);
    }
    assert_int_equal(strncmp(f.key, "AWSLogs/999988887777/", 21), 0);
    assert_non_null(strstr(f.key, "/999988887777_CloudTrail_us-east-1_20260101T0000Z_abcdef"));
    const char *id = strstr(got, "\"accessKeyId\":\"AKIA");
    assert_non_null(id);
    char account[FORMS_ACCOUNT_N];
    forms_id_account(account, (struct span){id + 15, 20});
    assert_memory_equal(account, "999988887777", sizeof(account));
    /* "ALICE" is told: nobody knows whether it means her. */
    size_t at = 0;
    assert_true(rewrite_leak_next(r, &at, &leak));
    assert_true(span_is(leak.token, "alice"));
    assert_int_equal(leak.times, 1);
    assert_false(rewrite_leak_next(r, &at, &leak));
    rewrite_close(r);
    buf_free(&out);
    logfile_free(&f);
}

static void the_key_decides_and_forms_stay(void **state)
{
    (void)state;
    static const char map[] = "{\"key\":\"0123456789\"}";
    struct buf a, b, c;
    struct logfile f, g, h;
    struct rewrite *r = rewrite(map, &a, &f);
    struct rewrite *s = rewrite(map, &b, &g);
    struct rewrite *t = rewrite("{\"key\":\"another one\"}", &c, &h);
    assert_true(span_equal(buf_span(&a), buf_span(&b)));
    assert_false(span_equal(buf_span(&a), buf_span(&c)));
    assert_string_equal(f.key, g.key);
    assert_int_equal(f.key_n, sizeof(key) - 1);
    assert_true(key_is_account((struct span){f.key + 8, 12}));
    const char *address = strstr(buf_text(&a), "\"sourceIPAddress\":\"") + 19;
    assert_true(forms_is_ipv4((struct span){address, (size_t)(strchr(address, '"') - address)}));
    rewrite_close(r);
    rewrite_close(s);
    rewrite_close(t);
    buf_free(&a);
    buf_free(&b);
    buf_free(&c);
    logfile_free(&f);
    logfile_free(&g);
    logfile_free(&h);
}

static void without_a_key_only_the_map_is_followed(void **state)
{
    (void)state;
    struct buf out;
    struct logfile f;
    struct rewrite_leak leak;
    size_t at = 0;
    struct rewrite *r = rewrite("{\"map\":{\"shop-prod\":\"web-live\"}}", &out, &f);
    assert_non_null(strstr(buf_text(&out), "environment/shop/web-live."));
    assert_non_null(strstr(buf_text(&out), "user/team/alice"));
    assert_string_equal(f.key, key);
    assert_false(rewrite_leak_next(r, &at, &leak));
    rewrite_close(r);
    buf_free(&out);
    logfile_free(&f);
}

static const struct {
    const char *map, *says;
} refused[] = {
    {"{}", "says nothing"},
    {"{\"key\":\"short\"}", "key"},
    {"{\"map\":{\"123456789012\":\"1\"}}", "12 digits"},
    {"{\"map\":{\"203.0.113.7\":\"::1\"}}", "same kind"},
    {"{\"map\":{\"a\":\"\"}}", "must be text"},
    {"{\"map\":{\"a\":\"b\\\"c\"}}", "must be text"},
    {"{\"key\":\"0123456789\",\"kinds\":[\"ports\"]}", "accounts, addresses"},
    {"{\"map\":{\"a\":\"b\"},\"kinds\":[\"users\"]}", "with a key"},
    {"{\"maps\":{}}", "map"},
    {"[]", "object"},
};

static void a_map_that_cannot_be_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        char path[] = "/tmp/beantrail-map.XXXXXX";
        struct err e = {0};
        struct rewrite *r;
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        assert_int_equal(file_write(path, span_of(refused[i].map), &e), 0);
        if (rewrite_open(&r, path, &e) == 0 || e.kind != ERR_INPUT ||
            strstr(e.text, refused[i].says) == NULL)
            fail_msg("%s: %s", refused[i].map, e.text);
        remove(path);
    }
}

static const struct {
    const char *id, *account;
} ids[] = {
    {"AKIARZPUZDIKAAAAAAAA", "123456789012"},
    {"AROARZPUZDIKPZZZZZZZZ", "123456789012"},
};

static void ids_carry_their_account(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ids); i++) {
        char account[FORMS_ACCOUNT_N], made[FORMS_ID_MAX];
        struct span id = span_of(ids[i].id);
        assert_true(forms_is_id(id));
        forms_id_account(account, id);
        assert_memory_equal(account, ids[i].account, sizeof(account));
        forms_make_id(made, id, SPAN("000000000001"), SPAN("key"), 0);
        assert_true(forms_is_id((struct span){made, id.n}));
        forms_id_account(account, (struct span){made, id.n});
        assert_memory_equal(account, "000000000001", sizeof(account));
        assert_memory_equal(made, ids[i].id, 4);
    }
    assert_false(forms_is_id(SPAN("AKIARZPUZDIKAAAAAAA1")));
    assert_false(forms_is_id(SPAN("XKIARZPUZDIKAAAAAAAA")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_of_the_original_is_left_and_all_agrees),
        cmocka_unit_test(the_key_decides_and_forms_stay),
        cmocka_unit_test(without_a_key_only_the_map_is_followed),
        cmocka_unit_test(a_map_that_cannot_be_is_refused),
        cmocka_unit_test(ids_carry_their_account),
    };
    return cmocka_run_group_tests_name("replay/rewrite", tests, NULL, NULL);
}
