/*
 * rank.h - the values of a field by how many crashes they have.
 *
 * Who asks which buckets came up ten times does not want to hear of the
 * millions that came up once.  Kept where machines are counted (machines.h), by
 * term_flush() alone.
 */
#ifndef STORE_RANK_H
#define STORE_RANK_H

#include "signatures/store/term.h"

/* What the counters of a flush add up to. */
struct rank_sums {
	int64_t terms[SCHEMA_FIELDS]; /* that have crashes */
	int64_t crashes[SCHEMA_FIELDS];
};

/* A term had before crashes when it was ranked last, and has term->crashes. */
void rank_move(struct store *store, const struct term *term, uint64_t before,
	       struct rank_sums *sums);
void rank_flush(struct store *store, const struct rank_sums *sums);

/* Of all there are of a field: its totals, then its values. */
struct btree_key rank_key(uint8_t field);
void rank_totals(struct store *store, uint8_t field, uint64_t *terms,
		 uint64_t *crashes);

#endif
