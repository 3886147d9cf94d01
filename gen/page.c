/* page.c - see page.h. */
#include "gen/page.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/utc.h"
#include "gen/activity.h"

enum {
    PAGES = 72,    /* kept: a look-back and the days at work */
    LOOK_BACK = 62 /* days: two stretches in which a deploy is certain (agenda.c) */
};

/* Changes take less than this, so what a day begins with is settled by the hour before it. */
#define WARM_UP_MS UTC_HOUR_MS

struct page {
    uint32_t account;
    int64_t day;
    uint64_t used; /* when it was last asked for, in requests */
    struct arena arena;
    struct change *changes; /* by environment, then time */
    size_t n, room;
};

struct page_cache {
    const struct plan *plan;
    struct page pages[PAGES];
    uint64_t requests;
};

struct page_cache *page_cache_open(const struct plan *plan)
{
    struct page_cache *c = calloc(1, sizeof *c);
    if (c == NULL)
        mem_die(sizeof *c);
    c->plan = plan;
    for (size_t i = 0; i < PAGES; i++)
        arena_init(&c->pages[i].arena);
    return c;
}

void page_cache_close(struct page_cache *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < PAGES; i++)
        arena_free(&c->pages[i].arena);
    free(c);
}

struct gather {
    struct page *page;
    const struct plan *plan;
    const struct occurrence *o;
};

static bool gather_change(void *ctx, const struct act *a)
{
    struct gather *g = ctx;
    struct page *page = g->page;
    enum effect effect = a->step->operation->effect;
    if (!activity_changes(effect) || a->error != NULL || a->environment == SCENARIO_NONE)
        return true;
    if (page->n == page->room) {
        size_t room = page->room == 0 ? 64 : 2 * page->room;
        struct change *changes = ARENA_NEW(&page->arena, struct change, room);
        if (page->n > 0)
            memcpy(changes, page->changes, page->n * sizeof *changes);
        page->changes = changes;
        page->room = room;
    }
    page->changes[page->n++] =
        (struct change){.environment = a->environment,
                        .time_ms = a->time_ms,
                        .done_ms = a->done_ms,
                        .address = a->address,
                        .occurrence = g->o->address,
                        .sets_version = g->plan->steps[a->step->index].deploys,
                        .labels = g->plan->scenario->activities[g->o->activity].labels,
                        .began_ms = g->o->start_ms};
    return true;
}

static int by_environment(const void *left, const void *right)
{
    const struct change *a = left, *b = right;
    if (a->environment != b->environment)
        return a->environment < b->environment ? -1 : 1;
    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms ? -1 : 1;
    return (a->address > b->address) - (a->address < b->address);
}

/* Walk each environment's changes in order of time: it is busy until the last allowed one is done.
   A run whose first change is refused makes no second. */
static void settle(struct page *page)
{
    int64_t busy_until = INT64_MIN;
    for (size_t i = 0; i < page->n; i++) {
        struct change *c = &page->changes[i];
        if (i == 0 || page->changes[i - 1].environment != c->environment)
            busy_until = INT64_MIN;
        bool stopped = false;
        for (size_t k = i; k-- > 0 && page->changes[k].environment == c->environment &&
                           page->changes[k].time_ms > c->time_ms - WARM_UP_MS;) {
            if (page->changes[k].occurrence == c->occurrence && !page->changes[k].allowed)
                stopped = true;
        }
        c->allowed = !stopped && c->time_ms >= busy_until;
        if (c->allowed)
            busy_until = c->done_ms;
    }
}

static void fill(struct page *page, const struct plan *plan)
{
    arena_empty(&page->arena);
    page->changes = NULL;
    page->n = page->room = 0;
    struct agenda list = {.arena = &page->arena};
    int64_t from_ms = page->day * UTC_DAY_MS;
    plan_agenda(&list, plan, page->account, from_ms - WARM_UP_MS, from_ms + UTC_DAY_MS, true);
    for (size_t i = 0; i < list.n; i++) {
        struct gather g = {page, plan, &list.items[i]};
        activity_play(plan, &list.items[i], gather_change, &g);
    }
    if (page->n > 0)
        qsort(page->changes, page->n, sizeof *page->changes, by_environment);
    settle(page);
}

static struct page *page_of(struct page_cache *c, uint32_t account, int64_t day)
{
    struct page *oldest = &c->pages[0];
    c->requests++;
    for (size_t i = 0; i < PAGES; i++) {
        struct page *page = &c->pages[i];
        if (page->used != 0 && page->account == account && page->day == day) {
            page->used = c->requests;
            return page;
        }
        if (page->used < oldest->used)
            oldest = page;
    }
    oldest->account = account;
    oldest->day = day;
    oldest->used = c->requests;
    fill(oldest, c->plan);
    return oldest;
}

/* The first change of ${environment} at or after ${time_ms}, as an index. */
static size_t lower_bound(const struct page *page, uint32_t environment, int64_t time_ms)
{
    size_t low = 0, high = page->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct change *c = &page->changes[middle];
        bool before =
            c->environment != environment ? c->environment < environment : c->time_ms < time_ms;
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool page_allows(struct page_cache *c, uint32_t account, uint32_t environment, int64_t time_ms,
                 uint64_t address)
{
    /* A run may begin on one day and change something on the next: its page is where it began. */
    for (int back = 0; back <= 1; back++) {
        const struct page *page = page_of(c, account, utc_day(time_ms) - back);
        for (size_t i = lower_bound(page, environment, time_ms);
             i < page->n && page->changes[i].environment == environment &&
             page->changes[i].time_ms == time_ms;
             i++) {
            if (page->changes[i].address == address)
                return page->changes[i].allowed;
        }
    }
    return true;
}

const struct change *page_running(struct page_cache *c, uint32_t account, uint32_t environment,
                                  int64_t time_ms)
{
    for (int64_t day = utc_day(time_ms); day >= utc_day(time_ms) - LOOK_BACK; day--) {
        const struct page *page = page_of(c, account, day);
        for (size_t i = lower_bound(page, environment, time_ms); i-- > 0;) {
            const struct change *change = &page->changes[i];
            /* What lies before its day is settled by the page before, as page_allows has it. */
            if (change->environment != environment || change->time_ms < day * UTC_DAY_MS)
                break;
            if (change->allowed && change->sets_version)
                return change;
        }
    }
    return NULL;
}
