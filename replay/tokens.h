/*
 * tokens.h - texts that become others: found as whole words, and looked for in what came out
 *
 * A word begins and ends where a letter or digit meets something else; an escape (\n, \u0041, %2F)
 * is something else.
 */
#ifndef REPLAY_TOKENS_H
#define REPLAY_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/span.h"

struct buf;

enum token_kind { TOKEN_ACCOUNT, TOKEN_ID, TOKEN_USER, TOKEN_NAME, TOKEN_ADDRESS };

struct token {
    struct span text;
    struct span to; /* empty: stays */
    enum token_kind kind;
    bool given; /* by the map, not by the key */
    bool fine;  /* may be in the output */
    uint64_t leaks;
    const char *leak_key; /* where the first one was */
    struct token *next_same, *next_word, *next_tail, *next;
};

struct tokens {
    struct arena arena;
    struct token *first, **last; /* in the order added */
    size_t n;
    struct token **same, **word, **tail; /* tables of chains, 2^bits long */
    unsigned bits;
    bool indexed;
};

void tokens_init(struct tokens *t);
void tokens_free(struct tokens *t);

/* The token ${text}, or NULL. */
struct token *tokens_find(const struct tokens *t, struct span text);

/* Add ${text}, which is copied, unless it is there; the token. */
struct token *tokens_add(struct tokens *t, struct span text, enum token_kind kind);

/* All tokens are known and have their texts: make ready for the two below. */
void tokens_index(struct tokens *t);

/**
 * tokens_replace(t, out, text, agent):
 * Append ${text} with every token in it, the longest first, as a whole word, replaced. In a user
 * ${agent}, where a word is a program's name, users and names stay unless the map gave them.
 */
void tokens_replace(const struct tokens *t, struct buf *out, struct span text, bool agent);

/**
 * tokens_look(t, text, agent, key):
 * Count the replaced tokens that are still in ${text}, of the object ${key}: account numbers and
 * ids anywhere, others as whole words, capitals or not, and of six bytes or more also where only
 * one end is a word's.
 */
void tokens_look(struct tokens *t, struct span text, bool agent, const char *key);

#endif
