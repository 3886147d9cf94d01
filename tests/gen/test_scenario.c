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
    };
    return cmocka_run_group_tests_name("gen/scenario", tests, load, unload);
}
