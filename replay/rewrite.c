/* rewrite.c - see rewrite.h. */
#include "replay/rewrite.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/gzip.h"
#include "base/json.h"
#include "cloudtrail/logfile.h"
#include "cloudtrail/values.h"
#include "replay/keyed.h"
#include "replay/rewrite_forms.h"
#include "replay/rewrite_learn.h"
#include "replay/tokens.h"

enum { FILE_MOST = 64 << 20, KEY_LEAST = 8, TEXT_MOST = 512, TURNS_MOST = 64, KINDS = 5 };

struct rewrite {
    struct arena arena; /* holds this struct */
    struct tokens tokens;
    struct span key;    /* empty: nothing but the map's entries is replaced */
    bool kinds[KINDS];  /* by enum token_kind: replaced with the key */
    struct tokens keep; /* not to be replaced */
    size_t ratio;       /* the most bytes that one becomes */
    struct buf text;
};

/* What "kinds" may list; ids go with their accounts. */
static const struct {
    const char *name;
    enum token_kind kind;
} kind_names[] = {{"accounts", TOKEN_ACCOUNT},
                  {"addresses", TOKEN_ADDRESS},
                  {"names", TOKEN_NAME},
                  {"users", TOKEN_USER}};

static bool is_plain(struct span s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == '"' || s.p[i] == '\\')
            return false;
    }
    return s.n > 0 && s.n <= TEXT_MOST;
}

/* "map": {"OLD": "NEW"}. */
static void read_map(struct rewrite *r, const struct json *map)
{
    struct json it = {0};
    while (json_next(map, &it)) {
        const struct span from = span_of(it.key);
        const struct span to = json_text(&it);
        const bool account = key_is_account(from);
        const bool ipv4 = forms_is_ipv4(from), ipv6 = forms_is_ipv6(from);
        if (!is_plain(from) || !is_plain(to))
            json_complain(&it, "must be text without quotes, backslashes and control characters");
        else if (account && !key_is_account(to))
            json_complain(&it, "replaces an account and must have 12 digits");
        else if ((ipv4 && !forms_is_ipv4(to)) || (ipv6 && !forms_is_ipv6(to)))
            json_complain(&it, "replaces an address and must be one of the same kind");
        else if (forms_is_id(from) && (!forms_is_id(to) || to.n != from.n))
            json_complain(&it, "replaces an id and must be one of the same form");
        else {
            struct token *k =
                tokens_add(&r->tokens, from,
                           account ? TOKEN_ACCOUNT : (ipv4 || ipv6 ? TOKEN_ADDRESS : TOKEN_NAME));
            k->to = arena_copy(&r->arena, to);
            k->given = true;
        }
    }
}

static void read_kinds(struct rewrite *r, const struct json *kinds)
{
    struct json it = {0};
    if (!json_is_present(kinds)) {
        for (size_t i = 0; i < KINDS; i++)
            r->kinds[i] = true;
        return;
    }
    while (json_next(kinds, &it)) {
        bool known = false;
        for (size_t i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++) {
            if (!span_is(json_text(&it), kind_names[i].name))
                continue;
            known = true;
            r->kinds[kind_names[i].kind] = true;
        }
        if (!known)
            json_complain(&it, "must be accounts, addresses, names or users");
    }
    r->kinds[TOKEN_ID] = r->kinds[TOKEN_ACCOUNT];
}

struct map_file {
    struct span key;
    struct json map, kinds, keep;
};

static int read_file(struct rewrite *r, const char *path, struct span text, struct err *e)
{
    static const struct json_row rows[] = {
        {"key", JSON_STRING, offsetof(struct map_file, key), false, KEY_LEAST, TEXT_MOST, NULL},
        {"keep", JSON_ARRAY, offsetof(struct map_file, keep), false, 0, 0, NULL},
        {"kinds", JSON_ARRAY, offsetof(struct map_file, kinds), false, 0, 0, NULL},
        {"map", JSON_OBJECT, offsetof(struct map_file, map), false, 0, 0, NULL},
    };
    struct json_doc *doc;
    if (json_open(&doc, path, text, e) != 0)
        return -1;
    struct json root = json_root(doc);
    struct map_file m = {.key = {NULL, 0}};
    if (json_read(&root, rows, sizeof(rows) / sizeof(rows[0]), &m)) {
        struct json it = {0};
        r->key = arena_copy(&r->arena, m.key);
        read_map(r, &m.map);
        if (m.key.n > 0)
            read_kinds(r, &m.kinds);
        else if (json_is_present(&m.kinds))
            json_complain(&m.kinds, "are replaced with a key; add \"key\", eight bytes or more");
        else if (json_count(&m.map) == 0)
            json_complain(&root, "says nothing; give it a \"key\" or a \"map\"");
        while (json_next(&m.keep, &it)) {
            if (is_plain(json_text(&it)))
                tokens_add(&r->keep, json_text(&it), TOKEN_NAME);
            else
                json_complain(&it, "must be text without quotes, backslashes and control "
                                   "characters");
        }
    }
    int rc = json_verdict(doc, e);
    json_close(doc);
    return rc;
}

int rewrite_open(struct rewrite **out, const char *path, struct err *e)
{
    struct arena a;
    arena_init(&a);
    struct rewrite *r = ARENA_NEW(&a, struct rewrite, 1);
    r->arena = a;
    tokens_init(&r->tokens);
    tokens_init(&r->keep);
    buf_init(&r->text, 4 * LOGFILE_TEXT_MAX);
    struct buf b;
    buf_init(&b, FILE_MOST);
    int rc = file_read(&b, path, e);
    if (rc == 0)
        rc = read_file(r, path, buf_span(&b), e);
    /* The file held the key. */
    if (b.n > 0)
        memset(b.p, 0, b.n);
    buf_free(&b);
    if (rc != 0) {
        rewrite_close(r);
        return -1;
    }
    *out = r;
    return 0;
}

void rewrite_close(struct rewrite *r)
{
    tokens_free(&r->tokens);
    tokens_free(&r->keep);
    buf_free(&r->text);
    struct arena a = r->arena;
    arena_free(&a);
}

/* Write what ${account} becomes: the map's word, or the key's. */
static void new_account(struct rewrite *r, char at[FORMS_ACCOUNT_N], struct span account,
                        uint32_t turn)
{
    const struct token *k = tokens_find(&r->tokens, account);
    if (k != NULL && k->to.n == FORMS_ACCOUNT_N)
        memcpy(at, k->to.p, FORMS_ACCOUNT_N);
    else
        keyed_text(at, r->key, SPAN("account"), account, turn);
}

/* One try at another text for ${k}; its length. */
static size_t make(struct rewrite *r, char at[TEXT_MOST + FORMS_ADDRESS_MAX], const struct token *k,
                   uint32_t turn)
{
    char account[FORMS_ACCOUNT_N], fresh[FORMS_ACCOUNT_N];
    switch (k->kind) {
    case TOKEN_ADDRESS:
        return forms_make_address(at, k->text, r->key, turn);
    case TOKEN_ID:
        forms_id_account(account, k->text);
        new_account(r, fresh, (struct span){account, sizeof(account)}, 0);
        forms_make_id(at, k->text, (struct span){fresh, sizeof(fresh)}, r->key, turn);
        return k->text.n;
    case TOKEN_ACCOUNT:
    case TOKEN_USER:
    case TOKEN_NAME:
        break;
    }
    keyed_text(at, r->key, k->kind == TOKEN_ACCOUNT ? SPAN("account") : SPAN("name"), k->text,
               turn);
    return k->text.n;
}

/* Decide what ${k} becomes: another text that is no original and nobody else's. */
static void decide(struct rewrite *r, struct tokens *used, struct token *k)
{
    char text[TEXT_MOST + FORMS_ADDRESS_MAX];
    for (uint32_t turn = 0; turn < TURNS_MOST; turn++) {
        const struct span to = {text, make(r, text, k, turn)};
        if (tokens_find(&r->tokens, to) != NULL || tokens_find(used, to) != NULL)
            continue;
        tokens_add(used, to, k->kind);
        k->to = arena_copy(&r->arena, to);
        return;
    }
    /* Too short to have another of its form that is free. */
    char more[KEY_LEAST];
    keyed_text(more, r->key, SPAN("more"), SPAN("aaaaaaaa"), (uint32_t)k->text.p[0]);
    k->to = arena_printf(&r->arena, "%.*s%.*s", (int)make(r, text, k, 0), text, KEY_LEAST, more);
}

/* Another spelling of ${k} and of what it becomes. */
static void add_spelling(struct rewrite *r, const struct token *k, struct span from, struct span to)
{
    if (span_equal(from, k->text) || tokens_find(&r->tokens, from) != NULL)
        return;
    struct token *other = tokens_add(&r->tokens, from, k->kind);
    other->to = arena_copy(&r->arena, to);
    other->fine = k->fine;
    other->given = k->given;
}

static struct span lowered(struct arena *a, struct span s)
{
    char *at = ARENA_NEW(a, char, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        at[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
    return (struct span){at, s.n};
}

static struct span dashed(struct arena *a, struct span s)
{
    char *at = ARENA_NEW(a, char, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        at[i] = s.p[i] == '.' || s.p[i] == ':' ? '-' : s.p[i];
    return (struct span){at, s.n};
}

static struct span percented(struct arena *a, struct span s)
{
    static const char hex[] = "0123456789ABCDEF";
    char *at = ARENA_NEW(a, char, 3 * s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char c = (unsigned char)s.p[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || (c != '\0' && strchr("-_.~", c) != NULL);
        if (plain) {
            at[n++] = (char)c;
            continue;
        }
        at[n++] = '%';
        at[n++] = hex[c >> 4];
        at[n++] = hex[c & 15];
    }
    return (struct span){at, n};
}

static int by_text(const void *a, const void *b)
{
    const struct token *const *x = a;
    const struct token *const *y = b;
    /* Accounts first: ids carry what these become. */
    const bool x_account = (*x)->kind == TOKEN_ACCOUNT, y_account = (*y)->kind == TOKEN_ACCOUNT;
    if (x_account != y_account)
        return x_account ? -1 : 1;
    return span_compare((*x)->text, (*y)->text);
}

/* Whether the map, or AWS itself, calls ${k} so. */
static bool is_kept(struct rewrite *r, const struct token *k)
{
    return tokens_find(&r->keep, k->text) != NULL ||
           tokens_find(&r->keep, lowered(&r->arena, k->text)) != NULL;
}

static void decide_all(struct rewrite *r)
{
    /* In an order that does not depend on the source's. */
    const size_t n = r->tokens.n;
    struct token **all = ARENA_NEW(&r->arena, struct token *, n + 1);
    struct tokens used;
    size_t i = 0;
    tokens_init(&used);
    for (struct token *k = r->tokens.first; k != NULL; k = k->next) {
        all[i++] = k;
        if (k->given)
            tokens_add(&used, k->to, k->kind);
    }
    qsort(all, n, sizeof(struct token *), by_text);
    for (i = 0; i < n; i++) {
        struct token *k = all[i];
        /* What the map puts into the output is meant to be there. */
        k->fine = tokens_find(&used, k->text) != NULL;
        if (!k->given && r->kinds[k->kind] && !is_kept(r, k))
            decide(r, &used, k);
    }
    for (i = 0; i < n; i++) {
        const struct token *k = all[i];
        if (k->to.n == 0)
            continue;
        add_spelling(r, k, lowered(&r->arena, k->text), lowered(&r->arena, k->to));
        add_spelling(r, k, percented(&r->arena, k->text), percented(&r->arena, k->to));
        if (k->kind == TOKEN_ADDRESS)
            add_spelling(r, k, dashed(&r->arena, k->text), dashed(&r->arena, k->to));
    }
    r->ratio = 1;
    for (const struct token *k = r->tokens.first; k != NULL; k = k->next) {
        if (k->to.n / k->text.n + 1 > r->ratio)
            r->ratio = k->to.n / k->text.n + 1;
    }
    tokens_free(&used);
    tokens_index(&r->tokens);
}

int rewrite_learn(struct rewrite *r, struct source *source, struct err *e)
{
    struct logfile f;
    int got;
    while ((got = source->ops->next(source->self, &f, e)) > 0) {
        struct err inner = {0};
        unsigned members;
        struct span text = buf_span(&f.body);
        int rc = 0;
        if (f.gzipped) {
            buf_clear(&r->text);
            rc = gzip_unpack(&r->text, &members, text, &inner);
            text = buf_span(&r->text);
        }
        if (rc == 0 && r->key.n > 0) {
            rewrite_learn_key(&r->tokens, (struct span){f.key, f.key_n});
            rewrite_learn_text(&r->tokens, &r->keep, text);
        }
        if (rc != 0)
            err_set(e, ERR_INPUT, "%s: %s", f.key, inner.text);
        logfile_free(&f);
        if (rc != 0)
            return -1;
    }
    if (got == 0)
        decide_all(r);
    return got;
}

static bool is_agent(struct span name)
{
    return span_is(name, "userAgent");
}

int rewrite_file(struct rewrite *r, struct buf *out, struct logfile *f, struct span text,
                 struct err *e)
{
    char from[KEY_MAX];
    memcpy(from, f->key, f->key_n);
    buf_clear(&r->text);
    tokens_replace(&r->tokens, &r->text, (struct span){from, f->key_n}, false);
    if (r->text.n > KEY_MAX)
        return err_set(e, ERR_INPUT, "%s: its new key would be longer than %d bytes", f->key,
                       KEY_MAX);
    logfile_set_key(f, buf_span(&r->text));
    tokens_look(&r->tokens, (struct span){f->key, f->key_n}, false, f->key);

    struct values v;
    struct span value, name;
    const size_t begin = out->n;
    size_t copied = 0;
    values_open(&v, text);
    while (values_next(&v, &value, &name)) {
        if (rewrite_is_fixed(name))
            continue;
        const size_t at = (size_t)(value.p - text.p);
        if (!buf_fits(out, text.n + value.n * r->ratio))
            return err_set(e, ERR_INPUT, "%s: its text would become too long", f->key);
        buf_put(out, text.p + copied, at - copied);
        tokens_replace(&r->tokens, out, value, is_agent(name));
        copied = at + value.n;
    }
    buf_put(out, text.p + copied, text.n - copied);

    /* What is looked at is what goes out, not what we believe to have written. */
    values_open(&v, span_from(buf_span(out), begin));
    while (values_next(&v, &value, &name)) {
        if (!rewrite_is_fixed(name))
            tokens_look(&r->tokens, value, is_agent(name), f->key);
    }
    return 0;
}

bool rewrite_leak_next(const struct rewrite *r, size_t *at, struct rewrite_leak *out)
{
    size_t i = 0;
    for (const struct token *k = r->tokens.first; k != NULL; k = k->next, i++) {
        if (i < *at || k->leaks == 0)
            continue;
        *at = i + 1;
        *out = (struct rewrite_leak){.token = k->text, .key = k->leak_key, .times = k->leaks};
        return true;
    }
    return false;
}
