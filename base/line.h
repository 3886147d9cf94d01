/*
 * line.h - a file read line by line, whatever its length
 */
#ifndef BASE_LINE_H
#define BASE_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

struct err;
struct line_file;

/**
 * line_open(out, path, most_n, e) / line_close(f):
 * Read ${path}, or standard input for "-", whose lines have ${most_n} bytes at most.
 *
 * Errors: ERR_INPUT with the system's reason, or that it is a folder.
 */
int line_open(struct line_file **out, const char *path, size_t most_n, struct err *e);
void line_close(struct line_file *f);

/**
 * line_next(f, line, e):
 * The next line without its line feed, or carriage return and line feed: 1, 0 at the end, -1. The
 * last one need not end in a line feed.
 *
 * Owns:   ${line} is valid until the next call.
 * Errors: ERR_INPUT "path:line: is longer than N bytes", or the system's reason.
 */
int line_next(struct line_file *f, struct span *line, struct err *e);

/* The number of the line that came last, from 1. */
uint64_t line_number(const struct line_file *f);

/* What complaints call the file: its path, or "standard input". */
const char *line_name(const struct line_file *f);

#endif
