/*
 * posting.h - the set of rows (or of list parts) that have a term, as bytes.
 *
 * Those of a chunk, whichever is shorter, the first if they are equal:
 *
 *   1 = 0   varints: the first row, then each less the one before, less 1
 *   1 = 1   rows in CRoaring's portable format
 *
 * The first form counts rows from the first of the chunk.
 */
#ifndef STORE_POSTING_H
#define STORE_POSTING_H

#include "signatures/store/btree.h"

enum posting_form {
	POSTING_GAPS,
	POSTING_ROARING
};

struct roaring_bitmap_s;

struct btree_key posting_key(uint8_t field, uint32_t term, uint16_t chunk);

/* Add what the bytes hold to rows; false if they make no sense. */
bool posting_decode(struct bytes in, uint32_t first_row,
		    struct roaring_bitmap_s *rows);

/* The same one by one, rising, without a set of them. */
typedef void posting_take(void *closure, uint32_t row);
bool posting_walk(struct bytes in, uint32_t first_row, posting_take *take,
		  void *closure);

/* Of one chunk, first_row its first; arranges rows to be short. */
struct bytes posting_encode(struct roaring_bitmap_s *rows, uint32_t first_row,
			    struct arena *arena);

#endif
