#include "signatures/store/store_rebuild.h"

#include <stdlib.h>

#include "signatures/base/must.h"
#include "signatures/base/pack.h"
#include "signatures/store/column.h"
#include "signatures/store/index.h"
#include "signatures/store/memo.h"
#include "signatures/store/part.h"
#include "signatures/store/pending.h"
#include "signatures/store/settled.h"
#include "signatures/store/store_settled.h"
#include "signatures/store/term.h"

struct work {
	struct store *from;
	struct store *to;
	const struct field *field;
	struct arena arena;
};

/* Every term keeps its number; its counters start from nothing. */
static bool take_term(void *closure, struct bytes key, struct bytes value)
{
	struct work *work = closure;
	struct btree_key name = btree_key();
	struct btree_key by_value;
	struct pack out;

	arena_reset(&work->arena);
	btree_key_bytes(&name, key.next, bytes_left(&key));
	by_value = term_key(bytes_u8(&key), value);

	const uint32_t number = (uint32_t)btree_take(&key, 4);

	if (work->to != work->from)
		btree_put(work->to, SCHEMA_TERM, &name, value);
	out = pack_into(&work->arena);
	for (unsigned int i = 0; i < 4; i++)
		pack_u8(&out, (uint8_t)(number >> 8 * i));
	pack_varint(&out, 0);
	pack_varint(&out, 0);
	btree_put(work->to, SCHEMA_VALUE, &by_value, pack_done(&out));
	return true;
}

static bool take_part(void *closure, struct bytes key, struct bytes value)
{
	struct work *work = closure;
	const unsigned int kind = bytes_u8(&key);

	part_index(work->to, kind, (uint32_t)btree_take(&key, 4), value);
	return true;
}

static enum status index_lists(struct work *work, struct error *err)
{
	struct btree_key prefix = btree_key();
	uint32_t last;

	btree_key_u8(&prefix, SCHEMA_LIST);
	last = btree_last(work->from, SCHEMA_PART, &prefix);
	for (uint32_t list = 1; list <= last; list++) {
		struct crash crash = { 0 };

		arena_reset(&work->arena);
		if (part_get_list(work->from, list, &work->arena, &crash, err))
			return err->status;
		index_list(work->to, list, &crash);
		pending_relieve(work->to);
	}
	return STATUS_OK;
}

/* Values that do not follow from the crash stay; they are counted again. */
static void count_given(struct work *work)
{
	const uint32_t rows = work->from->rows;
	uint64_t *values = must(calloc(STORE_CHUNK_ROWS, sizeof(*values)));

	for (uint32_t chunk = 0; (uint64_t)chunk * STORE_CHUNK_ROWS < rows;
	     chunk++) {
		column_read(work->from, work->field->number, 0, chunk, values);
		for (size_t i = 0; i < STORE_CHUNK_ROWS; i++) {
			struct term *term =
				values[i]
					? term_at(work->to, work->field->number,
						  (uint32_t)values[i])
					: NULL;

			if (term)
				term_count(work->to, term, 1, 0);
		}
		if (work->to != work->from)
			column_write(work->to, work->field->number, 0, chunk,
				     values);
	}
	free(values);
}

static enum status index_rows(struct work *work, store_complain *complain,
			      void *closure, struct error *err)
{
	uint64_t files = 0;
	struct row row;

	for (uint32_t number = 0; number < work->from->rows; number++) {
		arena_reset(&work->arena);
		if (row_read(work->from, number, &work->arena, &row, err)) {
			if (!complain || work->from->failed)
				return err->status;
			complain(closure, err->text);
			continue;
		}
		index_row(work->to, number, &row, 1);
		files += row.count;
		pending_relieve(work->to);
	}
	work->to->files = files;
	return STATUS_OK;
}

static bool take_refused(void *closure, struct bytes key, struct bytes value)
{
	struct store *to = closure;
	const uint32_t why = bytes_u32(&value);

	(void)key;
	if (why < STATUS_COUNT)
		to->refused[why]++;
	return true;
}

enum status store_rebuild_into(struct store *from, struct store *to,
			       store_complain *complain, void *closure,
			       struct error *err)
{
	const struct btree_key all = btree_key();
	struct work work = { .from = from, .to = to };
	enum status status;

	arena_init(&work.arena);
	btree_walk(from, SCHEMA_TERM, &all, take_term, &work);
	btree_walk(from, SCHEMA_PART, &all, take_part, &work);
	status = index_lists(&work, err);
	for (work.field = field_table; work.field->name; work.field++)
		if (!work.field->values && work.field->index == FIELD_COLUMN)
			count_given(&work);
	if (!status)
		status = index_rows(&work, complain, closure, err);
	arena_deinit(&work.arena);
	for (size_t i = 0; i < STATUS_COUNT; i++)
		to->refused[i] = 0;
	btree_walk(from, SCHEMA_REFUSED, &all, take_refused, to);
	to->tally_changed = true;
	pending_flush(to);
	if (status)
		return status;
	if (state_check(from, err))
		return err->status;
	return state_check(to, err);
}

/* All columns but those that are kept. */
static void clear_columns(struct store *store)
{
	for (unsigned int number = 1; number < SCHEMA_FIELDS; number++) {
		const struct field *field = field_table;
		struct btree_key key = btree_key();
		uint32_t last;

		while (field->name && field->number != number)
			field++;
		if (field->name && !field->values &&
		    field->index == FIELD_COLUMN)
			continue;
		btree_key_u8(&key, (uint8_t)number);
		last = btree_last(store, SCHEMA_COLUMN, &key);
		for (uint32_t chunk = 0; chunk <= last; chunk++)
			column_write_nothing(store, (uint8_t)number, chunk);
	}
}

enum status store_rebuild(struct store *store, struct error *err)
{
	pending_flush(store);
	btree_clear(store, SCHEMA_FIND);
	btree_clear(store, SCHEMA_VALUE);
	btree_clear(store, SCHEMA_POSTING);
	btree_clear(store, SCHEMA_PAIR);
	btree_clear(store, SCHEMA_RANK);
	clear_columns(store);
	/* The settling pass makes it anew. */
	if (store_settled_look(store, NULL, NULL))
		store_settled_clear(store);
	/* The dictionary in memory has the old counters. */
	memo_forget(store);
	term_cache_destroy(store->terms);
	store->terms = term_cache_create();
	return store_rebuild_into(store, store, NULL, NULL, err);
}
