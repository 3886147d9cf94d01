/*
 * catalog_list.h - parts of the catalog as text for people, or as JSON
 *
 * Each function appends to a buffer; one thing a line in text.
 */
#ifndef CLI_CATALOG_LIST_H
#define CLI_CATALOG_LIST_H

#include <stdbool.h>

struct buf;
struct catalog;
struct operation;
struct option_namespace;

/* All operations: name, read or write, effect, number of request members; or an array of them. */
void catalog_list_operations(struct buf *out, const struct catalog *c, bool json);

/* One operation with all its members and errors. */
void catalog_list_operation(struct buf *out, const struct operation *op, bool json);

/* One namespace with its options; in JSON without a line end. */
void catalog_list_namespace(struct buf *out, const struct option_namespace *ns, bool json);

void catalog_list_platforms(struct buf *out, const struct catalog *c, bool json);
void catalog_list_regions(struct buf *out, const struct catalog *c, bool json);

#endif
