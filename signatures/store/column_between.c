#include "signatures/base/bits.h"
#include "signatures/store/column.h"
#include "signatures/store/column_lane.h"
#include "signatures/store/column_split.h"

enum {
	WORD_BITS = 64
};

/* Of different numbers, rising, the places + 1 of those from low to high. */
static bool want_listed(const struct column_chunk *it, uint64_t low,
			uint64_t high, struct column_wanted *ret)
{
	size_t below = 0, up_to = 0;

	for (size_t i = 0; i < it->listed; i++) {
		const uint64_t number =
			column_chunk_load(it->list + i * COLUMN_WIDEST);

		below += number < low;
		up_to += number <= high;
	}
	*ret = (struct column_wanted){ below + 1, up_to };
	return below < up_to;
}

/*
 * False where no row can have such a number.  An end that no row is beyond is
 * as far out as it goes, so that higher lanes say it.
 */
static bool want_plain(const struct column_chunk *it, uint64_t low,
		       uint64_t high, struct column_wanted *ret)
{
	const uint64_t least = it->base + 1;
	const uint64_t most =
		it->width ? column_chunk_mask(it->width) : it->most - it->base;

	if (low > it->most || high < least)
		return false;
	ret->least =
		low > least || low == high ? low - it->base : !it->is_whole;
	ret->most = high < it->most || low == high ? high - it->base : most;
	return ret->most <= most && ret->least <= ret->most;
}

/* One number; several are looked at as they are meant. */
static bool want_folded(const struct column_chunk *it, uint64_t number,
			struct column_wanted *ret)
{
	const uint64_t stands = column_fold(number) - it->base;

	*ret = (struct column_wanted){ stands, stands };
	return stands && stands <= column_chunk_mask(it->width);
}

static bool is_wanted(const struct column_wanted *wanted, uint64_t number)
{
	return number - wanted->least <= wanted->most - wanted->least;
}

/* One by one: the end of a chunk, and widths that are no machine's. */
static uint64_t keep_rows(const struct column_chunk *it,
			  const struct column_wanted *wanted, size_t first,
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

static uint64_t word_any(const uint8_t *data, unsigned int width, uint64_t mask,
			 const struct column_wanted *wanted)
{
	uint64_t kept = 0;

	for (unsigned int i = 0; i < WORD_BITS; i++, data += width)
		kept |= (uint64_t)is_wanted(wanted,
					    column_chunk_load(data) & mask)
			<< i;
	return kept;
}

static void keep_lane(const struct column_chunk *it,
		      const struct column_wanted *wanted, uint64_t *bits,
		      size_t rows)
{
	const unsigned int wide = 8 * it->width;
	const struct column_lane lane = { it->data, it->bits ? it->bits : wide,
					  it->rows };

	column_lane_keep(&lane, (unsigned int)wanted->least,
			 (unsigned int)wanted->most, bits,
			 (rows + WORD_BITS - 1) / WORD_BITS);
}

static void keep_any(const struct column_chunk *it,
		     const struct column_wanted *wanted, uint64_t *bits,
		     size_t rows)
{
	const uint64_t mask = column_chunk_mask(it->width);
	const size_t fast = column_chunk_fast(it);

	for (size_t first = 0; first < rows; first += WORD_BITS) {
		uint64_t *word = &bits[first / WORD_BITS];

		if (first + WORD_BITS > fast)
			*word = keep_rows(it, wanted, first, *word, fast, mask);
		else if (*word)
			*word &= word_any(it->data + first * it->width,
					  it->width, mask, wanted);
	}
}

static void keep(struct store *store, const struct btree_key *key,
		 const struct column_chunk *it,
		 const struct column_wanted *wanted, uint64_t *bits,
		 size_t rows)
{
	if (it->is_split)
		column_split_keep(store, key, it, wanted, bits, rows);
	else if (it->width == 1 || it->width == COLUMN_LANE)
		keep_lane(it, wanted, bits, rows);
	else
		keep_any(it, wanted, bits, rows);
}

/* What has no order that stands in the rows is looked at as it is meant. */
static void keep_meant(const struct column_chunk *it, uint64_t low,
		       uint64_t high, uint64_t *bits, size_t rows)
{
	const struct column_wanted wanted = { low, high };
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
		 struct column_wanted *ret)
{
	if (it->list)
		return want_listed(it, low, high, ret);
	return it->is_folded ? want_folded(it, low, ret)
			     : want_plain(it, low, high, ret);
}

static bool is_meant(const struct column_chunk *it, bool is_one)
{
	return it->width == COLUMN_WIDEST || (it->is_folded && !is_one);
}

/* As little is read as will do, and what is narrow stays so. */
static bool begin(struct store *store, uint8_t field, uint32_t chunk,
		  bool is_one, struct column_chunk *ret)
{
	if (!store->has_split)
		return column_chunk_open(store, field, chunk, ret);
	if (!is_one) {
		if (!column_chunk_head(store, field, chunk, ret))
			return false;
		if (ret->is_split && !is_meant(ret, is_one))
			return true;
	}
	if (!column_chunk_begin(store, field, chunk, ret))
		return false;
	return ret->is_split && is_meant(ret, is_one)
		       ? column_chunk_open(store, field, chunk, ret)
		       : true;
}

void column_between(struct store *store, uint8_t field, uint32_t chunk,
		    uint64_t low, uint64_t high, uint64_t *bits, size_t rows)
{
	const struct btree_key key = column_form_key(field, chunk);
	struct column_chunk it;
	struct column_wanted wanted;

	if (low > high || !begin(store, field, chunk, low == high, &it))
		memset(bits, 0, (rows + WORD_BITS - 1) / WORD_BITS * 8);
	else if (is_meant(&it, low == high))
		keep_meant(&it, low, high, bits, rows);
	else if (want(&it, low, high, &wanted))
		keep(store, &key, &it, &wanted, bits, rows);
	else
		memset(bits, 0, (rows + WORD_BITS - 1) / WORD_BITS * 8);
}

void column_between_none(struct store *store, uint8_t field, uint32_t chunk,
			 uint64_t bits[COLUMN_WORDS])
{
	const struct btree_key key = column_form_key(field, chunk);
	const struct column_wanted none = { 0, 0 };
	struct column_chunk it;
	size_t behind;

	memset(bits, 0xff, COLUMN_WORDS * sizeof(*bits));
	if (!begin(store, field, chunk, true, &it))
		return;
	keep(store, &key, &it, &none, bits, STORE_CHUNK_ROWS);
	/* Rows behind the last that has any are not in the chunk. */
	behind = it.rows / WORD_BITS;
	if (it.rows % WORD_BITS)
		bits[behind++] |= UINT64_MAX << it.rows % WORD_BITS;
	memset(bits + behind, 0xff, (COLUMN_WORDS - behind) * sizeof(*bits));
}
