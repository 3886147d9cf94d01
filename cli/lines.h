/*
 * lines.h - a text file written line by line under a temporary name, or standard output
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include "base/span.h"

struct err;
struct lines;

/**
 * lines_open(out, path, e):
 * Begin the file ${path} beside its final name; "-" is standard output. ERR_WORK with the system's
 * reason.
 */
int lines_open(struct lines **out, const char *path, struct err *e);

/* Append ${text}, which ends its lines itself. */
int lines_write(struct lines *l, struct span text, struct err *e);

/* Rename into place; the file is then closed. lines_close without it removes what was written. */
int lines_finish(struct lines *l, struct err *e);
void lines_close(struct lines *l);

#endif
