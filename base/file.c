/* file.c - see file.h. */
#define _GNU_SOURCE /* nftw, d_type */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/folder.h"
#include "base/order.h"

enum {
    FILE_STEP_N = 64 << 10,
    FILE_PATH_MAX_N = 64 << 10, /* the system's own limit bites earlier */
    FILE_TREE_FDS = 16
};

/* With ${short_is_end} a read that gives less than there is room for was the last one. */
static int read_all(struct buf *out, int fd, const char *name, bool short_is_end, struct err *e)
{
    size_t start_n = out->n, most_n = out->max_n - out->n;
    for (;;) {
        /* With the buffer full, one byte more tells a file that fits exactly from a longer one. */
        char probe;
        size_t room_n = out->max_n - out->n;
        /* Where there is room already, it is as much as the file is known to need. */
        const size_t step_n = out->cap > out->n ? out->cap - out->n : FILE_STEP_N;
        if (room_n > step_n)
            room_n = step_n;
        char *at = room_n > 0 ? buf_need(out, room_n) : &probe;
        ssize_t got = read(fd, at, room_n > 0 ? room_n : 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0)
            return 0;
        if (got > 0 && room_n > 0) {
            out->n += (size_t)got;
            if (short_is_end && (size_t)got < room_n)
                return 0;
            continue;
        }
        out->n = start_n;
        if (got > 0)
            return err_set(e, ERR_INPUT, "%s: is larger than %zu bytes", name, most_n);
        if (errno == EISDIR)
            return err_set(e, ERR_INPUT, "%s: is a folder, not a file", name);
        return err_sys(e, ERR_INPUT, "%s: cannot be read", name);
    }
}

int file_read_fd(struct buf *out, int fd, const char *name, struct err *e)
{
    return read_all(out, fd, name, false, e);
}

/* Read all of ${fd}, which may not be open for the reason in errno. */
static int read_and_close(struct buf *out, int fd, const char *path, struct err *e)
{
    if (fd < 0)
        return err_sys(e, ERR_INPUT, "%s: cannot be read", path);
    struct stat st;
    bool regular = false;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
        (uint64_t)st.st_size < out->max_n - out->n) {
        (void)buf_need(out, (size_t)st.st_size + 1);
        regular = true;
    }
    int rc = read_all(out, fd, path, regular, e);
    close(fd);
    return rc;
}

int file_read(struct buf *out, const char *path, struct err *e)
{
    return read_and_close(out, open(path, O_RDONLY | O_CLOEXEC), path, e);
}

static int write_all(int fd, struct span data)
{
    while (data.n > 0) {
        ssize_t put = write(fd, data.p, data.n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return -1;
        data = span_from(data, (size_t)put);
    }
    return 0;
}

/* The length of the folder part of ${path} with its slash; 0 without one. */
static size_t folder_part_n(const char *path)
{
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] != '/')
        n--;
    return n;
}

int file_write(const char *path, struct span data, struct err *e)
{
    struct buf temporary;
    buf_init(&temporary, FILE_PATH_MAX_N);
    int rc = -1, fd = -1;
    const char *name = NULL;
    size_t folder_n = folder_part_n(path);
    if (strlen(path) >= FILE_PATH_MAX_N / 2) {
        errno = ENAMETOOLONG;
        err_sys(e, ERR_WORK, "%.100s...: cannot be written", path);
        goto out;
    }
    if (folder_n > 0) {
        buf_put(&temporary, path, folder_n);
        if (file_make_dirs(buf_text(&temporary), e) != 0)
            goto out;
    }
    buf_printf(&temporary, ".%s.%ld.tmp", path + folder_n, (long)getpid());
    name = buf_text(&temporary);
    unlink(name); /* of an earlier process with this number */
    fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        name = NULL;
        goto failed;
    }
    if (write_all(fd, data) != 0 || fsync(fd) != 0)
        goto failed;
    int closed = close(fd);
    fd = -1;
    if (closed != 0 || rename(name, path) != 0)
        goto failed;
    rc = 0;
    goto out;
failed:
    err_sys(e, ERR_WORK, "%s: cannot be written", path);
out:
    if (fd >= 0)
        close(fd);
    if (rc != 0 && name != NULL)
        unlink(name);
    buf_free(&temporary);
    return rc;
}

int file_make_dirs(const char *path, struct err *e)
{
    struct buf part;
    buf_init(&part, FILE_PATH_MAX_N);
    int rc = 0;
    size_t n = strlen(path);
    if (!buf_fits(&part, n + 1)) {
        errno = ENAMETOOLONG;
        return err_sys(e, ERR_WORK, "%.100s...: the folder cannot be made", path);
    }
    for (size_t i = 0; i <= n && rc == 0; i++) {
        bool ends = (i == n || path[i] == '/') && i > 0 && path[i - 1] != '/';
        if (ends && mkdir(buf_text(&part), 0777) != 0) {
            /* Also on a read-only or forbidden parent, what is there already is good. */
            int reason = errno;
            if (file_type_of(part.p) != FILE_FOLDER) {
                errno = reason == EEXIST ? ENOTDIR : reason;
                rc = err_sys(e, ERR_WORK, "%s: the folder cannot be made", part.p);
            }
        }
        if (i < n)
            buf_put_char(&part, path[i]);
    }
    buf_free(&part);
    return rc;
}

enum file_type file_type_of(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return FILE_ABSENT;
    if (S_ISREG(st.st_mode))
        return FILE_REGULAR;
    return S_ISDIR(st.st_mode) ? FILE_FOLDER : FILE_OTHER;
}

static bool is_dots(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

bool file_is_empty(const char *path)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return errno == ENOENT;
    bool empty = true;
    const struct dirent *d = readdir(dir);
    for (; empty && d != NULL; d = readdir(dir))
        empty = is_dots(d->d_name);
    closedir(dir);
    return empty;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *where)
{
    (void)st;
    (void)type;
    (void)where;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

int file_remove_tree(const char *path, struct err *e)
{
    if (nftw(path, remove_one, FILE_TREE_FDS, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
        return 0;
    return err_sys(e, ERR_WORK, "%s: cannot be removed", path);
}

/* One folder on the way down. */
struct level {
    struct level *up;
    struct order
        names;     /* that of a folder ends in '/', which puts it where S3 would list its keys */
    size_t path_n; /* of this folder, with its slash */
};

struct file_walk {
    struct level *level;
    struct buf path;       /* root, slash, the way down */
    size_t root_n;         /* with its slash */
    struct folder *folder; /* the level's, once something was asked of a file in it; or NULL */
};

/* The walk goes to another folder. */
static void leave(struct file_walk *w)
{
    folder_let_go(w->folder);
    w->folder = NULL;
}

static void walk_up(struct file_walk *w)
{
    struct level *l = w->level;
    leave(w);
    w->level = l->up;
    order_free(&l->names);
    free(l);
}

/* Look at ${name} in the folder of w->path and keep it if it is a file or a folder. */
static int level_add(struct file_walk *w, struct level *l, int fd, const struct dirent *d,
                     struct err *e)
{
    struct stat st;
    const char *folder = buf_text(&w->path);
    const char *name = d->d_name;
    if (d->d_type == DT_REG || d->d_type == DT_DIR)
        st.st_mode = d->d_type == DT_DIR ? S_IFDIR : S_IFREG;
    else if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) /* removed or renamed since it was listed */
            return 0;
        return err_sys(e, ERR_INPUT, "%s%s: cannot be read", folder, name);
    }
    bool is_link = S_ISLNK(st.st_mode);
    if (is_link && fstatat(fd, name, &st, 0) != 0)
        return err_sys(e, ERR_INPUT, "%s%s: the link cannot be followed", folder, name);
    bool is_folder = S_ISDIR(st.st_mode);
    if (is_link && is_folder)
        return err_set(e, ERR_INPUT,
                       "%s%s: is a link to a folder, which is not followed; name that folder "
                       "itself as the source",
                       folder, name);
    if (!is_folder && !S_ISREG(st.st_mode))
        return 0;
    char whole[NAME_MAX + 2];
    const size_t n = strlen(name);
    if (n > NAME_MAX)
        return err_set(e, ERR_INPUT, "%s%.100s...: is too long a name", folder, name);
    memcpy(whole, name, n);
    whole[n] = '/';
    return order_add(&l->names, (struct span){whole, n + is_folder}, SPAN(""), e);
}

/* Go down into the folder that w->path names, slash at its end. */
static int walk_down(struct file_walk *w, struct err *e)
{
    DIR *dir = opendir(buf_text(&w->path));
    if (dir == NULL)
        return err_sys(e, ERR_INPUT, "%s: the folder cannot be read", w->path.p);
    struct level *l = calloc(1, sizeof(*l));
    if (l == NULL)
        mem_die(sizeof(*l));
    order_init(&l->names, 0);
    l->path_n = w->path.n;
    l->up = w->level;
    w->level = l;

    int rc = 0;
    errno = 0;
    const struct dirent *d = readdir(dir);
    while (rc == 0 && d != NULL) {
        if (d->d_name[0] != '.')
            rc = level_add(w, l, dirfd(dir), d, e);
        errno = 0;
        d = readdir(dir);
    }
    if (rc == 0 && errno != 0)
        rc = err_sys(e, ERR_INPUT, "%s: the folder cannot be read", buf_text(&w->path));
    closedir(dir);
    return rc == 0 ? order_settle(&l->names, e) : rc;
}

int file_walk_open(struct file_walk **out, const char *root, struct err *e)
{
    size_t n = strlen(root);
    struct file_walk *w = calloc(1, sizeof(*w));
    if (w == NULL)
        mem_die(sizeof(*w));
    buf_init(&w->path, FILE_PATH_MAX_N);
    int rc = -1;
    if (n >= FILE_PATH_MAX_N / 2) {
        errno = ENAMETOOLONG;
        err_sys(e, ERR_INPUT, "%.100s...: the folder cannot be read", root);
    } else {
        buf_put(&w->path, root, n);
        if (n > 0 && root[n - 1] != '/')
            buf_put_char(&w->path, '/');
        w->root_n = w->path.n;
        rc = walk_down(w, e);
    }
    if (rc == 0)
        *out = w;
    else
        file_walk_close(w);
    return rc;
}

int file_walk_next(struct file_walk *w, struct span *path, struct err *e)
{
    while (w->level != NULL) {
        struct level *l = w->level;
        struct span name, value;
        const int got = order_next(&l->names, &name, &value, e);
        if (got < 0)
            return -1;
        if (got == 0) {
            walk_up(w);
            continue;
        }
        w->path.n = l->path_n;
        if (!buf_fits(&w->path, name.n + 1)) {
            errno = ENAMETOOLONG;
            return err_sys(e, ERR_INPUT, "%.100s...: cannot be read", w->path.p);
        }
        buf_put_span(&w->path, name);
        if (name.p[name.n - 1] == '/') {
            leave(w);
            if (walk_down(w, e) != 0)
                return -1;
            continue;
        }
        *path = span_from(buf_span(&w->path), w->root_n);
        return 1;
    }
    return 0;
}

struct folder *file_walk_folder(struct file_walk *w, const char **name)
{
    const struct level *l = w->level;
    const char *path = buf_text(&w->path);
    *name = path + l->path_n;
    if (w->folder == NULL) {
        const char first = path[l->path_n];
        w->path.p[l->path_n] = '\0';
        w->folder = folder_open(path);
        w->path.p[l->path_n] = first;
    }
    return w->folder;
}

int file_walk_read(struct file_walk *w, struct buf *out, struct err *e)
{
    const char *name;
    const struct folder *folder = file_walk_folder(w, &name);
    const int fd = folder != NULL ? folder_file(folder, name) : -1;
    return read_and_close(out, fd, w->path.p, e);
}

void file_walk_close(struct file_walk *w)
{
    if (w == NULL)
        return;
    while (w->level != NULL)
        walk_up(w);
    buf_free(&w->path);
    free(w);
}
