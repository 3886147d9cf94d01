/* test_rules.c - the order and the versions are those counted in delivered files. */
#include "tests/test.h"

#include "base/arena.h"
#include "base/embedded.h"
#include "base/err.h"
#include "cloudtrail/rules.h"

static struct arena arena;
static struct rules rules;

static int load(void **state)
{
    (void)state;
    struct err e = {0};
    const char *name = "schemas/record.json";
    arena_init(&arena);
    return rules_read(&rules, &arena, name, embedded_find(span_of(name)), &e);
}

static int unload(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

/* Source: member order in 33 000 published records, and the version each came with. */
static const struct {
    const char *path;
    int since;
    enum rule_when when;
} members[] = {
    {"eventVersion", 0, WHEN_ALWAYS},
    {"userIdentity", 0, WHEN_ALWAYS},
    {"eventTime", 0, WHEN_ALWAYS},
    {"eventSource", 0, WHEN_ALWAYS},
    {"eventName", 0, WHEN_ALWAYS},
    {"awsRegion", 0, WHEN_ALWAYS},
    {"sourceIPAddress", 0, WHEN_ALWAYS},
    {"userAgent", 0, WHEN_ALWAYS},
    {"errorCode", 0, WHEN_FAILED},
    {"errorMessage", 0, WHEN_EXPLAINED},
    {"requestParameters", 0, WHEN_ALWAYS},
    {"responseElements", 0, WHEN_ALWAYS},
    {"requestID", 0, WHEN_ALWAYS},
    {"eventID", 0, WHEN_ALWAYS},
    {"readOnly", 6, WHEN_ALWAYS},
    {"eventType", 0, WHEN_ALWAYS},
    {"managementEvent", 6, WHEN_ALWAYS},
    {"recipientAccountId", 0, WHEN_ALWAYS},
    {"sharedEventID", 0, WHEN_SERVICE},
    {"eventCategory", 7, WHEN_ALWAYS},
    {"tlsDetails.tlsVersion", 8, WHEN_TLS},
    {"tlsDetails.cipherSuite", 8, WHEN_TLS},
    {"tlsDetails.clientProvidedHostHeader", 8, WHEN_TLS},
    {"sessionCredentialFromConsole", 8, WHEN_CONSOLE},
};

static void members_stand_as_in_delivered_files(void **state)
{
    (void)state;
    size_t k = 0;
    for (size_t i = 0; i < rules.nmembers; i++) {
        if (k < COUNT(members) && span_is(rules.members[i].path, members[k].path)) {
            assert_int_equal(rules.members[i].since, members[k].since);
            assert_int_equal(rules.members[i].when, members[k].when);
            assert_true(rules.members[i].until >= 11);
            k++;
        }
    }
    if (k != COUNT(members))
        fail_msg("%s is missing or out of its place", members[k].path);
}

static void every_type_has_its_rows(void **state)
{
    (void)state;
    static const char *const types[] = {"Root",       "IAMUser",         "AssumedRole",
                                        "Role",       "FederatedUser",   "SAMLUser",
                                        "AWSAccount", "WebIdentityUser", "AWSService",
                                        "Directory",  "Unknown",         "IdentityCenterUser"};
    assert_int_equal(rules.nidentities, COUNT(types));
    for (size_t i = 0; i < COUNT(types); i++) {
        const struct rule_identity *r = rules_identity(&rules, span_of(types[i]));
        if (r == NULL || !span_is(r->type, types[i]) || r->nrules < 2 ||
            !span_is(r->rules[0].path, "type"))
            fail_msg("%s", types[i]);
    }
    assert_null(rules_identity(&rules, SPAN("IamUser")));
    assert_null(rules_identity(&rules, SPAN("")));
}

static void a_constant_keeps_its_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < rules.nmembers; i++) {
        const struct rule *r = &rules.members[i];
        if (span_is(r->path, "managementEvent"))
            assert_true(span_is(r->constant, "true"));
        if (span_is(r->path, "sessionCredentialFromConsole"))
            assert_true(span_is(r->constant, "\"true\""));
    }
}

static const struct {
    const char *text, *says;
} refused[] = {
    {"", "r.json:"},
    {"[]", "r.json:1:1:"},
    {"{\"members\": []}", "\"identities\""},
    {"{\"members\": [{\"path\": 5}], \"identities\": {}}", "/members/0/path"},
    {"{\"members\": [{}], \"identities\": {}}", "\"path\""},
    {"{\"members\": [{\"path\": \"a\", \"when\": \"alway\"}], \"identities\": {}}", "always"},
    {"{\"members\": [{\"path\": \"a\", \"since\": 100}], \"identities\": {}}", "/members/0/since"},
    {"{\"members\": [{\"path\": \"a\", \"form\": \"x\"}], \"identities\": {}}", "from"},
    {"{\"members\": [], \"identities\": {\"Root\": [{\"until\": -1, \"path\": \"a\"}]}}",
     "/identities/Root/0/until"},
    {"{\"members\": [], \"identities\": {\"Root\": {}}}", "/identities/Root"},
};

static void what_is_wrong_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct arena scratch;
        struct rules r = {.nmembers = 77};
        struct err e = {0};
        arena_init(&scratch);
        int rc = rules_read(&r, &scratch, "r.json", span_of(refused[i].text), &e);
        if (rc != -1 || e.kind != ERR_INPUT || strstr(e.text, refused[i].says) == NULL ||
            r.nmembers != 77)
            fail_msg("%s: rc %d, %s", refused[i].text, rc, e.text);
        arena_free(&scratch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_stand_as_in_delivered_files),
        cmocka_unit_test(every_type_has_its_rows),
        cmocka_unit_test(a_constant_keeps_its_type),
        cmocka_unit_test(what_is_wrong_is_told),
    };
    return cmocka_run_group_tests_name("cloudtrail/rules", tests, load, unload);
}
