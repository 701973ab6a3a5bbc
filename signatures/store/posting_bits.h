/*
 * posting_bits.h - the bytes of a posting list straight into bits, a bit a row.
 *
 * Who asks which rows several lists have in common wants a set of the whole
 * store anyway; between the bytes and its bits there is nothing to be made.
 */
#ifndef STORE_POSTING_BITS_H
#define STORE_POSTING_BITS_H

#include "signatures/base/bytes.h"

/*
 * Set the bits of the rows that one chunk holds, whose first row is first_row;
 * bits has row_count of them, and rows beyond are passed over.  False if the
 * bytes make no sense.
 */
bool posting_bits_set(struct bytes in, uint32_t first_row, uint64_t *bits,
		      uint32_t row_count);

/* Clear those of the chunk that it does not hold. */
bool posting_bits_keep(struct bytes in, uint32_t first_row, uint64_t *bits,
		       uint32_t row_count);

#endif
