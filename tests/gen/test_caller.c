/* test_caller.c - identities, sessions and addresses; expected texts worked out by hand. */
#include "tests/gen/scene.h"

#include <stdio.h>

#include "gen/caller.h"

#define ACTOR(name, identity, client, more)                                                        \
    "{'name': '" name "', 'identity': {" identity "}, 'client': '" client                          \
    "', 'addresses': ['203.0.113.7', '203.0.113.8']" more "}"
#define CAST(actors) SCENE_CAST ", 'actors': [" actors "]"

static const struct {
    const char *identity, *principal, *arn, *issuer_arn; /* a principal ending in * begins so */
} identities[] = {
    {"'type': 'Root'", "123456789012", "arn:aws:iam::123456789012:root", ""},
    {"'type': 'IAMUser', 'userName': 'u'", "AIDARZPUZDIK*", "arn:aws:iam::123456789012:user/u", ""},
    {"'type': 'IAMUser', 'userName': 'u', 'path': '/a/b/'", "AIDARZPUZDIK*",
     "arn:aws:iam::123456789012:user/a/b/u", ""},
    {"'type': 'IAMUser', 'userName': 'u', 'principalId': 'AIDAIPINNED'", "AIDAIPINNED",
     "arn:aws:iam::123456789012:user/u", ""},
    {"'type': 'AssumedRole', 'roleName': 'r', 'path': '/a/', 'sessionName': 's@x'", "AROARZPUZDIK*",
     "arn:aws:sts::123456789012:assumed-role/r/s@x", "arn:aws:iam::123456789012:role/a/r"},
    {"'type': 'AssumedRole', 'roleName': 'r'", "AROARZPUZDIK*",
     "arn:aws:sts::123456789012:assumed-role/r/session-a", "arn:aws:iam::123456789012:role/r"},
    {"'type': 'Role', 'roleName': 'r'", "AROARZPUZDIK*", "arn:aws:iam::123456789012:role/r",
     "arn:aws:iam::123456789012:role/r"},
    {"'type': 'FederatedUser', 'userName': 'f', 'issuer': 'b'", "123456789012:f",
     "arn:aws:sts::123456789012:federated-user/f", "arn:aws:iam::123456789012:user/b"},
    {"'type': 'FederatedUser', 'userName': 'f', 'issuer': 'Root'", "123456789012:f",
     "arn:aws:sts::123456789012:federated-user/f", "arn:aws:iam::123456789012:root"},
    {"'type': 'SAMLUser', 'userName': 's', 'provider': 'p'", "*", "", ""},
    {"'type': 'WebIdentityUser', 'userName': 's', 'provider': 'p'", "p:sts.amazonaws.com:s", "",
     ""},
    /* Account 999988887777: its number is odd, the constant part worked out as in test_ids.c. */
    {"'type': 'AWSAccount', 'accountId': '999988887777', 'sessionName': 'ss'", "AROA6RU73QDQ*",
     "arn:aws:iam::999988887777:root", ""},
    {"'type': 'AWSAccount', 'accountId': '999988887777', 'roleName': 'r', 'sessionName': 'ss'",
     "AROA6RU73QDQ*", "arn:aws:sts::999988887777:assumed-role/r/ss", ""},
    {"'type': 'AWSService', 'service': 'ec2.amazonaws.com'", "", "", ""},
    {"'type': 'Unknown', 'userName': 'n'", "AIDARZPUZDIK*", "*", ""},
};

static void expect(const char *whose, struct span got, const char *want)
{
    size_t n = strlen(want);
    bool right = n > 0 && want[n - 1] == '*' ? span_starts(got, (struct span){want, n - 1})
                                             : span_is(got, want);
    if (!right)
        fail_msg("%s: got %.*s, want %s", whose, SPAN_ARG(got), want);
}

static void names_and_arns_are_those_of_the_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(identities); i++) {
        struct stage st;
        char body[1024];
        snprintf(body, sizeof body,
                 CAST("{'name': 'a', 'identity': {%s}, 'client': 'boto3', 'addresses': "
                      "['203.0.113.7']}"),
                 identities[i].identity);
        stage_open(&st, body);
        const struct caller *c = plan_caller(&st.plan, 0, SCENARIO_NONE);
        expect(identities[i].identity, c->principal_id, identities[i].principal);
        expect(identities[i].identity, c->arn, identities[i].arn);
        expect(identities[i].identity, c->issuer_arn, identities[i].issuer_arn);
        stage_close(&st);
    }
}

static void one_actor_is_the_same_with_all_its_clients(void **state)
{
    (void)state;
    struct stage st;
    stage_open(
        &st,
        CAST(ACTOR("a", "'type': 'IAMUser', 'userName': 'u'", "boto3",
                   ", 'does': [{'activity': 'eb-deploy', 'perDay': 1}, "
                   "{'activity': 'terraform-plan', 'perDay': 1}]") ", " ACTOR("b",
                                                                              "'type': 'IAMUser', "
                                                                              "'userName': 'v'",
                                                                              "boto3", "")));
    const struct plan *p = &st.plan;
    const struct caller *a = plan_caller(p, 0, SCENARIO_NONE),
                        *b = plan_caller(p, 1, SCENARIO_NONE);
    assert_true(p->first_caller[1] - p->first_caller[0] >= 3);
    for (uint32_t i = p->first_caller[0]; i < p->first_caller[1]; i++) {
        const struct caller *c = &p->callers[i];
        assert_int_equal(c->index, i);
        assert_ptr_equal(c->actor, a->actor);
        assert_true(span_equal(c->principal_id, a->principal_id));
        assert_memory_equal(c->key, a->key, IDS_KEY_N);
    }
    assert_memory_equal(a->key, "AKIARZPUZDIK", 12);
    assert_memory_not_equal(a->key, b->key, IDS_KEY_N);
    assert_false(span_equal(a->principal_id, b->principal_id));
    /* A client that the actor does not use is its own. */
    assert_ptr_equal(plan_caller(p, 1, (uint32_t)(a->client - st.scenario.clients)), b);
    stage_close(&st);
}

static const char sessions[] = CAST(
    ACTOR("machine", "'type': 'AssumedRole', 'roleName': 'r'", "boto3", ", 'session': '1h'") ", " //
    ACTOR("person", "'type': 'AssumedRole', 'roleName': 'p'", "boto3",
          ", 'hours': {'zone': '+02:00', 'from': '09:00', 'to': '17:00'}, 'session': '1h'") ", " //
    ACTOR("long", "'type': 'IAMUser', 'userName': 'l', 'temporary': true", "console",
          ", 'hours': 'office', 'session': '12h'"));

/* At any instant of two days: a session that has begun and has not ended, one key for each. */
static void a_session_holds_what_begins_in_it(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, sessions);
    for (uint32_t actor = 0; actor < 3; actor++) {
        const struct caller *c = plan_caller(&st.plan, actor, SCENARIO_NONE);
        struct session before = {.created_ms = INT64_MIN};
        size_t n = 0;
        for (int64_t t = SCENE_START_MS; t < SCENE_START_MS + 2 * UTC_DAY_MS; t += 61 * 1000) {
            struct session s;
            char created[20];
            caller_session(&s, c, (uint64_t)t, t);
            int64_t left = s.expires_ms - t;
            int64_t half = c->actor->session_ms / 2;
            if (s.created_ms > t || s.expires_ms != s.created_ms + c->actor->session_ms ||
                left < (half < 30 * UTC_MINUTE_MS ? half : 30 * UTC_MINUTE_MS))
                fail_msg("actor %u: %jd, created %jd", actor, (intmax_t)t, (intmax_t)s.created_ms);
            assert_memory_equal(s.key, "ASIARZPUZDIK", 12);
            assert_int_equal(s.created_ms % UTC_SECOND_MS, 0);
            utc_iso(created, s.created_ms);
            assert_memory_equal(s.created, created, 20);
            bool same_key = memcmp(s.key, before.key, IDS_KEY_N) == 0;
            assert_int_equal(same_key, s.created_ms == before.created_ms);
            n += !same_key;
            before = s;
        }
        /* An hour's session is kept for half of it, twelve hours' for all but 35 minutes. */
        assert_in_range(n, actor == 2 ? 4 : 90, actor == 2 ? 8 : 102);
    }
    stage_close(&st);
}

static void clients_of_their_own_sessions_open_one_each_time(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, SCENE_CAST
               ", 'clients': [{'name': 'c', 'kind': 'program', 'userAgent': 'c', 'session': "
               "'activity'}], 'actors': [" ACTOR("a", "'type': 'AssumedRole', 'roleName': 'r'", "c",
                                                 "") "]");
    const struct caller *c = plan_caller(&st.plan, 0, SCENARIO_NONE);
    struct session a, b, again;
    caller_session(&a, c, 1, SCENE_START_MS);
    caller_session(&b, c, 2, SCENE_START_MS);
    caller_session(&again, c, 1, SCENE_START_MS);
    assert_memory_not_equal(a.key, b.key, IDS_KEY_N);
    assert_memory_equal(a.key, again.key, IDS_KEY_N);
    assert_in_range(SCENE_START_MS - a.created_ms, 1000, 4000);
    stage_close(&st);
}

static void long_term_keys_have_no_session(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, SCENE_CAST ", " SCENE_ANA);
    const struct caller *c = plan_caller(&st.plan, 0, SCENARIO_NONE);
    struct session s;
    caller_session(&s, c, 1, SCENE_START_MS);
    assert_memory_equal(s.key, c->key, IDS_KEY_N);
    assert_int_equal(s.expires_ms, INT64_MAX);
    stage_close(&st);
}

static const struct {
    int64_t session_ms, keep_ms;
} keeps[] = {
    {15 * UTC_MINUTE_MS, 450000},
    {UTC_HOUR_MS, 30 * UTC_MINUTE_MS},
    {70 * UTC_MINUTE_MS, 35 * UTC_MINUTE_MS},
    {71 * UTC_MINUTE_MS, 36 * UTC_MINUTE_MS},
    {12 * UTC_HOUR_MS, 685 * UTC_MINUTE_MS},
};

static void sessions_are_not_kept_to_their_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(keeps); i++)
        assert_int_equal(caller_keep_ms(keeps[i].session_ms), keeps[i].keep_ms);
}

/* Local days of +02:00 begin at 22:00 UTC. */
static void an_address_is_kept_for_a_local_day(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, sessions);
    const struct caller *c = plan_caller(&st.plan, 1, SCENARIO_NONE);
    size_t changes = 0;
    struct span before =
        caller_address(c, &(struct session){.created_ms = SCENE_START_MS - 1}, SCENE_START_MS - 1);
    for (int64_t t = SCENE_START_MS; t < SCENE_START_MS + 40 * UTC_DAY_MS; t += UTC_HOUR_MS) {
        struct span now = caller_address(c, &(struct session){.created_ms = t}, t);
        assert_true(span_is(now, "203.0.113.7") || span_is(now, "203.0.113.8"));
        if (!span_equal(now, before)) {
            assert_int_equal((t - SCENE_START_MS) % UTC_DAY_MS, 22 * UTC_HOUR_MS);
            changes++;
        }
        before = now;
    }
    assert_in_range(changes, 5, 35);
    stage_close(&st);
}

/* Source: a call made by a service has the service's name three times. */
static void a_service_has_its_name_three_times(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, SCENE_CAST ", 'actors': [{'name': 'a', 'identity': {'type': 'IAMUser', "
                               "'userName': 'u', 'temporary': true}, 'client': 'cloudformation'}]");
    const struct caller *c = plan_caller(&st.plan, 0, SCENARIO_NONE);
    assert_true(span_is(c->invoked_by, "cloudformation.amazonaws.com"));
    assert_true(span_is(c->user_agent, "cloudformation.amazonaws.com"));
    assert_true(span_is(caller_address(c, &(struct session){0}, SCENE_START_MS),
                        "cloudformation.amazonaws.com"));
    assert_true(c->when[WHEN_INVOKED]);
    assert_false(c->when[WHEN_TLS]);
    stage_close(&st);
}

/* Source: all 27 records of users at hand that a service made have ASIA keys, a creationDate of
   that second or just before, and mfaAuthenticated "false" where the user has a long-term key. */
static void a_service_has_a_session_for_what_a_long_term_key_may(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, SCENE_CAST ", 'actors': [{'name': 'a', 'identity': {'type': 'IAMUser', "
                               "'userName': 'u', 'accessKeyId': 'AKIARZPUZDIKAAAAAAAA'}, "
                               "'client': 'cloudformation'}]");
    const struct caller *c = plan_caller(&st.plan, 0, SCENARIO_NONE);
    assert_true(c->forwarded);
    assert_int_equal(c->pinned_key.n, 0);
    struct session a, b;
    caller_session(&a, c, 1, SCENE_START_MS);
    caller_session(&b, c, 2, SCENE_START_MS + UTC_SECOND_MS);
    assert_int_equal(a.created_ms, SCENE_START_MS);
    assert_memory_equal(a.key, "ASIARZPUZDIK", 12);
    assert_memory_not_equal(a.key, b.key, IDS_KEY_N);
    stage_close(&st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_arns_are_those_of_the_type),
        cmocka_unit_test(one_actor_is_the_same_with_all_its_clients),
        cmocka_unit_test(a_session_holds_what_begins_in_it),
        cmocka_unit_test(clients_of_their_own_sessions_open_one_each_time),
        cmocka_unit_test(long_term_keys_have_no_session),
        cmocka_unit_test(sessions_are_not_kept_to_their_end),
        cmocka_unit_test(an_address_is_kept_for_a_local_day),
        cmocka_unit_test(a_service_has_its_name_three_times),
        cmocka_unit_test(a_service_has_a_session_for_what_a_long_term_key_may),
    };
    return cmocka_run_group_tests_name("gen/caller", tests, scene_load, scene_unload);
}
