/*
 * event_id.h - an eventID in sixteen bytes
 */
#ifndef AUDIT_EVENT_ID_H
#define AUDIT_EVENT_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

enum { EVENT_ID_TEXT_N = 36, EVENT_ID_MOST_N = 256 };

struct event_id {
    uint64_t high, low;
    bool is_uuid; /* the bytes are its own; else they are a hash */
};

/**
 * event_id_of(text):
 * A UUID, in small letters or capitals, is its own sixteen bytes; any other text is half of its
 * SHA-256.
 */
struct event_id event_id_of(struct span text);

/* Write the UUID ${high}, ${low} in small letters; no NUL. */
void event_id_text(char at[EVENT_ID_TEXT_N], uint64_t high, uint64_t low);

#endif
