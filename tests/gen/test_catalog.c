/* test_catalog.c - the numbers are those of the service's API and guides; faults are made by hand.
 */
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/json.h"
#include "gen/catalog.h"
#include "gen/catalog_read.h"

static struct arena arena;
static struct catalog catalog;

static int load(void **state)
{
    (void)state;
    struct err e = {.kind = ERR_NONE};
    arena_init(&arena);
    if (catalog_load(&catalog, &arena, NULL, &e) != 0) {
        print_error("%s\n", e.text);
        return -1;
    }
    return 0;
}

static int unload(void **state)
{
    (void)state;
    catalog_close(&catalog);
    arena_free(&arena);
    return 0;
}

static void the_tables_are_complete(void **state)
{
    (void)state;
    size_t options = 0;
    for (size_t i = 0; i < catalog.nnamespaces; i++)
        options += catalog.namespaces[i].noptions;
    assert_int_equal(catalog_service(&catalog, SPAN("elasticbeanstalk"))->noperations, 47);
    assert_int_equal(catalog_service(&catalog, SPAN("sts"))->noperations, 6);
    assert_int_equal(catalog.nnamespaces, 52);
    assert_int_equal(options, 257);
    assert_int_equal(catalog.nplatforms, 104);
    assert_int_equal(catalog.nregions, 36);
}

static void put_line(struct buf *out, const struct operation *op)
{
    buf_printf(out, "{\"name\":\"%.*s:%.*s\",\"readOnly\":%s,\"effect\":\"%s\",\"request\":[",
               SPAN_ARG(op->service->name), SPAN_ARG(op->name), op->read_only ? "true" : "false",
               catalog_effects[op->effect]);
    for (size_t i = 0; i < op->nrequest; i++)
        buf_printf(out, "%s\"%.*s\"", i == 0 ? "" : ",", SPAN_ARG(op->request[i].path));
    buf_printf(out, "]}\n");
}

static void operations_are_those_of_the_golden_file(void **state)
{
    (void)state;
    struct err e = {.kind = ERR_NONE};
    struct buf got, want;
    buf_init(&got, SIZE_MAX);
    buf_init(&want, SIZE_MAX);
    for (size_t s = 0; s < catalog.nservices; s++)
        for (size_t i = 0; i < catalog.services[s].noperations; i++)
            put_line(&got, &catalog.services[s].operations[i]);
    if (file_read(&want, "tests/golden/operations.jsonl", &e) != 0)
        fail_msg("%s", e.text);
    assert_string_equal(buf_text(&got), buf_text(&want));
    buf_free(&got);
    buf_free(&want);
}

/* A step that says nothing still makes a call that the service would take. */
static void every_required_member_has_a_value(void **state)
{
    (void)state;
    for (size_t s = 0; s < catalog.nservices; s++) {
        for (size_t i = 0; i < catalog.services[s].noperations; i++) {
            const struct operation *op = &catalog.services[s].operations[i];
            for (size_t k = 0; k < op->nrequest; k++) {
                const struct member *m = &op->request[k];
                bool top = span_find(m->path, '.') == m->path.n;
                if (m->required && top && m->type != MEMBER_OBJECT && m->sent != SENT_ALWAYS)
                    fail_msg("%.*s: %.*s", SPAN_ARG(op->name), SPAN_ARG(m->path));
            }
        }
    }
}

/* Source: the responses of reads are null; STS tells the keys that it hands out. */
static void only_mutations_and_sts_show_a_response(void **state)
{
    (void)state;
    for (size_t s = 0; s < catalog.nservices; s++) {
        const struct service *service = &catalog.services[s];
        for (size_t i = 0; i < service->noperations; i++) {
            const struct operation *op = &service->operations[i];
            if (op->read_only && op->nresponse > 0 && !span_is(service->name, "sts"))
                fail_msg("%.*s:%.*s", SPAN_ARG(service->name), SPAN_ARG(op->name));
        }
    }
    assert_true(catalog_operation(&catalog, SPAN("sts:AssumeRole"))->nresponse > 0);
}

/* Source: eventVersion is each service's own; Elastic Beanstalk's is not published. */
static void services_have_versions_of_their_own(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int version;
        bool global;
    } known[] = {{"elasticbeanstalk", 0, false}, {"ec2", 10, false}, {"iam", 11, true},
                 {"monitoring", 10, false},      {"s3", 11, false},  {"sts", 11, false}};
    for (size_t i = 0; i < COUNT(known); i++) {
        const struct service *s = catalog_service(&catalog, span_of(known[i].name));
        assert_int_equal(s->event_version, known[i].version);
        assert_int_equal(s->is_global, known[i].global);
    }
    assert_true(catalog_region(&catalog, SPAN("us-east-1"))->global);
    assert_false(catalog_region(&catalog, SPAN("eu-west-1"))->global);
}

static void a_denied_or_throttled_call_loses_its_parameters(void **state)
{
    (void)state;
    const struct operation *op = catalog_operation(&catalog, SPAN("UpdateEnvironment"));
    assert_false(catalog_error(op, SPAN("access-denied"))->keeps_parameters);
    assert_false(catalog_error(op, SPAN("throttled"))->keeps_parameters);
    assert_true(catalog_error(op, SPAN("no-such-environment"))->keeps_parameters);
    assert_null(catalog_error(op, SPAN("dns-taken")));
    assert_int_equal(op->effect, EFFECT_UPDATE);
}

static void operations_are_found_by_name(void **state)
{
    (void)state;
    const struct operation *op = catalog_operation(&catalog, SPAN("CreateEnvironment"));
    assert_non_null(op);
    assert_ptr_equal(op, catalog_operation(&catalog, SPAN("elasticbeanstalk:CreateEnvironment")));
    assert_ptr_equal(catalog_operation(&catalog, SPAN("sts:GetCallerIdentity"))->service,
                     catalog_service(&catalog, SPAN("sts")));
    assert_null(catalog_operation(&catalog, SPAN("GetCallerIdentity")));
    assert_null(catalog_operation(&catalog, SPAN("moon:Land")));
    assert_null(catalog_operation(&catalog, SPAN("")));
    assert_string_equal(catalog_operation_nearest(&catalog, SPAN("CreateEnviroment")),
                        "CreateEnvironment");
    assert_null(catalog_operation_nearest(&catalog, SPAN("zzzzzzzz")));
    const struct member *m =
        catalog_member(op->request, op->nrequest, SPAN("optionSettings[].namespace"));
    assert_int_equal(m->type, MEMBER_STRING);
    assert_null(catalog_member(op->request, op->nrequest, SPAN("optionSettings[].colour")));
}

static void platforms_and_regions_are_found_by_name(void **state)
{
    (void)state;
    const struct platform *p =
        catalog_platform(&catalog, SPAN("Node.js 22 running on 64bit Amazon Linux 2023"));
    assert_true(span_is(p->version, "6.7.2"));
    assert_true(span_is(p->arn_tail, "Node.js 22 running on 64bit Amazon Linux 2023/6.7.2"));
    p = catalog_platform(&catalog, SPAN("64bit Amazon Linux 2023 v6.6.0 running Node.js 22"));
    assert_true(span_is(p->version, "6.6.0"));
    assert_false(p->windows);
    assert_true(
        catalog_platform(&catalog, SPAN("IIS 10.0 running on 64bit Windows Server 2025"))->windows);
    assert_null(catalog_platform(&catalog, SPAN("COBOL")));
    assert_true(span_is(catalog_region(&catalog, SPAN("cn-north-1"))->partition, "aws-cn"));
    assert_true(span_is(catalog_region(&catalog, SPAN("us-gov-west-1"))->host,
                        "elasticbeanstalk.us-gov-west-1.amazonaws.com"));
    assert_null(catalog_region(&catalog, SPAN("mars-north-1")));
}

static const struct {
    const char *ns, *option, *value;
} legal[] = {
    {"aws:autoscaling:asg", "MinSize", "1"},
    {"aws:autoscaling:asg", "MaxSize", "10000"},
    {"aws:autoscaling:asg", "Availability Zones", "Any 2"},
    {"aws:autoscaling:asg", "Custom Availability Zones", "us-east-1a,us-east-1b"},
    {"aws:autoscaling:launchconfiguration", "IamInstanceProfile", ""},
    {"aws:autoscaling:scheduledaction", "StartTime", "2026-09-14T00:00:00Z"},
    {"aws:autoscaling:scheduledaction", "Recurrence", "0 9 * * MON-FRI"},
    {"aws:autoscaling:trigger", "LowerBreachScaleIncrement", "-1"},
    {"aws:autoscaling:updatepolicy:rollingupdate", "PauseTime", "PT5M30S"},
    {"aws:ec2:instances", "InstanceTypes", "t3.micro, t3.small"},
    {"aws:ec2:instances", "SpotMaxPrice", "0.0045"},
    {"aws:ec2:instances", "SupportedArchitectures", "arm64"},
    {"aws:elasticbeanstalk:application:environment", "STRIPE_KEY", "anything"},
    {"aws:elasticbeanstalk:application:environment", "RAILS_SKIP_MIGRATIONS", "true"},
    {"aws:elasticbeanstalk:application:environmentsecrets", "DB",
     "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1b2c3"},
    {"aws:elasticbeanstalk:cloudwatch:logs", "RetentionInDays", "365"},
    {"aws:elasticbeanstalk:container:dotnet:apppool", "Enable 32-bit Applications", "False"},
    {"aws:elasticbeanstalk:environment:process:default", "MatcherHTTPCode", "200,301"},
    {"aws:elasticbeanstalk:environment:process:default", "MatcherHTTPCode", "200-299"},
    {"aws:elasticbeanstalk:environment:process:admin", "Port", "8080"},
    {"aws:elasticbeanstalk:environment:proxy:staticfiles", "/images", "staticimages"},
    {"aws:elasticbeanstalk:healthreporting:system", "ConfigDocument", "{\"Version\":1}"},
    {"aws:elasticbeanstalk:managedactions", "PreferredStartTime", "Tue:09:00"},
    {"aws:elbv2:listener:443", "SSLCertificateArns",
     "arn:aws:acm:us-east-1:123456789012:certificate/1"},
    {"aws:rds:dbinstance", "DBPassword", "correct horse"},
};

static const struct {
    const char *ns, *option, *value, *why;
} illegal[] = {
    {"aws:autoscalling:asg", "MinSize", "1", "did you mean \"aws:autoscaling:asg\""},
    {"x", "MinSize", "1", "catalog --options"},
    {"aws:autoscaling:asg", "MinSise", "1", "did you mean \"MinSize\""},
    {"aws:autoscaling:asg", "minsize", "1", "did you mean \"MinSize\""},
    {"aws:autoscaling:asg", "Frobnicate", "1", "catalog --options aws:autoscaling:asg"},
    {"aws:autoscaling:asg", "MinSize", "0", "a whole number from 1 to 10000, not \"0\""},
    {"aws:autoscaling:asg", "MinSize", "10001", "from 1 to 10000"},
    {"aws:autoscaling:asg", "MinSize", "two", "a whole number"},
    {"aws:autoscaling:asg", "MinSize", "1.0", "a whole number"},
    {"aws:autoscaling:asg", "MinSize", "", "a whole number"},
    {"aws:autoscaling:asg", "MinSize", "0x10", "a whole number"},
    {"aws:autoscaling:asg", "Custom Availability Zones", "a,,b", "one comma"},
    {"aws:autoscaling:asg", "Custom Availability Zones", "a,", "one comma"},
    {"aws:autoscaling:asg", "EnableCapacityRebalancing", "yes", "true or false"},
    {"aws:autoscaling:scheduledaction", "StartTime", "tomorrow", "an instant"},
    {"aws:autoscaling:scheduledaction", "Recurrence", "0 9 * *", "five fields"},
    {"aws:autoscaling:updatepolicy:rollingupdate", "PauseTime", "PT", "a duration"},
    {"aws:autoscaling:updatepolicy:rollingupdate", "PauseTime", "PT1S1H", "a duration"},
    {"aws:autoscaling:updatepolicy:rollingupdate", "PauseTime", "PT2H", "from 0 to 3600"},
    {"aws:ec2:instances", "SpotMaxPrice", "0", "from 0.001 to 20"},
    {"aws:ec2:instances", "SupportedArchitectures", "arm64,mips", "one of arm64"},
    {"aws:elasticbeanstalk:application:environmentsecrets", "DB", "secret", "an ARN"},
    {"aws:elasticbeanstalk:cloudwatch:logs", "RetentionInDays", "2", "RetentionInDays"},
    {"aws:elasticbeanstalk:command", "DeploymentPolicy", "Inmutable", "did you mean \"Immutable\""},
    {"aws:elasticbeanstalk:environment:process:default", "MatcherHTTPCode", "2xx", "of the form"},
    {"aws:elasticbeanstalk:environment:process:", "Port", "80", "not an option namespace"},
    {"aws:elasticbeanstalk:environment:proxy:staticfiles", "images", "i", "not an option"},
    {"aws:elasticbeanstalk:healthreporting:system", "ConfigDocument", "{", "a JSON document"},
    {"aws:elasticbeanstalk:managedactions", "PreferredStartTime", "Tue:24:00", "of the form"},
    {"aws:elbv2:listener:http", "Protocol", "HTTP", "not an option namespace"},
    {"aws:elbv2:listener:65536", "Protocol", "HTTP", "not an option namespace"},
    {"aws:rds:dbinstance", "DBPassword", "hunter2/", "of the form"},
};

static void legal_options_are_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(legal); i++) {
        char why[512] = "";
        if (!catalog_option_check(&catalog, span_of(legal[i].ns), span_of(legal[i].option),
                                  span_of(legal[i].value), why, sizeof(why)))
            fail_msg("%s %s=\"%s\": %s", legal[i].ns, legal[i].option, legal[i].value, why);
    }
}

static void illegal_options_are_refused_with_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(illegal); i++) {
        char why[512] = "";
        bool fine =
            catalog_option_check(&catalog, span_of(illegal[i].ns), span_of(illegal[i].option),
                                 span_of(illegal[i].value), why, sizeof(why));
        if (fine || strstr(why, illegal[i].why) == NULL || strstr(why, "hunter2") != NULL)
            fail_msg("%s %s=\"%s\": \"%s\", want \"%s\"", illegal[i].ns, illegal[i].option,
                     illegal[i].value, fine ? "taken" : why, illegal[i].why);
    }
}

#define WORKERS  "aws:elasticbeanstalk:sqsd"
#define BALANCER "aws:elbv2:loadbalancer"
#define SCALING  "aws:autoscaling:trigger"
#define NODE     "Node.js"

/* Each row: a setting, the place, and what is said when it does not fit there. */
static const struct {
    const char *ns, *option, *value;
    bool load_balanced, worker;
    const char *family, *why;
} places[] = {
    {WORKERS, "HttpPath", "/", true, true, NODE, NULL},
    {WORKERS, "HttpPath", "/", false, true, NODE, NULL},
    {WORKERS, "HttpPath", "/", true, false, NODE, "HttpPath of " WORKERS " is for workers"},
    {WORKERS, "HttpPath", "/", false, false, NODE, "is for workers"},
    {WORKERS, "HttpPath", "/", true, true, ".NET on Windows Server", " platforms"},
    {WORKERS, "NoSuchOption", "/", true, false, NODE, NULL},
    {BALANCER, "IdleTimeout", "60", true, false, NODE, NULL},
    {BALANCER, "IdleTimeout", "60", false, false, NODE, "web servers behind a load balancer"},
    {BALANCER, "IdleTimeout", "60", true, true, NODE, "web servers behind a load balancer"},
    {SCALING, "Period", "5", true, false, NODE, NULL},
    {SCALING, "Period", "5", true, true, NODE, NULL},
    {SCALING, "Period", "5", false, false, NODE, "environments that scale"},
    {SCALING, "Period", "5", false, true, NODE, "environments that scale"},
    {"aws:autoscaling:asg", "MinSize", "1", false, true, NODE, NULL},
    {"aws:elasticbeanstalk:application", "Application Healthcheck URL", "/", true, true, NODE,
     "is for web servers"},
    {"aws:elb:policies", "ConnectionDrainingEnabled", "true", false, false, NODE, NULL},
    {"aws:elb:policies", "Stickiness Policy", "true", false, false, NODE, "load balancer"},
    {"aws:ec2:vpc", "ELBScheme", "public", false, false, NODE, "load balancer"},
    {"aws:elasticbeanstalk:command", "DeploymentPolicy", "TrafficSplitting", true, false, NODE,
     NULL},
    {"aws:elasticbeanstalk:command", "DeploymentPolicy", "TrafficSplitting", false, false, NODE,
     "\"TrafficSplitting\" as DeploymentPolicy"},
    {"aws:elasticbeanstalk:command", "DeploymentPolicy", "Immutable", false, false, NODE, NULL},
    {"aws:elasticbeanstalk:container:php:phpini", "memory_limit", "1M", true, false, "PHP", NULL},
    {"aws:elasticbeanstalk:container:php:phpini", "memory_limit", "1M", true, false, NODE,
     "is for PHP platforms"},
};

static void options_are_for_kinds_of_environments(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        char why[512] = "";
        const struct option_place place = {places[i].load_balanced, places[i].worker,
                                           span_of(places[i].family)};
        bool fits = catalog_option_fits(&catalog, span_of(places[i].ns), span_of(places[i].option),
                                        span_of(places[i].value), &place, why, sizeof why);
        if (fits != (places[i].why == NULL) || (!fits && strstr(why, places[i].why) == NULL))
            fail_msg("row %zu: %s %s: \"%s\"", i, places[i].ns, places[i].option, why);
    }
}

/* A misspelt family would make its namespace illegal everywhere. */
static void families_of_namespaces_exist(void **state)
{
    (void)state;
    for (size_t i = 0; i < catalog.nnamespaces; i++)
        for (size_t k = 0; k < catalog.namespaces[i].nfamilies; k++) {
            bool found = false;
            for (size_t j = 0; j < catalog.nplatforms; j++)
                found = found ||
                        span_equal(catalog.platforms[j].family, catalog.namespaces[i].families[k]);
            if (!found)
                fail_msg("%.*s", SPAN_ARG(catalog.namespaces[i].families[k]));
        }
}

/* What an option is when nobody sets it is legal itself. */
static void every_default_is_legal(void **state)
{
    (void)state;
    for (size_t i = 0; i < catalog.nnamespaces; i++) {
        const struct option_namespace *ns = &catalog.namespaces[i];
        struct span name = ns->name;
        if (ns->templated)
            name = arena_printf(&arena, "%.*s80", SPAN_ARG(ns->fixed));
        for (size_t k = 0; k < ns->noptions; k++) {
            char why[512] = "";
            const struct option *o = &ns->options[k];
            if (o->initial.n > 0 &&
                !catalog_option_check(&catalog, name, o->name, o->initial, why, sizeof(why)))
                fail_msg("%s", why);
        }
    }
}

static void a_too_short_buffer_is_not_overrun(void **state)
{
    (void)state;
    char why[8] = "";
    assert_false(catalog_option_check(&catalog, SPAN("aws:autoscaling:asg"), SPAN("MinSize"),
                                      SPAN("0"), why, sizeof(why)));
    assert_string_equal(why, "option ");
}

#define HEAD                                                                                       \
    "{\"service\":\"s\",\"eventSource\":\"s.amazonaws.com\",\"host\":\"h\",\"apiName\":\"s\","     \
    "\"errors\":{\"throttled\":{\"http\":400}},\"operations\":["
#define TAIL               "]}"
#define OPERATION(request) HEAD "{\"name\":\"A\",\"readOnly\":true,\"errors\":[]," request "}" TAIL
#define REQUEST(rows)      OPERATION("\"request\":{" rows "}")

static const struct {
    const char *name, *text, *want;
} broken_services[] = {
    {"no operations", HEAD TAIL, "1 to 1024 elements"},
    {"an unknown member", OPERATION("\"request\":{},\"colour\":1"), "colour"},
    {"a read that changes", OPERATION("\"request\":{},\"effect\":\"launch\""), "has none"},
    {"an unknown effect", OPERATION("\"request\":{},\"effect\":\"lunch\""), "\"launch\""},
    {"an unknown type", REQUEST("\"a\":{\"t\":\"text\"}"), "text"},
    {"a doubled member", REQUEST("\"a\":{\"t\":\"string\"},\"a\":{\"t\":\"string\"}"), "a"},
    {"a list of nothing", REQUEST("\"a\":{\"t\":\"list\"}"), "a list needs it"},
    {"an orphan", REQUEST("\"a.b\":{\"t\":\"string\"}"), "must come before it"},
    {"a child of text", REQUEST("\"a\":{\"t\":\"string\"},\"a.b\":{\"t\":\"string\"}"),
     "no object"},
    {"an element of no list", REQUEST("\"a\":{\"t\":\"object\"},\"a[]\":{\"t\":\"string\"}"),
     "no list"},
    {"a field of text elements",
     REQUEST("\"a\":{\"t\":\"list\",\"of\":\"string\"},\"a[].b\":{\"t\":\"string\"}"), "no list"},
    {"a name with a blank", REQUEST("\"a b\":{\"t\":\"string\"}"), "letters and digits"},
    {"a name that ends in a point", REQUEST("\"a.\":{\"t\":\"string\"}"), "letters and digits"},
    {"brackets inside", REQUEST("\"a[]b\":{\"t\":\"string\"}"), "letters and digits"},
    {"two sources", REQUEST("\"a\":{\"t\":\"string\",\"from\":\"x\",\"const\":\"y\"}"), "keep one"},
    {"two others", REQUEST("\"a\":{\"t\":\"string\",\"text\":\"{x}\",\"const\":\"y\"}"),
     "keep one"},
    {"a text of another type", REQUEST("\"a\":{\"t\":\"list\",\"of\":\"string\",\"text\":\"x\"}"),
     "not a list"},
    {"a record that is none", OPERATION("\"request\":{},\"record\":[]"), "record"},
    {"an omission that is none", OPERATION("\"request\":{},\"omit\":[1]"), "must be a string"},
    {"a constant of another type", REQUEST("\"a\":{\"t\":\"string\",\"const\":1}"), "not a string"},
    {"always, but what", REQUEST("\"a\":{\"t\":\"string\",\"sent\":\"always\"}"), "always sent"},
    {"a pattern that is none", REQUEST("\"a\":{\"t\":\"string\",\"pattern\":\"(\"}"),
     "POSIX extended"},
    {"a pattern that costs too much",
     REQUEST("\"a\":{\"t\":\"string\",\"pattern\":\"((a{99}){99}){99}\"}"), "repeats too much"},
    {"a pattern that looks back", REQUEST("\"a\":{\"t\":\"string\",\"pattern\":\"(a)\\\\1\"}"),
     "refers back"},
    {"bounds the wrong way", REQUEST("\"a\":{\"t\":\"string\",\"min\":2,\"max\":1}"), "less than"},
    {"an unknown error",
     HEAD "{\"name\":\"A\",\"readOnly\":true,\"request\":{},\"errors\":[\"throtled\"]}" TAIL,
     "did you mean \"throttled\""},
    {"out of order",
     HEAD "{\"name\":\"B\",\"readOnly\":true,\"request\":{},\"errors\":[]},"
          "{\"name\":\"A\",\"readOnly\":true,\"request\":{},\"errors\":[]}" TAIL,
     "must come after \"B\""},
};

static void a_broken_service_is_refused_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(broken_services); i++) {
        struct err e = {.kind = ERR_NONE};
        struct json_doc *doc = NULL;
        struct service service;
        int rc = json_open(&doc, "s.json", span_of(broken_services[i].text), &e);
        if (rc == 0)
            rc = catalog_read_service(&service, &arena, doc, &e);
        if (rc == 0 || e.kind != ERR_INPUT || strncmp(e.text, "s.json:1:", 9) != 0 ||
            strstr(e.text, broken_services[i].want) == NULL)
            fail_msg("%s: rc %d, \"%s\"", broken_services[i].name, rc, e.text);
        json_close(doc);
    }
}

typedef int read_fn(struct catalog *out, struct arena *arena, struct json_doc *doc, struct err *e);

#define PLATFORM(branch, version)                                                                  \
    "{\"name\":\"n\",\"branch\":\"" branch "\",\"version\":\"" version                             \
    "\",\"family\":\"f\",\"os\":\"o\",\"seen\":\"2026-01\"}"

static const struct {
    const char *name;
    read_fn *read;
    const char *text, *want;
} broken_tables[] = {
    {"no namespaces", catalog_read_options, "{}", "namespaces"},
    {"braces in the middle", catalog_read_options,
     "{\"namespaces\":[{\"name\":\"aws:{x}:y\",\"environments\":[\"Worker\"],\"options\":"
     "[{\"name\":\"a\",\"t\":\"string\"}]}]}",
     "must be its end"},
    {"an unknown kind of environment", catalog_read_options,
     "{\"namespaces\":[{\"name\":\"aws:x\",\"environments\":[\"Desk\"],\"options\":"
     "[{\"name\":\"a\",\"t\":\"string\"}]}]}",
     "LoadBalanced"},
    {"options out of order", catalog_read_options,
     "{\"namespaces\":[{\"name\":\"aws:x\",\"environments\":[\"Worker\"],\"options\":"
     "[{\"name\":\"b\",\"t\":\"string\"},{\"name\":\"a\",\"t\":\"string\"}]}]}",
     "must come after \"b\""},
    {"a version of two numbers", catalog_read_platforms,
     "{\"platforms\":[" PLATFORM("b", "1.2") "]}", "of the form"},
    {"an old version first", catalog_read_platforms,
     "{\"platforms\":[" PLATFORM("b", "1.9.0") "," PLATFORM("b", "1.10.0") "]}", "newest"},
    {"branches out of order", catalog_read_platforms,
     "{\"platforms\":[" PLATFORM("b", "1.2.3") "," PLATFORM("a", "1.2.3") "]}", "after \"b\""},
    {"an unknown partition", catalog_read_regions,
     "{\"regions\":[{\"name\":\"x\",\"partition\":\"moon\",\"host\":\"h\",\"cnameSuffix\":\"c\","
     "\"elbSuffix\":\"e\"}]}",
     "moon"},
};

static void a_broken_table_is_refused_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(broken_tables); i++) {
        struct err e = {.kind = ERR_NONE};
        struct json_doc *doc = NULL;
        struct catalog c = {.nservices = 0};
        int rc = json_open(&doc, "t.json", span_of(broken_tables[i].text), &e);
        if (rc == 0)
            rc = broken_tables[i].read(&c, &arena, doc, &e);
        if (rc == 0 || e.kind != ERR_INPUT || strncmp(e.text, "t.json:1:", 9) != 0 ||
            strstr(e.text, broken_tables[i].want) == NULL)
            fail_msg("%s: rc %d, \"%s\"", broken_tables[i].name, rc, e.text);
        json_close(doc);
    }
}

static void a_folder_of_the_same_files_is_the_same_catalog(void **state)
{
    (void)state;
    struct err e = {.kind = ERR_NONE};
    struct catalog other;
    if (catalog_load(&other, &arena, "schemas", &e) != 0)
        fail_msg("%s", e.text);
    assert_memory_equal(other.sha256, catalog.sha256, sizeof(other.sha256));
    assert_int_equal(other.nservices, catalog.nservices);
    catalog_close(&other);
    assert_int_equal(other.nservices, 0);
}

static void an_incomplete_folder_is_refused(void **state)
{
    (void)state;
    struct err e = {.kind = ERR_NONE};
    struct catalog other;
    char folder[] = "/tmp/beantrail-catalog-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(catalog_load(&other, &arena, folder, &e), -1);
    assert_non_null(strstr(e.text, "has no option-settings.json"));
    assert_int_equal(e.kind, ERR_INPUT);
    assert_int_equal(rmdir(folder), 0);

    e = (struct err){.kind = ERR_NONE};
    assert_int_equal(catalog_load(&other, &arena, folder, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    assert_non_null(strstr(e.text, folder));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tables_are_complete),
        cmocka_unit_test(operations_are_those_of_the_golden_file),
        cmocka_unit_test(every_required_member_has_a_value),
        cmocka_unit_test(only_mutations_and_sts_show_a_response),
        cmocka_unit_test(services_have_versions_of_their_own),
        cmocka_unit_test(a_denied_or_throttled_call_loses_its_parameters),
        cmocka_unit_test(operations_are_found_by_name),
        cmocka_unit_test(platforms_and_regions_are_found_by_name),
        cmocka_unit_test(legal_options_are_taken),
        cmocka_unit_test(illegal_options_are_refused_with_a_reason),
        cmocka_unit_test(options_are_for_kinds_of_environments),
        cmocka_unit_test(families_of_namespaces_exist),
        cmocka_unit_test(every_default_is_legal),
        cmocka_unit_test(a_too_short_buffer_is_not_overrun),
        cmocka_unit_test(a_broken_service_is_refused_with_its_place),
        cmocka_unit_test(a_broken_table_is_refused_with_its_place),
        cmocka_unit_test(a_folder_of_the_same_files_is_the_same_catalog),
        cmocka_unit_test(an_incomplete_folder_is_refused),
    };
    return cmocka_run_group_tests_name("gen/catalog", tests, load, unload);
}
