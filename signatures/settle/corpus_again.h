/*
 * corpus_again.h - the corpus of all crashes from what the last pass remembered
 * of it (corpus_memory.h) and the crashes that changed since.
 */
#ifndef SETTLE_CORPUS_AGAIN_H
#define SETTLE_CORPUS_AGAIN_H

#include "signatures/settle/memory.h"
#include "signatures/settle/overrides.h"

/*
 * With stacks settled (stacks_again.h).  NULL where only a pass over everything
 * can tell; the caller destroys it.  Needs a write transaction.
 */
struct corpus *corpus_again(struct store *store,
			    const struct overrides *overrides,
			    const struct memory_head *head);

#endif
