/* test_draft.c - what services lay over their records; services made by hand, texts too. */
#include "tests/gen/scene.h"

#include <stdio.h>

#include "gen/catalog_read.h"

#define ACTORS                                                                                     \
    "'actors': ["                                                                                  \
    "{'name': 'a', 'identity': {'type': 'IAMUser', 'userName': 'ann'}, 'client': 'boto3',"         \
    " 'addresses': ['203.0.113.7']},"                                                              \
    "{'name': 's', 'identity': {'type': 'AssumedRole', 'roleName': 'r', 'sessionName': 'xy'},"     \
    " 'client': 'elasticbeanstalk'}]"

/* A service called "s" with one operation "Make" that fails by "denied" or "late". */
#define HEAD                                                                                       \
    "{'service': 's', 'eventSource': 's.amazonaws.com', 'host': 's.{region}.amazonaws.com',"       \
    " 'apiName': 's', 'tls': true, 'errors': {"                                                    \
    "'denied': {'code': 'No', 'http': 403, 'parameters': false, 'message': 'no {request.a}',"      \
    " 'record': {'eventType': 'E'}, 'omit': ['eventCategory']},"                                   \
    "'late': {'code': 'Late', 'http': 408, 'message': 'late'}}"
#define MAKE ", 'operations': [{'name': 'Make', 'readOnly': false, 'errors': ['denied', 'late']"
#define TAIL "}]}"

static const struct {
    const char *name;
    const char *service, *operation; /* members of both, with ' for " */
    const char *record;              /* the scenario's settings */
    const char *with;                /* the step's request */
    uint32_t actor;
    const char *error;
    const char *want, *unwanted; /* parts of the record, or NULL */
} cases[] = {
    {"a service's record", ", 'record': {'apiVersion': '1'}", ", 'request': {}", NULL, NULL, 0,
     NULL, "'eventType':'AwsApiCall','apiVersion':'1','managementEvent'", NULL},
    {"an operation's goes before", ", 'record': {'apiVersion': '1', 'eventType': 'A'}",
     ", 'request': {}, 'record': {'eventType': 'B'}", NULL, NULL, 0, NULL,
     "'eventType':'B','apiVersion':'1'", "'A'"},
    {"an error's goes before that", "", ", 'request': {}, 'record': {'eventType': 'B'}", NULL, NULL,
     0, "denied", "'eventType':'E'", "eventCategory"},
    {"no error, no such", "", ", 'request': {}, 'record': {'eventType': 'B'}", NULL, NULL, 0,
     "late", "'eventType':'B'", NULL},
    {"what a service omits", ", 'omit': ['requestID', 'userIdentity.userName']", ", 'request': {}",
     NULL, NULL, 0, NULL, "'responseElements':null,'eventID'", "'ann'"},
    {"objects are merged", ", 'record': {'tlsDetails': {'keyExchange': 'k'}}", ", 'request': {}",
     NULL, NULL, 0, NULL, ".amazonaws.com','keyExchange':'k'}", NULL},
    {"what has no value is left out, and what then is empty",
     ", 'record': {'additionalEventData': {'a': {'b': '{signIn.key}'}}}", ", 'request': {}", NULL,
     NULL, 0, NULL, "'responseElements':null,'requestID'", "additionalEventData"},
    {"what is empty by itself stays", ", 'record': {'additionalEventData': {'a': {}}}",
     ", 'request': {}", NULL, NULL, 0, NULL, "'additionalEventData':{'a':{}}", NULL},
    {"numbers are numbers", ", 'record': {'additionalEventData': {'at': '{time.ms}'}}",
     ", 'request': {}", NULL, NULL, 0, NULL, "{'at':1789344001000}", NULL},
    {"a version of its own", ", 'eventVersion': 9", ", 'request': {}", NULL, NULL, 0, NULL,
     "{'eventVersion':'1.09'", NULL},
    {"but not in times before", ", 'eventVersion': 11", ", 'request': {}",
     "'record': {'eventVersion': '1.08'},", NULL, 0, NULL, "{'eventVersion':'1.08'", NULL},
    {"members go with the version", ", 'eventVersion': 5", ", 'request': {}", NULL, NULL, 0, NULL,
     "{'eventVersion':'1.05'", "tlsDetails"},
    {"a text", "",
     ", 'request': {'a': {'t': 'string', 'text': 'x-{account.id}', 'sent': 'always'}}", NULL, NULL,
     0, NULL, "'requestParameters':{'a':'x-123456789012'}", NULL},
    {"a text of any type", "",
     ", 'request': {'a': {'t': 'list', 'of': 'object', 'text': [{'b': ['{region}', 1]}],"
     " 'sent': 'always'}}",
     NULL, NULL, 0, NULL, "'requestParameters':{'a':[{'b':['us-east-1',1]}]}", NULL},
    {"an element of its own row", "",
     ", 'request': {'a': {'t': 'list', 'of': 'string'}, 'a[]': {'t': 'string', 'from': 'region',"
     " 'sent': 'always'}}",
     NULL, NULL, 0, NULL, "'requestParameters':{'a':['us-east-1']}", NULL},
    {"what the request says", "",
     ", 'request': {'a': {'t': 'string', 'from': 'region', 'sent': 'always'}},"
     " 'response': {'b': {'t': 'string', 'text': '<{request.a}>'}}",
     NULL, NULL, 0, NULL, "'responseElements':{'b':'<us-east-1>'}", NULL},
    {"what the step says", "",
     ", 'request': {'a': {'t': 'string', 'from': 'region', 'sent': 'always'}},"
     " 'response': {'b': {'t': 'string', 'text': '<{request.a}>'}}",
     NULL, "{'a': 'mine'}", 0, NULL, "'responseElements':{'b':'<mine>'}", "us-east-1'}"},
    {"in messages too", "", ", 'request': {'a': {'t': 'string', 'const': 'c', 'sent': 'always'}}",
     NULL, NULL, 0, "denied", "'errorMessage':'no c','requestParameters':null", NULL},
    {"a service's call shows no key of a role", "", ", 'request': {}", NULL, NULL, 1, NULL,
     "'invokedBy':'elasticbeanstalk.amazonaws.com'", "accessKeyId"},
    {"unless the service called shows it", ", 'invokedKeys': 'shown'", ", 'request': {}", NULL,
     NULL, 1, NULL, "'accessKeyId':'ASIA", NULL},
    {"people's keys are not hidden", ", 'invokedKeys': 'hidden'", ", 'request': {}", NULL, NULL, 0,
     NULL, "'accessKeyId':'AKIA", NULL},
    {"S3 puts agents in brackets", ", 'record': {'userAgent': '{caller.bracketedAgent}'}",
     ", 'request': {}", NULL, NULL, 0, NULL, "'userAgent':'[Boto3/", NULL},
    {"but not services'", ", 'record': {'userAgent': '{caller.bracketedAgent}'}", ", 'request': {}",
     NULL, NULL, 1, NULL, "'userAgent':'elasticbeanstalk.amazonaws.com'", NULL},
};

static void quote(struct buf *text)
{
    for (size_t i = 0; i < text->n; i++) {
        if (text->p[i] == '\'')
            text->p[i] = '"';
    }
}

static bool holds(const char *text, const char *part)
{
    struct buf wanted;
    buf_init(&wanted, 1 << 16);
    buf_printf(&wanted, "%s", part);
    quote(&wanted);
    bool found = strstr(text, buf_text(&wanted)) != NULL;
    buf_free(&wanted);
    return found;
}

/* The document of ${text}, with ' for ". */
static struct json_doc *doc_of(const char *text)
{
    struct buf quoted;
    buf_init(&quoted, 1 << 16);
    buf_printf(&quoted, "%s", text);
    quote(&quoted);
    struct json_doc *doc = scene_json(buf_span(&quoted));
    buf_free(&quoted);
    return doc;
}

static void put_case(struct buf *out, size_t i)
{
    struct stage st;
    struct service service;
    struct err e = {0};
    char text[2048];
    snprintf(text, sizeof text, "%s" SCENE_CAST ", " ACTORS,
             cases[i].record == NULL ? "" : cases[i].record);
    stage_open(&st, text);
    snprintf(text, sizeof text, HEAD "%s" MAKE "%s" TAIL, cases[i].service, cases[i].operation);
    struct json_doc *doc = doc_of(text);
    struct json_doc *with = doc_of(cases[i].with == NULL ? "{}" : cases[i].with);
    if (catalog_read_service(&service, &st.arena, doc, &e) != 0)
        fail_msg("%s: %s", cases[i].name, e.text);
    const struct operation *op = &service.operations[0];
    const struct step step = {
        .name = op->name, .operation = op, .client = SCENARIO_NONE, .with = json_root(with)};
    const struct scene scene = stage_scene(&st, cases[i].actor, SCENARIO_NONE);
    stage_record(&st, out, &scene, &step,
                 cases[i].error == NULL ? NULL : catalog_error(op, span_of(cases[i].error)));
    json_close(with);
    json_close(doc);
    stage_close(&st);
}

static void services_shape_their_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf got;
        buf_init(&got, 1 << 20);
        put_case(&got, i);
        json_close(scene_json(buf_span(&got)));
        if (!holds(buf_text(&got), cases[i].want) ||
            (cases[i].unwanted != NULL && holds(buf_text(&got), cases[i].unwanted)))
            fail_msg("%s: %s", cases[i].name, buf_text(&got));
        buf_free(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(services_shape_their_records),
    };
    return cmocka_run_group_tests_name("gen/draft", tests, scene_load, scene_unload);
}
