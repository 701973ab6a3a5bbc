/*
 * column_lane.h - numbers of two bits, four, eight or sixteen, side by side,
 * compared 64 at once.
 *
 * How those of less than a byte lie is in column_narrow.h.
 */
#ifndef STORE_COLUMN_LANE_H
#define STORE_COLUMN_LANE_H

#include <endian.h>
#include <string.h>

#include "signatures/base/bits.h"
#include "signatures/store/column_narrow.h"

struct column_lane {
	const uint8_t *data;
	unsigned int bits;
	size_t rows;
};

static inline unsigned int column_lane_number(const struct column_lane *lane,
					      size_t row)
{
	const uint8_t *data = lane->data;

	if (lane->bits < 8)
		return column_narrow_number(
			lane->bits, row,
			data[column_narrow_place(lane->bits, row)]);
	return lane->bits == 8
		       ? data[row]
		       : data[2 * row] | (unsigned int)data[2 * row + 1] << 8;
}

#ifdef __SSE2__

static inline __m128i column_lane_load(const uint8_t *data)
{
	return _mm_loadu_si128((const __m128i *)(const void *)data);
}

/* Of 16 bytes those from least to least + span: nothing is left of these. */
static inline uint64_t column_lane_inside(__m128i some, unsigned int least,
					  unsigned int span)
{
	const __m128i above =
		_mm_subs_epu8(_mm_sub_epi8(some, _mm_set1_epi8((char)least)),
			      _mm_set1_epi8((char)span));

	return (uint32_t)_mm_movemask_epi8(
		_mm_cmpeq_epi8(above, _mm_setzero_si128()));
}

static inline uint64_t column_lane_bytes(const uint8_t *data,
					 unsigned int least, unsigned int span)
{
	uint64_t word = 0;

	for (unsigned int i = 0; i < 64; i += 16)
		word |= column_lane_inside(column_lane_load(data + i), least,
					   span)
			<< i;
	return word;
}

static inline uint64_t column_lane_narrow(const uint8_t *data,
					  unsigned int bits, unsigned int least,
					  unsigned int span)
{
	const __m128i mask = _mm_set1_epi8((char)((1 << bits) - 1));
	const unsigned int bytes = 8 * bits;
	uint64_t word = 0;

	for (unsigned int i = 0; i < bytes; i += 16) {
		__m128i some = column_lane_load(data + i);

		for (unsigned int at = i; at < 64; at += bytes) {
			word |= column_lane_inside(_mm_and_si128(some, mask),
						   least, span)
				<< at;
			some = _mm_srli_epi16(some, (int)bits);
		}
	}
	return word;
}

/* Eight pairs: as bytes are, but a pair of them comes to all bits or none. */
static inline __m128i column_lane_eight(const uint8_t *data, unsigned int least,
					unsigned int span)
{
	const __m128i above =
		_mm_subs_epu16(_mm_sub_epi16(column_lane_load(data),
					     _mm_set1_epi16((short)least)),
			       _mm_set1_epi16((short)span));

	return _mm_cmpeq_epi16(above, _mm_setzero_si128());
}

static inline uint64_t column_lane_pairs(const uint8_t *data,
					 unsigned int least, unsigned int span)
{
	uint64_t word = 0;

	for (unsigned int i = 0; i < 64; i += 16, data += 32) {
		const __m128i yes = _mm_packs_epi16(
			column_lane_eight(data, least, span),
			column_lane_eight(data + 16, least, span));

		word |= (uint64_t)(uint32_t)_mm_movemask_epi8(yes) << i;
	}
	return word;
}

#else

static inline uint64_t column_lane_bytes(const uint8_t *data,
					 unsigned int least, unsigned int span)
{
	uint8_t yes[64];

	for (size_t i = 0; i < 64; i++)
		yes[i] = (uint8_t)(data[i] - least) <= span;
	return bits_of_bytes(yes);
}

static inline uint64_t column_lane_narrow(const uint8_t *data,
					  unsigned int bits, unsigned int least,
					  unsigned int span)
{
	uint8_t numbers[64];

	column_narrow_unpack(bits, data, 64, numbers);
	return column_lane_bytes(numbers, least, span);
}

static inline uint64_t column_lane_pairs(const uint8_t *data,
					 unsigned int least, unsigned int span)
{
	uint16_t numbers[64];
	uint8_t yes[64];

	memcpy(numbers, data, sizeof(numbers));
	for (size_t i = 0; i < 64; i++)
		yes[i] = (uint16_t)(le16toh(numbers[i]) - least) <= span;
	return bits_of_bytes(yes);
}

#endif

/* Of 64 rows, the end of a lane among them, those that have a bit. */
static inline uint64_t column_lane_end(const struct column_lane *lane,
				       size_t first, uint64_t word,
				       unsigned int least, unsigned int span)
{
	uint64_t kept = 0;

	for (; word; word &= word - 1) {
		const size_t row = first + (size_t)__builtin_ctzll(word);

		if (row < lane->rows &&
		    column_lane_number(lane, row) - least <= span)
			kept |= word & -word;
	}
	return kept;
}

/*
 * Clear the bits of rows without a number from least to most; all of them if
 * least is above most.  No word is passed over: that would cost more.
 */
static inline void column_lane_keep(const struct column_lane *lane,
				    unsigned int least, unsigned int most,
				    uint64_t *bits, size_t words)
{
	const size_t whole = lane->rows / 64 < words ? lane->rows / 64 : words;
	const uint8_t *data = lane->data;
	const unsigned int span = most - least;

	if (least > most) {
		memset(bits, 0, words * sizeof(*bits));
		return;
	}
	if (lane->bits == 2)
		for (size_t i = 0; i < whole; i++)
			bits[i] &= column_lane_narrow(data + 16 * i, 2, least,
						      span);
	else if (lane->bits == 4)
		for (size_t i = 0; i < whole; i++)
			bits[i] &= column_lane_narrow(data + 32 * i, 4, least,
						      span);
	else if (lane->bits == 8)
		for (size_t i = 0; i < whole; i++)
			bits[i] &=
				column_lane_bytes(data + 64 * i, least, span);
	else
		for (size_t i = 0; i < whole; i++)
			bits[i] &=
				column_lane_pairs(data + 128 * i, least, span);
	for (size_t i = whole; i < words; i++)
		bits[i] = column_lane_end(lane, 64 * i, bits[i], least, span);
}

#endif
