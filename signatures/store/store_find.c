#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/pack.h"
#include "signatures/store/hashes.h"
#include "signatures/store/pending.h"
#include "signatures/store/row.h"
#include "signatures/store/store_foreign.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_side.h"
#include "signatures/store/store_walk.h"
#include "signatures/store/store_write.h"
#include "signatures/store/term.h"

enum {
	DIGITS_KEPT = 16 /* of an id, in the index */
};

struct search {
	uint64_t first, last;
	uint32_t *rows;
	size_t max;
	size_t count;
};

static bool take_row(void *closure, uint64_t hash, uint32_t row)
{
	struct search *search = closure;

	if (hash > search->last)
		return false;
	/* The crash and its files mostly share one id, or its beginning. */
	for (size_t i = 0; i < search->count; i++)
		if (search->rows[i] == row)
			return true;
	search->rows[search->count++] = row;
	return search->count < search->max;
}

size_t store_find_id(struct store *store, const char *prefix, uint32_t *rows,
		     size_t max)
{
	const size_t digits = strlen(prefix);
	struct search search = { .rows = rows, .max = max };
	unsigned int free_bits;

	if (store->foreign)
		return store->foreign->find_id(store->foreign_state, prefix,
					       rows, max);
	if (!max || !digits || digits > 2 * DIGITS_KEPT)
		return 0;
	for (size_t i = 0; i < digits; i++) {
		const char *const alphabet = "0123456789abcdef";
		const char *digit = strchr(alphabet, prefix[i]);

		if (!digit)
			return 0;
		if (i < DIGITS_KEPT)
			search.first = search.first << 4 |
				       (uint64_t)(digit - alphabet);
	}
	free_bits = digits < DIGITS_KEPT
			    ? 4 * (DIGITS_KEPT - (unsigned int)digits)
			    : 0;
	search.first <<= free_bits;
	search.last = search.first | ((UINT64_C(1) << free_bits) - 1);
	hashes_walk(store, SCHEMA_FIND_IDENTITY, search.first, take_row,
		    &search);
	return search.count;
}

/* Rows whose hash is this, and that stand up to a closer look. */
struct look {
	struct store *store;
	struct hash128 content;
	const char *source; /* asked for in place of content, or NULL */
	store_row_take *take;
	void *closure;
	struct arena arena;
	bool is_over;
};

static bool take_look(void *closure, uint32_t number)
{
	struct look *look = closure;
	struct error err;
	struct row row;

	arena_reset(&look->arena);
	if (row_read(look->store, number, &look->arena, &row, &err))
		return true;
	for (size_t i = 0; i < row.count; i++) {
		const struct record_file *file = &row.files[i].file;

		if (look->source ? !strcmp(file->source, look->source)
				 : hash_128_equal(file->crash.image.content,
						  look->content)) {
			look->is_over = !look->take(look->closure, number);
			break;
		}
	}
	return !look->is_over;
}

static void look_up(struct look *look, enum schema_find kind, uint64_t hash)
{
	arena_init(&look->arena);
	hashes_find(look->store, (uint8_t)kind, hash, take_look, look);
	arena_deinit(&look->arena);
}

struct one {
	uint32_t *row;
	bool is_found;
};

static bool take_one(void *closure, uint32_t row)
{
	struct one *one = closure;

	*one->row = row;
	one->is_found = true;
	return false;
}

bool store_find_content(struct store *store, struct hash128 content,
			uint32_t *row)
{
	struct one one = { .row = row };
	struct look look = { .store = store,
			     .content = content,
			     .take = take_one,
			     .closure = &one };

	if (store->foreign)
		return store->foreign->find_content(store->foreign_state,
						    content, row);
	look_up(&look, SCHEMA_FIND_CONTENT, content.high);
	return one.is_found;
}

/* Another name for bytes that are kept under one. */
static bool take_copy(void *closure, struct bytes key, struct bytes value)
{
	struct look *look = closure;
	struct hash128 content;
	uint32_t row;

	(void)key;
	content.high = btree_take(&value, 8);
	content.low = btree_take(&value, 8);
	if (store_find_content(look->store, content, &row))
		look->is_over = !look->take(look->closure, row);
	return !look->is_over;
}

void store_find_source(struct store *store, const char *source,
		       store_row_take *take, void *closure)
{
	const uint64_t hash = hash_64(source, strlen(source));
	struct look look = { .store = store,
			     .source = source,
			     .take = take,
			     .closure = closure };
	struct btree_key key = btree_key();

	if (store->foreign) {
		store->foreign->find_source(store->foreign_state, source, take,
					    closure);
		return;
	}
	look_up(&look, SCHEMA_FIND_SOURCE, hash);
	btree_key_u64(&key, hash);
	if (!look.is_over)
		btree_walk(store, SCHEMA_COPY, &key, take_copy, &look);
}

bool store_find_stamp(struct store *store, struct hash128 stamp,
		      struct hash128 *content)
{
	struct btree_key key = btree_key();
	struct bytes in;

	btree_key_hash(&key, stamp);
	if (!btree_get(store, SCHEMA_STAMP, &key, &in))
		return false;
	content->high = btree_take(&in, 8);
	content->low = btree_take(&in, 8);
	return !in.failed;
}

static bool find_counters(struct store *store, const struct field *field,
			  struct field_value value, struct store_term *ret)
{
	uint8_t number[8];
	struct btree_key key;
	struct bytes in;

	if (store->pending)
		pending_flush(store);
	key = term_key(field->number, term_bytes(field, value, number));
	if (!btree_get(store, SCHEMA_VALUE, &key, &in))
		return false;
	ret->term = bytes_u32(&in);
	ret->value = value;
	ret->crashes = pack_take_varint(&in);
	ret->machines = pack_take_varint(&in);
	return true;
}

bool store_find_term(struct store *store, const struct field *field,
		     struct field_value value, struct store_term *ret)
{
	if ((field->type == FIELD_TEXT) != (value.text != NULL))
		return false;
	if (store_side_is(field))
		return store_side_find_term(store, field, value, ret);
	if (store->foreign)
		return store->foreign->find_term(store->foreign_state, field,
						 value, ret);
	if (!find_counters(store, field, value, ret))
		return false;
	if (field->index == FIELD_MODULES)
		ret->crashes = store_walk_crashes(store, field, ret->term);
	return true;
}

uint32_t store_find_number(struct store *store, const struct field *field,
			   struct field_value value)
{
	struct store_term term;
	bool is_there;

	if (store->foreign || store_side_is(field))
		is_there = store_find_term(store, field, value, &term);
	else
		is_there =
			(field->type == FIELD_TEXT) == (value.text != NULL) &&
			find_counters(store, field, value, &term);
	return is_there ? term.term : 0;
}
