/* sink_dir.c - see sink_dir.h. */
#define _GNU_SOURCE /* renameat2, syncfs */
#include "replay/sink_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "cloudtrail/beside.h"
#include "base/hash.h"
#include "replay/leftover.h"

enum {
    GROUP_FILES = 256,      /* files that share a synchronisation, */
    GROUP_BYTES = 64 << 20, /* or so many bytes */
    SYNC_EACH = 4,          /* up to so many files, fsync each instead of the file system */
    FOLDERS_MAX = 4096,     /* folders to synchronise in a group */
    COMPARE_N = 64 << 10,
    TEMP_TRIES = 100000 /* names that others have left or use */
};

/* A file that is written and waits for its name. */
struct pending {
    const char *temp, *key; /* below the root, in the group's arena */
    uint64_t bytes;
    bool named;              /* the file has its name */
    bool beside;             /* it is the metadata of another one */
    uint8_t md5[HASH_MD5_N]; /* for whoever hears of arrivals */
};

struct sink_dir {
    struct arena arena; /* holds this struct */
    struct arena group; /* emptied with each group */
    struct sink_dir_options options;
    const char *root;
    int root_fd;
    uint64_t serial;
    struct pending pending[GROUP_FILES];
    size_t pending_n;
    uint64_t pending_bytes;
    const char *folders[FOLDERS_MAX]; /* that got new entries in this group; "." is the root */
    size_t folders_n;
    char last_folder[KEY_MAX + 1]; /* known to exist */
    bool unsure; /* something counts that this run did not write through: see dir_finish */
    struct sink_totals totals;
};

bool sink_dir_key_is_safe(struct span key)
{
    if (key.n == 0 || key.n > KEY_MAX)
        return false;
    for (size_t i = 0; i < key.n; i++) {
        if ((unsigned char)key.p[i] < ' ' || key.p[i] == 0x7f)
            return false;
    }
    size_t at = 0;
    while (at <= key.n) {
        struct span rest = span_from(key, at);
        struct span segment = {rest.p, span_find(rest, '/')};
        if (segment.n == 0 || span_is(segment, ".") || span_is(segment, ".."))
            return false;
        at += segment.n + 1;
    }
    return true;
}

static void lose(struct sink_dir *s, const char *key, const char *why)
{
    s->totals.failed++;
    if (s->options.lost != NULL)
        s->options.lost(s->options.lost_ctx, span_of(key), span_of(why));
}

static void lose_for(struct sink_dir *s, const char *key, int reason)
{
    char why[256];
    snprintf(why, sizeof(why), "cannot be written: %s", strerror(reason));
    lose(s, key, why);
}

static void tell_arrived(const struct sink_dir *s, const char *key, uint64_t bytes,
                         const uint8_t md5[HASH_MD5_N])
{
    char hex[2 * HASH_MD5_N];
    hash_hex(hex, md5, HASH_MD5_N);
    const struct sink_arrival a = {.key = span_of(key), .bytes = bytes, .etag = {hex, sizeof(hex)}};
    s->options.arrived(s->options.arrived_ctx, &a);
}

/* ${body} stands under ${key} already. */
static void tell_there(const struct sink_dir *s, const char *key, struct span body)
{
    if (s->options.arrived == NULL)
        return;
    uint8_t md5[HASH_MD5_N];
    hash_md5(md5, body);
    tell_arrived(s, key, body.n, md5);
}

/* Reasons that lie in one key and not in the directory or its disk. */
static bool is_of_key(int reason)
{
    return reason == ENAMETOOLONG || reason == ENOTDIR || reason == EISDIR || reason == EEXIST ||
           reason == ELOOP || reason == EILSEQ || reason == EINVAL;
}

static void remember_folder(struct sink_dir *s, const char *folder)
{
    for (size_t i = s->folders_n; i > 0; i--) {
        if (strcmp(s->folders[i - 1], folder) == 0)
            return;
    }
    s->folders[s->folders_n++] = arena_copy(&s->group, span_of(folder)).p;
}

/* Remove what waits; the files are lost. */
static void drop_group(struct sink_dir *s)
{
    for (size_t i = 0; i < s->pending_n; i++) {
        unlinkat(s->root_fd, s->pending[i].temp, 0);
        if (!s->pending[i].beside)
            lose(s, s->pending[i].key, "");
    }
    s->pending_n = 0;
    s->pending_bytes = 0;
    s->folders_n = 0;
    arena_empty(&s->group);
}

static int sync_path(const struct sink_dir *s, const char *path, int flags)
{
    int fd = openat(s->root_fd, path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return -1;
    /* Some file systems have nothing to synchronise for a folder and say EINVAL. */
    int rc = fsync(fd) != 0 && errno != EINVAL ? -1 : 0;
    int reason = errno;
    close(fd);
    errno = reason;
    return rc;
}

static int sync_files(const struct sink_dir *s)
{
    if (s->pending_n > SYNC_EACH)
        return syncfs(s->root_fd);
    for (size_t i = 0; i < s->pending_n; i++) {
        if (sync_path(s, s->pending[i].temp, 0) != 0)
            return -1;
    }
    return 0;
}

/* Give a file its name unless the name is taken. */
static int rename_new(const struct sink_dir *s, const char *temp, const char *key)
{
    if (renameat2(s->root_fd, temp, s->root_fd, key, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    /* Not on this file system; a link refuses a taken name just as well. */
    if (linkat(s->root_fd, temp, s->root_fd, key, 0) != 0)
        return -1;
    return unlinkat(s->root_fd, temp, 0);
}

/* Bytes first, names second, folders last: after a crash a name has its bytes or does not exist. */
static int commit(struct sink_dir *s, struct err *e)
{
    if (s->pending_n == 0)
        return 0;
    if (!s->options.volatile_ok && sync_files(s) != 0) {
        /* A second try on the same data could succeed without having written it. */
        err_sys(e, ERR_WORK, "%s: %zu files cannot be written through to the disk", s->root,
                s->pending_n);
        drop_group(s);
        return -1;
    }
    for (size_t i = 0; i < s->pending_n; i++) {
        struct pending *p = &s->pending[i];
        if (rename_new(s, p->temp, p->key) == 0) {
            p->named = !p->beside;
            s->totals.files += p->named;
            s->totals.bytes += p->named ? p->bytes : 0;
            continue;
        }
        int reason = errno;
        unlinkat(s->root_fd, p->temp, 0);
        lose_for(s, p->key, reason);
    }
    int rc = 0;
    for (size_t i = 0; i < s->folders_n && !s->options.volatile_ok && rc == 0; i++) {
        if (sync_path(s, s->folders[i], O_DIRECTORY) != 0)
            rc = err_sys(e, ERR_WORK, "%s/%s: cannot be written through to the disk", s->root,
                         s->folders[i]);
    }
    for (size_t i = 0; i < s->pending_n && s->options.arrived != NULL && rc == 0; i++) {
        const struct pending *p = &s->pending[i];
        if (p->named)
            tell_arrived(s, p->key, p->bytes, p->md5);
    }
    s->pending_n = 0;
    s->pending_bytes = 0;
    s->folders_n = 0;
    arena_empty(&s->group);
    return rc;
}

/* Make the folder of ${key} and its parents: 0, or -1 and errno. */
static int make_folders(struct sink_dir *s, const char *key)
{
    const char *slash = strrchr(key, '/');
    size_t folder_n = slash == NULL ? 0 : (size_t)(slash - key);
    if (folder_n == 0) {
        remember_folder(s, ".");
        return 0;
    }
    char path[KEY_MAX + 1];
    memcpy(path, key, folder_n);
    path[folder_n] = '\0';
    if (strcmp(path, s->last_folder) != 0) {
        char parent[KEY_MAX + 1] = ".";
        for (size_t i = 1; i <= folder_n; i++) {
            if (i < folder_n && path[i] != '/')
                continue;
            char kept = path[i];
            path[i] = '\0';
            if (mkdirat(s->root_fd, path, 0777) == 0)
                remember_folder(s, parent);
            else if (errno != EEXIST)
                return -1;
            memcpy(parent, path, i + 1);
            path[i] = kept;
        }
        memcpy(s->last_folder, path, folder_n + 1);
    }
    remember_folder(s, path);
    return 0;
}

/* What stands under ${key} already: 1 the same bytes, 0 nothing, -1 and errno; EEXIST: others. */
static int existing(const struct sink_dir *s, const char *key, struct span body)
{
    int fd = openat(s->root_fd, key, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? 0 : -1;
    struct stat st;
    int rc = fstat(fd, &st);
    if (rc == 0 && (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != body.n)) {
        errno = EEXIST;
        rc = -1;
    }
    char block[COMPARE_N];
    while (rc == 0 && body.n > 0) {
        ssize_t got = read(fd, block, sizeof(block));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            rc = -1;
        } else if (got == 0 || (size_t)got > body.n || memcmp(block, body.p, (size_t)got) != 0) {
            errno = EEXIST;
            rc = -1;
        } else {
            body = span_from(body, (size_t)got);
        }
    }
    int reason = errno;
    close(fd);
    errno = reason;
    return rc == 0 ? 1 : -1;
}

/* Write ${body} under the new name ${path}: 0, or -1 and errno and nothing left. */
static int write_new(const struct sink_dir *s, const char *path, struct span body)
{
    int fd = openat(s->root_fd, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    int rc = 0;
    while (rc == 0 && body.n > 0) {
        ssize_t put = write(fd, body.p, body.n);
        if (put > 0)
            body = span_from(body, (size_t)put);
        else if (put == 0 || errno != EINTR)
            rc = -1;
    }
    int reason = errno;
    if (close(fd) != 0 && rc == 0) {
        reason = errno;
        rc = -1;
    }
    if (rc != 0)
        unlinkat(s->root_fd, path, 0);
    errno = reason;
    return rc;
}

/* A name beside ${key} that readers of trails pass over. */
static const char *temp_name(struct sink_dir *s, const char *key)
{
    const char *slash = strrchr(key, '/');
    size_t folder_n = slash == NULL ? 0 : (size_t)(slash - key) + 1;
    return arena_printf(&s->group, "%.*s" LEFTOVER_HEAD "%ld-%llu" LEFTOVER_TAIL, (int)folder_n,
                        key, (long)getpid(), (unsigned long long)s->serial++)
        .p;
}

/* 0: ${body} is taken care of; 1: it waits for its name; -1 and errno: the run cannot go on. What
   lies ${beside} a log file is neither counted nor told. */
static int place(struct sink_dir *s, const char *key, struct span body, bool beside)
{
    switch (existing(s, key, body)) {
    case 1:
        s->unsure = true;
        if (beside)
            return 0;
        s->totals.same++;
        tell_there(s, key, body);
        return 0;
    case 0:
        break;
    default:
        if (errno == EEXIST)
            lose(s, key, "is there already with other bytes, which stay as they are");
        else if (is_of_key(errno))
            lose_for(s, key, errno);
        else
            return -1;
        return 0;
    }
    if (make_folders(s, key) != 0) {
        if (!is_of_key(errno))
            return -1;
        lose_for(s, key, errno);
        return 0;
    }
    /* A killed run of the same process number may have left names, in a container quite likely. */
    const char *temp;
    int rc;
    unsigned tries = 0;
    do {
        temp = temp_name(s, key);
        rc = write_new(s, temp, body);
    } while (rc != 0 && errno == EEXIST && ++tries < TEMP_TRIES);
    if (rc != 0) {
        if (!is_of_key(errno))
            return -1;
        lose_for(s, key, errno);
        return 0;
    }
    struct pending *p = &s->pending[s->pending_n++];
    *p = (struct pending){.temp = temp,
                          .key = arena_copy(&s->group, span_of(key)).p,
                          .bytes = body.n,
                          .beside = beside};
    if (s->options.arrived != NULL && !beside)
        hash_md5(p->md5, body);
    s->pending_bytes += body.n;
    return 1;
}

static bool is_pending(const struct sink_dir *s, const char *key)
{
    for (size_t i = s->pending_n; i > 0; i--) {
        if (strcmp(s->pending[i - 1].key, key) == 0)
            return true;
    }
    return false;
}

/* The file beside ${f} with what a bucket would keep with it: its name, in ${a}, and its text. */
static const char *beside(struct arena *a, struct span *text, const struct logfile *f)
{
    struct buf b;
    buf_init(&b, 2 * LOGFILE_SIGNATURE_MAX);
    beside_write(&b, buf_span(&f->signature));
    *text = arena_copy(a, buf_span(&b));
    buf_free(&b);
    return arena_printf(a, "%s" BESIDE_END, f->key).p;
}

/* Before the file itself: a digest that can be seen has its signature. */
static int place_beside(struct sink_dir *s, const struct logfile *f)
{
    struct span text;
    if (f->signature.n == 0)
        return 0;
    const char *name = beside(&s->group, &text, f);
    return place(s, name, text, true);
}

static int dir_put(void *self, struct logfile *f, struct err *e)
{
    struct sink_dir *s = self;
    if (!sink_dir_key_is_safe((struct span){f->key, f->key_n})) {
        lose(s, f->key, "is not a path that stays below a directory");
        buf_free(&f->body);
        return 0;
    }
    /* A segment brings at most one folder into the list, so a key's worth of room is enough. */
    bool full = s->pending_n + 2 > GROUP_FILES || s->pending_bytes >= GROUP_BYTES ||
                s->folders_n + KEY_MAX > FOLDERS_MAX;
    if ((full || is_pending(s, f->key)) && commit(s, e) != 0) {
        lose(s, f->key, "");
        return -1;
    }
    s->totals.attempts++;
    if (place_beside(s, f) < 0 || place(s, f->key, buf_span(&f->body), false) < 0) {
        err_sys(e, ERR_WORK, "%s/%s: cannot be written", s->root, f->key);
        lose(s, f->key, "");
        return -1;
    }
    buf_free(&f->body);
    return 0;
}

static int dir_holds(void *self, const struct logfile *f, struct err *e)
{
    (void)e;
    const struct sink_dir *s = self;
    if (!sink_dir_key_is_safe((struct span){f->key, f->key_n}) ||
        existing(s, f->key, buf_span(&f->body)) != 1)
        return 0;
    if (f->signature.n == 0)
        return 1;
    struct arena a;
    struct span text;
    arena_init(&a);
    const char *name = beside(&a, &text, f);
    const int held = existing(s, name, text) == 1;
    arena_free(&a);
    return held;
}

static int dir_pass(void *self, const struct logfile *f, struct err *e)
{
    (void)e;
    tell_there(self, f->key, buf_span(&f->body));
    return 0;
}

static int dir_flush(void *self, struct err *e)
{
    return commit(self, e);
}

static int dir_finish(void *self, struct sink_totals *totals, struct err *e)
{
    struct sink_dir *s = self;
    int rc = commit(s, e);
    /* Files that were there may be a killed run's, whose names the disk does not have yet; and a
       new root has its own name in a folder outside. */
    if (rc == 0 && s->unsure && !s->options.volatile_ok && syncfs(s->root_fd) != 0)
        rc = err_sys(e, ERR_WORK, "%s: cannot be written through to the disk", s->root);
    s->unsure = false;
    *totals = s->totals;
    return rc;
}

static void dir_close(void *self)
{
    struct sink_dir *s = self;
    drop_group(s);
    arena_free(&s->group);
    close(s->root_fd);
    struct arena a = s->arena;
    arena_free(&a);
}

static const struct sink_ops dir_ops = {.name = "directory",
                                        .holds = dir_holds,
                                        .pass = dir_pass,
                                        .put = dir_put,
                                        .flush = dir_flush,
                                        .finish = dir_finish,
                                        .close = dir_close};

int sink_dir_open(struct sink *out, const struct sink_dir_options *o, struct err *e)
{
    const bool is_new = file_type_of(o->root) == FILE_ABSENT;
    if (file_make_dirs(o->root, e) != 0)
        return -1;
    int fd = open(o->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(e, ERR_WORK, "%s: cannot be opened", o->root);
    if (leftover_claim(fd, o->root, o->resume, e) != 0 ||
        (o->resume && leftover_remove(fd, o->root, e) != 0)) {
        close(fd);
        return -1;
    }
    struct arena a;
    arena_init(&a);
    struct sink_dir *s = ARENA_NEW(&a, struct sink_dir, 1);
    arena_init(&s->group);
    s->options = *o;
    s->root = arena_copy(&a, span_of(o->root)).p;
    s->root_fd = fd;
    s->unsure = is_new;
    s->arena = a;
    *out = (struct sink){&dir_ops, s};
    return 0;
}
