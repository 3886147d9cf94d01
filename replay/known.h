/*
 * known.h - what the manifest of a tree already knows about its files
 *
 * A manifest lists files in the order they were made, a tree is walked in the order of keys, and
 * both may be larger than memory. So one pass notes where in the manifest the files of a folder
 * stand; when the walk comes to a folder its lines are read, and forgotten at the next one. What
 * cannot be noted or read is not known, which is no error: such a file is looked into.
 */
#ifndef REPLAY_KNOWN_H
#define REPLAY_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

struct logfile;
struct known;

/**
 * known_open(path):
 * Read through the manifest ${path}: NULL when there is none to read.
 *
 * Shape:  at most KNOWN_MEMORY bytes of memory, whatever its size.
 */
struct known *known_open(const char *path);
void known_close(struct known *k);

enum { KNOWN_MEMORY = 64 << 20 };

/**
 * known_fill(k, out, key, body_n):
 * Fill in records, text_n and the digests of ${out} when ${key}, of ${body_n} bytes, is known: else
 * false, and nothing is changed. Cheap where keys come folder by folder.
 */
bool known_fill(struct known *k, struct logfile *out, struct span key, uint64_t body_n);

/* The same for as many bytes as the manifest says: how many, or 0 when ${key} is not known. */
uint64_t known_list(struct known *k, struct logfile *out, struct span key);

#endif
