/* test_live.c - a generated run by a clock of our own: backfill, then live, with no seam. What
   comes is what gen_run gives, sorted by delivery. */
#include "tests/gen/scene.h"

#include <stdlib.h>

#include "base/hash.h"
#include "cli/live.h"
#include "gen/gen.h"
#include "replay/play.h"

/* A log file that came, and when. */
struct came {
    char key[KEY_MAX + 1];
    uint8_t sha256[32];
    int64_t deliver_ms, at_ns;
};

struct haul {
    struct came *files;
    size_t n, room;
    int64_t now_ns; /* of the clock */
    size_t stop_at; /* set the flag behind this file */
    volatile sig_atomic_t stop;
};

static void keep(struct haul *h, struct logfile *f)
{
    if (h->n == h->room) {
        h->room = h->room == 0 ? 256 : 2 * h->room;
        h->files = realloc(h->files, h->room * sizeof *h->files);
        assert_non_null(h->files);
    }
    struct came *c = &h->files[h->n++];
    *c = (struct came){.deliver_ms = f->deliver_ms, .at_ns = h->now_ns};
    memcpy(c->key, f->key, f->key_n);
    hash_sha256(c->sha256, buf_span(&f->body));
    if (h->n == h->stop_at)
        h->stop = 1;
    logfile_free(f);
}

static int take(void *ctx, struct logfile *f, struct err *e)
{
    (void)e;
    keep(ctx, f);
    return 0;
}

static int finish(void *self, struct sink_totals *totals, struct err *e)
{
    (void)e;
    const struct haul *h = self;
    *totals = (struct sink_totals){.files = h->n};
    return 0;
}

static void close_nothing(void *self)
{
    (void)self;
}

static const struct sink_ops sink_ops = {
    .name = "haul", .put = take, .finish = finish, .close = close_nothing};

static int64_t clock_now(void *self)
{
    return ((struct haul *)self)->now_ns;
}

static void clock_sleep(void *self, int64_t deadline_ns)
{
    ((struct haul *)self)->now_ns = deadline_ns;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct came *)a)->key, ((const struct came *)b)->key);
}

static struct gen_options options_of(const struct stage *st)
{
    return (struct gen_options){.scenario = &st->scenario,
                                .rules = &scene_rules,
                                .seed = 1,
                                .start_ms = st->scenario.start_ms,
                                .end_ms = st->scenario.start_ms + st->scenario.duration_ms,
                                .jobs = 1,
                                .nshards = 1,
                                .gzip = GZIP_FAST};
}

/* Play ${o} from ${begin_ms} on into ${h}. */
static int play(struct haul *h, const struct gen_options *o, int64_t begin_ms, size_t memory_n,
                struct play_totals *t, struct err *e)
{
    const struct live_options live = {
        .gen = o, .labels = NULL, .folder = "/tmp", .memory_n = memory_n};
    const struct pace_clock clock = {clock_now, clock_sleep, h};
    const struct play_options options = {
        .schedule = {.kind = SCHEDULE_SPEED, .factor = 1, .by_clock = true, .origin_ms = begin_ms},
        .clock = &clock,
        .stop = &h->stop};
    struct sink sink = {&sink_ops, h};
    struct source source;
    assert_int_equal(live_open(&source, &live, e), 0);
    int rc = play_run(&source, &sink, &options, t, e);
    source.ops->close(source.self);
    return rc;
}

/* So busy that cells are short; late files and doubled ones. */
#define BUSY(duration, per_day, times)                                                             \
    "'duration': '" duration "', 'delivery': {'late': 0.1, 'duplicates': 0.05}, " SCENE_CAST       \
    ", 'activities': [{'name': 'look', 'on': 'environment', 'steps': [{'call': "                   \
    "'DescribeEnvironments', 'times': " times "}]}], 'actors': [{'name': 'a', 'identity': "        \
    "{'type': 'AssumedRole', 'roleName': 'r'}, 'client': 'boto3', 'addresses': "                   \
    "['203.0.113.7'], 'session': '1h', 'does': [{'activity': 'look', 'perDay': " per_day "}]}]"

static const struct {
    const char *name, *text;
    unsigned jobs;
    size_t memory_n;
} runs[] = {
    {"quickstart", "scenarios/quickstart.json", 1, LIVE_MEMORY_N},
    {"accounts in turns", "scenarios/organization.json", 3, LIVE_MEMORY_N},
    {"all in the temporary file", "scenarios/organization.json", 2, 0},
    {"some in the temporary file", "scenarios/stories.json", 1, 100000},
    {"cells of an hour", BUSY("5h", "250000", "1"), 2, LIVE_MEMORY_N},
    {"cells of five minutes", BUSY("35m", "900000", "2"), 2, 1 << 20},
};

static void open_stage(struct stage *st, size_t i)
{
    if (span_starts(span_of(runs[i].text), SPAN("scenarios/")))
        stage_open_built_in(st, runs[i].text);
    else
        stage_open(st, runs[i].text);
}

static void backfill_runs_into_live_without_a_seam(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(runs); i++) {
        struct stage st;
        struct haul whole = {0}, live = {0};
        struct gen_totals made;
        struct play_totals t;
        struct err e = {0};
        open_stage(&st, i);
        struct gen_options o = options_of(&st);
        assert_int_equal(gen_run(&o, take, &whole, NULL, NULL, &made, &e), 0);
        assert_true(whole.n > 20);

        /* Half of the time has passed when the run begins. */
        const int64_t begin_ms = (o.start_ms + o.end_ms) / 2;
        o.jobs = runs[i].jobs;
        if (play(&live, &o, begin_ms, runs[i].memory_n, &t, &e) != 0)
            fail_msg("%s: %s", runs[i].name, e.text);
        assert_int_equal(live.n, whole.n);
        size_t past = 0;
        for (size_t k = 0; k < live.n; k++) {
            const struct came *c = &live.files[k];
            if (k > 0 && c->deliver_ms < c[-1].deliver_ms)
                fail_msg("%s: %s comes behind %s", runs[i].name, c->key, c[-1].key);
            past += c->deliver_ms < begin_ms;
            const int64_t due_ns = (c->deliver_ms - begin_ms) * 1000000;
            if (c->at_ns != (due_ns > 0 ? due_ns : 0))
                fail_msg("%s: %s comes at %jd, not %jd", runs[i].name, c->key, (intmax_t)c->at_ns,
                         (intmax_t)due_ns);
        }
        assert_true(past > 0 && past < live.n);
        assert_int_equal(t.past, past);
        assert_int_equal(t.late.n, live.n - past);
        assert_int_equal(hist_at(&t.late, 1000000), 0);

        qsort(whole.files, whole.n, sizeof *whole.files, by_key);
        qsort(live.files, live.n, sizeof *live.files, by_key);
        for (size_t k = 0; k < live.n; k++) {
            assert_string_equal(live.files[k].key, whole.files[k].key);
            assert_memory_equal(live.files[k].sha256, whole.files[k].sha256, 32);
        }
        free(whole.files);
        free(live.files);
        stage_close(&st);
    }
}

static void shards_are_the_whole(void **state)
{
    (void)state;
    struct stage st;
    struct haul whole = {0}, live = {0};
    struct gen_totals made;
    struct play_totals t;
    struct err e = {0};
    stage_open_built_in(&st, "scenarios/organization.json");
    struct gen_options o = options_of(&st);
    assert_int_equal(gen_run(&o, take, &whole, NULL, NULL, &made, &e), 0);
    o.nshards = 2;
    for (o.shard = 0; o.shard < o.nshards; o.shard++) {
        live.now_ns = 0;
        assert_int_equal(play(&live, &o, o.start_ms, LIVE_MEMORY_N, &t, &e), 0);
    }
    qsort(whole.files, whole.n, sizeof *whole.files, by_key);
    qsort(live.files, live.n, sizeof *live.files, by_key);
    assert_int_equal(live.n, whole.n);
    for (size_t k = 0; k < live.n; k++)
        assert_string_equal(live.files[k].key, whole.files[k].key);
    free(whole.files);
    free(live.files);
    stage_close(&st);
}

static void a_run_without_end_ends_when_told_to(void **state)
{
    (void)state;
    struct stage st;
    struct play_totals t;
    struct err e = {0};
    stage_open_built_in(&st, "scenarios/quickstart.json");
    struct gen_options o = options_of(&st);
    o.end_ms = o.start_ms + 36500 * UTC_DAY_MS;
    struct haul h = {.stop_at = 40};
    o.stop = &h.stop;
    assert_int_equal(play(&h, &o, o.start_ms, LIVE_MEMORY_N, &t, &e), -1);
    assert_int_equal(e.kind, ERR_STOP);
    assert_int_equal(h.n, 40);
    free(h.files);
    stage_close(&st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backfill_runs_into_live_without_a_seam),
        cmocka_unit_test(shards_are_the_whole),
        cmocka_unit_test(a_run_without_end_ends_when_told_to),
    };
    return cmocka_run_group_tests_name("cli/live", tests, scene_load, scene_unload);
}
