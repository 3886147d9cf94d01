/* tokens.c - see tokens.h. */
#include "replay/tokens.h"

#include <strings.h>

#include "base/buf.h"

enum { BITS_FIRST = 8, TAIL_N = 4, LONG_N = 6 };

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* FNV-1a with the high half folded in, capitals as small letters where ${fold}. */
static size_t hash(struct span s, bool fold)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (fold && c >= 'A' && c <= 'Z')
            c = (unsigned char)(c | 0x20);
        h = (h ^ c) * UINT64_C(1099511628211);
    }
    return (size_t)(h ^ h >> 32);
}

static size_t mask(const struct tokens *t)
{
    return ((size_t)1 << t->bits) - 1;
}

void tokens_init(struct tokens *t)
{
    *t = (struct tokens){.bits = BITS_FIRST};
    arena_init(&t->arena);
    t->same = ARENA_NEW(&t->arena, struct token *, (size_t)1 << t->bits);
}

void tokens_free(struct tokens *t)
{
    arena_free(&t->arena);
}

struct token *tokens_find(const struct tokens *t, struct span text)
{
    struct token *k = t->same[hash(text, false) & mask(t)];
    while (k != NULL && !span_equal(k->text, text))
        k = k->next_same;
    return k;
}

static void widen(struct tokens *t)
{
    t->bits++;
    t->same = ARENA_NEW(&t->arena, struct token *, (size_t)1 << t->bits);
    for (struct token *k = t->first; k != NULL; k = k->next) {
        struct token **chain = &t->same[hash(k->text, false) & mask(t)];
        k->next_same = *chain;
        *chain = k;
    }
}

struct token *tokens_add(struct tokens *t, struct span text, enum token_kind kind)
{
    struct token *k = tokens_find(t, text);
    if (k != NULL)
        return k;
    if (t->n >> t->bits > 0)
        widen(t);
    k = ARENA_NEW(&t->arena, struct token, 1);
    k->text = arena_copy(&t->arena, text);
    k->kind = kind;
    struct token **chain = &t->same[hash(text, false) & mask(t)];
    k->next_same = *chain;
    *chain = k;
    if (t->first == NULL)
        t->first = k;
    else
        *t->last = k;
    t->last = &k->next;
    t->n++;
    return k;
}

/* The word that begins ${s}, or its first character. */
static struct span first_word(struct span s)
{
    size_t n = 0;
    while (n < s.n && is_word(s.p[n]))
        n++;
    return (struct span){s.p, n > 0 ? n : (s.n > 0 ? 1 : 0)};
}

void tokens_index(struct tokens *t)
{
    t->word = ARENA_NEW(&t->arena, struct token *, (size_t)1 << t->bits);
    t->tail = ARENA_NEW(&t->arena, struct token *, (size_t)1 << t->bits);
    for (struct token *k = t->first; k != NULL; k = k->next) {
        if (k->to.n == 0)
            continue;
        struct token **chain = &t->word[hash(first_word(k->text), false) & mask(t)];
        k->next_word = *chain;
        *chain = k;
        if (k->text.n < TAIL_N)
            continue;
        chain = &t->tail[hash(span_from(k->text, k->text.n - TAIL_N), true) & mask(t)];
        k->next_tail = *chain;
        *chain = k;
    }
    t->indexed = true;
}

/* The bytes of the escape that begins ${s}: \n, \u0041, %2F; 0 when it is none. */
static size_t escape_n(struct span s)
{
    if (s.n >= 2 && s.p[0] == '\\')
        return s.p[1] == 'u' && s.n >= 6 ? 6 : 2;
    if (s.n >= 3 && s.p[0] == '%' && is_word(s.p[1]) && is_word(s.p[2]))
        return 3;
    return 0;
}

static bool stays_in_agent(const struct token *k)
{
    return !k->given && (k->kind == TOKEN_USER || k->kind == TOKEN_NAME);
}

/* The longest token that begins ${s} and ends where a word does, or NULL. */
static const struct token *match(const struct tokens *t, struct span s, bool agent)
{
    const struct token *best = NULL;
    const struct token *k = t->word[hash(first_word(s), false) & mask(t)];
    for (; k != NULL; k = k->next_word) {
        if ((agent && stays_in_agent(k)) || !span_starts(s, k->text) ||
            (best != NULL && best->text.n >= k->text.n))
            continue;
        if (k->text.n < s.n && is_word(s.p[k->text.n]) && is_word(k->text.p[k->text.n - 1]))
            continue;
        best = k;
    }
    return best;
}

void tokens_replace(const struct tokens *t, struct buf *out, struct span text, bool agent)
{
    bool inside = false; /* of a word */
    for (size_t i = 0; i < text.n;) {
        const struct span rest = span_from(text, i);
        const struct token *k = inside && is_word(rest.p[0]) ? NULL : match(t, rest, agent);
        if (k != NULL) {
            buf_put_span(out, k->to);
            i += k->text.n;
            inside = is_word(k->text.p[k->text.n - 1]);
            continue;
        }
        size_t n = escape_n(rest);
        inside = n == 0 && is_word(rest.p[0]);
        if (n == 0)
            n = inside ? first_word(rest).n : 1;
        if (n > rest.n)
            n = rest.n;
        buf_put(out, rest.p, n);
        i += n;
    }
}

/* Whether what stands in ${text} from ${at} to ${end} counts as ${k}. */
static bool counts(const struct token *k, struct span text, size_t at, size_t end)
{
    if (k->kind == TOKEN_ACCOUNT || k->kind == TOKEN_ID)
        return true;
    const bool begins = at == 0 || !is_word(text.p[at - 1]) || !is_word(text.p[at]);
    const bool ends = end == text.n || !is_word(text.p[end]) || !is_word(text.p[end - 1]);
    const bool exact = memcmp(text.p + at, k->text.p, k->text.n) == 0;
    return exact && k->text.n >= LONG_N ? begins || ends : begins && ends;
}

void tokens_look(struct tokens *t, struct span text, bool agent, const char *key)
{
    for (size_t end = TAIL_N; end <= text.n; end++) {
        const struct span tail = {text.p + end - TAIL_N, TAIL_N};
        struct token *k = t->tail[hash(tail, true) & mask(t)];
        for (; k != NULL; k = k->next_tail) {
            if (k->fine || (agent && stays_in_agent(k)) || k->text.n > end ||
                strncasecmp(text.p + end - k->text.n, k->text.p, k->text.n) != 0 ||
                !counts(k, text, end - k->text.n, end))
                continue;
            if (k->leaks++ == 0)
                k->leak_key = arena_copy(&t->arena, span_of(key)).p;
        }
    }
}
