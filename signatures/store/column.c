/*
 * The bytes of a chunk; rows behind the last one that has a number are left
 * out, and so is a chunk without any:
 *
 *   0  1  width: 0, 1, 2, 4 or 8
 *   1  8  base
 *   9  2  rows - 1
 *  11     rows times width bytes, little-endian: number - base, where base is
 *         one below the smallest number, so that 0 says none.  Width 8 has base
 *         0 and the number itself or none.  Width 0: every row has base + 1.
 */
#include "signatures/store/column.h"

#include <endian.h>
#include <string.h>

enum {
	HEAD_BYTES = 11,
	WIDEST = 8
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
	uint64_t base;
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
	ret->base = bytes_u64(&in);
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

void column_read(struct store *store, uint8_t field, uint64_t none,
		 uint32_t chunk, uint64_t values[STORE_CHUNK_ROWS])
{
	struct chunk it = { 0 };
	size_t row = 0;

	if (!open_chunk(store, field, chunk, &it))
		it.rows = 0;
	if (it.width == WIDEST && it.rows)
		for (; row < it.rows; row++)
			values[row] = number_at(it.data + row * WIDEST, WIDEST);
	for (; row < it.rows; row++) {
		const uint64_t number =
			it.width ? number_at(it.data + row * it.width, it.width)
				 : 1;

		values[row] = number ? number + it.base : none;
	}
	for (; row < STORE_CHUNK_ROWS; row++)
		values[row] = none;
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
		for (size_t i = 0; i < it->rows; i++) {
			const uint64_t number =
				number_at(data + i * it->width, it->width);

			terms[i] = number ? (uint32_t)(it->base + number) : 0;
		}
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

static unsigned int width_of(uint64_t most)
{
	if (most <= UINT8_MAX)
		return 1;
	if (most <= UINT16_MAX)
		return 2;
	return most <= UINT32_MAX ? 4 : WIDEST;
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
	width = most - least >= UINT32_MAX ? WIDEST
					   : width_of(most - least + 1);
	if (most == least && having == rows)
		width = 0;

	const uint64_t base = width == WIDEST ? 0 : least - 1;

	put_number(data, width, 1);
	put_number(data + 1, base, 8);
	put_number(data + 9, rows - 1, 2);
	for (size_t i = 0; i < rows && width; i++) {
		const uint64_t number = width != WIDEST && values[i] == none
						? 0
						: values[i] - base;

		put_number(data + HEAD_BYTES + i * width, number, width);
	}
	btree_put(store, SCHEMA_COLUMN, &key,
		  bytes_of(data, HEAD_BYTES + rows * width));
}
