/* fault_plan.c - see fault_plan.h. */
#include "replay/fault_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/draw.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "cloudtrail/key.h"

enum { COUNT_MOST = 10000, MILLION = 1000000, PERCENT = MILLION / 100, DIGITS_MOST = 9 };

struct fault_rank {
    uint64_t draw, address;
};

struct fault_choice {
    uint64_t address;
    enum fault_kind kind;
};

void fault_plan_init(struct fault_plan *p, uint64_t seed)
{
    *p = (struct fault_plan){.seed = seed};
    for (int k = 0; k < FAULT_KINDS; k++)
        buf_init(&p->ranks[k], SIZE_MAX);
    buf_init(&p->chosen, SIZE_MAX);
}

void fault_plan_free(struct fault_plan *p)
{
    for (int k = 0; k < FAULT_KINDS; k++)
        buf_free(&p->ranks[k]);
    buf_free(&p->chosen);
}

/* "3" or "0.5%", in log files or in millionths. */
static bool read_amount(uint64_t *count, uint32_t *share, struct span text)
{
    const bool percent = span_ends(text, SPAN("%"));
    text.n -= percent;
    uint64_t value = 0, scale = 1;
    bool point = false, digit = false;
    if (text.n > DIGITS_MOST)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '.' && percent && !point) {
            point = true;
            continue;
        }
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        digit = true;
        value = value * 10 + (uint64_t)(text.p[i] - '0');
        scale *= point ? 10 : 1;
    }
    *count = percent ? 0 : value;
    const uint64_t millionths = value * PERCENT / scale;
    *share = percent && millionths <= MILLION ? (uint32_t)millionths : 0;
    return digit && *count <= COUNT_MOST && (*count > 0 || *share > 0);
}

static int unknown_kind(struct span name, struct err *e)
{
    const char *names[FAULT_KINDS + 1];
    memcpy(names, fault_names, sizeof(fault_names));
    names[FAULT_KINDS - 1] = "all";
    names[FAULT_KINDS] = NULL;
    struct buf list;
    buf_init(&list, ERR_TEXT_MAX);
    for (size_t i = 0; names[i] != NULL; i++)
        buf_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
    const char *near = json_nearest(name, names);
    if (near != NULL)
        err_set(e, ERR_INPUT, "--fault: \"%.*s\" is not a fault; did you mean \"%s\"?",
                SPAN_ARG(name), near);
    else
        err_set(e, ERR_INPUT, "--fault: \"%.*s\" is not a fault; there are %s", SPAN_ARG(name),
                buf_text(&list));
    buf_free(&list);
    return -1;
}

static int read_wish(struct fault_plan *p, struct span text, struct err *e)
{
    const size_t equals = span_find(text, '=');
    const struct span name = {text.p, equals};
    const bool all = span_is(name, "all");
    const enum fault_kind kind = fault_find(name);
    uint64_t count = 1;
    uint32_t share = 0;
    if (!all && kind == FAULT_NONE)
        return unknown_kind(name, e);
    if (equals < text.n && !read_amount(&count, &share, span_from(text, equals + 1)))
        return err_set(e, ERR_INPUT,
                       "--fault: \"%.*s\" must be %.*s=N, 1 to %d log files, or %.*s=X%%, up to "
                       "100%% of them",
                       SPAN_ARG(text), SPAN_ARG(name), COUNT_MOST, SPAN_ARG(name));
    if (!all && p->named[kind])
        return err_set(e, ERR_INPUT, "--fault: %.*s is given twice", SPAN_ARG(name));
    for (int k = FAULT_NONE + 1; k < FAULT_KINDS; k++) {
        if (all ? p->named[k] : k != (int)kind)
            continue;
        p->counts[k] = count;
        p->shares[k] = share;
        p->named[k] = !all;
    }
    return 0;
}

int fault_plan_wish(struct fault_plan *p, const char *text, struct err *e)
{
    struct span left = span_of(text);
    for (;;) {
        const size_t n = span_find(left, ',');
        if (read_wish(p, (struct span){left.p, n}, e) != 0)
            return -1;
        if (n == left.n)
            break;
        left = span_from(left, n + 1);
    }
    uint64_t shares = 0;
    p->wanted = 0;
    for (int k = 0; k < FAULT_KINDS; k++) {
        shares += p->shares[k];
        p->wanted += p->counts[k];
    }
    if (shares > MILLION)
        return err_set(e, ERR_INPUT,
                       "--fault: the shares are above 100%% together; a log file takes one fault");
    return 0;
}

bool fault_plan_must_learn(const struct fault_plan *p)
{
    return p->wanted > 0;
}

bool fault_plan_is_target(const struct logfile *f)
{
    struct key_parts k;
    struct err ignored = {0};
    return f->records > 0 && key_read(&k, (struct span){f->key, f->key_n}, &ignored) == 0 &&
           k.kind == KEY_LOG;
}

/* The 64 bits that name the key in draws. */
static uint64_t address_of(const struct fault_plan *p, const struct logfile *f)
{
    uint8_t sum[HASH_SHA256_N];
    uint64_t bits = 0;
    hash_sha256(sum, (struct span){f->key, f->key_n});
    for (size_t i = 0; i < sizeof(bits); i++)
        bits = bits << 8 | sum[i];
    return draw_at(p->seed, FAULT_DRAW_FILE, bits);
}

uint64_t fault_plan_draw(const struct fault_plan *p, const struct logfile *f,
                         enum fault_purpose purpose, uint64_t index)
{
    return draw_at(address_of(p, f), purpose, index);
}

/* The kind whose share of all keys this one falls into. */
static enum fault_kind kind_by_share(const struct fault_plan *p, uint64_t address)
{
    const uint64_t at = draw_below(draw_at(address, FAULT_DRAW_SHARE, 0), MILLION);
    uint64_t end = 0;
    for (int k = 0; k < FAULT_KINDS; k++) {
        end += p->shares[k];
        if (at < end)
            return (enum fault_kind)k;
    }
    return FAULT_NONE;
}

static bool is_above(const struct fault_rank *a, const struct fault_rank *b)
{
    return a->draw != b->draw ? a->draw > b->draw : a->address > b->address;
}

static void swap_ranks(struct fault_rank *a, struct fault_rank *b)
{
    const struct fault_rank kept = *a;
    *a = *b;
    *b = kept;
}

/* Keep ${rank} if it is among the ${most} lowest: a heap with the highest on top. */
static void keep_rank(struct buf *heap, struct fault_rank rank, uint64_t most)
{
    size_t n = heap->n / sizeof(rank);
    if (n < most) {
        buf_put(heap, &rank, sizeof(rank));
        struct fault_rank *at = (struct fault_rank *)(void *)heap->p;
        for (size_t i = n; i > 0 && is_above(&at[i], &at[(i - 1) / 2]); i = (i - 1) / 2)
            swap_ranks(&at[i], &at[(i - 1) / 2]);
        return;
    }
    struct fault_rank *at = (struct fault_rank *)(void *)heap->p;
    if (!is_above(&at[0], &rank))
        return;
    at[0] = rank;
    for (size_t i = 0;;) {
        size_t top = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++) {
            if (is_above(&at[child], &at[top]))
                top = child;
        }
        if (top == i)
            return;
        swap_ranks(&at[i], &at[top]);
        i = top;
    }
}

void fault_plan_learn(struct fault_plan *p, const struct logfile *f)
{
    if (!fault_plan_is_target(f))
        return;
    const uint64_t address = address_of(p, f);
    if (kind_by_share(p, address) != FAULT_NONE)
        return;
    p->targets++;
    for (int k = 0; k < FAULT_KINDS; k++) {
        /* Others may be chosen for another kind first, at most as many as all kinds want. */
        if (p->counts[k] > 0)
            keep_rank(&p->ranks[k],
                      (struct fault_rank){draw_at(address, FAULT_DRAW_RANK, (uint64_t)k), address},
                      p->wanted);
    }
}

static int compare_ranks(const void *a, const void *b)
{
    const struct fault_rank *x = a, *y = b;
    return is_above(x, y) - is_above(y, x);
}

static int compare_choices(const void *a, const void *b)
{
    const struct fault_choice *x = a, *y = b;
    return (x->address > y->address) - (x->address < y->address);
}

static size_t chosen_n(const struct fault_plan *p)
{
    return p->chosen.n / sizeof(struct fault_choice);
}

static const struct fault_choice *find_choice(const struct fault_plan *p, uint64_t address)
{
    const struct fault_choice wanted = {address, FAULT_NONE};
    return chosen_n(p) == 0
               ? NULL
               : bsearch(&wanted, p->chosen.p, chosen_n(p), sizeof(wanted), compare_choices);
}

int fault_plan_settle(struct fault_plan *p, struct err *e)
{
    for (int k = 0; k < FAULT_KINDS; k++) {
        struct fault_rank *at = (struct fault_rank *)(void *)p->ranks[k].p;
        const size_t n = p->ranks[k].n / sizeof(*at);
        uint64_t taken = 0;
        if (n > 0)
            qsort(at, n, sizeof(*at), compare_ranks);
        struct buf fresh;
        buf_init(&fresh, SIZE_MAX);
        for (size_t i = 0; i < n && taken < p->counts[k]; i++) {
            const struct fault_choice choice = {at[i].address, (enum fault_kind)k};
            if (find_choice(p, choice.address) != NULL)
                continue;
            buf_put(&fresh, &choice, sizeof(choice));
            taken++;
        }
        buf_put(&p->chosen, fresh.p, fresh.n);
        buf_free(&fresh);
        if (chosen_n(p) > 0)
            qsort(p->chosen.p, chosen_n(p), sizeof(struct fault_choice), compare_choices);
        if (taken < p->counts[k])
            return err_set(e, ERR_INPUT,
                           "--fault: %llu log files are to have a fault, and the source has %llu "
                           "with records; ask for fewer",
                           (unsigned long long)p->wanted, (unsigned long long)p->targets);
    }
    return 0;
}

enum fault_kind fault_plan_of(const struct fault_plan *p, const struct logfile *f)
{
    if (!fault_plan_is_target(f))
        return FAULT_NONE;
    const uint64_t address = address_of(p, f);
    const enum fault_kind kind = kind_by_share(p, address);
    if (kind != FAULT_NONE)
        return kind;
    const struct fault_choice *choice = find_choice(p, address);
    return choice != NULL ? choice->kind : FAULT_NONE;
}
