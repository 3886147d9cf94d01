/* notify.c - see notify.h. */
#include "replay/notify.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/utc.h"
#include "base/work.h"

enum {
    NOTES_EASY = 1024,  /* arrivals that may wait before the run does */
    NOTES_MOST = 32768, /* and these too: what was in flight then still arrives */
    FAILURES_KEPT = 20,
    NOTES_HELD = NOTIFY_BATCH_MOST * NOTIFY_KEYS_MOST,
    ETAG_MOST = 128, /* longer ones, or with other characters, are not AWS's and are left out */
    VERSION_MOST = 256
};

/* An arrival that waits for its message; its texts stand behind it. */
struct note {
    struct notify_object object;
    char texts[];
};

struct courier {
    struct notify *notify;
    struct notify_place place;
    struct work_thread *thread;
    struct buf text;
    struct note *notes[NOTES_HELD];
    size_t notes_n;
};

struct failure {
    struct span key, why;
};

struct notify {
    struct arena arena; /* holds this struct, and under the lock the failures */
    struct notify_options options;
    struct courier *couriers;
    size_t couriers_n;
    struct work_queue *notes;
    char pause; /* its address in ${notes} is no arrival: what is there waits for nothing more */
    bool ended;

    struct work_lock *lock; /* for what follows */
    struct notify_totals totals;
    struct failure failures[FAILURES_KEPT];
    size_t failures_n;
    bool dropping; /* nothing more is sent */
    struct err fatal;
};

static void count_failed(struct notify *n, struct span key, const char *why)
{
    n->totals.failed++;
    if (why[0] == '\0' || n->failures_n == FAILURES_KEPT)
        return;
    n->failures[n->failures_n++] = (struct failure){
        arena_copy(&n->arena, key), arena_printf(&n->arena, "is not announced: %s", why)};
}

/* Forget ${note}, whose object nobody hears of. */
static void fail(struct notify *n, struct note *note, const char *why)
{
    work_lock_take(n->lock);
    count_failed(n, note->object.key, why);
    work_lock_give(n->lock);
    free(note);
}

/* How long a courier may wait for one more note. */
static int64_t patience_ms(const struct courier *c, int64_t since_ms)
{
    const struct notify_options *o = &c->notify->options;
    if (c->notes_n == 0)
        return -1;
    if (o->keys == 1)
        return 0;
    if (o->linger_ms < 0)
        return -1;
    if (c->notes_n % o->keys == 0)
        return 0;
    const int64_t left_ms = since_ms + o->linger_ms - utc_now_ms();
    return left_ms < 0 ? 0 : left_ms < o->linger_ms ? left_ms : o->linger_ms;
}

/* Take what there is, at least one note: false at the end. */
static bool gather(struct courier *c)
{
    struct notify *n = c->notify;
    const size_t most = (size_t)n->options.keys * NOTIFY_BATCH_MOST;
    int64_t since_ms = 0;
    c->notes_n = 0;
    while (c->notes_n < most) {
        void *item;
        if (!work_queue_take(n->notes, &item, patience_ms(c, since_ms)))
            break;
        if (item == &n->pause) {
            if (c->notes_n > 0)
                break;
            continue;
        }
        struct note *note = item;
        if (!notify_text_names(n->options.style.form, note->object.key)) {
            fail(n, note, "its key is not UTF-8, so that no message of this form can name it");
            continue;
        }
        if (c->notes_n == 0)
            since_ms = utc_now_ms();
        c->notes[c->notes_n++] = note;
    }
    return c->notes_n > 0;
}

/* How many notes from ${from} on go into one message. */
static size_t group(const struct courier *c, size_t from)
{
    size_t n = 1;
    while (from + n < c->notes_n && n < c->notify->options.keys &&
           span_equal(c->notes[from]->object.bucket, c->notes[from + n]->object.bucket))
        n++;
    return n;
}

/* Put the notes from ${from} on into words: where the next message begins. */
static size_t compose(struct courier *c, struct notify_message *messages, size_t *groups,
                      size_t *messages_n, size_t from)
{
    size_t begins[NOTIFY_BATCH_MOST + 1];
    buf_clear(&c->text);
    *messages_n = 0;
    while (from < c->notes_n && *messages_n < NOTIFY_BATCH_MOST) {
        struct notify_object objects[NOTIFY_KEYS_MOST];
        const size_t n = group(c, from);
        for (size_t i = 0; i < n; i++)
            objects[i] = c->notes[from + i]->object;
        begins[*messages_n] = c->text.n;
        notify_text_put(&c->text, &c->notify->options.style, objects, n);
        groups[(*messages_n)++] = n;
        from += n;
    }
    begins[*messages_n] = c->text.n;
    for (size_t i = 0; i < *messages_n; i++)
        messages[i] =
            (struct notify_message){.text = {c->text.p + begins[i], begins[i + 1] - begins[i]}};
    return from;
}

/* Count what became of the messages for the notes from ${from} on, and forget these. */
static void settle(struct courier *c, const struct notify_message *messages, const size_t *groups,
                   size_t messages_n, size_t from)
{
    struct notify *n = c->notify;
    work_lock_take(n->lock);
    for (size_t i = 0; i < messages_n; i++) {
        n->totals.messages += messages[i].sent;
        for (size_t j = 0; j < groups[i]; j++, from++) {
            if (messages[i].sent)
                n->totals.objects++;
            else
                count_failed(n, c->notes[from]->object.key, messages[i].why);
            free(c->notes[from]);
        }
    }
    work_lock_give(n->lock);
}

static bool is_dropping(struct notify *n)
{
    work_lock_take(n->lock);
    const bool dropping = n->dropping;
    work_lock_give(n->lock);
    return dropping;
}

static void stop_for(struct notify *n, const struct err *e)
{
    work_lock_take(n->lock);
    if (n->fatal.kind == ERR_NONE)
        n->fatal = *e;
    n->dropping = true;
    work_lock_give(n->lock);
    work_queue_end(n->notes);
}

static void carry(void *ctx)
{
    struct courier *c = ctx;
    struct notify *n = c->notify;
    while (gather(c)) {
        for (size_t from = 0; from < c->notes_n;) {
            struct notify_message messages[NOTIFY_BATCH_MOST];
            size_t groups[NOTIFY_BATCH_MOST];
            size_t messages_n;
            struct err e = {0};
            const size_t next = compose(c, messages, groups, &messages_n, from);
            if (!is_dropping(n) && c->place.ops->send(c->place.self, messages, messages_n, &e) != 0)
                stop_for(n, &e);
            settle(c, messages, groups, messages_n, from);
            from = next;
        }
    }
}

int notify_open(struct notify **out, const struct notify_options *o,
                const struct notify_place *places, size_t n, struct err *e)
{
    assert(n >= 1 && n <= NOTIFY_PLACES_MOST && o->keys >= 1 && o->keys <= NOTIFY_KEYS_MOST);
    struct arena a;
    arena_init(&a);
    struct notify *notify = ARENA_NEW(&a, struct notify, 1);
    notify->options = *o;
    notify->options.style.topic = arena_copy(&a, o->style.topic);
    notify->options.bucket = arena_copy(&a, o->bucket);
    notify->options.region = arena_copy(&a, o->region);
    if (o->utc_ms == NULL)
        notify->options.utc_ms = utc_now_ms;
    notify->couriers = ARENA_NEW(&a, struct courier, n);
    notify->notes = work_queue_open(NOTES_MOST);
    notify->lock = work_lock_open();
    notify->arena = a;
    for (size_t i = 0; i < n; i++) {
        struct courier *c = &notify->couriers[i];
        c->notify = notify;
        c->place = places[i];
        buf_init(&c->text, (size_t)NOTIFY_BATCH_MOST * NOTIFY_TEXT_MAX);
    }
    notify->couriers_n = n;
    for (size_t i = 0; i < n; i++) {
        notify->couriers[i].thread = work_thread_start(carry, &notify->couriers[i]);
        if (notify->couriers[i].thread == NULL) {
            notify_close(notify);
            return err_set(e, ERR_WORK, "no thread can be started for the notifications");
        }
    }
    *out = notify;
    return 0;
}

/* ${text} when it is at most ${most} plain characters. */
static struct span plain(struct span text, size_t most)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] <= ' ' || text.p[i] > '~')
            return SPAN("");
    }
    return text.n <= most ? text : SPAN("");
}

void notify_arrived(void *ctx, const struct sink_arrival *a)
{
    struct notify *n = ctx;
    const struct notify_options *o = &n->options;
    if (!notify_text_tells(o->style.form, a->key))
        return;
    const bool ours = a->bucket.n == 0 || o->rename;
    const struct span texts[] = {ours ? o->bucket : a->bucket,
                                 a->region.n > 0 ? a->region : o->region, a->key,
                                 plain(a->etag, ETAG_MOST), plain(a->version, VERSION_MOST)};
    size_t texts_n = 0;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        texts_n += texts[i].n;
    struct note *note = calloc(1, sizeof(*note) + texts_n);
    if (note == NULL)
        mem_die(sizeof(*note) + texts_n);
    struct span *const copies[] = {&note->object.bucket, &note->object.region, &note->object.key,
                                   &note->object.etag, &note->object.version};
    char *at = note->texts;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (texts[i].n > 0)
            memcpy(at, texts[i].p, texts[i].n);
        *copies[i] = (struct span){at, texts[i].n};
        at += texts[i].n;
    }
    note->object.bytes = a->bytes;
    note->object.arrived_ms = o->utc_ms();
    if (!work_queue_put(n->notes, note))
        fail(n, note, "");
}

int notify_ready(struct notify *n, struct err *e)
{
    if (work_queue_ease(n->notes, NOTES_EASY))
        return 0;
    work_lock_take(n->lock);
    *e = n->fatal;
    work_lock_give(n->lock);
    return -1;
}

void notify_pause(struct notify *n)
{
    if (n->options.keys > 1)
        work_queue_put(n->notes, &n->pause);
}

/* Wait for the couriers, who send or drop what is left. */
static void end(struct notify *n)
{
    if (n->ended)
        return;
    n->ended = true;
    work_queue_end(n->notes);
    for (size_t i = 0; i < n->couriers_n; i++)
        work_thread_join(n->couriers[i].thread);
}

int notify_finish(struct notify *n, struct notify_totals *totals, sink_lost_fn *lost,
                  void *lost_ctx, struct err *e)
{
    end(n);
    for (size_t i = 0; i < n->failures_n && lost != NULL; i++)
        lost(lost_ctx, n->failures[i].key, n->failures[i].why);
    *totals = n->totals;
    if (n->fatal.kind == ERR_NONE)
        return 0;
    *e = n->fatal;
    return -1;
}

void notify_close(struct notify *n)
{
    work_lock_take(n->lock);
    n->dropping = true;
    work_lock_give(n->lock);
    end(n);
    for (size_t i = 0; i < n->couriers_n; i++) {
        n->couriers[i].place.ops->close(n->couriers[i].place.self);
        buf_free(&n->couriers[i].text);
    }
    work_queue_close(n->notes);
    work_lock_close(n->lock);
    struct arena a = n->arena;
    arena_free(&a);
}
