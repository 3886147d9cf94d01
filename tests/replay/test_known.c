/* test_known.c - manifests written by hand in the form of cloudtrail/manifest.c. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "tests/test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "cloudtrail/logfile.h"
#include "replay/known.h"

static char root[] = "/tmp/beantrail-known-XXXXXX";

static const char zeros[] = "0000000000000000000000000000000000000000000000000000000000000000";

/* File ${i} of ${n}: two folders in turn, with digests of its number. */
static void put_line(struct buf *b, unsigned i, bool last)
{
    buf_printf(b,
               "{\"key\":\"AWSLogs/%u/f%05u.json.gz\",\"records\":%u,\"textBytes\":%u,"
               "\"textSha256\":\"f%.59s%04x\",\"bytes\":%u,\"sha256\":\"f%.59s%04x\","
               "\"eventIDs\":[\"a,b\",\"}\"]}%s\n",
               i % 2, i, i, 10 * i, zeros, i, i + 1, zeros, i + 1, last ? "" : ",");
}

static struct known *open_with(const struct buf *text)
{
    char path[512];
    struct err e = {0};
    snprintf(path, sizeof(path), "%s/manifest.json", root);
    if (file_write(path, buf_span(text), &e) != 0)
        fail_msg("%s", e.text);
    return known_open(path);
}

static void each_file_is_found_in_any_order_of_folders(void **state)
{
    (void)state;
    enum { FILES = 5000 };
    struct buf text;
    buf_init(&text, 16 << 20);
    buf_printf(&text, "{\"fingerprint\":{},\n\"files\":[\n");
    for (unsigned i = 0; i < FILES; i++)
        put_line(&text, i, i + 1 == FILES);
    buf_printf(&text, "],\n\"counts\":{}}\n");
    struct known *k = open_with(&text);
    assert_non_null(k);
    for (unsigned n = 0; n < FILES; n++) {
        /* Folder by folder, the second one backwards. */
        const unsigned i = n < FILES / 2 ? 2 * n : 2 * (FILES - 1 - n) + 1;
        char key[64];
        struct logfile f;
        logfile_init(&f);
        snprintf(key, sizeof(key), "AWSLogs/%u/f%05u.json.gz", i % 2, i);
        assert_false(known_fill(k, &f, span_of(key), i + 2));
        assert_false(f.hashed);
        assert_true(known_fill(k, &f, span_of(key), i + 1));
        assert_true(f.hashed);
        logfile_init(&f);
        assert_int_equal(known_list(k, &f, span_of(key)), i + 1);
        assert_true(f.hashed);
        assert_int_equal(f.records, i);
        assert_int_equal(f.text_n, 10 * i);
        assert_int_equal(f.text_sha256[31] | f.text_sha256[30] << 8, i);
        assert_int_equal(f.body_sha256[31] | f.body_sha256[30] << 8, i + 1);
    }
    struct logfile f;
    logfile_init(&f);
    assert_false(known_fill(k, &f, SPAN("AWSLogs/0/other.json.gz"), 1));
    assert_false(known_fill(k, &f, SPAN("AWSLogs/2/f00000.json.gz"), 1));
    assert_int_equal(known_list(k, &f, SPAN("AWSLogs/2/f00000.json.gz")), 0);
    assert_false(f.hashed);
    known_close(k);
    buf_free(&text);
}

static void what_is_no_line_is_not_known(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "\"files\":[",
        "{\"key\":\"a/b.json.gz\"",
        "{\"key\":\"a/b.json.gz\"}",
        "{\"key\":\"a/b.json.gz\",\"records\":1,\"textBytes\":1,\"textSha256\":\"00\",\"bytes\":1,"
        "\"sha256\":\"00\"}",
        "{\"key\":\"a/b.json.gz\",\"records\":-1}",
        "{\"key\":\"a/b.json.gz\",\"records\":1,\"bytes\":1}",
        "{\"key\":\"a/b\\u002ejson.gz\"}",
        "{\"key\":",
    };
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct buf text;
        buf_init(&text, 1 << 20);
        buf_printf(&text, "%s\n%s", lines[i], lines[i]);
        struct known *k = open_with(&text);
        assert_non_null(k);
        struct logfile f;
        logfile_init(&f);
        assert_false(known_fill(k, &f, SPAN("a/b.json.gz"), 1));
        assert_false(f.hashed);
        known_close(k);
        buf_free(&text);
    }
    assert_null(known_open("/nonexistent/manifest.json"));
}

static int begin(void **state)
{
    (void)state;
    return mkdtemp(root) != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    struct err e = {0};
    return file_remove_tree(root, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_is_found_in_any_order_of_folders),
        cmocka_unit_test(what_is_no_line_is_not_known),
    };
    return cmocka_run_group_tests_name("replay/known", tests, begin, end);
}
