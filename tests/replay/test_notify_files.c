/* test_notify_files.c - real folders under /tmp, and the rules of notify_files.h. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "replay/notify_files.h"
#include "replay/notify_place.h"

static char root[64];
static char path[128];

static int set_up(void **state)
{
    (void)state;
    snprintf(root, sizeof(root), "/tmp/beantrail-notify-XXXXXX");
    return mkdtemp(root) == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    struct err e = {0};
    return file_remove_tree(root, &e);
}

static const char *below(const char *name)
{
    snprintf(path, sizeof(path), "%s/%s", root, name);
    return path;
}

static void write_text(const char *name, const char *text)
{
    struct err e = {0};
    if (file_write(below(name), span_of(text), &e) != 0)
        fail_msg("%s", e.text);
}

static void expect(const char *name, const char *want)
{
    struct err e = {0};
    struct buf b;
    buf_init(&b, 1 << 20);
    if (file_read(&b, below(name), &e) != 0)
        fail_msg("%s", e.text);
    assert_string_equal(buf_text(&b), want);
    buf_free(&b);
}

static int send(const struct notify_place *p, const char *text, struct err *e)
{
    struct notify_message m = {.text = span_of(text)};
    const int rc = p->ops->send(p->self, &m, 1, e);
    assert_int_equal(m.sent, rc == 0);
    return rc;
}

static void messages_are_files_with_rising_numbers(void **state)
{
    (void)state;
    struct notify_place p;
    struct err e = {0};
    write_text("box/0000000041.json", "old");
    write_text("box/0000000090.txt", "other");
    write_text("box/77.json", "other");
    assert_int_equal(notify_files_open_folder(&p, below("box"), false, &e), 0);
    assert_int_equal(send(&p, "one", &e), 0);
    write_text("box/0000000043.json", "somebody's");
    assert_int_equal(send(&p, "two", &e), 0);
    p.ops->close(p.self);
    expect("box/0000000041.json", "old");
    expect("box/0000000042.json", "one");
    expect("box/0000000043.json", "somebody's");
    expect("box/0000000044.json", "two");
    char temp[64];
    snprintf(temp, sizeof(temp), "box/.beantrail-%ld.tmp", (long)getpid());
    assert_int_equal(file_type_of(below(temp)), FILE_ABSENT);
}

static void what_a_killed_run_left_is_removed_when_going_on(void **state)
{
    (void)state;
    struct notify_place p;
    struct err e = {0};
    write_text("box/.beantrail-1.tmp", "half");
    assert_int_equal(notify_files_open_folder(&p, below("box"), false, &e), 0);
    p.ops->close(p.self);
    assert_int_equal(file_type_of(below("box/.beantrail-1.tmp")), FILE_REGULAR);
    assert_int_equal(notify_files_open_folder(&p, below("box"), true, &e), 0);
    p.ops->close(p.self);
    assert_int_equal(file_type_of(below("box/.beantrail-1.tmp")), FILE_ABSENT);
}

static void lines_are_added_to_what_is_there(void **state)
{
    (void)state;
    struct notify_place p;
    struct err e = {0};
    write_text("l.jsonl", "old\n");
    assert_int_equal(notify_files_open_lines(&p, below("l.jsonl"), false, &e), 0);
    assert_int_equal(send(&p, "one", &e), 0);
    assert_int_equal(send(&p, "two", &e), 0);
    p.ops->close(p.self);
    expect("l.jsonl", "old\none\ntwo\n");
}

static void half_a_line_is_cut_only_when_going_on(void **state)
{
    (void)state;
    struct notify_place p;
    struct err e = {0};
    write_text("l.jsonl", "whole\nhal");
    assert_int_equal(notify_files_open_lines(&p, below("l.jsonl"), false, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "middle of a line"));
    expect("l.jsonl", "whole\nhal");
    e = (struct err){0};
    assert_int_equal(notify_files_open_lines(&p, below("l.jsonl"), true, &e), 0);
    assert_int_equal(send(&p, "one", &e), 0);
    p.ops->close(p.self);
    expect("l.jsonl", "whole\none\n");

    write_text("m.jsonl", "hal");
    assert_int_equal(notify_files_open_lines(&p, below("m.jsonl"), true, &e), 0);
    p.ops->close(p.self);
    expect("m.jsonl", "");
}

static void a_full_disk_stops_with_its_reason(void **state)
{
    (void)state;
    struct notify_place p;
    struct err e = {0};
    if (access("/dev/full", W_OK) != 0)
        skip();
    assert_int_equal(notify_files_open_lines(&p, "/dev/full", false, &e), 0);
    assert_int_equal(send(&p, "one", &e), -1);
    assert_int_equal(e.kind, ERR_WORK);
    assert_non_null(strstr(e.text, "/dev/full"));
    p.ops->close(p.self);
}

static void a_place_goes_by_its_name_and_by_what_is_there(void **state)
{
    (void)state;
    assert_int_equal(notify_place_kind("-"), NOTIFY_LINES);
    assert_int_equal(notify_place_kind("x.jsonl"), NOTIFY_LINES);
    assert_int_equal(notify_place_kind("x.ndjson"), NOTIFY_LINES);
    assert_int_equal(notify_place_kind("/dev/null"), NOTIFY_LINES);
    assert_int_equal(notify_place_kind(below("new")), NOTIFY_FOLDER);
    write_text("file", "");
    assert_int_equal(notify_place_kind(below("file")), NOTIFY_LINES);
    assert_int_equal(notify_place_kind("sqs://q"), NOTIFY_QUEUE);
    assert_int_equal(notify_place_kind("https://host/1/q"), NOTIFY_QUEUE);
    struct err e = {0};
    assert_int_equal(notify_place_check("sns://topic", &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    e = (struct err){0};
    assert_int_equal(notify_place_check("./sns:/topic", &e), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(messages_are_files_with_rising_numbers),
        TEST(what_a_killed_run_left_is_removed_when_going_on),
        TEST(lines_are_added_to_what_is_there),
        TEST(half_a_line_is_cut_only_when_going_on),
        TEST(a_full_disk_stops_with_its_reason),
        TEST(a_place_goes_by_its_name_and_by_what_is_there),
    };
    return cmocka_run_group_tests_name("replay/notify_files", tests, NULL, NULL);
}
