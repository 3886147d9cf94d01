/* cmd_reconcile.c - beantrail reconcile: what a consumer saw against what it was given. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "audit/reconcile.h"
#include "base/arena.h"
#include "base/file.h"
#include "base/utc.h"
#include "cli/opts.h"
#include "cli/reconcile_report.h"
#include "cli/run.h"

struct reconcile_arguments {
    const char *manifest, *tree, *reported, *junit;
    struct opt_texts seen;
    struct seen_options fields;
    int64_t late_ms;
    bool json, quiet;
};

#define AT(field) offsetof(struct reconcile_arguments, field)

static const struct opt rows[] = {
    {"manifest", OPT_TEXT, AT(manifest), 0, 0, NULL, "FILE|DIR",
     "what was delivered: the manifest of gen or replay, or the folder it is in"},
    {"seen", OPT_TEXTS, AT(seen), 0, OPT_TEXTS_MOST, NULL, "FILE",
     "what the consumer saw: eventIDs or JSON objects, one a line; - for stdin; up to 32 times"},
    {"tree", OPT_TEXT, AT(tree), 0, 0, NULL, "DIR",
     "where the log files lie, for a manifest without eventIDs (the manifest's folder)"},
    {"late", OPT_DURATION, AT(late_ms), 0, 36500 * UTC_DAY_MS, NULL, "D",
     "a record seen more than D after its file was put is late"},
    {"reported", OPT_TEXT, AT(reported), 0, 0, NULL, "FILE",
     "keys of the files that the consumer reported as missing or not readable, one a line"},
    {"id-field", OPT_TEXT, AT(fields.id_field), 0, 0, NULL, "PATH",
     "the member that has the eventID, as in hit.doc.id (eventID, event.id, ...)"},
    {"time-field", OPT_TEXT, AT(fields.time_field), 0, 0, NULL, "PATH",
     "the member that says when it was seen (seen, event.ingested, ...)"},
    {"record-field", OPT_TEXT, AT(fields.record_field), 0, 0, NULL, "PATH",
     "the member that holds the whole record (the object itself, event.original, ...)"},
    {"ids-only", OPT_FLAG, AT(fields.ids_only), 0, 0, NULL, NULL,
     "do not look whether records say what they said"},
    {"junit", OPT_TEXT, AT(junit), 0, 0, NULL, "FILE", "write the verdict as JUnit's XML, too"},
    {"json", OPT_FLAG, AT(json), 0, 0, NULL, NULL, "print the verdict as JSON"},
    {"quiet", OPT_FLAG, AT(quiet), 0, 0, NULL, NULL,
     "print nothing but --json; the exit code is the verdict"},
};

static const struct opts_usage usage = {
    .command = "reconcile",
    .operands = "",
    .about = "Tell what a consumer lost, doubled, mangled or saw late, and why.",
    .notes = "Exit code: 0 all right, 1 not all right, 2 the input is wrong.\n"
             "docs/faults.md says more.\n",
    .rows = rows,
    .nrows = sizeof(rows) / sizeof(rows[0]),
};

/* The manifest's path, and the folder it is in. */
static void find_manifest(const char **manifest, const char **folder, struct arena *a,
                          const char *named)
{
    struct span name = span_of(named);
    if (file_type_of(named) == FILE_FOLDER) {
        *folder = named;
        *manifest = arena_printf(a, "%s/manifest.json", named).p;
        return;
    }
    size_t n = name.n;
    while (n > 0 && name.p[n - 1] != '/')
        n--;
    *manifest = named;
    *folder = n == 0 ? "." : arena_copy(a, (struct span){name.p, n}).p;
}

static int see_all(struct reconcile *r, const struct reconcile_arguments *o, struct err *e)
{
    for (size_t i = 0; i < o->seen.n; i++) {
        struct seen_file *file;
        struct seen s;
        if (seen_open(&file, o->seen.text[i], &o->fields, e) != 0)
            return -1;
        int got;
        while ((got = seen_next(file, &s, e)) > 0)
            reconcile_see(r, &s);
        seen_close(file);
        if (got < 0)
            return -1;
    }
    return 0;
}

static int run(const struct reconcile_arguments *o, struct err *e)
{
    if (o->manifest == NULL)
        return err_set(e, ERR_INPUT,
                       "--manifest: is missing; give the manifest of what was "
                       "delivered, or its folder");
    if (o->seen.n == 0)
        return err_set(e, ERR_INPUT, "--seen: is missing; give a file with what the consumer saw");
    struct arena a;
    arena_init(&a);
    const char *manifest, *folder;
    find_manifest(&manifest, &folder, &a, o->manifest);
    struct reconcile r;
    int rc = reconcile_open(&r, manifest, o->tree != NULL ? o->tree : folder, o->late_ms, e);
    if (rc == 0) {
        rc = see_all(&r, o, e);
        if (rc == 0 && o->reported != NULL)
            rc = reconcile_reports(&r, o->reported, e);
        if (rc == 0)
            rc = reconcile_settle(&r, e);
        if (rc == 0 && o->junit != NULL)
            rc = reconcile_report_junit(&r, o->junit, e);
        if (rc == 0) {
            if (o->json || !o->quiet)
                reconcile_report_print(&r, o->json);
            rc = run_flush(e);
        }
        if (rc == 0)
            rc = reconcile_report_end(&r, e);
        reconcile_close(&r);
    }
    arena_free(&a);
    return rc;
}

int cmd_reconcile(int argc, char **argv)
{
    struct err e = {0};
    struct reconcile_arguments o = {.late_ms = -1};
    const char **operands = calloc((size_t)argc + 1, sizeof *operands);
    if (operands == NULL)
        mem_die((size_t)argc * sizeof *operands);
    if (opts_read(&o, operands, &usage, argc, argv, utc_now_ms(), &e) == 0)
        run(&o, &e);
    free(operands);
    return run_end(&e);
}
