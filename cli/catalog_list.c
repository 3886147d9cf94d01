/* catalog_list.c - see catalog_list.h. */
#include "cli/catalog_list.h"

#include <float.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "gen/catalog.h"

enum { NAME_COLUMNS = 42 };

/* Append ${name} and the text ${value} as a member; without a value, nothing. */
static void put_text(struct buf *out, const char *name, struct span value)
{
    if (value.n == 0)
        return;
    buf_printf(out, ",\"%s\":", name);
    json_put_string(out, value);
}

static void put_words(struct buf *out, const struct span *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, i == 0 ? ",\"enum\":[" : ",");
        json_put_string(out, words[i]);
    }
    if (n > 0)
        buf_put_char(out, ']');
}

static void put_members(struct buf *out, const char *name, const struct member *m, size_t n)
{
    buf_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < n; i++, m++) {
        buf_printf(out, "%s{\"path\":", i == 0 ? "" : ",");
        json_put_string(out, m->path);
        buf_printf(out, ",\"type\":\"%s\",\"required\":%s", catalog_member_types[m->type],
                   m->required ? "true" : "false");
        if (m->bounded)
            buf_printf(out, ",\"min\":%jd", (intmax_t)m->min);
        if (m->bounded && m->max != INT64_MAX)
            buf_printf(out, ",\"max\":%jd", (intmax_t)m->max);
        put_words(out, m->words, m->nwords);
        put_text(out, "pattern", m->pattern);
        put_text(out, "from", m->from);
        if (m->constant.n > 0)
            buf_printf(out, ",\"const\":%.*s", SPAN_ARG(m->constant));
        buf_printf(out, ",\"sent\":\"%s\"}", m->sent == SENT_ALWAYS ? "always" : "with");
    }
    buf_put_char(out, ']');
}

static void put_operation(struct buf *out, const struct operation *op)
{
    buf_printf(out, "{\"service\":");
    json_put_string(out, op->service->name);
    put_text(out, "name", op->name);
    buf_printf(out, ",\"readOnly\":%s,\"effect\":\"%s\"", op->read_only ? "true" : "false",
               catalog_effects[op->effect]);
    put_text(out, "resource", op->resource);
    put_members(out, "request", op->request, op->nrequest);
    put_members(out, "response", op->response, op->nresponse);
    buf_printf(out, ",\"errors\":[");
    for (size_t i = 0; i < op->nerrors; i++) {
        buf_printf(out, "%s{\"name\":", i == 0 ? "" : ",");
        json_put_string(out, op->errors[i]->name);
        put_text(out, "code", op->errors[i]->code);
        put_text(out, "message", op->errors[i]->message);
        buf_printf(out, ",\"http\":%d,\"parameters\":%s}", op->errors[i]->http,
                   op->errors[i]->keeps_parameters ? "true" : "false");
    }
    buf_printf(out, "]}");
}

/* "UpdateEnvironment", but "sts:AssumeRole": as scenarios write it. */
static void put_name(struct buf *out, const struct operation *op)
{
    if (!span_is(op->service->name, "elasticbeanstalk"))
        buf_printf(out, "%.*s:", SPAN_ARG(op->service->name));
    buf_put_span(out, op->name);
}

static size_t top_members(const struct operation *op)
{
    size_t n = 0;
    for (size_t i = 0; i < op->nrequest; i++) {
        struct span path = op->request[i].path;
        n += span_find(path, '.') == path.n && span_find(path, '[') == path.n;
    }
    return n;
}

void catalog_list_operations(struct buf *out, const struct catalog *c, bool json)
{
    bool first = true;
    buf_printf(out, json ? "[" : "");
    for (size_t s = 0; s < c->nservices; s++) {
        for (size_t i = 0; i < c->services[s].noperations; i++) {
            const struct operation *op = &c->services[s].operations[i];
            size_t start = out->n;
            if (json) {
                buf_printf(out, first ? "" : ",\n");
                put_operation(out, op);
            } else {
                put_name(out, op);
                int pad =
                    out->n - start < NAME_COLUMNS ? (int)(NAME_COLUMNS - (out->n - start)) : 1;
                size_t n = top_members(op);
                buf_printf(out, "%*s%-7s%-20s%2zu member%s\n", pad, "",
                           op->read_only ? "read" : "write", catalog_effects[op->effect], n,
                           n == 1 ? "" : "s");
            }
            first = false;
        }
    }
    buf_printf(out, json ? "]\n" : "");
}

static void print_limits(struct buf *out, const struct member *m)
{
    if (m->bounded && m->max == INT64_MAX)
        buf_printf(out, ", %jd or more", (intmax_t)m->min);
    else if (m->bounded)
        buf_printf(out, ", %jd to %jd", (intmax_t)m->min, (intmax_t)m->max);
    for (size_t i = 0; i < m->nwords; i++)
        buf_printf(out, "%s%.*s", i == 0 ? ", " : "|", SPAN_ARG(m->words[i]));
    if (m->pattern.n > 0)
        buf_printf(out, ", /%.*s/", SPAN_ARG(m->pattern));
}

static void print_members(struct buf *out, const char *title, const struct member *m, size_t n)
{
    buf_printf(out, "%s%s\n", title, n == 0 ? ": none" : "");
    for (size_t i = 0; i < n; i++, m++) {
        buf_printf(out, "  %.*s: %s", SPAN_ARG(m->path), catalog_member_types[m->type]);
        print_limits(out, m);
        if (m->required)
            buf_printf(out, ", required");
        if (m->from.n > 0)
            buf_printf(out, ", from {%.*s}", SPAN_ARG(m->from));
        if (m->constant.n > 0)
            buf_printf(out, ", is %.*s", SPAN_ARG(m->constant));
        buf_printf(out, "%s\n", m->sent == SENT_ALWAYS ? ", always sent" : "");
    }
}

void catalog_list_operation(struct buf *out, const struct operation *op, bool json)
{
    if (json) {
        put_operation(out, op);
        buf_put_char(out, '\n');
        return;
    }
    put_name(out, op);
    buf_printf(out, ": %s, effect %s", op->read_only ? "read" : "write",
               catalog_effects[op->effect]);
    if (op->resource.n > 0)
        buf_printf(out, ", authorised on %.*s", SPAN_ARG(op->resource));
    buf_put_char(out, '\n');
    print_members(out, "request", op->request, op->nrequest);
    print_members(out, "response", op->response, op->nresponse);
    buf_printf(out, "errors\n");
    for (size_t i = 0; i < op->nerrors; i++)
        buf_printf(out, "  %.*s: %.*s \"%.*s\"%s\n", SPAN_ARG(op->errors[i]->name),
                   SPAN_ARG(op->errors[i]->code), SPAN_ARG(op->errors[i]->message),
                   op->errors[i]->keeps_parameters ? "" : ", requestParameters null");
}

static void print_option(struct buf *out, const struct option *o)
{
    buf_printf(out, "  %.*s: %s", SPAN_ARG(o->name), catalog_option_types[o->type]);
    if (o->bounded && o->min == -DBL_MAX)
        buf_printf(out, ", up to %.15g", o->max);
    else if (o->bounded && o->max == DBL_MAX)
        buf_printf(out, ", %.15g or more", o->min);
    else if (o->bounded)
        buf_printf(out, ", %.15g to %.15g", o->min, o->max);
    if (o->unit.n > 0)
        buf_printf(out, " %.*s", SPAN_ARG(o->unit));
    for (size_t i = 0; i < o->nwords; i++)
        buf_printf(out, "%s%.*s", i == 0 ? ", " : "|", SPAN_ARG(o->words[i]));
    if (o->pattern.n > 0)
        buf_printf(out, ", /%.*s/", SPAN_ARG(o->pattern));
    if (o->initial.n > 0)
        buf_printf(out, ", default %.*s", SPAN_ARG(o->initial));
    buf_printf(out, "%s\n", o->secret ? ", secret" : "");
}

static void put_option(struct buf *out, const struct option *o)
{
    buf_printf(out, "{\"name\":");
    json_put_string(out, o->name);
    buf_printf(out, ",\"type\":\"%s\"", catalog_option_types[o->type]);
    put_text(out, "default", o->initial);
    if (o->bounded && o->min != -DBL_MAX)
        buf_printf(out, ",\"min\":%.15g", o->min);
    if (o->bounded && o->max != DBL_MAX)
        buf_printf(out, ",\"max\":%.15g", o->max);
    put_words(out, o->words, o->nwords);
    put_text(out, "pattern", o->pattern);
    put_text(out, "unit", o->unit);
    buf_printf(out, ",\"secret\":%s}", o->secret ? "true" : "false");
}

void catalog_list_namespace(struct buf *out, const struct option_namespace *ns, bool json)
{
    if (json) {
        buf_printf(out, "{\"namespace\":");
        json_put_string(out, ns->name);
        buf_printf(out, ",\"options\":[");
    } else {
        buf_printf(out, "%.*s\n", SPAN_ARG(ns->name));
    }
    for (size_t i = 0; i < ns->noptions; i++) {
        if (!json) {
            print_option(out, &ns->options[i]);
            continue;
        }
        buf_printf(out, i > 0 ? "," : "");
        put_option(out, &ns->options[i]);
    }
    buf_printf(out, json ? "]}" : "");
}

void catalog_list_platforms(struct buf *out, const struct catalog *c, bool json)
{
    for (size_t i = 0; i < c->nplatforms; i++) {
        const struct platform *p = &c->platforms[i];
        if (!json) {
            buf_printf(out, "%.*s\n", SPAN_ARG(p->name));
            continue;
        }
        buf_printf(out, "%s{\"name\":", i == 0 ? "[" : ",\n");
        json_put_string(out, p->name);
        put_text(out, "branch", p->branch);
        put_text(out, "version", p->version);
        put_text(out, "family", p->family);
        buf_put_char(out, '}');
    }
    buf_printf(out, json ? "]\n" : "");
}

void catalog_list_regions(struct buf *out, const struct catalog *c, bool json)
{
    for (size_t i = 0; i < c->nregions; i++) {
        const struct region *r = &c->regions[i];
        if (!json) {
            buf_printf(out, "%-16.*s %-11.*s %.*s\n", SPAN_ARG(r->name), SPAN_ARG(r->partition),
                       SPAN_ARG(r->host));
            continue;
        }
        buf_printf(out, "%s{\"name\":", i == 0 ? "[" : ",\n");
        json_put_string(out, r->name);
        put_text(out, "partition", r->partition);
        put_text(out, "host", r->host);
        put_text(out, "cnameSuffix", r->cname_suffix);
        put_text(out, "elbSuffix", r->elb_suffix);
        buf_put_char(out, '}');
    }
    buf_printf(out, json ? "]\n" : "");
}
