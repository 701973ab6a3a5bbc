/*
 * The bytes of a chunk; rows behind the last one that has a number are left
 * out, and so is a chunk without any:
 *
 *   0  1  width: 0 to 8; 16 more where each of the rows has a number
 *   1  8  base
 *   9  8  the largest number
 *  17  2  rows - 1
 *  19     rows times width bytes, little-endian: number - base, where base is
 *         one below the smallest number, so that 0 says none.  Width 8 has base
 *         0 and the number itself or none.  Width 0: every row has base + 1.
 *
 * Who asks for a span of time passes over most chunks by their heads.
 */
#include "signatures/store/column.h"

#include <endian.h>
#include <string.h>

enum {
	HEAD_BYTES = 19,
	IS_WHOLE = 16,
	WIDEST = 8,
	WORD_BITS = 64
};

uint64_t column_none(const struct field *field)
{
	return field && field->index == FIELD_RAW ? STORE_NO_NUMBER : 0;
}

static struct btree_key key_of(uint8_t field, uint32_t chunk)
{
	struct btree_key key = btree_key();

	btree_key_u8(&key, field);
	btree_key_u32(&key, chunk);
	return key;
}

struct chunk {
	unsigned int width;
	bool is_whole; /* no row is without */
	uint64_t base, most;
	size_t rows;
	const uint8_t *data;
};

/* The store is ours, but it lies on somebody's disk. */
static bool open_chunk(struct store *store, uint8_t field, uint32_t chunk,
		       struct chunk *ret)
{
	const struct btree_key key = key_of(field, chunk);
	struct bytes in;

	if (!btree_get(store, SCHEMA_COLUMN, &key, &in))
		return false;
	ret->width = bytes_u8(&in);
	ret->is_whole = ret->width & IS_WHOLE;
	ret->width &= ~(unsigned int)IS_WHOLE;
	ret->base = bytes_u64(&in);
	ret->most = bytes_u64(&in);
	ret->rows = (size_t)bytes_u16(&in) + 1;
	ret->data = in.next;
	return !in.failed && ret->width <= WIDEST &&
	       ret->rows <= STORE_CHUNK_ROWS &&
	       bytes_left(&in) == ret->rows * ret->width;
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

	return it->width && size >= WIDEST ? (size - WIDEST) / it->width + 1
					   : 0;
}

static uint64_t load(const uint8_t *at)
{
	uint64_t number;

	memcpy(&number, at, sizeof(number));
	return le64toh(number);
}

void column_read(struct store *store, uint8_t field, uint64_t none,
		 uint32_t chunk, uint64_t values[STORE_CHUNK_ROWS])
{
	struct chunk it = { 0 };
	size_t row = 0, fast;

	if (!open_chunk(store, field, chunk, &it))
		it.rows = 0;
	if (it.width == WIDEST)
		for (; row < it.rows; row++)
			values[row] = load(it.data + row * WIDEST);
	fast = rows_to_load(&it);
	if (row < fast) {
		const uint64_t mask = ~(UINT64_MAX << 8 * it.width);

		for (; row < fast; row++) {
			const uint64_t number =
				load(it.data + row * it.width) & mask;

			values[row] = number ? number + it.base : none;
		}
	}
	for (; row < it.rows; row++) {
		const uint64_t number =
			it.width ? number_at(it.data + row * it.width, it.width)
				 : 1;

		values[row] = number ? number + it.base : none;
	}
	for (; row < STORE_CHUNK_ROWS; row++)
		values[row] = none;
}

bool column_range(struct store *store, uint8_t field, uint32_t chunk,
		  struct store_range *ret)
{
	struct chunk it;

	if (!open_chunk(store, field, chunk, &it))
		return false;
	*ret = (struct store_range){
		.least = it.width == WIDEST ? 0 : it.base + 1,
		.most = it.most,
		.with = it.is_whole ? it.rows : 0,
	};
	return true;
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
	return width < WIDEST ? ~(UINT64_MAX << 8 * width) : UINT64_MAX;
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
			if (number || (it.width == WIDEST && row < it.rows))
				number += it.base;
			else
				number = none;
			values[row] = number;
		}
	}
}

void column_pick_terms(struct store *store, uint8_t field, uint32_t chunk,
		       const uint64_t *bits, size_t rows,
		       uint32_t terms[STORE_CHUNK_ROWS])
{
	struct chunk it = { 0 };
	uint32_t base;
	uint64_t mask;
	size_t fast;

	if (!open_chunk(store, field, chunk, &it))
		it.rows = 0;
	base = (uint32_t)it.base;
	mask = mask_of(it.width);
	fast = rows_to_load(&it);
	for (size_t first = 0; first < rows; first += WORD_BITS) {
		uint64_t word = bits[first / WORD_BITS];

		for (; word; word &= word - 1) {
			const size_t row =
				first + (size_t)__builtin_ctzll(word);
			uint32_t number = 0;

			if (row < it.rows)
				number = (uint32_t)number_in(&it, row, fast,
							     mask);
			terms[row] = number ? base + number : 0;
		}
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

void column_equal(struct store *store, uint8_t field, uint32_t chunk,
		  uint32_t term, uint64_t bits[COLUMN_WORDS])
{
	struct chunk it = { 0 };
	uint64_t wanted;

	memset(bits, 0, COLUMN_WORDS * sizeof(*bits));
	if (!open_chunk(store, field, chunk, &it))
		it.rows = 0;
	if (term == 0)
		set_rest(bits, it.rows);
	if (it.rows == 0 || (term && term <= it.base))
		return;
	wanted = term ? term - it.base : 0;
	if (it.width && it.width < WIDEST && wanted >> 8 * it.width)
		return;
	if (it.width == 1)
		equal_1(&it, (uint8_t)wanted, bits);
	else if (it.width == 2)
		equal_2(&it, (uint16_t)wanted, bits);
	else
		equal_any(&it, wanted, bits);
}

static unsigned int width_of(uint64_t most)
{
	unsigned int width = 1;

	while (width < WIDEST && most >> 8 * width)
		width++;
	return width;
}

static void put_number(uint8_t *at, uint64_t number, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(number >> 8 * i);
}

void column_write(struct store *store, uint8_t field, uint64_t none,
		  uint32_t chunk, const uint64_t values[STORE_CHUNK_ROWS])
{
	static uint8_t data[HEAD_BYTES + WIDEST * STORE_CHUNK_ROWS];
	const struct btree_key key = key_of(field, chunk);
	uint64_t least = UINT64_MAX, most = 0;
	size_t rows = 0, having = 0;
	unsigned int width;

	for (size_t i = 0; i < STORE_CHUNK_ROWS; i++) {
		if (values[i] == none)
			continue;
		least = values[i] < least ? values[i] : least;
		most = values[i] > most ? values[i] : most;
		rows = i + 1;
		having++;
	}
	if (!rows) {
		btree_delete(store, SCHEMA_COLUMN, &key);
		return;
	}
	/* One above the span has to fit, for none to be told apart. */
	width = most - least == UINT64_MAX ? WIDEST
					   : width_of(most - least + 1);
	if (most == least && having == rows)
		width = 0;

	const uint64_t base = width == WIDEST ? 0 : least - 1;

	put_number(data, having == rows ? width | IS_WHOLE : width, 1);
	put_number(data + 1, base, 8);
	put_number(data + 9, most, 8);
	put_number(data + 17, rows - 1, 2);
	for (size_t i = 0; i < rows && width; i++) {
		const uint64_t number = width != WIDEST && values[i] == none
						? 0
						: values[i] - base;

		put_number(data + HEAD_BYTES + i * width, number, width);
	}
	btree_put(store, SCHEMA_COLUMN, &key,
		  bytes_of(data, HEAD_BYTES + rows * width));
}
