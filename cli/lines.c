/* lines.c - see lines.h. */
#include "cli/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"

struct lines {
    struct arena arena;
    const char *path, *temporary; /* NULL for standard output */
    FILE *file;                   /* NULL once closed */
};

int lines_open(struct lines **out, const char *path, struct err *e)
{
    struct lines *l = calloc(1, sizeof *l);
    if (l == NULL)
        mem_die(sizeof *l);
    arena_init(&l->arena);
    if (strcmp(path, "-") == 0) {
        l->path = "standard output";
        l->file = stdout;
        *out = l;
        return 0;
    }
    const char *slash = strrchr(path, '/');
    int folder_n = slash == NULL ? 0 : (int)(slash - path) + 1;
    l->path = arena_copy(&l->arena, span_of(path)).p;
    l->temporary = arena_printf(&l->arena, "%.*s.%s.tmp", folder_n, path, path + folder_n).p;
    l->file = fopen(l->temporary, "wb");
    if (l->file == NULL) {
        err_sys(e, ERR_WORK, "%s: cannot be written", path);
        arena_free(&l->arena);
        free(l);
        return -1;
    }
    *out = l;
    return 0;
}

int lines_write(struct lines *l, struct span text, struct err *e)
{
    if (fwrite(text.p, 1, text.n, l->file) != text.n)
        return err_sys(e, ERR_WORK, "%s: cannot be written", l->path);
    return 0;
}

int lines_finish(struct lines *l, struct err *e)
{
    FILE *file = l->file;
    if (l->temporary == NULL) {
        if (fflush(file) != 0)
            return err_sys(e, ERR_WORK, "%s: cannot be written", l->path);
        return 0;
    }
    l->file = NULL;
    if (fclose(file) != 0 || rename(l->temporary, l->path) != 0) {
        err_sys(e, ERR_WORK, "%s: cannot be written", l->path);
        unlink(l->temporary);
        return -1;
    }
    return 0;
}

void lines_close(struct lines *l)
{
    if (l == NULL)
        return;
    if (l->file != NULL && l->temporary != NULL) {
        fclose(l->file);
        unlink(l->temporary);
    }
    arena_free(&l->arena);
    free(l);
}
