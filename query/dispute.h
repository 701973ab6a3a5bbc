/*
 * dispute.h - do the crashes of a cluster agree about which functions are one?
 *
 * In two builds of a module a function without a symbol is known by the stacks
 * it stands on, and by its code where a dump had it; settle/disputes.h has what
 * a disagreement is.  Held against each other are the representatives of the
 * cluster's stacks, the most frequent first, up to DISPUTE_STACKS.  What
 * explain says of two crashes is said here of a cluster.
 */
#ifndef QUERY_DISPUTE_H
#define QUERY_DISPUTE_H

#include "query/clump.h"

#define DISPUTE_STACKS 16

struct dispute {
	size_t pairs;	  /* of crashes that disagree; 0 = all agree */
	const char *text; /* of the first: its frames, and whom to ask */
};

/*
 * Text lives in arena.  Where nothing is known of company - the store was not
 * settled since its lists changed - nothing is disputed.
 */
enum status dispute_find(const struct clumps *clumps, const struct clump *clump,
			 struct arena *arena, struct dispute *ret,
			 struct error *err) MUST_CHECK;

/* "disputed: ..."; NULL for none; lives in arena. */
const char *dispute_text(const struct dispute *dispute, struct arena *arena);

#endif
