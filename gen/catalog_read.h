/*
 * catalog_read.h - schemas/<name>.json into catalog tables
 *
 * One function a kind of file. Findings go to the document; what is read is copied, except for
 * overlays and texts, so the document of a service must stay open as long as the service is used.
 * Knows no slots: what "from" and braces name is bound by the engine.
 */
#ifndef GEN_CATALOG_READ_H
#define GEN_CATALOG_READ_H

#include "base/span.h"
#include "gen/catalog.h"

struct arena;
struct err;
struct json;
struct json_doc;

/**
 * catalog_read_service(out, arena, doc, e):
 * Read a service and its operations into ${out}, which must stay where it is: operations point
 * back.
 *
 * Errors: ERR_INPUT as of json_verdict.
 */
int catalog_read_service(struct service *out, struct arena *arena, struct json_doc *doc,
                         struct err *e);

/**
 * catalog_read_members(out, n, arena, rows_at):
 * Read the rows of a request or response.
 */
void catalog_read_members(const struct member **out, size_t *n, struct arena *arena,
                          const struct json *rows_at);

/**
 * catalog_read_options(out, arena, doc, e) / catalog_read_platforms(...) /
 * catalog_read_regions(...): Read one of the tables into its members of ${out}.
 *
 * Errors: ERR_INPUT as of json_verdict.
 */
int catalog_read_options(struct catalog *out, struct arena *arena, struct json_doc *doc,
                         struct err *e);
int catalog_read_platforms(struct catalog *out, struct arena *arena, struct json_doc *doc,
                           struct err *e);
int catalog_read_regions(struct catalog *out, struct arena *arena, struct json_doc *doc,
                         struct err *e);

/**
 * catalog_read_words(words, n, arena, list):
 * Copy the strings of ${list}, which may be absent.
 */
void catalog_read_words(const struct span **words, size_t *n, struct arena *arena,
                        const struct json *list);

/**
 * catalog_read_pattern(arena, j, key, pattern):
 * Copy ${pattern}, member ${key} of ${j}, with a NUL behind it; a finding when it is no POSIX
 * extended expression.
 */
struct span catalog_read_pattern(struct arena *arena, const struct json *j, const char *key,
                                 struct span pattern);

/**
 * catalog_read_order(j, key, before, name):
 * A finding at member ${key} of ${j} unless ${name} comes after ${before}, bytewise.
 */
void catalog_read_order(const struct json *j, const char *key, struct span before,
                        struct span name);

#endif
