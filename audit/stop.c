/* stop.c - see stop.h. */
#include "audit/stop.h"

#include <string.h>

#include "audit/keys.h"
#include "base/arena.h"
#include "base/err.h"
#include "cloudtrail/key.h"

/* A key that is remembered. */
struct mark {
    char key[KEY_MAX];
    size_t n, file;
    bool set;
};

/* What is looked for in the order of keys. */
struct key_order {
    struct mark last;  /* the greatest key with something seen */
    struct mark first; /* the least key that is lost whole behind it */
    struct mark fault; /* the least one between them with a deadly fault */
    bool fits;
};

enum stop {
    STOP_NONE,
    STOP_WITHOUT, /* and nothing there to die of */
    STOP_WITH_FAULT
};

struct stopping {
    const struct expected *x;
    const struct stop_fate *fates;
    bool *beyond;
    struct key_order order;
};

/* Whether nothing of a file was seen that has no fault and should have been. */
static bool is_lost_whole(const struct stopping *s, size_t file)
{
    return s->fates[file].n[VERDICT_LOST] > 0 && s->fates[file].seen == 0 &&
           expected_file(s->x, file)->fault == FAULT_NONE;
}

/* Whether a consumer may die of a file's fault: not of what is a log file like any other. */
static bool is_deadly(const struct stopping *s, size_t file)
{
    switch ((enum fault_kind)expected_file(s->x, file)->fault) {
    case FAULT_TRUNCATED_GZIP:
    case FAULT_SECOND_GZIP_MEMBER:
    case FAULT_DIGEST_AMONG_LOGS:
    case FAULT_INVALID_JSON:
    case FAULT_EMPTY_RECORDS:
    case FAULT_OVERSIZE_LINE:
        return true;
    case FAULT_NONE:
    case FAULT_DUPLICATE_FILE:
    case FAULT_REPEATED_PUT:
    case FAULT_DUPLICATE_RECORDS:
    case FAULT_LATE_FILE:
    case FAULT_WRONG_ORDER:
    case FAULT_MISSING_FILE:
    case FAULT_KINDS:
        break;
    }
    return false;
}

/* The consumer may take files in the order in which they were put. */
static enum stop find_stop_by_put(struct stopping *s, size_t *at)
{
    const size_t n = expected_files_n(s->x);
    size_t last = 0, first_lost = n, fault = n;
    for (size_t i = 0; i < n; i++) {
        if (s->fates[i].seen > 0)
            last = i + 1;
    }
    for (size_t i = 0; i < n; i++) {
        if (!is_lost_whole(s, i))
            continue;
        if (i < last)
            return STOP_NONE;
        if (first_lost == n)
            first_lost = i;
    }
    /* Without a single file seen it did not stop, it never began. */
    if (first_lost == n || last == 0)
        return STOP_NONE;
    for (size_t i = last; i < first_lost && fault == n; i++) {
        if (is_deadly(s, i))
            fault = i;
    }
    for (size_t i = last; i < n; i++)
        s->beyond[i] = s->fates[i].seen == 0;
    *at = fault < n ? fault : last - 1;
    return fault < n ? STOP_WITH_FAULT : STOP_WITHOUT;
}

static void set_mark(struct mark *m, struct span key, size_t file)
{
    memcpy(m->key, key.p, key.n);
    m->n = key.n;
    m->file = file;
    m->set = true;
}

static struct span mark_key(const struct mark *m)
{
    return (struct span){m->key, m->n};
}

static void find_last(void *ctx, size_t file, struct span key)
{
    struct stopping *s = ctx;
    struct key_order *o = &s->order;
    if (s->fates[file].seen > 0 && (!o->last.set || span_compare(key, mark_key(&o->last)) > 0))
        set_mark(&o->last, key, file);
}

static void find_first(void *ctx, size_t file, struct span key)
{
    struct stopping *s = ctx;
    struct key_order *o = &s->order;
    if (!is_lost_whole(s, file))
        return;
    if (span_compare(key, mark_key(&o->last)) < 0)
        o->fits = false;
    else if (!o->first.set || span_compare(key, mark_key(&o->first)) < 0)
        set_mark(&o->first, key, file);
}

static void find_fault(void *ctx, size_t file, struct span key)
{
    struct stopping *s = ctx;
    struct key_order *o = &s->order;
    if (is_deadly(s, file) && span_compare(key, mark_key(&o->last)) > 0 &&
        span_compare(key, mark_key(&o->first)) < 0 &&
        (!o->fault.set || span_compare(key, mark_key(&o->fault)) < 0))
        set_mark(&o->fault, key, file);
}

static void mark_beyond(void *ctx, size_t file, struct span key)
{
    struct stopping *s = ctx;
    s->beyond[file] = s->fates[file].seen == 0 && span_compare(key, mark_key(&s->order.last)) > 0;
}

/* Or in the order of their keys, where that explains more. */
static int find_stop_by_key(struct stopping *s, enum stop *found, size_t *at, const char *manifest,
                            struct err *e)
{
    const size_t n = expected_files_n(s->x);
    struct key_order *o = &s->order;
    o->fits = true;
    if (keys_each(manifest, n, find_last, s, e) != 0 ||
        keys_each(manifest, n, find_first, s, e) != 0)
        return -1;
    if (!o->fits || !o->first.set)
        return 0;
    if (keys_each(manifest, n, find_fault, s, e) != 0)
        return -1;
    /* Of two orders that explain as much, the one in which they were put. */
    if (!o->fault.set && *found != STOP_NONE)
        return 0;
    *found = o->fault.set ? STOP_WITH_FAULT : STOP_WITHOUT;
    *at = o->fault.set ? o->fault.file : o->last.file;
    return keys_each(manifest, n, mark_beyond, s, e);
}

int stop_find(bool *beyond, size_t *at, const struct expected *x, const struct stop_fate *fates,
              const char *manifest, struct err *e)
{
    const size_t n = expected_files_n(x);
    struct arena a;
    arena_init(&a);
    struct stopping *s = ARENA_NEW(&a, struct stopping, 1);
    s->x = x;
    s->fates = fates;
    s->beyond = beyond;
    bool lost = false, seen = false;
    for (size_t i = 0; i < n; i++) {
        lost = lost || is_lost_whole(s, i);
        seen = seen || fates[i].seen > 0;
    }
    int rc = 0;
    enum stop found = STOP_NONE;
    if (lost && !seen) {
        memset(beyond, true, n);
        *at = n;
        found = STOP_WITHOUT;
    } else if (lost) {
        found = find_stop_by_put(s, at);
        if (found != STOP_WITH_FAULT)
            rc = find_stop_by_key(s, &found, at, manifest, e);
    }
    arena_free(&a);
    return rc != 0 ? -1 : found != STOP_NONE;
}
