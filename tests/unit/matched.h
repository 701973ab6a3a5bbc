/*
 * matched.h - filter words asked of a place: for what query/choose.h finds.
 */
#ifndef UNIT_MATCHED_H
#define UNIT_MATCHED_H

#include "query/choose.h"
#include "tests/unit/store_place.h"

static inline struct where parsed(struct place *place, struct arena *arena,
				  const char *const *words, size_t count)
{
	struct where where;

	assert_int_equal(where_parse(words, count, arena, &where, &place->err),
			 STATUS_OK);
	return where;
}

/* How many rows pass. */
static inline uint64_t matched(struct place *place, struct arena *arena,
			       const char *const *words, size_t count)
{
	const struct where where = parsed(place, arena, words, count);
	struct plan plan;
	uint64_t found;

	assert_int_equal(choose_rows(place->store, &where, &plan, &place->err),
			 STATUS_OK);
	found = plan.matched;
	plan_deinit(&plan);
	return found;
}

#endif
