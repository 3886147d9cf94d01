/* catalog_read.c - services and what the readers share, see catalog_read.h. */
#include "gen/catalog_read.h"

#include <regex.h>
#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

enum {
    NAME_MAX_N = 128,
    MESSAGE_MAX_N = 1024,
    OPERATIONS_MAX = 1024,
    ERRORS_MAX = 256,
    OMIT_MAX = 32,
    OLDEST_MINOR = 5,
    NEWEST_MINOR = 11,
    REPEATS_MAX = 4096 /* of the repetition counts of a pattern, multiplied */
};

/* In the order of enum invoked_keys. */
static const char *const keys[] = {"by-caller", "shown", "hidden", NULL};
static const char *const bases[] = {"documented", "observed", "inferred", NULL};
const char *const catalog_effects[] = {"none",
                                       "create-application",
                                       "delete-application",
                                       "create-version",
                                       "delete-version",
                                       "launch",
                                       "update",
                                       "rebuild",
                                       "restart",
                                       "swap",
                                       "abort",
                                       "terminate",
                                       "gather",
                                       "create-template",
                                       NULL};

/* "record" and "omit" of a service, an operation or a way of failing. */
struct overlay_text {
    struct json record, omit;
};

#define OVERLAY_ROWS(type)                                                                         \
    {"record", JSON_OBJECT, offsetof(type, overlay.record), false, 0, 0, NULL},                    \
    {                                                                                              \
        "omit", JSON_ARRAY, offsetof(type, overlay.omit), false, 1, OMIT_MAX, NULL                 \
    }

struct error_text {
    struct span code, message;
    bool parameters;
    int64_t http;
    int basis;
    struct overlay_text overlay;
};

static const struct json_row error_rows[] = {
    {"code", JSON_STRING, offsetof(struct error_text, code), false, 1, NAME_MAX_N, NULL},
    {"http", JSON_INTEGER, offsetof(struct error_text, http), true, 400, 599, NULL},
    {"parameters", JSON_BOOL, offsetof(struct error_text, parameters), false, 0, 0, NULL},
    {"message", JSON_STRING, offsetof(struct error_text, message), false, 1, MESSAGE_MAX_N, NULL},
    {"basis", JSON_WORD, offsetof(struct error_text, basis), false, 0, 0, bases},
    OVERLAY_ROWS(struct error_text),
};

struct operation_text {
    struct span name, resource, across;
    bool read_only;
    int effect, basis;
    struct json request, response, errors;
    struct overlay_text overlay;
};

static const struct json_row operation_rows[] = {
    {"name", JSON_STRING, offsetof(struct operation_text, name), true, 1, NAME_MAX_N, NULL},
    {"readOnly", JSON_BOOL, offsetof(struct operation_text, read_only), true, 0, 0, NULL},
    {"effect", JSON_WORD, offsetof(struct operation_text, effect), false, 0, 0, catalog_effects},
    {"resource", JSON_STRING, offsetof(struct operation_text, resource), false, 1, 256, NULL},
    {"across", JSON_STRING, offsetof(struct operation_text, across), false, 1, NAME_MAX_N, NULL},
    {"basis", JSON_WORD, offsetof(struct operation_text, basis), false, 0, 0, bases},
    {"request", JSON_OBJECT, offsetof(struct operation_text, request), true, 0, 0, NULL},
    {"response", JSON_ANY, offsetof(struct operation_text, response), false, 0, 0, NULL},
    {"errors", JSON_ARRAY, offsetof(struct operation_text, errors), true, 0, ERRORS_MAX, NULL},
    OVERLAY_ROWS(struct operation_text),
};

struct service_text {
    struct span schema, name, event_source, host, api_name;
    bool global, tls;
    int64_t event_version;
    int invoked_keys;
    struct overlay_text overlay;
    struct json errors, operations;
};

static const struct json_row service_rows[] = {
    {"$schema", JSON_STRING, offsetof(struct service_text, schema), false, 0, 0, NULL},
    {"service", JSON_STRING, offsetof(struct service_text, name), true, 1, 64, NULL},
    {"eventSource", JSON_STRING, offsetof(struct service_text, event_source), true, 1, NAME_MAX_N,
     NULL},
    {"host", JSON_STRING, offsetof(struct service_text, host), true, 1, NAME_MAX_N, NULL},
    {"apiName", JSON_STRING, offsetof(struct service_text, api_name), true, 1, 64, NULL},
    {"global", JSON_BOOL, offsetof(struct service_text, global), false, 0, 0, NULL},
    {"tls", JSON_BOOL, offsetof(struct service_text, tls), false, 0, 0, NULL},
    {"eventVersion", JSON_INTEGER, offsetof(struct service_text, event_version), false,
     OLDEST_MINOR, NEWEST_MINOR, NULL},
    {"invokedKeys", JSON_WORD, offsetof(struct service_text, invoked_keys), false, 0, 0, keys},
    OVERLAY_ROWS(struct service_text),
    {"errors", JSON_OBJECT, offsetof(struct service_text, errors), true, 0, 0, NULL},
    {"operations", JSON_ARRAY, offsetof(struct service_text, operations), true, 1, OPERATIONS_MAX,
     NULL},
};

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

void catalog_read_words(const struct span **words, size_t *n, struct arena *arena,
                        const struct json *list)
{
    *n = json_count(list);
    struct span *copy = ARENA_NEW(arena, struct span, *n);
    struct json it = {0};
    for (size_t i = 0; json_next(list, &it) != 0; i++) {
        if (json_is_string(&it))
            copy[i] = arena_copy(arena, json_text(&it));
        else
            json_complain(&it, "must be a string");
    }
    *words = copy;
}

/*
 * Whether ${pattern} is cheap for the system's matcher: repetition counts multiply each other in
 * its memory, and references back to a group multiply its time.
 */
static bool is_cheap(struct span pattern)
{
    int64_t product = 1;
    for (size_t i = 0; i < pattern.n; i++) {
        char next = i + 1 < pattern.n ? pattern.p[i + 1] : '\0';
        if (pattern.p[i] == '\\' && next >= '0' && next <= '9')
            return false;
        if (pattern.p[i] != '{')
            continue;
        int64_t most = 1, count = 0;
        for (size_t k = i + 1; k < pattern.n && pattern.p[k] != '}'; k++) {
            char c = pattern.p[k];
            count = c >= '0' && c <= '9' && count <= REPEATS_MAX ? count * 10 + (c - '0') : 0;
            most = count > most ? count : most;
        }
        product *= most;
        if (product > REPEATS_MAX)
            return false;
    }
    return true;
}

struct span catalog_read_pattern(struct arena *arena, const struct json *j, const char *key,
                                 struct span pattern)
{
    regex_t compiled;
    if (pattern.n == 0)
        return pattern;
    struct span copy = arena_copy(arena, pattern);
    struct json at = json_member(j, key);
    if (!is_cheap(pattern))
        json_complain(&at, "repeats too much, or refers back to a group");
    else if (regcomp(&compiled, copy.p, REG_EXTENDED | REG_NOSUB) != 0)
        json_complain(&at, "is not a POSIX extended expression");
    else
        regfree(&compiled);
    return copy;
}

void catalog_read_order(const struct json *j, const char *key, struct span before, struct span name)
{
    struct json at = json_member(j, key);
    if (before.n > 0 && json_is_present(&at) && span_compare(before, name) >= 0)
        json_complain(&at, "must come after \"%.*s\" in the order of bytes, once",
                      SPAN_ARG(before));
}

static void read_overlay(struct overlay *out, struct arena *arena, const struct overlay_text *text)
{
    out->record = text->record;
    out->record.parent = NULL;
    catalog_read_words(&out->omit, &out->nomit, arena, &text->omit);
}

/* The forms of failing, by name; ends in a row without one. */
static struct error_form *read_errors(struct arena *arena, const struct json *errors)
{
    struct error_form *forms = ARENA_NEW(arena, struct error_form, json_count(errors) + 1);
    size_t n = 0;
    struct json it = {0};
    while (json_next(errors, &it) != 0) {
        struct error_text text = {.parameters = true};
        if (it.key[0] == '\0') {
            json_complain(&it, "must have a name");
        } else if (json_read(&it, error_rows, COUNT_OF(error_rows), &text)) {
            read_overlay(&forms[n].overlay, arena, &text.overlay);
            forms[n].name = arena_copy(arena, span_of(it.key));
            forms[n].code = arena_copy(arena, text.code);
            forms[n].message = arena_copy(arena, text.message);
            forms[n].keeps_parameters = text.parameters;
            forms[n].http = (int)text.http;
            n++;
        }
    }
    return forms;
}

static void complain_of_error(const struct json *j, const struct error_form *forms)
{
    const char *names[ERRORS_MAX + 1] = {NULL};
    for (size_t i = 0; i < ERRORS_MAX && forms[i].name.n > 0; i++)
        names[i] = forms[i].name.p;
    const char *near = json_nearest(json_text(j), names);
    if (near != NULL)
        json_complain(j, "is not an error of this service; did you mean \"%s\"?", near);
    else
        json_complain(j, "is not an error of this service; see its \"errors\"");
}

static void read_operation(struct operation *out, struct arena *arena, const struct json *j,
                           const struct error_form *forms)
{
    struct operation_text text = {0};
    if (!json_read(j, operation_rows, COUNT_OF(operation_rows), &text))
        return;
    out->name = arena_copy(arena, text.name);
    out->read_only = text.read_only;
    out->effect = (enum effect)text.effect;
    out->resource = arena_copy(arena, text.resource);
    out->across = arena_copy(arena, text.across);
    read_overlay(&out->overlay, arena, &text.overlay);
    if (text.read_only && out->effect != EFFECT_NONE && out->effect != EFFECT_GATHER)
        json_complain_key(j, "effect", "a read-only operation has none");

    catalog_read_members(&out->request, &out->nrequest, arena, &text.request);
    if (json_is_object(&text.response))
        catalog_read_members(&out->response, &out->nresponse, arena, &text.response);
    else if (json_is_present(&text.response) && !json_is_null(&text.response))
        json_complain(&text.response, "must be an object or null");

    const struct error_form **errors =
        ARENA_NEW(arena, const struct error_form *, json_count(&text.errors));
    struct json it = {0};
    while (json_next(&text.errors, &it) != 0) {
        const struct error_form *form = forms;
        while (form->name.n > 0 && !span_equal(form->name, json_text(&it)))
            form++;
        if (form->name.n > 0)
            errors[out->nerrors++] = form;
        else
            complain_of_error(&it, forms);
    }
    out->errors = errors;
}

int catalog_read_service(struct service *out, struct arena *arena, struct json_doc *doc,
                         struct err *e)
{
    struct service_text text = {0};
    struct json root = json_root(doc);
    if (!json_read(&root, service_rows, COUNT_OF(service_rows), &text))
        return json_verdict(doc, e);
    *out = (struct service){.name = arena_copy(arena, text.name),
                            .event_source = arena_copy(arena, text.event_source),
                            .host = arena_copy(arena, text.host),
                            .api_name = arena_copy(arena, text.api_name),
                            .is_global = text.global,
                            .reports_tls = text.tls,
                            .event_version = (int)text.event_version,
                            .invoked_keys = (enum invoked_keys)text.invoked_keys};
    read_overlay(&out->overlay, arena, &text.overlay);
    if (json_count(&text.errors) > ERRORS_MAX) {
        json_complain(&text.errors, "must have at most %d members", ERRORS_MAX);
        return json_verdict(doc, e);
    }
    const struct error_form *forms = read_errors(arena, &text.errors);

    struct operation *operations = ARENA_NEW(arena, struct operation, json_count(&text.operations));
    struct span before = {NULL, 0};
    size_t n = 0;
    struct json it = {0};
    while (json_next(&text.operations, &it) != 0) {
        operations[n].service = out;
        read_operation(&operations[n], arena, &it, forms);
        catalog_read_order(&it, "name", before, operations[n].name);
        before = operations[n].name;
        n++;
    }
    out->operations = operations;
    out->noperations = n;
    return json_verdict(doc, e);
}
