/* test_scenario.c - built-in scenarios read well, broken ones are told what is wrong. */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/embedded.h"
#include "base/file.h"
#include "gen/scenario.h"

/* Scenarios with something wrong; beside each its findings, as the command line prints them. */
#define ERRORS "tests/golden/errors"

static struct arena run;
static struct catalog catalog;

/* Findings as the command line prints them. */
static void take(void *ctx, const struct finding *f)
{
    struct buf *out = ctx;
    buf_printf(out, "%s:%u:%u: ", f->file, f->line, f->column);
    if (f->pointer.n > 0)
        buf_printf(out, "%.*s: ", SPAN_ARG(f->pointer));
    buf_printf(out, "%.*s\n", SPAN_ARG(f->text));
}

static bool is_scenario(const struct embedded *file)
{
    struct span head = SPAN("scenarios/");
    struct span name = span_of(file->name);
    return span_starts(name, head) && span_find(span_from(name, head.n), '/') == name.n - head.n;
}

static void every_built_in_scenario_is_right(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t i = 0; i < embedded_files_n; i++) {
        const struct embedded *file = &embedded_files[i];
        if (!is_scenario(file))
            continue;
        struct arena arena;
        struct scenario s;
        struct buf findings;
        struct err e = {0};
        arena_init(&arena);
        buf_init(&findings, 1 << 20);
        if (scenario_read(&s, &arena, file->name, (struct span){file->text, file->n}, &catalog,
                          take, &findings, &e) != 0)
            fail_msg("%s\n%s", e.text, buf_text(&findings));
        scenario_close(&s);
        buf_free(&findings);
        arena_free(&arena);
        n++;
    }
    assert_true(n >= 2);
}

/* The findings of ${path} and the line of the error behind them. */
static void read_broken(struct buf *out, const char *path)
{
    struct buf text;
    struct arena arena;
    struct scenario s;
    struct err e = {0};
    const char *name = strrchr(path, '/') + 1;
    arena_init(&arena);
    buf_init(&text, 1 << 20);
    buf_clear(out);
    if (file_read(&text, path, &e) != 0)
        fail_msg("%s", e.text);
    if (scenario_read(&s, &arena, name, buf_span(&text), &catalog, take, out, &e) == 0)
        fail_msg("%s: is broken and was taken", path);
    if (e.kind != ERR_INPUT)
        fail_msg("%s: kind %d", path, e.kind);
    buf_printf(out, "%s\n", e.text);
    buf_free(&text);
    arena_free(&arena);
}

static void every_broken_scenario_is_told_what_is_wrong(void **state)
{
    (void)state;
    struct file_walk *walk = NULL;
    struct err e = {0};
    struct span path;
    uint64_t size_n = 0;
    size_t n = 0;
    if (file_walk_open(&walk, ERRORS, &e) != 0)
        fail_msg("%s", e.text);
    while (file_walk_next(walk, &path, &size_n, &e) == 1) {
        struct buf got;
        struct buf want;
        char name[256];
        if (!span_ends(path, SPAN(".json")))
            continue;
        buf_init(&got, 1 << 20);
        buf_init(&want, 1 << 20);
        snprintf(name, sizeof(name), ERRORS "/%.*s", SPAN_ARG(path));
        read_broken(&got, name);
        snprintf(name + strlen(name) - strlen("json"), 5, "txt");
        if (file_read(&want, name, &e) != 0)
            fail_msg("%s; it should be\n%s", e.text, buf_text(&got));
        if (!span_equal(buf_span(&got), buf_span(&want)))
            fail_msg("%s\n%s-- want --\n%s", name, buf_text(&got), buf_text(&want));
        buf_free(&got);
        buf_free(&want);
        n++;
    }
    file_walk_close(walk);
    assert_true(n >= 20);
}

static int load(void **state)
{
    (void)state;
    struct err e = {0};
    arena_init(&run);
    if (catalog_load(&catalog, &run, NULL, &e) != 0) {
        print_error("%s\n", e.text);
        return -1;
    }
    return 0;
}

static int unload(void **state)
{
    (void)state;
    arena_free(&run);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_built_in_scenario_is_right),
        cmocka_unit_test(every_broken_scenario_is_told_what_is_wrong),
    };
    return cmocka_run_group_tests_name("gen/scenario", tests, load, unload);
}
