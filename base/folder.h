/*
 * folder.h - a folder held open, so that files in it can be read later
 *
 * Whoever will read a file of it holds it; any thread may read, hold and let go. From an open
 * folder on a file is found by its name alone: a long path costs more than the rest of reading it.
 */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <stddef.h>

struct buf;
struct err;
struct folder;

/**
 * folder_open(path) / folder_hold(f) / folder_let_go(f):
 * Open the folder ${path}, with its slash at the end, and hold it: NULL and errno when it cannot
 * be. Each hold more is one to let go of; the last one closes it. NULL may be let go of.
 */
struct folder *folder_open(const char *path);
struct folder *folder_hold(struct folder *f);
void folder_let_go(struct folder *f);

/* Open the file ${name} to read it: -1 and errno when it cannot be. The caller closes it. */
int folder_file(const struct folder *f, const char *name);

/* What is asked of a file that should have so many bytes. */
enum folder_answer { FOLDER_ERROR = -1, FOLDER_DONE, FOLDER_OTHER /* it has more or fewer */ };

/**
 * folder_file_of(fd, f, name, n, e) / folder_read_of(out, f, name, n, e):
 * Open the file ${name} of ${n} bytes, whose ${fd} is the caller's to close; append its bytes. With
 * any answer but FOLDER_DONE nothing is open and nothing appended.
 *
 * Errors: ERR_INPUT "path: cannot be read: reason".
 */
enum folder_answer folder_file_of(int *fd, const struct folder *f, const char *name, size_t n,
                                  struct err *e);
enum folder_answer folder_read_of(struct buf *out, const struct folder *f, const char *name,
                                  size_t n, struct err *e);

/* What complaints call the folder: its path, with its slash. */
const char *folder_path(const struct folder *f);

#endif
