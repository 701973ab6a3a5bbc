#include <stdlib.h>

#include "signatures/base/must.h"
#include "signatures/store/pending.h"
#include "signatures/store/posting.h"
#include "signatures/store/store_foreign.h"
#include "signatures/store/store_read.h"

enum {
	CHUNKS_MOST = 1 << 16, /* of rows: their numbers are u16 */
	CHUNK_WORDS = SCHEMA_POSTING_ROWS / 64
};

/* The lists of a field, one behind the other. */
struct each {
	struct store *store;
	const struct field *field;
	const uint64_t *among;
	size_t words;
	bool *is_asked; /* by chunk: has any of these */
	store_posting_take *take;
	void *closure;
	uint32_t term; /* the one at hand */
	uint32_t *rows;
	size_t count, room;
	struct error *err;
	enum status status;
};

static void find_asked(struct each *each)
{
	each->is_asked = must(calloc(CHUNKS_MOST, sizeof(*each->is_asked)));
	for (size_t i = 0; i < each->words; i++)
		if (each->among[i])
			each->is_asked[i / CHUNK_WORDS] = true;
}

static void take_row(void *closure, uint32_t row)
{
	struct each *each = closure;

	if (row / 64 >= each->words || !(each->among[row / 64] >> row % 64 & 1))
		return;
	if (each->count == each->room) {
		each->room = each->room * 2 + 1024;
		each->rows = must(
			realloc(each->rows, each->room * sizeof(*each->rows)));
	}
	each->rows[each->count++] = row;
}

/* The rows of the term at hand are all there. */
static bool close_term(struct each *each)
{
	const size_t count = each->count;

	each->count = 0;
	return !count ||
	       each->take(each->closure, each->term, each->rows, count);
}

static bool take_chunk(void *closure, struct bytes key, struct bytes value)
{
	struct each *each = closure;
	uint32_t term, chunk;

	bytes_skip(&key, 1);
	term = (uint32_t)btree_take(&key, 4);
	chunk = (uint32_t)btree_take(&key, 2);
	if (term != each->term && !close_term(each))
		return false;
	each->term = term;
	if (each->is_asked[chunk] &&
	    !posting_walk(value, chunk * SCHEMA_POSTING_ROWS, take_row, each)) {
		each->store->failed = MDB_CORRUPTED;
		return false;
	}
	return true;
}

static bool take_foreign(void *closure, uint32_t row)
{
	take_row(closure, row);
	return true;
}

static bool take_term(void *closure, const struct store_term *term)
{
	struct each *each = closure;
	struct store_rows *rows = store_rows_create();

	each->term = term->term;
	each->status = each->store->foreign->posting_lists(
		each->store->foreign_state, each->field, term->term, rows,
		each->err);
	store_rows_walk(rows, take_foreign, each);
	store_rows_destroy(rows);
	return !each->status && close_term(each);
}

static enum status walk_foreign(struct each *each)
{
	const enum status walked = store_walk_values(
		each->store, each->field, take_term, each, each->err);

	return walked ? walked : each->status;
}

static enum status walk_own(struct each *each)
{
	struct btree_key prefix = btree_key();

	if (each->store->pending)
		pending_flush(each->store);
	btree_key_u8(&prefix, each->field->number);
	btree_walk(each->store, SCHEMA_POSTING, &prefix, take_chunk, each);
	close_term(each);
	return state_check(each->store, each->err);
}

enum status store_posting_each(struct store *store, const struct field *field,
			       const uint64_t *among, size_t words,
			       store_posting_take *take, void *closure,
			       struct error *err)
{
	struct each each = { .store = store,
			     .field = field,
			     .among = among,
			     .words = words,
			     .take = take,
			     .closure = closure,
			     .err = err };
	enum status status;

	find_asked(&each);
	status = store->foreign ? walk_foreign(&each) : walk_own(&each);
	free(each.rows);
	free(each.is_asked);
	return status;
}
