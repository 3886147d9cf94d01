/*
 * encode.h - an event and its template become the text of a record
 */
#ifndef GEN_ENCODE_H
#define GEN_ENCODE_H

#include "gen/event.h"

struct buf;

/**
 * encode_record(out, ev):
 * Append the record of ${ev}: compact JSON, one object.
 */
void encode_record(struct buf *out, const struct event *ev);

#endif
