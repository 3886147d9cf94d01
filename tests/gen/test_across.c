/* test_across.c - two accounts record one call: what both say, and what each says for itself. */
#include "tests/gen/scene.h"

#include "gen/across.h"
#include "gen/cell.h"
#include "gen/page.h"
#include "gen/template_cache.h"

/* Account 0 has a user and a role that take on roles of account 1. */
#define TWO_ACCOUNTS(actors)                                                                       \
    "'accounts': [{'id': '111122223333', 'name': 'tools', 'regions': ['us-east-1', "               \
    "'eu-west-1']}, "                                                                              \
    "{'id': '444455556666', 'name': 'prod', 'regions': ['us-east-1', 'eu-west-1']}], "             \
    "'duration': '1d', 'applications': [{'name': 'shop', 'account': 'prod', 'platform': "          \
    "'Node.js 22 running on 64bit Amazon Linux 2023', 'environments': [{'name': 'shop-prod'}]}], " \
    "'activities': [{'name': 'hop', 'on': 'account', 'steps': [{'call': 'sts:AssumeRole', "        \
    "'with': {'roleArn': 'arn:aws:iam::444455556666:role/ops/deep', 'roleSessionName': "           \
    "'hop-7'}}]}, {'name': 'refused', 'on': 'account', 'steps': [{'call': 'sts:AssumeRole', "      \
    "'error': 'access-denied', 'with': {'roleArn': 'arn:aws:iam::444455556666:role/deep'}}]}, "    \
    "{'name': 'take', 'on': 'account', 'steps': [{'call': 'sts:AssumeRole'}]}], "                  \
    "'actors': [{'name': 'ana', 'account': 'tools', 'identity': {'type': 'IAMUser', 'userName': "  \
    "'ana'}, 'client': 'boto3', 'addresses': ['203.0.113.7'], 'does': []}, " actors "]"

static const struct {
    const char *name, *body;
    size_t cell; /* of the account that the call belongs to */
    const char *whole, *role, *session;
} cases[] = {
    {"a session is begun from the other account",
     TWO_ACCOUNTS("{'name': 'audit', 'account': 'prod', 'identity': {'type': 'AssumedRole', "
                  "'roleName': 'audit', 'path': '/security/', 'sessionName': 'nightly', 'by': "
                  "'ana'}, 'client': 'boto3', 'addresses': ['203.0.113.9'], 'session': '1h', "
                  "'does': [{'activity': 'poll-status', 'every': '1d'}]}"),
     1, "arn:aws:iam::111122223333:user/ana", "arn:aws:iam::444455556666:role/security/audit",
     "arn:aws:sts::444455556666:assumed-role/audit/nightly"},
    {"somebody of the other account calls",
     TWO_ACCOUNTS("{'name': 'b', 'account': 'prod', 'identity': {'type': 'AWSAccount', "
                  "'roleName': 'reader', 'by': 'ana', 'sessionName': 'look'}, 'client': 'boto3', "
                  "'addresses': ['203.0.113.9'], 'does': [{'activity': 'take', 'every': '1d'}]}"),
     1, "arn:aws:iam::111122223333:user/ana", "arn:aws:iam::444455556666:role/reader",
     "arn:aws:sts::444455556666:assumed-role/reader/look"},
    {"a role of the other account is asked for",
     TWO_ACCOUNTS("{'name': 'c', 'account': 'tools', 'identity': {'type': 'IAMUser', 'userName': "
                  "'carl'}, 'client': 'boto3', 'addresses': ['203.0.113.9'], 'does': "
                  "[{'activity': 'hop', 'every': '1d'}]}"),
     0, "arn:aws:iam::111122223333:user/carl", "arn:aws:iam::444455556666:role/ops/deep",
     "arn:aws:sts::444455556666:assumed-role/deep/hop-7"},
};

struct bench {
    struct stage st;
    struct cell_work work;
    struct arena arena;
    struct cell cell;
};

static void open_bench(struct bench *b, const char *body, size_t cell)
{
    struct err e = {0};
    stage_open(&b->st, body);
    b->work = (struct cell_work){.plan = &b->st.plan,
                                 .pages = page_cache_open(&b->st.plan),
                                 .templates = template_cache_open(&b->st.plan)};
    arena_init(&b->arena);
    if (cell_run(&b->cell, &b->arena, &b->work, cell, &e) != 0)
        fail_msg("%s", e.text);
}

static void close_bench(struct bench *b)
{
    page_cache_close(b->work.pages);
    template_cache_close(b->work.templates);
    arena_free(&b->arena);
    stage_close(&b->st);
}

static struct json_doc *record_of(const struct event *ev)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    encode_record(&text, ev);
    struct json_doc *record = scene_json(buf_span(&text));
    buf_free(&text);
    return record;
}

/* The text of the member at ${path} of ${record}; names between points. */
static struct span at(const struct json *record, const char *path)
{
    static struct json steps[8];
    const struct json *from = record;
    char name[64];
    for (size_t i = 0; i < COUNT(steps); i++) {
        size_t n = strcspn(path, ".");
        memcpy(name, path, n);
        name[n] = '\0';
        steps[i] = json_member(from, name);
        from = &steps[i];
        if (path[n] == '\0')
            return json_is_string(from) ? json_text(from) : SPAN("");
        path += n + 1;
    }
    return SPAN("");
}

static void expect(const char *test, const char *path, struct span got, struct span want)
{
    if (!span_equal(got, want))
        fail_msg("%s: %s: got %.*s, want %.*s", test, path, SPAN_ARG(got), SPAN_ARG(want));
}

static void both_accounts_have_the_record(void **state)
{
    (void)state;
    static const char *const same[] = {"eventTime",
                                       "eventName",
                                       "awsRegion",
                                       "sourceIPAddress",
                                       "userAgent",
                                       "requestID",
                                       "sharedEventID",
                                       "requestParameters.roleArn",
                                       "requestParameters.roleSessionName",
                                       "responseElements.credentials.accessKeyId",
                                       "responseElements.credentials.sessionToken",
                                       "responseElements.credentials.expiration",
                                       "responseElements.assumedRoleUser.assumedRoleId",
                                       "responseElements.assumedRoleUser.arn",
                                       "userIdentity.principalId",
                                       "userIdentity.accountId"};
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *test = cases[i].name;
        struct bench b;
        size_t pairs = 0;
        open_bench(&b, cases[i].body, cases[i].cell);
        for (size_t k = 1; k < b.cell.n; k++) {
            const struct event *one = &b.cell.events[k - 1], *other = &b.cell.events[k];
            if (other->scene->caller->origin == NULL)
                continue;
            pairs++;
            struct json_doc *docs[2] = {record_of(one), record_of(other)};
            struct json first = json_root(docs[0]), second = json_root(docs[1]);
            for (size_t m = 0; m < COUNT(same); m++) {
                assert_true(at(&first, same[m]).n > 0);
                expect(test, same[m], at(&second, same[m]), at(&first, same[m]));
            }
            assert_false(span_equal(at(&first, "eventID"), at(&second, "eventID")));
            /* The caller is whole where it lives; the role's account sees its id alone. */
            const bool first_whole = !span_is(at(&first, "userIdentity.type"), "AWSAccount");
            const struct json *whole = first_whole ? &first : &second;
            const struct json *seen = first_whole ? &second : &first;
            expect(test, "arn", at(whole, "userIdentity.arn"), span_of(cases[i].whole));
            expect(test, "whole", at(whole, "recipientAccountId"), SPAN("111122223333"));
            expect(test, "type", at(seen, "userIdentity.type"), SPAN("AWSAccount"));
            expect(test, "seen", at(seen, "recipientAccountId"), SPAN("444455556666"));
            expect(test, "arn", at(seen, "userIdentity.arn"), SPAN(""));
            expect(test, "role", at(seen, "requestParameters.roleArn"), span_of(cases[i].role));
            expect(test, "session", at(seen, "responseElements.assumedRoleUser.arn"),
                   span_of(cases[i].session));
            json_close(docs[0]);
            json_close(docs[1]);
        }
        if (pairs == 0)
            fail_msg("%s: no call is recorded twice", test);
        close_bench(&b);
    }
}

/* What the caller's own account refuses never reaches the other one. */
static void a_refused_call_stays_at_home(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b,
               TWO_ACCOUNTS("{'name': 'c', 'account': 'tools', 'identity': {'type': 'IAMUser', "
                            "'userName': 'carl'}, 'client': 'boto3', 'addresses': "
                            "['203.0.113.9'], 'does': [{'activity': 'refused', 'every': '1h'}]}"),
               0);
    assert_true(b.cell.n > 0);
    for (size_t k = 0; k < b.cell.n; k++)
        assert_null(b.cell.events[k].scene->caller->origin);
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_accounts_have_the_record),
        cmocka_unit_test(a_refused_call_stays_at_home),
    };
    return cmocka_run_group_tests_name("gen/across", tests, scene_load, scene_unload);
}
