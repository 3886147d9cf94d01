/* cmd_catalog.c - beantrail catalog: what the schemas say, for people and for programs. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "cli/catalog_list.h"
#include "cli/opts.h"
#include "cli/run.h"
#include "gen/catalog.h"

enum { NAMES_MAX = 1024 };

struct catalog_options {
    const char *schemas;
    bool options, platforms, regions, json;
};

static const struct opt rows[] = {
    {"options", OPT_FLAG, offsetof(struct catalog_options, options), 0, 0, NULL, NULL,
     "list the option namespaces, or the options of one"},
    {"platforms", OPT_FLAG, offsetof(struct catalog_options, platforms), 0, 0, NULL, NULL,
     "list the platform versions"},
    {"regions", OPT_FLAG, offsetof(struct catalog_options, regions), 0, 0, NULL, NULL,
     "list the regions"},
    {"schemas", OPT_TEXT, offsetof(struct catalog_options, schemas), 0, 0, NULL, "DIR",
     "read the schema files of DIR, not the built-in ones"},
    {"json", OPT_FLAG, offsetof(struct catalog_options, json), 0, 0, NULL, NULL, "print JSON"},
};

static const struct opts_usage usage = {
    "catalog",
    "[OPERATION|NAMESPACE]",
    "List the operations, or the members of one: UpdateEnvironment, sts:AssumeRole.",
    NULL,
    rows,
    sizeof(rows) / sizeof(rows[0]),
    0,
    1,
};

static int unknown_operation(const struct catalog *c, struct span name, struct err *e)
{
    const char *names[NAMES_MAX + 1] = {NULL};
    size_t colon = span_find(name, ':');
    if (colon == name.n) {
        const char *near = catalog_operation_nearest(c, name);
        if (near != NULL)
            return err_set(e, ERR_INPUT, "%.*s: is not an operation; did you mean \"%s\"?",
                           SPAN_ARG(name), near);
        return err_set(e, ERR_INPUT, "%.*s: is not an operation; \"beantrail catalog\" lists them",
                       SPAN_ARG(name));
    }
    struct span in = {name.p, colon};
    const struct service *s = catalog_service(c, in);
    if (s == NULL)
        return err_set(e, ERR_INPUT, "%.*s: is not a service; \"beantrail catalog\" lists them",
                       SPAN_ARG(in));
    for (size_t i = 0; i < s->noperations && i < NAMES_MAX; i++)
        names[i] = s->operations[i].name.p;
    const char *near = json_nearest(span_from(name, colon + 1), names);
    return err_set(e, ERR_INPUT, "%.*s: is not an operation; did you mean \"%.*s:%s\"?",
                   SPAN_ARG(name), SPAN_ARG(in), near != NULL ? near : names[0]);
}

static int list_options(struct buf *out, const struct catalog *c, const char *only, bool json,
                        struct err *e)
{
    const char *names[NAMES_MAX + 1] = {NULL};
    size_t shown = 0;
    buf_printf(out, json ? "[" : "");
    for (size_t i = 0; i < c->nnamespaces && i < NAMES_MAX; i++) {
        names[i] = c->namespaces[i].name.p;
        if (only != NULL && !span_is(c->namespaces[i].name, only))
            continue;
        buf_printf(out, json && shown > 0 ? ",\n" : "");
        catalog_list_namespace(out, &c->namespaces[i], json);
        shown++;
    }
    buf_printf(out, json ? "]\n" : "");
    if (shown > 0)
        return 0;
    const char *near = json_nearest(span_of(only), names);
    if (near != NULL)
        return err_set(e, ERR_INPUT, "%s: is not an option namespace; did you mean \"%s\"?", only,
                       near);
    return err_set(e, ERR_INPUT,
                   "%s: is not an option namespace; \"beantrail catalog --options\" lists them",
                   only);
}

static int list_asked(struct buf *out, const struct catalog *c, const struct catalog_options *o,
                      const char *operand, struct err *e)
{
    if (o->options + o->platforms + o->regions > 1)
        return err_set(e, ERR_INPUT, "--options, --platforms and --regions: give one of them");
    if (operand != NULL && (o->platforms || o->regions))
        return err_set(e, ERR_INPUT, "%s: a list of platforms or regions is printed whole",
                       operand);
    if (o->options)
        return list_options(out, c, operand, o->json, e);
    if (o->platforms)
        catalog_list_platforms(out, c, o->json);
    else if (o->regions)
        catalog_list_regions(out, c, o->json);
    else if (operand == NULL)
        catalog_list_operations(out, c, o->json);
    if (operand == NULL)
        return 0;
    const struct operation *op = catalog_operation(c, span_of(operand));
    if (op == NULL)
        return unknown_operation(c, span_of(operand), e);
    catalog_list_operation(out, op, o->json);
    return 0;
}

int cmd_catalog(int argc, char **argv)
{
    struct err e = {.kind = ERR_NONE};
    struct catalog_options options = {.schemas = NULL};
    struct arena arena;
    struct buf out;
    arena_init(&arena);
    buf_init(&out, SIZE_MAX);
    const char **operands = ARENA_NEW(&arena, const char *, (size_t)argc + 1);
    int rc = opts_read(&options, operands, &usage, argc, argv, 0, &e);
    if (rc == 0) {
        struct catalog catalog;
        rc = catalog_load(&catalog, &arena, options.schemas, &e);
        if (rc == 0)
            rc = list_asked(&out, &catalog, &options, operands[0], &e);
        if (rc == 0)
            fwrite(out.p, 1, out.n, stdout);
        catalog_close(&catalog);
    }
    if (rc >= 0)
        run_flush(&e);
    buf_free(&out);
    arena_free(&arena);
    return run_end(&e);
}
