/*
 * scenario_request.h - what a step says of its request and record, checked against the catalog
 */
#ifndef GEN_SCENARIO_REQUEST_H
#define GEN_SCENARIO_REQUEST_H

#include "base/json.h"
#include "base/span.h"

struct scenario_part;
struct step;

/**
 * scenario_request_check(p, step):
 * Check the "with" of ${step} against the rows of its operation: unknown members, types, limits,
 * words, missing members, option settings. Text with {slots} is checked for its type only; null
 * leaves out a member that is sent always. A call that always fails may break limits.
 */
void scenario_request_check(struct scenario_part *p, const struct step *step);

/**
 * scenario_request_check_pin(p, pin):
 * Check that the members of ${pin} are members of a record.
 */
void scenario_request_check_pin(struct scenario_part *p, const struct json *pin);

/**
 * scenario_request_omit(p, list, n):
 * Read ${list}: paths of record members, "readOnly" or "tlsDetails.tlsVersion"; ${n} is their
 * number.
 */
const struct span *scenario_request_omit(struct scenario_part *p, const struct json *list,
                                         size_t *n);

#endif
