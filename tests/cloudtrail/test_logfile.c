/* test_logfile.c - texts written by hand; records are made up and no more than they need be. */
#include "tests/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "cloudtrail/logfile.h"

/* Walk ${text}; the records go to ${out}, each with a '|' behind it. */
static int walk(struct buf *out, struct span text, struct err *e)
{
    struct logfile_walk w;
    struct span record;
    if (logfile_walk_open(&w, text, e) != 0)
        return -1;
    int rc = logfile_walk_next(&w, &record, e);
    while (rc == 1) {
        buf_put_span(out, record);
        buf_put_char(out, '|');
        rc = logfile_walk_next(&w, &record, e);
    }
    if (rc == 0 && logfile_walk_next(&w, &record, e) != 0)
        fail_msg("there is something behind the end");
    return rc;
}

static void records_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"{\"Records\":[]}", ""},
        {"{\"Records\":[{}]}", "{}|"},
        {"{\"Records\":[{\"a\":1},{\"b\":[2,{\"c\":{}}]}]}", "{\"a\":1}|{\"b\":[2,{\"c\":{}}]}|"},
        {" \r\n{ \"Records\"\t:\n[ { \"a\" : 1 } , { } ] } \n", "{ \"a\" : 1 }|{ }|"},
        {"{\"Records\":[{\"a\":\"}]{[,\"}]}", "{\"a\":\"}]{[,\"}|"},
        {"{\"Records\":[{\"a\":\"\\\"}]}\"}]}", "{\"a\":\"\\\"}]}\"}|"},
        {"{\"Records\":[{\"a\\\\\":\"\\\\\"},{}]}", "{\"a\\\\\":\"\\\\\"}|{}|"},
        {"{\"Records\":[{\"a\":\"\\\\\\\"\\\\\"}]}", "{\"a\":\"\\\\\\\"\\\\\"}|"},
        {"{\"x\":-1.5e+3,\"y\":{\"Records\":[{\"no\":1}]},\"Records\":[{}],\"z\":[true,null]}",
         "{}|"},
        {"{\"Records\":[{}],\"s\":\"Records\"}", "{}|"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf got;
        struct err e = {0};
        buf_init(&got, 1000);
        int rc = walk(&got, span_of(rows[i].text), &e);
        if (rc != 0 || !span_is(buf_span(&got), rows[i].want))
            fail_msg("%s: rc %d, \"%s\", %s", rows[i].text, rc, buf_text(&got), e.text);
        buf_free(&got);
    }
}

static void what_is_no_log_file_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct span text;
        const char *want; /* behind "is not a CloudTrail log file: " */
    } rows[] = {
        {{NULL, 0}, "byte 0: it does not begin with an object"},
        {SPAN_INIT("  "), "byte 2: it does not begin with an object"},
        {SPAN_INIT("[]"), "byte 0: it does not begin with an object"},
        {SPAN_INIT("{}"), "byte 1: it has no member Records"},
        {SPAN_INIT("{\"records\":[]}"), "byte 14: it has no member Records"},
        {SPAN_INIT("{\"eventName\":\"x\"}"), "byte 17: it has no member Records"},
        {SPAN_INIT("{\"Records\":{}}"), "byte 11: Records is not an array"},
        {SPAN_INIT("{\"Records\":"), "byte 11: Records is not an array"},
        {SPAN_INIT("{\"Records\" []}"), "byte 11: a colon is missing"},
        {SPAN_INIT("{\"Records"), "byte 1: a string does not end"},
        {SPAN_INIT("{Records:[]}"), "byte 1: a member's name is missing"},
        {SPAN_INIT("{\"a\":,\"Records\":[]}"), "byte 5: a value is missing"},
        {SPAN_INIT("{\"a\":1 \"Records\":[]}"), "byte 7: a comma or a bracket is missing"},
        {SPAN_INIT("{\"a\":1,}"), "byte 7: a member's name is missing"},
        {SPAN_INIT("{\"Records\":["), "byte 12: a record is not an object"},
        {SPAN_INIT("{\"Records\":[1]}"), "byte 12: a record is not an object"},
        {SPAN_INIT("{\"Records\":[{},]}"), "byte 15: a record is not an object"},
        {SPAN_INIT("{\"Records\":[{}{}]}"), "byte 14: a comma is missing between records"},
        {SPAN_INIT("{\"Records\":[{}"), "byte 14: a comma is missing between records"},
        {SPAN_INIT("{\"Records\":[{\"a\":1"), "byte 12: a bracket does not close"},
        {SPAN_INIT("{\"Records\":[{\"a\":\"x\\\"}]}"), "byte 17: a string does not end"},
        {SPAN_INIT("{\"Records\":[{\"a\":[}]}]}"), "byte 18: a bracket closes another kind"},
        {SPAN_INIT("{\"Records\":[]"), "byte 13: a comma or a bracket is missing"},
        {SPAN_INIT("{\"Records\":[]}{"), "byte 14: something stands behind the end"},
        {SPAN_INIT("{\"Records\":[]}\0"), "byte 14: something stands behind the end"},
        {SPAN_INIT("{\"Records\":[],\"Records\":[{}]}"), "byte 24: a second member Records"},
        {SPAN_INIT("\xef\xbb\xbf{\"Records\":[]}"), "byte 0: it does not begin with an object"},
    };
    static const char head[] = "is not a CloudTrail log file: ";
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf got;
        struct err e = {0};
        buf_init(&got, 1000);
        int rc = walk(&got, rows[i].text, &e);
        if (rc != -1 || e.kind != ERR_INPUT || strncmp(e.text, head, strlen(head)) != 0 ||
            strcmp(e.text + strlen(head), rows[i].want) != 0)
            fail_msg("row %zu, %.*s: rc %d, \"%s\"", i, SPAN_ARG(rows[i].text), rc, e.text);
        buf_free(&got);
    }
}

static void depth_has_a_limit(void **state)
{
    (void)state;
    for (size_t depth = 256; depth <= 100000; depth = depth == 256 ? 257 : depth * 20) {
        struct buf text, got;
        struct err e = {0};
        buf_init(&text, 1 << 20);
        buf_init(&got, 1 << 20);
        logfile_begin(&text);
        buf_put_span(&text, SPAN("{\"a\":"));
        for (size_t i = 1; i < depth; i++)
            buf_put_char(&text, '[');
        for (size_t i = 1; i < depth; i++)
            buf_put_char(&text, ']');
        buf_put_char(&text, '}');
        logfile_end(&text);
        assert_int_equal(walk(&got, buf_span(&text), &e), depth == 256 ? 0 : -1);
        if (depth > 256)
            assert_non_null(strstr(e.text, "brackets are nested too deep"));
        buf_free(&text);
        buf_free(&got);
    }
}

static void the_text_is_delimited_as_delivered(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 100);
    logfile_begin(&text);
    buf_put_span(&text, SPAN("{\"a\":1}"));
    logfile_between(&text);
    buf_put_span(&text, SPAN("{\"a\":2}"));
    logfile_end(&text);
    assert_string_equal(buf_text(&text), "{\"Records\":[{\"a\":1},{\"a\":2}]}");
    buf_free(&text);
}

static void a_log_file_begins_and_ends_empty(void **state)
{
    (void)state;
    struct logfile f;
    logfile_init(&f);
    assert_int_equal(f.key_n, 0);
    assert_string_equal(f.key, "");
    assert_true(f.oldest_ms == LOGFILE_NO_TIME && f.newest_ms == LOGFILE_NO_TIME &&
                f.deliver_ms == LOGFILE_NO_TIME);
    buf_put_span(&f.body, SPAN("bytes"));
    f.records = 3;
    logfile_set_key(&f, SPAN("a/b.json"));
    assert_string_equal(f.key, "a/b.json");
    assert_int_equal(f.key_n, 8);
    logfile_free(&f);
    assert_int_equal(f.body.n, 0);
    assert_null(f.body.p);
    assert_int_equal(f.records, 0);
    assert_string_equal(f.key, "");
    logfile_free(&f);

    char key[KEY_MAX];
    memset(key, 'k', sizeof(key));
    logfile_set_key(&f, (struct span){key, sizeof(key)});
    assert_int_equal(strlen(f.key), KEY_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_found),
        cmocka_unit_test(what_is_no_log_file_is_refused),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(the_text_is_delimited_as_delivered),
        cmocka_unit_test(a_log_file_begins_and_ends_empty),
    };
    return cmocka_run_group_tests_name("cloudtrail/logfile", tests, NULL, NULL);
}
