/* slot_record.c - a record's own values, and those of Elastic Beanstalk; see slot_rows.h. */
#include "gen/slot_rows.h"

#include "base/arena.h"
#include "base/draw.h"
#include "base/json.h"
#include "gen/purpose.h"

static inline char *put_uuid(char *at, uint64_t address, uint32_t purpose)
{
    ids_uuid(at, draw_at(address, purpose, 0), draw_at(address, purpose, 1));
    return at + IDS_UUID_N;
}

/* Slots that copy a text of the scene; one that is not there writes nothing. */
#define COPY(name, owner, text)                                                                    \
    SLOT_PUT(name)                                                                                 \
    {                                                                                              \
        return ev->scene->owner == NULL ? at : slot_put_span(at, ev->scene->owner->text);          \
    }

COPY(put_application_name, application, name)
COPY(put_application_arn, application, arn)
COPY(put_application_description, application, description)
COPY(put_template_name, application, template_name)
COPY(put_template_arn, application, template_arn)
COPY(put_environment_name, environment, name)
COPY(put_environment_id, environment, id)
COPY(put_environment_arn, environment, arn)
COPY(put_environment_cname, environment, cname)
COPY(put_environment_cname_prefix, environment, cname_prefix)
COPY(put_environment_endpoint, environment, endpoint)
COPY(put_environment_description, environment, description)
COPY(put_environment_platform_arn, environment, platform_arn)
COPY(put_environment_stack, environment, solution_stack)
COPY(put_environment_tier_name, environment, tier_name)
COPY(put_environment_tier_type, environment, tier_type)
COPY(put_environment_tier_version, environment, tier_version)
COPY(put_stack_name, environment, stack_name)
COPY(put_other_name, other, name)
COPY(put_other_id, other, id)
COPY(put_version_label, version, label)
COPY(put_version_arn, version, arn)
COPY(put_version_key, version, key)
COPY(put_version_description, version, description)
COPY(put_running_label, running, label)

/* The branch is what stands in a platform's ARN between "platform/" and the version. */
SLOT_PUT(put_platform_branch)
{
    if (ev->scene->environment == NULL)
        return at;
    struct span arn = ev->scene->environment->platform_arn;
    const char *from = memchr(arn.p, '/', arn.n);
    size_t n = arn.n;
    while (n > 0 && arn.p[n - 1] != '/')
        n--;
    if (from == NULL || arn.p + n <= from + 1)
        return at;
    return slot_put_span(at, (struct span){from + 1, (size_t)(arn.p + n - 1 - (from + 1))});
}

SLOT_PUT(put_time)
{
    return slot_put_date(at, ev->time_ms);
}

/* Dates as newer Java writes them, with a narrow space. Source: IAM in February 2026. */
SLOT_PUT(put_time_narrow)
{
    return at + utc_java(at, ev->time_ms, UTC_JAVA_NARROW);
}

SLOT_PUT(put_time_iso)
{
    utc_iso(at, ev->time_ms);
    return at + 20;
}

SLOT_PUT(put_application_created)
{
    const struct world_application *a = ev->scene->application;
    return a == NULL ? at : slot_put_date(at, a->created_ms);
}

SLOT_PUT(put_template_created)
{
    return ev->scene->saved_ms != 0 ? slot_put_date(at, ev->scene->saved_ms)
                                    : put_application_created(at, ev, 0);
}

SLOT_PUT(put_environment_created)
{
    const struct world_environment *e = ev->scene->environment;
    return e == NULL ? at
                     : slot_put_date(at, e->created_ms < ev->time_ms ? e->created_ms : ev->time_ms);
}

SLOT_PUT(put_version_created)
{
    const struct version *v = ev->scene->version;
    return slot_put_date(at,
                         v != NULL && v->created_ms < ev->time_ms ? v->created_ms : ev->time_ms);
}

SLOT_PUT(put_region)
{
    return slot_put_span(at, ev->scene->place->region->name);
}

SLOT_PUT(put_bucket)
{
    return slot_put_span(at, ev->scene->place->bucket);
}

SLOT_PUT(put_address)
{
    return slot_put_span(at, ev->scene->address);
}

SLOT_PUT(put_event_id)
{
    return put_uuid(at, ev->address, PURPOSE_EVENT_ID);
}

SLOT_PUT(put_copy_id)
{
    return put_uuid(at, ev->address, PURPOSE_COPY_ID);
}

SLOT_PUT(put_request_id)
{
    return put_uuid(at, ev->address, PURPOSE_REQUEST_ID);
}

SLOT_PUT(put_shared_id)
{
    return put_uuid(at, ev->address, PURPOSE_SHARED_ID);
}

SLOT_PUT(put_other_uuid)
{
    return put_uuid(at, ev->address, PURPOSE_UUID);
}

/* The request that began what is being watched; a watcher of nothing asks for an older one. */
SLOT_PUT(put_launch_request)
{
    const struct scene *s = ev->scene;
    return put_uuid(at, s->launch != 0 ? s->launch : s->occurrence, PURPOSE_REQUEST_ID);
}

/* Pollers ask for what came since they last asked, some seconds ago. */
SLOT_PUT(put_poll_since)
{
    int64_t since = ev->time_ms - 5 * UTC_SECOND_MS;
    return slot_put_date(at, since < ev->scene->began_ms ? ev->scene->began_ms : since);
}

SLOT_PUT(put_instance_id)
{
    uint64_t address = ev->scene->environment != NULL ? ev->scene->environment->address
                                                      : ev->scene->caller->address;
    memcpy(at, "i-", 2);
    ids_resource(at + 2, draw_at(address, PURPOSE_INSTANCE, 0));
    return at + 2 + IDS_RESOURCE_N;
}

/* Fixed values. */

SLOT_FIXED(record_version)
{
    return arena_printf(c->arena, "1.%02d", slot_event_version(c));
}

SLOT_FIXED(service_event_source)
{
    return c->operation->service->event_source;
}

SLOT_FIXED(service_host)
{
    struct span host = c->operation->service->host;
    /* Endpoints in China have a suffix of their own. Source: AWS's endpoint lists. */
    if (span_is(c->scenario->accounts[c->caller->actor->account].partition, "aws-cn"))
        return arena_printf(c->arena, "%.*s.cn", SPAN_ARG(host));
    return host;
}

SLOT_FIXED(service_api)
{
    return c->operation->service->api_name;
}

SLOT_FIXED(service_name)
{
    return c->operation->service->name;
}

SLOT_FIXED(operation_name)
{
    return c->operation->name;
}

/* "DescribeEnvironments" as command lines write it: "describe-environments". */
SLOT_FIXED(operation_kebab)
{
    struct span name = c->operation->name;
    char *text = ARENA_NEW(c->arena, char, 2 * name.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < name.n; i++) {
        bool upper = name.p[i] >= 'A' && name.p[i] <= 'Z';
        bool inside = i > 0 && !(name.p[i - 1] >= 'A' && name.p[i - 1] <= 'Z');
        bool last =
            upper && i > 0 && i + 1 < name.n && name.p[i + 1] >= 'a' && name.p[i + 1] <= 'z';
        /* "DNSAvailability" is "dns-availability", "CNAMEs" at the end stays "cnames". */
        bool plural = last && i + 2 == name.n && name.p[i + 1] == 's';
        if (upper && (inside || (last && !plural)))
            text[n++] = '-';
        text[n++] = upper ? (char)(name.p[i] - 'A' + 'a') : name.p[i];
    }
    return (struct span){text, n};
}

SLOT_FIXED(operation_read_only)
{
    return c->operation->read_only ? SPAN("true") : SPAN("false");
}

SLOT_FIXED(resource_arn)
{
    return c->operation->resource.n == 0 ? SPAN("*") : c->operation->resource;
}

SLOT_FIXED(user_agent)
{
    return c->caller->user_agent;
}

SLOT_FIXED(error_code)
{
    return c->error == NULL ? SPAN("") : json_escaped(c->arena, c->error->code);
}

SLOT_FIXED(error_message)
{
    return c->error == NULL ? SPAN("") : json_escaped(c->arena, c->error->message);
}

#define CALLER(name, field)                                                                        \
    SLOT_FIXED(name)                                                                               \
    {                                                                                              \
        return c->caller->field;                                                                   \
    }

CALLER(identity_principal_id, principal_id)
CALLER(identity_arn, arn)
CALLER(identity_account, account)
CALLER(identity_user_name, user_name)
CALLER(identity_invoked_by, invoked_by)
CALLER(identity_provider, provider)
CALLER(identity_user_id, user_id)
CALLER(identity_store_arn, store_arn)
CALLER(identity_credential_id, credential_id)
CALLER(issuer_type, issuer_type)
CALLER(issuer_principal_id, issuer_principal_id)
CALLER(issuer_arn, issuer_arn)
CALLER(issuer_user_name, issuer_user_name)
CALLER(tls_version, tls_version)
CALLER(tls_cipher, tls_cipher)

/* STS tells it since 2026. Inferred: who has which, from what clients of that time offer. */
SLOT_FIXED(tls_key_exchange)
{
    const bool shown = c->caller->when[WHEN_TLS] && span_is(c->caller->tls_version, "TLSv1.3") &&
                       slot_event_version(c) >= 11;
    if (!shown)
        return (struct span){NULL, 0};
    return draw_chance(draw_at(c->caller->address, PURPOSE_TLS, 16), 700000)
               ? SPAN("X25519MLKEM768")
               : SPAN("x25519");
}

/* A name that may hold anything: its braces are no slots. */
static struct span plain(struct arena *arena, struct span name)
{
    struct span text = json_escaped(arena, name);
    char *doubled = ARENA_NEW(arena, char, 2 * text.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '{' || text.p[i] == '}')
            doubled[n++] = text.p[i];
        doubled[n++] = text.p[i];
    }
    return (struct span){doubled, n};
}

SLOT_FIXED(actor_name)
{
    return c->caller->user_name.n > 0 ? c->caller->user_name
                                      : plain(c->arena, c->caller->actor->name);
}

SLOT_FIXED(actor_arn)
{
    return c->caller->arn.n > 0 ? c->caller->arn : c->caller->principal_id;
}

SLOT_FIXED(account_id)
{
    return c->scenario->accounts[c->caller->actor->account].id;
}

SLOT_FIXED(partition)
{
    return c->scenario->accounts[c->caller->actor->account].partition;
}

SLOT_FIXED(platform_version)
{
    return SPAN("1.0.0");
}

static bool is_processed(const struct step *step)
{
    struct json process = json_member(&step->with, "process");
    return json_is_true(&process);
}

/* The step before ${step} in its activity that makes a version, or NULL. */
static const struct step *maker(const struct scenario *s, const struct step *step)
{
    const struct step *found = NULL;
    for (size_t i = 0; i < s->nactivities && found == NULL; i++) {
        const struct activity *a = &s->activities[i];
        if (step->index < a->steps[0].index || step->index >= a->steps[0].index + a->nsteps)
            continue;
        for (size_t k = 0; k < a->nsteps && a->steps[k].index < step->index; k++)
            if (a->steps[k].operation->effect == EFFECT_CREATE_VERSION)
                found = &a->steps[k];
    }
    return found;
}

/* Inferred from what the service's model says of the states: a version that is to be processed is
   answered as being processed, one that is to be built as being built, and is done later. */
SLOT_FIXED(version_status)
{
    if (c->operation->effect != EFFECT_CREATE_VERSION) {
        const struct step *made = maker(c->scenario, c->step);
        return made != NULL && is_processed(made) ? SPAN("PROCESSED") : SPAN("UNPROCESSED");
    }
    struct json build = json_member(&c->step->with, "buildConfiguration");
    if (json_is_object(&build))
        return SPAN("BUILDING");
    return is_processed(c->step) ? SPAN("PROCESSING") : SPAN("UNPROCESSED");
}

/* Sorted by name. */
static const struct slot slots[] = {
    {"account.id", NULL, account_id, 0, false, false},
    {"actor.arn", NULL, actor_arn, 0, false, false},
    {"actor.name", NULL, actor_name, 0, false, false},
    {"application.arn", put_application_arn, NULL, SLOT_TEXT_MOST, false, true},
    {"application.created", put_application_created, NULL, UTC_JAVA_MAX, false, true},
    {"application.description", put_application_description, NULL, SLOT_TEXT_MOST, false, true},
    {"application.name", put_application_name, NULL, SLOT_TEXT_MOST, false, true},
    {"bucket.name", put_bucket, NULL, SLOT_TEXT_MOST, false, false},
    {"caller.address", put_address, NULL, SLOT_TEXT_MOST, false, false},
    {"caller.userAgent", NULL, user_agent, 0, false, false},
    {"environment.arn", put_environment_arn, NULL, SLOT_TEXT_MOST, false, true},
    {"environment.cname", put_environment_cname, NULL, SLOT_TEXT_MOST, false, true},
    {"environment.cnamePrefix", put_environment_cname_prefix, NULL, SLOT_TEXT_MOST, false, true},
    {"environment.created", put_environment_created, NULL, UTC_JAVA_MAX, false, true},
    {"environment.description", put_environment_description, NULL, SLOT_TEXT_MOST, false, true},
    {"environment.endpoint", put_environment_endpoint, NULL, SLOT_TEXT_MOST, false, true},
    {"environment.id", put_environment_id, NULL, SLOT_TEXT_MOST, false, true},
    {"environment.name", put_environment_name, NULL, SLOT_TEXT_MOST, false, true},
    {"environment.platformArn", put_environment_platform_arn, NULL, SLOT_TEXT_MOST, false, true},
    {"environment.stack", put_environment_stack, NULL, SLOT_TEXT_MOST, false, true},
    {"environment.tierName", put_environment_tier_name, NULL, SLOT_TEXT_MOST, false, true},
    {"environment.tierType", put_environment_tier_type, NULL, SLOT_TEXT_MOST, false, true},
    {"environment.tierVersion", put_environment_tier_version, NULL, SLOT_TEXT_MOST, false, true},
    {"environment.version", put_running_label, NULL, SLOT_TEXT_MOST, false, true},
    {"error.code", NULL, error_code, 0, false, false},
    {"error.message", NULL, error_message, 0, false, false},
    {"event.copyId", put_copy_id, NULL, IDS_UUID_N, false, false},
    {"event.id", put_event_id, NULL, IDS_UUID_N, false, false},
    {"event.sharedId", put_shared_id, NULL, IDS_UUID_N, false, false},
    {"identity.account", NULL, identity_account, 0, false, false},
    {"identity.arn", NULL, identity_arn, 0, false, false},
    {"identity.credentialId", NULL, identity_credential_id, 0, false, false},
    {"identity.invokedBy", NULL, identity_invoked_by, 0, false, false},
    {"identity.principalId", NULL, identity_principal_id, 0, false, false},
    {"identity.provider", NULL, identity_provider, 0, false, false},
    {"identity.storeArn", NULL, identity_store_arn, 0, false, false},
    {"identity.userId", NULL, identity_user_id, 0, false, false},
    {"identity.userName", NULL, identity_user_name, 0, false, false},
    {"instance.id", put_instance_id, NULL, 19, false, false},
    {"issuer.arn", NULL, issuer_arn, 0, false, false},
    {"issuer.principalId", NULL, issuer_principal_id, 0, false, false},
    {"issuer.type", NULL, issuer_type, 0, false, false},
    {"issuer.userName", NULL, issuer_user_name, 0, false, false},
    {"launch.requestId", put_launch_request, NULL, IDS_UUID_N, false, false},
    {"operation.kebab", NULL, operation_kebab, 0, false, false},
    {"operation.name", NULL, operation_name, 0, false, false},
    {"operation.readOnly", NULL, operation_read_only, 0, true, false},
    {"other.environment.id", put_other_id, NULL, SLOT_TEXT_MOST, false, true},
    {"other.environment.name", put_other_name, NULL, SLOT_TEXT_MOST, false, true},
    {"partition", NULL, partition, 0, false, false},
    {"platform.arn", put_environment_platform_arn, NULL, SLOT_TEXT_MOST, false, true},
    {"platform.branch", put_platform_branch, NULL, SLOT_TEXT_MOST, false, true},
    {"platform.version", NULL, platform_version, 0, false, false},
    {"poll.since", put_poll_since, NULL, UTC_JAVA_MAX, false, false},
    {"record.version", NULL, record_version, 0, false, false},
    {"region", put_region, NULL, SLOT_TEXT_MOST, false, false},
    {"request.id", put_request_id, NULL, IDS_UUID_N, false, false},
    {"resource.arn", NULL, resource_arn, 0, false, false},
    {"service.api", NULL, service_api, 0, false, false},
    {"service.eventSource", NULL, service_event_source, 0, false, false},
    {"service.host", NULL, service_host, 0, false, false},
    {"service.name", NULL, service_name, 0, false, false},
    {"stack.name", put_stack_name, NULL, SLOT_TEXT_MOST, false, true},
    {"template.arn", put_template_arn, NULL, SLOT_TEXT_MOST, false, true},
    {"template.created", put_template_created, NULL, UTC_JAVA_MAX, false, true},
    {"template.name", put_template_name, NULL, SLOT_TEXT_MOST, false, true},
    {"time", put_time, NULL, UTC_JAVA_MAX, false, false},
    {"time.iso", put_time_iso, NULL, 20, false, false},
    {"time.narrow", put_time_narrow, NULL, UTC_JAVA_MAX, false, false},
    {"tls.cipherSuite", NULL, tls_cipher, 0, false, false},
    {"tls.keyExchange", NULL, tls_key_exchange, 0, false, true},
    {"tls.version", NULL, tls_version, 0, false, false},
    {"uuid", put_other_uuid, NULL, IDS_UUID_N, false, false},
    {"version.arn", put_version_arn, NULL, SLOT_TEXT_MOST, false, true},
    {"version.bucket", put_bucket, NULL, SLOT_TEXT_MOST, false, false},
    {"version.created", put_version_created, NULL, UTC_JAVA_MAX, false, false},
    {"version.description", put_version_description, NULL, SLOT_TEXT_MOST, false, true},
    {"version.key", put_version_key, NULL, SLOT_TEXT_MOST, false, true},
    {"version.label", put_version_label, NULL, SLOT_TEXT_MOST, false, true},
    {"version.status", NULL, version_status, 0, false, false},
};

const struct slot_rows slot_record_rows = {slots, sizeof slots / sizeof slots[0]};
