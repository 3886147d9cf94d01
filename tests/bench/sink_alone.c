/*
 * sink_alone.c - what the directory sink costs against bare writing: sink_alone TREE WORK [ROUNDS]
 *
 * Reads every log file below TREE into memory and writes the bodies below WORK twice: with create,
 * write and rename and nothing else, and through the sink that "gen --out" uses. The best round of
 * each is printed as JSON, in seconds of the clock.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "cloudtrail/logfile.h"
#include "replay/sink_dir.h"

enum { PATH_N = 4096, ROUNDS = 3 };

struct bodies {
    struct logfile *items;
    size_t n, room;
};

static struct logfile *add(struct bodies *b)
{
    if (b->n == b->room) {
        b->room = b->room == 0 ? 1024 : 2 * b->room;
        b->items = realloc(b->items, b->room * sizeof *b->items);
        if (b->items == NULL)
            mem_die(b->room * sizeof *b->items);
    }
    logfile_init(&b->items[b->n]);
    return &b->items[b->n++];
}

static int read_bodies(struct bodies *out, const char *root, struct err *e)
{
    struct file_walk *walk = NULL;
    if (file_walk_open(&walk, root, e) != 0)
        return -1;
    struct span path;
    int rc;
    while ((rc = file_walk_next(walk, &path, e)) == 1) {
        if (path.n > KEY_MAX || path.n < 3 || memcmp(path.p + path.n - 3, ".gz", 3) != 0)
            continue;
        char name[PATH_N];
        snprintf(name, sizeof name, "%s/%.*s", root, SPAN_ARG(path));
        struct logfile *f = add(out);
        logfile_set_key(f, path);
        rc = file_read(&f->body, name, e);
        if (rc != 0)
            break;
    }
    file_walk_close(walk);
    return rc;
}

static double clock_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int fail(struct err *e, const char *path)
{
    return err_sys(e, ERR_WORK, "%s: cannot be written", path);
}

/* The folders are there already: only what each file costs is counted. */
static int write_bare(const struct bodies *b, int root_fd, struct err *e)
{
    for (size_t i = 0; i < b->n; i++) {
        const struct logfile *f = &b->items[i];
        char temp[KEY_MAX + 8];
        snprintf(temp, sizeof temp, "%s.tmp", f->key);
        int fd = openat(root_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0)
            return fail(e, temp);
        for (size_t at = 0; at < f->body.n;) {
            ssize_t put = write(fd, f->body.p + at, f->body.n - at);
            if (put < 0)
                return fail(e, temp);
            at += (size_t)put;
        }
        if (close(fd) != 0 || renameat(root_fd, temp, root_fd, f->key) != 0)
            return fail(e, temp);
    }
    return 0;
}

static int write_sink(const struct bodies *b, const char *root, struct err *e)
{
    struct sink sink;
    const struct sink_dir_options options = {.root = root, .volatile_ok = true};
    if (sink_dir_open(&sink, &options, e) != 0)
        return -1;
    int rc = 0;
    for (size_t i = 0; i < b->n && rc == 0; i++) {
        /* The sink frees what it is given, so it gets a copy, as it would get a new body. */
        struct logfile f = b->items[i];
        buf_init(&f.body, LOGFILE_BODY_MAX);
        buf_put_span(&f.body, buf_span(&b->items[i].body));
        rc = sink.ops->put(sink.self, &f, e);
    }
    struct sink_totals totals;
    if (rc == 0)
        rc = sink.ops->finish(sink.self, &totals, e);
    if (rc == 0 && totals.files != b->n)
        rc = err_set(e, ERR_WORK, "%zu files went in and %llu arrived", b->n,
                     (unsigned long long)totals.files);
    sink.ops->close(sink.self);
    return rc;
}

static int make_folders(const struct bodies *b, const char *root, struct err *e)
{
    struct buf path;
    buf_init(&path, PATH_N);
    int rc = 0;
    for (size_t i = 0; i < b->n && rc == 0; i++) {
        buf_clear(&path);
        buf_printf(&path, "%s/%s", root, b->items[i].key);
        const char *slash = strrchr(buf_text(&path), '/');
        path.n = (size_t)(slash - path.p);
        rc = file_make_dirs(buf_text(&path), e);
    }
    buf_free(&path);
    return rc;
}

/* One round: the seconds of bare writing and of the sink, each into a folder of its own. */
static int write_both(const struct bodies *b, const char *work, double took_s[2], struct err *e)
{
    for (int sink = 0; sink < 2; sink++) {
        char root[PATH_N];
        snprintf(root, sizeof root, "%s/%s", work, sink ? "sink" : "bare");
        if (file_remove_tree(root, e) != 0 || make_folders(b, root, e) != 0)
            return -1;
        int root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (root_fd < 0)
            return fail(e, root);
        double from_s = clock_s();
        int rc = sink ? write_sink(b, root, e) : write_bare(b, root_fd, e);
        took_s[sink] = clock_s() - from_s;
        close(root_fd);
        if (rc != 0 || file_remove_tree(root, e) != 0)
            return -1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct bodies bodies = {0};
    if (argc < 3) {
        fprintf(stderr, "usage: sink_alone TREE WORK [ROUNDS]\n");
        return 2;
    }
    mem_keep();
    int rc = read_bodies(&bodies, argv[1], &e);
    long rounds = argc > 3 ? strtol(argv[3], NULL, 10) : ROUNDS;
    double best_s[2] = {0};
    for (long r = 0; r < rounds && rc == 0; r++) {
        double took_s[2];
        rc = write_both(&bodies, argv[2], took_s, &e);
        for (int i = 0; i < 2 && rc == 0; i++) {
            if (r == 0 || took_s[i] < best_s[i])
                best_s[i] = took_s[i];
        }
    }
    size_t bytes = 0;
    for (size_t i = 0; i < bodies.n; i++) {
        bytes += bodies.items[i].body.n;
        logfile_free(&bodies.items[i]);
    }
    free(bodies.items);
    if (rc != 0) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    printf("{\"files\":%zu,\"bytes\":%zu,\"bareSeconds\":%.6f,\"sinkSeconds\":%.6f}\n", bodies.n,
           bytes, best_s[0], best_s[1]);
    return 0;
}
