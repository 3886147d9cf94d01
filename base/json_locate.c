/* json_locate.c - see json.h and json_doc.h. */
#include "base/json_doc.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    /* Each finding costs a walk over the text: what comes after these is only counted. */
    FINDINGS_MAX = 100,
    POINTER_MAX = 512 /* bytes; a longer pointer ends at an outer value */
};

/* The text is proven by json_scan and ends in NUL: these walk without looking for faults. */
static const char *skip_space(const char *p)
{
    while (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t')
        p++;
    return p;
}

static const char *skip_string(const char *p)
{
    for (p++; *p != '"'; p++)
        if (*p == '\\')
            p++;
    return p + 1;
}

static const char *skip_value(const char *p)
{
    size_t depth = 0;
    do {
        p = skip_space(p);
        if (*p == '"') {
            p = skip_string(p);
        } else if (*p == '{' || *p == '[') {
            depth++;
            p++;
        } else if (*p == '}' || *p == ']') {
            depth--;
            p++;
        } else if (*p == ',' || *p == ':') {
            p++;
        } else {
            p += strcspn(p, ",:{}[] \n\r\t");
        }
    } while (depth > 0);
    return p;
}

/* From the name of a member to its value. */
static const char *skip_name(const char *p)
{
    p = skip_space(skip_string(p));
    return skip_space(p + 1);
}

/* Where the value stands that ${steps} lead to, or the name in front of it. */
static const char *walk(const char *text, const size_t *steps, size_t nsteps, bool at_name)
{
    const char *p = skip_space(text);
    for (size_t i = 0; i < nsteps; i++) {
        bool named = *p == '{';
        p = skip_space(p + 1);
        for (size_t k = 0; k < steps[i]; k++) {
            p = skip_value(named ? skip_name(p) : p);
            p = skip_space(skip_space(p) + 1);
        }
        if (!named || (at_name && i + 1 == nsteps))
            continue;
        p = skip_name(p);
    }
    return p;
}

void json_line_column(const char *text, size_t at, unsigned *line, unsigned *column)
{
    *line = 1;
    size_t begin = 0;
    for (size_t i = 0; i < at; i++) {
        if (text[i] == '\n') {
            ++*line;
            begin = i + 1;
        }
    }
    *column = (unsigned)(at - begin) + 1;
}

/* From the root to ${j}: the values on the way in ${path}, their number returned. */
static size_t path_of(const struct json *j, const struct json *path[JSON_DEPTH_MAX])
{
    size_t n = 0;
    for (const struct json *at = j; at->parent != NULL; at = at->parent)
        n++;
    assert(n <= JSON_DEPTH_MAX);
    size_t i = n;
    for (const struct json *at = j; at->parent != NULL; at = at->parent)
        path[--i] = at;
    return n;
}

/* Append the step to ${j} of a JSON pointer; false, and nothing, when it does not fit. */
static bool put_step(char pointer[POINTER_MAX], size_t *n, const struct json *j)
{
    char number[16];
    const char *name = j->key;
    if (name == NULL) {
        snprintf(number, sizeof(number), "%d", j->index);
        name = number;
    }
    size_t at = *n;
    if (at == POINTER_MAX)
        return false;
    pointer[at++] = '/';
    for (; *name != '\0'; name++) {
        if (at + 2 > POINTER_MAX)
            return false;
        if (*name == '~' || *name == '/') {
            pointer[at++] = '~';
            pointer[at++] = *name == '~' ? '0' : '1';
        } else {
            pointer[at++] = *name;
        }
    }
    *n = at;
    return true;
}

static void tell(struct json_doc *doc, const struct finding *f)
{
    if (doc->take != NULL)
        doc->take(doc->ctx, f);
    else if (doc->first.kind == ERR_NONE)
        err_set(&doc->first, ERR_INPUT, "%s:%u:%u: %.*s%s%.*s", f->file, f->line, f->column,
                SPAN_ARG(f->pointer), f->pointer.n == 0 ? "" : ": ", SPAN_ARG(f->text));
}

static void report(const struct json *j, bool at_name, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void report(const struct json *j, bool at_name, const char *format, va_list args)
{
    struct json_doc *doc = j->doc;
    /* What is not there has no place of its own. */
    if (j->value == NULL && j->parent != NULL) {
        j = j->parent;
        at_name = false;
    }
    doc->nfindings++;
    if (doc->nfindings > FINDINGS_MAX)
        return;

    const struct json *path[JSON_DEPTH_MAX];
    size_t steps[JSON_DEPTH_MAX];
    char pointer[POINTER_MAX];
    size_t pointer_n = 0;
    bool fits = true;
    size_t nsteps = path_of(j, path);
    for (size_t i = 0; i < nsteps; i++) {
        steps[i] = json_ordinal(path[i]);
        fits = fits && put_step(pointer, &pointer_n, path[i]);
    }

    struct finding f = {.file = doc->name};
    const char *at = walk(doc->text, steps, nsteps, at_name && nsteps > 0);
    json_line_column(doc->text, (size_t)(at - doc->text), &f.line, &f.column);
    /* An error's text is one line of whole characters: borrow that. */
    struct err plain_pointer = {.kind = ERR_NONE};
    struct err plain = {.kind = ERR_NONE};
    err_set(&plain_pointer, ERR_INPUT, "%.*s", (int)pointer_n, pointer);
    err_vset(&plain, ERR_INPUT, format, args);
    f.pointer = span_of(plain_pointer.text);
    f.text = span_of(plain.text);
    tell(doc, &f);
}

void json_report(const struct json *j, bool at_name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(j, at_name, format, args);
    va_end(args);
}

void json_complain(const struct json *j, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(j, false, format, args);
    va_end(args);
}

void json_complain_key(const struct json *j, const char *key, const char *format, ...)
{
    struct json member = json_member(j, key);
    va_list args;
    va_start(args, format);
    report(&member, true, format, args);
    va_end(args);
}

void json_collect(struct json_doc *doc, finding_fn *take, void *ctx)
{
    doc->take = take;
    doc->ctx = ctx;
    /* Doubled members were found before there was anyone to tell. */
    if (take != NULL && doc->ndoubled > 0) {
        doc->nfindings -= doc->ndoubled;
        doc->ndoubled = 0;
        json_find_doubled(doc);
    }
}

int json_verdict(const struct json_doc *doc, struct err *e)
{
    size_t n = doc->nfindings;
    if (n == 0)
        return 0;
    if (doc->take != NULL)
        return err_set(e, ERR_INPUT, "%s: %zu error%s", doc->name, n, n == 1 ? "" : "s");
    if (n == 1)
        return err_set(e, ERR_INPUT, "%s", doc->first.text);
    return err_set(e, ERR_INPUT, "%s (and %zu more)", doc->first.text, n - 1);
}
