/* catalog.c - any text as a schema file: refused in one line, or a catalog that can be asked. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "gen/catalog.h"
#include "gen/catalog_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Options named like the text's own, with the text as the value. */
static void ask(const struct catalog *c, struct span text)
{
    char why[256];
    for (size_t i = 0; i < c->nnamespaces; i++) {
        const struct option_namespace *ns = &c->namespaces[i];
        for (size_t k = 0; k < ns->noptions; k++)
            catalog_option_check(c, ns->name, ns->options[k].name, text, why, sizeof(why));
    }
    catalog_platform(c, text);
    catalog_region(c, text);
    catalog_operation(c, text);
}

static int read_service(struct catalog *out, struct arena *arena, struct json_doc *doc,
                        struct err *e)
{
    struct service *service = ARENA_NEW(arena, struct service, 1);
    out->services = service;
    out->nservices = catalog_read_service(service, arena, doc, e) == 0;
    return out->nservices == 1 ? 0 : -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int (*const reads[])(struct catalog *, struct arena *, struct json_doc *,
                                struct err *) = {read_service, catalog_read_options,
                                                 catalog_read_platforms, catalog_read_regions};
    struct span text = {(const char *)data, size};
    struct err e = {.kind = ERR_NONE};
    struct json_doc *doc = NULL;
    if (json_open(&doc, "fuzz", text, &e) != 0)
        return 0;
    json_close(doc);
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof(reads) / sizeof(reads[0]); i++) {
        struct catalog c = {.nservices = 0};
        e = (struct err){.kind = ERR_NONE};
        if (json_open(&doc, "fuzz", text, &e) != 0)
            abort();
        if (reads[i](&c, &arena, doc, &e) == 0)
            ask(&c, text.n < 4096 ? text : (struct span){text.p, 4096});
        else if (e.kind != ERR_INPUT || strchr(e.text, '\n') != NULL)
            abort();
        json_close(doc);
    }
    arena_free(&arena);
    return 0;
}
