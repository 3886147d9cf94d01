/* json.c - any text: refused in one line, or read, complained about, and written as it was read. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(void *ctx, const struct finding *f)
{
    struct json_doc **doc = ctx;
    if (*doc == NULL || f->line == 0 || f->column == 0)
        abort();
}

/* Read everything through a row that knows two members, and complain about the rest. */
static void visit(const struct json *j)
{
    static const char *const words[] = {"one", "two", NULL};
    static const struct json_row rows[] = {
        {"a", JSON_INTEGER, 0, true, 1, 5, NULL},
        {"b", JSON_WORD, 8, false, 0, 0, words},
        {"c", JSON_INSTANT, 16, false, 0, 0, NULL},
        {"d", JSON_DURATION, 24, false, 0, 60000, NULL},
    };
    int64_t fields[4];
    json_read(j, rows, 4, fields);
    struct json it = {0};
    while (json_next(j, &it) != 0)
        visit(&it);
}

static void put_again(struct buf *out, struct span text)
{
    struct err e = {.kind = ERR_NONE};
    struct json_doc *doc = NULL;
    if (json_open(&doc, "again", text, &e) != 0)
        abort();
    struct json root = json_root(doc);
    json_put_value(out, &root);
    json_close(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {.kind = ERR_NONE};
    struct json_doc *doc = NULL;
    if (json_open(&doc, "fuzz", (struct span){(const char *)data, size}, &e) != 0) {
        if (e.kind != ERR_INPUT || strchr(e.text, '\n') != NULL)
            abort();
        return 0;
    }
    json_collect(doc, take, &doc);
    struct json root = json_root(doc);
    visit(&root);
    struct buf once;
    struct buf twice;
    buf_init(&once, SIZE_MAX);
    buf_init(&twice, SIZE_MAX);
    json_put_value(&once, &root);
    put_again(&twice, buf_span(&once));
    if (!span_equal(buf_span(&once), buf_span(&twice)))
        abort();
    buf_free(&once);
    buf_free(&twice);
    json_close(doc);
    return 0;
}
