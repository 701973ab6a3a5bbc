#include <stdlib.h>
#include <string.h>

#include "signatures/store/column.h"
#include "signatures/store/pending.h"
#include "signatures/store/store_foreign.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_side.h"

/* Room for one chunk of a field, as wide as its widest form. */
static void *room_of(struct store *store, uint8_t field)
{
	if (!store->columns[field]) {
		store->columns[field] =
			malloc(STORE_CHUNK_ROWS * sizeof(uint64_t));
		if (!store->columns[field])
			abort();
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

bool store_column_read(struct store *store, const struct field *field,
		       uint32_t chunk, struct store_column *ret)
{
	void *room;
	struct store_column column = { 0 };

	if (store_side_is(field))
		return store_side_column(store, field, chunk, ret);
	if (store->foreign)
		return store->foreign->column_read(store->foreign_state, field,
						   chunk, ret);
	room = room_of(store, field->number);
	if (!is_there(store, chunk, &column.count))
		return false;
	if (field->index == FIELD_RAW) {
		column_read(store, field->number, STORE_NO_NUMBER, chunk, room);
		column.numbers = room;
	} else {
		column_read_terms(store, field->number, chunk, room);
		column.terms = room;
	}
	*ret = column;
	return true;
}

bool store_column_lists(struct store *store, uint32_t chunk,
			struct store_column *ret)
{
	void *room;
	struct store_column column = { 0 };

	if (store->foreign)
		return store->foreign->column_lists(store->foreign_state, chunk,
						    ret);
	room = room_of(store, SCHEMA_COLUMN_LISTS);
	if (!is_there(store, chunk, &column.count))
		return false;
	column_read_terms(store, SCHEMA_COLUMN_LISTS, chunk, room);
	column.terms = room;
	*ret = column;
	return true;
}

bool store_column_range(struct store *store, const struct field *field,
			uint32_t chunk, uint64_t *least, uint64_t *most)
{
	if (store->foreign || store_side_is(field)) {
		*least = 0;
		*most = UINT64_MAX;
		return true;
	}
	if (store->pending)
		pending_flush(store);
	return column_range(store, field->number, chunk, least, most);
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

uint32_t store_column_last_term(struct store *store, const struct field *field)
{
	struct btree_key prefix = btree_key();
	struct store_column column;
	uint32_t last = 0;

	if (!store->foreign && !store_side_is(field)) {
		btree_key_u8(&prefix, field->number);
		return btree_last(store, SCHEMA_TERM, &prefix);
	}
	for (uint32_t i = 0; store_column_read(store, field, i, &column); i++)
		for (size_t row = 0; row < column.count; row++)
			last = column.terms[row] > last ? column.terms[row]
							: last;
	return last;
}
