/*
 * test_s3_call.c - a scripted transport that answers the newest first: objects come in the order in
 * which they were asked for, and what went wrong is told in its turn
 */
#include "tests/test.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "replay/s3_call.h"

enum { CONNECTIONS = 4, FLYING = 16 };

/* What the transport does to a URL that ends in this. */
struct trouble {
    const char *end;
    int status;
    unsigned times;
};

struct script {
    struct {
        void *tag;
        char url[128];
    } flying[FLYING];
    size_t flying_n, flying_most;
    unsigned started;
    struct trouble *trouble;
    bool silent;
    int64_t now_ns;
    char body[128];
};

static volatile sig_atomic_t stop;

static int64_t script_now(void *self)
{
    return ((struct script *)self)->now_ns;
}

static void no_sleep(void *self, int64_t deadline_ns)
{
    (void)self;
    (void)deadline_ns;
}

static void script_start(void *self, const struct http_request *r, void *tag)
{
    struct script *s = self;
    assert_true(s->flying_n < CONNECTIONS);
    s->started++;
    s->flying[s->flying_n].tag = tag;
    snprintf(s->flying[s->flying_n++].url, sizeof(s->flying[0].url), "%s", r->url);
    if (s->flying_n > s->flying_most)
        s->flying_most = s->flying_n;
}

static bool script_next(void *self, struct http_reply *out, int64_t wait_ms)
{
    struct script *s = self;
    if (s->flying_n == 0 || s->silent) {
        s->now_ns += wait_ms * 1000000;
        return false;
    }
    const char *url = s->flying[--s->flying_n].url;
    struct trouble *t = s->trouble;
    const size_t n = strlen(url);
    const bool troubled = t != NULL && t->times > 0 && n > strlen(t->end) &&
                          strcmp(url + n - strlen(t->end), t->end) == 0;
    if (troubled)
        t->times--;
    snprintf(s->body, sizeof(s->body), "%s", url);
    *out = (struct http_reply){.tag = s->flying[s->flying_n].tag,
                               .fault = HTTP_ANSWERED,
                               .status = troubled ? t->status : 200,
                               .body = span_of(s->body),
                               .reason = "",
                               .region = "",
                               .etag = "",
                               .version = "",
                               .retry_after = "",
                               .location = "",
                               .signature = "5165",
                               .algorithm = "SHA256withRSA",
                               .date_ms = -1};
    return true;
}

static void nothing(void *self)
{
    (void)self;
}

static void script_cut(void *self)
{
    ((struct script *)self)->silent = false;
}

static const struct http_ops script_ops = {script_start, script_next, nothing, nothing, script_cut};

static struct arena arena;
static struct script script;
static struct s3_call call;
static struct pace_clock script_clock = {script_now, no_sleep, &script};

static void open_call(struct trouble *trouble)
{
    struct err e = {0};
    const struct s3_door_options door = {.endpoint = SPAN("http://store:9000"),
                                         .bucket = SPAN("trails"),
                                         .region = SPAN("us-east-1"),
                                         .access_key = SPAN("AK"),
                                         .secret = SPAN("secret")};
    arena_init(&arena);
    script = (struct script){.trouble = trouble, .now_ns = INT64_C(1000000000)};
    stop = 0;
    if (s3_call_open(&call, &arena, &door, (struct http){&script_ops, &script}, CONNECTIONS, 0,
                     &e) != 0)
        fail_msg("%s", e.text);
    call.clock = &script_clock;
    call.stop = &stop;
}

static void close_call(void)
{
    s3_call_close(&call);
    arena_free(&arena);
}

/* Ask for the keys "0" to "n - 1" and take them: how many came, in order. */
static unsigned take_all(unsigned n, struct err *e)
{
    unsigned asked = 0, taken = 0;
    for (;;) {
        for (; asked < n && s3_call_has_room(&call); asked++) {
            char key[16];
            snprintf(key, sizeof(key), "%u", asked);
            s3_call_ask(&call, span_of(key), 100);
        }
        struct s3_object o;
        const int got = s3_call_take(&call, &o, e);
        if (got <= 0) {
            assert_int_equal(got < 0, e->kind != ERR_NONE);
            return taken;
        }
        char want[64];
        snprintf(want, sizeof(want), "http://store:9000/trails/%u", taken);
        assert_true(span_is(buf_span(o.body), want));
        assert_true(span_is(o.key, strrchr(want, '/') + 1));
        assert_true(span_is(o.signature, "5165"));
        taken++;
    }
}

static void objects_come_in_the_order_asked(void **state)
{
    (void)state;
    struct err e = {0};
    open_call(NULL);
    assert_int_equal(take_all(100, &e), 100);
    assert_int_equal(script.started, 100);
    assert_int_equal(script.flying_most, CONNECTIONS);
    close_call();
}

static void one_that_is_tried_again_keeps_its_place(void **state)
{
    (void)state;
    struct err e = {0};
    struct trouble t = {"/7", 503, 3};
    open_call(&t);
    assert_int_equal(take_all(20, &e), 20);
    assert_int_equal(script.started, 23);
    close_call();
}

static void an_error_waits_for_its_turn(void **state)
{
    (void)state;
    struct err e = {0};
    struct trouble t = {"/7", 403, 100};
    open_call(&t);
    assert_int_equal(take_all(20, &e), 7);
    assert_int_equal(e.kind, ERR_WORK);
    assert_non_null(strstr(e.text, "s3://trails/7: cannot be read at http://store:9000: 403"));
    close_call();
}

static void large_ones_are_not_asked_for_at_once(void **state)
{
    (void)state;
    struct err e = {0};
    struct s3_object o;
    open_call(NULL);
    s3_call_ask(&call, SPAN("a"), 40 << 20);
    assert_true(s3_call_has_room(&call));
    s3_call_ask(&call, SPAN("b"), 40 << 20);
    assert_false(s3_call_has_room(&call));
    assert_int_equal(s3_call_take(&call, &o, &e), 1);
    assert_true(s3_call_has_room(&call));
    assert_int_equal(s3_call_take(&call, &o, &e), 1);
    assert_int_equal(s3_call_take(&call, &o, &e), 0);
    /* One alone may be as large as it likes. */
    s3_call_ask(&call, SPAN("c"), UINT64_C(1) << 40);
    assert_int_equal(s3_call_take(&call, &o, &e), 1);
    close_call();
}

static void a_stopped_run_waits_a_little_and_asks_no_more(void **state)
{
    (void)state;
    struct err e = {0};
    struct s3_object o;
    open_call(NULL);
    s3_call_ask(&call, SPAN("a"), 1);
    script.silent = true;
    stop = 1;
    const int64_t began_ns = script.now_ns;
    assert_int_equal(s3_call_take(&call, &o, &e), -1);
    assert_int_equal(e.kind, ERR_STOP);
    assert_in_range(script.now_ns - began_ns, INT64_C(2900000000), INT64_C(3500000000));
    e = (struct err){0};
    assert_int_equal(s3_call_take(&call, &o, &e), -1);
    assert_int_equal(script.started, 1);
    close_call();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_come_in_the_order_asked),
        cmocka_unit_test(one_that_is_tried_again_keeps_its_place),
        cmocka_unit_test(an_error_waits_for_its_turn),
        cmocka_unit_test(large_ones_are_not_asked_for_at_once),
        cmocka_unit_test(a_stopped_run_waits_a_little_and_asks_no_more),
    };
    return cmocka_run_group_tests_name("replay/s3_call", tests, NULL, NULL);
}
