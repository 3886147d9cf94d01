/*
 * rewrite_learn.h - which texts of a record are accounts, ids, users, names and addresses
 */
#ifndef REPLAY_REWRITE_LEARN_H
#define REPLAY_REWRITE_LEARN_H

#include <stdbool.h>

#include "base/span.h"
#include "replay/tokens.h"

/**
 * rewrite_learn_text(t, keep, text):
 * Add to ${t} what the records of the log file ${text} name: by their members, by the ARNs in any
 * value, and by their form (addresses, access keys); and to ${keep} the services' own names, in
 * small letters, for services call their sessions so.
 */
void rewrite_learn_text(struct tokens *t, struct tokens *keep, struct span text);

/* Add the account of a key. */
void rewrite_learn_key(struct tokens *t, struct span key);

/* Whether the values of member ${name} are AWS's words, times or made-up ids, and stay. */
bool rewrite_is_fixed(struct span name);

#endif
