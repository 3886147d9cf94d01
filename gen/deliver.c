/* HOT deliver.c - see deliver.h. Sorting is by counting; nothing is compared twice. */
#include "gen/deliver.h"

#include "base/arena.h"
#include "base/draw.h"
#include "base/utc.h"
#include "gen/purpose.h"

enum {
    RADIX_BITS = 11,
    RADIX = 1 << RADIX_BITS,
    RADIX_PASSES = 6, /* all 64 bits; hours take two, a scenario may pause for years */
    SHARDS = 2,       /* buffers that write a region's events in time */
    STRIPES = 4,      /* servers whose runs may lie in one file */
    FILES_FIRST = 64,
    AHEAD = 16 /* events ahead of the one being looked at, of which memory is told */
};

#define WINDOW_MS (5 * UTC_MINUTE_MS)
#define LAG_MOST_MS                                                                                \
    INT64_C(900) /* a second's batch stays before the next; servers overtake in write_order */
#define LATE_LEAST_MS INT64_C(320000)
#define LATE_MOST_MS                                                                               \
    INT64_C(795000) /* and then its file is kept open: 1 109 s after the stamp at most */

/* An event on its way into a buffer. */
struct arrival {
    uint64_t at_ms; /* since the cell's base */
    uint32_t event; /* its index in the cell */
    uint32_t shard; /* SHARDS: late */
};

/* Sort ${a} by at_ms, stable; ${spare} is of the same length. The result is in ${a}. */
static void sort_arrivals(struct arrival *a, struct arrival *spare, size_t n, size_t *counts)
{
    uint64_t most = 0;
    for (size_t i = 0; i < n; i++)
        most |= a[i].at_ms;
    struct arrival *from = a, *to = spare;
    for (int pass = 0; pass < RADIX_PASSES && most >> pass * RADIX_BITS > 0; pass++) {
        int shift = pass * RADIX_BITS;
        memset(counts, 0, RADIX * sizeof *counts);
        for (size_t i = 0; i < n; i++)
            counts[from[i].at_ms >> shift & (RADIX - 1)]++;
        size_t sum = 0;
        for (size_t b = 0; b < RADIX; b++) {
            size_t here = counts[b];
            counts[b] = sum;
            sum += here;
        }
        for (size_t i = 0; i < n; i++)
            to[counts[from[i].at_ms >> shift & (RADIX - 1)]++] = from[i];
        struct arrival *swap = from;
        from = to;
        to = swap;
    }
    if (from != a)
        memcpy(a, from, n * sizeof *a);
}

static uint32_t shard_of(const struct event *ev, const struct delivery_settings *s, uint64_t place,
                         int64_t arrival_ms)
{
    uint64_t window = (uint64_t)(arrival_ms / WINDOW_MS);
    if (!draw_chance(draw_at(place, PURPOSE_SHARD, window), s->second_shard_ppm))
        return 0;
    return (uint32_t)(draw_at(ev->address, PURPOSE_SHARD, 0) & (SHARDS - 1));
}

/*
 * When ${ev} enters which buffer. A batch of one second goes together. Events of one five-minute
 * window that are late are late by the same amount, so that their file is not wider than others.
 */
static void place_event(struct arrival *a, const struct event *ev,
                        const struct delivery_settings *s, uint64_t place, int64_t base_ms)
{
    int64_t lag =
        draw_between(draw_at(place, PURPOSE_LAG, (uint64_t)(ev->time_ms / 1000)), 0, LAG_MOST_MS);
    a->shard = SHARDS;
    if (draw_chance(draw_at(ev->address, PURPOSE_LATE, 0), s->late_ppm)) {
        uint64_t window = (uint64_t)(ev->time_ms / WINDOW_MS);
        lag = draw_between(draw_at(place, PURPOSE_LATE, window), LATE_LEAST_MS, LATE_MOST_MS);
    } else {
        a->shard = shard_of(ev, s, place, ev->time_ms + lag);
    }
    a->at_ms = (uint64_t)(ev->time_ms + lag - base_ms);
}

/* A buffer being filled. */
struct buffer {
    uint32_t *events; /* indexes, in order of arrival */
    uint32_t n;
    int64_t closes_ms; /* takes no more */
    int64_t put_ms;
    int64_t window; /* of late events: their five minutes */
};

struct placing {
    struct arena *arena;
    const struct cell *cell;
    const struct delivery_settings *settings;
    const struct place *place;
    uint64_t suffix; /* of the draw of names: both records of a call may come first in their file */
    struct delivery *out;
    uint32_t norder;
    size_t room; /* for files */
};

static struct delivery_file *add_file(struct placing *p)
{
    struct delivery *out = p->out;
    if (out->nfiles == p->room) {
        p->room = p->room == 0 ? FILES_FIRST : 2 * p->room;
        struct delivery_file *files = ARENA_ROOM(p->arena, struct delivery_file, p->room);
        if (out->nfiles > 0)
            memcpy(files, out->files, out->nfiles * sizeof *files);
        out->files = files;
    }
    return &out->files[out->nfiles++];
}

/* The runs of a file's servers, one behind the other, each in order of arrival. */
static void write_order(struct placing *p, const struct buffer *b, uint64_t address)
{
    uint32_t stripes = 1;
    if (draw_chance(draw_at(address, PURPOSE_FLUSH, 1), p->settings->disorder_ppm))
        stripes = (uint32_t)draw_between(draw_at(address, PURPOSE_FLUSH, 2), 2, STRIPES);
    const struct event **order = p->out->order + p->norder;
    uint32_t n = 0;
    if (stripes == 1) {
        for (uint32_t i = 0; i < b->n; i++)
            order[i] = &p->cell->events[b->events[i]];
        return;
    }
    for (uint32_t stripe = 0; stripe < stripes; stripe++) {
        for (uint32_t i = 0; i < b->n; i++) {
            const struct event *ev = &p->cell->events[b->events[i]];
            uint64_t of = draw_below(draw_at(ev->address, PURPOSE_SHARD, 1), stripes);
            if (of == stripe)
                order[n++] = ev;
        }
    }
}

static void flush(struct placing *p, struct buffer *b, int64_t base_ms)
{
    if (b->n == 0)
        return;
    const struct event *events = p->cell->events;
    struct delivery_file *f = add_file(p);
    f->place = p->place;
    f->first = p->norder;
    f->n = b->n;
    f->address = draw_at(events[b->events[0]].address, PURPOSE_SUFFIX, p->suffix);
    f->oldest_ms = f->newest_ms = events[b->events[0]].time_ms;
    for (uint32_t i = 1; i < b->n; i++) {
        if (i + AHEAD < b->n)
            __builtin_prefetch(&events[b->events[i + AHEAD]]);
        int64_t t = events[b->events[i]].time_ms;
        f->oldest_ms = t < f->oldest_ms ? t : f->oldest_ms;
        f->newest_ms = t > f->newest_ms ? t : f->newest_ms;
    }
    /* A record shows whole seconds, and the stamp rounds up what the newest one shows. */
    f->oldest_ms -= f->oldest_ms % UTC_SECOND_MS;
    f->newest_ms -= f->newest_ms % UTC_SECOND_MS;
    f->deliver_ms = base_ms + b->put_ms;
    write_order(p, b, f->address);
    p->norder += b->n;
    b->n = 0;
    if (!draw_chance(draw_at(f->address, PURPOSE_FLUSH, 3), p->settings->duplicates_ppm))
        return;
    struct delivery_file again = *f;
    again.address = draw_at(f->address, PURPOSE_SUFFIX, 3);
    again.deliver_ms += draw_between(draw_at(f->address, PURPOSE_FLUSH, 4), 1000, 60000);
    *add_file(p) = again;
}

static void fill_buffers(struct placing *p, const struct arrival *a, size_t n, int64_t base_ms)
{
    struct buffer buffers[SHARDS + 1] = {0};
    for (size_t i = 0; i <= SHARDS; i++)
        buffers[i].events = ARENA_ROOM(p->arena, uint32_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct buffer *b = &buffers[a[i].shard];
        const struct event *ev = &p->cell->events[a[i].event];
        int64_t window = a[i].shard == SHARDS ? ev->time_ms / WINDOW_MS : 0;
        if (b->n > 0 && ((int64_t)a[i].at_ms >= b->closes_ms || b->window != window ||
                         b->n == p->settings->most_records))
            flush(p, b, base_ms);
        if (b->n == 0) {
            b->window = window;
            int64_t kept_ms = draw_between(draw_at(ev->address, PURPOSE_FLUSH, 0), 302000, 310000);
            b->put_ms = b->closes_ms = (int64_t)a[i].at_ms + kept_ms;
            if (p->settings->window_ms > 0)
                b->closes_ms =
                    (int64_t)a[i].at_ms + draw_between(draw_at(ev->address, PURPOSE_FLUSH, 5),
                                                       p->settings->window_ms, kept_ms);
        }
        b->events[b->n++] = a[i].event;
    }
    for (size_t i = 0; i <= SHARDS; i++)
        flush(p, &buffers[i], base_ms);
}

/* The events of one region, or of the global services; perhaps of another account. */
struct part {
    const struct place *place;
    bool other;
    uint64_t address; /* of its draws */
    size_t first, n;  /* of the arrivals */
};

struct parts {
    struct part *at;
    size_t n, room;
    size_t nown; /* the first are of the cell's account, by place->order */
};

/* The part of a place in another account; new ones are put behind. */
static size_t other_part(struct parts *parts, struct arena *arena, const struct place *place)
{
    for (size_t i = parts->nown; i < parts->n; i++)
        if (parts->at[i].place == place)
            return i;
    if (parts->n == parts->room) {
        struct part *more = ARENA_NEW(arena, struct part, 2 * parts->room);
        memcpy(more, parts->at, parts->n * sizeof *more);
        parts->at = more;
        parts->room *= 2;
    }
    parts->at[parts->n] = (struct part){.place = place, .other = true};
    return parts->n++;
}

/* Count what belongs to which part; ${part_of} says it by event. */
static void count_parts(struct parts *parts, struct arena *arena, uint16_t *part_of,
                        const struct cell *cell)
{
    const struct account *own = cell->events[0].scene->place->account;
    for (uint32_t i = 0; i < cell->n; i++) {
        if (i + AHEAD < cell->n)
            __builtin_prefetch(&cell->events[i + AHEAD].scene->place);
        const struct place *place = cell->events[i].scene->place;
        size_t k = place->order;
        if (place->account != own)
            k = other_part(parts, arena, place);
        struct part *part = &parts->at[k];
        if (part->n++ == 0)
            part->place = place;
        part_of[i] = (uint16_t)k;
    }
}

void deliver_place(struct delivery *out, struct arena *arena, const struct cell *cell,
                   const struct delivery_settings *settings, uint64_t seed)
{
    *out = (struct delivery){0};
    if (cell->n == 0)
        return;
    out->order = ARENA_ROOM(arena, const struct event *, cell->n);
    struct arrival *arrivals = ARENA_ROOM(arena, struct arrival, cell->n);
    struct arrival *spare = ARENA_ROOM(arena, struct arrival, cell->n);
    uint16_t *part_of = ARENA_ROOM(arena, uint16_t, cell->n);
    size_t *counts = ARENA_ROOM(arena, size_t, RADIX);
    const int64_t base_ms = cell->from_ms - UTC_MINUTE_MS;

    /* Region by region, in the order in which the scenario names them; then the global one, and
       what other accounts see of all this. */
    struct parts all = {.nown = cell->events[0].scene->place->account->nregions + 1};
    all.n = all.nown;
    all.room = all.nown + 4;
    all.at = ARENA_NEW(arena, struct part, all.room);
    count_parts(&all, arena, part_of, cell);
    struct part *parts = all.at;
    size_t first = 0;
    for (size_t r = 0; r < all.n; r++) {
        uint64_t of = (uint64_t)cell->account << 16 | r;
        parts[r].address =
            draw_at(parts[r].other ? parts[r].place->address : seed, PURPOSE_SHARD, of);
        parts[r].first = first;
        first += parts[r].n;
        parts[r].n = 0;
    }
    for (uint32_t i = 0; i < cell->n; i++) {
        struct part *part = &parts[part_of[i]];
        struct arrival *a = &arrivals[part->first + part->n++];
        a->event = i;
        place_event(a, &cell->events[i], settings, part->address, base_ms);
    }

    struct placing p = {.arena = arena, .cell = cell, .settings = settings, .out = out};
    for (size_t r = 0; r < all.n; r++) {
        const struct part *part = &parts[r];
        if (part->n == 0)
            continue;
        p.place = part->place;
        p.suffix = part->other ? 5 : 0;
        sort_arrivals(arrivals + part->first, spare, part->n, counts);
        fill_buffers(&p, arrivals + part->first, part->n, base_ms);
    }
}

void deliver_limit(struct cell *cell, struct arena *arena, size_t most)
{
    if (cell->n <= most)
        return;
    struct arrival *a = ARENA_ROOM(arena, struct arrival, cell->n);
    struct arrival *spare = ARENA_ROOM(arena, struct arrival, cell->n);
    size_t *counts = ARENA_ROOM(arena, size_t, RADIX);
    /* A session opens some seconds before the activity, and perhaps the cell, that needs it. */
    const int64_t base_ms = cell->from_ms - UTC_MINUTE_MS;
    for (uint32_t i = 0; i < cell->n; i++)
        a[i] = (struct arrival){(uint64_t)(cell->events[i].time_ms - base_ms), i, 0};
    sort_arrivals(a, spare, cell->n, counts);
    struct event *kept = ARENA_ROOM(arena, struct event, most + 1);
    for (size_t i = 0; i < most; i++)
        kept[i] = cell->events[a[i].event];
    cell->events = kept;
    cell->n = most;
}
