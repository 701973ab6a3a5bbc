/*
 * stacks_again.h - stacks settled where something changed since the last pass,
 * as stacks_settle() would settle them all.
 *
 * What new crashes tell of addresses is added to what the last pass remembered
 * (learn.h); rows that asked for an address with another answer now are settled
 * again.
 */
#ifndef SETTLE_STACKS_AGAIN_H
#define SETTLE_STACKS_AGAIN_H

#include "signatures/settle/stacks.h"

/* What is known of a row; bits. */
enum stacks_row {
	STACKS_NEW = 1,	    /* may tell what the last pass has not heard */
	STACKS_MOVED = 2,   /* had another number then */
	STACKS_ASKED = 4,   /* for something that has changed */
	STACKS_CHANGED = 8, /* has another stack now */
	STACKS_TAKEN = 16   /* is in the corpus, as it is now */
};

/*
 * rows as the caller marked them with the first two of these; those that are
 * new or changed are put into corpus.  False where only stacks_settle() can
 * tell.  Needs a write transaction.
 */
bool stacks_again(struct store *store, const struct overrides *overrides,
		  uint8_t *rows, uint32_t count, struct corpus *corpus);

#endif
