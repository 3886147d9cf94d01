/* catalog_load.c - the schema files, built in or of a folder, into a catalog; see catalog.h. */
#include "gen/catalog.h"

#include <dirent.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/embedded.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "gen/catalog_read.h"

enum { FILES_MAX = 256 };

#define FILE_MAX_N ((size_t)16 << 20)

/* A schema file: its name in the folder, what complaints call it, its text. */
struct schema_file {
    struct span name;
    const char *shown;
    struct span text;
};

struct schema_files {
    struct schema_file at[FILES_MAX];
    size_t n;
};

typedef int read_fn(struct catalog *out, struct arena *arena, struct json_doc *doc, struct err *e);

static const struct {
    const char *name;
    read_fn *read;
} tables[] = {
    {"option-settings.json", catalog_read_options},
    {"platforms.json", catalog_read_platforms},
    {"regions.json", catalog_read_regions},
};

enum { NTABLES = sizeof tables / sizeof tables[0] };

/* Data files only: a JSON Schema describes them, and what lies deeper is not ours. */
static bool is_data(struct span name)
{
    return span_ends(name, SPAN(".json")) && !span_ends(name, SPAN(".schema.json")) &&
           span_find(name, '/') == name.n;
}

static int add_file(struct schema_files *files, struct schema_file file, struct err *e)
{
    if (files->n == FILES_MAX)
        return err_set(e, ERR_INPUT, "%s: is one schema file too many; at most %d", file.shown,
                       FILES_MAX);
    files->at[files->n++] = file;
    return 0;
}

static int gather_embedded(struct schema_files *files, struct err *e)
{
    struct span folder = SPAN("schemas/");
    for (size_t i = 0; i < embedded_files_n; i++) {
        const struct embedded *file = &embedded_files[i];
        struct span name = span_of(file->name);
        if (!span_starts(name, folder) || !is_data(span_from(name, folder.n)))
            continue;
        struct schema_file found = {span_from(name, folder.n), file->name, {file->text, file->n}};
        if (add_file(files, found, e) != 0)
            return -1;
    }
    return 0;
}

/* The data files of ${dir} itself, by name: what lies deeper belongs to somebody else. */
static int list_folder(struct span *names, size_t *n, struct arena *arena, const char *dir,
                       struct err *e)
{
    DIR *folder = opendir(dir);
    if (folder == NULL)
        return err_sys(e, ERR_INPUT, "%s: cannot be read as a folder of schema files", dir);
    int rc = 0;
    *n = 0;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        struct span name = span_of(entry->d_name);
        if (name.p[0] == '.' || !is_data(name))
            continue;
        if (*n == FILES_MAX) {
            rc = err_set(e, ERR_INPUT, "%s: has more than %d schema files", dir, FILES_MAX);
            break;
        }
        names[(*n)++] = arena_copy(arena, name);
    }
    closedir(folder);
    return rc;
}

static int compare_names(const void *a, const void *b)
{
    return span_compare(*(const struct span *)a, *(const struct span *)b);
}

static int gather_folder(struct schema_files *files, struct arena *arena, const char *dir,
                         struct err *e)
{
    struct span names[FILES_MAX];
    size_t n = 0;
    if (list_folder(names, &n, arena, dir, e) != 0)
        return -1;
    qsort(names, n, sizeof(names[0]), compare_names);

    int rc = 0;
    struct buf text;
    buf_init(&text, FILE_MAX_N);
    for (size_t i = 0; rc == 0 && i < n; i++) {
        const char *shown = arena_printf(arena, "%s/%s", dir, names[i].p).p;
        buf_clear(&text);
        rc = file_read(&text, shown, e);
        if (rc == 0)
            rc = add_file(files,
                          (struct schema_file){names[i], shown, arena_copy(arena, buf_span(&text))},
                          e);
    }
    buf_free(&text);
    return rc;
}

static int add_service(struct catalog *c, struct service *services, struct arena *arena,
                       struct json_doc *doc, const char *shown, struct err *e)
{
    struct service *service = &services[c->nservices];
    if (catalog_read_service(service, arena, doc, e) != 0)
        return -1;
    if (catalog_service(c, service->name) != NULL)
        return err_set(e, ERR_INPUT, "%s: /service: \"%.*s\" is described by another file too",
                       shown, SPAN_ARG(service->name));
    c->nservices++;
    return 0;
}

static int read_files(struct catalog *c, struct arena *arena, const struct schema_files *files,
                      struct err *e)
{
    struct service *services = ARENA_NEW(arena, struct service, files->n);
    c->services = services;
    c->docs = ARENA_NEW(arena, struct json_doc *, files->n);
    for (size_t i = 0; i < files->n; i++) {
        const struct schema_file *file = &files->at[i];
        struct json_doc *doc = NULL;
        if (json_open(&doc, file->shown, file->text, e) != 0)
            return -1;
        read_fn *read = NULL;
        for (size_t k = 0; k < NTABLES; k++)
            read = span_is(file->name, tables[k].name) ? tables[k].read : read;
        struct json root = json_root(doc);
        struct json service = json_member(&root, "service");
        int rc = 0;
        if (read != NULL)
            rc = read(c, arena, doc, e);
        else if (json_is_present(&service))
            rc = add_service(c, services, arena, doc, file->shown, e);
        if (rc != 0 || read != NULL || !json_is_present(&service))
            json_close(doc);
        else
            c->docs[c->ndocs++] = doc;
        if (rc != 0)
            return -1;
    }
    return 0;
}

static void hash_files(char out[64], struct arena *arena, const struct schema_files *files)
{
    struct span *texts = ARENA_NEW(arena, struct span, files->n);
    for (size_t i = 0; i < files->n; i++)
        texts[i] = files->at[i].text;
    uint8_t digest[HASH_SHA256_N];
    hash_sha256_parts(digest, texts, files->n);
    hash_hex(out, digest, sizeof(digest));
}

static int check_complete(const struct catalog *c, const char *folder, struct err *e)
{
    const struct {
        size_t n;
        const char *what;
    } needed[] = {
        {c->nnamespaces, "option-settings.json"},
        {c->nplatforms, "platforms.json"},
        {c->nregions, "regions.json"},
        {catalog_service(c, SPAN("elasticbeanstalk")) != NULL, "elasticbeanstalk.json"},
    };
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        if (needed[i].n == 0)
            return err_set(e, ERR_INPUT,
                           "%s: has no %s; the folder must hold all schema files, not only the "
                           "changed ones",
                           folder, needed[i].what);
    }
    return 0;
}

int catalog_load(struct catalog *out, struct arena *arena, const char *dir, struct err *e)
{
    *out = (struct catalog){.nservices = 0};
    struct schema_files *files = ARENA_NEW(arena, struct schema_files, 1);
    int rc = dir == NULL ? gather_embedded(files, e) : gather_folder(files, arena, dir, e);
    if (rc == 0 && read_files(out, arena, files, e) == 0 &&
        check_complete(out, dir != NULL ? dir : "schemas", e) == 0) {
        hash_files(out->sha256, arena, files);
        return 0;
    }
    catalog_close(out);
    return -1;
}

void catalog_close(struct catalog *c)
{
    for (size_t i = 0; i < c->ndocs; i++)
        json_close(c->docs[i]);
    *c = (struct catalog){.nservices = 0};
}
