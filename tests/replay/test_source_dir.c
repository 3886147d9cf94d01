/* test_source_dir.c - real folders under /tmp; which files are log files follows source_dir.h. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "base/folder.h"
#include "replay/source_dir.h"

#define LOG(time)                                                                                  \
    "{\"Records\":[{\"eventTime\":\"" time "\",\"awsRegion\":\"us-east-1\","                       \
    "\"recipientAccountId\":\"111122223333\"}]}"

static char root[] = "/tmp/beantrail-source-XXXXXX";

static void make(const char *name, const char *text)
{
    char path[512];
    struct err e = {0};
    snprintf(path, sizeof(path), "%s/%s", root, name);
    if (file_write(path, span_of(text), &e) != 0)
        fail_msg("%s", e.text);
}

/* All keys that ${names} below the root give, a line feed behind each; or the error. */
static void expect(const char *const *names, size_t n, bool by_time, const char *want)
{
    char paths[8][512];
    const char *list[8];
    for (size_t i = 0; i < n; i++) {
        snprintf(paths[i], sizeof(paths[i]), "%s%s%s", names[i][0] == '-' ? "" : root,
                 names[i][0] == '\0' || names[i][0] == '-' ? "" : "/", names[i]);
        list[i] = paths[i];
    }
    const struct source_dir_options o = {.paths = list, .paths_n = n, .by_time = by_time};
    struct err e = {0};
    struct source s;
    struct buf got;
    buf_init(&got, 1 << 20);
    if (source_dir_open(&s, &o, &e) == 0) {
        struct logfile f;
        int more = s.ops->next(s.self, &f, &e);
        for (; more > 0; more = s.ops->next(s.self, &f, &e)) {
            buf_put(&got, f.key, f.key_n);
            buf_put_char(&got, '\n');
            assert_true(f.body.n > 0);
            logfile_free(&f);
        }
        s.ops->close(s.self);
    }
    if (e.kind != ERR_NONE) {
        const char *at = strstr(e.text, root);
        buf_printf(&got, "%d %s", (int)e.kind, at != NULL ? at + strlen(root) : e.text);
    }
    if (strcmp(buf_text(&got), want) != 0)
        fail_msg("got:\n%s\nwant:\n%s", got.p, want);
    buf_free(&got);
}

#define EXPECT(by_time, want, ...)                                                                 \
    do {                                                                                           \
        static const char *const names[] = {__VA_ARGS__};                                          \
        expect(names, COUNT(names), by_time, want);                                                \
    } while (0)

static void a_tree_is_walked_in_the_order_of_keys(void **state)
{
    (void)state;
    make("AWSLogs/2/b.json", LOG("2026-01-01T00:00:00Z"));
    make("AWSLogs/1/z.json", LOG("2026-01-01T00:00:01Z"));
    make("AWSLogs/1/a.json", LOG("2026-01-01T00:00:02Z"));
    EXPECT(false, "AWSLogs/1/a.json.gz\nAWSLogs/1/z.json.gz\nAWSLogs/2/b.json.gz\n", "");
}

static void what_is_no_log_file_is_left_out(void **state)
{
    (void)state;
    make("manifest.json", "{}");
    make("labels.jsonl", "{}");
    make(".hidden.json", "{}");
    make("AWSLogs/.a.json.tmp", "{}");
    make("README.md", "hello");
    make("AWSLogs/1/a.json", LOG("2026-01-01T00:00:00Z"));
    EXPECT(false, "AWSLogs/1/a.json.gz\n", "");
}

static void a_prefix_stays_and_a_folder_inside_a_tree_still_knows_its_keys(void **state)
{
    (void)state;
    make("team/x/AWSLogs/1/a.json", LOG("2026-01-01T00:00:00Z"));
    EXPECT(false, "team/x/AWSLogs/1/a.json.gz\n", "");
    EXPECT(false, "x/AWSLogs/1/a.json.gz\n", "team");
    EXPECT(false, "AWSLogs/1/a.json.gz\n", "team/x/AWSLogs");
    EXPECT(false, "AWSLogs/1/a.json.gz\n", "team/x/AWSLogs/1/");
    EXPECT(false, "AWSLogs/1/a.json.gz\n", "team/x/AWSLogs/1/a.json");
}

static void files_without_a_tree_go_where_their_names_say(void **state)
{
    (void)state;
    make("111122223333_CloudTrail_us-east-1_20260101T0005Z_abcdefABCDEF0123.json",
         LOG("2026-01-01T00:00:00Z"));
    EXPECT(false,
           "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01/"
           "111122223333_CloudTrail_us-east-1_20260101T0005Z_abcdefABCDEF0123.json.gz\n",
           "");
}

static void digests_are_passed_on_as_they_are(void **state)
{
    (void)state;
    make("AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/01/"
         "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260101T010000Z.json.gz",
         "not even gzip");
    EXPECT(false,
           "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/01/"
           "111122223333_CloudTrail-Digest_us-east-1_t_us-east-1_20260101T010000Z.json.gz\n",
           "");
}

static void by_time_the_earliest_delivery_comes_first(void **state)
{
    (void)state;
    make("AWSLogs/1/a.json", LOG("2026-01-01T00:00:03Z"));
    make("AWSLogs/1/b.json", LOG("2026-01-01T00:00:01Z"));
    make("AWSLogs/1/c.json", "{\"Records\":[]}");
    make("AWSLogs/2/d.json", LOG("2026-01-01T00:00:02Z"));
    make("AWSLogs/2/e.json", LOG("2026-01-01T00:00:01Z"));
    EXPECT(true,
           "AWSLogs/1/b.json.gz\nAWSLogs/2/e.json.gz\nAWSLogs/2/d.json.gz\nAWSLogs/1/a.json.gz\n"
           "AWSLogs/1/c.json.gz\n",
           "");
}

static void several_sources_come_one_after_another(void **state)
{
    (void)state;
    make("x/AWSLogs/a.json", LOG("2026-01-01T00:00:00Z"));
    make("y/AWSLogs/b.json", LOG("2026-01-01T00:00:00Z"));
    EXPECT(false, "AWSLogs/b.json.gz\nAWSLogs/a.json.gz\n", "y", "x/AWSLogs/a.json");
}

static void what_cannot_be_used_is_named(void **state)
{
    (void)state;
    make("AWSLogs/a.json", LOG("2026-01-01T00:00:00Z"));
    make("AWSLogs/b.json", "{\"Records\":");
    make("AWSLogs/c.json.gz", "\x1f\x8bnot gzip");
    make("empty/x.txt", "nothing here");
    EXPECT(false, "1 /nowhere: cannot be read: No such file or directory", "AWSLogs/a.json",
           "nowhere");
    EXPECT(false, "1 /empty: has no log file (.json.gz or .json) in it", "empty");
    EXPECT(true, "1 -: cannot be put in order of time with others; replay it by itself", "-", "-");
    static const char *const broken[] = {"AWSLogs/b.json", "AWSLogs/c.json.gz"};
    for (size_t i = 0; i < COUNT(broken); i++) {
        char path[512];
        snprintf(path, sizeof(path), "%s/%s", root, broken[i]);
        const char *list[] = {path};
        const struct source_dir_options o = {.paths = list, .paths_n = 1};
        struct err e = {0};
        struct source s;
        struct logfile f;
        assert_int_equal(source_dir_open(&s, &o, &e), 0);
        assert_int_equal(s.ops->next(s.self, &f, &e), -1);
        assert_int_equal(e.kind, ERR_INPUT);
        assert_int_equal(strncmp(e.text, path, strlen(path)), 0);
        s.ops->close(s.self);
    }
}

#define SUM "0101010101010101010101010101010101010101010101010101010101010101"

static void what_is_listed_may_stay_unread(void **state)
{
    (void)state;
    const char *key = "AWSLogs/1/a.json.gz";
    /* Whatever its bytes are: nobody looks. */
    make(key, "\x1f\x8bnot gzip");
    make("AWSLogs/1/b.json", LOG("2026-01-01T00:00:00Z"));
    make("manifest.json",
         "{\"fingerprint\":{},\n\"files\":[\n{\"key\":\"AWSLogs/1/a.json.gz\",\"records\":7,"
         "\"textBytes\":99,\"textSha256\":\"" SUM "\",\"bytes\":20000,\"sha256\":\"" SUM
         "\"}\n],\n\"counts\":{}}\n");
    const char *list[] = {root};
    const struct source_dir_options o = {.paths = list, .paths_n = 1, .listed = true};
    struct err e = {0};
    struct source s;
    struct logfile f;
    assert_int_equal(source_dir_open(&s, &o, &e), 0);
    source_dir_leave_unread(&s);
    assert_int_equal(s.ops->next(s.self, &f, &e), 1);
    assert_string_equal(f.key, key);
    assert_int_equal(f.body.n, 0);
    assert_int_equal(f.unread_n, 20000);
    assert_int_equal(f.records, 7);
    assert_true(f.hashed && f.gzipped);
    /* The folder stays open as long as somebody holds it. */
    struct logfile next;
    assert_int_equal(s.ops->next(s.self, &next, &e), 1);
    assert_null(next.unread);
    assert_true(next.body.n > 0);
    logfile_free(&next);
    assert_int_equal(s.ops->next(s.self, &next, &e), 0);
    s.ops->close(s.self);
    struct buf body;
    buf_init(&body, 100);
    assert_int_equal(folder_read_of(&body, f.unread, "a.json.gz", 10, &e), FOLDER_DONE);
    buf_free(&body);
    logfile_free(&f);
}

static void standard_input_is_one_log_file(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof(path), "%s/in", root);
    make("in", LOG("2026-01-01T00:00:00Z"));
    assert_non_null(freopen(path, "r", stdin));
    const char *list[] = {"-"};
    const struct source_dir_options o = {.paths = list, .paths_n = 1};
    struct err e = {0};
    struct source s;
    struct logfile f;
    assert_int_equal(source_dir_open(&s, &o, &e), 0);
    assert_int_equal(s.ops->next(s.self, &f, &e), 1);
    assert_non_null(strstr(f.key, "/111122223333_CloudTrail_us-east-1_20260101T0000Z_"));
    logfile_free(&f);
    assert_int_equal(s.ops->next(s.self, &f, &e), 0);
    s.ops->close(s.self);
}

/* A record of account 111122223333. */
#define LINE(time, region)                                                                         \
    "{\"eventTime\":\"" time "\",\"awsRegion\":\"" region                                          \
    "\",\"recipientAccountId\":\"111122223333\"}"

static void lines_become_files_of_an_account_and_region(void **state)
{
    (void)state;
    char path[512];
    snprintf(path, sizeof(path), "%s/r.jsonl", root);
    make("r.jsonl",
         LINE("2026-01-01T00:01:00Z", "us-east-1") "\n\r\n " LINE(
             "2026-01-01T00:00:30Z",
             "us-east-1") " \r\n" LINE("2026-01-01T00:01:00Z",
                                       "eu-west-1") "\n" LINE("2026-01-01T00:09:00Z", "eu-west-1"));
    static const struct {
        const char *name;
        uint32_t records;
    } want[] = {{"_CloudTrail_us-east-1_20260101T0005Z_", 2},
                {"_CloudTrail_eu-west-1_20260101T0005Z_", 1},
                {"_CloudTrail_eu-west-1_20260101T0010Z_", 1}};
    const char *list[] = {path};
    const struct source_dir_options o = {.paths = list, .paths_n = 1, .by_time = true};
    struct err e = {0};
    struct source s;
    struct logfile f;
    assert_int_equal(source_dir_open(&s, &o, &e), 0);
    for (size_t i = 0; i < COUNT(want); i++) {
        assert_int_equal(s.ops->next(s.self, &f, &e), 1);
        assert_non_null(strstr(f.key, want[i].name));
        assert_int_equal(f.records, want[i].records);
        logfile_free(&f);
    }
    assert_int_equal(s.ops->next(s.self, &f, &e), 0);
    s.ops->close(s.self);
}

static void a_line_that_is_no_record_is_named(void **state)
{
    (void)state;
    static const char *const bad[] = {"[]", "{", "{}x", "7", "{},{}", "\"a\"", "{}]}"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        char path[512], text[512];
        snprintf(path, sizeof(path), "%s/r.jsonl", root);
        snprintf(text, sizeof(text), "%s\n%s\n", LINE("2026-01-01T00:01:00Z", "us-east-1"), bad[i]);
        make("r.jsonl", text);
        const char *list[] = {path};
        const struct source_dir_options o = {.paths = list, .paths_n = 1};
        struct err e = {0};
        struct source s;
        struct logfile f;
        assert_int_equal(source_dir_open(&s, &o, &e), 0);
        if (s.ops->next(s.self, &f, &e) != -1 || strstr(e.text, ":2: is no record") == NULL)
            fail_msg("%s: %s", bad[i], e.text);
        s.ops->close(s.self);
    }
}

static int begin(void **state)
{
    (void)state;
    memcpy(root + sizeof(root) - 7, "XXXXXX", 6);
    return mkdtemp(root) != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    struct err e = {0};
    return file_remove_tree(root, &e);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_tree_is_walked_in_the_order_of_keys),
        TEST(what_is_no_log_file_is_left_out),
        TEST(a_prefix_stays_and_a_folder_inside_a_tree_still_knows_its_keys),
        TEST(files_without_a_tree_go_where_their_names_say),
        TEST(digests_are_passed_on_as_they_are),
        TEST(by_time_the_earliest_delivery_comes_first),
        TEST(several_sources_come_one_after_another),
        TEST(what_cannot_be_used_is_named),
        TEST(what_is_listed_may_stay_unread),
        TEST(standard_input_is_one_log_file),
        TEST(lines_become_files_of_an_account_and_region),
        TEST(a_line_that_is_no_record_is_named),
    };
    return cmocka_run_group_tests_name("replay/source_dir", tests, NULL, NULL);
}
