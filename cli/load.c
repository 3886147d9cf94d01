/* load.c - see load.h. */
#include "cli/load.h"

#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "cli/run.h"

enum { FILE_MAX_N = 16 << 20, NAMES_MAX = 256 };

static int read_rules(struct load *l, const char *schemas, struct err *e)
{
    if (schemas == NULL)
        return rules_read(&l->rules, &l->arena, "schemas/record.json",
                          embedded_find(SPAN("schemas/record.json")), e);
    struct buf text;
    buf_init(&text, FILE_MAX_N);
    const char *path = arena_printf(&l->arena, "%s/record.json", schemas).p;
    int rc = file_read(&text, path, e);
    if (rc == 0)
        rc = rules_read(&l->rules, &l->arena, path, buf_span(&text), e);
    buf_free(&text);
    return rc;
}

static int unknown_scenario(struct load *l, const char *name, struct err *e)
{
    const char *names[NAMES_MAX + 1] = {NULL};
    size_t n = 0;
    struct span head = SPAN("scenarios/"), tail = SPAN(".json");
    for (size_t i = 0; i < embedded_files_n && n < NAMES_MAX; i++) {
        struct span file = span_of(embedded_files[i].name);
        if (!span_starts(file, head) || file.n <= head.n + tail.n)
            continue;
        struct span stem = {file.p + head.n, file.n - head.n - tail.n};
        if (span_find(stem, '/') == stem.n)
            names[n++] = arena_copy(&l->arena, stem).p;
    }
    const char *near = json_nearest(span_of(name), names);
    if (near != NULL)
        return err_set(e, ERR_INPUT,
                       "%s: is no file and no built-in scenario; did you mean \"%s\"?", name, near);
    return err_set(e, ERR_INPUT,
                   "%s: is no file and no built-in scenario; \"beantrail scenarios\" lists them",
                   name);
}

static int read_text(struct load *l, const char *file, struct span text, struct err *e)
{
    struct run_findings found = {0};
    int rc = scenario_read(&l->scenario, &l->arena, file, text, &l->catalog, run_print_finding,
                           &found, e);
    if (rc != 0)
        run_settle_findings(&found, e);
    return rc;
}

static int read_scenario(struct load *l, const char *name, struct err *e)
{
    struct span built_in = embedded_find(arena_printf(&l->arena, "scenarios/%s.json", name));
    if (built_in.p != NULL && strchr(name, '/') == NULL)
        return read_text(l, arena_printf(&l->arena, "scenarios/%s.json", name).p, built_in, e);
    if (file_type_of(name) == FILE_ABSENT && strchr(name, '/') == NULL &&
        !span_ends(span_of(name), SPAN(".json")))
        return unknown_scenario(l, name, e);
    struct buf text;
    buf_init(&text, FILE_MAX_N);
    int rc = file_read(&text, name, e);
    if (rc == 0)
        rc = read_text(l, name, buf_span(&text), e);
    buf_free(&text);
    return rc;
}

int load_open(struct load *out, const char *scenario, const char *schemas, struct err *e)
{
    *out = (struct load){0};
    arena_init(&out->arena);
    if (catalog_load(&out->catalog, &out->arena, schemas, e) == 0 &&
        read_rules(out, schemas, e) == 0 && read_scenario(out, scenario, e) == 0)
        return 0;
    catalog_close(&out->catalog);
    arena_free(&out->arena);
    return -1;
}

void load_close(struct load *l)
{
    scenario_close(&l->scenario);
    catalog_close(&l->catalog);
    arena_free(&l->arena);
}
