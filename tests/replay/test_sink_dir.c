/* test_sink_dir.c - real folders under /tmp, and the rules of sink_dir.h. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "tests/test.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "replay/sink_dir.h"

static char root[] = "/tmp/beantrail-sink-XXXXXX";
static char lost_key[KEY_MAX + 1], lost_why[512];
static unsigned lost_n;

static void note_lost(void *ctx, struct span key, struct span why)
{
    assert_ptr_equal(ctx, &lost_n);
    snprintf(lost_key, sizeof(lost_key), "%.*s", SPAN_ARG(key));
    snprintf(lost_why, sizeof(lost_why), "%.*s", SPAN_ARG(why));
    lost_n++;
}

static struct sink open_sink(void)
{
    struct err e = {0};
    struct sink s;
    const struct sink_dir_options o = {.root = root, .lost = note_lost, .lost_ctx = &lost_n};
    if (sink_dir_open(&s, &o, &e) != 0)
        fail_msg("%s", e.text);
    return s;
}

static int put(struct sink *s, const char *key, const char *text, struct err *e)
{
    struct logfile f;
    logfile_init(&f);
    logfile_set_key(&f, span_of(key));
    buf_put_span(&f.body, span_of(text));
    int rc = s->ops->put(s->self, &f, e);
    if (rc == 0)
        assert_null(f.body.p); /* the sink's now */
    logfile_free(&f);
    return rc;
}

static struct sink_totals finish(struct sink *s)
{
    struct err e = {0};
    struct sink_totals t;
    if (s->ops->finish(s->self, &t, &e) != 0)
        fail_msg("%s", e.text);
    s->ops->close(s->self);
    return t;
}

static void expect(const char *key, const char *text)
{
    char path[2 * KEY_MAX];
    struct err e = {0};
    struct buf b;
    buf_init(&b, 1 << 20);
    snprintf(path, sizeof(path), "%s/%s", root, key);
    if (file_read(&b, path, &e) != 0)
        fail_msg("%s", e.text);
    if (!span_is(buf_span(&b), text))
        fail_msg("%s holds \"%s\"", key, buf_text(&b));
    buf_free(&b);
}

/* Files below the root, dotfiles too. */
static unsigned count_files(void)
{
    char command[256];
    unsigned n = 0;
    snprintf(command, sizeof(command), "find %s -type f | wc -l", root);
    FILE *p = popen(command, "r");
    assert_non_null(p);
    assert_int_equal(fscanf(p, "%u", &n), 1);
    pclose(p);
    return n;
}

static void files_arrive_whole_in_their_folders(void **state)
{
    (void)state;
    struct err e = {0};
    struct sink s = open_sink();
    assert_int_equal(put(&s, "AWSLogs/1/a.json.gz", "one", &e), 0);
    assert_int_equal(put(&s, "AWSLogs/1/deep/er/b", "two", &e), 0);
    assert_int_equal(put(&s, "top", "", &e), 0);
    struct sink_totals t = finish(&s);
    assert_int_equal(t.files, 3);
    assert_int_equal(t.bytes, 6);
    assert_int_equal(t.failed, 0);
    expect("AWSLogs/1/a.json.gz", "one");
    expect("AWSLogs/1/deep/er/b", "two");
    expect("top", "");
    assert_int_equal(count_files(), 3);
}

static void many_files_in_many_groups_arrive(void **state)
{
    (void)state;
    struct err e = {0};
    struct sink s = open_sink();
    for (int i = 0; i < 1000; i++) {
        char key[64], text[16];
        snprintf(key, sizeof(key), "d%d/e%d/f%d", i % 7, i % 31, i);
        snprintf(text, sizeof(text), "%d", i);
        assert_int_equal(put(&s, key, text, &e), 0);
    }
    assert_int_equal(finish(&s).files, 1000);
    assert_int_equal(count_files(), 1000);
    expect("d5/e7/f999", "999");
}

/* What was told of arrivals: "key bytes etag;" each. */
static char arrivals[1024];

static void note_arrived(void *ctx, const struct sink_arrival *a)
{
    assert_ptr_equal(ctx, arrivals);
    char path[2 * KEY_MAX];
    snprintf(path, sizeof(path), "%s/%.*s", root, SPAN_ARG(a->key));
    assert_int_equal(access(path, R_OK), 0);
    assert_int_equal(a->bucket.n, 0);
    const size_t n = strlen(arrivals);
    snprintf(arrivals + n, sizeof(arrivals) - n, "%.*s %ju %.*s;", SPAN_ARG(a->key),
             (uintmax_t)a->bytes, SPAN_ARG(a->etag));
}

/* The MD5 is that of md5sum. */
static const char told[] = "told/a 3 f97c5d29941bfb1b2fdab0874906ab82;";

static void arrivals_are_told_once_the_file_can_be_read(void **state)
{
    (void)state;
    struct err e = {0};
    struct sink s;
    const struct sink_dir_options o = {.root = root,
                                       .lost = note_lost,
                                       .lost_ctx = &lost_n,
                                       .arrived = note_arrived,
                                       .arrived_ctx = arrivals};
    arrivals[0] = '\0';
    assert_int_equal(sink_dir_open(&s, &o, &e), 0);
    assert_int_equal(put(&s, "told/a", "one", &e), 0);
    assert_string_equal(arrivals, "");
    assert_int_equal(s.ops->flush(s.self, &e), 0);
    assert_string_equal(arrivals, told);
    arrivals[0] = '\0';
    assert_int_equal(put(&s, "told/a", "one", &e), 0); /* there already */
    assert_string_equal(arrivals, told);
    assert_int_equal(put(&s, "told/a", "other", &e), 0); /* refused */
    assert_string_equal(arrivals, told);

    arrivals[0] = '\0';
    struct logfile f;
    logfile_init(&f);
    logfile_set_key(&f, SPAN("told/a"));
    buf_put_span(&f.body, SPAN("one"));
    assert_int_equal(s.ops->holds(s.self, &f, &e), 1);
    assert_string_equal(arrivals, "");
    assert_int_equal(s.ops->pass(s.self, &f, &e), 0);
    assert_string_equal(arrivals, told);
    logfile_free(&f);
    finish(&s);
}

static void the_same_bytes_again_are_fine_and_others_are_refused(void **state)
{
    (void)state;
    struct err e = {0};
    struct sink s = open_sink();
    assert_int_equal(put(&s, "a", "one", &e), 0);
    assert_int_equal(put(&s, "a", "one", &e), 0); /* while it is on its way */
    assert_int_equal(put(&s, "a", "other", &e), 0);
    struct sink_totals t = finish(&s);
    assert_int_equal(t.files, 1);
    assert_int_equal(t.same, 1);
    assert_int_equal(t.failed, 1);
    assert_string_equal(lost_key, "a");
    assert_non_null(strstr(lost_why, "is there already with other bytes"));

    s = open_sink();
    assert_int_equal(put(&s, "a", "one", &e), 0);
    assert_int_equal(put(&s, "a", "onE", &e), 0);
    t = finish(&s);
    assert_int_equal(t.same, 1);
    assert_int_equal(t.failed, 1);
    expect("a", "one");
    assert_int_equal(count_files(), 1);
}

static const char *const unsafe[] = {
    "..", "../a", "a/../b", "a/..",  "/a",   "a//b",  "a/",
    "",   ".",    "./a",    "a/./b", "a\nb", "a\x7f", "/",
};

static void keys_that_leave_the_folder_are_refused(void **state)
{
    (void)state;
    struct err e = {0};
    struct sink s = open_sink();
    for (size_t i = 0; i < COUNT(unsafe); i++) {
        lost_n = 0;
        assert_int_equal(put(&s, unsafe[i], "x", &e), 0);
        if (lost_n != 1)
            fail_msg("\"%s\" was taken", unsafe[i]);
    }
    assert_false(sink_dir_key_is_safe((struct span){"a\0b", 3}));
    assert_true(sink_dir_key_is_safe(SPAN("a.b/..c/d..")));
    assert_int_equal(finish(&s).failed, COUNT(unsafe));
    assert_int_equal(count_files(), 0);
}

static void a_file_in_the_way_of_a_folder_costs_one_file(void **state)
{
    (void)state;
    struct err e = {0};
    char segment[400];
    memset(segment, 'x', sizeof(segment) - 1);
    segment[sizeof(segment) - 1] = '\0';
    struct sink s = open_sink();
    assert_int_equal(put(&s, "a", "x", &e), 0);
    assert_int_equal(s.ops->flush(s.self, &e), 0);
    assert_int_equal(put(&s, "a/b", "x", &e), 0);
    assert_int_equal(put(&s, "c/d", "x", &e), 0);
    assert_int_equal(put(&s, "c", "x", &e), 0);
    assert_int_equal(put(&s, segment, "x", &e), 0);
    assert_int_equal(put(&s, "e", "x", &e), 0);
    struct sink_totals t = finish(&s);
    assert_int_equal(t.files, 3);
    assert_int_equal(t.failed, 3);
    assert_int_equal(count_files(), 3);
}

static void flush_makes_files_visible(void **state)
{
    (void)state;
    struct err e = {0};
    struct sink s = open_sink();
    assert_int_equal(put(&s, "a", "one", &e), 0);
    assert_int_equal(s.ops->flush(s.self, &e), 0);
    expect("a", "one");
    assert_int_equal(s.ops->flush(s.self, &e), 0);
    finish(&s);
}

static void closing_without_finish_leaves_nothing_half(void **state)
{
    (void)state;
    struct err e = {0};
    struct sink s = open_sink();
    assert_int_equal(put(&s, "a/b", "one", &e), 0);
    s.ops->close(s.self);
    assert_int_equal(count_files(), 0);
    assert_int_equal(lost_n, 1);
    assert_string_equal(lost_why, "");
}

/* A limit on the size of files stands for a full disk: write gives EFBIG in the middle. */
/* In a container each run has the same process number. */
static void names_that_a_killed_run_left_are_passed_over(void **state)
{
    (void)state;
    char path[256];
    struct err e = {0};
    for (int i = 0; i < 50; i++) {
        snprintf(path, sizeof(path), "%s/.beantrail-%ld-%d.tmp", root, (long)getpid(), i);
        assert_int_equal(file_write(path, SPAN("half"), &e), 0);
    }
    struct sink s = open_sink();
    assert_int_equal(put(&s, "a.json.gz", "whole", &e), 0);
    assert_int_equal(finish(&s).files, 1);
    expect("a.json.gz", "whole");
    assert_int_equal(count_files(), 51);
}

static void a_write_that_fails_stops_and_leaves_no_part(void **state)
{
    (void)state;
    struct err e = {0};
    struct rlimit before, little;
    struct sink s = open_sink();
    assert_int_equal(put(&s, "good", "one", &e), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    little = before;
    little.rlim_cur = 10;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    int rc = put(&s, "bad", "more than ten bytes", &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(rc, -1);
    assert_int_equal(e.kind, ERR_WORK);
    assert_non_null(strstr(e.text, "/bad: cannot be written: "));
    struct sink_totals t = finish(&s);
    assert_int_equal(t.files, 1);
    assert_int_equal(t.failed, 1);
    expect("good", "one");
    assert_int_equal(count_files(), 1);
}

static void a_root_that_cannot_be_made_is_one_line(void **state)
{
    (void)state;
    struct err e = {0};
    struct sink s;
    const struct sink_dir_options o = {.root = "/dev/null/below"};
    assert_int_equal(sink_dir_open(&s, &o, &e), -1);
    assert_int_equal(e.kind, ERR_WORK);
    assert_non_null(strstr(e.text, "/dev/null"));
}

static int begin(void **state)
{
    (void)state;
    lost_n = 0;
    lost_key[0] = lost_why[0] = '\0';
    memcpy(root + sizeof(root) - 7, "XXXXXX", 6);
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
        cmocka_unit_test_setup_teardown(files_arrive_whole_in_their_folders, begin, end),
        cmocka_unit_test_setup_teardown(many_files_in_many_groups_arrive, begin, end),
        cmocka_unit_test_setup_teardown(arrivals_are_told_once_the_file_can_be_read, begin, end),
        cmocka_unit_test_setup_teardown(the_same_bytes_again_are_fine_and_others_are_refused, begin,
                                        end),
        cmocka_unit_test_setup_teardown(keys_that_leave_the_folder_are_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_file_in_the_way_of_a_folder_costs_one_file, begin, end),
        cmocka_unit_test_setup_teardown(flush_makes_files_visible, begin, end),
        cmocka_unit_test_setup_teardown(closing_without_finish_leaves_nothing_half, begin, end),
        cmocka_unit_test_setup_teardown(names_that_a_killed_run_left_are_passed_over, begin, end),
        cmocka_unit_test_setup_teardown(a_write_that_fails_stops_and_leaves_no_part, begin, end),
        cmocka_unit_test(a_root_that_cannot_be_made_is_one_line),
    };
    return cmocka_run_group_tests_name("replay/sink_dir", tests, NULL, NULL);
}
