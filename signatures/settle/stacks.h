/*
 * stacks.h - weak stacks, settled from what other dumps of the same builds
 * know (learn.h), and blame, by the lists of people (overrides.h).
 */
#ifndef SETTLE_STACKS_H
#define SETTLE_STACKS_H

#include "signatures/settle/corpus.h"
#include "signatures/settle/learn.h"
#include "signatures/settle/overrides.h"
#include "signatures/store/store_read.h"

/*
 * Needs a write transaction.  Where no stack depends on others, *ret is the
 * corpus of all crashes and the caller destroys it; otherwise NULL.
 */
enum status stacks_settle(struct store *store,
			  const struct overrides *overrides,
			  struct corpus **ret, struct error *err) MUST_CHECK;

/*
 * The same for some of the rows; see stacks_again.h, which puts these together.
 */

/* What the files of a crash tell of addresses. */
void stacks_learn(struct learn *learn, const struct store_crash *crash);
/* Could its stacks change at all? */
bool stacks_has_evidence(const struct overrides *overrides,
			 const struct store_crash *crash);
/* Ask for what its stacks were made of by the last pass. */
void stacks_ask_as_was(struct learn *learn, const struct store_crash *crash,
		       struct arena *arena);
/* Store what is known of its stacks now; crash->crash is as before. */
enum status stacks_settle_row(struct learn *learn,
			      const struct overrides *overrides,
			      struct store *store, struct store_crash *crash,
			      struct arena *arena, bool *changed,
			      struct error *err) MUST_CHECK;

#endif
