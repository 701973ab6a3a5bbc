/*
 * stacks.h - weak stacks, settled from what other dumps of the same builds
 * know (learn.h), and blame, by the lists of people (overrides.h).
 */
#ifndef SETTLE_STACKS_H
#define SETTLE_STACKS_H

#include "signatures/settle/corpus.h"
#include "signatures/settle/overrides.h"
#include "signatures/store/store.h"

/*
 * Needs a write transaction.  Where no stack depends on others, *ret is the
 * corpus of all crashes and the caller destroys it; otherwise NULL.
 */
enum status stacks_settle(struct store *store,
			  const struct overrides *overrides,
			  struct corpus **ret, struct error *err) MUST_CHECK;

#endif
