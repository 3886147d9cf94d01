/*
 * notify_files.h - notifications into a folder, one file each, or into a file of lines
 */
#ifndef REPLAY_NOTIFY_FILES_H
#define REPLAY_NOTIFY_FILES_H

#include <stdbool.h>

#include "replay/notify.h"

struct err;

/**
 * notify_files_is_lines(path):
 * Whether ${path} is to hold lines: "-", a name that ends in .jsonl or .ndjson, or something that
 * is there and is no folder.
 */
bool notify_files_is_lines(const char *path);

/**
 * notify_files_open_folder(out, path, mend, e):
 * A message is a file, 0000000001.json and so on, after those that are there; it is written under
 * another name and renamed. What a killed run left of one is removed when ${mend}.
 *
 * Errors: ERR_WORK when the folder cannot be made, opened or read, or with ${mend} when another run
 *         writes there. Of the place: a disk that is full.
 */
int notify_files_open_folder(struct notify_place *out, const char *path, bool mend, struct err *e);

/**
 * notify_files_open_lines(out, path, mend, e):
 * A message is a line at the end of ${path}, or of standard output where that is "-".
 *
 * Shape:  the messages must have no line breaks.
 * Errors: ERR_INPUT when the file ends in the middle of a line, which is cut off when ${mend};
 *         ERR_WORK when it cannot be opened.
 */
int notify_files_open_lines(struct notify_place *out, const char *path, bool mend, struct err *e);

#endif
