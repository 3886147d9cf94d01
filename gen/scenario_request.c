/* scenario_request.c - see scenario_request.h. */
#include "gen/scenario_request.h"

#include <regex.h>

#include "base/arena.h"
#include "gen/scenario_part.h"
#include "gen/scenario_slot.h"

enum {
    PATH_MAX_N = 512, /* bytes of a flattened path */
    WHY_MAX = 512,
    PATTERN_TEXT_MAX = 4096 /* longer text is not matched against a pattern */
};

/* A step's request while it is checked. */
struct request {
    struct scenario_part *p;
    const struct operation *operation;
    bool lenient; /* the call always fails: limits may be broken */
};

/* Members of a record that a scenario may pin or omit, in the order of a record. */
static const struct span record_members[] = {
    SPAN_INIT("eventVersion"),
    SPAN_INIT("userIdentity"),
    SPAN_INIT("eventTime"),
    SPAN_INIT("eventSource"),
    SPAN_INIT("eventName"),
    SPAN_INIT("awsRegion"),
    SPAN_INIT("sourceIPAddress"),
    SPAN_INIT("userAgent"),
    SPAN_INIT("errorCode"),
    SPAN_INIT("errorMessage"),
    SPAN_INIT("requestParameters"),
    SPAN_INIT("responseElements"),
    SPAN_INIT("additionalEventData"),
    SPAN_INIT("requestID"),
    SPAN_INIT("eventID"),
    SPAN_INIT("readOnly"),
    SPAN_INIT("resources"),
    SPAN_INIT("eventType"),
    SPAN_INIT("apiVersion"),
    SPAN_INIT("managementEvent"),
    SPAN_INIT("recipientAccountId"),
    SPAN_INIT("serviceEventDetails"),
    SPAN_INIT("sharedEventID"),
    SPAN_INIT("vpcEndpointId"),
    SPAN_INIT("vpcEndpointAccountId"),
    SPAN_INIT("eventCategory"),
    SPAN_INIT("addendum"),
    SPAN_INIT("sessionCredentialFromConsole"),
    SPAN_INIT("edgeDeviceDetails"),
    SPAN_INIT("tlsDetails"),
};

enum { NRECORD_MEMBERS = sizeof(record_members) / sizeof(record_members[0]) };

static bool is_record_member(struct span name)
{
    for (size_t i = 0; i < NRECORD_MEMBERS; i++)
        if (span_equal(name, record_members[i]))
            return true;
    return false;
}

/* Complain that member ${key} of ${object} is unknown, with the nearest of ${names}. */
static void complain_unknown(const struct scenario_part *p, const struct json *object,
                             const char *key, const struct span *names, size_t n, struct span whose)
{
    const char **words = ARENA_NEW(p->arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++)
        words[i] = arena_copy(p->arena, names[i]).p;
    const char *near = json_nearest(span_of(key), words);
    if (near != NULL)
        json_complain_key(object, key, "%.*s has no member \"%.80s\"; did you mean \"%s\"?",
                          SPAN_ARG(whose), key, near);
    else
        json_complain_key(object, key, "%.*s has no member \"%.80s\"", SPAN_ARG(whose), key);
}

/* Whether ${text} holds a {slot}. */
static bool has_slot(struct span text)
{
    size_t open = span_find(text, '{');
    return open < text.n && span_find(span_from(text, open), '}') < text.n - open;
}

static size_t characters(struct span text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
    return n;
}

static bool matches(struct scenario_part *p, struct span text, struct span pattern)
{
    regex_t compiled;
    if (text.n > PATTERN_TEXT_MAX ||
        regcomp(&compiled, arena_copy(p->arena, pattern).p, REG_EXTENDED | REG_NOSUB) != 0)
        return true;
    int rc = regexec(&compiled, arena_copy(p->arena, text).p, 0, NULL, 0);
    regfree(&compiled);
    return rc == 0;
}

static void check_text(struct request *r, const struct member *row, const struct json *value)
{
    struct span text = json_text(value);
    if (has_slot(text) || r->lenient)
        return;
    int64_t n = (int64_t)characters(text);
    if (row->bounded && (n < row->min || n > row->max)) {
        json_complain(value, "must be %jd to %jd characters long, not %jd", (intmax_t)row->min,
                      (intmax_t)row->max, (intmax_t)n);
        return;
    }
    bool is_word = row->nwords == 0;
    for (size_t i = 0; i < row->nwords; i++)
        is_word = is_word || span_equal(text, row->words[i]);
    if (!is_word)
        scenario_part_unknown(r->p, value,
                              arena_printf(r->p->arena, "a value of %.*s", SPAN_ARG(row->path)).p,
                              row->words, row->nwords);
    else if (row->pattern.n > 0 && !matches(r->p, text, row->pattern))
        json_complain(value, "must match %.*s", SPAN_ARG(row->pattern));
}

/* Dates are spelled by the event version, so that only a slot can give one. */
static void check_time(struct request *r, const struct json *value)
{
    if (!r->lenient && !scenario_slot_is_time(json_text(value)))
        json_complain(value, "must be a {slot} that is a time, like \"{poll.since}\"");
}

static void check_number(struct request *r, const struct member *row, const struct json *value)
{
    double number = json_number(value, 0);
    if (row->type == MEMBER_INTEGER && json_integer(value, INT64_MIN) == INT64_MIN)
        json_complain(value, "must be a whole number");
    else if (row->bounded && !r->lenient &&
             (number < (double)row->min || number > (double)row->max))
        json_complain(value, "must be %jd to %jd, not %.15g", (intmax_t)row->min,
                      (intmax_t)row->max, number);
}

static void check_count(struct request *r, const struct member *row, const struct json *value)
{
    int64_t n = (int64_t)json_count(value);
    if (row->bounded && !r->lenient && (n < row->min || n > row->max))
        json_complain(value, "must have %jd to %jd elements, not %jd", (intmax_t)row->min,
                      (intmax_t)row->max, (intmax_t)n);
}

static const char *type_name(const struct member *row)
{
    switch (row->type) {
    case MEMBER_STRING:
        return "a string";
    case MEMBER_TIMESTAMP:
        return "a {slot} that is a time";
    case MEMBER_BOOLEAN:
        return "true or false";
    case MEMBER_INTEGER:
        return "a whole number";
    case MEMBER_NUMBER:
        return "a number";
    case MEMBER_OBJECT:
        return "an object";
    case MEMBER_LIST:
        return "an array";
    }
    return "";
}

/* The part of ${path} that names a member of the object ${prefix}; empty when it is none of it. */
static struct span level_name(struct span path, struct span prefix)
{
    struct span none = {NULL, 0};
    if (prefix.n > 0) {
        if (!span_starts(path, prefix) || path.n <= prefix.n || path.p[prefix.n] != '.')
            return none;
        path = span_from(path, prefix.n + 1);
    }
    if (span_find(path, '.') < path.n || span_find(path, '[') < path.n)
        return none;
    return path;
}

static void check_object(struct request *r, const struct json *object, struct span prefix);

static void check_option(struct request *r, const struct json *setting)
{
    char why[WHY_MAX];
    struct json ns = json_member(setting, "namespace");
    struct json name = json_member(setting, "optionName");
    struct json value = json_member(setting, "value");
    if (r->lenient || !json_is_string(&ns) || !json_is_string(&name) || !json_is_string(&value))
        return;
    if (has_slot(json_text(&ns)) || has_slot(json_text(&name)) || has_slot(json_text(&value)))
        return;
    if (!catalog_option_check(r->p->catalog, json_text(&ns), json_text(&name), json_text(&value),
                              why, sizeof(why)))
        json_complain(setting, "%s", why);
}

static void check_value(struct request *r, const struct member *row, const struct json *value)
{
    if (!catalog_member_fits(row->type, value)) {
        json_complain(value, "must be %s", type_name(row));
        return;
    }
    switch (row->type) {
    case MEMBER_STRING:
        check_text(r, row, value);
        break;
    case MEMBER_TIMESTAMP:
        check_time(r, value);
        break;
    case MEMBER_BOOLEAN:
        break;
    case MEMBER_INTEGER:
    case MEMBER_NUMBER:
        check_number(r, row, value);
        break;
    case MEMBER_OBJECT:
        check_object(r, value, row->path);
        break;
    case MEMBER_LIST:
        check_count(r, row, value);
        break;
    }
    if (row->type != MEMBER_LIST)
        return;

    /* "tags[]" has a row of its own where its elements are plain, rows "tags[].key" otherwise. */
    struct span path = arena_printf(r->p->arena, "%.*s[]", SPAN_ARG(row->path));
    const struct member *of = catalog_member(r->operation->request, r->operation->nrequest, path);
    struct member plain = {.path = path, .type = MEMBER_STRING};
    bool objects = false;
    for (size_t i = 0; i < r->operation->nrequest; i++)
        objects = objects || level_name(r->operation->request[i].path, path).n > 0;
    if (of == NULL && objects)
        plain.type = MEMBER_OBJECT;
    struct json it = {0};
    while (json_next(value, &it) != 0) {
        check_value(r, of != NULL ? of : &plain, &it);
        if (span_is(row->path, "optionSettings") && json_is_object(&it))
            check_option(r, &it);
    }
}

/* Whether member ${row}, or a part of it, is sent without being named. */
static bool is_always_sent(const struct operation *operation, const struct member *row)
{
    if (row->sent == SENT_ALWAYS)
        return true;
    for (size_t i = 0; i < operation->nrequest; i++) {
        const struct member *part = &operation->request[i];
        if (part->sent == SENT_ALWAYS && part->path.n > row->path.n &&
            span_starts(part->path, row->path) &&
            (part->path.p[row->path.n] == '.' || part->path.p[row->path.n] == '['))
            return true;
    }
    return false;
}

static void check_object(struct request *r, const struct json *object, struct span prefix)
{
    const struct operation *operation = r->operation;
    struct span *names = ARENA_NEW(r->p->arena, struct span, operation->nrequest);
    size_t n = 0;
    for (size_t i = 0; i < operation->nrequest; i++) {
        const struct member *row = &operation->request[i];
        struct span name = level_name(row->path, prefix);
        if (name.n == 0)
            continue;
        names[n++] = name;
        struct json member = json_member(object, arena_copy(r->p->arena, name).p);
        if (row->required && !r->lenient && row->from.n == 0 && row->constant.n == 0 &&
            !is_always_sent(operation, row) && !json_is_present(&member))
            json_complain(json_is_present(object) ? object : object->parent,
                          "member \"%.*s\" is missing: %.*s requires it", SPAN_ARG(name),
                          SPAN_ARG(operation->name));
    }

    /* A map, or what nobody has described: anything may be in it. */
    if (n == 0 && prefix.n > 0)
        return;

    struct json it = {0};
    while (json_is_object(object) && json_next(object, &it) != 0) {
        struct span path = span_of(it.key);
        if (prefix.n > 0)
            path = arena_printf(r->p->arena, "%.*s.%s", SPAN_ARG(prefix), it.key);
        const struct member *row = NULL;
        if (path.n < PATH_MAX_N && level_name(path, prefix).n > 0)
            row = catalog_member(operation->request, operation->nrequest, path);
        if (row == NULL)
            complain_unknown(r->p, object, it.key, names, n, operation->name);
        else if (!json_is_null(&it))
            check_value(r, row, &it);
        else if (!is_always_sent(operation, row))
            json_complain(&it, "null leaves out what is always sent, and this is not");
    }
}

void scenario_request_check(struct scenario_part *p, const struct step *step)
{
    struct request r = {p, step->operation, step->error != NULL && step->error_ppm == 1000000};
    check_object(&r, &step->with, (struct span){NULL, 0});
}

void scenario_request_check_pin(struct scenario_part *p, const struct json *pin)
{
    struct json it = {0};
    while (json_is_object(pin) && json_next(pin, &it) != 0)
        if (!is_record_member(span_of(it.key)))
            complain_unknown(p, pin, it.key, record_members, NRECORD_MEMBERS, SPAN("a record"));
}

const struct span *scenario_request_omit(struct scenario_part *p, const struct json *list,
                                         size_t *n)
{
    struct json it = {0};
    const struct span *paths = scenario_part_texts(p, list, n, 1, PATH_MAX_N);
    while (json_is_array(list) && json_next(list, &it) != 0) {
        struct span path = json_text(&it);
        struct span head = {path.p, span_find(path, '.')};
        if (json_is_string(&it) && !is_record_member(head))
            scenario_part_unknown(p, &it, "a member of a record", record_members, NRECORD_MEMBERS);
    }
    return paths;
}
