#include "signatures/base/bits.h"
#include "signatures/store/column.h"
#include "signatures/store/column_chunk.h"

enum {
	WORD_BITS = 64
};

/* What stands in the rows that are kept: numbers from least to most. */
struct wanted {
	uint64_t least, most;
};

/* Of different numbers, rising, the places + 1 of those from low to high. */
static bool want_listed(const struct column_chunk *it, uint64_t low,
			uint64_t high, struct wanted *ret)
{
	size_t below = 0, up_to = 0;

	for (size_t i = 0; i < it->listed; i++) {
		const uint64_t number =
			column_chunk_load(it->list + i * COLUMN_WIDEST);

		below += number < low;
		up_to += number <= high;
	}
	*ret = (struct wanted){ below + 1, up_to };
	return below < up_to;
}

/* False where no row can have such a number. */
static bool want_plain(const struct column_chunk *it, uint64_t low,
		       uint64_t high, struct wanted *ret)
{
	const uint64_t least = it->base + 1;

	if (low < least)
		low = least;
	if (high > it->most)
		high = it->most;
	*ret = (struct wanted){ low - it->base, high - it->base };
	return low <= high &&
	       ret->most <= (it->width ? column_chunk_mask(it->width) : 1);
}

/* One number; several are looked at as they are meant. */
static bool want_folded(const struct column_chunk *it, uint64_t number,
			struct wanted *ret)
{
	const uint64_t stands = column_fold(number) - it->base;

	*ret = (struct wanted){ stands, stands };
	return stands && stands <= column_chunk_mask(it->width);
}

static bool is_wanted(const struct wanted *wanted, uint64_t number)
{
	return number - wanted->least <= wanted->most - wanted->least;
}

/* One by one: the end of a chunk, and widths that are no machine's. */
static uint64_t keep_rows(const struct column_chunk *it,
			  const struct wanted *wanted, size_t first,
			  uint64_t word, size_t fast, uint64_t mask)
{
	uint64_t kept = 0;

	for (; word; word &= word - 1) {
		const size_t row = first + (size_t)__builtin_ctzll(word);

		if (row < it->rows &&
		    is_wanted(wanted, column_chunk_number(it, row, fast, mask)))
			kept |= word & -word;
	}
	return kept;
}

static uint64_t word_1(const uint8_t *data, const struct wanted *wanted)
{
	const uint8_t least = (uint8_t)wanted->least;
	const uint8_t span = (uint8_t)(wanted->most - wanted->least);
	uint8_t yes[WORD_BITS];

	for (size_t i = 0; i < WORD_BITS; i++)
		yes[i] = (uint8_t)(data[i] - least) <= span;
	return bits_of_bytes(yes);
}

static uint64_t word_2(const uint8_t *data, const struct wanted *wanted)
{
	const uint16_t least = (uint16_t)wanted->least;
	const uint16_t span = (uint16_t)(wanted->most - wanted->least);
	uint16_t numbers[WORD_BITS];
	uint8_t yes[WORD_BITS];

	memcpy(numbers, data, sizeof(numbers));
	for (size_t i = 0; i < WORD_BITS; i++)
		yes[i] = (uint16_t)(le16toh(numbers[i]) - least) <= span;
	return bits_of_bytes(yes);
}

static uint64_t word_any(const uint8_t *data, unsigned int width, uint64_t mask,
			 const struct wanted *wanted)
{
	uint64_t kept = 0;

	for (unsigned int i = 0; i < WORD_BITS; i++, data += width)
		kept |= (uint64_t)is_wanted(wanted,
					    column_chunk_load(data) & mask)
			<< i;
	return kept;
}

static void keep(const struct column_chunk *it, const struct wanted *wanted,
		 uint64_t *bits, size_t rows)
{
	const uint64_t mask = column_chunk_mask(it->width);
	const size_t fast = column_chunk_fast(it);

	for (size_t first = 0; first < rows; first += WORD_BITS) {
		const uint8_t *data = it->data + first * it->width;
		uint64_t *word = &bits[first / WORD_BITS];

		if (!*word)
			continue;
		if (first + WORD_BITS > fast)
			*word = keep_rows(it, wanted, first, *word, fast, mask);
		else if (it->width == 1)
			*word &= word_1(data, wanted);
		else if (it->width == 2)
			*word &= word_2(data, wanted);
		else
			*word &= word_any(data, it->width, mask, wanted);
	}
}

/* What has no order that stands in the rows is looked at as it is meant. */
static void keep_meant(const struct column_chunk *it, uint64_t low,
		       uint64_t high, uint64_t *bits, size_t rows)
{
	const struct wanted wanted = { low, high };
	const uint64_t mask = column_chunk_mask(it->width);
	const size_t fast = column_chunk_fast(it);

	for (size_t row = 0; row < rows; row++) {
		uint64_t number = STORE_NO_NUMBER;

		if (!(bits[row / WORD_BITS] >> row % WORD_BITS & 1))
			continue;
		if (row < it->rows)
			number = column_chunk_number(it, row, fast, mask);
		if (number != STORE_NO_NUMBER && it->width != COLUMN_WIDEST)
			number = number ? column_chunk_meant(it, number,
							     STORE_NO_NUMBER)
					: STORE_NO_NUMBER;
		if (number == STORE_NO_NUMBER || !is_wanted(&wanted, number))
			bits[row / WORD_BITS] &=
				~(UINT64_C(1) << row % WORD_BITS);
	}
}

/* False where no row can be wanted. */
static bool want(const struct column_chunk *it, uint64_t low, uint64_t high,
		 struct wanted *ret)
{
	if (it->list)
		return want_listed(it, low, high, ret);
	return it->is_folded ? want_folded(it, low, ret)
			     : want_plain(it, low, high, ret);
}

void column_between(struct store *store, uint8_t field, uint32_t chunk,
		    uint64_t low, uint64_t high, uint64_t *bits, size_t rows)
{
	struct column_chunk it;
	struct wanted wanted;

	if (low > high || !column_chunk_open(store, field, chunk, &it))
		memset(bits, 0, (rows + WORD_BITS - 1) / WORD_BITS * 8);
	else if (it.width == COLUMN_WIDEST || (it.is_folded && low != high))
		keep_meant(&it, low, high, bits, rows);
	else if (want(&it, low, high, &wanted))
		keep(&it, &wanted, bits, rows);
	else
		memset(bits, 0, (rows + WORD_BITS - 1) / WORD_BITS * 8);
}

void column_between_none(struct store *store, uint8_t field, uint32_t chunk,
			 uint64_t *bits)
{
	const struct wanted none = { 0, 0 };
	struct column_chunk it;
	size_t first;

	if (!column_chunk_open(store, field, chunk, &it))
		return;
	/* Rows behind the last that has any are not in the chunk. */
	first = it.rows / WORD_BITS;
	keep(&it, &none, bits, first * WORD_BITS);
	if (it.rows % WORD_BITS)
		bits[first] &= UINT64_MAX << it.rows % WORD_BITS |
			       keep_rows(&it, &none, first * WORD_BITS,
					 bits[first], 0, 0);
}
