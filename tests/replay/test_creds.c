/* test_creds.c - precedence as in the AWS SDKs and Tools Reference Guide, cases by hand. */
#define _XOPEN_SOURCE 700 /* mkdtemp */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "replay/creds.h"

enum { VARIABLES = 8 };

/* The environment of one case: "NAME=value". */
static const char *const *environment;

static const char *from_case(const char *name)
{
    const size_t n = strlen(name);
    for (size_t i = 0; i < VARIABLES && environment[i] != NULL; i++) {
        if (strncmp(environment[i], name, n) == 0 && environment[i][n] == '=')
            return environment[i] + n + 1;
    }
    return NULL;
}

static const char keys_text[] = "[default]\n"
                                "aws_access_key_id = AKDEFAULT\n"
                                "aws_secret_access_key = secret/default=\n"
                                "[lab]\n"
                                "aws_access_key_id = AKLAB\n"
                                "aws_secret_access_key = secretlab\n"
                                "aws_session_token = tokenlab\n"
                                "[half]\n"
                                "aws_access_key_id = AKHALF\n"
                                "[bad]\n"
                                "aws_access_key_id = AKBAD\n"
                                "aws_secret_access_key = two words\n";
static const char config_text[] = "[default]\n"
                                  "region = eu-west-1\n"
                                  "[profile lab]\n"
                                  "region = eu-north-1\n"
                                  "endpoint_url = http://any:1\n"
                                  "services = store\n"
                                  "max_attempts = 3\n"
                                  "ca_bundle = /lab.pem\n"
                                  "[profile \"with blank\"]\n"
                                  "aws_access_key_id = AKBLANK\n"
                                  "aws_secret_access_key = secretblank\n"
                                  "[profile sso]\n"
                                  "sso_account_id = 123456789012\n"
                                  "[services store]\n"
                                  "s3 =\n"
                                  "  endpoint_url = http://store:2\n"
                                  "sqs =\n"
                                  "  endpoint_url = http://queues:4\n"
                                  "[services other]\n"
                                  "s3 =\n"
                                  "  endpoint_url = http://other:3\n";

static const struct {
    const char *name;
    const char *environment[VARIABLES];
    const char *profile, *region, *endpoint_url, *ca_bundle;
    bool for_sqs, no_keys;
    /* Wanted: "key secret token region endpoint bundle attempts", or the refusal's words. */
    const char *want, *refused;
} cases[] = {
    {.name = "the default profile", .want = "AKDEFAULT secret/default= - eu-west-1 - - 0"},
    {.name = "the environment before the default profile",
     .environment = {"AWS_ACCESS_KEY_ID=AKENV", "AWS_SECRET_ACCESS_KEY=secretenv",
                     "AWS_SESSION_TOKEN=tokenenv"},
     .want = "AKENV secretenv tokenenv eu-west-1 - - 0"},
    {.name = "the environment's keys before AWS_PROFILE's, its settings stay",
     .environment = {"AWS_ACCESS_KEY_ID=AKENV", "AWS_SECRET_ACCESS_KEY=secretenv",
                     "AWS_PROFILE=lab"},
     .want = "AKENV secretenv - eu-north-1 http://store:2 /lab.pem 3"},
    {.name = "a profile of the command line before the environment",
     .environment = {"AWS_ACCESS_KEY_ID=AKENV", "AWS_SECRET_ACCESS_KEY=secretenv"},
     .profile = "lab",
     .want = "AKLAB secretlab tokenlab eu-north-1 http://store:2 /lab.pem 3"},
    {.name = "AWS_PROFILE",
     .environment = {"AWS_PROFILE=lab"},
     .want = "AKLAB secretlab tokenlab eu-north-1 http://store:2 /lab.pem 3"},
    {.name = "a profile with a blank in its name, keys in the config file",
     .profile = "with blank",
     .want = "AKBLANK secretblank - us-east-1 - - 0"},
    {.name = "AWS_REGION before AWS_DEFAULT_REGION before the profile",
     .environment = {"AWS_REGION=r1", "AWS_DEFAULT_REGION=r2"},
     .want = "AKDEFAULT secret/default= - r1 - - 0"},
    {.name = "AWS_DEFAULT_REGION before the profile",
     .environment = {"AWS_DEFAULT_REGION=r2"},
     .want = "AKDEFAULT secret/default= - r2 - - 0"},
    {.name = "the command line before all",
     .environment = {"AWS_REGION=r1", "AWS_ENDPOINT_URL_S3=http://e", "AWS_CA_BUNDLE=/e.pem"},
     .region = "r0",
     .endpoint_url = "http://given",
     .ca_bundle = "/given.pem",
     .want = "AKDEFAULT secret/default= - r0 http://given /given.pem 0"},
    {.name = "a profile's endpoint for queues",
     .profile = "lab",
     .for_sqs = true,
     .want = "AKLAB secretlab tokenlab eu-north-1 http://queues:4 /lab.pem 3"},
    {.name = "the endpoint of the service that is asked",
     .environment = {"AWS_ENDPOINT_URL_SQS=http://sqs", "AWS_ENDPOINT_URL_S3=http://s3"},
     .for_sqs = true,
     .want = "AKDEFAULT secret/default= - eu-west-1 http://sqs - 0"},
    {.name = "settings of a profile without keys",
     .profile = "sso",
     .no_keys = true,
     .want = "- - - us-east-1 - - 0"},
    {.name = "AWS_ENDPOINT_URL_S3 before AWS_ENDPOINT_URL",
     .environment = {"AWS_ENDPOINT_URL=http://all", "AWS_ENDPOINT_URL_S3=http://s3"},
     .want = "AKDEFAULT secret/default= - eu-west-1 http://s3 - 0"},
    {.name = "AWS_ENDPOINT_URL before the profile's",
     .environment = {"AWS_ENDPOINT_URL=http://all", "AWS_PROFILE=lab"},
     .want = "AKLAB secretlab tokenlab eu-north-1 http://all /lab.pem 3"},
    {.name = "configured endpoints ignored",
     .environment = {"AWS_ENDPOINT_URL=http://all", "AWS_PROFILE=lab",
                     "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=TRUE"},
     .want = "AKLAB secretlab tokenlab eu-north-1 - /lab.pem 3"},
    {.name = "attempts",
     .environment = {"AWS_MAX_ATTEMPTS=12"},
     .want = "AKDEFAULT secret/default= - eu-west-1 - - 12"},
    {.name = "empty variables are as good as none",
     .environment = {"AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=", "AWS_REGION=", "AWS_PROFILE="},
     .want = "AKDEFAULT secret/default= - eu-west-1 - - 0"},
    {.name = "no such profile", .profile = "nowhere", .refused = "\"nowhere\": is not in"},
    {.name = "half a profile", .profile = "half", .refused = "without aws_secret_access_key"},
    {.name = "half an environment",
     .environment = {"AWS_ACCESS_KEY_ID=AKENV"},
     .refused = "without AWS_SECRET_ACCESS_KEY"},
    {.name = "the other half",
     .environment = {"AWS_SECRET_ACCESS_KEY=hidden"},
     .refused = "without AWS_ACCESS_KEY_ID"},
    {.name = "a secret with a blank", .profile = "bad", .refused = "AWS_SECRET_ACCESS_KEY: has"},
    {.name = "a key with a line feed",
     .environment = {"AWS_ACCESS_KEY_ID=AK\n", "AWS_SECRET_ACCESS_KEY=hidden"},
     .refused = "AWS_ACCESS_KEY_ID: has"},
    {.name = "single sign-on", .profile = "sso", .refused = "export-credentials"},
    {.name = "attempts that are no number",
     .environment = {"AWS_MAX_ATTEMPTS=many"},
     .refused = "AWS_MAX_ATTEMPTS"},
    {.name = "no attempts", .environment = {"AWS_MAX_ATTEMPTS=0"}, .refused = "AWS_MAX_ATTEMPTS"},
    {.name = "more attempts than there are numbers",
     .environment = {"AWS_MAX_ATTEMPTS=99999999999999999999"},
     .refused = "AWS_MAX_ATTEMPTS"},
};

static char folder[] = "/tmp/beantrail-creds-XXXXXX";
static char keys_variable[64], config_variable[64];
static const char *all[VARIABLES + 2];

static const char *or_dash(struct span s)
{
    return s.n > 0 ? s.p : "-";
}

static void sources_have_their_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t n = 0;
        for (; n < VARIABLES - 2 && cases[i].environment[n] != NULL; n++)
            all[n] = cases[i].environment[n];
        all[n++] = keys_variable;
        all[n++] = config_variable;
        all[n] = NULL;
        environment = all;

        struct err e = {0};
        struct arena a;
        struct creds c;
        arena_init(&a);
        const struct creds_wish w = {.no_asking = true,
                                     .profile = cases[i].profile,
                                     .region = cases[i].region,
                                     .endpoint_url = cases[i].endpoint_url,
                                     .ca_bundle = cases[i].ca_bundle,
                                     .for_sqs = cases[i].for_sqs,
                                     .no_keys = cases[i].no_keys,
                                     .env = from_case};
        int rc = creds_find(&c, &a, &w, &e);
        if (cases[i].refused != NULL) {
            if (rc == 0 || e.kind != ERR_INPUT || strstr(e.text, cases[i].refused) == NULL)
                fail_msg("%s: rc %d, \"%s\"", cases[i].name, rc, e.text);
            if (strstr(e.text, "hidden") != NULL || strstr(e.text, "two words") != NULL)
                fail_msg("%s: a secret is told: %s", cases[i].name, e.text);
        } else {
            if (rc != 0)
                fail_msg("%s: %s", cases[i].name, e.text);
            char got[512];
            snprintf(got, sizeof(got), "%s %s %s %s %s %s %u", or_dash(c.access_key),
                     or_dash(c.secret), or_dash(c.token), c.region.p, or_dash(c.endpoint),
                     c.ca_bundle != NULL ? c.ca_bundle : "-", c.attempts);
            if (strcmp(got, cases[i].want) != 0)
                fail_msg("%s: %s, want %s", cases[i].name, got, cases[i].want);
        }
        arena_free(&a);
    }
}

static void a_home_without_files_has_no_credentials(void **state)
{
    (void)state;
    static const char *const none[] = {"HOME=/nonexistent", NULL};
    struct err e = {0};
    struct arena a;
    struct creds c;
    environment = none;
    arena_init(&a);
    const struct creds_wish w = {.env = from_case, .no_asking = true};
    assert_int_equal(creds_find(&c, &a, &w, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "no credentials: set AWS_ACCESS_KEY_ID"));
    assert_non_null(strstr(e.text, "/nonexistent/.aws/credentials"));
    arena_free(&a);
}

static void a_named_file_must_be_there(void **state)
{
    (void)state;
    static const char *const lost[] = {"AWS_CONFIG_FILE=/nonexistent/config", NULL};
    struct err e = {0};
    struct arena a;
    struct creds c;
    environment = lost;
    arena_init(&a);
    const struct creds_wish w = {.env = from_case, .no_asking = true};
    assert_int_equal(creds_find(&c, &a, &w, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, "/nonexistent/config"));
    arena_free(&a);
}

static int make_files(void **state)
{
    (void)state;
    struct err e = {0};
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(keys_variable, sizeof(keys_variable), "AWS_SHARED_CREDENTIALS_FILE=%s/keys", folder);
    snprintf(config_variable, sizeof(config_variable), "AWS_CONFIG_FILE=%s/config", folder);
    if (file_write(strchr(keys_variable, '=') + 1, span_of(keys_text), &e) != 0)
        return -1;
    return file_write(strchr(config_variable, '=') + 1, span_of(config_text), &e);
}

static int remove_files(void **state)
{
    (void)state;
    struct err e = {0};
    return file_remove_tree(folder, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sources_have_their_order),
        cmocka_unit_test(a_home_without_files_has_no_credentials),
        cmocka_unit_test(a_named_file_must_be_there),
    };
    return cmocka_run_group_tests_name("replay/creds", tests, make_files, remove_files);
}
