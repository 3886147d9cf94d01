/* catalog_option.c - whether an option setting is legal, see catalog.h. */
#include "gen/catalog.h"

#include <float.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/utc.h"

enum {
    NAMES_MAX = 512,
    QUOTE_MAX_N = 60,
    VALUE_MAX_N = 4096, /* of a value that a pattern or a parser looks at */
    CRON_FIELDS = 5,
    PORT_MAX = 65535
};

/* What is checked, and where the complaint goes. */
struct check {
    const struct option *option;
    struct span ns, name;
    char *why;
    size_t why_n;
};

static bool refuse(char *why, size_t why_n, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(char *why, size_t why_n, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why, why_n, format, args);
    va_end(args);
    return false;
}

/* "option X of Y must be ${rule}, not "${value}""; a secret is not repeated. */
static bool refuse_value(const struct check *k, struct span value, const char *rule)
{
    if (k->option->secret)
        return refuse(k->why, k->why_n, "option %.*s of %.*s must be %s", SPAN_ARG(k->name),
                      SPAN_ARG(k->ns), rule);
    bool cut = value.n > QUOTE_MAX_N;
    struct span shown = {value.p, cut ? QUOTE_MAX_N : value.n};
    return refuse(k->why, k->why_n, "option %.*s of %.*s must be %s, not \"%.*s%s\"",
                  SPAN_ARG(k->name), SPAN_ARG(k->ns), rule, SPAN_ARG(shown), cut ? "..." : "");
}

/* A decimal number; whole ones have neither point nor fraction. */
static bool read_number(double *out, struct span text, bool whole)
{
    double value = 0, scale = 1;
    bool point = false, digit = false;
    size_t i = text.n > 0 && text.p[0] == '-' ? 1 : 0;
    if (text.n > 20)
        return false;
    for (; i < text.n; i++) {
        if (text.p[i] == '.' && !point && !whole) {
            point = true;
        } else if (text.p[i] >= '0' && text.p[i] <= '9') {
            digit = true;
            value = value * 10 + (text.p[i] - '0');
            scale *= point ? 10 : 1;
        } else {
            return false;
        }
    }
    *out = (text.n > 0 && text.p[0] == '-' ? -value : value) / scale;
    return digit;
}

/* "PT1H30M": hours, minutes and seconds, each once and in this order, as seconds. */
static bool read_duration(double *out, struct span text)
{
    static const char units[] = "HMS";
    static const double seconds[] = {3600, 60, 1};
    double total = 0;
    size_t at = 0, parts = 0;
    if (!span_starts(text, SPAN("PT")))
        return false;
    text = span_from(text, 2);
    while (text.n > 0) {
        size_t n = 0;
        while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
            n++;
        double value = 0;
        if (n == text.n || n > 9 || !read_number(&value, (struct span){text.p, n}, true))
            return false;
        const char *unit = memchr(units + at, text.p[n], sizeof(units) - 1 - at);
        if (unit == NULL)
            return false;
        at = (size_t)(unit - units) + 1;
        total += value * seconds[at - 1];
        text = span_from(text, n + 1);
        parts++;
    }
    *out = total;
    return parts > 0;
}

static int64_t characters(struct span text)
{
    int64_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
    return n;
}

/* Spell the bounds of an option: "a whole number from 1 to 600". */
static bool check_bounds(const struct check *k, struct span value, double number, const char *what)
{
    char rule[160];
    const struct option *o = k->option;
    if (o->bounded && number >= o->min && number <= o->max)
        return true;
    if (!o->bounded)
        return true;
    if (o->max == DBL_MAX)
        snprintf(rule, sizeof(rule), "%s from %.15g on", what, o->min);
    else if (o->min == -DBL_MAX)
        snprintf(rule, sizeof(rule), "%s up to %.15g", what, o->max);
    else
        snprintf(rule, sizeof(rule), "%s from %.15g to %.15g", what, o->min, o->max);
    return refuse_value(k, value, rule);
}

static bool is_word(const struct option *o, struct span value)
{
    for (size_t i = 0; i < o->nwords; i++) {
        if (span_equal(o->words[i], value))
            return true;
    }
    return false;
}

static bool check_words(const struct check *k, struct span value)
{
    char rule[768] = "one of";
    const struct option *o = k->option;
    const char *names[NAMES_MAX + 1] = {NULL};
    if (o->nwords == 0 || is_word(o, value))
        return true;
    size_t n = strlen(rule);
    for (size_t i = 0; i < o->nwords && i < NAMES_MAX; i++) {
        names[i] = o->words[i].p;
        int more = snprintf(rule + n, sizeof(rule) - n, "%s %.*s", i == 0 ? "" : ",",
                            SPAN_ARG(o->words[i]));
        n = (size_t)more < sizeof(rule) - n ? n + (size_t)more : sizeof(rule) - 1;
    }
    const char *near = json_nearest(value, names);
    if (near == NULL || o->secret)
        return refuse_value(k, value, rule);
    return refuse(k->why, k->why_n,
                  "option %.*s of %.*s has no value \"%.*s\"; did you mean \"%s\"?",
                  SPAN_ARG(k->name), SPAN_ARG(k->ns), SPAN_ARG(value), near);
}

static bool check_pattern(const struct check *k, struct span value)
{
    char text[VALUE_MAX_N + 1];
    char rule[320];
    regex_t compiled;
    const struct option *o = k->option;
    if (o->pattern.n == 0)
        return true;
    if (value.n > VALUE_MAX_N)
        return refuse_value(k, value, "at most 4096 bytes long");
    memcpy(text, value.p, value.n);
    text[value.n] = '\0';
    /* The reader has compiled it before: what fails here is memory, which is no fault of the value.
     */
    if (regcomp(&compiled, o->pattern.p, REG_EXTENDED | REG_NOSUB) != 0)
        return true;
    int rc = regexec(&compiled, text, 0, NULL, 0);
    regfree(&compiled);
    if (rc == 0)
        return true;
    snprintf(rule, sizeof(rule), "of the form %.*s", SPAN_ARG(o->pattern));
    return refuse_value(k, value, rule);
}

static bool check_list(const struct check *k, struct span value)
{
    double n = 0;
    struct span rest = value;
    while (rest.n > 0) {
        size_t end = span_find(rest, ',');
        struct span item = {rest.p, end};
        while (item.n > 0 && item.p[0] == ' ')
            item = span_from(item, 1);
        while (item.n > 0 && item.p[item.n - 1] == ' ')
            item.n--;
        if (item.n == 0 || end + 1 == rest.n)
            return refuse_value(k, value, "a list of values with one comma between");
        if (!check_words(k, item))
            return false;
        n++;
        rest = span_from(rest, end < rest.n ? end + 1 : rest.n);
    }
    return check_bounds(k, value, n, "a list with a number of values");
}

/* Minute, hour, day of the month, month, day of the week. */
static bool check_cron(const struct check *k, struct span value)
{
    size_t fields = 0;
    bool inside = false;
    for (size_t i = 0; i < value.n; i++) {
        bool blank = value.p[i] == ' ';
        fields += !blank && !inside;
        inside = !blank;
        if (!blank && strchr("0123456789*/,-LWMONTUESDFRIAJBPYGCV", value.p[i]) == NULL)
            return refuse_value(k, value, "a cron expression of five fields");
    }
    return fields == CRON_FIELDS || refuse_value(k, value, "a cron expression of five fields");
}

static bool check_json(const struct check *k, struct span value)
{
    struct err e = {.kind = ERR_NONE};
    struct json_doc *doc = NULL;
    if (json_open(&doc, "value", value, &e) != 0)
        return refuse_value(k, value, "a JSON document");
    json_close(doc);
    return true;
}

static bool check_typed(const struct check *k, struct span value)
{
    double number = 0;
    int64_t t_ms = 0;
    struct err e = {.kind = ERR_NONE};
    switch (k->option->type) {
    case OPTION_STRING:
        return check_bounds(k, value, (double)characters(value), "a text with a length");
    case OPTION_INTEGER:
        if (!read_number(&number, value, true))
            return refuse_value(k, value, "a whole number");
        return check_bounds(k, value, number, "a whole number");
    case OPTION_NUMBER:
        if (!read_number(&number, value, false))
            return refuse_value(k, value, "a number");
        return check_bounds(k, value, number, "a number");
    case OPTION_BOOLEAN:
        if (k->option->nwords == 0 && !span_is(value, "true") && !span_is(value, "false"))
            return refuse_value(k, value, "true or false");
        return true;
    case OPTION_LIST:
        return check_list(k, value);
    case OPTION_TIMESTAMP:
        return utc_read(&t_ms, value, &e) == 0 ||
               refuse_value(k, value, "an instant such as 2026-09-14T00:00:00Z");
    case OPTION_DURATION:
        if (!read_duration(&number, value))
            return refuse_value(k, value, "a duration such as PT30M");
        return check_bounds(k, value, number, "a duration in seconds");
    case OPTION_CRON:
        return check_cron(k, value);
    case OPTION_JSON:
        return check_json(k, value);
    case OPTION_ARN:
        return span_starts(value, SPAN("arn:aws")) || refuse_value(k, value, "an ARN");
    }
    return true;
}

static bool check_value(const struct check *k, struct span value)
{
    const struct option *o = k->option;
    /* Clients send an empty text for what they leave alone. */
    bool may_be_empty = o->nwords == 0 && o->pattern.n == 0 &&
                        (o->type == OPTION_STRING || o->type == OPTION_LIST ||
                         o->type == OPTION_ARN || o->type == OPTION_JSON);
    if (value.n == 0 && may_be_empty)
        return true;
    if (memchr(value.p != NULL ? value.p : "", '\0', value.n) != NULL)
        return refuse_value(k, SPAN(""), "a text without NUL");
    if (o->type != OPTION_LIST && !check_words(k, value))
        return false;
    return check_typed(k, value) && check_pattern(k, value);
}

/* What stands where the placeholder ${tail} does: a port is a number, the rest is free. */
static bool fills(struct span tail, struct span text)
{
    double port = 0;
    if (!span_is(tail, "{port}"))
        return text.n > 0;
    return read_number(&port, text, true) && port >= 1 && port <= PORT_MAX;
}

static int compare_namespace(const void *name, const void *row)
{
    return span_compare(*(const struct span *)name, ((const struct option_namespace *)row)->name);
}

static int compare_option(const void *name, const void *row)
{
    return span_compare(*(const struct span *)name, ((const struct option *)row)->name);
}

const struct option_namespace *catalog_namespace(const struct catalog *c, struct span name)
{
    if (c->nnamespaces == 0)
        return NULL;
    const struct option_namespace *found =
        bsearch(&name, c->namespaces, c->nnamespaces, sizeof(c->namespaces[0]), compare_namespace);
    if (found != NULL && !found->templated)
        return found;
    for (size_t i = 0; i < c->nnamespaces; i++) {
        const struct option_namespace *ns = &c->namespaces[i];
        if (ns->templated && span_starts(name, ns->fixed) &&
            fills(span_from(ns->name, ns->fixed.n), span_from(name, ns->fixed.n)))
            return ns;
    }
    return NULL;
}

const struct option *catalog_option(const struct option_namespace *ns, struct span name)
{
    if (ns->noptions == 0)
        return NULL;
    const struct option *found =
        bsearch(&name, ns->options, ns->noptions, sizeof(ns->options[0]), compare_option);
    for (size_t i = 0; found == NULL && i < ns->noptions; i++) {
        const struct option *o = &ns->options[i];
        struct span fixed = {o->name.p, span_find(o->name, '{')};
        if (fixed.n < o->name.n && span_starts(name, fixed) && name.n > fixed.n)
            found = o;
    }
    return found;
}

bool catalog_option_check(const struct catalog *c, struct span ns, struct span option,
                          struct span value, char *why, size_t why_n)
{
    const char *names[NAMES_MAX + 1] = {NULL};
    const struct option_namespace *in = catalog_namespace(c, ns);
    if (in == NULL) {
        for (size_t i = 0; i < c->nnamespaces && i < NAMES_MAX; i++)
            names[i] = c->namespaces[i].name.p;
        const char *near = json_nearest(ns, names);
        if (near != NULL)
            return refuse(why, why_n, "\"%.*s\" is not an option namespace; did you mean \"%s\"?",
                          SPAN_ARG(ns), near);
        return refuse(why, why_n,
                      "\"%.*s\" is not an option namespace; see \"beantrail catalog --options\"",
                      SPAN_ARG(ns));
    }
    const struct option *o = catalog_option(in, option);
    if (o == NULL) {
        for (size_t i = 0; i < in->noptions && i < NAMES_MAX; i++)
            names[i] = in->options[i].name.p;
        const char *near = json_nearest(option, names);
        if (near != NULL)
            return refuse(why, why_n, "\"%.*s\" is not an option of %.*s; did you mean \"%s\"?",
                          SPAN_ARG(option), SPAN_ARG(ns), near);
        return refuse(why, why_n,
                      "\"%.*s\" is not an option of %.*s; see \"beantrail catalog --options %.*s\"",
                      SPAN_ARG(option), SPAN_ARG(ns), SPAN_ARG(in->name));
    }
    struct check k = {o, ns, option, why, why_n};
    return check_value(&k, value);
}
