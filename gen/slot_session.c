/* slot_session.c - credentials and the calls that hand them out; see slot_rows.h. */
#include "gen/slot_rows.h"

#include "base/arena.h"
#include "base/draw.h"
#include "base/json.h"
#include "gen/across.h"
#include "gen/purpose.h"

/* Characters of a session token: four for three bytes, so that nothing is filled up. */
enum { TOKEN_LEAST_N = 720, TOKEN_MOST_N = 1000 };

SLOT_PUT(put_session_key)
{
    const struct caller *c = ev->scene->caller;
    if (c->pinned_key.n > 0)
        return slot_put_span(at, c->pinned_key);
    memcpy(at, ev->scene->session->key, IDS_KEY_N);
    return at + IDS_KEY_N;
}

SLOT_PUT(put_session_created)
{
    memcpy(at, ev->scene->session->created, 20);
    return at + 20;
}

/* The id of the account whose role a call is about, or empty: the caller's own. */
static struct span lender(const struct caller *c, const struct step *step)
{
    struct span named = across_lender(step->operation, step);
    if (named.n > 0)
        return named;
    return c->opens != NULL ? c->opens->account : c->lender;
}

static struct span issuer_of(const struct event *ev)
{
    struct span id = lender(ev->scene->caller, ev->step);
    return id.n > 0 ? id : ev->scene->place->account->id;
}

/* Credentials that a call of STS hands out: those of the session it begins, else used by nobody. */
SLOT_PUT(put_issued_key)
{
    if (ev->scene->opened != NULL) {
        memcpy(at, ev->scene->opened->key, IDS_KEY_N);
        return at + IDS_KEY_N;
    }
    ids_unique(at, IDS_KEY_N, "ASIA", issuer_of(ev), draw_at(ev->address, PURPOSE_SESSION, 0));
    return at + IDS_KEY_N;
}

SLOT_PUT(put_issued_expiration)
{
    const struct session *opened = ev->scene->opened;
    int64_t from_ms = opened != NULL ? opened->created_ms : ev->time_ms;
    const struct json asked = json_member(&ev->step->with, "durationSeconds");
    const int64_t asked_s = json_integer(&asked, 0);
    const struct caller *c = ev->scene->caller;
    const int64_t session_ms = (c->origin != NULL ? c->origin : c)->actor->session_ms;
    return slot_put_date(at, opened != NULL && asked_s == 0
                                 ? opened->expires_ms
                                 : from_ms + (asked_s > 0 ? asked_s * UTC_SECOND_MS : session_ms));
}

/* What programs that exchange a token ask for: the whole session that their role allows. */
SLOT_PUT(put_issued_seconds)
{
    return slot_put_number(at, ev->scene->caller->actor->session_ms / UTC_SECOND_MS);
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t n)
{
    memcpy(at, bytes, n);
    return at + n;
}

static uint8_t *put_random(uint8_t *at, size_t n, uint64_t address)
{
    for (size_t i = 0; i < n; i++)
        at[i] = (uint8_t)(draw_at(address, PURPOSE_TOKEN, 1 + i / 8) >> 8 * (i % 8));
    return at + n;
}

/* A member of a message: its tag, its length in seven-bit digits, and what it holds. */
static uint8_t *put_head(uint8_t *at, uint8_t tag, size_t n)
{
    *at++ = tag;
    for (; n > 127; n >>= 7)
        *at++ = (uint8_t)(n | 128);
    *at++ = (uint8_t)n;
    return at;
}

static uint8_t *put_member(uint8_t *at, uint8_t tag, struct span text)
{
    return put_bytes(put_head(at, tag, text.n), text.p, text.n);
}

static char *put_base64(char *at, const uint8_t *bytes, size_t n)
{
    const char *letters = IDS_BASE64.p;
    for (size_t i = 0; i < n; i += 3) {
        size_t left = n - i < 3 ? n - i : 3;
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (k < left ? bytes[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            *at++ = k > left ? '=' : letters[bits >> (18 - 6 * k) & 63];
    }
    return at;
}

/*
 * STS numbers its requests once more, in base 64: "1:", the region, the time in milliseconds and
 * eight letters. Source: a record of September 2026.
 */
SLOT_PUT(put_extended_id)
{
    enum { LETTERS_N = 8 };
    char text[64], *t = text;
    const struct span region = ev->scene->place->region->name;
    t = memcpy(t, "1:", 2);
    t += 2;
    memcpy(t, region.p, region.n < 32 ? region.n : 32);
    t += region.n < 32 ? region.n : 32;
    memcpy(t, ":S:", 3);
    t = slot_put_number(t + 3, ev->time_ms);
    memcpy(t, ":R:", 3);
    ids_text(t + 3, LETTERS_N, IDS_BASE64, draw_at(ev->address, PURPOSE_TOKEN, 4));
    return put_base64(at, (const uint8_t *)text, (size_t)(t + 3 + LETTERS_N - text));
}

/*
 * A token shows where it comes from: "origin_ec", the region and the account stand in it in clear.
 * Source: 217 of 217 published ones. Inferred: what lies around these, and how long it is.
 */
SLOT_PUT(put_issued_token)
{
    static const uint8_t never[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1};
    enum { SEAL_N = 70, NONCE_N = 12 };
    uint64_t address = draw_at(ev->address, PURPOSE_TOKEN, 0);
    uint8_t bytes[TOKEN_MOST_N / 4 * 3];
    const size_t n = (size_t)draw_between(address, TOKEN_LEAST_N / 4, TOKEN_MOST_N / 4) * 3;
    uint8_t *b = bytes;
    *b++ = '!';
    b = put_member(b, 0x0a, SPAN("origin_ec"));
    *b++ = 0x10;
    *b++ = (uint8_t)(address | 128);
    b = put_bytes(b, never, sizeof never);
    b = put_member(b, 0x1a, ev->scene->place->region->name);
    b = put_random(put_head(b, 0x22, SEAL_N), SEAL_N, draw_at(address, PURPOSE_TOKEN, 1));
    /* Both lengths need two bytes, so what they hold is known from what is left. */
    b = put_head(b, 0x2a, n - (size_t)(b - bytes) - 3);
    b = put_member(b, 0x1a, issuer_of(ev));
    b = put_random(put_head(b, 0x22, NONCE_N), NONCE_N, draw_at(address, PURPOSE_TOKEN, 2));
    b = put_head(b, 0x2a, n - (size_t)(b - bytes) - 3);
    b = put_random(b, n - (size_t)(b - bytes), draw_at(address, PURPOSE_TOKEN, 3));
    return put_base64(at, bytes, n);
}

/* Fixed values. */

SLOT_FIXED(session_mfa)
{
    return c->caller->actor->identity.mfa && !c->caller->forwarded ? SPAN("true") : SPAN("false");
}

/* A text that the step's request gives, or an empty one. */
static struct span asked(const struct call *c, const char *member)
{
    const struct json given = json_member(&c->step->with, member);
    return json_escaped(c->arena, json_text(&given));
}

/* Who makes the call in its first record: the second one asks and answers the same. */
static const struct caller *first(const struct call *c)
{
    return c->caller->origin != NULL ? c->caller->origin : c->caller;
}

/* The role a call hands over or assumes: the one asked for, else the one whose session it begins or
   that its identity names. */
static struct span role_name(const struct call *c)
{
    struct span arn = asked(c, "roleArn");
    for (size_t slash; (slash = span_find(arn, '/')) < arn.n;)
        arn = span_from(arn, slash + 1);
    if (arn.n > 0)
        return arn;
    const struct caller *of = c->caller->opens != NULL ? c->caller->opens : first(c);
    struct span name = json_escaped(c->arena, of->actor->identity.role_name);
    return name.n > 0 ? name : SPAN("aws-elasticbeanstalk-service-role");
}

SLOT_FIXED(role_account)
{
    struct span id = lender(c->caller, c->step);
    return id.n > 0 ? id : SPAN("{account.id}");
}

static struct span role_id(const struct call *c)
{
    struct span id = lender(c->caller, c->step);
    for (uint32_t i = 0; i < c->scenario->naccounts; i++)
        if (span_equal(c->scenario->accounts[i].id, id))
            return caller_role_id(c->arena, c->scenario, i, role_name(c));
    if (id.n > 0)
        return caller_unique(c->arena, "AROA", id, role_name(c));
    return caller_role_id(c->arena, c->scenario, c->caller->actor->account, role_name(c));
}

SLOT_FIXED(role_arn)
{
    struct span arn = asked(c, "roleArn");
    if (arn.n > 0)
        return arn;
    if (c->caller->opens != NULL && c->caller->opens->issuer_arn.n > 0)
        return c->caller->opens->issuer_arn;
    if (first(c)->issuer_arn.n > 0)
        return first(c)->issuer_arn;
    return arena_printf(c->arena, "arn:{partition}:iam::{role.account}:role/%.*s",
                        SPAN_ARG(role_name(c)));
}

SLOT_FIXED(issued_name)
{
    struct span wanted = asked(c, "roleSessionName");
    if (wanted.n > 0)
        return wanted;
    if (c->caller->opens != NULL)
        return c->caller->opens->session_name.n > 0 ? c->caller->opens->session_name
                                                    : c->caller->opens->user_name;
    if (first(c)->session_name.n > 0)
        return first(c)->session_name;
    if (first(c)->actor->identity.session_name.n == 0 &&
        first(c)->actor->identity.type == IDENTITY_AWS_SERVICE)
        return SPAN("elasticbeanstalk");
    return caller_session_name(c->arena, first(c)->actor);
}

/* What EC2 and Lambda assume for their machines is not told. Source: 6 of 6 such records. */
static bool is_told(const struct call *c)
{
    struct span by = c->caller->invoked_by;
    return !span_is(by, "ec2.amazonaws.com") && !span_is(by, "lambda.amazonaws.com");
}

/* Whether the session that begins is told as its caller's records tell it. Those of type Role name
   the role alone. */
static bool opens_as_told(const struct call *c)
{
    return c->caller->opens != NULL && c->caller->opens->actor->identity.type != IDENTITY_ROLE;
}

SLOT_FIXED(issued_arn)
{
    if (!is_told(c))
        return (struct span){NULL, 0};
    if (opens_as_told(c))
        return c->caller->opens->arn;
    return arena_printf(c->arena,
                        "arn:{partition}:sts::{role.account}:assumed-role/%.*s/{issued.name}",
                        SPAN_ARG(role_name(c)));
}

SLOT_FIXED(issued_principal_id)
{
    if (!is_told(c))
        return (struct span){NULL, 0};
    if (opens_as_told(c))
        return c->caller->opens->principal_id;
    return arena_printf(c->arena, "%.*s:{issued.name}", SPAN_ARG(role_id(c)));
}

/* A sign-in names no key, but the root user's is there and empty. Source: 29 of 29 records. */
SLOT_FIXED(sign_in_key)
{
    bool is_root = c->caller->actor->identity.type == IDENTITY_ROOT;
    return is_root ? SPAN("") : (struct span){NULL, 0};
}

/* Who failed to sign in, if a user, is told by the name that was typed. Source: 6 records. */
static bool is_user(const struct call *c)
{
    return c->caller->actor->identity.type == IDENTITY_IAM_USER;
}

SLOT_FIXED(sign_in_arn)
{
    return is_user(c) ? (struct span){NULL, 0} : c->caller->arn;
}

SLOT_FIXED(sign_in_principal_id)
{
    return is_user(c) ? (struct span){NULL, 0} : c->caller->principal_id;
}

SLOT_FIXED(sign_in_hidden_name)
{
    return is_user(c) ? SPAN("HIDDEN_DUE_TO_SECURITY_REASONS") : (struct span){NULL, 0};
}

SLOT_FIXED(sign_in_failed_key)
{
    bool is_root = c->caller->actor->identity.type == IDENTITY_ROOT;
    return is_root || is_user(c) ? SPAN("") : (struct span){NULL, 0};
}

SLOT_FIXED(sign_in_mfa_used)
{
    return c->caller->actor->identity.mfa ? SPAN("Yes") : SPAN("No");
}

SLOT_FIXED(sign_in_mfa_device)
{
    if (!c->caller->actor->identity.mfa)
        return (struct span){NULL, 0};
    if (c->caller->actor->identity.type == IDENTITY_ROOT)
        return SPAN("arn:{partition}:iam::{account.id}:mfa/root-account-mfa-device");
    return SPAN("arn:{partition}:iam::{account.id}:mfa/{actor.name}");
}

/* The page that asked for the sign-in; this one value has its '=' and '&' escaped in full. */
SLOT_FIXED(sign_in_to)
{
    return SPAN("https://{region}.console.aws.amazon.com/elasticbeanstalk/home?region\\u003d"
                "{region}\\u0026state\\u003dhashArgs%23%2Fwelcome\\u0026isauthcode\\u003dtrue");
}

static const struct slot rows[] = {
    {"issued.arn", NULL, issued_arn, 0, false, true},
    {"issued.expiration", put_issued_expiration, NULL, UTC_JAVA_MAX, false, false},
    {"issued.key", put_issued_key, NULL, IDS_KEY_N, false, false},
    {"issued.name", NULL, issued_name, 0, false, false},
    {"issued.principalId", NULL, issued_principal_id, 0, false, true},
    {"issued.seconds", put_issued_seconds, NULL, 20, true, false},
    {"issued.token", put_issued_token, NULL, TOKEN_MOST_N, false, false},
    {"request.extendedId", put_extended_id, NULL, 88, false, false},
    {"role.account", NULL, role_account, 0, false, false},
    {"role.arn", NULL, role_arn, 0, false, false},
    {"session.created", put_session_created, NULL, 20, false, false},
    {"session.key", put_session_key, NULL, SLOT_TEXT_MOST, false, false},
    {"session.mfa", NULL, session_mfa, 0, false, false},
    {"signIn.arn", NULL, sign_in_arn, 0, false, true},
    {"signIn.failedKey", NULL, sign_in_failed_key, 0, false, true},
    {"signIn.hiddenName", NULL, sign_in_hidden_name, 0, false, true},
    {"signIn.key", NULL, sign_in_key, 0, false, true},
    {"signIn.mfaDevice", NULL, sign_in_mfa_device, 0, false, true},
    {"signIn.mfaUsed", NULL, sign_in_mfa_used, 0, false, false},
    {"signIn.principalId", NULL, sign_in_principal_id, 0, false, true},
    {"signIn.to", NULL, sign_in_to, 0, false, false},
};

const struct slot_rows slot_session_rows = {rows, sizeof rows / sizeof rows[0]};
