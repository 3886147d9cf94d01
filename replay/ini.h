/*
 * ini.h - the lines of an AWS shared file: sections, settings, settings of settings
 *
 * A line is "key = value" below "[section]"; below a key without a value, indented lines are its
 * own settings. Comments begin with '#' or ';', inside a line only after a blank. Nothing is an
 * error: what is not understood is passed over, as the AWS tools do.
 */
#ifndef REPLAY_INI_H
#define REPLAY_INI_H

#include <stdbool.h>

#include "base/span.h"

struct ini {
    struct span left;    /* not read yet */
    struct span section; /* trimmed, without brackets; empty before the first */
    struct span parent;  /* key whose settings may follow indented, or empty */
    bool has_value;      /* whether the last key had a value: indented lines continue it */
};

struct ini_line {
    struct span section, parent, key, value;
};

/**
 * ini_open(it, text):
 * Begin at the first line of ${text}.
 */
void ini_open(struct ini *it, struct span text);

/**
 * ini_next(it, line):
 * The next setting; false at the end. ${line} points into the text.
 */
bool ini_next(struct ini *it, struct ini_line *line);

/* ${text} without blanks at its ends. */
struct span ini_trim(struct span text);

#endif
