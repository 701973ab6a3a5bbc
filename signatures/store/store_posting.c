#include "signatures/store/pending.h"
#include "signatures/store/posting.h"
#include "signatures/store/store_rows.h"

struct chunks {
	struct store *store;
	roaring_bitmap_t *rows;
};

static bool take_chunk(void *closure, struct bytes key, struct bytes value)
{
	struct chunks *chunks = closure;
	uint32_t chunk;

	bytes_skip(&key, 5);
	chunk = (uint32_t)btree_take(&key, 2);
	if (!posting_decode(value, chunk * SCHEMA_POSTING_ROWS, chunks->rows))
		chunks->store->failed = MDB_CORRUPTED;
	return true;
}

enum status store_posting_lists(struct store *store, const struct field *field,
				uint32_t term, struct store_rows *lists,
				struct error *err)
{
	struct chunks chunks = { store, lists->set };
	struct btree_key prefix = btree_key();

	if (store->pending)
		pending_flush(store);
	btree_key_u8(&prefix, field->number);
	btree_key_u32(&prefix, term);
	btree_walk(store, SCHEMA_POSTING, &prefix, take_chunk, &chunks);
	return state_check(store, err);
}

enum status store_posting_read(struct store *store, const struct field *field,
			       uint32_t term, struct store_rows *rows,
			       struct error *err)
{
	struct store_rows *lists;
	struct store_column column;
	enum status status;

	if (field->index != FIELD_MODULES)
		return store_posting_lists(store, field, term, rows, err);
	lists = store_rows_create();
	status = store_posting_lists(store, field, term, lists, err);
	for (uint32_t chunk = 0;
	     !status && store_column_lists(store, chunk, &column); chunk++)
		for (uint32_t i = 0; i < column.count; i++)
			if (column.terms[i] &&
			    store_rows_has(lists, column.terms[i]))
				store_rows_add(rows,
					       chunk * STORE_CHUNK_ROWS + i);
	store_rows_destroy(lists);
	return status;
}
