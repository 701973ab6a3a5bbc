/*
 * column_split.h - chunks whose rows stand in lanes of two bytes, the last
 * perhaps of one.
 *
 * Who looks for a number reads the lowest lane, which tells most rows apart;
 * who looks for a range the highest.  Mostly few rows are left then.
 */
#ifndef STORE_COLUMN_SPLIT_H
#define STORE_COLUMN_SPLIT_H

#include "signatures/store/column_chunk.h"

/* What stands in the rows that are wanted: numbers from least to most. */
struct column_wanted {
	uint64_t least, most;
};

/*
 * Of the first so many rows that have a bit, clear those with another number.
 * The chunk is begun, or its head is read.
 */
void column_split_keep(struct store *store, const struct btree_key *key,
		       const struct column_chunk *it,
		       const struct column_wanted *wanted, uint64_t *bits,
		       size_t rows);

/* What stands in one row of the chunk. */
bool column_split_number(struct store *store, const struct btree_key *key,
			 const struct column_chunk *it, size_t row,
			 uint64_t *ret);

#endif
