/*
 * learn_agree.h - what different stacks say together of one address; for
 * learn.c.
 */
#ifndef SETTLE_LEARN_AGREE_H
#define SETTLE_LEARN_AGREE_H

#include "signatures/settle/learn_words.h"

/*
 * Crashes of one bug leave nearly the same words everywhere, true and stale.
 * Only stacks that came here on different ways say more together than one.
 */
bool learn_agree_is_other(const struct surroundings *a,
			  const struct surroundings *b);

/*
 * The nearest distance at which nearly all witnesses saw a word, or 0.  The
 * caller's return address always is such a word; what lies nearer are locals
 * and leftovers, which differ from stack to stack.  Two witnesses may agree by
 * chance, or on a leftover, but not on the word that all stacks end with.
 */
uint32_t learn_agree_size(const struct surroundings *witnesses, uint32_t count);

#endif
