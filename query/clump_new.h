/*
 * clump_new.h - the rows of what was first seen at some time or later.
 *
 * Crashes come in by and by: all rows of most chunks happened before, and so
 * whatever they belong to is not new.  Their times are not read.
 */
#ifndef QUERY_CLUMP_NEW_H
#define QUERY_CLUMP_NEW_H

#include "query/plan.h"

struct clump_new {
	struct plan plan;
	uint32_t *terms;	       /* of its rows, in their order */
	uint64_t *born;		       /* by term */
	uint32_t bound;		       /* above all terms */
	uint64_t older, older_crashes; /* of the rows asked about, left out */
};

/*
 * Of the rows of a plan that have a term of field, those whose term no row of
 * the store has before since, and some row has at a time.
 */
void clump_new_find(struct store *store, const struct field *field,
		    const struct plan *plan, uint64_t since,
		    struct clump_new *ret);
void clump_new_deinit(struct clump_new *found);

#endif
