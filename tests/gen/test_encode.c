/* test_encode.c - every operation's record is JSON as delivered files have it; texts by hand. */
#include "tests/gen/scene.h"

#define PEOPLE                                                                                     \
    "'actors': [{'name': 'a', 'identity': {'type': 'AssumedRole', 'roleName': 'Deploy', "          \
    "'path': '/ci/', 'sessionName': 'run-1'}, 'client': 'boto3', 'addresses': "                    \
    "['203.0.113.7']}]"

/* A step that says nothing but its operation. */
static struct step bare_step(const struct operation *op)
{
    return (struct step){.name = op->name, .operation = op, .client = SCENARIO_NONE};
}

static bool is_kept(const struct step *step, const struct error_form *error)
{
    return error == NULL || error->keeps_parameters || step->operation->nrequest == 0;
}

/* What holds for every record, whatever its operation. */
static void expect_record(struct span text, const struct step *step, const struct error_form *error)
{
    const struct operation *op = step->operation;
    const bool beanstalk = span_is(op->service->name, "elasticbeanstalk");
    struct json_doc *doc = scene_json(text);
    struct json root = json_root(doc);
    struct json name = json_member(&root, "eventName");
    struct json source = json_member(&root, "eventSource");
    struct json request = json_member(&root, "requestParameters");
    struct json response = json_member(&root, "responseElements");
    struct json code = json_member(&root, "errorCode");
    struct json message = json_member(&root, "errorMessage");
    struct json read_only = json_member(&root, "readOnly");
    bool right = span_equal(json_text(&name), op->name) &&
                 span_equal(json_text(&source), op->service->event_source) &&
                 span_find(text, '\n') == text.n && span_find(text, '\0') == text.n &&
                 json_is_present(&request) && json_is_present(&response);
    if (beanstalk && !json_is_present(&step->pin)) {
        /* Source: a denied or throttled call loses its parameters; no record has empty ones; reads
           and failures return nothing. */
        right = right && json_is_true(&read_only) == op->read_only &&
                (is_kept(step, error) || json_is_null(&request)) &&
                (json_is_null(&request) || json_count(&request) > 0) &&
                ((error == NULL && !op->read_only) || json_is_null(&response)) &&
                (error == NULL ? !json_is_present(&code) && !json_is_present(&message)
                               : span_equal(json_text(&code), error->code) &&
                                     json_is_present(&message) == (error->message.n > 0));
    }
    if (!right)
        fail_msg("%.*s, %.*s: %.*s", SPAN_ARG(op->name),
                 SPAN_ARG(error == NULL ? SPAN("succeeds") : error->name), SPAN_ARG(text));
    json_close(doc);
}

static void expect_outcomes(struct stage *st, const struct scene *scene, const struct step *step)
{
    struct buf text;
    buf_init(&text, 1 << 20);
    stage_record(st, &text, scene, step, NULL);
    expect_record(buf_span(&text), step, NULL);
    for (size_t k = 0; k < step->operation->nerrors; k++) {
        buf_clear(&text);
        stage_record(st, &text, scene, step, step->operation->errors[k]);
        expect_record(buf_span(&text), step, step->operation->errors[k]);
    }
    buf_free(&text);
}

static void every_operation_and_error_gives_a_record(void **state)
{
    (void)state;
    struct stage st;
    size_t n = 0;
    stage_open(&st, SCENE_CAST ", " PEOPLE);
    const struct scene scene = stage_scene(&st, 0, SCENARIO_NONE);
    /* About nothing: optional members are left out, the rest stays JSON. */
    struct scene bare = scene;
    bare.application = NULL;
    bare.environment = bare.other = NULL;
    bare.version = bare.running = NULL;
    for (size_t i = 0; i < scene_catalog.nservices; i++) {
        const struct service *s = &scene_catalog.services[i];
        for (size_t k = 0; k < s->noperations; k++) {
            const struct step step = bare_step(&s->operations[k]);
            expect_outcomes(&st, &scene, &step);
            expect_outcomes(&st, &bare, &step);
            n += span_is(s->name, "elasticbeanstalk");
        }
    }
    assert_int_equal(n, 47);
    stage_close(&st);
}

/* Each step of each activity of a built-in scenario, by each caller that could make it. */
static void every_step_of_the_library_gives_a_record(void **state)
{
    (void)state;
    struct stage st;
    stage_open_built_in(&st, "scenarios/every-operation.json");
    for (uint32_t actor = 0; actor < st.scenario.nactors; actor++) {
        const struct scene scene = stage_scene(&st, actor, SCENARIO_NONE);
        for (size_t i = 0; i < st.scenario.nactivities; i++)
            for (size_t k = 0; k < st.scenario.activities[i].nsteps; k++)
                expect_outcomes(&st, &scene, &st.scenario.activities[i].steps[k]);
    }
    stage_close(&st);
}

/* The record of ${name}, with ${error} if not NULL, of the scene of PEOPLE. */
static void put_record(struct stage *st, struct buf *out, const char *name, const char *error)
{
    const struct operation *op = catalog_operation(&scene_catalog, span_of(name));
    assert_non_null(op);
    const struct step step = bare_step(op);
    const struct scene scene = stage_scene(st, 0, SCENARIO_NONE);
    buf_clear(out);
    stage_record(st, out, &scene, &step, error == NULL ? NULL : catalog_error(op, span_of(error)));
}

static const struct {
    const char *call, *error, *want;
} texts[] = {
    {"UpdateEnvironment", NULL, "\"eventTime\":\"2026-09-14T00:00:01Z\""},
    {"UpdateEnvironment", NULL, "\"eventSource\":\"elasticbeanstalk.amazonaws.com\""},
    {"UpdateEnvironment", NULL, "\"awsRegion\":\"us-east-1\",\"sourceIPAddress\":\"203.0.113.7\""},
    {"UpdateEnvironment", NULL, "\"readOnly\":false,\"eventType\":\"AwsApiCall\""},
    {"DescribeEnvironments", NULL, "\"readOnly\":true,\"eventType\":\"AwsApiCall\""},
    {"DescribeEnvironments", NULL, "\"responseElements\":null"},
    /* The path of a role is in the issuer's ARN and not in the session's. */
    {"UpdateEnvironment", NULL, "\"arn\":\"arn:aws:sts::123456789012:assumed-role/Deploy/run-1\""},
    {"UpdateEnvironment", NULL, "\"arn\":\"arn:aws:iam::123456789012:role/ci/Deploy\""},
    {"UpdateEnvironment", NULL,
     "\"userIdentity\":{\"type\":\"AssumedRole\",\"principalId\":"
     "\"AROARZPUZDIK"},
    {"UpdateEnvironment", NULL, "\"accessKeyId\":\"ASIARZPUZDIK"},
    {"UpdateEnvironment", NULL, "\"creationDate\":\"2026-09-1"},
    {"UpdateEnvironment", NULL, "\"mfaAuthenticated\":\"false\""},
    {"UpdateEnvironment", "throttled", "\"requestParameters\":null,\"responseElements\":null"},
    {"UpdateEnvironment", "access-denied", "\"requestParameters\":null,\"responseElements\":null"},
    {"UpdateEnvironment", "access-denied",
     "arn:aws:sts::123456789012:assumed-role/Deploy/run-1 is not authorized to perform: "
     "elasticbeanstalk:UpdateEnvironment on resource: "
     "arn:aws:elasticbeanstalk:us-east-1:123456789012:environment/shop/shop-prod"},
    {"UpdateEnvironment", "no-such-environment", "\"requestParameters\":{\""},
    /* First letters alone are made small. */
    {"CreateEnvironment", NULL, "\"environmentName\":\"shop-prod\""},
    {"SwapEnvironmentCNAMEs", NULL, "\"destinationEnvironmentName\":\"shop-dev\""},
};

static void records_say_what_was_called(void **state)
{
    (void)state;
    struct stage st;
    struct buf text;
    stage_open(&st, SCENE_CAST ", " PEOPLE);
    buf_init(&text, 1 << 20);
    for (size_t i = 0; i < COUNT(texts); i++) {
        put_record(&st, &text, texts[i].call, texts[i].error);
        if (strstr(buf_text(&text), texts[i].want) == NULL)
            fail_msg("%s: no %s in\n%s", texts[i].call, texts[i].want, buf_text(&text));
    }
    buf_free(&text);
    stage_close(&st);
}

static void records_of_one_template_differ_where_their_events_do(void **state)
{
    (void)state;
    struct stage st;
    struct err e = {0};
    struct buf one, two;
    stage_open(&st, SCENE_CAST ", " PEOPLE);
    const struct operation *op = catalog_operation(&scene_catalog, SPAN("DescribeEvents"));
    const struct step step = bare_step(op);
    const struct scene scene = stage_scene(&st, 0, SCENARIO_NONE);
    struct call call = {.scenario = &st.scenario,
                        .caller = scene.caller,
                        .step = &step,
                        .operation = op,
                        .arena = &st.arena};
    const struct template *t = template_make(&st.arena, &scene_rules, &call, &e);
    struct event ev = {
        .time_ms = SCENE_START_MS, .address = 1, .template = t, .scene = &scene, .step = &step};
    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    encode_record(&one, &ev);
    encode_record(&two, &ev);
    assert_true(span_equal(buf_span(&one), buf_span(&two)));
    assert_true(one.n <= t->most);
    /* The second is appended. */
    encode_record(&two, &ev);
    assert_int_equal(two.n, 2 * one.n);
    /* Another call at the same time: other ids, nothing else. */
    ev.address = 2;
    buf_clear(&two);
    encode_record(&two, &ev);
    struct json_doc *first = scene_json(buf_span(&one)), *second = scene_json(buf_span(&two));
    struct json left = json_root(first), right = json_root(second);
    for (struct json it = {0}; json_next(&left, &it) == 1;) {
        struct json other = json_member(&right, it.key);
        struct buf a, b;
        buf_init(&a, 1 << 20);
        buf_init(&b, 1 << 20);
        json_put_value(&a, &it);
        json_put_value(&b, &other);
        bool is_id = strcmp(it.key, "eventID") == 0 || strcmp(it.key, "requestID") == 0;
        if (span_equal(buf_span(&a), buf_span(&b)) == is_id)
            fail_msg("%s: %s and %s", it.key, buf_text(&a), buf_text(&b));
        buf_free(&a);
        buf_free(&b);
    }
    json_close(first);
    json_close(second);
    buf_free(&one);
    buf_free(&two);
    stage_close(&st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_and_error_gives_a_record),
        cmocka_unit_test(every_step_of_the_library_gives_a_record),
        cmocka_unit_test(records_say_what_was_called),
        cmocka_unit_test(records_of_one_template_differ_where_their_events_do),
    };
    return cmocka_run_group_tests_name("gen/encode", tests, scene_load, scene_unload);
}
