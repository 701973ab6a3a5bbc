#include <stdlib.h>
#include <string.h>

#include "signatures/base/bits.h"
#include "signatures/base/must.h"
#include "signatures/store/column.h"
#include "signatures/store/column_judge.h"
#include "signatures/store/pending.h"
#include "signatures/store/store_foreign.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_side.h"

/* Room for one chunk of a field, as wide as its widest form. */
static void *room_of(struct store *store, uint8_t field)
{
	if (!store->columns[field]) {
		store->columns[field] =
			must(calloc(STORE_CHUNK_ROWS, sizeof(uint64_t)));
	}
	return store->columns[field];
}

static bool is_there(struct store *store, uint32_t chunk, size_t *count)
{
	const uint64_t first = (uint64_t)chunk * STORE_CHUNK_ROWS;

	if (first >= store->rows)
		return false;
	*count = store->rows - first < STORE_CHUNK_ROWS ? store->rows - first
							: STORE_CHUNK_ROWS;
	if (store->pending)
		pending_flush(store);
	return true;
}

enum {
	FEW_ROWS = 3 /* are read one by one: a chunk is up to 128 KiB */
};

/* Of so many rows that are asked for. */
static bool is_few(size_t asked, size_t rows)
{
	return asked <= FEW_ROWS && asked < rows;
}

/* More than this share of the rows, and all of them are quicker. */
static bool is_most(size_t asked, size_t rows)
{
	return asked > rows / 4;
}

static size_t asked_of(const uint64_t *bits, size_t rows)
{
	return bits ? bits_count(bits, (rows + 63) / 64) : rows;
}

/* The next row that has a bit; there is one. */
static size_t next_row(const uint64_t *bits, size_t row)
{
	while (!(bits[row / 64] >> row % 64 & 1))
		row = bits[row / 64] >> row % 64 ? row + 1
						 : (row / 64 + 1) * 64;
	return row;
}

static uint32_t *terms_of(struct store *store, uint8_t field, uint32_t chunk,
			  const uint64_t *bits, size_t rows)
{
	const size_t asked = asked_of(bits, rows);
	uint32_t *room = room_of(store, field);
	size_t row = 0;

	if (is_few(asked, rows))
		for (size_t i = 0; i < asked; i++, row++) {
			row = next_row(bits, row);
			room[row] = (uint32_t)column_at(store, field, 0, chunk,
							row);
		}
	else if (is_most(asked, rows))
		column_read_terms(store, field, chunk, room);
	else
		column_pick_terms(store, field, chunk, bits, rows, room);
	return room;
}

/*
 * Who counts by term has room up to the last one, and the store lies on
 * somebody's disk: terms that it does not know are none.
 */
static uint32_t last_known(struct store *store, const struct field *field)
{
	uint32_t *last = &store->last_terms[field->number];

	if (!*last)
		*last = store_column_last_term(store, field);
	return *last;
}

/* Is one of 64 perhaps above the last?  All are looked at, as vectors. */
static bool may_be_above(const uint32_t *terms, uint32_t last)
{
	uint32_t above = last;

	for (size_t i = 0; i < 64; i++)
		above |= terms[i] | (last - terms[i]);
	return above >> 31;
}

/* What was not asked for is looked at as well: it is of a chunk before. */
static void forget_unknown(uint32_t *terms, const uint64_t *bits, size_t rows,
			   uint32_t last)
{
	for (size_t at = 0; at < rows; at += 64)
		if ((!bits || bits[at / 64]) && may_be_above(terms + at, last))
			for (size_t i = at; i < at + 64; i++)
				terms[i] = terms[i] <= last ? terms[i] : 0;
}

static const uint32_t *known_terms(struct store *store,
				   const struct field *field, uint32_t chunk,
				   const uint64_t *bits, size_t rows)
{
	uint32_t *terms = terms_of(store, field->number, chunk, bits, rows);

	if (store->mode == STORE_READ)
		forget_unknown(terms, bits, rows, last_known(store, field));
	return terms;
}

static const uint64_t *numbers_of(struct store *store, uint8_t field,
				  uint32_t chunk, const uint64_t *bits,
				  size_t rows)
{
	const size_t asked = asked_of(bits, rows);
	uint64_t *room = room_of(store, field);
	size_t row = 0;

	if (is_few(asked, rows))
		for (size_t i = 0; i < asked; i++, row++) {
			row = next_row(bits, row);
			room[row] = column_at(store, field, STORE_NO_NUMBER,
					      chunk, row);
		}
	else if (is_most(asked, rows))
		column_read(store, field, STORE_NO_NUMBER, chunk, room);
	else
		column_pick(store, field, STORE_NO_NUMBER, chunk, bits, rows,
			    room);
	return room;
}

bool store_column_pick(struct store *store, const struct field *field,
		       uint32_t chunk, const uint64_t *bits,
		       struct store_column *ret)
{
	struct store_column column = { 0 };

	if (store_side_is(field))
		return store_side_column(store, field, chunk, ret);
	if (store->foreign)
		return store->foreign->column_read(store->foreign_state, field,
						   chunk, ret);
	if (!is_there(store, chunk, &column.count))
		return false;
	if (field->index == FIELD_RAW)
		column.numbers = numbers_of(store, field->number, chunk, bits,
					    column.count);
	else
		column.terms =
			known_terms(store, field, chunk, bits, column.count);
	*ret = column;
	return true;
}

bool store_column_read(struct store *store, const struct field *field,
		       uint32_t chunk, struct store_column *ret)
{
	return store_column_pick(store, field, chunk, NULL, ret);
}

bool store_column_lists(struct store *store, uint32_t chunk,
			struct store_column *ret)
{
	struct store_column column = { 0 };

	if (store->foreign)
		return store->foreign->column_lists(store->foreign_state, chunk,
						    ret);
	if (!is_there(store, chunk, &column.count))
		return false;
	column.terms =
		terms_of(store, SCHEMA_COLUMN_LISTS, chunk, NULL, column.count);
	*ret = column;
	return true;
}

bool store_column_range(struct store *store, const struct field *field,
			uint32_t chunk, struct store_range *ret)
{
	if (store->foreign || store_side_is(field)) {
		*ret = (struct store_range){ .most = UINT64_MAX };
		return true;
	}
	if (store->pending)
		pending_flush(store);
	return column_range(store, field->number, chunk, ret);
}

static void clear(uint64_t *bits, size_t row)
{
	bits[row / 64] &= ~(UINT64_C(1) << row % 64);
}

static bool is_between(uint64_t number, uint64_t low, uint64_t high)
{
	return number != STORE_NO_NUMBER && number >= low && number <= high;
}

/* A chunk that is not ours. */
static void read_between(struct store *store, const struct field *field,
			 uint32_t chunk, uint64_t low, uint64_t high,
			 uint64_t *bits, size_t rows)
{
	struct store_column column;

	if (!store_column_read(store, field, chunk, &column))
		column.count = 0;
	for (size_t i = 0; i < rows; i++)
		if (i >= column.count ||
		    !is_between(column.numbers[i], low, high))
			clear(bits, i);
}

static void few_between(struct store *store, uint8_t field, uint32_t chunk,
			uint64_t low, uint64_t high, uint64_t *bits,
			size_t asked)
{
	for (size_t row = 0; asked; asked--, row++) {
		row = next_row(bits, row);
		if (!is_between(column_at(store, field, STORE_NO_NUMBER, chunk,
					  row),
				low, high))
			clear(bits, row);
	}
}

void store_column_between(struct store *store, const struct field *field,
			  uint32_t chunk, uint64_t low, uint64_t high,
			  uint64_t *bits)
{
	size_t rows, asked;

	if (!is_there(store, chunk, &rows))
		return;
	if (store->foreign || store_side_is(field)) {
		read_between(store, field, chunk, low, high, bits, rows);
		return;
	}
	asked = asked_of(bits, rows);
	if (is_few(asked, rows))
		few_between(store, field->number, chunk, low, high, bits,
			    asked);
	else
		column_between(store, field->number, chunk, low, high, bits,
			       rows);
}

static void read_equal(struct store *store, const struct field *field,
		       uint32_t chunk, uint32_t term, uint64_t *bits)
{
	struct store_column column;

	memset(bits, 0, COLUMN_WORDS * sizeof(*bits));
	if (!store_column_read(store, field, chunk, &column))
		return;
	for (size_t i = 0; i < column.count; i++)
		bits[i / 64] |= (uint64_t)(column.terms[i] == term) << i % 64;
}

void store_column_equal(struct store *store, const struct field *field,
			uint32_t chunk, uint32_t term,
			uint64_t bits[STORE_CHUNK_ROWS / 64])
{
	if (store->foreign || store_side_is(field)) {
		read_equal(store, field, chunk, term, bits);
		return;
	}
	if (store->pending)
		pending_flush(store);
	column_equal(store, field->number, chunk, term, bits);
}

/* A chunk that is not ours: what it does not tell of has no term. */
static void keep_read(const struct store_column *column,
		      const struct store_terms *terms, uint64_t *bits,
		      size_t rows)
{
	for (size_t i = 0; i < rows; i++)
		if (!store_terms_have(terms,
				      i < column->count ? column->terms[i] : 0))
			clear(bits, i);
}

static void keep_few(struct store *store, uint8_t field, uint32_t chunk,
		     const struct store_terms *terms, uint64_t *bits,
		     size_t asked)
{
	for (size_t row = 0; asked; asked--, row++) {
		row = next_row(bits, row);
		if (!store_terms_have(
			    terms,
			    (uint32_t)column_at(store, field, 0, chunk, row)))
			clear(bits, row);
	}
}

static void keep_only(struct store *store, uint8_t field, uint32_t chunk,
		      const struct store_terms *terms, uint64_t *bits,
		      size_t rows)
{
	uint64_t yes[COLUMN_WORDS];
	const size_t words = (rows + 63) / 64;

	memcpy(yes, bits, words * sizeof(*yes));
	column_between(store, field, chunk, terms->only, terms->only, yes,
		       rows);
	for (size_t i = 0; i < words; i++)
		bits[i] = terms->beyond ? bits[i] & ~yes[i] : yes[i];
}

/* A chunk that is ours. */
static void keep(struct store *store, uint8_t field, uint32_t chunk,
		 const struct store_terms *terms, uint64_t *bits, size_t rows)
{
	const enum column_verdict verdict =
		column_judge(store, field, chunk, terms, rows);
	size_t asked;

	if (verdict == COLUMN_NONE)
		memset(bits, 0, (rows + 63) / 64 * sizeof(*bits));
	if (verdict != COLUMN_SOME)
		return;
	asked = asked_of(bits, rows);
	if (is_few(asked, rows))
		keep_few(store, field, chunk, terms, bits, asked);
	else if (terms->only)
		keep_only(store, field, chunk, terms, bits, rows);
	else
		column_keep(store, field, chunk, terms, bits, rows);
}

void store_column_keep(struct store *store, const struct field *field,
		       uint32_t chunk, const struct store_terms *terms,
		       uint64_t *bits)
{
	struct store_column column;
	size_t rows;

	if (!is_there(store, chunk, &rows))
		return;
	if (!store->foreign && !store_side_is(field)) {
		keep(store, field->number, chunk, terms, bits, rows);
		return;
	}
	if (!store_column_read(store, field, chunk, &column))
		column.count = 0;
	keep_read(&column, terms, bits, rows);
}

void store_column_keep_lists(struct store *store, uint32_t chunk,
			     const struct store_terms *terms, uint64_t *bits)
{
	struct store_column column;
	size_t rows;

	if (!is_there(store, chunk, &rows))
		return;
	if (!store->foreign) {
		keep(store, SCHEMA_COLUMN_LISTS, chunk, terms, bits, rows);
		return;
	}
	if (!store_column_lists(store, chunk, &column))
		column.count = 0;
	keep_read(&column, terms, bits, rows);
}

uint32_t store_column_last_term(struct store *store, const struct field *field)
{
	struct btree_key prefix = btree_key();
	struct store_column column;
	uint32_t last = 0;

	if (!store->foreign && !store_side_is(field)) {
		btree_key_u8(&prefix, field->number);
		last = btree_last(store, SCHEMA_TERM, &prefix);
		/* Some have room for one more than that. */
		return last < UINT32_MAX ? last : UINT32_MAX - 1;
	}
	for (uint32_t i = 0; store_column_read(store, field, i, &column); i++)
		for (size_t row = 0; row < column.count; row++)
			last = column.terms[row] > last ? column.terms[row]
							: last;
	return last;
}
