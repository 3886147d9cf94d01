/* test_deliver.c - what was counted in 3 938 published files holds for every file made here. */
#include "tests/gen/scene.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/draw.h"
#include "gen/deliver.h"

enum { EVENTS_MOST = 40000, REGIONS = 2 };

static struct event events[EVENTS_MOST];
static struct scene scenes[REGIONS];

#define TWO_REGIONS                                                                                \
    "'accounts': [{'id': '123456789012', 'regions': ['us-east-1', 'eu-west-1']}], " SCENE_ANA

/* ${n} events that begin in ${length_ms} and lie in two regions, in no order. */
static struct cell make_cell(const struct stage *st, size_t n, int64_t length_ms)
{
    assert_true(n <= EVENTS_MOST);
    for (size_t r = 0; r < REGIONS; r++)
        scenes[r].place = &st->plan.world.places[r];
    for (size_t i = 0; i < n; i++)
        events[i] = (struct event){.time_ms = SCENE_START_MS +
                                              draw_between(draw_at(1, 1, i), 0, length_ms - 1),
                                   .address = draw_at(1, 2, i),
                                   .scene = &scenes[draw_below(draw_at(1, 3, i), REGIONS)]};
    return (struct cell){.from_ms = SCENE_START_MS,
                         .to_ms = SCENE_START_MS + length_ms,
                         .events = events,
                         .n = n,
                         .room = n};
}

static const struct {
    const char *name;
    size_t n;
    int64_t length_ms;
    struct delivery_settings settings;
} cases[] = {
    {"one event", 1, UTC_DAY_MS, {.most_records = 8000}},
    {"a quiet day", 300, UTC_DAY_MS, {20000, 300000, 100000, 0, 8000, 0}},
    {"a busy day", 40000, UTC_DAY_MS, {20000, 300000, 100000, 0, 8000, 0}},
    {"a busy day in one buffer", 40000, UTC_DAY_MS, {0, 0, 0, 0, 8000, 0}},
    {"a burst", 40000, 5 * UTC_MINUTE_MS, {20000, 300000, 100000, 0, 8000, 0}},
    {"small files", 20000, UTC_HOUR_MS, {20000, 300000, 100000, 0, 7, 0}},
    {"files of one", 2000, UTC_HOUR_MS, {20000, 300000, 100000, 0, 1, 0}},
    {"all late", 5000, UTC_DAY_MS, {1000000, 0, 0, 0, 8000, 0}},
    {"all in disorder", 20000, UTC_HOUR_MS, {0, 1000000, 0, 0, 8000, 0}},
    {"a short window", 20000, UTC_HOUR_MS, {20000, 300000, 100000, 0, 8000, 60000}},
    {"always two buffers", 20000, UTC_HOUR_MS, {0, 0, 1000000, 0, 8000, 0}},
    {"years, as hostile pauses make them",
     3000,
     4000 * UTC_DAY_MS,
     {20000, 300000, 100000, 0, 8000, 0}},
};

static int by_pointer(const void *left, const void *right)
{
    const struct event *a = *(const struct event *const *)left;
    const struct event *b = *(const struct event *const *)right;
    return (a > b) - (a < b);
}

static void expect_each_once(const char *name, const struct delivery *d, size_t n)
{
    const struct event **order = test_malloc((n + 1) * sizeof(void *));
    memcpy((void *)order, (const void *)d->order, n * sizeof(void *));
    qsort((void *)order, n, sizeof(void *), by_pointer);
    for (size_t i = 0; i < n; i++) {
        if (order[i] != &events[i])
            fail_msg("%s: event %zu has no place, or two", name, i);
    }
    test_free((void *)order);
}

static void expect_file(const char *name, const struct delivery *d, const struct delivery_file *f,
                        uint32_t most)
{
    int64_t oldest = INT64_MAX, newest = INT64_MIN;
    for (uint32_t i = 0; i < f->n; i++) {
        const struct event *ev = d->order[f->first + i];
        int64_t shown = ev->time_ms - ev->time_ms % UTC_SECOND_MS;
        assert_ptr_equal(ev->scene->place, f->place);
        oldest = shown < oldest ? shown : oldest;
        newest = shown > newest ? shown : newest;
        /* Put after it happened. */
        assert_true(f->deliver_ms > ev->time_ms);
    }
    if (f->n == 0 || f->n > most || oldest != f->oldest_ms || newest != f->newest_ms ||
        newest - oldest > 315000 || f->deliver_ms - oldest < 302000)
        fail_msg("%s: %u records, %jd ms, put %jd ms after the oldest", name, f->n,
                 (intmax_t)(newest - oldest), (intmax_t)(f->deliver_ms - oldest));
}

static void every_event_has_one_place_in_a_likely_file(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, TWO_REGIONS);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena;
        struct delivery d;
        uint32_t next = 0;
        struct cell cell = make_cell(&st, cases[i].n, cases[i].length_ms);
        arena_init(&arena);
        deliver_place(&d, &arena, &cell, &cases[i].settings, 1);
        expect_each_once(cases[i].name, &d, cell.n);
        for (size_t k = 0; k < d.nfiles; k++) {
            assert_int_equal(d.files[k].first, next);
            next += d.files[k].n;
            expect_file(cases[i].name, &d, &d.files[k], cases[i].settings.most_records);
            for (size_t j = 0; j < k; j++)
                assert_true(d.files[j].address != d.files[k].address);
        }
        assert_int_equal(next, cell.n);
        arena_free(&arena);
    }
    stage_close(&st);
}

static struct delivery place(struct stage *st, struct arena *arena, size_t n, int64_t length_ms,
                             struct delivery_settings settings)
{
    struct delivery d;
    struct cell cell = make_cell(st, n, length_ms);
    arena_init(arena);
    deliver_place(&d, arena, &cell, &settings, 1);
    return d;
}

/* An event waits at most 4.5 s for its buffer, the buffer at most 310 s: files are not early. */
static void in_time_is_within_minutes_and_late_is_later(void **state)
{
    (void)state;
    struct stage st;
    struct arena arena;
    stage_open(&st, TWO_REGIONS);
    struct delivery d =
        place(&st, &arena, 5000, UTC_DAY_MS, (struct delivery_settings){.most_records = 8000});
    for (size_t i = 0; i < d.nfiles; i++)
        assert_in_range(d.files[i].deliver_ms - d.files[i].oldest_ms, 302000, 316000);
    arena_free(&arena);
    d = place(&st, &arena, 5000, UTC_DAY_MS,
              (struct delivery_settings){.late_ppm = 1000000, .most_records = 8000});
    for (size_t i = 0; i < d.nfiles; i++)
        assert_in_range(d.files[i].deliver_ms - d.files[i].oldest_ms, 622000, 1412000);
    arena_free(&arena);
    stage_close(&st);
}

/* The share of files in which a record is 5 s or more older than one before it. */
static double disorder_of(struct stage *st, uint32_t disorder_ppm)
{
    struct arena arena;
    size_t n = 0;
    struct delivery d =
        place(st, &arena, 40000, UTC_DAY_MS,
              (struct delivery_settings){.disorder_ppm = disorder_ppm, .most_records = 8000});
    for (size_t i = 0; i < d.nfiles; i++) {
        const struct delivery_file *f = &d.files[i];
        bool back = false;
        int64_t newest = INT64_MIN;
        for (uint32_t k = 0; k < f->n; k++) {
            int64_t t = d.order[f->first + k]->time_ms;
            back = back || t + 5000 <= newest;
            newest = t > newest ? t : newest;
        }
        n += back;
    }
    double share = (double)n / (double)d.nfiles;
    arena_free(&arena);
    return share;
}

static void disorder_is_as_often_as_it_says(void **state)
{
    (void)state;
    struct stage st;
    stage_open(&st, TWO_REGIONS);
    assert_true(disorder_of(&st, 0) == 0.0);
    double some = disorder_of(&st, 300000);
    /* Some 560 files: five standard deviations are 0.1. */
    assert_true(some > 0.2 && some < 0.4);
    assert_true(disorder_of(&st, 1000000) > 0.95);
    stage_close(&st);
}

/* Two buffers share a window's events: twice as many files. */
static void a_second_buffer_doubles_the_files(void **state)
{
    (void)state;
    struct stage st;
    struct arena arena;
    stage_open(&st, TWO_REGIONS);
    struct delivery d =
        place(&st, &arena, 40000, UTC_DAY_MS, (struct delivery_settings){.most_records = 8000});
    size_t one = d.nfiles;
    arena_free(&arena);
    d = place(&st, &arena, 40000, UTC_DAY_MS,
              (struct delivery_settings){.second_shard_ppm = 1000000, .most_records = 8000});
    assert_in_range(d.nfiles, one * 19 / 10, one * 21 / 10);
    arena_free(&arena);
    stage_close(&st);
}

static void a_duplicate_has_the_same_records_later(void **state)
{
    (void)state;
    struct stage st;
    struct arena arena;
    stage_open(&st, TWO_REGIONS);
    struct delivery d =
        place(&st, &arena, 5000, UTC_DAY_MS,
              (struct delivery_settings){.duplicates_ppm = 1000000, .most_records = 8000});
    assert_true(d.nfiles > 100 && d.nfiles % 2 == 0);
    for (size_t i = 0; i < d.nfiles; i += 2) {
        const struct delivery_file *f = &d.files[i], *again = &d.files[i + 1];
        assert_int_equal(again->first, f->first);
        assert_int_equal(again->n, f->n);
        assert_int_equal(again->newest_ms, f->newest_ms);
        assert_true(again->address != f->address);
        assert_in_range(again->deliver_ms - f->deliver_ms, 1000, 60000);
    }
    arena_free(&arena);
    stage_close(&st);
}

static void no_events_are_no_files(void **state)
{
    (void)state;
    struct stage st;
    struct arena arena;
    stage_open(&st, TWO_REGIONS);
    struct delivery d = place(&st, &arena, 0, UTC_DAY_MS, (struct delivery_settings){0});
    assert_int_equal(d.nfiles, 0);
    arena_free(&arena);
    stage_close(&st);
}

static int by_time(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

/* A session may begin some seconds before its cell: those count as early, too. */
static void a_limit_keeps_the_earliest(void **state)
{
    (void)state;
    static const size_t limits[] = {1, 2, 10, 999, 1000, 5000};
    struct stage st;
    stage_open(&st, TWO_REGIONS);
    for (size_t i = 0; i < COUNT(limits); i++) {
        struct arena arena;
        int64_t all[1000], kept[1000];
        arena_init(&arena);
        struct cell cell = make_cell(&st, COUNT(all), UTC_HOUR_MS);
        events[500].time_ms = SCENE_START_MS - 3500;
        events[2].time_ms = SCENE_START_MS - 1200;
        for (size_t k = 0; k < COUNT(all); k++)
            all[k] = events[k].time_ms;
        deliver_limit(&cell, &arena, limits[i]);
        assert_int_equal(cell.n, limits[i] < COUNT(all) ? limits[i] : COUNT(all));
        for (size_t k = 0; k < cell.n; k++)
            kept[k] = cell.events[k].time_ms;
        qsort(all, COUNT(all), sizeof all[0], by_time);
        qsort(kept, cell.n, sizeof kept[0], by_time);
        for (size_t k = 0; k < cell.n; k++)
            assert_int_equal(kept[k], all[k]);
        arena_free(&arena);
    }
    stage_close(&st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_event_has_one_place_in_a_likely_file),
        cmocka_unit_test(in_time_is_within_minutes_and_late_is_later),
        cmocka_unit_test(disorder_is_as_often_as_it_says),
        cmocka_unit_test(a_second_buffer_doubles_the_files),
        cmocka_unit_test(a_duplicate_has_the_same_records_later),
        cmocka_unit_test(no_events_are_no_files),
        cmocka_unit_test(a_limit_keeps_the_earliest),
    };
    return cmocka_run_group_tests_name("gen/deliver", tests, scene_load, scene_unload);
}
