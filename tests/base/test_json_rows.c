/* test_json_rows.c - objects read through rows, and findings; positions counted by hand. */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

/* Each complaint on its own line. */
static void keep_lines(void *ctx, const struct finding *f)
{
    buf_printf(ctx, "%s:%u:%u: %.*s: %.*s\n", f->file, f->line, f->column, SPAN_ARG(f->pointer),
               SPAN_ARG(f->text));
}

static struct json_doc *open_text(const char *text)
{
    struct err e = {.kind = ERR_NONE};
    struct json_doc *doc = NULL;
    if (json_open(&doc, "f", span_of(text), &e) != 0)
        fail_msg("%s: %s", text, e.text);
    return doc;
}

struct thing {
    struct span name;
    bool open;
    int64_t count;
    double share;
    int type;
    int64_t at_ms;
    int64_t every_ms;
    struct json inner, list, any;
};

static const char *const types[] = {"IAMUser", "AssumedRole", "Root", NULL};

static const struct json_row rows[] = {
    {"name", JSON_STRING, offsetof(struct thing, name), true, 1, 10, NULL},
    {"open", JSON_BOOL, offsetof(struct thing, open), false, 0, 0, NULL},
    {"count", JSON_INTEGER, offsetof(struct thing, count), false, 1, 1000, NULL},
    {"share", JSON_NUMBER, offsetof(struct thing, share), false, 0, 1, NULL},
    {"type", JSON_WORD, offsetof(struct thing, type), false, 0, 0, types},
    {"at", JSON_INSTANT, offsetof(struct thing, at_ms), false, 0, 0, NULL},
    {"every", JSON_DURATION, offsetof(struct thing, every_ms), false, 60000, 86400000, NULL},
    {"inner", JSON_OBJECT, offsetof(struct thing, inner), false, 0, 0, NULL},
    {"list", JSON_ARRAY, offsetof(struct thing, list), false, 1, 3, NULL},
    {"any", JSON_ANY, offsetof(struct thing, any), false, 0, 0, NULL},
};

static void rows_fill_a_struct(void **state)
{
    (void)state;
    struct json_doc *doc =
        open_text("{\"name\":\"x\",\"open\":true,\"count\":1e3,\"share\":0.5,\"type\":\"Root\","
                  "\"at\":\"1970-01-01T00:00:01Z\",\"every\":\"90s\",\"inner\":{},\"list\":[1],"
                  "\"any\":null}");
    struct json root = json_root(doc);
    struct thing t = {.type = -1};
    assert_true(json_read(&root, rows, COUNT(rows), &t));
    assert_true(span_is(t.name, "x"));
    assert_true(t.open);
    assert_int_equal(t.count, 1000);
    assert_true(t.share == 0.5);
    assert_int_equal(t.type, 2);
    assert_int_equal(t.at_ms, 1000);
    assert_int_equal(t.every_ms, 90000);
    assert_true(json_is_object(&t.inner));
    assert_int_equal(json_count(&t.list), 1);
    assert_true(json_is_null(&t.any));
    json_close(doc);
}

static void absent_members_keep_their_defaults(void **state)
{
    (void)state;
    struct json_doc *doc = open_text("{\"name\":\"x\"}");
    struct json root = json_root(doc);
    struct thing t = {.count = 7, .type = 1, .open = true};
    assert_true(json_read(&root, rows, COUNT(rows), &t));
    assert_int_equal(t.count, 7);
    assert_int_equal(t.type, 1);
    assert_true(t.open);
    assert_false(json_is_present(&t.inner));
    assert_false(json_is_present(&t.list));
    assert_false(json_is_present(&t.any));
    /* An absent object is not complained about; its row says whether it is required. */
    struct thing inner;
    assert_false(json_read(&t.inner, rows, COUNT(rows), &inner));
    struct err e = {.kind = ERR_NONE};
    assert_int_equal(json_verdict(doc, &e), 0);
    json_close(doc);
}

static const struct {
    const char *text;
    const char *want;
} complaints[] = {
    {"{}", "f:1:1: : member \"name\" is missing\n"},
    {"\n [1]", "f:2:2: : must be an object, not an array\n"},
    {"{\"name\":1}", "f:1:9: /name: must be a string, not a number\n"},
    {"{\"name\":null}", "f:1:9: /name: must be a string, not null\n"},
    {"{\"name\":\"\"}", "f:1:9: /name: must be 1 to 10 bytes long, not 0\n"},
    {"{\"name\":\"12345678901\"}", "f:1:9: /name: must be 1 to 10 bytes long, not 11\n"},
    {"{\"name\":\"x\",\n \"nane\":\"y\"}",
     "f:2:2: /nane: unknown member \"nane\"; did you mean \"name\"?\n"},
    {"{\"name\":\"x\",\"Name\":\"y\"}",
     "f:1:13: /Name: unknown member \"Name\"; did you mean \"name\"?\n"},
    {"{\"name\":\"x\",\"zzzzzz\":\"y\"}", "f:1:13: /zzzzzz: unknown member \"zzzzzz\"\n"},
    {"{\"name\":\"x\",\"a~/b\":\"y\"}", "f:1:13: /a~0~1b: unknown member \"a~/b\"\n"},
    {"{\"name\":\"x\",\"a\\nbcdef\":\"y\"}", "f:1:13: /a?bcdef: unknown member \"a?bcdef\"\n"},
    {"{\"name\":\"x\",\"name\":\"y\"}",
     "f:1:13: /name: the object has this member twice; keep one\n"},
    {"{\"name\":\"x\",\"open\":1}", "f:1:20: /open: must be true or false, not a number\n"},
    {"{\"name\":\"x\",\"count\":true}", "f:1:21: /count: must be a whole number, not true\n"},
    {"{\"name\":\"x\",\"count\":1.5}", "f:1:21: /count: must be a whole number, not 1.5\n"},
    {"{\"name\":\"x\",\"count\":0}", "f:1:21: /count: must be 1 to 1000, not 0\n"},
    {"{\"name\":\"x\",\"count\":9007199254740992}",
     "f:1:21: /count: must be a whole number below 9007199254740992, which is exact\n"},
    {"{\"name\":\"x\",\"count\":9007199254740993}",
     "f:1:21: /count: must be a whole number below 9007199254740992, which is exact\n"},
    {"{\"name\":\"x\",\"share\":1.25}", "f:1:21: /share: must be 0 to 1, not 1.25\n"},
    {"{\"name\":\"x\",\"type\":\"IamUser\"}",
     "f:1:20: /type: \"IamUser\" is not one of IAMUser, AssumedRole, Root; did you mean "
     "\"IAMUser\"?\n"},
    {"{\"name\":\"x\",\"type\":\"quite else\"}",
     "f:1:20: /type: \"quite else\" is not one of IAMUser, AssumedRole, Root\n"},
    {"{\"name\":\"x\",\"at\":\"later\"}",
     "f:1:18: /at: \"later\" is not a date and time from 1970 to 9999; write it like "
     "2026-09-14T00:00:00Z or 2026-09-14\n"},
    {"{\"name\":\"x\",\"every\":\"1w\"}",
     "f:1:21: /every: \"1w\" is not a duration up to 36500d; write digits and s, m, h or d, like "
     "90s or 24h\n"},
    {"{\"name\":\"x\",\"every\":\"30s\"}", "f:1:21: /every: must be 1m to 1d, not 30s\n"},
    {"{\"name\":\"x\",\"inner\":[]}", "f:1:21: /inner: must be an object, not an array\n"},
    {"{\"name\":\"x\",\"list\":{}}", "f:1:20: /list: must be an array, not an object\n"},
    {"{\"name\":\"x\",\"list\":[]}", "f:1:20: /list: must have 1 to 3 elements, not 0\n"},
    {"{\"cuont\":3,\n// why\n\"open\":\"no\"}",
     "f:1:2: /cuont: unknown member \"cuont\"; did you mean \"count\"?\n"
     "f:3:8: /open: must be true or false, not a string\n"
     "f:1:1: : member \"name\" is missing\n"},
};

static void each_fault_is_a_finding_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(complaints); i++) {
        struct buf out;
        buf_init(&out, 10000);
        struct json_doc *doc = open_text(complaints[i].text);
        json_collect(doc, keep_lines, &out);
        struct json root = json_root(doc);
        struct thing t = {0};
        bool good = json_read(&root, rows, COUNT(rows), &t);
        if (good || strcmp(buf_text(&out), complaints[i].want) != 0)
            fail_msg("%s: got %s", complaints[i].text, buf_text(&out));
        struct err e = {.kind = ERR_NONE};
        assert_int_equal(json_verdict(doc, &e), -1);
        assert_int_equal(e.kind, ERR_INPUT);
        buf_free(&out);
        json_close(doc);
    }
}

static void bounds_are_said_as_they_are(void **state)
{
    (void)state;
    static const struct {
        struct json_row row;
        const char *text;
        const char *want;
    } cases[] = {
        {{"x", JSON_INTEGER, 0, false, 1, INT64_MAX, NULL},
         "{\"x\":0}",
         "must be at least 1, not 0"},
        {{"x", JSON_INTEGER, 0, false, INT64_MIN, 5, NULL},
         "{\"x\":6}",
         "must be at most 5, not 6"},
        {{"x", JSON_STRING, 0, false, 0, 2, NULL},
         "{\"x\":\"abc\"}",
         "must be at most 2 bytes long, not 3"},
        {{"x", JSON_STRING, 0, false, 12, 12, NULL},
         "{\"x\":\"abc\"}",
         "must be 12 bytes long, not 3"},
        {{"x", JSON_DURATION, 0, false, 0, 5400000, NULL},
         "{\"x\":\"2h\"}",
         "must be 0s to 90m, not 2h"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct json_doc *doc = open_text(cases[i].text);
        struct json root = json_root(doc);
        struct thing t = {0};
        assert_false(json_read(&root, &cases[i].row, 1, &t));
        struct err e = {.kind = ERR_NONE};
        json_verdict(doc, &e);
        assert_string_equal(e.text + strlen("f:1:6: /x: "), cases[i].want);
        json_close(doc);
    }
}

static void doubled_members_are_found_everywhere(void **state)
{
    (void)state;
    struct json_doc *doc =
        open_text("{\"k\":[0,{\"a\":1,\"b\":2,\"a\":3}],\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,"
                  "\"f\":6,\"g\":7,\"c\":8,\"h\":9,\"\\u0063\":10}");
    struct err e = {.kind = ERR_NONE};
    assert_int_equal(json_verdict(doc, &e), -1);
    assert_string_equal(e.text,
                        "f:1:72: /c: the object has this member twice; keep one (and 2 more)");
    struct buf out;
    buf_init(&out, 10000);
    json_collect(doc, keep_lines, &out);
    assert_string_equal(buf_text(&out),
                        "f:1:72: /c: the object has this member twice; keep one\n"
                        "f:1:84: /c: the object has this member twice; keep one\n"
                        "f:1:22: /k/1/a: the object has this member twice; keep one\n");
    e.kind = ERR_NONE;
    assert_int_equal(json_verdict(doc, &e), -1);
    assert_string_equal(e.text, "f: 3 errors");
    /* The first is the one that counts. */
    struct json root = json_root(doc);
    struct json c = json_member(&root, "c");
    assert_int_equal(json_integer(&c, 0), 3);
    buf_free(&out);
    json_close(doc);
}

static void complaints_reach_nested_values_and_names(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 10000);
    struct json_doc *doc = open_text("{\"actors\": [ {\"x\": \"}\\\"]\"},\n"
                                     "  {\"identity\" : {\"type\" : \"y\" } } ] }");
    json_collect(doc, keep_lines, &out);
    struct json root = json_root(doc);
    struct json actors = json_member(&root, "actors");
    struct json it = {0};
    assert_int_equal(json_next(&actors, &it), 1);
    assert_int_equal(json_next(&actors, &it), 1);
    assert_int_equal(it.index, 1);
    struct json identity = json_member(&it, "identity");
    struct json type = json_member(&identity, "type");
    struct json gone = json_member(&identity, "gone");
    json_complain(&type, "one %d", 1);
    json_complain_key(&it, "identity", "two");
    json_complain(&gone, "three");
    json_complain_key(&identity, "gone", "four");
    json_complain(&root, "five");
    assert_int_equal(json_next(&actors, &it), 0);
    assert_string_equal(buf_text(&out), "f:2:27: /actors/1/identity/type: one 1\n"
                                        "f:2:4: /actors/1/identity: two\n"
                                        "f:2:17: /actors/1/identity: three\n"
                                        "f:2:17: /actors/1/identity: four\n"
                                        "f:1:1: : five\n");
    buf_free(&out);
    json_close(doc);
}

static void the_verdict_alone_is_one_line(void **state)
{
    (void)state;
    struct json_doc *doc = open_text("{\"a\":1}");
    struct json root = json_root(doc);
    struct json a = json_member(&root, "a");
    json_complain(&a, "is odd");
    struct err e = {.kind = ERR_NONE};
    json_verdict(doc, &e);
    assert_string_equal(e.text, "f:1:6: /a: is odd");
    json_complain(&root, "is odd too");
    e.kind = ERR_NONE;
    json_verdict(doc, &e);
    assert_string_equal(e.text, "f:1:6: /a: is odd (and 1 more)");
    json_close(doc);
    doc = open_text("[]");
    root = json_root(doc);
    json_complain(&root, "is empty");
    e.kind = ERR_NONE;
    json_verdict(doc, &e);
    assert_string_equal(e.text, "f:1:1: is empty");
    json_close(doc);
}

static void count_findings(void *ctx, const struct finding *f)
{
    (void)f;
    ++*(size_t *)ctx;
}

static void a_flood_of_findings_is_counted(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 1000000);
    buf_put_char(&text, '{');
    for (int i = 0; i < 20000; i++)
        buf_printf(&text, "%s\"member%d\":0", i == 0 ? "" : ",", i);
    buf_put_char(&text, '}');
    struct json_doc *doc = open_text(buf_text(&text));
    size_t taken = 0;
    json_collect(doc, count_findings, &taken);
    struct json root = json_root(doc);
    struct thing t = {0};
    assert_false(json_read(&root, rows, COUNT(rows), &t));
    assert_int_equal(taken, 100);
    struct err e = {.kind = ERR_NONE};
    json_verdict(doc, &e);
    assert_string_equal(e.text, "f: 20001 errors");
    json_close(doc);
    buf_free(&text);
}

static void long_names_leave_a_whole_pointer(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 10000);
    buf_printf(&text, "{\"outer\":{\"%0600d\":{\"x\":1}}}", 0);
    struct json_doc *doc = open_text(buf_text(&text));
    struct json root = json_root(doc);
    struct json outer = json_member(&root, "outer");
    struct json it = {0};
    assert_int_equal(json_next(&outer, &it), 1);
    struct json x = json_member(&it, "x");
    json_complain(&x, "far in");
    struct err e = {.kind = ERR_NONE};
    json_verdict(doc, &e);
    assert_string_equal(e.text, "f:1:619: /outer: far in");
    json_close(doc);
    buf_free(&text);
}

static void the_nearest_word_is_suggested(void **state)
{
    (void)state;
    static const char *const words[] = {"environment", "application", "version", "a", NULL};
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        {"enviroment", "environment"},
        {"APPLICATION", "application"},
        {"versoin", "version"},
        {"v", NULL},
        {"A", "a"},
        {"", NULL},
        {"applicant", "application"},
        {"something", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *got = json_nearest(span_of(cases[i].text), words);
        if ((got == NULL) != (cases[i].want == NULL) ||
            (got != NULL && strcmp(got, cases[i].want) != 0))
            fail_msg("%s: got %s", cases[i].text, got == NULL ? "nothing" : got);
    }
}

static void a_finding_in_the_deepest_value_has_its_place(void **state)
{
    (void)state;
    char text[2 * JSON_DEPTH_MAX + 2] = {0};
    memset(text, '[', JSON_DEPTH_MAX);
    text[JSON_DEPTH_MAX] = '1';
    memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX);
    struct json_doc *doc = open_text(text);
    struct json path[JSON_DEPTH_MAX + 1] = {json_root(doc)};
    for (size_t i = 0; i < JSON_DEPTH_MAX; i++)
        assert_int_equal(json_next(&path[i], &path[i + 1]), 1);
    json_complain(&path[JSON_DEPTH_MAX], "deep");
    struct err e = {.kind = ERR_NONE};
    assert_int_equal(json_verdict(doc, &e), -1);
    assert_memory_equal(e.text, "f:1:65: /0/0/0", 14);
    json_close(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_in_the_deepest_value_has_its_place),
        cmocka_unit_test(rows_fill_a_struct),
        cmocka_unit_test(absent_members_keep_their_defaults),
        cmocka_unit_test(each_fault_is_a_finding_with_its_place),
        cmocka_unit_test(bounds_are_said_as_they_are),
        cmocka_unit_test(doubled_members_are_found_everywhere),
        cmocka_unit_test(complaints_reach_nested_values_and_names),
        cmocka_unit_test(the_verdict_alone_is_one_line),
        cmocka_unit_test(a_flood_of_findings_is_counted),
        cmocka_unit_test(long_names_leave_a_whole_pointer),
        cmocka_unit_test(the_nearest_word_is_suggested),
    };
    return cmocka_run_group_tests_name("base/json_rows", tests, NULL, NULL);
}
