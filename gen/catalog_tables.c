/* catalog_tables.c - option settings, platforms and regions, see catalog_read.h. */
#include "gen/catalog_read.h"

#include <float.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/json.h"

enum {
    NAME_MAX_N = 128,
    NAMESPACES_MAX = 512,
    OPTIONS_MAX = 128,
    PLATFORMS_MAX = 4096,
    REGIONS_MAX = 256,
    NUMBER_MAX = 99999
};

const char *const catalog_option_types[] = {"string", "integer",   "number",   "boolean",
                                            "list",   "timestamp", "duration", "cron",
                                            "json",   "arn",       NULL};
static const char *const bases[] = {"documented", "observed", "inferred", NULL};
static const char *const partitions[] = {"aws", "aws-cn", "aws-us-gov", NULL};

struct option_text {
    struct span name, initial, pattern, unit, note;
    int type, basis;
    double min, max;
    bool secret;
    struct json words, environments, balanced;
};

static const struct json_row option_rows[] = {
    {"name", JSON_STRING, offsetof(struct option_text, name), true, 1, NAME_MAX_N, NULL},
    {"t", JSON_WORD, offsetof(struct option_text, type), true, 0, 0, catalog_option_types},
    {"default", JSON_STRING, offsetof(struct option_text, initial), false, 0, 256, NULL},
    {"min", JSON_NUMBER, offsetof(struct option_text, min), false, 0, 0, NULL},
    {"max", JSON_NUMBER, offsetof(struct option_text, max), false, 0, 0, NULL},
    {"enum", JSON_ARRAY, offsetof(struct option_text, words), false, 1, 64, NULL},
    {"pattern", JSON_STRING, offsetof(struct option_text, pattern), false, 1, 256, NULL},
    {"unit", JSON_STRING, offsetof(struct option_text, unit), false, 1, 16, NULL},
    {"secret", JSON_BOOL, offsetof(struct option_text, secret), false, 0, 0, NULL},
    {"environments", JSON_ARRAY, offsetof(struct option_text, environments), false, 1, 3, NULL},
    {"balanced", JSON_ARRAY, offsetof(struct option_text, balanced), false, 1, 64, NULL},
    {"note", JSON_STRING, offsetof(struct option_text, note), false, 1, NAME_MAX_N, NULL},
    {"basis", JSON_WORD, offsetof(struct option_text, basis), false, 0, 0, bases},
};

struct namespace_text {
    struct span name, note;
    struct json environments, platforms, options;
};

static const struct json_row namespace_rows[] = {
    {"name", JSON_STRING, offsetof(struct namespace_text, name), true, 1, NAME_MAX_N, NULL},
    {"environments", JSON_ARRAY, offsetof(struct namespace_text, environments), true, 1, 3, NULL},
    {"platforms", JSON_ARRAY, offsetof(struct namespace_text, platforms), false, 1, 64, NULL},
    {"note", JSON_STRING, offsetof(struct namespace_text, note), false, 1, NAME_MAX_N, NULL},
    {"options", JSON_ARRAY, offsetof(struct namespace_text, options), true, 1, OPTIONS_MAX, NULL},
};

struct platform_text {
    struct span name, branch, version, family, os, seen;
    bool legacy;
};

static const struct json_row platform_rows[] = {
    {"name", JSON_STRING, offsetof(struct platform_text, name), true, 1, NAME_MAX_N, NULL},
    {"branch", JSON_STRING, offsetof(struct platform_text, branch), true, 1, NAME_MAX_N, NULL},
    {"version", JSON_STRING, offsetof(struct platform_text, version), true, 1, 32, NULL},
    {"family", JSON_STRING, offsetof(struct platform_text, family), true, 1, 64, NULL},
    {"os", JSON_STRING, offsetof(struct platform_text, os), true, 1, 64, NULL},
    {"seen", JSON_STRING, offsetof(struct platform_text, seen), true, 7, 7, NULL},
    {"legacy", JSON_BOOL, offsetof(struct platform_text, legacy), false, 0, 0, NULL},
};

struct region_text {
    struct span name, host, cname_suffix, elb_suffix;
    int partition, basis;
    bool global;
};

static const struct json_row region_rows[] = {
    {"name", JSON_STRING, offsetof(struct region_text, name), true, 1, 64, NULL},
    {"partition", JSON_WORD, offsetof(struct region_text, partition), true, 0, 0, partitions},
    {"host", JSON_STRING, offsetof(struct region_text, host), true, 1, NAME_MAX_N, NULL},
    {"cnameSuffix", JSON_STRING, offsetof(struct region_text, cname_suffix), true, 1, NAME_MAX_N,
     NULL},
    {"elbSuffix", JSON_STRING, offsetof(struct region_text, elb_suffix), true, 1, NAME_MAX_N, NULL},
    {"global", JSON_BOOL, offsetof(struct region_text, global), false, 0, 0, NULL},
    {"basis", JSON_WORD, offsetof(struct region_text, basis), false, 0, 0, bases},
};

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

/* The list that is all of the document, beside "$schema": member ${name}, at most ${most} long. */
static struct json read_list(const struct json *root, const char *name, int64_t most)
{
    struct list_text {
        struct span schema;
        struct json list;
    } text = {0};
    const struct json_row rows[] = {
        {"$schema", JSON_STRING, offsetof(struct list_text, schema), false, 0, 0, NULL},
        {name, JSON_ARRAY, offsetof(struct list_text, list), true, 1, most, NULL},
    };
    return json_read(root, rows, COUNT_OF(rows), &text) ? text.list : (struct json){0};
}

static void read_kinds(struct option_kinds *out, const struct json *environments)
{
    struct json it = {0};
    while (json_next(environments, &it) != 0) {
        if (span_is(json_text(&it), "LoadBalanced"))
            out->load_balanced = true;
        else if (span_is(json_text(&it), "SingleInstance"))
            out->single_instance = true;
        else if (span_is(json_text(&it), "Worker"))
            out->worker = true;
        else
            json_complain(&it, "must be one of \"LoadBalanced\", \"SingleInstance\", \"Worker\"");
    }
}

static void read_option(struct option *out, struct arena *arena, const struct json *j,
                        struct option_kinds kinds)
{
    struct option_text text = {.min = -DBL_MAX, .max = DBL_MAX};
    if (!json_read(j, option_rows, COUNT_OF(option_rows), &text))
        return;
    out->name = arena_copy(arena, text.name);
    out->type = (enum option_type)text.type;
    out->initial = arena_copy(arena, text.initial);
    out->bounded = text.min != -DBL_MAX || text.max != DBL_MAX;
    out->min = text.min;
    out->max = text.max;
    if (text.min > text.max)
        json_complain_key(j, "max", "must not be less than min");
    catalog_read_words(&out->words, &out->nwords, arena, &text.words);
    out->pattern = catalog_read_pattern(arena, j, "pattern", text.pattern);
    out->unit = arena_copy(arena, text.unit);
    out->secret = text.secret;
    catalog_read_words(&out->balanced, &out->nbalanced, arena, &text.balanced);
    out->kinds = kinds;
    if (json_is_present(&text.environments)) {
        out->kinds = (struct option_kinds){false, false, false};
        read_kinds(&out->kinds, &text.environments);
    }
}

static void read_namespace(struct option_namespace *out, struct arena *arena, const struct json *j)
{
    struct namespace_text text = {0};
    if (!json_read(j, namespace_rows, COUNT_OF(namespace_rows), &text))
        return;
    out->name = arena_copy(arena, text.name);
    out->fixed = (struct span){out->name.p, span_find(out->name, '{')};
    out->templated = out->fixed.n < out->name.n;
    if (out->templated && (out->fixed.n == 0 || !span_ends(out->name, SPAN("}"))))
        json_complain_key(j, "name", "the part in braces must be its end, and not all of it");
    read_kinds(&out->kinds, &text.environments);
    catalog_read_words(&out->families, &out->nfamilies, arena, &text.platforms);

    struct option *options = ARENA_NEW(arena, struct option, json_count(&text.options));
    struct span before = {NULL, 0};
    struct json it = {0};
    while (json_next(&text.options, &it) != 0) {
        struct option *option = &options[out->noptions++];
        read_option(option, arena, &it, out->kinds);
        catalog_read_order(&it, "name", before, option->name);
        before = option->name;
        out->any_option = out->any_option || span_find(option->name, '{') < option->name.n;
    }
    out->options = options;
}

int catalog_read_options(struct catalog *out, struct arena *arena, struct json_doc *doc,
                         struct err *e)
{
    struct json root = json_root(doc);
    struct json list = read_list(&root, "namespaces", NAMESPACES_MAX);
    struct option_namespace *rows = ARENA_NEW(arena, struct option_namespace, json_count(&list));
    struct span before = {NULL, 0};
    size_t n = 0;
    struct json it = {0};
    while (json_next(&list, &it) != 0) {
        read_namespace(&rows[n], arena, &it);
        catalog_read_order(&it, "name", before, rows[n].name);
        before = rows[n].name;
        n++;
    }
    out->namespaces = rows;
    out->nnamespaces = n;
    return json_verdict(doc, e);
}

/* "6.7.2" as one number that compares like it; -1 for any other form. */
static int64_t version_number(struct span text)
{
    int64_t total = 0, part = 0;
    size_t digits = 0, points = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '.' && digits > 0) {
            total = total * (NUMBER_MAX + 1) + part;
            part = 0;
            digits = 0;
            points++;
        } else if (text.p[i] >= '0' && text.p[i] <= '9' && digits < 5) {
            part = part * 10 + (text.p[i] - '0');
            digits++;
        } else {
            return -1;
        }
    }
    return points == 2 && digits > 0 ? total * (NUMBER_MAX + 1) + part : -1;
}

/* The newest of a branch is found first, so the order matters. */
static void check_platform_order(const struct json *j, const struct platform *before,
                                 const struct platform *p)
{
    struct json at = json_member(j, "version");
    if (version_number(p->version) < 0) {
        json_complain(&at, "must be of the form \"1.2.3\"");
        return;
    }
    int order = before == NULL ? -1 : span_compare(before->branch, p->branch);
    if (order > 0)
        json_complain_key(j, "branch", "must come after \"%.*s\" in the order of bytes",
                          SPAN_ARG(before->branch));
    else if (order == 0 && version_number(before->version) <= version_number(p->version))
        json_complain(&at, "must be less than \"%.*s\": the newest version of a branch is first",
                      SPAN_ARG(before->version));
}

int catalog_read_platforms(struct catalog *out, struct arena *arena, struct json_doc *doc,
                           struct err *e)
{
    struct json root = json_root(doc);
    struct json list = read_list(&root, "platforms", PLATFORMS_MAX);
    struct platform *rows = ARENA_NEW(arena, struct platform, json_count(&list));
    size_t n = 0;
    struct json it = {0};
    while (json_next(&list, &it) != 0) {
        struct platform_text text = {0};
        if (!json_read(&it, platform_rows, COUNT_OF(platform_rows), &text))
            continue;
        rows[n] =
            (struct platform){.name = arena_copy(arena, text.name),
                              .branch = arena_copy(arena, text.branch),
                              .version = arena_copy(arena, text.version),
                              .arn_tail = arena_printf(arena, "%.*s/%.*s", SPAN_ARG(text.branch),
                                                       SPAN_ARG(text.version)),
                              .family = arena_copy(arena, text.family),
                              .windows = span_starts(text.os, SPAN("Windows "))};
        check_platform_order(&it, n > 0 ? &rows[n - 1] : NULL, &rows[n]);
        n++;
    }
    out->platforms = rows;
    out->nplatforms = n;
    return json_verdict(doc, e);
}

int catalog_read_regions(struct catalog *out, struct arena *arena, struct json_doc *doc,
                         struct err *e)
{
    struct json root = json_root(doc);
    struct json list = read_list(&root, "regions", REGIONS_MAX);
    struct region *rows = ARENA_NEW(arena, struct region, json_count(&list));
    struct span before = {NULL, 0};
    size_t n = 0;
    struct json it = {0};
    while (json_next(&list, &it) != 0) {
        struct region_text text = {0};
        if (!json_read(&it, region_rows, COUNT_OF(region_rows), &text))
            continue;
        rows[n] = (struct region){.name = arena_copy(arena, text.name),
                                  .partition = span_of(partitions[text.partition]),
                                  .host = arena_copy(arena, text.host),
                                  .cname_suffix = arena_copy(arena, text.cname_suffix),
                                  .elb_suffix = arena_copy(arena, text.elb_suffix),
                                  .global = text.global};
        catalog_read_order(&it, "name", before, rows[n].name);
        before = rows[n].name;
        n++;
    }
    out->regions = rows;
    out->nregions = n;
    return json_verdict(doc, e);
}
