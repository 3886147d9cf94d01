/*
 * gzip_alone.c - what the compressor costs with nothing else: gzip_alone DIR [ROUNDS]
 *
 * Reads every log file below DIR and keeps the texts in memory, then packs each of them as a run
 * would. The best of the rounds is printed as JSON: processor seconds, bytes before and after.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/gzip.h"

enum { PATH_N = 4096, ROUNDS = 3 };

#define TEXT_MAX ((size_t)1 << 31)

struct texts {
    struct buf *items;
    size_t n, room;
};

static struct buf *add(struct texts *t)
{
    if (t->n == t->room) {
        t->room = t->room == 0 ? 1024 : 2 * t->room;
        t->items = realloc(t->items, t->room * sizeof *t->items);
        if (t->items == NULL)
            mem_die(t->room * sizeof *t->items);
    }
    struct buf *text = &t->items[t->n++];
    buf_init(text, TEXT_MAX);
    return text;
}

static int read_texts(struct texts *out, const char *root, struct err *e)
{
    struct file_walk *walk = NULL;
    if (file_walk_open(&walk, root, e) != 0)
        return -1;
    struct buf body;
    buf_init(&body, TEXT_MAX);
    struct span path;
    int rc;
    while ((rc = file_walk_next(walk, &path, e)) == 1) {
        char name[PATH_N];
        snprintf(name, sizeof name, "%s/%.*s", root, SPAN_ARG(path));
        buf_clear(&body);
        unsigned members;
        rc = file_read(&body, name, e);
        if (rc == 0 && gzip_is(buf_span(&body)))
            rc = gzip_unpack(add(out), &members, buf_span(&body), e);
        if (rc != 0)
            break;
    }
    buf_free(&body);
    file_walk_close(walk);
    return rc;
}

static double processor_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct err e = {0};
    struct texts texts = {0};
    if (argc < 2 || read_texts(&texts, argv[1], &e) != 0) {
        fprintf(stderr, "%s\n", argc < 2 ? "usage: gzip_alone DIR [ROUNDS]" : e.text);
        return 2;
    }
    long rounds = argc > 2 ? strtol(argv[2], NULL, 10) : ROUNDS;
    struct gzip *z = gzip_open(GZIP_FAST);
    struct buf body;
    buf_init(&body, TEXT_MAX);
    double best_s = 0;
    size_t text_n = 0, body_n = 0;
    for (long r = 0; r < rounds; r++) {
        text_n = body_n = 0;
        double from_s = processor_s();
        for (size_t i = 0; i < texts.n; i++) {
            buf_clear(&body);
            gzip_pack(z, &body, buf_span(&texts.items[i]));
            text_n += texts.items[i].n;
            body_n += body.n;
        }
        double took_s = processor_s() - from_s;
        if (r == 0 || took_s < best_s)
            best_s = took_s;
    }
    printf("{\"compressor\":\"%s\",\"files\":%zu,\"textBytes\":%zu,\"objectBytes\":%zu,"
           "\"seconds\":%.6f}\n",
           gzip_name(GZIP_FAST), texts.n, text_n, body_n, best_s);
    gzip_close(z);
    buf_free(&body);
    for (size_t i = 0; i < texts.n; i++)
        buf_free(&texts.items[i]);
    free(texts.items);
    return 0;
}
