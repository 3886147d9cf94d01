/* catalog_member.c - the rows of requests and responses, see catalog_read.h. */
#include "gen/catalog_read.h"

#include <stddef.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"

enum { NAME_MAX_N = 128, ROWS_MAX = 256, CONSTANT_MAX_N = 4096, WORDS_MAX = 64 };

const char *const catalog_member_types[] = {"string",    "boolean", "integer", "number",
                                            "timestamp", "object",  "list",    NULL};
static const char *const sents[] = {"with", "always", NULL};
static const char *const bases[] = {"documented", "observed", "inferred", NULL};

struct row_text {
    int type, sent, basis;
    struct span of, pattern, from;
    bool required;
    int64_t min, max;
    struct json words, constant, value;
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
    {"text", JSON_ANY, offsetof(struct row_text, value), false, 0, 0, NULL},
    {"sent", JSON_WORD, offsetof(struct row_text, sent), false, 0, 0, sents},
    {"basis", JSON_WORD, offsetof(struct row_text, basis), false, 0, 0, bases},
};

#define COUNT_OF(rows) (sizeof(rows) / sizeof((rows)[0]))

static struct span read_constant(struct arena *arena, enum member_type type,
                                 const struct json *value)
{
    struct span none = {NULL, 0};
    if (!json_is_present(value))
        return none;
    if (!catalog_member_fits(type, value)) {
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

static struct json read_text(enum member_type type, const struct json *value)
{
    if (json_is_present(value) && !catalog_member_fits(type, value))
        json_complain(value, "is not a %s", catalog_member_types[type]);
    struct json kept = *value;
    kept.parent = NULL;
    return kept;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
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
        } else if (is_letter(c) || (((c >= '0' && c <= '9') || c == '-') && !fresh)) {
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
    m.text = read_text(m.type, &text.value);
    *element = arena_copy(arena, text.of);

    if ((m.type == MEMBER_LIST) != (text.of.n > 0))
        json_complain(j, "\"of\" says what a list holds: a list needs it, nothing else has it");
    int sources = (m.from.n > 0) + (m.constant.n > 0) + json_is_present(&m.text);
    if (sources > 1)
        json_complain(j, "has more than one of \"from\", \"const\" and \"text\"; keep one");
    if (m.sent == SENT_ALWAYS && sources == 0)
        json_complain(j, "what is always sent needs \"from\", \"const\" or \"text\"");
    return m;
}

bool catalog_member_fits(enum member_type type, const struct json *value)
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

void catalog_read_members(const struct member **out, size_t *n, struct arena *arena,
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
