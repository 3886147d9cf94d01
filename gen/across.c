/* across.c - see across.h. */
#include "gen/across.h"

#include "base/arena.h"
#include "gen/plan.h"

enum { ACCOUNT_N = 12 };

/* A second record's caller with its actor, in one piece. */
struct second {
    struct caller caller;
    struct actor actor;
};

static struct second *second_new(struct arena *arena, const struct actor *actor)
{
    struct second *s = ARENA_NEW(arena, struct second, 1);
    s->actor = *actor;
    /* What a scenario pins it pins in the record that it speaks of. */
    s->actor.pin = (struct json){0};
    s->actor.nomit = 0;
    return s;
}

/* It is the same connection. */
static struct caller *finish(struct second *s, const struct caller *of)
{
    struct caller *c = &s->caller;
    c->user_agent = of->user_agent;
    c->tls_version = of->tls_version;
    c->tls_cipher = of->tls_cipher;
    c->when[WHEN_SERVICE] = true;
    c->origin = of;
    return c;
}

struct caller *across_whole(struct arena *arena, const struct scenario *s,
                            const struct rules *rules, const struct caller *seen,
                            const struct caller *by)
{
    struct second *made = second_new(arena, by->actor);
    caller_make(&made->caller, arena, s, rules, &made->actor, seen->client, by->address);
    made->caller.by = by;
    made->caller.opens = seen->opens;
    made->caller.lender = s->accounts[seen->actor->account].id;
    return finish(made, seen);
}

void across_disguise(struct caller *caller, const struct caller *by)
{
    caller->by = by;
    caller->account = by->account;
    caller->principal_id = by->principal_id;
    caller->arn = by->arn;
}

struct caller *across_seen(struct arena *arena, const struct scenario *s, const struct rules *rules,
                           const struct caller *c, uint32_t account)
{
    struct second *made = second_new(arena, c->actor);
    made->actor.account = account;
    made->actor.identity = (struct identity){.type = IDENTITY_AWS_ACCOUNT,
                                             .role_name = c->actor->identity.role_name,
                                             .other_account = c->account};
    caller_make(&made->caller, arena, s, rules, &made->actor, c->client, c->address);
    across_disguise(&made->caller, c);
    return finish(made, c);
}

/* The account's place in "arn:aws:iam::111122223333:role/..." is behind four colons. */
struct span across_lender(const struct operation *op, const struct step *step)
{
    if (op->across.n == 0)
        return (struct span){NULL, 0};
    const struct json member = json_member(&step->with, op->across.p);
    struct span arn = json_text(&member);
    for (int colons = 0; colons < 4; colons++) {
        size_t colon = span_find(arn, ':');
        if (colon == arn.n)
            return (struct span){NULL, 0};
        arn = span_from(arn, colon + 1);
    }
    arn.n = span_find(arn, ':');
    for (size_t i = 0; i < arn.n; i++)
        if (arn.p[i] < '0' || arn.p[i] > '9')
            return (struct span){NULL, 0};
    return arn.n == ACCOUNT_N ? arn : (struct span){NULL, 0};
}

const struct caller *across_copy(const struct plan *p, const struct caller *c,
                                 const struct step *step)
{
    if (c->copy != NULL)
        return c->copy;
    struct span lender = across_lender(step->operation, step);
    for (size_t i = 0; i < p->nacross && lender.n > 0; i++)
        if (p->across[i].of == c &&
            span_equal(p->scenario->accounts[p->across[i].account].id, lender))
            return p->across[i].copy;
    return NULL;
}

const struct place *across_place(const struct plan *p, const struct caller *copy,
                                 const struct place *place)
{
    const struct place *other =
        world_place(&p->world, p->scenario, copy->actor->account, place->region);
    if (other->region == place->region)
        return other;
    return other->global->region == place->region ? other->global : NULL;
}
