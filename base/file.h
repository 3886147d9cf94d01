/*
 * file.h - files read whole, written by rename, folders walked in order
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct buf;
struct err;
struct folder;

/**
 * file_read(out, path, e):
 * Append the whole of ${path} to ${out}, at most its maximum.
 *
 * Errors: ERR_INPUT "path: cannot be read: reason", or "path: is larger than N bytes", or that it
 *         is a folder.
 */
int file_read(struct buf *out, const char *path, struct err *e);

/**
 * file_read_fd(out, fd, name, e):
 * The same from an open descriptor until its end.
 */
int file_read_fd(struct buf *out, int fd, const char *name, struct err *e);

/**
 * file_write(path, data, e):
 * Make the missing folders of ${path}, write ${data} under a temporary name beside it and rename
 * it into place: readers see the old file or the new one, never a part.
 *
 * Errors: ERR_WORK with the system's reason; the temporary file is gone then, ${path} as before.
 */
int file_write(const char *path, struct span data, struct err *e);

/**
 * file_make_dirs(path, e):
 * Make the folder ${path} and its missing parents. ERR_WORK with the system's reason.
 */
int file_make_dirs(const char *path, struct err *e);

enum file_type { FILE_ABSENT, FILE_REGULAR, FILE_FOLDER, FILE_OTHER };

/* What ${path} is, symbolic links followed. */
enum file_type file_type_of(const char *path);

/* Whether the folder ${path} has no entries; true for an absent one. */
bool file_is_empty(const char *path);

/**
 * file_remove_tree(path, e):
 * Remove ${path} and all below it; links are removed, never followed. An absent path is fine.
 */
int file_remove_tree(const char *path, struct err *e);

struct file_walk;

/**
 * file_walk_open(out, root, e) / file_walk_next(w, path, e) / file_walk_close(w):
 * All regular files below ${root}, sorted bytewise by path as if listed by full name (S3's order of
 * keys); names that begin with "." are left out. ${path} is relative to ${root} and valid until the
 * next call. Holds one folder's names a level, the more of them the longer in order.c's file.
 *
 * Errors: next gives 1, 0 at the end, -1 and ERR_INPUT for an unreadable folder, a link that leads
 *         nowhere, or a link to a folder: links to files are followed, those never, or a loop of
 *         them had no end.
 */
int file_walk_open(struct file_walk **out, const char *root, struct err *e);
int file_walk_next(struct file_walk *w, struct span *path, struct err *e);
void file_walk_close(struct file_walk *w);

/* The folder of the file that next found last, and the file's name in it; NULL and errno when it
   cannot be opened. It is the walk's: who wants it longer than until the next call holds it. */
struct folder *file_walk_folder(struct file_walk *w, const char **name);

/**
 * file_walk_read(w, out, e):
 * Append the whole of the file that next found last to ${out}, as file_read does.
 */
int file_walk_read(struct file_walk *w, struct buf *out, struct err *e);

#endif
