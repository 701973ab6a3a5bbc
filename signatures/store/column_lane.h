/*
 * column_lane.h - numbers of one or two bytes, side by side, compared 64 at
 * once.
 */
#ifndef STORE_COLUMN_LANE_H
#define STORE_COLUMN_LANE_H

#include <endian.h>
#include <string.h>

#include "signatures/base/bits.h"

struct column_lane {
	const uint8_t *data;
	unsigned int width;
	size_t rows;
};

static inline unsigned int column_lane_number(const struct column_lane *lane,
					      size_t row)
{
	const uint8_t *at = lane->data + row * lane->width;

	return lane->width == 1 ? *at : *at | (unsigned int)at[1] << 8;
}

static inline uint64_t column_lane_bytes(const uint8_t *data, uint8_t least,
					 uint8_t span)
{
	uint8_t yes[64];

	for (size_t i = 0; i < 64; i++)
		yes[i] = (uint8_t)(data[i] - least) <= span;
	return bits_of_bytes(yes);
}

static inline uint64_t column_lane_pairs(const uint8_t *data, uint16_t least,
					 uint16_t span)
{
	uint16_t numbers[64];
	uint8_t yes[64];

	memcpy(numbers, data, sizeof(numbers));
	for (size_t i = 0; i < 64; i++)
		yes[i] = (uint16_t)(le16toh(numbers[i]) - least) <= span;
	return bits_of_bytes(yes);
}

/*
 * Of the 64 rows from first on, which have these bits, those with a number from
 * least to most; none if least is above most.
 */
static inline uint64_t column_lane_word(const struct column_lane *lane,
					size_t first, uint64_t word,
					unsigned int least, unsigned int most)
{
	const uint8_t *data = lane->data + first * lane->width;
	const unsigned int span = most - least;
	uint64_t kept = 0;

	if (!word || least > most)
		return 0;
	if (first + 64 <= lane->rows)
		return word &
		       (lane->width == 1
				? column_lane_bytes(data, (uint8_t)least,
						    (uint8_t)span)
				: column_lane_pairs(data, (uint16_t)least,
						    (uint16_t)span));
	for (; word; word &= word - 1) {
		const size_t row = first + (size_t)__builtin_ctzll(word);

		if (row < lane->rows &&
		    column_lane_number(lane, row) - least <= span)
			kept |= word & -word;
	}
	return kept;
}

#endif
