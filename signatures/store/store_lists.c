#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/store/btree.h"
#include "signatures/store/pending.h"
#include "signatures/store/posting_bits.h"
#include "signatures/store/store_foreign.h"
#include "signatures/store/store_read.h"

enum {
	WORD_BITS = 64
};

void store_lists_grow(struct store_terms *lists, size_t words)
{
	if (words <= lists->words)
		return;
	lists->bits = must(realloc(lists->bits, words * sizeof(*lists->bits)));
	memset(lists->bits + lists->words, lists->beyond ? 0xff : 0,
	       (words - lists->words) * sizeof(*lists->bits));
	lists->words = words;
}

struct setting {
	struct store *store;
	struct store_terms *lists;
};

static bool set_chunk(void *closure, struct bytes key, struct bytes value)
{
	const struct setting *setting = closure;
	const size_t bits = setting->lists->words * WORD_BITS;
	uint32_t chunk;

	bytes_skip(&key, 5);
	chunk = (uint32_t)btree_take(&key, 2);
	if (!posting_bits_set(value, chunk * SCHEMA_POSTING_ROWS,
			      setting->lists->bits,
			      bits < UINT32_MAX ? (uint32_t)bits : UINT32_MAX))
		setting->store->failed = MDB_CORRUPTED;
	return true;
}

/* Lists are numbered without gaps, where nobody damaged the store. */
static size_t words_of_all(struct store *store)
{
	const uint64_t parts = btree_count(store, SCHEMA_PART);
	struct btree_key kind = btree_key();
	uint64_t last;

	btree_key_u8(&kind, SCHEMA_LIST);
	last = btree_last(store, SCHEMA_PART, &kind);
	return (size_t)((last < parts ? last : parts) / WORD_BITS + 1);
}

static enum status set_own(struct store *store, const struct field *field,
			   uint32_t term, struct store_terms *lists,
			   struct error *err)
{
	struct setting setting = { store, lists };
	struct btree_key prefix = btree_key();

	if (store->pending)
		pending_flush(store);
	if (!lists->words)
		store_lists_grow(lists, words_of_all(store));
	btree_key_u8(&prefix, field->number);
	btree_key_u32(&prefix, term);
	btree_walk(store, SCHEMA_POSTING, &prefix, set_chunk, &setting);
	return state_check(store, err);
}

static bool set_list(void *closure, uint32_t list)
{
	struct store_terms *lists = closure;

	if (list / WORD_BITS >= lists->words)
		store_lists_grow(lists, 2 * (list / WORD_BITS + 1));
	lists->bits[list / WORD_BITS] |= UINT64_C(1) << list % WORD_BITS;
	return true;
}

enum status store_lists_having(struct store *store, const struct field *field,
			       uint32_t term, struct store_terms *lists,
			       struct error *err)
{
	struct store_rows *rows;
	enum status status;

	if (!store->foreign)
		return set_own(store, field, term, lists, err);
	rows = store_rows_create();
	status = store_posting_lists(store, field, term, rows, err);
	store_rows_walk(rows, set_list, lists);
	store_rows_destroy(rows);
	return status;
}
