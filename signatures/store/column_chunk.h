/*
 * column_chunk.h - a chunk of a column, opened: where its rows lie.
 *
 * For the files of this room that read columns; the bytes are in column_form.h.
 */
#ifndef STORE_COLUMN_CHUNK_H
#define STORE_COLUMN_CHUNK_H

#include <endian.h>
#include <string.h>

#include "signatures/store/column_form.h"
#include "signatures/store/store_read.h"

struct column_chunk {
	unsigned int width;
	unsigned int bits; /* in the store, of a row that is narrow; else 0 */
	bool is_whole;	   /* no row is without */
	bool is_folded;
	bool is_listed;
	bool is_split;
	bool is_told;
	uint64_t base, most;
	size_t rows;
	const uint8_t *list; /* of so many; NULL: there is none */
	size_t listed;
	const uint8_t *data; /* until the next chunk is opened */
};

bool column_chunk_open(struct store *store, uint8_t field, uint32_t chunk,
		       struct column_chunk *ret);
/*
 * The same, but of a chunk that is split the lowest lane alone is read, and
 * what is narrow stays so.
 */
bool column_chunk_begin(struct store *store, uint8_t field, uint32_t chunk,
			struct column_chunk *ret);
/* Without its rows, and without its list. */
bool column_chunk_head(struct store *store, uint8_t field, uint32_t chunk,
		       struct column_chunk *ret);

static inline uint64_t column_chunk_load(const uint8_t *at)
{
	uint64_t number;

	memcpy(&number, at, sizeof(number));
	return le64toh(number);
}

static inline uint64_t column_chunk_bytes(const uint8_t *at, unsigned int width)
{
	uint64_t number = 0;

	for (unsigned int i = width; i > 0; i--)
		number = number << 8 | at[i - 1];
	return number;
}

static inline uint64_t column_chunk_mask(unsigned int width)
{
	return width < COLUMN_WIDEST ? ~(UINT64_MAX << 8 * width) : UINT64_MAX;
}

/* How many rows have eight bytes at their place, so that one load does. */
static inline size_t column_chunk_fast(const struct column_chunk *it)
{
	const size_t size = it->rows * it->width;

	return it->width && !it->is_split && size >= COLUMN_WIDEST
		       ? (size - COLUMN_WIDEST) / it->width + 1
		       : 0;
}

/* Of a row of so many bytes, in a chunk that is split, a lane's. */
static inline uint64_t column_chunk_lane(const struct column_chunk *it,
					 unsigned int width, unsigned int byte,
					 size_t row)
{
	const uint8_t *lane = it->data + byte * it->rows;
	uint16_t pair;

	if (byte + 1 == width)
		return lane[row];
	memcpy(&pair, lane + COLUMN_LANE * row, sizeof(pair));
	return le16toh(pair);
}

static inline uint64_t column_chunk_join(const struct column_chunk *it,
					 unsigned int width, size_t row)
{
	uint64_t number = 0;

	for (unsigned int byte = 0; byte < width; byte += COLUMN_LANE)
		number |= column_chunk_lane(it, width, byte, row) << 8 * byte;
	return number;
}

/* The same: of the usual widths the compiler knows how many lanes there are. */
static inline uint64_t column_chunk_joined(const struct column_chunk *it,
					   size_t row)
{
	switch (it->width) {
	case 3:
		return column_chunk_join(it, 3, row);
	case 4:
		return column_chunk_join(it, 4, row);
	case 5:
		return column_chunk_join(it, 5, row);
	case 6:
		return column_chunk_join(it, 6, row);
	default:
		return column_chunk_join(it, it->width, row);
	}
}

/* What stands in a row, wherever it lies. */
static inline uint64_t column_chunk_number(const struct column_chunk *it,
					   size_t row, size_t fast,
					   uint64_t mask)
{
	const uint8_t *at = it->data + row * it->width;

	if (row < fast)
		return column_chunk_load(at) & mask;
	if (it->is_split)
		return column_chunk_joined(it, row);
	return it->width ? column_chunk_bytes(at, it->width) : 1;
}

/* What a row that has this, which is not none, is said to have. */
static inline uint64_t column_chunk_meant(const struct column_chunk *it,
					  uint64_t number, uint64_t none)
{
	if (it->list)
		return number && number <= it->listed
			       ? column_chunk_load(it->list +
						   (number - 1) * COLUMN_WIDEST)
			       : none;
	return it->is_folded ? column_unfold(number + it->base)
			     : number + it->base;
}

#endif
