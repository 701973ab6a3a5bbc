/*
 * learn_start.h - how system threads begin, in the evidence of one crash.
 *
 * The last candidate may be the routine that the thread began with.  One of the
 * words returns into it; the last word is the first return address of all.
 */
#ifndef SETTLE_LEARN_START_H
#define SETTLE_LEARN_START_H

#include "signatures/crash.h"

/* How many of the candidates could be return addresses. */
size_t learn_start_words(const struct crash *crash);

/*
 * The word that returns into the routine, nearest to the last one; false where
 * no routine is known or none does.
 */
bool learn_start_find(const struct crash *crash, size_t *ret);

#endif
