/* arena.c - see arena.h. */
#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FIRST_N = 64 * 1024,       /* bytes of an arena's first block */
    DOUBLE_N = 8 * 1024 * 1024 /* blocks double in size up to here */
};

struct arena_block {
    struct arena_block *older;
    size_t n;
    _Alignas(max_align_t) char bytes[];
};

static struct arena_block *block_open(struct arena_block *older, size_t least_n)
{
    size_t n = FIRST_N;
    if (older != NULL)
        n = older->n < DOUBLE_N ? 2 * older->n : DOUBLE_N;
    if (n < least_n)
        n = least_n;
    if (n > PTRDIFF_MAX - sizeof(struct arena_block))
        mem_die(n);
    struct arena_block *block = malloc(sizeof(*block) + n);
    if (block == NULL)
        mem_die(n);
    block->older = older;
    block->n = n;
    return block;
}

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    size_t n = 0;
    if (__builtin_mul_overflow(count, size, &n) || n > PTRDIFF_MAX - align)
        mem_die(SIZE_MAX);
    n = (n + align - 1) & ~(align - 1);
    if (a->block == NULL || a->block->n - a->used < n) {
        a->block = block_open(a->block, n);
        a->used = 0;
    }
    void *p = a->block->bytes + a->used;
    a->used += n;
    return memset(p, 0, n);
}

struct span arena_copy(struct arena *a, struct span text)
{
    if (text.n == SIZE_MAX)
        mem_die(text.n);
    char *p = ARENA_NEW(a, char, text.n + 1);
    if (text.n > 0)
        memcpy(p, text.p, text.n);
    return (struct span){p, text.n};
}

struct span arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(n >= 0);
    char *p = ARENA_NEW(a, char, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(p, (size_t)n + 1, format, args);
    va_end(args);
    return (struct span){p, (size_t)n};
}

void arena_empty(struct arena *a)
{
    struct arena_block *largest = a->block;
    for (struct arena_block *b = a->block; b != NULL; b = b->older)
        if (b->n > largest->n)
            largest = b;
    struct arena_block *next = NULL;
    for (struct arena_block *b = a->block; b != NULL; b = next) {
        next = b->older;
        if (b != largest)
            free(b);
    }
    if (largest != NULL)
        largest->older = NULL;
    a->block = largest;
    a->used = 0;
}

void arena_free(struct arena *a)
{
    arena_empty(a);
    free(a->block);
    arena_init(a);
}

void mem_die(size_t wanted_n)
{
    /* No stdio: it may want memory too. Nothing is left to do when writing fails. */
    char line[96];
    int n = snprintf(line, sizeof(line), "beantrail: out of memory: %zu bytes more are not free\n",
                     wanted_n);
    if (n > 0 && write(STDERR_FILENO, line, (size_t)n) < 0)
        _exit(1);
    _exit(1);
}
