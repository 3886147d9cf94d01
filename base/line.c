/* line.c - see line.h. */
#include "base/line.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"

enum { BLOCK_N = 256 << 10 };

struct line_file {
    struct arena arena; /* holds this struct */
    const char *name;
    int fd;
    size_t most_n;
    uint64_t number;
    struct buf bytes; /* read and not given yet, from ${at} on */
    size_t at;
    size_t looked; /* bytes behind ${at} that have no line feed */
    bool ended;
};

int line_open(struct line_file **out, const char *path, size_t most_n, struct err *e)
{
    const bool standard_input = strcmp(path, "-") == 0;
    int fd = STDIN_FILENO;
    if (!standard_input) {
        if (file_type_of(path) == FILE_FOLDER)
            return err_set(e, ERR_INPUT, "%s: is a folder, not a file", path);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return err_sys(e, ERR_INPUT, "%s: cannot be read", path);
    }
    struct arena a;
    arena_init(&a);
    struct line_file *f = ARENA_NEW(&a, struct line_file, 1);
    f->name = standard_input ? "standard input" : arena_copy(&a, span_of(path)).p;
    f->fd = fd;
    f->most_n = most_n;
    buf_init(&f->bytes, most_n + 2 * (size_t)BLOCK_N);
    buf_need(&f->bytes, BLOCK_N);
    f->arena = a;
    *out = f;
    return 0;
}

void line_close(struct line_file *f)
{
    if (f == NULL)
        return;
    if (f->fd != STDIN_FILENO)
        close(f->fd);
    buf_free(&f->bytes);
    struct arena a = f->arena;
    arena_free(&a);
}

/* Read some more bytes behind those that wait. */
static int read_more(struct line_file *f, struct err *e)
{
    if (f->at > 0) {
        memmove(f->bytes.p, f->bytes.p + f->at, f->bytes.n - f->at);
        f->bytes.n -= f->at;
        f->at = 0;
    }
    char *to = buf_need(&f->bytes, BLOCK_N);
    ssize_t got;
    do
        got = read(f->fd, to, BLOCK_N);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_sys(e, ERR_INPUT, "%s: cannot be read", f->name);
    f->bytes.n += (size_t)got;
    f->ended = got == 0;
    return 0;
}

int line_next(struct line_file *f, struct span *line, struct err *e)
{
    for (;;) {
        struct span waiting = span_from(buf_span(&f->bytes), f->at);
        size_t n = f->looked + span_find(span_from(waiting, f->looked), '\n');
        const bool whole = n < waiting.n || (f->ended && n > 0);
        if (n > f->most_n)
            return err_set(e, ERR_INPUT, "%s:%" PRIu64 ": is longer than %zu bytes", f->name,
                           f->number + 1, f->most_n);
        if (whole) {
            f->at += n < waiting.n ? n + 1 : n;
            f->looked = 0;
            f->number++;
            *line = (struct span){waiting.p, n > 0 && waiting.p[n - 1] == '\r' ? n - 1 : n};
            return 1;
        }
        if (f->ended)
            return 0;
        f->looked = n;
        if (read_more(f, e) != 0)
            return -1;
    }
}

uint64_t line_number(const struct line_file *f)
{
    return f->number;
}

const char *line_name(const struct line_file *f)
{
    return f->name;
}
