/* test_manifest.c - the expected manifest was written by hand, its id by Python's hashlib. */
#define _XOPEN_SOURCE 700
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "cloudtrail/manifest.h"

static char root[] = "/tmp/beantrail-manifest-XXXXXX";
static char path[100], temporary[100];

static int make_root(void **state)
{
    (void)state;
    memcpy(root + sizeof(root) - 7, "XXXXXX", 7);
    if (mkdtemp(root) == NULL)
        return -1;
    snprintf(path, sizeof(path), "%s/manifest.json", root);
    snprintf(temporary, sizeof(temporary), "%s/.manifest.json.tmp", root);
    return 0;
}

static int remove_root(void **state)
{
    (void)state;
    struct err e = {0};
    return file_remove_tree(root, &e);
}

static const struct fingerprint print = {
    .program = SPAN_INIT("beantrail 0.1.0"),
    .scenario = SPAN_INIT("quick\"start"),
    .scenario_sha = SPAN_INIT("aa"),
    .catalog_sha = SPAN_INIT("bb"),
    .seed = SPAN_INIT("1"),
    .start_ms = INT64_C(1789343820000),
    .duration_ms = 86400000,
    .settings = SPAN_INIT("{\"gzip\":\"fast\"}"),
    .compressor = SPAN_INIT("zlib 1.2.13 level 6"),
};

#define IDENTITY                                                                                   \
    "\"program\":\"beantrail 0.1.0\",\"scenario\":\"quick\\\"start\",\"scenarioSha256\":\"aa\","   \
    "\"catalogSha256\":\"bb\",\"seed\":\"1\",\"start\":\"2026-09-13T23:57:00Z\","                  \
    "\"startMs\":1789343820000,\"durationMs\":86400000,\"settings\":{\"gzip\":\"fast\"},"          \
    "\"shard\":\"\""
#define ID  "fe72a6a593f9cd1b39eea3fe07ff0f3f0d73e7c30fe0eab939ccf1d6f3c87ca1"
#define ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" /* FIPS 180-4 */

static void assert_opens(struct manifest **m)
{
    struct err e = {0};
    if (manifest_open(m, path, &print, &e) != 0)
        fail_msg("%s", e.text);
}

static void add(struct manifest *m, const char *key)
{
    struct logfile f;
    struct err e = {0};
    logfile_init(&f);
    logfile_set_key(&f, span_of(key));
    f.records = 2;
    f.text_n = 11;
    f.hashed = true;
    buf_put_span(&f.body, SPAN("abc"));
    hash_sha256(f.text_sha256, SPAN("abc"));
    hash_sha256(f.body_sha256, buf_span(&f.body));
    if (manifest_add(m, &f, &e) != 0)
        fail_msg("%s", e.text);
    logfile_free(&f);
}

static void assert_holds(const char *name, const char *want)
{
    struct buf got;
    struct err e = {0};
    buf_init(&got, 1 << 20);
    if (file_read(&got, name, &e) != 0)
        fail_msg("%s", e.text);
    assert_string_equal(buf_text(&got), want);
    buf_free(&got);
}

#define FILE_LINE(key)                                                                             \
    "{\"key\":\"" key "\",\"records\":2,\"textBytes\":11,\"textSha256\":\"" ABC                    \
    "\",\"bytes\":3,\"sha256\":\"" ABC "\"}"
#define FIRST_LINE                                                                                 \
    "{\"fingerprint\":{\"id\":\"" ID "\"," IDENTITY ",\"compressor\":\"zlib 1.2.13 level 6\"},\n"

static void a_manifest_has_a_line_for_each_file(void **state)
{
    (void)state;
    struct manifest *m = NULL;
    struct err e = {0};
    assert_opens(&m);
    add(m, "a");
    add(m, "b");
    struct manifest_counts counts = {2, 4, 22, 6, 1};
    assert_int_equal(file_type_of(path), FILE_ABSENT);
    assert_int_equal(manifest_finish(m, &counts, &e), 0);
    manifest_close(m);
    assert_holds(path, FIRST_LINE "\"files\":[\n" FILE_LINE("a") ",\n" FILE_LINE(
                           "b") "\n],\n\"counts\":{\"files\":2,\"records\":4,\"textBytes\":22,"
                                "\"objectBytes\":6,\"labels\":1}}\n");
    assert_int_equal(file_type_of(temporary), FILE_ABSENT);

    assert_opens(&m);
    assert_int_equal(manifest_finish(m, &(struct manifest_counts){0}, &e), 0);
    manifest_close(m);
    assert_holds(path, FIRST_LINE "\"files\":[],\n\"counts\":{\"files\":0,\"records\":0,"
                                  "\"textBytes\":0,\"objectBytes\":0,\"labels\":0}}\n");
}

static void long_runs_are_written_on_the_way(void **state)
{
    (void)state;
    struct manifest *m = NULL;
    struct err e = {0};
    assert_opens(&m);
    for (int i = 0; i < 20000; i++)
        add(m, "some/key");
    assert_int_equal(manifest_finish(m, &(struct manifest_counts){0}, &e), 0);
    manifest_close(m);
    struct buf got;
    buf_init(&got, 16 << 20);
    assert_int_equal(file_read(&got, path, &e), 0);
    size_t lines = 0;
    for (size_t i = 0; i < got.n; i++)
        lines += got.p[i] == '\n';
    assert_int_equal(lines, 1 + 1 + 20000 + 2);
    buf_free(&got);
}

static void without_finish_nothing_stays(void **state)
{
    (void)state;
    struct manifest *m = NULL;
    assert_opens(&m);
    add(m, "a");
    assert_int_equal(file_type_of(temporary), FILE_REGULAR);
    manifest_close(m);
    assert_true(file_is_empty(root));
    manifest_close(NULL);
}

static void opening_says_what_is_in_the_way(void **state)
{
    (void)state;
    struct manifest *m = NULL;
    struct err e = {0};
    snprintf(path, sizeof(path), "%s/absent/manifest.json", root);
    assert_int_equal(manifest_open(&m, path, &print, &e), -1);
    assert_int_equal(e.kind, ERR_WORK);
    assert_non_null(strstr(e.text, ".manifest.json.tmp: cannot be written: No such file"));
    assert_null(m);
}

static void a_second_run_at_the_same_place_is_noticed(void **state)
{
    (void)state;
    struct manifest *first = NULL, *second = NULL;
    struct err e = {0};
    assert_opens(&first);
    assert_opens(&second);
    assert_int_equal(manifest_finish(first, &(struct manifest_counts){0}, &e), -1);
    assert_non_null(strstr(e.text, "another run wrote here at the same time"));
    manifest_close(first);
    e = (struct err){0};
    assert_int_equal(manifest_finish(second, &(struct manifest_counts){0}, &e), 0);
    manifest_close(second);
    assert_int_equal(file_type_of(path), FILE_REGULAR);
}

static void ids_name_the_texts_and_not_the_compressor(void **state)
{
    (void)state;
    struct fingerprint f = print;
    char id[65] = {0}, other[65] = {0};
    fingerprint_id(id, &f);
    assert_string_equal(id, ID);
    f.compressor = SPAN("isa-l 2.30.0 level 1");
    fingerprint_id(other, &f);
    assert_string_equal(other, id);

    /* Moving a letter from one member to the next is another run. */
    struct fingerprint changed[] = {print, print, print, print, print, print};
    changed[0].scenario_sha = SPAN("a");
    changed[0].catalog_sha = SPAN("abb");
    changed[1].seed = SPAN("2");
    changed[2].start_ms++;
    changed[3].duration_ms++;
    changed[4].shard = SPAN("1/2");
    changed[5].settings = SPAN("{}");
    for (size_t i = 0; i < COUNT(changed); i++) {
        fingerprint_id(other, &changed[i]);
        if (strcmp(other, id) == 0)
            fail_msg("change %zu has the same id", i);
    }
}

static void the_id_is_read_back(void **state)
{
    (void)state;
    struct manifest *m = NULL;
    struct err e = {0};
    char id[65] = {0};
    assert_int_equal(manifest_id(id, path, &e), 0);

    /* As if the run had been killed. */
    assert_opens(&m);
    assert_int_equal(manifest_id(id, path, &e), 1);
    assert_string_equal(id, ID);

    memset(id, 0, sizeof(id));
    assert_int_equal(manifest_finish(m, &(struct manifest_counts){0}, &e), 0);
    manifest_close(m);
    assert_int_equal(manifest_id(id, path, &e), 1);
    assert_string_equal(id, ID);
}

static void other_files_are_no_manifests(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "{}", "{\"fingerprint\":{\"id\":\"",
        "{\"fingerprint\":{\"id\":\"short\",\"program\":1}}",
        ("{\"fingerprint\":{\"id\":"
         "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF\","
         "\"program\":\"x\"}}")};
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct err e = {0};
        char id[64];
        assert_int_equal(file_write(path, span_of(texts[i]), &e), 0);
        assert_int_equal(manifest_id(id, path, &e), -1);
        assert_int_equal(e.kind, ERR_INPUT);
        assert_non_null(strstr(e.text, "manifest.json: is not a manifest of beantrail"));
    }
    struct err e = {0};
    char id[64];
    assert_int_equal(manifest_id(id, root, &e), -1);
    assert_non_null(strstr(e.text, ": cannot be read: Is a directory"));
}

int main(void)
{
#define ROOTED(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)
    const struct CMUnitTest tests[] = {
        ROOTED(a_manifest_has_a_line_for_each_file),
        ROOTED(long_runs_are_written_on_the_way),
        ROOTED(without_finish_nothing_stays),
        ROOTED(opening_says_what_is_in_the_way),
        ROOTED(a_second_run_at_the_same_place_is_noticed),
        cmocka_unit_test(ids_name_the_texts_and_not_the_compressor),
        ROOTED(the_id_is_read_back),
        ROOTED(other_files_are_no_manifests),
    };
    return cmocka_run_group_tests_name("cloudtrail/manifest", tests, NULL, NULL);
}
