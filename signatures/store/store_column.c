#include <stdlib.h>

#include "signatures/store/column.h"
#include "signatures/store/pending.h"
#include "signatures/store/store_foreign.h"
#include "signatures/store/store_read.h"

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
