/* notify_files.c - see notify_files.h. */
#include "replay/notify_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "replay/leftover.h"

enum { NUMBER_N = 10, NAME_N = 64, TAIL_N = 4096 };

static const char name_tail[] = ".json";

struct notify_files {
    struct arena arena; /* holds this struct */
    const char *path;   /* for errors */
    int fd;             /* of the folder, or of the file of lines */
    uint64_t last;      /* the number of the newest message */
    struct buf line;
};

bool notify_files_is_lines(const char *path)
{
    const struct span name = span_of(path);
    if (span_is(name, "-") || span_ends(name, SPAN(".jsonl")) || span_ends(name, SPAN(".ndjson")))
        return true;
    const enum file_type type = file_type_of(path);
    return type == FILE_REGULAR || type == FILE_OTHER;
}

/* Write all of ${data}: 0, or -1 and errno. */
static int write_all(int fd, struct span data)
{
    while (data.n > 0) {
        const ssize_t put = write(fd, data.p, data.n);
        if (put > 0)
            data = span_from(data, (size_t)put);
        else if (put == 0 || errno != EINTR)
            return -1;
    }
    return 0;
}

/* Write ${text} under the next number: 0, or -1 and errno and nothing left. */
static int write_file(struct notify_files *f, struct span text)
{
    char temp[NAME_N], name[NAME_N];
    snprintf(temp, sizeof(temp), LEFTOVER_HEAD "%ld" LEFTOVER_TAIL, (long)getpid());
    int fd = openat(f->fd, temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return -1;
    int rc = write_all(fd, text);
    int reason = errno;
    if (close(fd) != 0 && rc == 0) {
        reason = errno;
        rc = -1;
    }
    /* A link refuses a name that somebody else has taken meanwhile. */
    while (rc == 0) {
        snprintf(name, sizeof(name), "%0*" PRIu64 "%s", NUMBER_N, ++f->last, name_tail);
        if (linkat(f->fd, temp, f->fd, name, 0) == 0)
            break;
        reason = errno;
        const bool no_links = reason == EPERM || reason == EOPNOTSUPP || reason == ENOSYS;
        if (no_links && renameat(f->fd, temp, f->fd, name) == 0)
            return 0;
        if (reason != EEXIST)
            rc = -1;
    }
    unlinkat(f->fd, temp, 0);
    errno = reason;
    return rc;
}

static int folder_send(void *self, struct notify_message *messages, size_t n, struct err *e)
{
    struct notify_files *f = self;
    for (size_t i = 0; i < n; i++) {
        if (write_file(f, messages[i].text) != 0)
            return err_sys(e, ERR_WORK, "--notify: %s: a message cannot be written", f->path);
        messages[i].sent = true;
    }
    return 0;
}

static int lines_send(void *self, struct notify_message *messages, size_t n, struct err *e)
{
    struct notify_files *f = self;
    for (size_t i = 0; i < n; i++) {
        buf_clear(&f->line);
        buf_put_span(&f->line, messages[i].text);
        buf_put_char(&f->line, '\n');
        /* In one piece, so that not even a kill leaves half a line. */
        if (write_all(f->fd, buf_span(&f->line)) != 0)
            return err_sys(e, ERR_WORK, "--notify: %s: a message cannot be written", f->path);
        messages[i].sent = true;
    }
    return 0;
}

static void files_close(void *self)
{
    struct notify_files *f = self;
    close(f->fd);
    buf_free(&f->line);
    struct arena a = f->arena;
    arena_free(&a);
}

static const struct notify_place_ops folder_ops = {
    .name = "folder", .send = folder_send, .close = files_close};
static const struct notify_place_ops lines_ops = {
    .name = "lines", .send = lines_send, .close = files_close};

static void make(struct notify_place *out, const struct notify_place_ops *ops, const char *path,
                 int fd, uint64_t last)
{
    struct arena a;
    arena_init(&a);
    struct notify_files *f = ARENA_NEW(&a, struct notify_files, 1);
    f->path = arena_copy(&a, span_of(path)).p;
    f->fd = fd;
    f->last = last;
    buf_init(&f->line, NOTIFY_TEXT_MAX + 1);
    f->arena = a;
    *out = (struct notify_place){ops, f};
}

/* The number of a message's file, or 0 when ${name} is none. */
static uint64_t number_of(const char *name)
{
    uint64_t number = 0;
    size_t n = 0;
    for (; name[n] >= '0' && name[n] <= '9' && n < 18; n++)
        number = number * 10 + (uint64_t)(name[n] - '0');
    return n >= NUMBER_N && strcmp(name + n, name_tail) == 0 ? number : 0;
}

int notify_files_open_folder(struct notify_place *out, const char *path, bool mend, struct err *e)
{
    if (file_make_dirs(path, e) != 0)
        return -1;
    DIR *d = opendir(path);
    if (d == NULL)
        return err_sys(e, ERR_WORK, "--notify: %s: cannot be read", path);
    uint64_t last = 0;
    errno = 0;
    for (const struct dirent *entry = readdir(d); entry != NULL; entry = readdir(d)) {
        const uint64_t number = number_of(entry->d_name);
        if (number > last)
            last = number;
    }
    const int reason = errno;
    closedir(d);
    errno = reason;
    const int fd = reason == 0 ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd < 0)
        return err_sys(e, ERR_WORK, "--notify: %s: cannot be read", path);
    if (leftover_claim(fd, path, mend, e) != 0 || (mend && leftover_remove(fd, path, e) != 0)) {
        close(fd);
        return -1;
    }
    make(out, &folder_ops, path, fd, last);
    return 0;
}

/* Where the last whole line of ${fd}, ${size} bytes long, ends: -1 and errno when it cannot be
 * read. */
static off_t end_of_lines(int fd, off_t size)
{
    char block[TAIL_N];
    while (size > 0) {
        const size_t n = size < TAIL_N ? (size_t)size : TAIL_N;
        const ssize_t got = pread(fd, block, n, size - (off_t)n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got != (ssize_t)n) {
            if (got >= 0)
                errno = EIO;
            return -1;
        }
        for (size_t i = n; i > 0; i--, size--) {
            if (block[i - 1] == '\n')
                return size;
        }
    }
    return 0;
}

int notify_files_open_lines(struct notify_place *out, const char *path, bool mend, struct err *e)
{
    const bool standard = strcmp(path, "-") == 0;
    const int fd = standard ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                            : open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0666);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        err_sys(e, ERR_WORK, "--notify: %s: cannot be opened", path);
        if (fd >= 0)
            close(fd);
        return -1;
    }
    const off_t end = standard || !S_ISREG(st.st_mode) ? st.st_size : end_of_lines(fd, st.st_size);
    int rc = 0;
    if (end < 0 || (end < st.st_size && mend && ftruncate(fd, end) != 0))
        rc = err_sys(e, ERR_WORK, "--notify: %s: cannot be gone on with", path);
    else if (end < st.st_size && !mend)
        rc = err_set(e, ERR_INPUT,
                     "--notify: %s: ends in the middle of a line; name another file, or go on with "
                     "--resume, which cuts it off",
                     path);
    if (rc != 0) {
        close(fd);
        return -1;
    }
    make(out, &lines_ops, path, fd, 0);
    return 0;
}
