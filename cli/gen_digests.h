/*
 * gen_digests.h - the digests of a generated trail
 */
#ifndef CLI_GEN_DIGESTS_H
#define CLI_GEN_DIGESTS_H

#include "cli/digest_option.h"
#include "cli/load.h"
#include "gen/gen.h"

/**
 * gen_digests_open(w, l, o):
 * A chain for each region of each account, where nothing happens too, from the begin of ${o} on;
 * NULL when ${w} wants none. A trail's home is the first region of its first account.
 *
 * Owns: the caller, to be closed with digests_close before ${w}.
 */
struct digests *gen_digests_open(const struct digest_wish *w, const struct load *l,
                                 const struct gen_options *o);

#endif
