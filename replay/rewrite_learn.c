/* rewrite_learn.c - see rewrite_learn.h. */
#include "replay/rewrite_learn.h"

#include <string.h>

#include "cloudtrail/key.h"
#include "cloudtrail/values.h"
#include "replay/rewrite_forms.h"

enum { PARTS_MOST = 8, TOKEN_MOST = 512 };

/* Members whose whole value is one of a kind; lower case, sorted. */
static const struct {
    const char *name;
    enum token_kind kind;
} members[] = {
    {"accountid", TOKEN_ACCOUNT},
    {"applicationname", TOKEN_NAME},
    {"autoscalinggroupname", TOKEN_NAME},
    {"bucketname", TOKEN_NAME},
    {"cnameprefix", TOKEN_NAME},
    {"dbclusteridentifier", TOKEN_NAME},
    {"dbinstanceidentifier", TOKEN_NAME},
    {"destinationenvironmentname", TOKEN_NAME},
    {"displayname", TOKEN_USER},
    {"domainname", TOKEN_NAME},
    {"email", TOKEN_USER},
    {"emailaddress", TOKEN_USER},
    {"environmentname", TOKEN_NAME},
    {"functionname", TOKEN_NAME},
    {"groupname", TOKEN_NAME},
    {"instanceprofilename", TOKEN_NAME},
    {"keyname", TOKEN_NAME},
    {"launchconfigurationname", TOKEN_NAME},
    {"loadbalancername", TOKEN_NAME},
    {"loggroupname", TOKEN_NAME},
    {"newinstanceprofilename", TOKEN_NAME},
    {"onbehalfof", TOKEN_USER},
    {"policyname", TOKEN_NAME},
    {"recipientaccountid", TOKEN_ACCOUNT},
    {"rolename", TOKEN_NAME},
    {"rolesessionname", TOKEN_USER},
    {"s3bucket", TOKEN_NAME},
    {"sessionname", TOKEN_USER},
    {"sourceenvironmentname", TOKEN_NAME},
    {"stackname", TOKEN_NAME},
    {"templatename", TOKEN_NAME},
    {"topicname", TOKEN_NAME},
    {"user", TOKEN_USER},
    {"username", TOKEN_USER},
    {"versionlabel", TOKEN_NAME},
};

bool rewrite_is_fixed(struct span name)
{
    static const char *const fixed[] = {
        "apiVersion",    "awsRegion",     "cipherSuite", "creationDate", "errorCode",
        "eventCategory", "eventID",       "eventName",   "eventSource",  "eventTime",
        "eventType",     "eventVersion",  "invokedBy",   "keyExchange",  "requestID",
        "tlsVersion",    "sharedEventID", "type"};
    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        if (span_is(name, fixed[i]))
            return true;
    }
    return false;
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* A resource's id as AWS makes them: "i-0123456789abcdef0", "sg-12345678". */
static bool is_resource_id(struct span s)
{
    enum { HEX_LEAST = 8, HEX_MOST = 17 };
    const size_t hyphen = span_find(s, '-');
    if (hyphen == 0 || hyphen == s.n || s.n - hyphen - 1 < HEX_LEAST || s.n - hyphen - 1 > HEX_MOST)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (i < hyphen ? !(c >= 'a' && c <= 'z') : (i > hyphen && !hex))
            return false;
    }
    return true;
}

/* Names that AWS gives, the same in every account, or that say nothing. */
static bool is_everybodys(struct span s)
{
    static const char *const beginnings[] = {"AWSServiceRole", "aws-elasticbeanstalk-",
                                             "elasticbeanstalk-", "AWSReservedSSO_", "HIDDEN_"};
    for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
        if (span_starts(s, span_of(beginnings[i])))
            return true;
    }
    return span_is(s, "root") || span_is(s, "default") || span_is(s, "*") ||
           span_ends(s, SPAN(".amazonaws.com")) || is_resource_id(s);
}

static void add(struct tokens *t, struct span text, enum token_kind kind)
{
    bool plain = text.n > 0 && text.n <= TOKEN_MOST;
    bool word = false;
    for (size_t i = 0; plain && i < text.n; i++) {
        plain = text.p[i] != '\\';
        word = word || is_alnum(text.p[i]);
    }
    if (!plain || !word)
        return;
    if (key_is_account(text))
        kind = TOKEN_ACCOUNT;
    else if (forms_is_id(text))
        kind = TOKEN_ID;
    else if (kind == TOKEN_ACCOUNT || is_everybodys(text))
        return;
    tokens_add(t, text, kind);
}

static struct span part(const struct span *parts, size_t n, size_t i)
{
    return i < n ? parts[i] : (struct span){NULL, 0};
}

/* The resource of an ARN: "assumed-role/NAME/SESSION", "environment/APP/ENV", "BUCKET/KEY". */
static void learn_resource(struct tokens *t, struct span service, struct span account,
                           struct span resource)
{
    struct span p[PARTS_MOST];
    size_t n = 0;
    while (n < PARTS_MOST && resource.n > 0) {
        size_t end = span_find(resource, '/');
        p[n++] = (struct span){resource.p, end};
        resource = span_from(resource, end < resource.n ? end + 1 : end);
    }
    const struct span kind = part(p, n, 0);
    const struct span last = part(p, n, n > 0 ? n - 1 : 0);
    if (span_is(service, "s3")) {
        add(t, kind, TOKEN_NAME);
    } else if (n < 2 || !key_is_account(account)) {
        return;
    } else if (span_is(service, "iam")) {
        add(t, last, span_is(kind, "user") ? TOKEN_USER : TOKEN_NAME);
    } else if (span_is(service, "sts")) {
        add(t, part(p, n, 1), span_is(kind, "assumed-role") ? TOKEN_NAME : TOKEN_USER);
        add(t, part(p, n, 2), TOKEN_USER);
    } else if (span_is(service, "elasticbeanstalk")) {
        add(t, part(p, n, 1), TOKEN_NAME);
        add(t, part(p, n, 2), TOKEN_NAME);
    }
}

/* All ARNs in ${s}. */
static void learn_arns(struct tokens *t, struct span s)
{
    static const char ends[] = " \"'\\,;()[]{}<>*?";
    for (size_t i = 0; i + 4 < s.n; i++) {
        if (memcmp(s.p + i, "arn:", 4) != 0)
            continue;
        size_t end = i;
        while (end < s.n && (s.p[end] == '\0' || strchr(ends, s.p[end]) == NULL))
            end++;
        struct span rest = {s.p + i, end - i};
        struct span fields[5];
        size_t n = 0;
        for (; n < 5 && rest.n > 0; n++) {
            size_t colon = span_find(rest, ':');
            fields[n] = (struct span){rest.p, colon};
            rest = span_from(rest, colon < rest.n ? colon + 1 : colon);
        }
        /* A sentence may end behind an ARN. */
        while (rest.n > 0 && rest.p[rest.n - 1] == '.')
            rest.n--;
        if (n == 5) {
            add(t, fields[4], TOKEN_ACCOUNT);
            learn_resource(t, fields[2], fields[4], rest);
        }
        i = end;
    }
}

/* Words that tell by their form what they are, wherever they stand. */
static void learn_forms(struct tokens *t, struct span s)
{
    for (size_t i = 0; i < s.n;) {
        size_t n = 0;
        while (i + n < s.n && is_alnum(s.p[i + n]))
            n++;
        if (n >= FORMS_ACCOUNT_N && forms_is_id((struct span){s.p + i, n}))
            add(t, (struct span){s.p + i, n}, TOKEN_ID);
        i += n > 0 ? n : 1;
    }
}

static void learn_address(struct tokens *t, struct span s)
{
    struct span address = {s.p, span_find(s, '/')};
    if ((!forms_is_ipv4(address) && !forms_is_ipv6(address)) || forms_is_common_address(address))
        return;
    tokens_add(t, address, TOKEN_ADDRESS);
}

/* The kind of member ${name}: false when it is of none. */
static bool kind_of(struct span name, enum token_kind *kind)
{
    char lower[32];
    if (name.n >= sizeof(lower))
        return false;
    for (size_t i = 0; i < name.n; i++)
        lower[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] | 0x20) : name.p[i];
    const struct span folded = {lower, name.n};
    size_t low = 0, high = sizeof(members) / sizeof(members[0]);
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = span_compare(folded, span_of(members[middle].name));
        if (order == 0) {
            *kind = members[middle].kind;
            return true;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

void rewrite_learn_text(struct tokens *t, struct tokens *keep, struct span text)
{
    struct values v;
    struct span value, name;
    values_open(&v, text);
    while (values_next(&v, &value, &name)) {
        enum token_kind kind;
        if (span_is(name, "eventSource") && span_find(value, '\\') == value.n)
            tokens_add(keep, (struct span){value.p, span_find(value, '.')}, TOKEN_NAME);
        if (rewrite_is_fixed(name))
            continue;
        learn_arns(t, value);
        learn_forms(t, value);
        if (span_is(name, "userAgent"))
            continue;
        learn_address(t, value);
        if (kind_of(name, &kind))
            add(t, value, kind);
        if (span_is(name, "principalId")) {
            size_t colon = span_find(value, ':');
            if (colon < value.n)
                add(t, span_from(value, colon + 1), TOKEN_USER);
        }
        if (key_is_account(value) &&
            (span_ends(name, SPAN("ccountId")) || span_ends(name, SPAN("account")) ||
             span_ends(name, SPAN("wnerId")) || span_is(name, "principalId")))
            add(t, value, TOKEN_ACCOUNT);
    }
}

void rewrite_learn_key(struct tokens *t, struct span key)
{
    for (size_t i = 0; i + FORMS_ACCOUNT_N <= key.n; i++) {
        const struct span s = {key.p + i, FORMS_ACCOUNT_N};
        const bool begins = i == 0 || !is_alnum(key.p[i - 1]);
        const bool ends = i + s.n == key.n || !is_alnum(key.p[i + s.n]);
        if (begins && ends && key_is_account(s))
            tokens_add(t, s, TOKEN_ACCOUNT);
    }
}
