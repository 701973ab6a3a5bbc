#include "signatures/store/store_walk.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/pack.h"
#include "signatures/store/hashes.h"
#include "signatures/store/pending.h"
#include "signatures/store/posting.h"
#include "signatures/store/roaring.h"
#include "signatures/store/row.h"
#include "signatures/store/store_admin.h"
#include "signatures/store/store_foreign.h"
#include "signatures/store/store_side.h"
#include "signatures/store/term.h"

/* How many crashes have each module list, counted afresh: one scan. */
static uint32_t *count_lists(struct store *store)
{
	struct btree_key prefix = btree_key();
	struct store_column column;
	uint32_t last;
	uint32_t *counts;

	btree_key_u8(&prefix, SCHEMA_LIST);
	last = btree_last(store, SCHEMA_PART, &prefix);
	/* Parts are numbered without gaps, where nobody damaged the store. */
	if (last > btree_count(store, SCHEMA_PART))
		last = 0;
	counts = must(calloc((size_t)last + 1, sizeof(*counts)));
	for (uint32_t chunk = 0; store_column_lists(store, chunk, &column);
	     chunk++)
		for (size_t i = 0; i < column.count; i++)
			if (column.terms[i] <= last)
				counts[column.terms[i]]++;
	counts[0] = last;
	return counts;
}

struct sum {
	const uint32_t *counts; /* [0] is the last list there is */
	uint64_t crashes;
};

static bool add_list(uint32_t list, void *closure)
{
	struct sum *sum = closure;

	if (list && list <= sum->counts[0])
		sum->crashes += sum->counts[list];
	return true;
}

static bool take_chunk(void *closure, struct bytes key, struct bytes value)
{
	roaring_bitmap_t *rows = closure;

	bytes_skip(&key, 5);
	posting_decode(value,
		       (uint32_t)btree_take(&key, 2) * SCHEMA_POSTING_ROWS,
		       rows);
	return true;
}

static uint64_t crashes_of(struct store *store, const uint32_t *counts,
			   const struct field *field, uint32_t term)
{
	struct sum sum = { .counts = counts };
	roaring_bitmap_t *lists = roaring_create();
	struct btree_key prefix = btree_key();

	btree_key_u8(&prefix, field->number);
	btree_key_u32(&prefix, term);
	btree_walk(store, SCHEMA_POSTING, &prefix, take_chunk, lists);
	roaring.iterate(lists, add_list, &sum);
	roaring.bitmap_free(lists);
	return sum.crashes;
}

uint64_t store_walk_crashes(struct store *store, const struct field *field,
			    uint32_t term)
{
	uint32_t *counts = count_lists(store);
	const uint64_t crashes = crashes_of(store, counts, field, term);

	free(counts);
	return crashes;
}

struct terms {
	struct store *store;
	const struct field *field;
	store_term_take *take;
	void *closure;
	const uint32_t *counts;
	bool is_counted; /* a term without crashes is none */
	struct arena arena;
};

static bool take_value(void *closure, struct bytes key, struct bytes value)
{
	struct terms *terms = closure;
	const struct field *field = terms->field;
	struct btree_key name = btree_key();
	struct store_term term;

	term.term = bytes_u32(&value);
	term.crashes = pack_take_varint(&value);
	term.machines = pack_take_varint(&value);
	if (terms->counts)
		term.crashes = crashes_of(terms->store, terms->counts, field,
					  term.term);
	if (!term.crashes && terms->is_counted)
		return true;
	if (!term_is_whole(field, key)) {
		btree_key_u8(&name, field->number);
		btree_key_u32(&name, term.term);
		if (!btree_get(terms->store, SCHEMA_TERM, &name, &key))
			return true;
	} else {
		bytes_skip(&key, 1);
		key = bytes_of(key.next, bytes_left(&key));
	}
	arena_reset(&terms->arena);
	term.value = term_value(field, key, &terms->arena);
	return terms->take(terms->closure, &term);
}

/* Values that begin so: all do with "". */
static enum status walk_values(struct store *store, const struct field *field,
			       const char *beginning, const uint32_t *counts,
			       bool is_counted, store_term_take *take,
			       void *closure, struct error *err)
{
	struct terms terms = { .store = store,
			       .field = field,
			       .take = take,
			       .closure = closure,
			       .counts = counts,
			       .is_counted = is_counted };
	struct btree_key prefix = btree_key();

	btree_key_u8(&prefix, field->number);
	btree_key_bytes(&prefix, beginning,
			strnlen(beginning, SCHEMA_VALUE_BYTES));
	arena_init(&terms.arena);
	btree_walk(store, SCHEMA_VALUE, &prefix, take_value, &terms);
	arena_deinit(&terms.arena);
	return state_check(store, err);
}

enum status store_walk_terms(struct store *store, const struct field *field,
			     store_term_take *take, void *closure,
			     struct error *err)
{
	uint32_t *counts = NULL;
	enum status status;

	if (store_side_is(field))
		return store_side_walk(store, field, take, closure, err);
	if (store->foreign)
		return store->foreign->walk_terms(store->foreign_state, field,
						  take, closure, err);
	if (store->pending)
		pending_flush(store);
	if (field->index == FIELD_MODULES)
		counts = count_lists(store);
	status =
		walk_values(store, field, "", counts, true, take, closure, err);
	free(counts);
	return status;
}

enum status store_walk_values(struct store *store, const struct field *field,
			      store_term_take *take, void *closure,
			      struct error *err)
{
	if (field->index != FIELD_MODULES || store->foreign)
		return store_walk_terms(store, field, take, closure, err);
	if (store->pending)
		pending_flush(store);
	return walk_values(store, field, "", NULL, false, take, closure, err);
}

/* Are the values of field in this store, in their order? */
static bool is_ordered(const struct store *store, const struct field *field)
{
	return !store->foreign && !store_side_is(field);
}

struct span {
	struct terms terms;
	uint64_t high;
};

static bool take_between(void *closure, struct bytes key, struct bytes value)
{
	struct span *span = closure;
	struct bytes number = key;

	if (bytes_u8(&number) != span->terms.field->number ||
	    btree_take(&number, 8) > span->high)
		return false;
	return take_value(&span->terms, key, value);
}

enum status store_walk_between(struct store *store, const struct field *field,
			       uint64_t low, uint64_t high,
			       store_term_take *take, void *closure,
			       struct error *err)
{
	struct span span = { .terms = { .store = store,
					.field = field,
					.take = take,
					.closure = closure,
					.is_counted = true },
			     .high = high };
	struct btree_key from = btree_key();

	if (field->type == FIELD_TEXT || !is_ordered(store, field))
		return store_walk_values(store, field, take, closure, err);
	if (store->pending)
		pending_flush(store);
	btree_key_u8(&from, field->number);
	btree_key_u64(&from, low);
	arena_init(&span.terms.arena);
	btree_walk_from(store, SCHEMA_VALUE, &from, take_between, &span);
	arena_deinit(&span.terms.arena);
	return state_check(store, err);
}

enum status store_walk_beginning(struct store *store, const struct field *field,
				 const char *prefix, store_term_take *take,
				 void *closure, struct error *err)
{
	if (field->type != FIELD_TEXT || !is_ordered(store, field))
		return store_walk_values(store, field, take, closure, err);
	if (store->pending)
		pending_flush(store);
	return walk_values(store, field, prefix, NULL,
			   field->index != FIELD_MODULES, take, closure, err);
}

static bool take_number(void *closure, struct bytes key, struct bytes value)
{
	struct terms *terms = closure;
	struct store_term term = { .crashes = 0 };

	if (bytes_u8(&key) != terms->field->number)
		return false;
	term.term = (uint32_t)btree_take(&key, 4);
	arena_reset(&terms->arena);
	term.value = term_value(terms->field, value, &terms->arena);
	return terms->take(terms->closure, &term);
}

/* What is not in the store is asked one by one. */
static void walk_each(struct terms *terms, uint32_t first)
{
	const uint32_t last =
		store_column_last_term(terms->store, terms->field);
	bool more = true;

	for (uint64_t number = first; number <= last && more; number++) {
		struct store_term term;

		arena_reset(&terms->arena);
		if (store_term_value(terms->store, terms->field,
				     (uint32_t)number, &terms->arena, &term))
			more = terms->take(terms->closure, &term);
	}
}

enum status store_walk_numbers(struct store *store, const struct field *field,
			       uint32_t first, store_term_take *take,
			       void *closure, struct error *err)
{
	struct terms terms = {
		.store = store, .field = field, .take = take, .closure = closure
	};
	struct btree_key from = btree_key();

	if (store->pending)
		pending_flush(store);
	btree_key_u8(&from, field->number);
	btree_key_u32(&from, first);
	arena_init(&terms.arena);
	if (store->foreign || store_side_is(field))
		walk_each(&terms, first);
	else
		btree_walk_from(store, SCHEMA_TERM, &from, take_number, &terms);
	arena_deinit(&terms.arena);
	return state_check(store, err);
}

struct records {
	struct store *store;
	store_take_file *take;
	void *closure;
	struct arena arena;
	struct error *err;
	enum status status;
};

static int by_content(const void *left, const void *right)
{
	const struct row_file *a = left, *b = right;
	const struct hash128 x = a->file.crash.image.content;
	const struct hash128 y = b->file.crash.image.content;

	if (x.high != y.high)
		return x.high < y.high ? -1 : 1;
	return (x.low > y.low) - (x.low < y.low);
}

/* A row has an entry for each id of its files; its own is the one that counts.
 */
static bool take_identity(void *closure, uint64_t hash, uint32_t number)
{
	struct records *records = closure;
	struct row row;

	arena_reset(&records->arena);
	records->status = row_read(records->store, number, &records->arena,
				   &row, records->err);
	if (records->status)
		return false;
	if (row.identity.high != hash)
		return true;
	qsort(row.files, row.count, sizeof(row.files[0]), by_content);
	for (size_t i = 0; i < row.count; i++)
		if (!records->take(records->closure, row.identity,
				   &row.files[i].file))
			return false;
	return true;
}

enum status store_walk_records(struct store *store, store_take_file *take,
			       void *closure, struct error *err)
{
	struct records records = {
		.store = store, .take = take, .closure = closure, .err = err
	};

	arena_init(&records.arena);
	hashes_walk(store, SCHEMA_FIND_IDENTITY, 0, take_identity, &records);
	arena_deinit(&records.arena);
	return records.status ? records.status : state_check(store, err);
}
