/*
 * column_judge.h - what the head of a chunk of terms says without its rows.
 *
 * Terms are numbered as they come up: of a new driver the chunks of before are
 * not read, nor those in which every list of modules has an old one.
 */
#ifndef STORE_COLUMN_JUDGE_H
#define STORE_COLUMN_JUDGE_H

#include "signatures/store/state.h"
#include "signatures/store/store_read.h"

enum column_verdict {
	COLUMN_NONE,
	COLUMN_ALL,
	COLUMN_SOME /* they have to be looked at */
};

/* Is the term of each of the first so many rows, or 0, among these? */
enum column_verdict column_judge(struct store *store, uint8_t field,
				 uint32_t chunk,
				 const struct store_terms *terms, size_t rows);

#endif
