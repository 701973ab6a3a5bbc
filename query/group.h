/*
 * group.h - the rows of a plan by the values of one field.
 *
 * The answer to `freq`: each value with its crashes and the different machines
 * they happened on.  Columns are counted by term without looking at a single
 * record; fields with many values a crash by posting list; only what has no
 * index, and a handful of rows, is read from records.
 */
#ifndef QUERY_GROUP_H
#define QUERY_GROUP_H

#include "query/group_value.h"
#include "query/plan.h"

struct group_row {
	struct field_value value; /* text lives in the arena */
	uint64_t crashes;
	uint64_t machines; /* that could be told apart */
};

struct group {
	struct group_row *rows; /* most crashes first, then by value */
	size_t count;
	uint64_t more;	      /* rows behind the first ones, not made */
	uint64_t with_value;  /* crashes that have the field */
	uint64_t cut_rows;    /* values with fewer than min crashes ... */
	uint64_t cut_crashes; /* ... and how many; a crash may count twice */
};

/*
 * Values with at least min crashes; of these at least the first so many, where
 * first is not 0.  ret lives in arena.
 */
enum status group_make(struct store *store, const struct field *field,
		       const struct plan *plan, uint64_t min, size_t first,
		       struct arena *arena, struct group *ret,
		       struct error *err) MUST_CHECK;

/* The rule of the order above, for rows put together from elsewhere. */
int group_compare(const void *a, const void *b);

#endif
