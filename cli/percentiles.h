/*
 * percentiles.h - a histogram of waits, as a line and as a member of JSON
 */
#ifndef CLI_PERCENTILES_H
#define CLI_PERCENTILES_H

#include <stdio.h>

struct buf;
struct hist;

/* Append ',"NAME":{"p50":...}' in milliseconds; nothing when ${h} is empty. */
void percentiles_put(struct buf *b, const char *name, const struct hist *h);

/* Print the same as a line on ${out}. */
void percentiles_print(FILE *out, const char *name, const struct hist *h);

#endif
