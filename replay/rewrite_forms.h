/*
 * rewrite_forms.h - what addresses, access keys and the like look like, and others of their form
 */
#ifndef REPLAY_REWRITE_FORMS_H
#define REPLAY_REWRITE_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { FORMS_ADDRESS_MAX = 48, FORMS_ID_MAX = 32, FORMS_ACCOUNT_N = 12 };

/* Whether ${text} is an IPv4 address in four decimal numbers. */
bool forms_is_ipv4(struct span text);

/* Whether ${text} is an IPv6 address; a rough look: hex digits and at least two colons. */
bool forms_is_ipv6(struct span text);

/* Whether ${text} names nobody in particular: 0.0.0.0, loopback, link-local, multicast, ::. */
bool forms_is_common_address(struct span text);

/* Whether ${text} is an id like AKIA…, ASIA…, AIDA…, AROA…: four letters and base 32. */
bool forms_is_id(struct span text);

/* Whether ${id} carries an account's number: all but the old ones, whose fifth letter is I or J. */
bool forms_id_has_account(struct span id);

/**
 * forms_id_account(at, id):
 * Write the 12 digits of the account whose number ${id} carries; no NUL.
 *
 * Source: counted in delivered records: characters 5 to 14 are 50 bits; of the first 48 of them,
 *         bits 46 to 7 are the account number.
 */
void forms_id_account(char at[FORMS_ACCOUNT_N], struct span id);

/* Write an id like ${id}, id.n bytes, with other random bits and the number of ${account}; an old
   one carries none. */
void forms_make_id(char *at, struct span id, struct span account, struct span key, uint32_t turn);

/* Write an address of the same kind: private ones stay in their block. Returns its length. */
size_t forms_make_address(char at[FORMS_ADDRESS_MAX], struct span address, struct span key,
                          uint32_t turn);

#endif
