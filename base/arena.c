/* arena.c - see arena.h. */
#define _DEFAULT_SOURCE /* madvise */
#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum {
    FIRST_N = 64 * 1024,        /* bytes of an arena's first block */
    DOUBLE_N = 8 * 1024 * 1024, /* blocks double in size up to here */
    PAGE_N = 2 * 1024 * 1024    /* a large page; blocks of that size ask for them */
};

/* What mem_keep keeps: blocks up to so many bytes, so many bytes free at the end. */
enum { KEEP_BLOCK_N = 32 << 20, KEEP_FREE_N = 256 << 20 };

struct arena_block {
    struct arena_block *older;
    size_t n;
    _Alignas(max_align_t) char bytes[];
};

static struct arena_block *block_open(struct arena_block *older, size_t least_n)
{
    size_t n = FIRST_N;
    if (older != NULL)
        n = older->n < DOUBLE_N / 2 ? 2 * older->n : DOUBLE_N - sizeof(*older);
    if (n < least_n)
        n = least_n;
    if (n > PTRDIFF_MAX - sizeof(struct arena_block) - PAGE_N)
        mem_die(n);
    struct arena_block *block = NULL;
    if (n < PAGE_N) {
        block = malloc(sizeof(*block) + n);
    } else {
        /* Events are read in another order than they lie in: with small pages most of the waiting
           is for the tables of pages. */
        size_t whole_n = (sizeof(*block) + n + PAGE_N - 1) & ~((size_t)PAGE_N - 1);
        block = aligned_alloc(PAGE_N, whole_n);
#ifdef MADV_HUGEPAGE
        if (block != NULL)
            madvise(block, whole_n, MADV_HUGEPAGE);
#endif
        n = whole_n - sizeof(*block);
    }
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

static void *take(struct arena *a, size_t *taken_n, size_t count, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    size_t n = 0;
    if (__builtin_mul_overflow(count, size, &n) || n > PTRDIFF_MAX - align)
        mem_die(SIZE_MAX);
    n = (n + align - 1) & ~(align - 1);
    if (a->block == NULL || a->block->n - a->used < n) {
        a->block = block_open(a->block, n > a->least_n ? n : a->least_n);
        a->least_n = 0;
        a->used = 0;
    }
    void *p = a->block->bytes + a->used;
    a->used += n;
    *taken_n = n;
    return p;
}

void *arena_alloc(struct arena *a, size_t count, size_t size)
{
    size_t n = 0;
    void *p = take(a, &n, count, size);
    return memset(p, 0, n);
}

void *arena_room(struct arena *a, size_t count, size_t size)
{
    size_t n = 0;
    return take(a, &n, count, size);
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
    a->used = 0;
    if (a->block == NULL || a->block->older == NULL)
        return;
    /* Next time one block holds it all. */
    struct arena_block *next = NULL;
    a->least_n = 0;
    for (struct arena_block *b = a->block; b != NULL; b = next) {
        next = b->older;
        a->least_n += b->n;
        free(b);
    }
    a->block = NULL;
}

void arena_free(struct arena *a)
{
    arena_empty(a);
    free(a->block);
    arena_init(a);
}

void mem_keep(void)
{
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, KEEP_BLOCK_N);
    mallopt(M_TRIM_THRESHOLD, KEEP_FREE_N);
#endif
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
