/* source_dir.c - see source_dir.h. */
#include "replay/source_dir.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/gzip.h"
#include "base/order.h"
#include "cloudtrail/beside.h"
#include "cloudtrail/key.h"
#include "replay/jsonl.h"
#include "replay/known.h"
#include "replay/recorded.h"

/* The most bytes of the metadata beside a digest. */
enum { BESIDE_MOST = 8192 };

/* A file that was found. */
struct item {
    const char *name; /* to open it, and what complaints call it */
    struct span path; /* tells the key, see recorded_read */
    struct span rel;  /* below the root of its tree, or empty */
};

struct source_dir {
    struct arena arena; /* holds this struct */
    struct source_dir_options options;
    struct recorded recorded;
    struct arena scratch; /* one item's names */
    size_t path_i;        /* the path that is being read */
    bool in_jsonl;        /* between records of ${jsonl} */
    struct jsonl jsonl;
    struct file_walk *walk;
    bool walk_found; /* whether this tree has a file to deliver */
    bool leaves_unread;
    struct known *known; /* of this tree, or NULL */
    uint64_t skipped;
    struct order sorted; /* items by their time */
};

/* Whether ${rel}, below the root of a tree, is a file to deliver; what is not is counted. */
static bool is_wanted(struct source_dir *s, struct span rel)
{
    if (span_is(rel, "manifest.json") || span_is(rel, "labels.jsonl") ||
        span_is(rel, "digest-public-key.pem") || span_ends(rel, SPAN(".json.gz" BESIDE_END)))
        return false;
    if (span_ends(rel, SPAN(".json")) || span_ends(rel, SPAN(".json.gz")))
        return true;
    s->skipped++;
    return false;
}

/* The next file in the order found: 1, 0, -1; its names live in ${a}. */
static int find_next(struct source_dir *s, struct arena *a, struct item *out, struct err *e)
{
    while (s->path_i < s->options.paths_n) {
        const char *path = s->options.paths[s->path_i];
        if (s->walk == NULL && file_type_of(path) != FILE_FOLDER) {
            s->path_i++;
            struct span whole = span_of(path);
            size_t at = recorded_awslogs(whole);
            *out = (struct item){.name = path, .path = at < whole.n ? span_from(whole, at) : whole};
            return 1;
        }
        if (s->walk == NULL) {
            s->walk_found = false;
            if (file_walk_open(&s->walk, path, e) != 0)
                return -1;
            if (s->options.listed)
                s->known = known_open(arena_printf(a, "%s/manifest.json", path).p);
        }
        struct span rel;
        int got = file_walk_next(s->walk, &rel, e);
        if (got < 0)
            return -1;
        if (got == 0) {
            file_walk_close(s->walk);
            s->walk = NULL;
            known_close(s->known);
            s->known = NULL;
            s->path_i++;
            if (!s->walk_found)
                return err_set(e, ERR_INPUT, "%s: has no log file (.json.gz or .json) in it", path);
            continue;
        }
        if (!is_wanted(s, rel))
            continue;
        s->walk_found = true;
        const size_t root_n = strlen(path);
        const size_t slash_n = root_n > 0 && path[root_n - 1] == '/' ? 0 : 1;
        const size_t head_n = root_n + slash_n;
        char *name = ARENA_ROOM(a, char, head_n + rel.n + 1);
        memcpy(name, path, root_n);
        memcpy(name + root_n, "/", slash_n);
        memcpy(name + head_n, rel.p, rel.n);
        name[head_n + rel.n] = '\0';
        out->name = name;
        out->rel = (struct span){name + head_n, rel.n};
        out->path = recorded_path((struct span){name, head_n + rel.n}, rel);
        return 1;
    }
    return 0;
}

/* Take a file of a tree whose path is its key without looking into it, where that is allowed. */
static bool take_as_is(struct source_dir *s, const struct item *item, struct logfile *out,
                       struct buf *body)
{
    if ((s->known == NULL && !s->options.as_is) || item->rel.n == 0 ||
        !span_ends(item->path, SPAN(".gz")) || !gzip_is(buf_span(body)))
        return false;
    logfile_init(out);
    if ((s->known == NULL || !known_fill(s->known, out, item->rel, body->n)) && !s->options.as_is)
        return false;
    logfile_set_key(out, item->path);
    out->gzipped = true;
    out->body = *body;
    buf_init(body, body->max_n);
    return true;
}

/* The same of the log file that was found last, its bytes left in its folder. */
static bool leave_unread(struct source_dir *s, const struct item *item, struct logfile *out)
{
    const char *name;
    if (!s->leaves_unread || s->known == NULL || !span_ends(item->path, SPAN(".gz")))
        return false;
    struct folder *folder = file_walk_folder(s->walk, &name);
    logfile_init(out);
    const uint64_t n = folder != NULL ? known_list(s->known, out, item->rel) : 0;
    if (n == 0 || n > LOGFILE_BODY_MAX)
        return false;
    logfile_set_key(out, item->path);
    out->gzipped = true;
    out->unread = folder_hold(folder);
    out->unread_n = (size_t)n;
    return true;
}

/* The signature that lies beside the digest ${name}, if one does. */
static void read_beside(struct logfile *f, const char *name)
{
    struct arena a;
    struct buf text;
    struct err ignored = {0};
    arena_init(&a);
    buf_init(&text, BESIDE_MOST);
    const char *path = arena_printf(&a, "%s" BESIDE_END, name).p;
    if (file_type_of(path) == FILE_REGULAR && file_read(&text, path, &ignored) == 0)
        beside_read(&f->signature, buf_span(&text));
    buf_free(&text);
    arena_free(&a);
}

static int load(struct source_dir *s, const struct item *item, struct logfile *out, struct err *e)
{
    const char *name = item->name;
    const struct span path = item->path;
    const bool at_hand = s->walk != NULL && item->rel.n > 0 && !s->options.by_time;
    const bool keyed = recorded_awslogs(path) < path.n && path.n <= KEY_MAX;
    const bool digest = keyed && key_kind(path) == KEY_DIGEST;
    if (at_hand && keyed && !digest && leave_unread(s, item, out))
        return 0;
    struct buf body;
    buf_init(&body, LOGFILE_BODY_MAX);
    int rc = at_hand ? file_walk_read(s->walk, &body, e) : file_read(&body, name, e);
    if (rc != 0)
        goto out;
    const bool taken = keyed && take_as_is(s, item, out, &body);
    if (!taken && digest)
        recorded_copy(out, path, &body);
    else if (!taken)
        rc = recorded_read(out, &s->recorded, name, path, &body, e);
    if (digest)
        read_beside(out, name);
out:
    buf_free(&body);
    return rc;
}

/* An item as a row of s->sorted: its spans are the ends of its name. */
struct row {
    size_t path_n, rel_n;
};

/* Find all files, read each for its time, and put them in order. */
static int sort_all(struct source_dir *s, struct err *e)
{
    struct item item;
    struct buf row;
    buf_init(&row, ORDER_ROW_MAX);
    int rc = find_next(s, &s->scratch, &item, e);
    for (; rc > 0; rc = find_next(s, &s->scratch, &item, e)) {
        struct logfile f;
        if (load(s, &item, &f, e) != 0) {
            rc = -1;
            break;
        }
        /* Digests and files without a time last. */
        uint8_t key[8];
        uint64_t ms = f.deliver_ms == LOGFILE_NO_TIME
                          ? UINT64_MAX
                          : (uint64_t)f.deliver_ms + (UINT64_C(1) << 63);
        for (size_t i = sizeof(key); i > 0; i--, ms >>= 8)
            key[i - 1] = (uint8_t)ms;
        logfile_free(&f);
        const struct row r = {item.path.n, item.rel.n};
        const struct span name = span_of(item.name);
        buf_clear(&row);
        if (name.n + 1 + sizeof(r) + sizeof(key) > ORDER_ROW_MAX) {
            rc = err_set(e, ERR_INPUT, "%.100s...: has too long a name", item.name);
            break;
        }
        buf_put(&row, &r, sizeof(r));
        buf_put(&row, name.p, name.n + 1);
        rc =
            order_add(&s->sorted, (struct span){(const char *)key, sizeof(key)}, buf_span(&row), e);
        if (rc != 0)
            break;
        arena_empty(&s->scratch);
    }
    buf_free(&row);
    return rc == 0 ? order_settle(&s->sorted, e) : rc;
}

static int next_sorted(struct source_dir *s, struct item *out, struct err *e)
{
    struct span key, value;
    struct row r;
    const int got = order_next(&s->sorted, &key, &value, e);
    if (got <= 0)
        return got;
    memcpy(&r, value.p, sizeof(r));
    const struct span name = {value.p + sizeof(r), value.n - sizeof(r) - 1};
    *out = (struct item){.name = name.p,
                         .path = span_from(name, name.n - r.path_n),
                         .rel = span_from(name, name.n - r.rel_n)};
    return 1;
}

static int dir_next(void *self, struct logfile *out, struct err *e)
{
    struct source_dir *s = self;
    struct item item;
    if (s->options.by_time) {
        int got = next_sorted(s, &item, e);
        if (got <= 0)
            return got;
    } else {
        arena_empty(&s->scratch);
        if (s->in_jsonl) {
            int got = jsonl_next(&s->jsonl, &s->recorded, out, e);
            if (got != 0)
                return got;
            jsonl_close(&s->jsonl);
            s->in_jsonl = false;
        }
        int got = find_next(s, &s->scratch, &item, e);
        if (got <= 0)
            return got;
        /* Files in trees are as CloudTrail names them; only what is named itself can be lines. */
        if (s->walk == NULL && jsonl_is(span_of(item.name))) {
            if (jsonl_open(&s->jsonl, item.name, e) != 0)
                return -1;
            s->in_jsonl = true;
            return dir_next(s, out, e);
        }
    }
    return load(s, &item, out, e) == 0 ? 1 : -1;
}

static void dir_close(void *self)
{
    struct source_dir *s = self;
    if (s->in_jsonl)
        jsonl_close(&s->jsonl);
    file_walk_close(s->walk);
    known_close(s->known);
    recorded_free(&s->recorded);
    order_free(&s->sorted);
    arena_free(&s->scratch);
    struct arena a = s->arena;
    arena_free(&a);
}

static const struct source_ops dir_ops = {.name = "files", .next = dir_next, .close = dir_close};

int source_dir_open(struct source *out, const struct source_dir_options *o, struct err *e)
{
    for (size_t i = 0; i < o->paths_n; i++) {
        const char *path = o->paths[i];
        if (strcmp(path, "-") != 0 && access(path, R_OK) != 0)
            return err_sys(e, ERR_INPUT, "%s: cannot be read", path);
        if (o->by_time && o->paths_n > 1 && jsonl_is(span_of(path)))
            return err_set(e, ERR_INPUT,
                           "%s: cannot be put in order of time with others; replay it by itself",
                           path);
    }
    struct arena a;
    arena_init(&a);
    struct source_dir *s = ARENA_NEW(&a, struct source_dir, 1);
    s->options = *o;
    /* Lines are taken in the order they come. */
    if (o->paths_n == 1 && jsonl_is(span_of(o->paths[0])))
        s->options.by_time = false;
    recorded_init(&s->recorded);
    arena_init(&s->scratch);
    order_init(&s->sorted, 0);
    s->arena = a;
    if (s->options.by_time && sort_all(s, e) != 0) {
        dir_close(s);
        return -1;
    }
    *out = (struct source){&dir_ops, s};
    return 0;
}

void source_dir_leave_unread(const struct source *source)
{
    struct source_dir *s = source->self;
    s->leaves_unread = true;
}

uint64_t source_dir_skipped(const struct source *source)
{
    const struct source_dir *s = source->self;
    return s->skipped;
}
