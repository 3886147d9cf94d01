/* folder.c - see folder.h. */
#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct folder {
    int fd;
    atomic_uint holds;
    char path[]; /* for complaints; ends in a slash and NUL */
};

struct folder *folder_open(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    const size_t n = strlen(path) + 1;
    struct folder *f = malloc(sizeof(*f) + n);
    if (f == NULL)
        mem_die(sizeof(*f) + n);
    f->fd = fd;
    atomic_init(&f->holds, 1);
    memcpy(f->path, path, n);
    return f;
}

struct folder *folder_hold(struct folder *f)
{
    atomic_fetch_add(&f->holds, 1);
    return f;
}

void folder_let_go(struct folder *f)
{
    if (f == NULL || atomic_fetch_sub(&f->holds, 1) > 1)
        return;
    close(f->fd);
    free(f);
}

int folder_file(const struct folder *f, const char *name)
{
    return openat(f->fd, name, O_RDONLY | O_CLOEXEC);
}

const char *folder_path(const struct folder *f)
{
    return f->path;
}

static enum folder_answer unread(const struct folder *f, const char *name, struct err *e)
{
    err_sys(e, ERR_INPUT, "%s%s: cannot be read", f->path, name);
    return FOLDER_ERROR;
}

enum folder_answer folder_file_of(int *fd, const struct folder *f, const char *name, size_t n,
                                  struct err *e)
{
    struct stat st;
    const int opened = folder_file(f, name);
    enum folder_answer answer = FOLDER_DONE;
    if (opened < 0 || fstat(opened, &st) != 0)
        answer = unread(f, name, e);
    else if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != n)
        answer = FOLDER_OTHER;
    if (answer == FOLDER_DONE)
        *fd = opened;
    else if (opened >= 0)
        close(opened);
    return answer;
}

enum folder_answer folder_read_of(struct buf *out, const struct folder *f, const char *name,
                                  size_t n, struct err *e)
{
    const int fd = folder_file(f, name);
    if (fd < 0)
        return unread(f, name, e);
    /* A byte more than there should be tells whether there is one. */
    char *at = buf_need(out, n + 1);
    size_t whole_n = 0;
    ssize_t got;
    do {
        got = read(fd, at + whole_n, n + 1 - whole_n);
        whole_n += got > 0 ? (size_t)got : 0;
    } while ((got > 0 && whole_n < n) || (got < 0 && errno == EINTR));
    enum folder_answer answer = FOLDER_DONE;
    if (got < 0)
        answer = unread(f, name, e);
    else if (whole_n != n)
        answer = FOLDER_OTHER;
    else
        out->n += n;
    close(fd);
    return answer;
}
