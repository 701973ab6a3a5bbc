#include "signatures/store/column.h"

#include <string.h>

#include "signatures/base/bits.h"
#include "signatures/store/column_narrow.h"
#include "signatures/store/column_split.h"

enum {
	WORD_BITS = 64,
	MANY_ROWS = 16 /* of a word: all 64 are as quick */
};

uint64_t column_none(const struct field *field)
{
	return field && field->index == FIELD_RAW ? STORE_NO_NUMBER : 0;
}

/*
 * A row's term, 0 if it has none.  Who knows that one load does for each row
 * says so by ALL_ROWS, and nothing is asked.
 */
#define ALL_ROWS SIZE_MAX
static inline uint32_t term_in(const struct column_chunk *it, size_t row,
			       size_t fast, uint64_t mask)
{
	uint32_t number = 0;

	if (fast == ALL_ROWS)
		number = (uint32_t)(column_chunk_load(it->data +
						      row * it->width) &
				    mask);
	else if (row < it->rows)
		number = (uint32_t)column_chunk_number(it, row, fast, mask);
	return number ? (uint32_t)it->base + number : 0;
}

static void read_plain(const struct column_chunk *it, uint64_t none,
		       uint64_t *values)
{
	size_t row = 0, fast;

	if (it->width == COLUMN_WIDEST)
		for (; row < it->rows; row++)
			values[row] = column_chunk_load(it->data +
							row * COLUMN_WIDEST);
	fast = column_chunk_fast(it);
	if (row < fast) {
		const uint64_t mask = ~(UINT64_MAX << 8 * it->width);

		for (; row < fast; row++) {
			const uint64_t number =
				column_chunk_load(it->data + row * it->width) &
				mask;

			values[row] = number ? number + it->base : none;
		}
	}
	for (; row < it->rows; row++) {
		const uint64_t number =
			it->width
				? column_chunk_bytes(it->data + row * it->width,
						     it->width)
				: 1;

		values[row] = number ? number + it->base : none;
	}
}

static void read_meant(const struct column_chunk *it, uint64_t none,
		       uint64_t *values)
{
	const uint64_t mask = column_chunk_mask(it->width);
	const size_t fast = column_chunk_fast(it);

	for (size_t row = 0; row < it->rows; row++) {
		const uint64_t number =
			column_chunk_number(it, row, fast, mask);

		values[row] =
			number ? column_chunk_meant(it, number, none) : none;
	}
}

/* Width is known to the compiler, which makes vectors of it. */
static inline void join_lanes(const struct column_chunk *it, uint64_t none,
			      uint64_t *values, unsigned int width)
{
	for (size_t row = 0; row < it->rows; row++) {
		const uint64_t number = column_chunk_join(it, width, row);

		values[row] = number ? number + it->base : none;
	}
}

static void read_split(const struct column_chunk *it, uint64_t none,
		       uint64_t *values)
{
	switch (it->width) {
	case 3:
		join_lanes(it, none, values, 3);
		break;
	case 4:
		join_lanes(it, none, values, 4);
		break;
	case 5:
		join_lanes(it, none, values, 5);
		break;
	case 6:
		join_lanes(it, none, values, 6);
		break;
	case 7:
		join_lanes(it, none, values, 7);
		break;
	default: /* these are as they are meant */
		for (size_t row = 0; row < it->rows; row++)
			values[row] = column_chunk_joined(it, row);
	}
}

void column_read(struct store *store, uint8_t field, uint64_t none,
		 uint32_t chunk, uint64_t values[STORE_CHUNK_ROWS])
{
	struct column_chunk it = { 0 };

	if (!column_chunk_open(store, field, chunk, &it))
		it.rows = 0;
	if (it.list || it.is_folded)
		read_meant(&it, none, values);
	else if (it.is_split)
		read_split(&it, none, values);
	else
		read_plain(&it, none, values);
	for (size_t row = it.rows; row < STORE_CHUNK_ROWS; row++)
		values[row] = none;
}

/* A row's number, of a chunk that was not read but for its head. */
static bool read_number(struct store *store, const struct btree_key *key,
			const struct column_chunk *it, size_t row,
			uint64_t *ret)
{
	const size_t place =
		it->bits ? column_narrow_place(it->bits, row) : row * it->width;
	struct bytes in;

	*ret = 1;
	if (it->width == 0)
		return true;
	if (it->is_split)
		return column_split_number(store, key, it, row, ret);
	if (!btree_part(store, SCHEMA_COLUMN, key, COLUMN_HEAD_BYTES + place,
			it->width, &in) ||
	    bytes_left(&in) < it->width)
		return false;
	*ret = it->bits ? column_narrow_number(it->bits, row, *in.next)
			: column_chunk_bytes(in.next, it->width);
	return true;
}

uint64_t column_at(struct store *store, uint8_t field, uint64_t none,
		   uint32_t chunk, size_t row)
{
	const struct btree_key key = column_form_key(field, chunk);
	struct column_chunk it;
	uint64_t number;

	if (!column_chunk_head(store, field, chunk, &it) || row >= it.rows)
		return none;
	if (it.is_listed) {
		/* The rows of the chunk may be fewer than its head says. */
		if (!column_chunk_open(store, field, chunk, &it) ||
		    row >= it.rows)
			return none;
		number = column_chunk_number(&it, row, 0, 0);
	} else if (!read_number(store, &key, &it, row, &number)) {
		return none;
	}
	return number || it.width == COLUMN_WIDEST
		       ? column_chunk_meant(&it, number, none)
		       : none;
}

bool column_range(struct store *store, uint8_t field, uint32_t chunk,
		  struct store_range *ret)
{
	struct column_chunk it;

	if (!column_chunk_head(store, field, chunk, &it))
		return false;
	*ret = (struct store_range){
		.least = it.width == COLUMN_WIDEST || it.is_folded
				 ? 0
				 : it.base + 1,
		.most = it.most,
		.with = it.is_whole ? it.rows : 0,
	};
	return true;
}

void column_pick(struct store *store, uint8_t field, uint64_t none,
		 uint32_t chunk, const uint64_t *bits, size_t rows,
		 uint64_t values[STORE_CHUNK_ROWS])
{
	struct column_chunk it = { 0 };
	uint64_t mask;
	size_t fast;

	if (!column_chunk_open(store, field, chunk, &it))
		it.rows = 0;
	mask = column_chunk_mask(it.width);
	fast = column_chunk_fast(&it);
	for (size_t first = 0; first < rows; first += WORD_BITS) {
		uint64_t word = bits[first / WORD_BITS];

		for (; word; word &= word - 1) {
			const size_t row =
				first + (size_t)__builtin_ctzll(word);
			uint64_t number = 0;

			if (row < it.rows)
				number = column_chunk_number(&it, row, fast,
							     mask);
			if (number ||
			    (it.width == COLUMN_WIDEST && row < it.rows))
				values[row] =
					column_chunk_meant(&it, number, none);
			else
				values[row] = none;
		}
	}
}

/* Of a word's rows; all of them lie below fast, or only some. */
static inline void pick_word(const struct column_chunk *it, size_t first,
			     uint64_t word, size_t fast, uint64_t mask,
			     uint32_t *terms)
{
	for (; word; word &= word - 1) {
		const size_t row = first + (size_t)__builtin_ctzll(word);

		terms[row] = term_in(it, row, fast, mask);
	}
}

void column_pick_terms(struct store *store, uint8_t field, uint32_t chunk,
		       const uint64_t *bits, size_t rows,
		       uint32_t terms[STORE_CHUNK_ROWS])
{
	struct column_chunk it = { 0 };
	uint64_t mask;
	size_t fast;

	if (!column_chunk_open(store, field, chunk, &it))
		it.rows = 0;
	mask = column_chunk_mask(it.width);
	fast = column_chunk_fast(&it);
	for (size_t first = 0; first < rows; first += WORD_BITS) {
		const uint64_t word = bits[first / WORD_BITS];

		if (first + WORD_BITS <= fast)
			pick_word(&it, first, word, ALL_ROWS, mask, terms);
		else
			pick_word(&it, first, word, fast, mask, terms);
	}
}

static void widen_any(const struct column_chunk *it, uint32_t *terms)
{
	const uint64_t mask = column_chunk_mask(it->width);
	const size_t fast = column_chunk_fast(it);
	const uint32_t base = (uint32_t)it->base;
	size_t i = 0;

	for (; i < fast; i++) {
		const uint32_t number =
			(uint32_t)(column_chunk_load(it->data + i * it->width) &
				   mask);

		terms[i] = number ? base + number : 0;
	}
	for (; i < it->rows; i++) {
		const uint32_t number =
			(uint32_t)column_chunk_number(it, i, fast, mask);

		terms[i] = number ? base + number : 0;
	}
}

static void widen_lanes(const struct column_chunk *it, uint32_t *terms)
{
	const uint32_t base = (uint32_t)it->base;

	for (size_t i = 0; i < it->rows; i++) {
		const uint32_t number =
			(uint32_t)column_chunk_lane(it, 3, 0, i) |
			(uint32_t)column_chunk_lane(it, 3, COLUMN_LANE, i)
				<< 16;

		terms[i] = number ? base + number : 0;
	}
}

/* A loop for each width, so that the compiler makes vectors of them. */
static void widen(const struct column_chunk *it, uint32_t *terms)
{
	const uint32_t base = (uint32_t)it->base;
	const uint8_t *data = it->data;

	switch (it->width) {
	case 0:
		for (size_t i = 0; i < it->rows; i++)
			terms[i] = base + 1;
		break;
	case 1:
		for (size_t i = 0; i < it->rows; i++)
			terms[i] = data[i] ? base + data[i] : 0;
		break;
	case 2:
		for (size_t i = 0; i < it->rows; i++) {
			uint16_t number;

			memcpy(&number, data + 2 * i, 2);
			number = le16toh(number);
			terms[i] = number ? base + number : 0;
		}
		break;
	case 3:
		if (it->is_split)
			widen_lanes(it, terms);
		else
			widen_any(it, terms);
		break;
	default:
		widen_any(it, terms);
	}
}

void column_read_terms(struct store *store, uint8_t field, uint32_t chunk,
		       uint32_t terms[STORE_CHUNK_ROWS])
{
	struct column_chunk it = { 0 };

	if (!column_chunk_open(store, field, chunk, &it))
		it.rows = 0;
	else
		widen(&it, terms);
	memset(terms + it.rows, 0,
	       (STORE_CHUNK_ROWS - it.rows) * sizeof(*terms));
}

/* Rows behind the first so many alone. */
static void set_rest(uint64_t bits[COLUMN_WORDS], size_t row)
{
	const size_t word = row / WORD_BITS;

	memset(bits, 0, word * sizeof(*bits));
	memset(bits + word, 0xff, (COLUMN_WORDS - word) * sizeof(*bits));
	if (row % WORD_BITS)
		bits[word] = UINT64_MAX << row % WORD_BITS;
}

/* Rows without a term, if the head says which these are. */
static bool set_absent(struct store *store, uint8_t field, uint32_t chunk,
		       uint64_t bits[COLUMN_WORDS])
{
	struct store_range range = { .with = 0 };

	if (!store->has_heads ||
	    (column_range(store, field, chunk, &range) && !range.with))
		return false;
	set_rest(bits, range.with);
	return true;
}

void column_equal(struct store *store, uint8_t field, uint32_t chunk,
		  uint32_t term, uint64_t bits[COLUMN_WORDS])
{
	if (!term && set_absent(store, field, chunk, bits))
		return;
	memset(bits, 0xff, COLUMN_WORDS * sizeof(*bits));
	if (term)
		column_between(store, field, chunk, term, term, bits,
			       STORE_CHUNK_ROWS);
	else
		column_between_none(store, field, chunk, bits);
}

/* Rows of a word, as pick_word() has them. */
static inline uint64_t keep_word(const struct column_chunk *it,
				 const struct store_terms *terms, size_t first,
				 uint64_t word, size_t fast, uint64_t mask)
{
	uint64_t kept = 0;

	for (; word; word &= word - 1) {
		const size_t row = first + (size_t)__builtin_ctzll(word);
		const uint64_t yes =
			store_terms_have(terms, term_in(it, row, fast, mask));

		kept |= (word & -word) & -yes;
	}
	return kept;
}

static void keep_any(const struct column_chunk *it,
		     const struct store_terms *terms, uint64_t *bits,
		     size_t rows)
{
	const uint64_t mask = column_chunk_mask(it->width);
	const size_t fast = column_chunk_fast(it);

	for (size_t first = 0; first < rows; first += WORD_BITS) {
		uint64_t *word = &bits[first / WORD_BITS];

		if (first + WORD_BITS <= fast)
			*word = keep_word(it, terms, first, *word, ALL_ROWS,
					  mask);
		else
			*word = keep_word(it, terms, first, *word, fast, mask);
	}
}

/* Of each number up to the largest; what is above stands in no sound chunk. */
static void look_up(const struct column_chunk *it,
		    const struct store_terms *terms,
		    uint8_t is_kept[UINT16_MAX + 1])
{
	const uint64_t span = it->most - it->base;
	const uint32_t last = span < UINT16_MAX ? (uint32_t)span : UINT16_MAX;

	is_kept[0] = store_terms_have(terms, 0);
	for (uint32_t i = 1; i <= last; i++)
		is_kept[i] = store_terms_have(terms, (uint32_t)it->base + i);
}

/*
 * Numbers of one or two bytes: where many rows of a word are asked for, each
 * number is looked up once a chunk, and all rows of the word by that.
 */
static inline void keep_short(const struct column_chunk *it,
			      const struct store_terms *terms, uint64_t *bits,
			      size_t rows, unsigned int width)
{
	static uint8_t is_kept[UINT16_MAX + 1];
	const uint64_t mask = column_chunk_mask(width);
	const size_t fast = column_chunk_fast(it);
	uint8_t yes[WORD_BITS];
	bool is_known = false;

	for (size_t first = 0; first < rows; first += WORD_BITS) {
		uint64_t *word = &bits[first / WORD_BITS];

		if (first + WORD_BITS > fast) {
			*word = keep_word(it, terms, first, *word, fast, mask);
			continue;
		}
		if (bits_ones(*word) < MANY_ROWS) {
			*word = keep_word(it, terms, first, *word, ALL_ROWS,
					  mask);
			continue;
		}

		const uint8_t *data = it->data + first * width;

		if (!is_known)
			look_up(it, terms, is_kept);
		is_known = true;
		for (size_t i = 0; i < WORD_BITS; i++)
			yes[i] = is_kept[column_chunk_bytes(data + i * width,
							    width)];
		*word &= bits_of_bytes(yes);
	}
}

void column_keep(struct store *store, uint8_t field, uint32_t chunk,
		 const struct store_terms *terms, uint64_t *bits, size_t rows)
{
	struct column_chunk it = { 0 };

	if (!column_chunk_open(store, field, chunk, &it))
		it.rows = 0;
	if (it.width == 1)
		keep_short(&it, terms, bits, rows, 1);
	else if (it.width == 2)
		keep_short(&it, terms, bits, rows, 2);
	else
		keep_any(&it, terms, bits, rows);
}
