/* rules.c - see rules.h. */
#include "cloudtrail/rules.h"

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

enum { RULES_CONST_MAX = 4096, RULES_MINOR_MAX = 99 };

static const char *const when_words[] = {"always", "longTerm", "temporary", "keyed",   "named",
                                         "web",    "instance", "invoked",   "service", "console",
                                         "tls",    "failed",   "explained", NULL};

_Static_assert(sizeof when_words / sizeof when_words[0] == WHEN_COUNT + 1,
               "one word for each condition");

struct row {
    struct span path;
    int64_t since, until;
    int when;
    struct span from;
    struct json constant;
};

static const struct json_row rule_rows[] = {
    {"path", JSON_STRING, offsetof(struct row, path), true, 1, 200, NULL},
    {"since", JSON_INTEGER, offsetof(struct row, since), false, 0, RULES_MINOR_MAX, NULL},
    {"until", JSON_INTEGER, offsetof(struct row, until), false, 0, RULES_MINOR_MAX, NULL},
    {"when", JSON_WORD, offsetof(struct row, when), false, 0, 0, when_words},
    {"from", JSON_STRING, offsetof(struct row, from), false, 1, 100, NULL},
    {"const", JSON_ANY, offsetof(struct row, constant), false, 0, 0, NULL},
};

static const struct rule *read_rules(size_t *out_n, struct arena *arena, const struct json *list)
{
    size_t n = 0;
    struct rule *rules = ARENA_NEW(arena, struct rule, json_count(list) + 1);
    struct buf text;
    buf_init(&text, RULES_CONST_MAX);
    for (struct json it = {0}; json_next(list, &it) == 1;) {
        struct row row = {.until = RULES_MINOR_MAX};
        if (!json_read(&it, rule_rows, sizeof rule_rows / sizeof rule_rows[0], &row))
            continue;
        struct rule *r = &rules[n++];
        r->path = arena_copy(arena, row.path);
        r->since = (int)row.since;
        r->until = (int)row.until;
        r->when = (enum rule_when)row.when;
        r->from = arena_copy(arena, row.from);
        if (json_is_present(&row.constant)) {
            buf_clear(&text);
            json_put_value(&text, &row.constant);
            r->constant = arena_copy(arena, buf_span(&text));
        }
    }
    buf_free(&text);
    *out_n = n;
    return rules;
}

int rules_read(struct rules *out, struct arena *arena, const char *name, struct span text,
               struct err *e)
{
    struct json_doc *doc = NULL;
    if (json_open(&doc, name, text, e) != 0)
        return -1;
    struct rules_file {
        struct span schema;
        struct json members, identities;
    } file = {0};
    const struct json_row rows[] = {
        {"$schema", JSON_STRING, offsetof(struct rules_file, schema), false, 0, 0, NULL},
        {"members", JSON_ARRAY, offsetof(struct rules_file, members), true, 0, 0, NULL},
        {"identities", JSON_OBJECT, offsetof(struct rules_file, identities), true, 0, 0, NULL},
    };
    struct json root = json_root(doc);
    struct rules r = {0};
    if (json_read(&root, rows, sizeof rows / sizeof rows[0], &file)) {
        r.members = read_rules(&r.nmembers, arena, &file.members);
        struct rule_identity *identities =
            ARENA_NEW(arena, struct rule_identity, json_count(&file.identities) + 1);
        for (struct json it = {0}; json_next(&file.identities, &it) == 1;) {
            if (!json_is_array(&it)) {
                json_complain(&it, "must be an array of rows");
                continue;
            }
            struct rule_identity *identity = &identities[r.nidentities++];
            identity->type = arena_copy(arena, span_of(it.key));
            identity->rules = read_rules(&identity->nrules, arena, &it);
        }
        r.identities = identities;
    }
    int rc = json_verdict(doc, e);
    json_close(doc);
    if (rc == 0)
        *out = r;
    return rc;
}

const struct rule_identity *rules_identity(const struct rules *r, struct span type)
{
    for (size_t i = 0; i < r->nidentities; i++) {
        if (span_equal(r->identities[i].type, type))
            return &r->identities[i];
    }
    return NULL;
}
