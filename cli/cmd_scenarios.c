/* cmd_scenarios.c - list the built-in scenarios, or print one. */
#include <stdio.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/json.h"
#include "base/span.h"
#include "cli/opts.h"
#include "cli/run.h"

enum { SCENARIOS_MAX = 256, NAME_MAX_N = 64 };

static const struct opts_usage usage = {
    .command = "scenarios",
    .operands = "[NAME]",
    .about = "List the built-in scenarios, or print one to start from.",
    .notes = "\"beantrail scenarios quickstart > mine.json\" begins a scenario of your own;\n"
             "docs/scenarios.md explains what it holds.\n",
    .least = 0,
    .most = 1,
};

/* The name of a built-in scenario, "quickstart"; {NULL, 0} when ${file} is none. */
static struct span name_of(const struct embedded *file)
{
    struct span head = SPAN("scenarios/");
    struct span tail = SPAN(".json");
    struct span name = span_of(file->name);
    if (!span_starts(name, head) || !span_ends(name, tail) || name.n <= head.n + tail.n)
        return (struct span){NULL, 0};
    name = (struct span){name.p + head.n, name.n - head.n - tail.n};
    return span_find(name, '/') == name.n ? name : (struct span){NULL, 0};
}

static int print_list(struct err *e)
{
    for (size_t i = 0; i < embedded_files_n; i++) {
        const struct embedded *file = &embedded_files[i];
        struct span name = name_of(file);
        struct json_doc *doc = NULL;
        if (name.n == 0)
            continue;
        if (json_open(&doc, file->name, (struct span){file->text, file->n}, e) != 0)
            return -1;
        struct json root = json_root(doc);
        struct json description = json_member(&root, "description");
        struct span text = json_text(&description);
        printf("%-30.*s%.*s\n", SPAN_ARG(name), SPAN_ARG(text));
        json_close(doc);
    }
    return 0;
}

static int print_one(struct span wanted, struct err *e)
{
    char names[SCENARIOS_MAX][NAME_MAX_N + 1];
    const char *words[SCENARIOS_MAX + 1] = {NULL};
    size_t n = 0;
    for (size_t i = 0; i < embedded_files_n; i++) {
        const struct embedded *file = &embedded_files[i];
        struct span name = name_of(file);
        if (name.n == 0)
            continue;
        if (span_equal(name, wanted)) {
            fwrite(file->text, 1, file->n, stdout);
            return 0;
        }
        if (n < SCENARIOS_MAX && name.n <= NAME_MAX_N) {
            snprintf(names[n], sizeof(names[n]), "%.*s", SPAN_ARG(name));
            words[n] = names[n];
            n++;
        }
    }
    const char *near = json_nearest(wanted, words);
    if (near != NULL)
        return err_set(e, ERR_INPUT, "%.*s: is not a built-in scenario; did you mean \"%s\"?",
                       SPAN_ARG(wanted), near);
    return err_set(e, ERR_INPUT,
                   "%.*s: is not a built-in scenario; \"beantrail scenarios\" lists them",
                   SPAN_ARG(wanted));
}

int cmd_scenarios(int argc, char **argv)
{
    struct err e = {.kind = ERR_NONE};
    struct arena arena;
    arena_init(&arena);
    const char **operands = ARENA_NEW(&arena, const char *, (size_t)argc + 1);
    int rc = opts_read(NULL, operands, &usage, argc, argv, 0, &e);
    if (rc == 0)
        rc = operands[0] == NULL ? print_list(&e) : print_one(span_of(operands[0]), &e);
    if (rc >= 0)
        run_flush(&e);
    arena_free(&arena);
    return run_end(&e);
}
