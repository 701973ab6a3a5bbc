/*
 * settle.h - what only the whole corpus can tell, worked out and stored.
 *
 * A pass over the store that ends with every crash in its cluster.  What it
 * stores follows from the set of crashes alone: not from the nights they came
 * in, the number of jobs, or earlier passes.  Lists that people keep in the
 * folder of the store have the last word: overrides.h.
 *
 * A pass reads the crashes that are new or changed, and those whose stacks
 * follow from them.  Where every frame has a symbol the rest is the newest
 * signatures (night.h); where not, the distinct stacks are remembered
 * (corpus_again.h), and what two builds have in common is learned again where
 * the company of their frames has changed (alias.h).  Every crash is read the
 * first time; where lists or rules are others than those of the last pass, or
 * move thresholds; where what it left is damaged; where more than a third is
 * new; and where a crash has as many files as are kept, so that one may be
 * gone.
 */
#ifndef SETTLE_SETTLE_H
#define SETTLE_SETTLE_H

#include "signatures/base/error.h"
#include "signatures/settle/corpus.h"
#include "signatures/store/store.h"

enum settle_when {
	SETTLE_ALWAYS,
	SETTLE_IF_DUE /* where the last pass has not seen all there is */
};

/*
 * Needs a store open for writing, without a transaction.  A pass is due after
 * crashes were stored, whoever stored them: an ingest that ended between the
 * two leaves it to the next.  So it is under other lists than the last.
 */
enum status settle_store(struct store *store, enum settle_when when,
			 struct error *err) MUST_CHECK;

/*
 * Would settle_store() do anything, or say what is wrong with a list?  Needs a
 * transaction, and a reader's will do.
 */
bool settle_is_due(struct store *store);

/* Where every row belongs. */
struct settle_places {
	struct corpus_place *at; /* by row */
	size_t count;
};

/*
 * What the pass would store with the lists (overrides.h) of a folder, and the
 * stacks as they are.  Needs a transaction; writes nothing.  The caller ends
 * ret with settle_places_deinit().
 */
enum status settle_places(struct store *store, const char *lists,
			  struct settle_places *ret,
			  struct error *err) MUST_CHECK;
void settle_places_deinit(struct settle_places *places);

#endif
