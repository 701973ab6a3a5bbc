/*
 * column.h - one number a row, in chunks of STORE_CHUNK_ROWS, as bytes.
 */
#ifndef STORE_COLUMN_H
#define STORE_COLUMN_H

#include "signatures/store/btree.h"
#include "signatures/store/store_read.h"

/*
 * Terms of a FIELD_COLUMN, list parts, or the numbers of a FIELD_RAW; rows that
 * have none hold none.  Always whole chunks.
 */
uint64_t column_none(const struct field *field);

void column_read(struct store *store, uint8_t field, uint64_t none,
		 uint32_t chunk, uint64_t values[STORE_CHUNK_ROWS]);
void column_write(struct store *store, uint8_t field, uint64_t none,
		  uint32_t chunk, const uint64_t values[STORE_CHUNK_ROWS]);

void column_write_nothing(struct store *store, uint8_t field, uint32_t chunk);

/* Columns of a store of before as they are written today, with heads beside. */
void column_write_again(struct store *store);

/* The same for 32-bit numbers whose none is 0, which is what is scanned. */
void column_read_terms(struct store *store, uint8_t field, uint32_t chunk,
		       uint32_t terms[STORE_CHUNK_ROWS]);

/*
 * The same of the rows alone that have a bit, among the first so many of the
 * chunk: what the others are given is not touched.
 */
void column_pick(struct store *store, uint8_t field, uint64_t none,
		 uint32_t chunk, const uint64_t *bits, size_t rows,
		 uint64_t values[STORE_CHUNK_ROWS]);
void column_pick_terms(struct store *store, uint8_t field, uint32_t chunk,
		       const uint64_t *bits, size_t rows,
		       uint32_t terms[STORE_CHUNK_ROWS]);

/* Of one row; of the chunk as little is read as will do. */
uint64_t column_at(struct store *store, uint8_t field, uint64_t none,
		   uint32_t chunk, size_t row);

/* Bounds of what a chunk holds; false if it holds nothing. */
bool column_range(struct store *store, uint8_t field, uint32_t chunk,
		  struct store_range *ret);

/* The rows of a chunk that hold this term, or none (0), a bit each. */
#define COLUMN_WORDS (STORE_CHUNK_ROWS / 64)
void column_equal(struct store *store, uint8_t field, uint32_t chunk,
		  uint32_t term, uint64_t bits[COLUMN_WORDS]);
/* ... or none, without a look at the head. */
void column_between_none(struct store *store, uint8_t field, uint32_t chunk,
			 uint64_t bits[COLUMN_WORDS]);

/*
 * Of the first so many rows of the chunk that have a bit, clear those that have
 * no number, or term, from low to high.
 */
void column_between(struct store *store, uint8_t field, uint32_t chunk,
		    uint64_t low, uint64_t high, uint64_t *bits, size_t rows);

/*
 * Of the first so many rows of the chunk that have a bit, clear those whose
 * term, or 0, is not among these.
 */
void column_keep(struct store *store, uint8_t field, uint32_t chunk,
		 const struct store_terms *terms, uint64_t *bits, size_t rows);

#endif
