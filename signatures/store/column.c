#include "signatures/store/column.h"

#include <endian.h>
#include <string.h>

#include "signatures/base/bits.h"
#include "signatures/store/column_form.h"

enum {
	WORD_BITS = 64,
	MANY_ROWS = 16 /* of a word: all 64 are as quick */
};

uint64_t column_none(const struct field *field)
{
	return field && field->index == FIELD_RAW ? STORE_NO_NUMBER : 0;
}

struct chunk {
	unsigned int width;
	bool is_whole; /* no row is without */
	bool is_folded;
	uint64_t base, most;
	size_t rows;
	const uint8_t *list; /* of so many; NULL: there is none */
	size_t listed;
	const uint8_t *data;
};

/* The store is ours, but it lies on somebody's disk. */
static bool take_head(struct bytes *in, struct chunk *ret, bool *is_listed)
{
	const unsigned int form = bytes_u8(in);

	*ret = (struct chunk){ .width = form & COLUMN_WIDTH,
			       .is_whole = form & COLUMN_WHOLE,
			       .is_folded = form & COLUMN_FOLDED };
	ret->base = bytes_u64(in);
	ret->most = bytes_u64(in);
	ret->rows = (size_t)bytes_u16(in) + 1;
	*is_listed = form & COLUMN_LISTED;
	return !in->failed && ret->width <= COLUMN_WIDEST &&
	       ret->rows <= STORE_CHUNK_ROWS;
}

static bool open_chunk(struct store *store, uint8_t field, uint32_t chunk,
		       struct chunk *ret)
{
	const struct btree_key key = column_form_key(field, chunk);
	struct bytes in;
	bool is_listed;

	if (!btree_first(store, SCHEMA_COLUMN, &key, SIZE_MAX, &in) ||
	    !take_head(&in, ret, &is_listed))
		return false;
	if (is_listed) {
		ret->listed = bytes_u8(&in);
		ret->list = in.next;
		bytes_skip(&in, ret->listed * COLUMN_WIDEST);
	}
	ret->data = in.next;
	return !in.failed && bytes_left(&in) == ret->rows * ret->width;
}

static uint64_t number_at(const uint8_t *at, unsigned int width)
{
	uint64_t number = 0;

	for (unsigned int i = width; i > 0; i--)
		number = number << 8 | at[i - 1];
	return number;
}

/* How many rows have eight bytes at their place, so that one load does. */
static size_t rows_to_load(const struct chunk *it)
{
	const size_t size = it->rows * it->width;

	return it->width && size >= COLUMN_WIDEST
		       ? (size - COLUMN_WIDEST) / it->width + 1
		       : 0;
}

static uint64_t load(const uint8_t *at)
{
	uint64_t number;

	memcpy(&number, at, sizeof(number));
	return le64toh(number);
}

/* One number, wherever it lies. */
static uint64_t number_in(const struct chunk *it, size_t row, size_t fast,
			  uint64_t mask)
{
	const uint8_t *at = it->data + row * it->width;

	if (row < fast)
		return load(at) & mask;
	return it->width ? number_at(at, it->width) : 1;
}

static uint64_t mask_of(unsigned int width)
{
	return width < COLUMN_WIDEST ? ~(UINT64_MAX << 8 * width) : UINT64_MAX;
}

/*
 * A row's term, 0 if it has none.  Who knows that one load does for each row
 * says so by ALL_ROWS, and nothing is asked.
 */
#define ALL_ROWS SIZE_MAX
static inline uint32_t term_in(const struct chunk *it, size_t row, size_t fast,
			       uint64_t mask)
{
	uint32_t number = 0;

	if (fast == ALL_ROWS)
		number = (uint32_t)(load(it->data + row * it->width) & mask);
	else if (row < it->rows)
		number = (uint32_t)number_in(it, row, fast, mask);
	return number ? (uint32_t)it->base + number : 0;
}

/* What a row that has this, which is not none, is said to have. */
static uint64_t meant(const struct chunk *it, uint64_t number, uint64_t none)
{
	if (it->list)
		return number && number <= it->listed
			       ? load(it->list + (number - 1) * COLUMN_WIDEST)
			       : none;
	return it->is_folded ? column_unfold(number + it->base)
			     : number + it->base;
}

static void read_plain(const struct chunk *it, uint64_t none, uint64_t *values)
{
	size_t row = 0, fast;

	if (it->width == COLUMN_WIDEST)
		for (; row < it->rows; row++)
			values[row] = load(it->data + row * COLUMN_WIDEST);
	fast = rows_to_load(it);
	if (row < fast) {
		const uint64_t mask = ~(UINT64_MAX << 8 * it->width);

		for (; row < fast; row++) {
			const uint64_t number =
				load(it->data + row * it->width) & mask;

			values[row] = number ? number + it->base : none;
		}
	}
	for (; row < it->rows; row++) {
		const uint64_t number =
			it->width ? number_at(it->data + row * it->width,
					      it->width)
				  : 1;

		values[row] = number ? number + it->base : none;
	}
}

static void read_meant(const struct chunk *it, uint64_t none, uint64_t *values)
{
	const uint64_t mask = mask_of(it->width);
	const size_t fast = rows_to_load(it);

	for (size_t row = 0; row < it->rows; row++) {
		const uint64_t number = number_in(it, row, fast, mask);

		values[row] = number ? meant(it, number, none) : none;
	}
}

void column_read(struct store *store, uint8_t field, uint64_t none,
		 uint32_t chunk, uint64_t values[STORE_CHUNK_ROWS])
{
	struct chunk it = { 0 };

	if (!open_chunk(store, field, chunk, &it))
		it.rows = 0;
	if (it.list || it.is_folded)
		read_meant(&it, none, values);
	else
		read_plain(&it, none, values);
	for (size_t row = it.rows; row < STORE_CHUNK_ROWS; row++)
		values[row] = none;
}

/* Without the rest of the chunk. */
static bool open_head(struct store *store, uint8_t field, uint32_t chunk,
		      struct chunk *ret, bool *is_listed)
{
	const struct btree_key key =
		store->has_heads ? column_form_head_key(field, chunk)
				 : column_form_key(field, chunk);
	struct bytes in;

	return btree_first(store, SCHEMA_COLUMN, &key, COLUMN_HEAD_BYTES,
			   &in) &&
	       take_head(&in, ret, is_listed);
}

/* A row's number, of a chunk that was not read but for its head. */
static bool read_number(struct store *store, const struct btree_key *key,
			const struct chunk *it, size_t row, uint64_t *ret)
{
	struct bytes in;

	*ret = 1;
	if (it->width == 0)
		return true;
	if (!btree_part(store, SCHEMA_COLUMN, key,
			COLUMN_HEAD_BYTES + row * it->width, it->width, &in) ||
	    bytes_left(&in) < it->width)
		return false;
	*ret = number_at(in.next, it->width);
	return true;
}

uint64_t column_at(struct store *store, uint8_t field, uint64_t none,
		   uint32_t chunk, size_t row)
{
	const struct btree_key key = column_form_key(field, chunk);
	struct chunk it;
	bool is_listed;
	uint64_t number;

	if (!open_head(store, field, chunk, &it, &is_listed) || row >= it.rows)
		return none;
	if (is_listed) {
		if (!open_chunk(store, field, chunk, &it))
			return none;
		number = number_in(&it, row, 0, 0);
	} else if (!read_number(store, &key, &it, row, &number)) {
		return none;
	}
	return number || it.width == COLUMN_WIDEST ? meant(&it, number, none)
						   : none;
}

bool column_range(struct store *store, uint8_t field, uint32_t chunk,
		  struct store_range *ret)
{
	struct chunk it;
	bool is_listed;

	if (!open_head(store, field, chunk, &it, &is_listed))
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
	struct chunk it = { 0 };
	uint64_t mask;
	size_t fast;

	if (!open_chunk(store, field, chunk, &it))
		it.rows = 0;
	mask = mask_of(it.width);
	fast = rows_to_load(&it);
	for (size_t first = 0; first < rows; first += WORD_BITS) {
		uint64_t word = bits[first / WORD_BITS];

		for (; word; word &= word - 1) {
			const size_t row =
				first + (size_t)__builtin_ctzll(word);
			uint64_t number = 0;

			if (row < it.rows)
				number = number_in(&it, row, fast, mask);
			if (number ||
			    (it.width == COLUMN_WIDEST && row < it.rows))
				values[row] = meant(&it, number, none);
			else
				values[row] = none;
		}
	}
}

/* Of a word's rows; all of them lie below fast, or only some. */
static inline void pick_word(const struct chunk *it, size_t first,
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
	struct chunk it = { 0 };
	uint64_t mask;
	size_t fast;

	if (!open_chunk(store, field, chunk, &it))
		it.rows = 0;
	mask = mask_of(it.width);
	fast = rows_to_load(&it);
	for (size_t first = 0; first < rows; first += WORD_BITS) {
		const uint64_t word = bits[first / WORD_BITS];

		if (first + WORD_BITS <= fast)
			pick_word(&it, first, word, ALL_ROWS, mask, terms);
		else
			pick_word(&it, first, word, fast, mask, terms);
	}
}

static void widen_any(const struct chunk *it, uint32_t *terms)
{
	const uint64_t mask = mask_of(it->width);
	const size_t fast = rows_to_load(it);
	const uint32_t base = (uint32_t)it->base;
	size_t i = 0;

	for (; i < fast; i++) {
		const uint32_t number =
			(uint32_t)(load(it->data + i * it->width) & mask);

		terms[i] = number ? base + number : 0;
	}
	for (; i < it->rows; i++) {
		const uint32_t number = (uint32_t)number_in(it, i, fast, mask);

		terms[i] = number ? base + number : 0;
	}
}

/* A loop for each width, so that the compiler makes vectors of them. */
static void widen(const struct chunk *it, uint32_t *terms)
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
	default:
		widen_any(it, terms);
	}
}

void column_read_terms(struct store *store, uint8_t field, uint32_t chunk,
		       uint32_t terms[STORE_CHUNK_ROWS])
{
	struct chunk it = { 0 };

	if (!open_chunk(store, field, chunk, &it))
		it.rows = 0;
	else
		widen(&it, terms);
	memset(terms + it.rows, 0,
	       (STORE_CHUNK_ROWS - it.rows) * sizeof(*terms));
}

/* Bit n of a word: is byte n not 0?  The factor brings eight to the top. */
static uint64_t pack_bits(const uint8_t yes[WORD_BITS])
{
	uint64_t word = 0;

	for (unsigned int i = 0; i < WORD_BITS; i += 8)
		word |= load(yes + i) * UINT64_C(0x0102040810204080) >> 56 << i;
	return word;
}

static void equal_1(const struct chunk *it, uint8_t number, uint64_t *bits)
{
	uint8_t yes[WORD_BITS];

	for (size_t row = 0; row + WORD_BITS <= it->rows; row += WORD_BITS) {
		const uint8_t *data = it->data + row;

		for (size_t i = 0; i < WORD_BITS; i++)
			yes[i] = data[i] == number;
		bits[row / WORD_BITS] = pack_bits(yes);
	}
	for (size_t row = it->rows & ~(size_t)(WORD_BITS - 1); row < it->rows;
	     row++)
		bits[row / WORD_BITS] |= (uint64_t)(it->data[row] == number)
					 << row % WORD_BITS;
}

static void equal_2(const struct chunk *it, uint16_t number, uint64_t *bits)
{
	const uint16_t wanted = htole16(number);
	uint16_t data[WORD_BITS];
	uint8_t yes[WORD_BITS];

	for (size_t row = 0; row + WORD_BITS <= it->rows; row += WORD_BITS) {
		memcpy(data, it->data + 2 * row, sizeof(data));
		for (size_t i = 0; i < WORD_BITS; i++)
			yes[i] = data[i] == wanted;
		bits[row / WORD_BITS] = pack_bits(yes);
	}
	for (size_t row = it->rows & ~(size_t)(WORD_BITS - 1); row < it->rows;
	     row++)
		bits[row / WORD_BITS] |=
			(uint64_t)(number_at(it->data + 2 * row, 2) == number)
			<< row % WORD_BITS;
}

static void equal_any(const struct chunk *it, uint64_t wanted, uint64_t *bits)
{
	const uint64_t mask = mask_of(it->width);
	const size_t fast = rows_to_load(it);

	for (size_t row = 0; row < it->rows; row++)
		bits[row / WORD_BITS] |=
			(uint64_t)(number_in(it, row, fast, mask) == wanted)
			<< row % WORD_BITS;
}

/* Rows from here to the end of the chunk. */
static void set_rest(uint64_t *bits, size_t row)
{
	for (; row < STORE_CHUNK_ROWS && row % WORD_BITS; row++)
		bits[row / WORD_BITS] |= UINT64_C(1) << row % WORD_BITS;
	for (; row < STORE_CHUNK_ROWS; row += WORD_BITS)
		bits[row / WORD_BITS] = UINT64_MAX;
}

/* Rows without a term, if the head says which these are. */
static bool set_absent(struct store *store, uint8_t field, uint32_t chunk,
		       uint64_t *bits)
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
	struct chunk it = { 0 };
	uint64_t wanted;

	memset(bits, 0, COLUMN_WORDS * sizeof(*bits));
	if (!term && set_absent(store, field, chunk, bits))
		return;
	if (!open_chunk(store, field, chunk, &it))
		it.rows = 0;
	if (term == 0)
		set_rest(bits, it.rows);
	if (it.rows == 0 || (term && term <= it.base))
		return;
	wanted = term ? term - it.base : 0;
	if (it.width && it.width < COLUMN_WIDEST && wanted >> 8 * it.width)
		return;
	if (it.width == 1)
		equal_1(&it, (uint8_t)wanted, bits);
	else if (it.width == 2)
		equal_2(&it, (uint16_t)wanted, bits);
	else
		equal_any(&it, wanted, bits);
}

/* Rows of a word, as pick_word() has them. */
static inline uint64_t keep_word(const struct chunk *it,
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

static void keep_any(const struct chunk *it, const struct store_terms *terms,
		     uint64_t *bits, size_t rows)
{
	const uint64_t mask = mask_of(it->width);
	const size_t fast = rows_to_load(it);

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
static void look_up(const struct chunk *it, const struct store_terms *terms,
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
static inline void keep_short(const struct chunk *it,
			      const struct store_terms *terms, uint64_t *bits,
			      size_t rows, unsigned int width)
{
	static uint8_t is_kept[UINT16_MAX + 1];
	const uint64_t mask = mask_of(width);
	const size_t fast = rows_to_load(it);
	uint8_t yes[WORD_BITS];
	bool is_known = false;

	for (size_t first = 0; first < rows; first += WORD_BITS) {
		const uint8_t *data = it->data + first * width;
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
		if (!is_known)
			look_up(it, terms, is_kept);
		is_known = true;
		for (size_t i = 0; i < WORD_BITS; i++)
			yes[i] = is_kept[number_at(data + i * width, width)];
		*word &= pack_bits(yes);
	}
}

void column_keep(struct store *store, uint8_t field, uint32_t chunk,
		 const struct store_terms *terms, uint64_t *bits, size_t rows)
{
	struct chunk it = { 0 };

	if (!open_chunk(store, field, chunk, &it))
		it.rows = 0;
	if (it.width == 1)
		keep_short(&it, terms, bits, rows, 1);
	else if (it.width == 2)
		keep_short(&it, terms, bits, rows, 2);
	else
		keep_any(&it, terms, bits, rows);
}
