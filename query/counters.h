/*
 * counters.h - what the store has counted already: how often each value of a
 * field came up, and on how many machines.
 */
#ifndef QUERY_COUNTERS_H
#define QUERY_COUNTERS_H

#include "signatures/store/store_read.h"

/* Are struct store_term's crashes and machines enough to count by field? */
bool counters_are_kept(const struct field *field);

/* How many crashes have a value of such a field, whose terms have crashes. */
uint64_t counters_with_value(struct store *store, const struct field *field,
			     uint64_t crashes);

#endif
