/* draft.c - see draft.h. */
#include "gen/draft.h"

#include "base/arena.h"
#include "base/buf.h"
#include "cloudtrail/rules.h"
#include "gen/across.h"

enum { VALUE_MAX = 1 << 20 };

static struct node *node_new(struct arena *arena, enum node_kind kind, struct span key)
{
    struct node *n = ARENA_NEW(arena, struct node, 1);
    n->kind = kind;
    n->key = key;
    return n;
}

static void node_append(struct node *parent, struct node *child)
{
    child->next = NULL;
    if (parent->last == NULL)
        parent->first = child;
    else
        parent->last->next = child;
    parent->last = child;
}

static struct node *node_find(const struct node *parent, struct span key)
{
    for (struct node *n = parent->first; n != NULL; n = n->next) {
        if (span_equal(n->key, key))
            return n;
    }
    return NULL;
}

static void node_remove(struct node *parent, struct span key)
{
    struct node *before = NULL;
    for (struct node *n = parent->first; n != NULL; before = n, n = n->next) {
        if (!span_equal(n->key, key))
            continue;
        if (before == NULL)
            parent->first = n->next;
        else
            before->next = n->next;
        if (parent->last == n)
            parent->last = before;
        return;
    }
}

/* ${to} takes the value of ${from} and keeps its place and key. */
static void node_replace(struct node *to, const struct node *from)
{
    struct node *next = to->next;
    struct span key = to->key;
    *to = *from;
    to->next = next;
    to->key = key;
}

static struct node *node_json(struct arena *arena, struct span key, struct span text)
{
    struct node *n = node_new(arena, NODE_JSON, key);
    n->text = text;
    return n;
}

static struct node *node_string(struct arena *arena, struct span key, struct span text)
{
    struct node *n = node_new(arena, NODE_STRING, key);
    n->text = text;
    /* "{slot}" and nothing else: the slot knows whether it is a number and whether it may lack. */
    if (text.n > 2 && text.p[0] == '{' && span_find(text, '}') == text.n - 1 && text.p[1] != '{')
        n->slot = slot_find((struct span){text.p + 1, text.n - 2});
    return n;
}

static struct node *node_slot(struct arena *arena, struct span key, struct span slot)
{
    return node_string(arena, key, arena_printf(arena, "{%.*s}", SPAN_ARG(slot)));
}

/* A value of a scenario file as a tree; strings may hold {slots}. */
static struct node *node_of(struct arena *arena, struct span key, const struct json *j)
{
    if (json_is_object(j) || json_is_array(j)) {
        bool object = json_is_object(j);
        struct node *n = node_new(arena, object ? NODE_OBJECT : NODE_LIST, key);
        for (struct json it = {0}; json_next(j, &it) == 1;) {
            struct span name = object ? json_escaped(arena, span_of(it.key)) : SPAN("");
            node_append(n, node_of(arena, name, &it));
        }
        return n;
    }
    if (json_is_string(j))
        return node_string(arena, key, json_escaped(arena, json_text(j)));
    struct buf text;
    buf_init(&text, VALUE_MAX);
    json_put_value(&text, j);
    struct node *n = node_json(arena, key, arena_copy(arena, buf_span(&text)));
    buf_free(&text);
    return n;
}

/* The object that holds the last name of ${path} ("a.b[].c"), made where it is missing. */
static struct node *node_parent(struct arena *arena, struct node *root, struct span *path)
{
    struct node *at = root;
    for (;;) {
        size_t dot = span_find(*path, '.');
        if (dot == path->n)
            return at;
        struct span name = {path->p, dot};
        bool list = span_ends(name, SPAN("[]"));
        if (list)
            name.n -= 2;
        struct node *next = node_find(at, name);
        if (next == NULL || next->kind == NODE_JSON || next->kind == NODE_STRING) {
            struct node *made = node_new(arena, list ? NODE_LIST : NODE_OBJECT, name);
            if (next == NULL) {
                node_append(at, made);
                next = made;
            } else {
                node_replace(next, made);
            }
        }
        if (list) {
            if (next->first == NULL)
                node_append(next, node_new(arena, NODE_OBJECT, SPAN("")));
            next = next->first;
        }
        at = next;
        *path = span_from(*path, dot + 1);
    }
}

static void put_at(struct arena *arena, struct node *root, struct span path, struct node *value)
{
    struct node *parent = node_parent(arena, root, &path);
    /* An element of a list of texts: the list is where its row stands. */
    if (span_ends(path, SPAN("[]"))) {
        path.n -= 2;
        struct node *list = node_find(parent, path);
        if (list == NULL) {
            list = node_new(arena, NODE_LIST, path);
            node_append(parent, list);
        }
        node_append(list, value);
        return;
    }
    struct node *old = node_find(parent, path);
    value->key = path;
    if (old == NULL)
        node_append(parent, value);
    else
        node_replace(old, value);
}

static void omit_at(struct node *root, struct span path)
{
    struct node *at = root;
    while (at != NULL) {
        size_t dot = span_find(path, '.');
        if (dot == path.n) {
            node_remove(at, path);
            return;
        }
        at = node_find(at, (struct span){path.p, dot});
        path = span_from(path, dot + 1);
    }
}

/* What a call's two records do not share: a pin of these speaks of the first one only. */
static bool is_own(struct span key)
{
    return span_is(key, "userIdentity") || span_is(key, "recipientAccountId") ||
           span_is(key, "eventID");
}

/* Merge the object ${pin} over ${to}: objects member by member, everything else replaced; in the
   second record of a call (${copied}) without what is not shared. */
static void pin_over(struct arena *arena, struct node *to, const struct json *pin, bool copied)
{
    for (struct json it = {0}; json_next(pin, &it) == 1;) {
        struct span key = json_escaped(arena, span_of(it.key));
        if (copied && is_own(key))
            continue;
        struct node *old = node_find(to, key);
        if (old == NULL)
            node_append(to, node_of(arena, key, &it));
        else if (old->kind == NODE_OBJECT && json_is_object(&it))
            pin_over(arena, old, &it, false);
        else
            node_replace(old, node_of(arena, key, &it));
    }
}

static void lay_over(struct arena *arena, struct node *record, const struct overlay *overlay)
{
    if (json_is_present(&overlay->record))
        pin_over(arena, record, &overlay->record, false);
    for (size_t i = 0; i < overlay->nomit; i++)
        omit_at(record, overlay->omit[i]);
}

/* Whether ${n} is a member whose value is not there, for any record of ${call}. */
static bool is_lacking(const struct node *n, const struct call *call)
{
    if (n->kind != NODE_STRING || n->slot == NULL || n->slot->fixed == NULL || !n->slot->optional)
        return false;
    const struct span name = {n->text.p + 1, n->text.n - 2};
    return slot_fixed(n->slot, name, call).p == NULL;
}

/* Take out the members of ${n} that lack, and what holds nothing but such. */
static void prune(struct node *n, const struct call *call)
{
    struct node *before = NULL;
    for (struct node *c = n->first; c != NULL; c = c->next) {
        bool lacks = is_lacking(c, call);
        if (c->first != NULL) {
            prune(c, call);
            lacks = c->first == NULL;
        }
        if (!lacks)
            before = c;
        else if (before == NULL)
            n->first = c->next;
        else
            before->next = c->next;
    }
    n->last = before;
}

static bool is_beanstalk(const struct call *call)
{
    return span_is(call->operation->service->name, "elasticbeanstalk");
}

static bool is_keyed(const struct call *call)
{
    if (!call->caller->when[WHEN_INVOKED])
        return call->caller->when[WHEN_KEYED];
    switch (call->operation->service->invoked_keys) {
    case KEYS_BY_CALLER:
        break;
    case KEYS_SHOWN:
        return true;
    case KEYS_HIDDEN:
        return false;
    }
    return call->caller->when[WHEN_KEYED];
}

/* Whether another account has a record of the call too. */
static bool is_shared(const struct call *call)
{
    struct span lender = across_lender(call->operation, call->step);
    return call->error == NULL && lender.n > 0 && !span_equal(lender, call->caller->account);
}

static bool rule_holds(const struct rule *r, const struct call *call)
{
    int version = slot_event_version(call);
    if (version < r->since || version > r->until)
        return false;
    switch (r->when) {
    case WHEN_SERVICE:
        return call->caller->when[WHEN_SERVICE] || is_shared(call);
    case WHEN_FAILED:
        return call->error != NULL && call->error->code.n > 0;
    case WHEN_EXPLAINED:
        return call->error != NULL && call->error->message.n > 0;
    case WHEN_KEYED:
        return is_keyed(call);
    case WHEN_TLS:
        return call->caller->when[WHEN_TLS] && call->operation->service->reports_tls &&
               (call->scenario->record.tls_details || !is_beanstalk(call));
    default:
        return call->caller->when[r->when];
    }
}

static struct node *rule_value(struct arena *arena, const struct rule *r)
{
    if (r->constant.n > 0) {
        /* An empty object may get members by later rows. */
        if (span_is(r->constant, "{}"))
            return node_new(arena, NODE_OBJECT, SPAN(""));
        return node_json(arena, SPAN(""), r->constant);
    }
    return node_slot(arena, SPAN(""), r->from);
}

static void put_identity(struct arena *arena, struct node *identity, const struct call *call)
{
    const struct rule_identity *rules = call->caller->rules;
    for (size_t i = 0; i < rules->nrules; i++) {
        const struct rule *r = &rules->rules[i];
        if (!rule_holds(r, call))
            continue;
        struct span path = r->path;
        /* A row without value says "at least an empty object": do not empty a filled one. */
        struct node *parent = node_parent(arena, identity, &path);
        struct node *old = node_find(parent, path);
        if (old != NULL && old->kind == NODE_OBJECT && span_is(r->constant, "{}"))
            continue;
        put_at(arena, identity, r->path, rule_value(arena, r));
    }
}

static struct span first_name(struct span path)
{
    size_t end = span_find(path, '.');
    struct span name = {path.p, end};
    if (span_ends(name, SPAN("[]")))
        name.n -= 2;
    return name;
}

static void put_member(struct arena *arena, struct node *root, const struct member *m)
{
    if (m->constant.n > 0)
        put_at(arena, root, m->path, node_json(arena, SPAN(""), m->constant));
    else if (m->from.n > 0)
        put_at(arena, root, m->path, node_slot(arena, SPAN(""), m->from));
    else if (json_is_present(&m->text))
        put_at(arena, root, m->path, node_of(arena, SPAN(""), &m->text));
}

/* Inferred: CloudTrail puts this where other services' requests hold secrets. */
static void hide_secrets(struct node *list, const struct call *call, const struct json *settings)
{
    struct node *setting = list->first;
    for (struct json it = {0}; setting != NULL && json_next(settings, &it) != 0;
         setting = setting->next) {
        struct json ns = json_member(&it, "namespace");
        struct json name = json_member(&it, "optionName");
        struct node *value = node_find(setting, SPAN("value"));
        if (value == NULL ||
            !catalog_option_is_secret(call->scenario->catalog, json_text(&ns), json_text(&name)))
            continue;
        value->kind = NODE_JSON;
        value->text = SPAN("\"HIDDEN_DUE_TO_SECURITY_REASONS\"");
        value->slot = NULL;
    }
}

static struct node *request_draft(struct arena *arena, const struct call *call)
{
    const struct operation *op = call->operation;
    struct node *root = node_new(arena, NODE_OBJECT, SPAN("requestParameters"));
    if (call->error != NULL && !call->error->keeps_parameters)
        return node_json(arena, root->key, SPAN("null"));
    for (size_t i = 0; i < op->nrequest; i++) {
        const struct member *m = &op->request[i];
        struct span name = first_name(m->path);
        char key[256];
        if (name.n >= sizeof key)
            continue;
        memcpy(key, name.p, name.n);
        key[name.n] = '\0';
        struct json given = json_member(&call->step->with, key);
        if (json_is_null(&given))
            continue; /* a step takes out what is always sent */
        if (json_is_present(&given)) {
            /* null: what is always sent is not sent this time. */
            if (json_is_null(&given) || !span_equal(name, m->path) || node_find(root, name) != NULL)
                continue;
            if (span_is(name, "optionSettings") && !call->scenario->record.options_shown)
                node_append(root, node_json(arena, name, SPAN("[]")));
            else
                node_append(root, node_of(arena, name, &given));
            if (span_is(name, "optionSettings") && call->scenario->record.secrets_hidden)
                hide_secrets(root->last, call, &given);
        } else if (m->sent == SENT_ALWAYS) {
            put_member(arena, root, m);
        }
    }
    /* No record carries "requestParameters": {}. */
    prune(root, call);
    return root->first == NULL ? node_json(arena, root->key, SPAN("null")) : root;
}

/* What the request says of "a.b": the text or number there, or NULL. */
static const struct node *node_at(const struct node *root, struct span path)
{
    const struct node *at = root;
    while (at != NULL && path.n > 0) {
        size_t dot = span_find(path, '.');
        at = node_find(at, (struct span){path.p, dot});
        path = span_from(path, dot < path.n ? dot + 1 : dot);
    }
    return at;
}

/* Whether the step itself names the member in which ${path} lies. */
static bool is_given(const struct call *call, struct span path)
{
    char key[256];
    struct span name = first_name(path);
    if (name.n >= sizeof key)
        return false;
    memcpy(key, name.p, name.n);
    key[name.n] = '\0';
    struct json given = json_member(&call->step->with, key);
    return json_is_present(&given) && !json_is_null(&given);
}

/*
 * What a call asks for is what it is answered with: the member of the request that ${m} is called
 * like, as "application.description" is called like "description", or NULL. Other services spell
 * some of what they were asked in a way of their own, so there only what a step names.
 */
static const struct node *asked_for(const struct call *call, const struct node *request,
                                    const struct member *m)
{
    const bool shown = m->from.n > 0 || m->constant.n > 0 || json_is_present(&m->text);
    const bool in_list = span_find(m->path, '[') < m->path.n;
    if (!shown && (in_list || !is_beanstalk(call)))
        return NULL;
    const enum node_kind kind =
        m->type == MEMBER_STRING || m->type == MEMBER_TIMESTAMP ? NODE_STRING : NODE_JSON;
    for (struct span path = m->path;;) {
        const struct node *n = node_at(request, path);
        if (n != NULL && n->kind == kind && !span_is(n->text, "null") &&
            (is_beanstalk(call) || is_given(call, path)))
            return n;
        size_t dot = span_find(path, '.');
        if (dot == path.n)
            return NULL;
        path = span_from(path, dot + 1);
    }
}

static struct node *response_draft(struct arena *arena, const struct call *call,
                                   const struct node *request)
{
    const struct operation *op = call->operation;
    struct span key = SPAN("responseElements");
    if (call->error != NULL || op->nresponse == 0 ||
        (!op->read_only && !call->scenario->record.responses_shown && is_beanstalk(call)))
        return node_json(arena, key, SPAN("null"));
    struct node *root = node_new(arena, NODE_OBJECT, key);
    for (size_t i = 0; i < op->nresponse; i++) {
        const struct member *m = &op->response[i];
        const struct node *asked = asked_for(call, request, m);
        if (asked == NULL) {
            put_member(arena, root, m);
            continue;
        }
        struct node *answer = node_new(arena, asked->kind, SPAN(""));
        answer->text = asked->text;
        answer->slot = asked->slot;
        put_at(arena, root, m->path, answer);
    }
    return root->first == NULL ? node_json(arena, key, SPAN("null")) : root;
}

/* Members that a pin added stand last; put each where delivered files have it. */
static void order_members(struct node *record, const struct rules *rules)
{
    struct node sorted = {.kind = NODE_OBJECT};
    for (size_t i = 0; i < rules->nmembers; i++) {
        struct span name = first_name(rules->members[i].path);
        struct node *n = node_find(record, name);
        if (n == NULL)
            continue;
        node_remove(record, name);
        node_append(&sorted, n);
    }
    while (record->first != NULL) {
        struct node *n = record->first;
        record->first = n->next;
        node_append(&sorted, n);
    }
    record->first = sorted.first;
    record->last = sorted.last;
}

struct node *draft_make(struct arena *arena, const struct rules *rules, const struct call *call)
{
    struct node *record = node_new(arena, NODE_OBJECT, SPAN(""));
    for (size_t i = 0; i < rules->nmembers; i++) {
        const struct rule *r = &rules->members[i];
        if (!rule_holds(r, call))
            continue;
        /* The other account's record of a call has an eventID of its own. */
        if (call->caller->origin != NULL && span_is(r->from, "event.id")) {
            put_at(arena, record, r->path, node_slot(arena, SPAN(""), SPAN("event.copyId")));
        } else if (r->from.n > 0 || r->constant.n > 0) {
            put_at(arena, record, r->path, rule_value(arena, r));
        } else if (span_is(r->path, "userIdentity")) {
            struct node *identity = node_new(arena, NODE_OBJECT, r->path);
            put_identity(arena, identity, call);
            node_append(record, identity);
        } else if (span_is(r->path, "requestParameters")) {
            node_append(record, request_draft(arena, call));
        } else if (span_is(r->path, "responseElements")) {
            node_append(record,
                        response_draft(arena, call, node_find(record, SPAN("requestParameters"))));
        }
    }
    lay_over(arena, record, &call->operation->service->overlay);
    lay_over(arena, record, &call->operation->overlay);
    if (call->error != NULL)
        lay_over(arena, record, &call->error->overlay);
    const struct actor *actor = call->caller->actor;
    const struct step *step = call->step;
    if (json_is_present(&actor->pin))
        pin_over(arena, record, &actor->pin, false);
    for (size_t i = 0; i < actor->nomit; i++)
        omit_at(record, actor->omit[i]);
    if (json_is_present(&step->pin))
        pin_over(arena, record, &step->pin, call->caller->origin != NULL);
    for (size_t i = 0; i < step->nomit; i++)
        omit_at(record, step->omit[i]);
    prune(record, call);
    order_members(record, rules);
    return record;
}
