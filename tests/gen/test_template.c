/* test_template.c - members and their order are those counted in delivered files; texts by hand. */
#include "tests/gen/scene.h"

#include <stdio.h>

/* The names of ${j}'s members, theirs in braces behind them: "type sessionContext{attributes{}}".
 */
static void put_shape(struct buf *out, const struct json *j)
{
    bool first = true;
    for (struct json it = {0}; json_next(j, &it) == 1; first = false) {
        buf_printf(out, "%s%s", first ? "" : " ", it.key);
        if (json_is_object(&it)) {
            buf_put_char(out, '{');
            put_shape(out, &it);
            buf_put_char(out, '}');
        }
    }
}

/* Of the record ${text} the shape of member ${name}, or of its own members alone when NULL. */
static void expect_shape(const char *label, struct span text, const char *name, const char *want)
{
    struct json_doc *doc = scene_json(text);
    struct json root = json_root(doc);
    struct buf got;
    buf_init(&got, 1 << 16);
    if (name == NULL) {
        for (struct json it = {0}; json_next(&root, &it) == 1;)
            buf_printf(&got, "%s%s", got.n == 0 ? "" : " ", it.key);
    } else {
        struct json member = json_member(&root, name);
        put_shape(&got, &member);
    }
    if (!span_is(buf_span(&got), want))
        fail_msg("%s\n got %s\nwant %s", label, buf_text(&got), want);
    buf_free(&got);
    json_close(doc);
}

/* Members "'schedule': ..." that play ${steps} on the environment as actor "a". */
#define PLAY(steps)                                                                                \
    "'schedule': [{'name': 'p', 'actor': 'a', 'at': '+1h', 'environment': 'shop-prod', 'on': "     \
    "'environment', 'steps': [" steps "]}]"

/* Open ${body}, encode the first step of its first placed activity as actor 0, and give the text.
 */
static void first_record(struct stage *st, struct buf *out, const char *body, const char *error)
{
    stage_open(st, body);
    buf_init(out, 1 << 20);
    struct scene scene = stage_scene(st, 0, SCENARIO_NONE);
    const struct step *step = &st->scenario.activities[st->scenario.placed[0].activity].steps[0];
    const struct error_form *form = NULL;
    if (error != NULL) {
        form = catalog_error(step->operation, span_of(error));
        assert_non_null(form);
    }
    stage_record(st, out, &scene, step, form);
}

static void drop_record(struct stage *st, struct buf *out)
{
    buf_free(out);
    stage_close(st);
}

/* What sessionContext holds by version: to 1.07, 1.08 and from 1.09. */
#define USER_OLD "sessionContext{attributes{mfaAuthenticated creationDate}}"
#define USER_8                                                                                     \
    "sessionContext{sessionIssuer{} webIdFederationData{} attributes{creationDate "                \
    "mfaAuthenticated}}"
#define USER_NEW "sessionContext{attributes{creationDate mfaAuthenticated}}"
#define ISSUER   "sessionIssuer{type principalId arn accountId userName}"
#define ROLE_OLD "sessionContext{attributes{mfaAuthenticated creationDate} " ISSUER "}"
#define ROLE_8                                                                                     \
    "sessionContext{" ISSUER " webIdFederationData{} attributes{creationDate mfaAuthenticated}}"
#define ROLE_NEW "sessionContext{" ISSUER " attributes{creationDate mfaAuthenticated}}"
#define ROOT_ISS "sessionIssuer{type principalId arn accountId}"
#define WEB      "webIdFederationData{federatedProvider attributes{}}"
#define KEYED    "type principalId arn accountId accessKeyId"
#define SAME(s)  s, s, s

static const struct {
    const char *identity, *client, *old, *v8, *since9;
} identities[] = {
    {"'type': 'Root'", "boto3", SAME(KEYED)},
    {"'type': 'Root', 'userName': 'alias'", "boto3", SAME(KEYED " userName")},
    {"'type': 'Root', 'temporary': true", "console", KEYED " " USER_OLD, KEYED " " USER_8,
     KEYED " " USER_NEW},
    {"'type': 'IAMUser', 'userName': 'u'", "boto3", SAME(KEYED " userName")},
    {"'type': 'IAMUser', 'userName': 'u', 'temporary': true", "console",
     KEYED " userName " USER_OLD, KEYED " userName " USER_8, KEYED " userName " USER_NEW},
    {"'type': 'IAMUser', 'userName': 'u', 'temporary': true", "cloudformation",
     KEYED " userName " USER_OLD " invokedBy", KEYED " userName " USER_8 " invokedBy",
     KEYED " userName " USER_NEW " invokedBy"},
    {"'type': 'AssumedRole', 'roleName': 'r'", "boto3", KEYED " " ROLE_OLD, KEYED " " ROLE_8,
     KEYED " " ROLE_NEW},
    {"'type': 'AssumedRole', 'roleName': 'r', 'instance': true", "boto3", KEYED " " ROLE_OLD,
     KEYED " sessionContext{" ISSUER " webIdFederationData{} attributes{creationDate "
           "mfaAuthenticated} ec2RoleDelivery}",
     KEYED " sessionContext{" ISSUER " attributes{creationDate mfaAuthenticated} ec2RoleDelivery}"},
    {"'type': 'AssumedRole', 'roleName': 'r', 'provider': 'token.example.com'", "boto3",
     KEYED " " ROLE_OLD,
     KEYED " sessionContext{" ISSUER " " WEB " attributes{creationDate mfaAuthenticated}}",
     KEYED " sessionContext{" ISSUER " " WEB " attributes{creationDate mfaAuthenticated}}"},
    /* A service that acts with a role shows no key. */
    {"'type': 'AssumedRole', 'roleName': 'r'", "elasticbeanstalk",
     "type principalId arn accountId " ROLE_OLD " invokedBy",
     "type principalId arn accountId " ROLE_8 " invokedBy",
     "type principalId arn accountId " ROLE_NEW " invokedBy"},
    {"'type': 'Role', 'roleName': 'r', 'userName': 'u'", "boto3", KEYED " userName " USER_OLD,
     KEYED " userName " USER_8, KEYED " userName " USER_NEW},
    {"'type': 'Role', 'roleName': 'r'", "boto3", KEYED " " USER_OLD, KEYED " " USER_8,
     KEYED " " USER_NEW},
    {"'type': 'FederatedUser', 'userName': 'f', 'issuer': 'u'", "boto3", KEYED " " ROLE_OLD,
     KEYED " " ROLE_8, KEYED " " ROLE_NEW},
    {"'type': 'FederatedUser', 'userName': 'f', 'issuer': 'Root'", "boto3",
     KEYED " sessionContext{attributes{mfaAuthenticated creationDate} " ROOT_ISS "}",
     KEYED " sessionContext{" ROOT_ISS " webIdFederationData{} attributes{creationDate "
           "mfaAuthenticated}}",
     KEYED " sessionContext{" ROOT_ISS " attributes{creationDate mfaAuthenticated}}"},
    {"'type': 'SAMLUser', 'userName': 's', 'provider': 'p'", "boto3",
     SAME("type principalId userName identityProvider")},
    {"'type': 'WebIdentityUser', 'userName': 's', 'provider': 'p'", "boto3",
     SAME("type principalId userName identityProvider")},
    {"'type': 'AWSAccount', 'accountId': '999988887777'", "boto3",
     SAME("type principalId accountId")},
    {"'type': 'AWSService', 'service': 'ec2.amazonaws.com'", "ec2", SAME("type invokedBy")},
    {"'type': 'Directory', 'userName': 'd'", "boto3", SAME(KEYED " userName")},
    {"'type': 'IdentityCenterUser'", "boto3",
     SAME("type accountId onBehalfOf{userId identityStoreArn} credentialId")},
    {"'type': 'Unknown'", "boto3", SAME("type principalId accountId")},
    {"'type': 'Unknown', 'userName': 'n'", "boto3", SAME("type principalId accountId userName")},
};

static void an_identity_has_the_members_of_its_type_and_version(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(identities); i++) {
        for (int version = 5; version <= 11; version++) {
            struct stage st;
            struct buf text;
            char body[2048];
            const char *want = version < 8    ? identities[i].old
                               : version == 8 ? identities[i].v8
                                              : identities[i].since9;
            snprintf(body, sizeof body,
                     "'record': {'eventVersion': '1.%02d'}, " SCENE_CAST
                     ", 'actors': [{'name': 'a', 'identity': {%s}, 'client': '%s', 'addresses': "
                     "['203.0.113.7']}], " PLAY("{'call': '%s'}"),
                     version, identities[i].identity, identities[i].client,
                     strstr(identities[i].identity, "SAML") != NULL ? "sts:AssumeRoleWithSAML"
                     : strstr(identities[i].identity, "Web") != NULL
                         ? "sts:AssumeRoleWithWebIdentity"
                         : "DescribeEnvironments");
            first_record(&st, &text, body, NULL);
            snprintf(body, sizeof body, "%s by %s, 1.%02d", identities[i].identity,
                     identities[i].client, version);
            expect_shape(body, buf_span(&text), "userIdentity", want);
            drop_record(&st, &text);
        }
    }
}

#define HEAD                                                                                       \
    "eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress "         \
    "userAgent "
#define BODY    "requestParameters responseElements requestID eventID "
#define TO_5    BODY "eventType recipientAccountId"
#define TO_6    BODY "readOnly eventType managementEvent recipientAccountId"
#define TO_7    TO_6 " eventCategory"
#define SHARED7 TO_6 " sharedEventID eventCategory"
#define LONG    "'type': 'IAMUser', 'userName': 'u'"
#define CONSOLE "'type': 'IAMUser', 'userName': 'u', 'temporary': true"

/* Source: member order in 33 000 published records; what came with which version from AWS's list.
 */
static const struct {
    int version;
    const char *identity, *client, *error, *want;
} orders[] = {
    {5, LONG, "boto3", NULL, HEAD TO_5},
    {6, LONG, "boto3", NULL, HEAD TO_6},
    {7, LONG, "boto3", NULL, HEAD TO_7},
    {8, LONG, "boto3", NULL, HEAD TO_7 " tlsDetails"},
    {9, LONG, "boto3", NULL, HEAD TO_7 " tlsDetails"},
    {10, LONG, "boto3", NULL, HEAD TO_7 " tlsDetails"},
    {11, LONG, "boto3", NULL, HEAD TO_7 " tlsDetails"},
    {5, LONG, "boto3", "access-denied", HEAD "errorCode errorMessage " TO_5},
    {11, LONG, "boto3", "throttled", HEAD "errorCode errorMessage " TO_7 " tlsDetails"},
    {7, CONSOLE, "console", NULL, HEAD TO_7},
    {8, CONSOLE, "console", NULL, HEAD TO_7 " tlsDetails sessionCredentialFromConsole"},
    {11, CONSOLE, "console-proxy", NULL, HEAD TO_7 " sessionCredentialFromConsole"},
    {11, CONSOLE, "cloudformation", NULL, HEAD TO_7},
    {5, "'type': 'AWSService', 'service': 'ec2.amazonaws.com'", "ec2", NULL,
     HEAD TO_5 " sharedEventID"},
    {11, "'type': 'AWSService', 'service': 'ec2.amazonaws.com'", "ec2", NULL, HEAD SHARED7},
    {11, "'type': 'AWSAccount', 'accountId': '999988887777'", "boto3", NULL,
     HEAD SHARED7 " tlsDetails"},
};

static void a_record_has_the_members_of_its_version_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(orders); i++) {
        struct stage st;
        struct buf text;
        char body[2048];
        snprintf(body, sizeof body,
                 "'record': {'eventVersion': '1.%02d'}, " SCENE_CAST
                 ", 'actors': [{'name': 'a', 'identity': {%s}, 'client': '%s', 'addresses': "
                 "['203.0.113.7']}], " PLAY("{'call': 'UpdateEnvironment'}"),
                 orders[i].version, orders[i].identity, orders[i].client);
        first_record(&st, &text, body, orders[i].error);
        snprintf(body, sizeof body, "row %zu: %s by %s", i, orders[i].identity, orders[i].client);
        expect_shape(body, buf_span(&text), NULL, orders[i].want);
        drop_record(&st, &text);
    }
}

/* Each row: what the scenario says, and a text that its record then holds or (with !) does not. */
static const struct {
    const char *name, *record, *actor, *step, *want;
} values[] = {
    {"a slot in a member", "", "", "'with': {'description': 'of {environment.name}'}",
     "\"description\":\"of shop-prod\""},
    {"doubled braces", "", "", "'with': {'description': '{{a}} {{{{b}} }}'}",
     "\"description\":\"{a} {{b} }\""},
    {"characters that JSON escapes", "", "", "'with': {'description': 'a\\\\b\\n/'}",
     "\"description\":\"a\\\\b\\n/\""},
    {"options are withheld", "'optionValues': 'withheld'", "",
     "'with': {'optionSettings': [{'namespace': 'aws:autoscaling:asg', 'optionName': 'MinSize', "
     "'value': '3'}]}",
     "\"optionSettings\":[]"},
    {"options are shown", "'optionValues': 'shown'", "",
     "'with': {'optionSettings': [{'namespace': 'aws:autoscaling:asg', 'optionName': 'MinSize', "
     "'value': '3'}]}",
     "\"optionSettings\":[{\"namespace\":\"aws:autoscaling:asg\",\"optionName\":\"MinSize\","
     "\"value\":\"3\"}]"},
    {"secrets are hidden", "'optionValues': 'redacted'", "",
     "'with': {'optionSettings': [{'namespace': 'aws:autoscaling:asg', 'optionName': 'MinSize', "
     "'value': '3'}, {'namespace': 'aws:elasticbeanstalk:application:environment', 'optionName': "
     "'KEY', 'value': 'x{environment.name}'}, {'namespace': 'aws:rds:dbinstance', 'optionName': "
     "'DBPassword', 'value': '{environment.name}'}]}",
     "\"optionName\":\"MinSize\",\"value\":\"3\"},{\"namespace\":\"aws:elasticbeanstalk:"
     "application:"
     "environment\",\"optionName\":\"KEY\",\"value\":\"HIDDEN_DUE_TO_SECURITY_REASONS\"},"
     "{\"namespace\":\"aws:rds:dbinstance\",\"optionName\":\"DBPassword\",\"value\":"
     "\"HIDDEN_DUE_TO_SECURITY_REASONS\"}"},
    {"no options are no list", "'optionValues': 'shown'", "", "'name': 'x'", "!optionSettings"},
    {"responses are shown", "'responses': 'shown'", "", "'name': 'x'", "\"responseElements\":{\""},
    {"responses are withheld", "'responses': 'withheld'", "", "'name': 'x'",
     "\"responseElements\":null"},
    {"no TLS details", "'tlsDetails': false", "", "'name': 'x'", "!tlsDetails"},
    {"TLS details", "", "", "'name': 'x'",
     "\"clientProvidedHostHeader\":\"elasticbeanstalk.us-east-1.amazonaws.com\"}"},
    {"null leaves out what is sent always", "", "", "'with': {'environmentName': null}",
     "!\"environmentName\":\"shop-prod\",\"description"},
    {"an actor's pin", "", ", 'pin': {'userAgent': 'old'}", "'name': 'x'", "\"userAgent\":\"old\""},
    {"a step's pin goes over an actor's", "", ", 'pin': {'userAgent': 'old'}",
     "'pin': {'userAgent': 'new'}", "\"userAgent\":\"new\""},
    {"a pin holds slots", "", "", "'pin': {'userAgent': 'x/{operation.kebab}'}",
     "\"userAgent\":\"x/update-environment\""},
    {"a pin may be a number", "", "", "'pin': {'requestParameters': {'x': 1.5, 'y': [1, null]}}",
     "\"x\":1.5,\"y\":[1,null]"},
    {"a pin may be null", "", "", "'pin': {'requestParameters': null}",
     "\"requestParameters\":null"},
    {"a pin replaces what is no object", "", "", "'pin': {'sourceIPAddress': {'a': true}}",
     "\"sourceIPAddress\":{\"a\":true}"},
    {"objects are merged", "", "", "'pin': {'userIdentity': {'userName': 'eve'}}",
     "\"accountId\":\"123456789012\",\"accessKeyId\":\"AKIARZPUZDIK"},
    {"an omitted member", "", "", "'omit': ['requestID']", "!requestID"},
    {"an omitted member of a member", "", ", 'omit': ['userIdentity.accessKeyId']", "'name': 'x'",
     "!accessKeyId"},
    {"a step pins what its actor omits", "", ", 'omit': ['requestID']", "'pin': {'requestID': 'r'}",
     "\"requestID\":\"r\",\"eventID\""},
    {"an omission of nothing", "", "", "'omit': ['userIdentity.nothing.at.all', 'resources']",
     "\"accessKeyId\""},
    {"the first optional member may lack", "", "", "'pin': {'requestParameters': {'z': 'z'}}",
     "\"z\":\"z\"}"},
};

static void pins_omissions_and_settings_show(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        struct stage st;
        struct buf text;
        char body[4096];
        snprintf(body, sizeof body,
                 "'record': {%s}, " SCENE_CAST ", 'actors': [{'name': 'a', 'identity': {" LONG
                 "}, 'client': 'boto3', "
                 "'addresses': ['203.0.113.7']%s}], " PLAY("{'call': 'UpdateEnvironment', %s}"),
                 values[i].record, values[i].actor, values[i].step);
        first_record(&st, &text, body, NULL);
        json_close(scene_json(buf_span(&text)));
        const char *want = values[i].want;
        bool found = strstr(buf_text(&text), want + (*want == '!')) != NULL;
        if (found != (*want != '!'))
            fail_msg("%s: %s\n%s", values[i].name, want, buf_text(&text));
        drop_record(&st, &text);
    }
}

#define SETTING(ns, name, value)                                                                   \
    "{'namespace': '" ns "', 'optionName': '" name "', 'value': '" value "'}"
#define GROUP "aws:autoscaling:asg"

/* Each row: how the call fails, the settings it sends, and a text that its record then holds. */
static const struct {
    const char *error, *settings, *want;
} option_errors[] = {
    {"invalid-option", SETTING(GROUP, "MinSize", "3") ", " SETTING(GROUP, "MaxSized", "3"),
     "\"errorCode\":\"ConfigurationValidationException\",\"errorMessage\":\"Configuration "
     "validation "
     "exception: Invalid option specification (Namespace: '" GROUP
     "', OptionName: 'MaxSized'): Unknown configuration setting.\""},
    {"invalid-option", "", "OptionName: 'documentRoot')"},
    {"invalid-option-value", SETTING(GROUP, "MaxSize", "3") ", " SETTING(GROUP, "MinSize", "0"),
     "Invalid option value: '0' (Namespace: '" GROUP
     "', OptionName: 'MinSize'): Value is not between 1 and 10000.\""},
    {"invalid-option-value",
     SETTING("aws:elasticbeanstalk:managedactions", "PreferredStartTime", "No\\\\on"),
     "Invalid option value: 'No\\\\on' (Namespace: 'aws:elasticbeanstalk:managedactions', "
     "OptionName: "
     "'PreferredStartTime'): Value does not satisfy regex: '^(Mon|Tue"},
    {"invalid-option-value",
     SETTING("aws:elasticbeanstalk:environment", "LoadBalancerType", "gateway"),
     "Value is not one of: [classic, application, network]\""},
    {"invalid-option-value", SETTING("aws:rds:dbinstance", "DBPassword", "hunter/2"),
     "Invalid option value: 'HIDDEN_DUE_TO_SECURITY_REASONS'"},
};

static void a_refused_setting_is_named_by_its_error(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(option_errors); i++) {
        struct stage st;
        struct buf text;
        char body[4096];
        snprintf(body, sizeof body,
                 "'record': {'optionValues': 'redacted'}, " SCENE_CAST ", " SCENE_ANA ", " PLAY(
                     "{'call': 'UpdateEnvironment', 'error': '%s', 'with': {'optionSettings': "
                     "[%s]}}"),
                 option_errors[i].error, option_errors[i].settings);
        first_record(&st, &text, body, option_errors[i].error);
        json_close(scene_json(buf_span(&text)));
        if (strstr(buf_text(&text), option_errors[i].want) == NULL ||
            strstr(buf_text(&text), "hunter") != NULL)
            fail_msg("row %zu: %s\n%s", i, option_errors[i].want, buf_text(&text));
        drop_record(&st, &text);
    }
}

/* Source: member order in published records. */
static void pinned_members_stand_where_delivered_files_have_them(void **state)
{
    (void)state;
    struct stage st;
    struct buf text;
    first_record(&st, &text,
                 SCENE_CAST ", " SCENE_ANA ", " PLAY(
                     "{'call': 'UpdateEnvironment', 'pin': {'vpcEndpointId': 'v', "
                     "'vpcEndpointAccountId': 'a', 'resources': [], 'apiVersion': '1', "
                     "'additionalEventData': {}, 'sharedEventID': 's', "
                     "'serviceEventDetails': {}, 'errorMessage': 'm', 'errorCode': 'c'}}"),
                 NULL);
    expect_shape("pinned", buf_span(&text), NULL,
                 HEAD "errorCode errorMessage requestParameters responseElements "
                      "additionalEventData requestID eventID readOnly resources eventType "
                      "apiVersion managementEvent recipientAccountId sharedEventID "
                      "serviceEventDetails vpcEndpointId vpcEndpointAccountId eventCategory "
                      "tlsDetails");
    drop_record(&st, &text);
}

/* More slots than a template has room for; what is no slot is found while a scenario is read. */
static void too_many_slots_are_refused(void **state)
{
    (void)state;
    enum { SLOTS_N = 5000 };
    struct stage st;
    struct buf body;
    struct err e = {0};
    buf_init(&body, 1 << 16);
    buf_printf(&body, "%s",
               SCENE_CAST ", " SCENE_ANA ", 'schedule': [{'name': 'p', 'actor': 'a', "
                          "'at': '+1h', 'environment': 'shop-dev', 'on': "
                          "'environment', 'steps': [{'call': 'UpdateEnvironment', "
                          "'with': {'description': '");
    for (size_t i = 0; i < SLOTS_N; i++)
        buf_printf(&body, "{uuid}");
    buf_printf(&body, "'}}]}]");
    stage_read(&st, buf_text(&body));
    assert_int_equal(stage_try_plan(&st, 1, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "slots; write fewer"));
    stage_close(&st);
    buf_free(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_identity_has_the_members_of_its_type_and_version),
        cmocka_unit_test(a_record_has_the_members_of_its_version_in_order),
        cmocka_unit_test(pins_omissions_and_settings_show),
        cmocka_unit_test(a_refused_setting_is_named_by_its_error),
        cmocka_unit_test(pinned_members_stand_where_delivered_files_have_them),
        cmocka_unit_test(too_many_slots_are_refused),
    };
    return cmocka_run_group_tests_name("gen/template", tests, scene_load, scene_unload);
}
