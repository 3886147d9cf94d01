/*
 * reconcile_report.h - the verdict on a consumer as text, JSON and JUnit's XML
 */
#ifndef CLI_RECONCILE_REPORT_H
#define CLI_RECONCILE_REPORT_H

#include <stdbool.h>

#include "audit/reconcile.h"
#include "base/err.h"

/* Print the settled ${r} on stdout. */
void reconcile_report_print(const struct reconcile *r, bool json);

/**
 * reconcile_report_junit(r, path, e):
 * Write a test suite with a case for each verdict, failed where something is wrong.
 */
int reconcile_report_junit(const struct reconcile *r, const char *path, struct err *e);

/**
 * reconcile_report_end(r, e):
 * 0 when nothing is wrong; else ERR_WORK with the numbers.
 */
int reconcile_report_end(const struct reconcile *r, struct err *e);

#endif
