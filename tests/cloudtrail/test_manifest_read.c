/* test_manifest_read.c - what manifest.c writes is read back; what it does not is refused. */
#define _XOPEN_SOURCE 700
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "cloudtrail/manifest.h"
#include "cloudtrail/manifest_read.h"

static char root[] = "/tmp/beantrail-manifest-read-XXXXXX";
static char path[100];

static int make_root(void **state)
{
    (void)state;
    memcpy(root + sizeof(root) - 7, "XXXXXX", 7);
    if (mkdtemp(root) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/manifest.json", root);
    return 0;
}

static int remove_root(void **state)
{
    (void)state;
    struct err e = {0};
    return file_remove_tree(root, &e);
}

static const struct fingerprint print = {.program = SPAN_INIT("beantrail 0.1.0")};

static void write_manifest(const char *const *keys, size_t n, const char *more)
{
    struct err e = {0};
    struct manifest *m;
    assert_int_equal(manifest_open(&m, path, &print, &e), 0);
    for (size_t i = 0; i < n; i++) {
        struct logfile f;
        logfile_init(&f);
        logfile_set_key(&f, span_of(keys[i]));
        f.records = 3;
        f.text_n = 500;
        f.hashed = true;
        f.body_sha256[31] = 0xfe;
        buf_put(&f.body, "12345", 5);
        assert_int_equal(manifest_add_with(m, &f, span_of(i == 0 ? "" : more), &e), 0);
        logfile_free(&f);
    }
    const struct manifest_counts counts = {.files = n};
    assert_int_equal(manifest_finish(m, &counts, &e), 0);
    manifest_close(m);
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    static const char *const keys[] = {"a/b.json.gz", "odd \"\\\n\xc3\xa9.json.gz"};
    write_manifest(keys, 2,
                   ",\"delivered\":\"2026-09-14T08:05:00Z\",\"put\":\"2026-11-24T17:00:00.250Z\","
                   "\"fault\":\"late-file\",\"expect\":\"accept\",\"eventIDs\":[\"x\",\"y\"]");
    struct err e = {0};
    struct manifest_reader *r;
    struct manifest_entry entry;
    assert_int_equal(manifest_read_open(&r, path, &e), 0);
    assert_int_equal(manifest_read_next(r, &entry, &e), 1);
    assert_true(span_is(entry.key, keys[0]));
    assert_int_equal(entry.records, 3);
    assert_int_equal(entry.text_n, 500);
    assert_int_equal(entry.body_n, 5);
    assert_int_equal(entry.body_sha256[31], 0xfe);
    assert_int_equal(entry.fault, FAULT_NONE);
    assert_true(entry.put_ms == LOGFILE_NO_TIME && entry.event_ids.n == 0);
    assert_int_equal(manifest_read_next(r, &entry, &e), 1);
    assert_true(span_is(entry.key, keys[1]));
    assert_int_equal(entry.fault, FAULT_LATE_FILE);
    assert_true(entry.delivered_ms == INT64_C(1789373100000));
    assert_true(entry.put_ms == INT64_C(1795539600250));
    assert_true(span_is(entry.event_ids, "[\"x\",\"y\"]"));
    assert_int_equal(manifest_read_next(r, &entry, &e), 0);
    assert_int_equal(manifest_read_next(r, &entry, &e), 0);
    manifest_read_close(r);
}

static void a_manifest_may_have_no_files(void **state)
{
    (void)state;
    write_manifest(NULL, 0, "");
    struct err e = {0};
    struct manifest_reader *r;
    struct manifest_entry entry;
    assert_int_equal(manifest_read_open(&r, path, &e), 0);
    assert_int_equal(manifest_read_next(r, &entry, &e), 0);
    manifest_read_close(r);
}

#define HEAD "{\"fingerprint\":{\"id\":\"00\"},\n\"files\":[\n"

static const struct {
    const char *text;
    const char *want;
} refused[] = {
    {"", "is not a manifest"},
    {"hello\n", "is not a manifest"},
    {"{\n  \"fingerprint\": {\n", "is not a manifest"},
    {HEAD, "cut off"},
    {HEAD "{\"key\":\"a\",\"records\":1},\n", "cut off"},
    {HEAD "{\"records\":1}\n],\n", "is not the line of a log file"},
    {HEAD "{\"key\":\"a\",\"records\":-1}\n],\n", "\"records\" is not what"},
    {HEAD "{\"key\":\"a\",\"records\":99999999999999999999}\n],\n", "\"records\" is not what"},
    {HEAD "{\"key\":7}\n],\n", "\"key\" is not what"},
    {HEAD "{\"key\":\"\"}\n],\n", "\"key\" is not what"},
    {HEAD "{\"key\":\"a\",\"sha256\":\"zz\"}\n],\n", "\"sha256\" is not what"},
    {HEAD "{\"key\":\"a\",\"put\":\"soon\"}\n],\n", "\"put\" is not what"},
    {HEAD "{\"key\":\"a\",\"fault\":\"gremlin\"}\n],\n", "\"fault\" is not what"},
    {HEAD "{\"key\":\"a\",\"eventIDs\":\"x\"}\n],\n", "\"eventIDs\" is not what"},
    {HEAD "{\"key\":\"a\"} and more\n],\n", "is not the line of a log file"},
};

static void what_is_no_manifest_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        fputs(refused[i].text, f);
        assert_int_equal(fclose(f), 0);
        struct err e = {0};
        struct manifest_reader *r = NULL;
        struct manifest_entry entry;
        int rc = manifest_read_open(&r, path, &e);
        while (rc >= 0 && (rc = manifest_read_next(r, &entry, &e)) > 0)
            ;
        if (rc != -1 || e.kind != ERR_INPUT || strstr(e.text, refused[i].want) == NULL)
            fail_msg("%s: rc %d, \"%s\"", refused[i].text, rc, e.text);
        manifest_read_close(r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_written_is_read, make_root, remove_root),
        cmocka_unit_test_setup_teardown(a_manifest_may_have_no_files, make_root, remove_root),
        cmocka_unit_test_setup_teardown(what_is_no_manifest_is_refused, make_root, remove_root),
    };
    return cmocka_run_group_tests_name("cloudtrail/manifest_read", tests, NULL, NULL);
}
