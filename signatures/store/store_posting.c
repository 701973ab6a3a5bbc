#include <stdlib.h>
#include <string.h>

#include "signatures/base/bits.h"
#include "signatures/base/must.h"
#include "signatures/store/pending.h"
#include "signatures/store/posting.h"
#include "signatures/store/posting_bits.h"
#include "signatures/store/store_foreign.h"
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

	if (store->foreign)
		return store->foreign->posting_lists(store->foreign_state,
						     field, term, lists, err);
	if (store->pending)
		pending_flush(store);
	btree_key_u8(&prefix, field->number);
	btree_key_u32(&prefix, term);
	btree_walk(store, SCHEMA_POSTING, &prefix, take_chunk, &chunks);
	return state_check(store, err);
}

/* Lists as bytes, one each: asked once a row. */
struct members {
	uint8_t *is_member;
	uint32_t last;
};

static bool take_list(uint32_t list, void *closure)
{
	struct members *members = closure;

	if (list <= members->last)
		members->is_member[list] = 1;
	return true;
}

static void add_members(struct store *store, const struct store_rows *lists,
			struct store_rows *rows)
{
	static uint32_t found[STORE_CHUNK_ROWS];
	struct members members = { 0 };
	struct store_column column;
	uint64_t parts;

	if (roaring.bitmap_is_empty(lists->set))
		return;
	members.last = roaring.bitmap_maximum(lists->set);
	/* Lists are numbered without gaps, where nobody damaged the store. */
	parts = btree_count(store, SCHEMA_PART);
	if (members.last > parts)
		members.last = (uint32_t)parts;
	members.is_member = must(calloc((size_t)members.last + 1, 1));
	roaring.iterate(lists->set, take_list, &members);
	members.is_member[0] = 0;
	for (uint32_t chunk = 0; store_column_lists(store, chunk, &column);
	     chunk++) {
		size_t count = 0;

		for (uint32_t i = 0; i < column.count; i++) {
			const uint32_t list = column.terms[i];

			found[count] = chunk * STORE_CHUNK_ROWS + i;
			count +=
				list <= members.last && members.is_member[list];
		}
		roaring.bitmap_add_many(rows->set, count, found);
	}
	free(members.is_member);
}

bool store_posting_is_listed(const struct store *store,
			     const struct field *field)
{
	return !store->foreign &&
	       (field->index == FIELD_POSTINGS || field_is_listed(field));
}

enum status store_posting_read(struct store *store, const struct field *field,
			       uint32_t term, struct store_rows *rows,
			       struct error *err)
{
	struct store_rows *lists;
	enum status status;

	if (store->foreign)
		return store->foreign->posting_read(store->foreign_state, field,
						    term, rows, err);
	if (field->index != FIELD_MODULES)
		return store_posting_lists(store, field, term, rows, err);
	lists = store_rows_create();
	status = store_posting_lists(store, field, term, lists, err);
	if (!status)
		add_members(store, lists, rows);
	store_rows_destroy(lists);
	return status;
}

struct setting {
	struct store *store;
	const uint64_t *among;
	uint64_t *bits;
};

static size_t words_of(const struct store *store, uint32_t first)
{
	const size_t left = store->rows - first;

	return ((left < SCHEMA_POSTING_ROWS ? left : SCHEMA_POSTING_ROWS) +
		63) /
	       64;
}

static bool set_chunk(void *closure, struct bytes key, struct bytes value)
{
	const struct setting *setting = closure;
	uint32_t first;

	bytes_skip(&key, 5);
	first = (uint32_t)btree_take(&key, 2) * SCHEMA_POSTING_ROWS;
	if (first >= setting->store->rows)
		return false;
	if (setting->among && !bits_any(setting->among + first / 64,
					words_of(setting->store, first)))
		return true;
	if (!posting_bits_set(value, first, setting->bits,
			      setting->store->rows) &&
	    !setting->store->failed)
		setting->store->failed = MDB_CORRUPTED;
	return true;
}

static bool set_bit(void *closure, uint32_t row)
{
	const struct setting *setting = closure;

	if (row < setting->store->rows)
		setting->bits[row / 64] |= UINT64_C(1) << row % 64;
	return true;
}

enum status store_posting_bits(struct store *store, const struct field *field,
			       uint32_t term, const uint64_t *among,
			       uint64_t *bits, struct error *err)
{
	struct setting setting = { store, among, bits };
	struct btree_key prefix = btree_key();
	struct store_rows *rows;
	enum status status;

	if (store->foreign) {
		rows = store_rows_create();
		status = store_posting_read(store, field, term, rows, err);
		store_rows_walk(rows, set_bit, &setting);
		store_rows_destroy(rows);
		return status;
	}
	if (store->pending)
		pending_flush(store);
	btree_key_u8(&prefix, field->number);
	btree_key_u32(&prefix, term);
	btree_walk(store, SCHEMA_POSTING, &prefix, set_chunk, &setting);
	return state_check(store, err);
}

/* One after the other: what has no rows left is not looked up. */
static void keep_chunks(struct store *store, const struct field *field,
			uint32_t term, uint64_t *bits)
{
	for (uint64_t first = 0; first < store->rows;
	     first += SCHEMA_POSTING_ROWS) {
		const uint16_t chunk = (uint16_t)(first / SCHEMA_POSTING_ROWS);
		const struct btree_key key =
			posting_key(field->number, term, chunk);
		const size_t words = words_of(store, (uint32_t)first);
		struct bytes in;

		if (!bits_any(bits + first / 64, words))
			continue;
		if (!btree_first(store, SCHEMA_POSTING, &key, SIZE_MAX, &in))
			memset(bits + first / 64, 0, words * sizeof(*bits));
		else if (!posting_bits_keep(in, (uint32_t)first, bits,
					    store->rows) &&
			 !store->failed)
			store->failed = MDB_CORRUPTED;
	}
}

enum status store_posting_keep(struct store *store, const struct field *field,
			       uint32_t term, uint64_t *bits, struct error *err)
{
	const size_t words = ((size_t)store->rows + 63) / 64;
	uint64_t *has;
	enum status status;

	if (!store->foreign) {
		if (store->pending)
			pending_flush(store);
		keep_chunks(store, field, term, bits);
		return state_check(store, err);
	}
	has = must(calloc(words + 1, sizeof(*has)));
	status = store_posting_bits(store, field, term, NULL, has, err);
	for (size_t i = 0; i < words; i++)
		bits[i] &= has[i];
	free(has);
	return status;
}
