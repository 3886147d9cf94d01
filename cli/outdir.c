/* outdir.c - see outdir.h. */
#include "cli/outdir.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "cloudtrail/manifest.h"

#define BUILDING ".beantrail-building"

/* Whether the folder has an entry besides our own unfinished one; -1 when it cannot be read. */
static int holds_something(const char *path)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return -1;
    int found = 0;
    for (const struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
        if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 &&
            strcmp(d->d_name, BUILDING) != 0)
            found = 1;
    }
    closedir(dir);
    return found;
}

/* Whether the current directory is ${path} or below it. */
static bool is_around_us(const char *path)
{
    char here[PATH_MAX], there[PATH_MAX];
    if (realpath(path, there) == NULL || getcwd(here, sizeof here) == NULL)
        return false;
    size_t n = strlen(there);
    return strcmp(there, "/") == 0 ||
           (strncmp(here, there, n) == 0 && (here[n] == '/' || here[n] == '\0'));
}

static int check_contents(const struct outdir *d, const char *id, bool force, struct err *e)
{
    int holds = holds_something(d->path);
    if (holds < 0)
        return err_sys(e, ERR_INPUT, "%s: cannot be read", d->path);
    if (holds == 0)
        return 0;
    char other[64];
    struct err ignored = {0};
    struct arena scratch;
    arena_init(&scratch);
    const char *manifest = arena_printf(&scratch, "%s/manifest.json", d->path).p;
    int found = manifest_id(other, manifest, &ignored);
    arena_free(&scratch);
    if (found == 1 && memcmp(other, id, sizeof other) == 0)
        return 0;
    if (!force && found == 1)
        return err_set(e, ERR_INPUT,
                       "%s: holds another run; choose an empty directory, or --force to replace it",
                       d->path);
    if (!force)
        return err_set(e, ERR_INPUT,
                       "%s: is not empty and holds no run of this kind; choose an empty directory, "
                       "or --force to replace it",
                       d->path);
    if (is_around_us(d->path))
        return err_set(e, ERR_INPUT,
                       "%s: is the current directory or one above it; --force replaces a directory "
                       "only from outside",
                       d->path);
    return 0;
}

int outdir_open(struct outdir *out, const char *path, const char *id, bool force, struct err *e)
{
    *out = (struct outdir){0};
    arena_init(&out->arena);
    out->path = arena_copy(&out->arena, span_of(path)).p;
    out->building = arena_printf(&out->arena, "%s/" BUILDING, path).p;
    switch (file_type_of(path)) {
    case FILE_ABSENT:
        out->made = true;
        break;
    case FILE_FOLDER:
        if (check_contents(out, id, force, e) != 0)
            goto refused;
        break;
    case FILE_REGULAR:
    case FILE_OTHER:
        err_set(e, ERR_INPUT, "%s: is a file, not a directory; choose another name", path);
        goto refused;
    }
    /* What an interrupted run left is nobody's. */
    if (!out->made && file_remove_tree(out->building, e) != 0)
        goto refused;
    if (file_make_dirs(out->building, e) != 0)
        goto refused;
    out->open = true;
    return 0;
refused:
    arena_free(&out->arena);
    return -1;
}

const char *outdir_file(struct outdir *d, const char *name)
{
    return arena_printf(&d->arena, "%s/%s", d->building, name).p;
}

typedef int entry_fn(struct outdir *d, const char *name, struct err *e);

static int each_entry(struct outdir *d, const char *path, entry_fn *fn, struct err *e)
{
    DIR *dir = opendir(path);
    if (dir == NULL)
        return err_sys(e, ERR_WORK, "%s: cannot be read", path);
    int rc = 0;
    for (const struct dirent *entry = readdir(dir); entry != NULL && rc == 0;
         entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            strcmp(entry->d_name, BUILDING) != 0)
            rc = fn(d, entry->d_name, e);
    }
    closedir(dir);
    return rc;
}

static int remove_entry(struct outdir *d, const char *name, struct err *e)
{
    return file_remove_tree(arena_printf(&d->arena, "%s/%s", d->path, name).p, e);
}

static int move_up(struct outdir *d, const char *name, struct err *e)
{
    const char *to = arena_printf(&d->arena, "%s/%s", d->path, name).p;
    if (rename(outdir_file(d, name), to) != 0)
        return err_sys(e, ERR_WORK, "%s: cannot be put into place", to);
    return 0;
}

static int move_entry(struct outdir *d, const char *name, struct err *e)
{
    return strcmp(name, "manifest.json") == 0 ? 0 : move_up(d, name, e);
}

int outdir_finish(struct outdir *d, struct err *e)
{
    /* The manifest goes first and comes last: a directory with one is a complete run. */
    if (file_remove_tree(arena_printf(&d->arena, "%s/manifest.json", d->path).p, e) != 0 ||
        each_entry(d, d->path, remove_entry, e) != 0 ||
        each_entry(d, d->building, move_entry, e) != 0 || move_up(d, "manifest.json", e) != 0)
        return -1;
    if (rmdir(d->building) != 0)
        return err_sys(e, ERR_WORK, "%s: cannot be removed", d->building);
    d->open = false;
    return 0;
}

void outdir_close(struct outdir *d)
{
    if (d->path == NULL)
        return;
    if (d->open) {
        struct err ignored = {0};
        file_remove_tree(d->building, &ignored);
        if (d->made)
            rmdir(d->path);
    }
    arena_free(&d->arena);
    *d = (struct outdir){0};
}
