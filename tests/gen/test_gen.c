/* test_gen.c - the same bytes for any number of jobs and shards and for a window; files as counted
   in published trails; what happens when something stops. */
#include "tests/gen/scene.h"

#include <stdlib.h>

#include "base/gzip.h"
#include "base/hash.h"
#include "cloudtrail/key.h"
#include "cloudtrail/record.h"
#include "gen/gen.h"

/* A log file as it was taken: its key and the digest of its bytes. */
struct taken {
    char key[KEY_MAX + 1];
    uint8_t sha256[32];
    uint32_t records;
    int64_t newest_ms, deliver_ms;
};

/* What a run gave, and how its taker shall behave. */
struct haul {
    struct taken *files;
    size_t nfiles, room;
    uint64_t records, labels;
    struct gen_totals totals;
    struct err e;
    size_t fail_at;       /* refuse this file, from 1; 0: none */
    size_t fail_label_at; /* the same for labels */
    size_t stop_at;       /* set the flag after this file */
    volatile sig_atomic_t stop;
    bool look; /* into each file */
};

static void init_haul(struct haul *h)
{
    *h = (struct haul){0};
}

static void free_haul(struct haul *h)
{
    free(h->files);
    h->files = NULL;
}

/* Every claim of a log file, against its bytes. */
static void look_into(const struct logfile *f)
{
    struct buf text;
    struct err e = {0};
    struct key_parts parts;
    struct logfile_walk walk;
    struct span record, id;
    unsigned members = 0;
    uint32_t n = 0;
    int64_t oldest = INT64_MAX, newest = INT64_MIN;
    buf_init(&text, LOGFILE_TEXT_MAX);
    assert_true(f->gzipped);
    assert_int_equal(gzip_unpack(&text, &members, buf_span(&f->body), &e), 0);
    assert_int_equal(members, 1);
    assert_int_equal(text.n, f->text_n);
    assert_true(span_starts(buf_span(&text), SPAN("{\"Records\":[{\"eventVersion\":\"1.")));
    assert_true(span_ends(buf_span(&text), SPAN("}]}")));
    assert_int_equal(span_find(buf_span(&text), '\n'), text.n);

    assert_int_equal(key_read(&parts, (struct span){f->key, f->key_n}, &e), 0);
    assert_int_equal(parts.kind, KEY_LOG);
    assert_int_equal(logfile_walk_open(&walk, buf_span(&text), &e), 0);
    while (logfile_walk_next(&walk, &record, &e) == 1) {
        int64_t t_ms;
        n++;
        assert_true(record_time(&t_ms, record));
        oldest = t_ms < oldest ? t_ms : oldest;
        newest = t_ms > newest ? t_ms : newest;
        assert_true(record_text(&id, record, "recipientAccountId"));
        assert_true(span_equal(id, parts.account));
        assert_true(record_text(&id, record, "awsRegion"));
        assert_true(span_equal(id, parts.region));
    }
    assert_int_equal(n, f->records);
    assert_int_equal(oldest, f->oldest_ms);
    assert_int_equal(newest, f->newest_ms);
    /* Source: 3 938 published files. The stamp is the newest event, rounded up to five minutes. */
    assert_int_equal(parts.stamp_ms % (5 * UTC_MINUTE_MS), 0);
    assert_in_range(parts.stamp_ms - newest, 0, 299999);
    assert_true(newest - oldest <= 315000);
    assert_true(f->deliver_ms - oldest >= 302000);
    if (f->hashed) {
        uint8_t sha256[32];
        hash_sha256(sha256, buf_span(&text));
        assert_memory_equal(sha256, f->text_sha256, 32);
        hash_sha256(sha256, buf_span(&f->body));
        assert_memory_equal(sha256, f->body_sha256, 32);
    }
    buf_free(&text);
}

static int take(void *ctx, struct logfile *f, struct err *e)
{
    struct haul *h = ctx;
    if (h->fail_at == h->nfiles + 1)
        return err_set(e, ERR_WORK, "the disk is full");
    if (h->look)
        look_into(f);
    if (h->nfiles == h->room) {
        h->room = h->room == 0 ? 256 : 2 * h->room;
        h->files = realloc(h->files, h->room * sizeof *h->files);
        assert_non_null(h->files);
    }
    struct taken *t = &h->files[h->nfiles++];
    memset(t, 0, sizeof *t);
    memcpy(t->key, f->key, f->key_n);
    hash_sha256(t->sha256, buf_span(&f->body));
    t->records = f->records;
    t->newest_ms = f->newest_ms;
    t->deliver_ms = f->deliver_ms;
    h->records += f->records;
    if (h->stop_at == h->nfiles)
        h->stop = 1;
    logfile_free(f);
    return 0;
}

static int take_label(void *ctx, const struct label *l, struct err *e)
{
    struct haul *h = ctx;
    if (h->fail_label_at == h->labels + 1)
        return err_set(e, ERR_WORK, "the disk is full");
    assert_int_equal(l->event_id.n, IDS_UUID_N);
    assert_true(span_is(l->verdict, "attack") || span_is(l->verdict, "twin"));
    assert_true(l->key.n > 0 && l->story.n > 0 && l->instance.n > l->story.n);
    h->labels++;
    return 0;
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

static int run(struct haul *h, const struct gen_options *o, bool labels)
{
    return gen_run(o, take, h, labels ? take_label : NULL, h, &h->totals, &h->e);
}

static void run_well(struct haul *h, const struct gen_options *o)
{
    init_haul(h);
    if (run(h, o, false) != 0)
        fail_msg("%s", h->e.text);
    assert_int_equal(h->totals.files, h->nfiles);
    assert_int_equal(h->totals.records, h->records);
}

static bool is_same_file(const struct taken *a, const struct taken *b)
{
    return strcmp(a->key, b->key) == 0 && memcmp(a->sha256, b->sha256, 32) == 0 &&
           a->records == b->records && a->deliver_ms == b->deliver_ms;
}

static void expect_same(const char *name, const struct haul *a, const struct haul *b)
{
    if (a->nfiles != b->nfiles)
        fail_msg("%s: %zu files and %zu", name, a->nfiles, b->nfiles);
    for (size_t i = 0; i < a->nfiles; i++) {
        if (!is_same_file(&a->files[i], &b->files[i]))
            fail_msg("%s: file %zu, %s and %s", name, i, a->files[i].key, b->files[i].key);
    }
}

static int by_key(const void *left, const void *right)
{
    return strcmp(((const struct taken *)left)->key, ((const struct taken *)right)->key);
}

static void sort_haul(struct haul *h)
{
    qsort(h->files, h->nfiles, sizeof *h->files, by_key);
}

/* Some 200 000 calls a day: cells of an hour. */
#define BUSY                                                                                       \
    "'duration': '4h', " SCENE_CAST ", 'activities': [{'name': 'look', 'on': 'environment', "      \
    "'steps': [{'call': 'DescribeEnvironments'}, {'call': 'DescribeEvents', 'after': "             \
    "'1s..90s', 'times': '1..3', 'every': '10s'}]}], 'actors': [{'name': 'a', 'identity': "        \
    "{'type': 'AssumedRole', 'roleName': 'r'}, 'client': 'boto3', 'addresses': "                   \
    "['203.0.113.7'], 'session': '1h', 'does': [{'activity': 'look', 'perDay': 100000}, "          \
    "{'activity': 'eb-deploy', 'perDay': 200}]}]"

static void any_number_of_jobs_gives_the_same(void **state)
{
    (void)state;
    static const char *const scenarios[] = {"scenarios/organization.json",
                                            "scenarios/quickstart.json"};
    static const unsigned jobs[] = {2, 4, 7};
    for (size_t i = 0; i <= COUNT(scenarios); i++) {
        struct stage st;
        struct haul one, many;
        if (i < COUNT(scenarios))
            stage_open_built_in(&st, scenarios[i]);
        else
            stage_open(&st, BUSY);
        struct gen_options o = options_of(&st);
        run_well(&one, &o);
        assert_true(one.nfiles > 50);
        for (size_t k = 0; k < COUNT(jobs); k++) {
            o.jobs = jobs[k];
            run_well(&many, &o);
            expect_same("jobs", &one, &many);
            assert_memory_equal(&one.totals, &many.totals, sizeof one.totals);
            free_haul(&many);
        }
        free_haul(&one);
        stage_close(&st);
    }
}

static void another_seed_gives_other_bytes(void **state)
{
    (void)state;
    struct stage st;
    struct haul one, other;
    stage_open_built_in(&st, "scenarios/quickstart.json");
    struct gen_options o = options_of(&st);
    run_well(&one, &o);
    o.seed = 2;
    run_well(&other, &o);
    for (size_t i = 0; i < one.nfiles; i++)
        for (size_t k = 0; k < other.nfiles; k++)
            assert_memory_not_equal(one.files[i].sha256, other.files[k].sha256, 32);
    free_haul(&one);
    free_haul(&other);
    stage_close(&st);
}

static void all_shards_are_the_whole(void **state)
{
    (void)state;
    static const uint32_t nshards[] = {2, 7, 100};
    struct stage st;
    struct haul whole;
    stage_open_built_in(&st, "scenarios/organization.json");
    struct gen_options o = options_of(&st);
    run_well(&whole, &o);
    sort_haul(&whole);
    for (size_t i = 0; i < COUNT(nshards); i++) {
        struct haul all, part;
        init_haul(&all);
        o.nshards = nshards[i];
        for (o.shard = 0; o.shard < o.nshards; o.shard++) {
            if (run(&all, &o, false) != 0)
                fail_msg("%s", all.e.text);
        }
        sort_haul(&all);
        expect_same("shards", &whole, &all);
        free_haul(&all);
        /* One of them alone is less. */
        o.shard = 0;
        run_well(&part, &o);
        assert_true(part.nfiles < whole.nfiles);
        free_haul(&part);
    }
    free_haul(&whole);
    stage_close(&st);
}

/* The files of ${part} are files of ${whole}, in the same order. */
static void expect_inside(const char *name, const struct haul *whole, const struct haul *part)
{
    size_t i = 0;
    for (size_t k = 0; k < part->nfiles; k++, i++) {
        while (i < whole->nfiles && !is_same_file(&whole->files[i], &part->files[k]))
            i++;
        if (i == whole->nfiles)
            fail_msg("%s: %s is not in the whole", name, part->files[k].key);
    }
}

static const struct {
    const char *name, *scenario; /* a built-in one, or NULL: BUSY */
    int64_t duration_ms, from_ms, to_ms;
} windows[] = {
    {"a day of three", "scenarios/quickstart.json", 3 * UTC_DAY_MS, UTC_DAY_MS, 2 * UTC_DAY_MS},
    {"the first of three", "scenarios/quickstart.json", 3 * UTC_DAY_MS, 0, UTC_DAY_MS},
    {"two of three", "scenarios/secrets-harvest.json", 3 * UTC_DAY_MS, UTC_DAY_MS, 3 * UTC_DAY_MS},
    {"an hour of four", NULL, 4 * UTC_HOUR_MS, 2 * UTC_HOUR_MS, 3 * UTC_HOUR_MS},
};

static void a_window_has_the_files_of_the_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(windows); i++) {
        struct stage st;
        struct haul whole, part, before, after;
        if (windows[i].scenario != NULL)
            stage_open_built_in(&st, windows[i].scenario);
        else
            stage_open(&st, BUSY);
        struct gen_options o = options_of(&st);
        const int64_t start_ms = o.start_ms;
        o.end_ms = start_ms + windows[i].duration_ms;
        run_well(&whole, &o);
        o.start_ms = start_ms + windows[i].from_ms;
        o.end_ms = start_ms + windows[i].to_ms;
        run_well(&part, &o);
        assert_true(part.nfiles > 20);
        expect_inside(windows[i].name, &whole, &part);
        /* With what is before and after it, it is the whole. */
        init_haul(&before);
        init_haul(&after);
        if (windows[i].from_ms > 0) {
            o.start_ms = start_ms;
            o.end_ms = start_ms + windows[i].from_ms;
            run_well(&before, &o);
        }
        if (windows[i].to_ms < windows[i].duration_ms) {
            o.start_ms = start_ms + windows[i].to_ms;
            o.end_ms = start_ms + windows[i].duration_ms;
            run_well(&after, &o);
        }
        assert_int_equal(before.nfiles + part.nfiles + after.nfiles, whole.nfiles);
        assert_int_equal(before.records + part.records + after.records, whole.records);
        free_haul(&before);
        free_haul(&after);
        free_haul(&whole);
        free_haul(&part);
        stage_close(&st);
    }
}

static void a_number_of_records_is_met_exactly(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {1, 2, 17, 500, 1000, 2000};
    struct stage st;
    stage_open_built_in(&st, "scenarios/organization.json");
    struct gen_options o = options_of(&st);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct haul one, many;
        o.records = numbers[i];
        o.jobs = 1;
        run_well(&one, &o);
        assert_int_equal(one.records, numbers[i]);
        o.jobs = 4;
        run_well(&many, &o);
        expect_same("records", &one, &many);
        free_haul(&one);
        free_haul(&many);
    }
    /* More than there are: all there are. */
    struct haul all, more;
    o.records = 0;
    run_well(&all, &o);
    o.records = 100 * all.records;
    run_well(&more, &o);
    expect_same("more records", &all, &more);
    free_haul(&all);
    free_haul(&more);
    stage_close(&st);
}

/* Some 50 events in a cell of a day. */
#define QUIET                                                                                      \
    "'delivery': {'duplicates': 1}, 'duration': '20d', " SCENE_CAST                                \
    ", 'activities': [{'name': 'look', 'on': 'environment', 'steps': [{'call': "                   \
    "'DescribeEnvironments'}]}], 'actors': [{'name': 'a', 'identity': {'type': 'IAMUser', "        \
    "'userName': 'ana'}, 'client': 'boto3', 'addresses': ['203.0.113.7'], 'does': "                \
    "[{'activity': 'look', 'every': '30m'}]}]"

/* Files that come twice hold no more events: of those there are as many as asked for. */
static void duplicates_do_not_count(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {1, 47, 48, 49, 100, 555};
    struct stage st;
    stage_open(&st, QUIET);
    struct gen_options o = options_of(&st);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct haul h;
        o.records = numbers[i];
        run_well(&h, &o);
        assert_int_equal(h.records, 2 * numbers[i]);
        free_haul(&h);
    }
    stage_close(&st);
}

static void files_are_what_they_say(void **state)
{
    (void)state;
    static const char *const scenarios[] = {
        "scenarios/quickstart.json", "scenarios/identities.json", "scenarios/organization.json",
        "scenarios/partitions.json", "scenarios/every-operation.json"};
    for (size_t i = 0; i < COUNT(scenarios); i++) {
        struct stage st;
        struct haul h;
        stage_open_built_in(&st, scenarios[i]);
        struct gen_options o = options_of(&st);
        o.hash = i % 2 == 0;
        o.gzip = i % 2 == 0 ? GZIP_FAST : GZIP_AWS;
        o.jobs = 2;
        init_haul(&h);
        h.look = true;
        assert_int_equal(run(&h, &o, true), 0);
        assert_true(h.nfiles > 5);
        sort_haul(&h);
        for (size_t k = 1; k < h.nfiles; k++)
            assert_string_not_equal(h.files[k - 1].key, h.files[k].key);
        free_haul(&h);
        stage_close(&st);
    }
}

static int take_lines(void *ctx, struct logfile *f, struct err *e)
{
    uint64_t *n = ctx;
    struct span text = buf_span(&f->body);
    uint32_t lines = 0;
    (void)e;
    assert_false(f->gzipped);
    while (text.n > 0) {
        size_t end = span_find(text, '\n');
        assert_true(end < text.n);
        json_close(scene_json((struct span){text.p, end}));
        text = span_from(text, end + 1);
        lines++;
    }
    assert_int_equal(lines, f->records);
    *n += lines;
    logfile_free(f);
    return 0;
}

static void lines_are_a_record_each(void **state)
{
    (void)state;
    struct stage st;
    struct gen_totals totals;
    struct err e = {0};
    uint64_t n = 0;
    stage_open_built_in(&st, "scenarios/quickstart.json");
    struct gen_options o = options_of(&st);
    o.format = GEN_LINES;
    assert_int_equal(gen_run(&o, take_lines, &n, NULL, NULL, &totals, &e), 0);
    assert_int_equal(n, totals.records);
    assert_int_equal(totals.text_bytes, totals.object_bytes);
    stage_close(&st);
}

/* Labels of the quick start: one look at all and one at each environment, twice. */
static void labels_change_no_byte(void **state)
{
    (void)state;
    struct stage st;
    struct haul without, with;
    stage_open_built_in(&st, "scenarios/quickstart.json");
    struct gen_options o = options_of(&st);
    run_well(&without, &o);
    init_haul(&with);
    assert_int_equal(run(&with, &o, true), 0);
    expect_same("labels", &without, &with);
    assert_int_equal(with.labels, 2 * (1 + 6));
    assert_int_equal(with.totals.labels, with.labels);
    assert_int_equal(without.totals.labels, 0);
    free_haul(&without);
    free_haul(&with);
    stage_close(&st);
}

static void a_flag_stops_the_run(void **state)
{
    (void)state;
    static const size_t stops[] = {0, 1, 30};
    struct stage st;
    struct haul whole;
    stage_open_built_in(&st, "scenarios/organization.json");
    struct gen_options o = options_of(&st);
    run_well(&whole, &o);
    for (size_t i = 0; i < COUNT(stops) * 2; i++) {
        struct haul h;
        init_haul(&h);
        h.stop_at = stops[i / 2];
        h.stop = stops[i / 2] == 0;
        o.jobs = 1 + 3 * (i % 2);
        o.stop = &h.stop;
        assert_int_equal(run(&h, &o, false), -1);
        assert_int_equal(h.e.kind, ERR_STOP);
        assert_true(h.nfiles < whole.nfiles && h.nfiles >= stops[i / 2]);
        assert_int_equal(h.totals.files, h.nfiles);
        assert_int_equal(h.totals.records, h.records);
        expect_inside("stopped", &whole, &h);
        free_haul(&h);
    }
    free_haul(&whole);
    stage_close(&st);
}

/* What is not taken is freed: the address sanitizer looks. */
static void a_failing_taker_ends_the_run(void **state)
{
    (void)state;
    static const size_t fails[] = {1, 2, 40};
    struct stage st;
    stage_open_built_in(&st, "scenarios/quickstart.json");
    struct gen_options o = options_of(&st);
    for (size_t i = 0; i < COUNT(fails) * 4; i++) {
        struct haul h;
        size_t at = fails[i / 4];
        bool label = i % 2 == 1;
        if (label && at > 14)
            continue;
        init_haul(&h);
        h.fail_at = label ? 0 : at;
        h.fail_label_at = label ? at : 0;
        o.jobs = i % 4 < 2 ? 1 : 4;
        assert_int_equal(run(&h, &o, label), -1);
        assert_int_equal(h.e.kind, ERR_WORK);
        assert_string_equal(h.e.text, "the disk is full");
        assert_int_equal(h.totals.files, h.nfiles);
        assert_int_equal(h.totals.labels, h.labels);
        assert_int_equal(label ? h.labels : h.nfiles, at - 1);
        free_haul(&h);
    }
    stage_close(&st);
}

/* What no plan can be made of: a text with more slots than a template has room for. */
static void a_wrong_scenario_makes_nothing(void **state)
{
    (void)state;
    enum { SLOTS_N = 5000 };
    struct stage st;
    struct haul h;
    struct buf body;
    buf_init(&body, 1 << 16);
    buf_printf(&body, "%s",
               SCENE_CAST ", " SCENE_ANA ", 'schedule': [{'name': 'p', 'actor': 'a', 'at': '+1h', "
                          "'environment': 'shop-dev', 'on': 'environment', 'steps': [{'call': "
                          "'UpdateEnvironment', 'with': {'versionLabel': '");
    for (size_t i = 0; i < SLOTS_N; i++)
        buf_printf(&body, "{uuid}");
    buf_printf(&body, "'}}]}]");
    stage_read(&st, buf_text(&body));
    buf_free(&body);
    struct gen_options o = options_of(&st);
    init_haul(&h);
    assert_int_equal(run(&h, &o, false), -1);
    assert_int_equal(h.e.kind, ERR_INPUT);
    assert_int_equal(h.nfiles, 0);
    assert_int_equal(h.totals.records, 0);
    assert_int_equal(h.totals.oldest_ms, LOGFILE_NO_TIME);
    stage_close(&st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_jobs_gives_the_same),
        cmocka_unit_test(another_seed_gives_other_bytes),
        cmocka_unit_test(all_shards_are_the_whole),
        cmocka_unit_test(a_window_has_the_files_of_the_whole),
        cmocka_unit_test(a_number_of_records_is_met_exactly),
        cmocka_unit_test(duplicates_do_not_count),
        cmocka_unit_test(files_are_what_they_say),
        cmocka_unit_test(lines_are_a_record_each),
        cmocka_unit_test(labels_change_no_byte),
        cmocka_unit_test(a_flag_stops_the_run),
        cmocka_unit_test(a_failing_taker_ends_the_run),
        cmocka_unit_test(a_wrong_scenario_makes_nothing),
    };
    return cmocka_run_group_tests_name("gen/gen", tests, scene_load, scene_unload);
}
