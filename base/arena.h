/*
 * arena.h - memory that lives and dies together
 *
 * Three lifetimes exist: the run's arena, a worker's arena emptied after each cell, and buffers
 * (buf.h). A function that takes a struct arena returns memory of that lifetime.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/span.h"

struct arena_block;

struct arena {
    struct arena_block *block; /* the newest; NULL before the first use */
    size_t used;               /* bytes of the newest block in use */
    size_t least_n;            /* bytes that the next block has at least */
};

/* Room for ${count} zeroed elements of ${type}. */
#define ARENA_NEW(arena, type, count) ((type *)arena_alloc((arena), (count), sizeof(type)))

/**
 * arena_init(a):
 * Make ${a} empty; nothing is allocated yet.
 */
void arena_init(struct arena *a);

/**
 * arena_alloc(a, count, size):
 * Take room for ${count} elements of ${size} bytes, zeroed and aligned for any type.
 *
 * Owns:   the arena; valid until arena_empty or arena_free.
 * Errors: never NULL: out of memory, or a product beyond SIZE_MAX, ends the program in mem_die.
 */
void *arena_alloc(struct arena *a, size_t count, size_t size);

/* Room for ${count} elements of ${type} that are written before they are read: not zeroed. */
#define ARENA_ROOM(arena, type, count) ((type *)arena_room((arena), (count), sizeof(type)))

/**
 * arena_room(a, count, size):
 * As arena_alloc, but the bytes are whatever was there.
 */
void *arena_room(struct arena *a, size_t count, size_t size);

/**
 * arena_copy(a, text):
 * Copy ${text} and put a NUL behind the copy, which is not counted.
 */
struct span arena_copy(struct arena *a, struct span text);

/**
 * arena_printf(a, format, ...):
 * Format into the arena; the result ends in NUL. For cold paths.
 */
struct span arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/**
 * arena_empty(a):
 * Forget everything taken and keep the room, in one block, for the next use.
 */
void arena_empty(struct arena *a);

/**
 * arena_free(a):
 * Give all memory back; ${a} is then as after arena_init.
 */
void arena_free(struct arena *a);

/**
 * mem_keep():
 * Let freed memory wait for its next use instead of going back to the system: log files come and go
 * all the time, and new pages cost more than what is written into them. Once, before any thread.
 */
void mem_keep(void);

/**
 * mem_die(wanted_n):
 * Say on stderr that ${wanted_n} bytes are not to be had and end the program with exit code 1.
 * Files are renamed into place, so dying leaves nothing half-written under a final name.
 */
void mem_die(size_t wanted_n) __attribute__((noreturn));

#endif
