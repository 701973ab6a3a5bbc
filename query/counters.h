/*
 * counters.h - what the store has counted already: how often each value of a
 * field came up, and on how many machines.
 */
#ifndef QUERY_COUNTERS_H
#define QUERY_COUNTERS_H

#include "signatures/store/store_read.h"

/* Are struct store_term's crashes and machines enough to count by field? */
bool counters_are_kept(const struct field *field);

/* Values of such a field that crashes have, and what these come to. */
struct counters {
	uint64_t values;
	uint64_t crashes;
};

/* Every value with at least min crashes, in whichever order is at hand. */
enum status counters_walk(struct store *store, const struct field *field,
			  uint64_t min, store_term_take *take, void *closure,
			  struct counters *all, struct error *err) MUST_CHECK;

/* How many crashes have a value of such a field, whose terms have crashes. */
uint64_t counters_with_value(struct store *store, const struct field *field,
			     uint64_t crashes);

#endif
