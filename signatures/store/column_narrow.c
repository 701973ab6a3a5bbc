#include "signatures/store/column_narrow.h"

#include <string.h>

#include "signatures/store/column_form.h"

enum {
	ROWS = 64,
	BYTE_BITS = 8
};

unsigned int column_narrow_bits(unsigned int width)
{
	switch (width) {
	case COLUMN_TWO_BITS:
		return 2;
	case COLUMN_FOUR_BITS:
		return 4;
	default:
		return 0;
	}
}

unsigned int column_narrow_width(uint64_t most)
{
	if (most < 4)
		return COLUMN_TWO_BITS;
	return most < 16 ? COLUMN_FOUR_BITS : 1;
}

/* Of 64 rows. */
static size_t block_bytes(unsigned int bits)
{
	return ROWS * bits / BYTE_BITS;
}

size_t column_narrow_bytes(unsigned int bits, size_t rows)
{
	return (rows + ROWS - 1) / ROWS * block_bytes(bits);
}

size_t column_narrow_place(unsigned int bits, size_t row)
{
	const size_t bytes = block_bytes(bits);

	return row / ROWS * bytes + row % bytes;
}

static unsigned int shift_of(unsigned int bits, size_t row)
{
	return bits * (unsigned int)(row % ROWS / block_bytes(bits));
}

uint8_t column_narrow_number(unsigned int bits, size_t row, uint8_t byte)
{
	return byte >> shift_of(bits, row) & ((1u << bits) - 1);
}

/* The compiler knows how many bits, and makes vectors of it. */
static inline void unpack(unsigned int bits, const uint8_t *from, size_t rows,
			  uint8_t *to)
{
	const size_t bytes = ROWS * bits / BYTE_BITS;
	const unsigned int mask = (1u << bits) - 1;

	for (size_t first = 0; first < rows; first += ROWS, from += bytes)
		for (unsigned int part = 0; part < BYTE_BITS / bits; part++)
			for (size_t i = 0; i < bytes; i++)
				*to++ = from[i] >> part * bits & mask;
}

void column_narrow_unpack(unsigned int bits, const uint8_t *from, size_t rows,
			  uint8_t *to)
{
	if (bits == 2)
		unpack(2, from, rows, to);
	else
		unpack(4, from, rows, to);
}

void column_narrow_pack(unsigned int bits, const uint8_t *from, size_t rows,
			uint8_t *to)
{
	memset(to, 0, column_narrow_bytes(bits, rows));
	for (size_t row = 0; row < rows; row++)
		to[column_narrow_place(bits, row)] |=
			(uint8_t)(from[row] << shift_of(bits, row));
}
