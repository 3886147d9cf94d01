/* opts.c - see opts.h. */
#include "cli/opts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/span.h"
#include "base/utc.h"

enum { OPTS_MOST = 64, HELP_COLUMN = 28 };

static const struct opt *find_row(const struct opts_usage *u, struct span name)
{
    for (size_t i = 0; i < u->nrows; i++) {
        if (span_is(name, u->rows[i].name))
            return &u->rows[i];
    }
    return NULL;
}

static int unknown_option(const struct opts_usage *u, struct span name, struct err *e)
{
    const char *names[OPTS_MOST + 2] = {"help"};
    for (size_t i = 0; i < u->nrows && i < OPTS_MOST; i++)
        names[i + 1] = u->rows[i].name;
    const char *near = json_nearest(name, names);
    if (near != NULL)
        return err_set(e, ERR_INPUT, "--%.*s: is not an option of \"%s\"; did you mean --%s?",
                       SPAN_ARG(name), u->command, near);
    return err_set(e, ERR_INPUT, "--%.*s: is not an option of \"%s\"; see \"beantrail %s --help\"",
                   SPAN_ARG(name), u->command, u->command);
}

static int read_count(uint64_t *out, const struct opt *row, const char *text, struct err *e)
{
    uint64_t least = row->min == 0 && row->max == 0 ? 0 : (uint64_t)row->min;
    uint64_t most = row->min == 0 && row->max == 0 ? INT64_MAX : (uint64_t)row->max;
    bool digits = text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
    errno = 0;
    unsigned long long value = digits ? strtoull(text, NULL, 10) : 0;
    if (!digits || errno != 0 || value < least || value > most)
        return err_set(e, ERR_INPUT, "--%s: must be a whole number from %llu to %llu, not \"%s\"",
                       row->name, (unsigned long long)least, (unsigned long long)most, text);
    *out = value;
    return 0;
}

/* Decimal digits with at most one point: strtod would take hex, "inf" and what the locale says. */
static int read_real(double *out, const struct opt *row, const char *text, struct err *e)
{
    double value = 0, scale = 1;
    bool point = false, digit = false, fine = strlen(text) <= 18;
    for (const char *p = text; fine && *p != '\0'; p++) {
        if (*p == '.' && !point) {
            point = true;
        } else if (*p >= '0' && *p <= '9') {
            digit = true;
            value = value * 10 + (*p - '0');
            scale *= point ? 10 : 1;
        } else {
            fine = false;
        }
    }
    value /= scale;
    if (!fine || !digit || value <= (double)row->min ||
        (row->max != 0 && value > (double)row->max)) {
        if (row->max != 0)
            return err_set(e, ERR_INPUT,
                           "--%s: must be a number above %lld, at most %lld, not \"%s\"", row->name,
                           (long long)row->min, (long long)row->max, text);
        return err_set(e, ERR_INPUT, "--%s: must be a number above %lld, not \"%s\"", row->name,
                       (long long)row->min, text);
    }
    *out = value;
    return 0;
}

static int read_duration(int64_t *out, const struct opt *row, const char *text, struct err *e)
{
    struct err why = {0};
    int64_t value = 0;
    if (utc_duration(&value, span_of(text), &why) != 0)
        return err_set(e, ERR_INPUT, "--%s: \"%s\" is not a duration; write 90s, 15m, 24h or 7d",
                       row->name, text);
    if ((row->min != 0 || row->max != 0) && (value < row->min || value > row->max))
        return err_set(e, ERR_INPUT, "--%s: must be from %llds to %lldd long, not \"%s\"",
                       row->name, (long long)(row->min / UTC_SECOND_MS),
                       (long long)(row->max / UTC_DAY_MS), text);
    *out = value;
    return 0;
}

static int read_instant(int64_t *out, const struct opt *row, const char *text, int64_t now_ms,
                        struct err *e)
{
    struct err why = {0};
    if (utc_read_relative(out, span_of(text), now_ms, &why) != 0)
        return err_set(e, ERR_INPUT,
                       "--%s: \"%s\" is not a time; write 2026-09-14T00:00:00Z, now or now-24h",
                       row->name, text);
    return 0;
}

static int read_word(int *out, const struct opt *row, const char *text, struct err *e)
{
    char list[256] = "";
    size_t n = 0;
    for (int i = 0; row->words[i] != NULL; i++) {
        if (strcmp(row->words[i], text) == 0) {
            *out = i;
            return 0;
        }
        int more = snprintf(list + n, sizeof list - n, "%s%s", n == 0 ? "" : ", ", row->words[i]);
        if (more > 0 && n + (size_t)more < sizeof list)
            n += (size_t)more;
    }
    return err_set(e, ERR_INPUT, "--%s: must be one of %s, not \"%s\"", row->name, list, text);
}

static int read_value(void *out, const struct opt *row, const char *text, int64_t now_ms,
                      struct err *e)
{
    void *field = (char *)out + row->offset;
    switch (row->kind) {
    case OPT_FLAG:
        *(bool *)field = true;
        return 0;
    case OPT_TEXT:
        if (text[0] == '\0')
            return err_set(e, ERR_INPUT, "--%s: must not be empty", row->name);
        *(const char **)field = text;
        return 0;
    case OPT_TEXTS: {
        struct opt_texts *texts = field;
        if (text[0] == '\0')
            return err_set(e, ERR_INPUT, "--%s: must not be empty", row->name);
        const size_t most = row->max > 0 ? (size_t)row->max : OPT_TEXTS_MOST;
        if (texts->n >= most)
            return err_set(e, ERR_INPUT, "--%s: can be given %zu times at most", row->name, most);
        texts->text[texts->n++] = text;
        return 0;
    }
    case OPT_COUNT:
        return read_count(field, row, text, e);
    case OPT_REAL:
        return read_real(field, row, text, e);
    case OPT_DURATION:
        return read_duration(field, row, text, e);
    case OPT_INSTANT:
        return read_instant(field, row, text, now_ms, e);
    case OPT_WORD:
        return read_word(field, row, text, e);
    }
    return 0;
}

static void print_help(const struct opts_usage *u)
{
    printf("usage: beantrail %s %s%s[OPTIONS]\n%s\n\n", u->command, u->operands,
           u->operands[0] == '\0' ? "" : " ", u->about);
    for (size_t i = 0; i < u->nrows; i++) {
        const struct opt *row = &u->rows[i];
        int n = printf("  --%s%s%s", row->name, row->argument == NULL ? "" : " ",
                       row->argument == NULL ? "" : row->argument);
        printf("%*s%s\n", n < HELP_COLUMN ? HELP_COLUMN - n : 1, "", row->help);
    }
    printf("  --help%*sprint this\n", HELP_COLUMN - 8, "");
    if (u->notes != NULL)
        printf("\n%s\n", u->notes);
}

static int check_operands(const struct opts_usage *u, int n, const char **operands, struct err *e)
{
    if (n < u->least)
        return err_set(e, ERR_INPUT, "%s: %s is missing; see \"beantrail %s --help\"", u->command,
                       u->operands, u->command);
    if (u->most >= 0 && n > u->most)
        return err_set(e, ERR_INPUT, "%s: takes no \"%s\"; see \"beantrail %s --help\"", u->command,
                       operands[u->most], u->command);
    return 0;
}

int opts_read(void *out, const char **operands, const struct opts_usage *u, int argc, char **argv,
              int64_t now_ms, struct err *e)
{
    int n = 0;
    bool options = true;
    for (int i = 1; i < argc; i++) {
        const char *arg = argv[i];
        if (!options || arg[0] != '-' || arg[1] == '\0') {
            operands[n++] = arg;
            continue;
        }
        if (strcmp(arg, "--") == 0) {
            options = false;
            continue;
        }
        if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
            print_help(u);
            return 1;
        }
        if (arg[1] != '-')
            return err_set(e, ERR_INPUT, "%s: options have two dashes; see \"beantrail %s --help\"",
                           arg, u->command);
        struct span whole = span_of(arg + 2);
        size_t equals = span_find(whole, '=');
        struct span name = {whole.p, equals};
        const struct opt *row = find_row(u, name);
        if (row == NULL)
            return unknown_option(u, name, e);
        const char *value = "";
        if (row->kind == OPT_FLAG) {
            if (equals < whole.n)
                return err_set(e, ERR_INPUT, "--%s: takes no value", row->name);
        } else if (equals < whole.n) {
            value = whole.p + equals + 1;
        } else {
            i++;
            if (i >= argc)
                return err_set(e, ERR_INPUT, "--%s: wants %s behind it", row->name, row->argument);
            value = argv[i];
        }
        if (read_value(out, row, value, now_ms, e) != 0)
            return -1;
    }
    operands[n] = NULL;
    return check_operands(u, n, operands, e);
}

bool opts_given(int argc, char **argv, const char *name)
{
    size_t n = strlen(name);
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strncmp(argv[i], "--", 2) == 0 && strncmp(argv[i] + 2, name, n) == 0 &&
            (argv[i][2 + n] == '\0' || argv[i][2 + n] == '='))
            return true;
    }
    return false;
}
