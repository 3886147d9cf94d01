/* json_read.c - see json.h. */
#include "base/json_doc.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/arena.h"

enum {
    FEW = 8 /* so many members are compared pair by pair */
};

static const cJSON *node(const struct json *j)
{
    return j->value;
}

static struct json child_of(const struct json *parent, const cJSON *value, int index)
{
    return (struct json){parent->doc, value, parent, value->string, index};
}

size_t json_ordinal(const struct json *j)
{
    size_t i = 0;
    const cJSON *at = node(j->parent)->child;
    for (; at != NULL && at != j->value; at = at->next)
        i++;
    assert(at != NULL);
    return i;
}

/* Doubled members */

struct name_at {
    const char *name;
    size_t at;
};

static int by_name(const void *left, const void *right)
{
    const struct name_at *a = left;
    const struct name_at *b = right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->at > b->at) - (a->at < b->at);
}

/* Mark in ${doubled} the members of ${object}, ${n} of them, whose name is taken before them. */
static void mark_doubled(const cJSON *object, size_t n, struct arena *scratch, bool *doubled)
{
    struct name_at *names = ARENA_NEW(scratch, struct name_at, n);
    size_t i = 0;
    for (const cJSON *at = object->child; at != NULL; at = at->next, i++)
        names[i] = (struct name_at){at->string, i};
    qsort(names, n, sizeof(*names), by_name);
    for (i = 1; i < n; i++)
        if (strcmp(names[i].name, names[i - 1].name) == 0)
            doubled[names[i].at] = true;
}

static bool has_doubled(const cJSON *object)
{
    for (const cJSON *at = object->child; at != NULL; at = at->next)
        for (const cJSON *before = object->child; before != at; before = before->next)
            if (strcmp(at->string, before->string) == 0)
                return true;
    return false;
}

static size_t find_doubled(const struct json *j, struct arena *scratch)
{
    size_t found = 0;
    size_t n = json_count(j);
    if (json_is_object(j) && n > 1 && (n > FEW || has_doubled(node(j)))) {
        arena_empty(scratch);
        bool *doubled = ARENA_NEW(scratch, bool, n);
        mark_doubled(node(j), n, scratch, doubled);
        size_t i = 0;
        for (const cJSON *at = node(j)->child; at != NULL; at = at->next, i++) {
            if (!doubled[i])
                continue;
            struct json member = child_of(j, at, -1);
            json_report(&member, true, "the object has this member twice; keep one");
            found++;
        }
    }
    struct json it = {0};
    while (json_next(j, &it) != 0)
        if (node(&it)->child != NULL)
            found += find_doubled(&it, scratch);
    return found;
}

size_t json_find_doubled(struct json_doc *doc)
{
    struct arena scratch;
    arena_init(&scratch);
    struct json root = json_root(doc);
    size_t found = find_doubled(&root, &scratch);
    arena_free(&scratch);
    return found;
}

/* The document */

int json_open(struct json_doc **out, const char *name, struct span text, struct err *e)
{
    struct json_doc *doc = calloc(1, sizeof(*doc));
    if (doc == NULL)
        mem_die(sizeof(*doc));
    size_t name_n = strlen(name);
    doc->name = malloc(name_n + 1);
    doc->text = malloc(text.n + 1);
    if (doc->name == NULL || doc->text == NULL)
        mem_die(name_n + text.n + 2);
    memcpy(doc->name, name, name_n + 1);
    if (text.n > 0)
        memcpy(doc->text, text.p, text.n);
    doc->text[text.n] = '\0';

    struct json_fault fault = {0};
    if (json_scan(doc->text, text.n, &fault) != 0) {
        unsigned line = 0;
        unsigned column = 0;
        json_line_column(doc->text, fault.at, &line, &column);
        err_set(e, ERR_INPUT, "%s:%u:%u: %s", name, line, column, fault.text);
        json_close(doc);
        return -1;
    }
    /* The scan is stricter than the parser, which can only run out of memory now. */
    doc->tree = cJSON_ParseWithLength(doc->text, text.n + 1);
    if (doc->tree == NULL)
        mem_die(text.n);
    doc->ndoubled = json_find_doubled(doc);
    *out = doc;
    return 0;
}

void json_close(struct json_doc *doc)
{
    if (doc == NULL)
        return;
    cJSON_Delete(doc->tree);
    free(doc->text);
    free(doc->name);
    free(doc);
}

struct json json_root(struct json_doc *doc)
{
    return (struct json){.doc = doc, .value = doc->tree, .index = -1};
}

/* One value */

bool json_is_present(const struct json *j)
{
    return j->value != NULL;
}

bool json_is_object(const struct json *j)
{
    return cJSON_IsObject(node(j)) != 0;
}

bool json_is_array(const struct json *j)
{
    return cJSON_IsArray(node(j)) != 0;
}

bool json_is_string(const struct json *j)
{
    return cJSON_IsString(node(j)) != 0;
}

bool json_is_null(const struct json *j)
{
    return cJSON_IsNull(node(j)) != 0;
}

bool json_is_bool(const struct json *j)
{
    return cJSON_IsBool(node(j)) != 0;
}

bool json_is_number(const struct json *j)
{
    return cJSON_IsNumber(node(j)) != 0;
}

bool json_is_true(const struct json *j)
{
    return cJSON_IsTrue(node(j)) != 0;
}

struct span json_text(const struct json *j)
{
    return json_is_string(j) ? span_of(node(j)->valuestring) : (struct span){NULL, 0};
}

int64_t json_integer(const struct json *j, int64_t otherwise)
{
    /* 2^53: below it a double holds every whole number. */
    double value = json_number(j, NAN);
    if (fabs(value) < 9007199254740992.0 && floor(value) == value)
        return (int64_t)value;
    return otherwise;
}

double json_number(const struct json *j, double otherwise)
{
    return json_is_number(j) ? node(j)->valuedouble : otherwise;
}

size_t json_count(const struct json *j)
{
    size_t n = 0;
    if (json_is_array(j) || json_is_object(j))
        for (const cJSON *at = node(j)->child; at != NULL; at = at->next)
            n++;
    return n;
}

int json_next(const struct json *j, struct json *it)
{
    bool is_array = json_is_array(j);
    if (!is_array && !json_is_object(j))
        return 0;
    const cJSON *next = it->value == NULL ? node(j)->child : node(it)->next;
    if (next == NULL)
        return 0;
    int index = -1;
    if (is_array)
        index = it->value == NULL ? 0 : it->index + 1;
    *it = child_of(j, next, index);
    return 1;
}

struct json json_member(const struct json *j, const char *name)
{
    struct json member = {.doc = j->doc, .parent = j, .key = name, .index = -1};
    if (json_is_object(j))
        member.value = cJSON_GetObjectItemCaseSensitive(node(j), name);
    return member;
}
