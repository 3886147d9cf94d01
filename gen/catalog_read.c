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
    ROWS_MAX = 256,
    ERRORS_MAX = 256,
    CONSTANT_MAX_N = 4096,
    WORDS_MAX = 64,
    REPEATS_MAX = 4096 /* of the repetition counts of a pattern, multiplied */
};

const char *const catalog_member_types[] = {"string",    "boolean", "integer", "number",
                                            "timestamp", "object",  "list",    NULL};
static const char *const sents[] = {"with", "always", NULL};
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
                                       NULL};

struct row_text {
    int type, sent, basis;
    struct span of, pattern, from;
    bool required;
    int64_t min, max;
    struct json words, constant;
};

static const struct json_row row_rows[] = {
    {"t", JSON_WORD, offsetof(struct row_text, type), true, 0, 0, catalog_member_types},
    {"of", JSON_STRING, offsetof(struct row_text, of), false, 1, 16, NULL},
    {"req", JSON_BOOL, offsetof(struct row_text, required), false, 0, 0, NULL},
    {"min", JSON_INTEGER, offsetof(struct row_text, min), false, 0, 0, NULL},
    {"max", JSON_INTEGER, offsetof(struct row_text, max), false, 0, 0, NULL},
    {"enum", JSON_ARRAY, offsetof(struct row_text, words), false, 1, WORDS_MAX, NULL},
    {"pattern", JSON_STRING, offsetof(struct row_text, pattern), false, 1, 256, NULL},
    {"from", JSON_STRING, offsetof(struct row_text, from), false, 1, 64, NULL},
    {"const", JSON_ANY, offsetof(struct row_text, constant), false, 0, 0, NULL},
    {"sent", JSON_WORD, offsetof(struct row_text, sent), false, 0, 0, sents},
    {"basis", JSON_WORD, offsetof(struct row_text, basis), false, 0, 0, bases},
};

struct error_text {
    struct span code, message;
    bool parameters;
    int64_t http;
    int basis;
};

static const struct json_row error_rows[] = {
    {"code", JSON_STRING, offsetof(struct error_text, code), false, 1, NAME_MAX_N, NULL},
    {"http", JSON_INTEGER, offsetof(struct error_text, http), true, 400, 599, NULL},
    {"parameters", JSON_BOOL, offsetof(struct error_text, parameters), false, 0, 0, NULL},
    {"message", JSON_STRING, offsetof(struct error_text, message), false, 1, MESSAGE_MAX_N, NULL},
    {"basis", JSON_WORD, offsetof(struct error_text, basis), false, 0, 0, bases},
};

struct operation_text {
    struct span name, resource;
    bool read_only;
    int effect, basis;
    struct json request, response, errors;
};

static const struct json_row operation_rows[] = {
    {"name", JSON_STRING, offsetof(struct operation_text, name), true, 1, NAME_MAX_N, NULL},
    {"readOnly", JSON_BOOL, offsetof(struct operation_text, read_only), true, 0, 0, NULL},
    {"effect", JSON_WORD, offsetof(struct operation_text, effect), false, 0, 0, catalog_effects},
    {"resource", JSON_STRING, offsetof(struct operation_text, resource), false, 1, 64, NULL},
    {"basis", JSON_WORD, offsetof(struct operation_text, basis), false, 0, 0, bases},
    {"request", JSON_OBJECT, offsetof(struct operation_text, request), true, 0, 0, NULL},
    {"response", JSON_ANY, offsetof(struct operation_text, response), false, 0, 0, NULL},
    {"errors", JSON_ARRAY, offsetof(struct operation_text, errors), true, 0, ERRORS_MAX, NULL},
};

struct service_text {
    struct span schema, name, event_source, host, api_name, global_region;
    bool tls;
    struct json errors, operations;
};

static const struct json_row service_rows[] = {
    {"$schema", JSON_STRING, offsetof(struct service_text, schema), false, 0, 0, NULL},
    {"service", JSON_STRING, offsetof(struct service_text, name), true, 1, 64, NULL},
    {"eventSource", JSON_STRING, offsetof(struct service_text, event_source), true, 1, NAME_MAX_N,
     NULL},
    {"host", JSON_STRING, offsetof(struct service_text, host), true, 1, NAME_MAX_N, NULL},
    {"apiName", JSON_STRING, offsetof(struct service_text, api_name), true, 1, 64, NULL},
    {"globalRegion", JSON_STRING, offsetof(struct service_text, global_region), false, 1, 64, NULL},
    {"tls", JSON_BOOL, offsetof(struct service_text, tls), false, 0, 0, NULL},
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

/* Whether ${value} can stand where a row of type ${type} does. */
static bool constant_fits(enum member_type type, const struct json *value)
{
    switch (type) {
    case MEMBER_STRING:
    case MEMBER_TIMESTAMP:
        return json_is_string(value);
    case MEMBER_BOOLEAN:
        return json_is_bool(value);
    case MEMBER_INTEGER:
    case MEMBER_NUMBER:
        return json_is_number(value);
    case MEMBER_OBJECT:
        return json_is_object(value);
    case MEMBER_LIST:
        return json_is_array(value);
    }
    return false;
}

static struct span read_constant(struct arena *arena, enum member_type type,
                                 const struct json *value)
{
    struct span none = {NULL, 0};
    if (!json_is_present(value))
        return none;
    if (!constant_fits(type, value)) {
        json_complain(value, "is not a %s", catalog_member_types[type]);
        return none;
    }
    struct buf text;
    buf_init(&text, SIZE_MAX);
    json_put_value(&text, value);
    if (text.n > CONSTANT_MAX_N)
        json_complain(value, "must be at most %d bytes long", CONSTANT_MAX_N);
    struct span copy = arena_copy(arena, buf_span(&text));
    buf_free(&text);
    return copy;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Names of letters and digits, joined by ".", each may end in "[]". */
static bool is_path(struct span path)
{
    bool fresh = true; /* at the begin of a name */
    for (size_t i = 0; i < path.n; i++) {
        char c = path.p[i];
        bool brackets = c == '[' && !fresh && span_starts(span_from(path, i), SPAN("[]"));
        if (brackets) {
            i++;
            if (i + 1 < path.n && path.p[i + 1] != '.')
                return false;
        } else if (c == '.' && !fresh) {
            fresh = true;
        } else if (is_letter(c) || (c >= '0' && c <= '9' && !fresh)) {
            fresh = false;
        } else {
            return false;
        }
    }
    return !fresh && path.n <= NAME_MAX_N;
}

/* What ${path} lies in: "a" for "a.b" and for "a[]", "a[]" for "a[].b"; empty at the top. */
static struct span parent_of(struct span path)
{
    if (span_ends(path, SPAN("[]")))
        return (struct span){path.p, path.n - 2};
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '.')
        n--;
    return (struct span){path.p, n > 0 ? n - 1 : 0};
}

/* Parents come before their children; ${elements} holds what the rows that are lists hold. */
static void check_parent(const struct json *rows_at, const char *key, const struct member *rows,
                         size_t nrows, const struct span *elements)
{
    struct span path = span_of(key);
    struct span parent = parent_of(path);
    if (parent.n == 0)
        return;
    bool is_element = span_ends(path, SPAN("[]"));
    bool in_element = span_ends(parent, SPAN("[]"));
    struct span list = in_element ? parent_of(parent) : parent;
    for (size_t i = 0; i < nrows; i++) {
        if (!span_equal(rows[i].path, list))
            continue;
        if (is_element || in_element) {
            bool objects = rows[i].type == MEMBER_LIST && span_is(elements[i], "object");
            if (rows[i].type != MEMBER_LIST || objects != in_element)
                json_complain_key(rows_at, key, "does not fit \"%.*s\", which is no list of such",
                                  SPAN_ARG(list));
        } else if (rows[i].type != MEMBER_OBJECT) {
            json_complain_key(rows_at, key, "lies in \"%.*s\", which is no object", SPAN_ARG(list));
        }
        return;
    }
    json_complain_key(rows_at, key, "lies in \"%.*s\", which must come before it", SPAN_ARG(list));
}

static struct member read_row(struct arena *arena, const struct json *j, struct span *element)
{
    struct member m = {.path = arena_copy(arena, span_of(j->key))};
    struct row_text text = {.min = INT64_MIN, .max = INT64_MIN};
    if (!json_read(j, row_rows, COUNT_OF(row_rows), &text))
        return m;
    m.type = (enum member_type)text.type;
    m.sent = (enum member_sent)text.sent;
    m.required = text.required;
    m.bounded = text.min != INT64_MIN || text.max != INT64_MIN;
    if (m.bounded) {
        m.min = text.min != INT64_MIN ? text.min : 0;
        m.max = text.max != INT64_MIN ? text.max : INT64_MAX;
        if (m.min > m.max)
            json_complain_key(j, "max", "must not be less than min");
    }
    catalog_read_words(&m.words, &m.nwords, arena, &text.words);
    m.pattern = catalog_read_pattern(arena, j, "pattern", text.pattern);
    m.from = arena_copy(arena, text.from);
    m.constant = read_constant(arena, m.type, &text.constant);
    *element = arena_copy(arena, text.of);

    if ((m.type == MEMBER_LIST) != (text.of.n > 0))
        json_complain(j, "\"of\" says what a list holds: a list needs it, nothing else has it");
    if (m.from.n > 0 && m.constant.n > 0)
        json_complain(j, "has both \"from\" and \"const\"; keep one");
    if (m.sent == SENT_ALWAYS && m.from.n == 0 && m.constant.n == 0)
        json_complain(j, "what is always sent needs \"from\" or \"const\"");
    return m;
}

static void read_members(const struct member **out, size_t *n, struct arena *arena,
                         const struct json *rows_at)
{
    if (json_count(rows_at) > ROWS_MAX) {
        json_complain(rows_at, "must have at most %d members", ROWS_MAX);
        return;
    }
    struct member *rows = ARENA_NEW(arena, struct member, json_count(rows_at));
    struct span *elements = ARENA_NEW(arena, struct span, json_count(rows_at));
    size_t count = 0;
    struct json it = {0};
    while (json_next(rows_at, &it) != 0) {
        if (!is_path(span_of(it.key))) {
            json_complain(&it,
                          "must be called like \"name\", \"list[].name\": letters and digits, at "
                          "most %d bytes",
                          NAME_MAX_N);
            continue;
        }
        check_parent(rows_at, it.key, rows, count, elements);
        rows[count] = read_row(arena, &it, &elements[count]);
        count++;
    }
    *out = rows;
    *n = count;
}

/* The forms of failing, by name; ends in a row without one. */
static struct error_form *read_errors(struct arena *arena, const struct json *errors)
{
    struct error_form *forms = ARENA_NEW(arena, struct error_form, json_count(errors) + 1);
    size_t n = 0;
    struct json it = {0};
    while (json_next(errors, &it) != 0) {
        struct error_text text = {.parameters = true};
        if (it.key[0] == '\0')
            json_complain(&it, "must have a name");
        else if (json_read(&it, error_rows, COUNT_OF(error_rows), &text))
            forms[n++] = (struct error_form){.name = arena_copy(arena, span_of(it.key)),
                                             .code = arena_copy(arena, text.code),
                                             .message = arena_copy(arena, text.message),
                                             .keeps_parameters = text.parameters,
                                             .http = (int)text.http};
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
    if (text.read_only && out->effect != EFFECT_NONE)
        json_complain_key(j, "effect", "a read-only operation has none");

    read_members(&out->request, &out->nrequest, arena, &text.request);
    if (json_is_object(&text.response))
        read_members(&out->response, &out->nresponse, arena, &text.response);
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
                            .global_region = arena_copy(arena, text.global_region),
                            .reports_tls = text.tls};
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
