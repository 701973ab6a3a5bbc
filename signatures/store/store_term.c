#include "signatures/base/pack.h"
#include "signatures/store/pending.h"
#include "signatures/store/store_foreign.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_side.h"
#include "signatures/store/store_walk.h"
#include "signatures/store/term.h"

bool store_term_value(struct store *store, const struct field *field,
		      uint32_t term, struct arena *arena,
		      struct store_term *ret)
{
	struct btree_key key = btree_key();
	struct bytes value, in;

	if (store_side_is(field))
		return store_side_term_value(store, field, term, arena, ret);
	if (store->foreign)
		return store->foreign->term_value(store->foreign_state, field,
						  term, arena, ret);
	if (store->pending)
		pending_flush(store);
	btree_key_u8(&key, field->number);
	btree_key_u32(&key, term);
	if (!btree_get(store, SCHEMA_TERM, &key, &value))
		return false;
	key = term_key(field->number, value);
	if (!btree_get(store, SCHEMA_VALUE, &key, &in))
		return false;
	ret->term = bytes_u32(&in);
	ret->crashes = pack_take_varint(&in);
	ret->machines = pack_take_varint(&in);
	ret->value = term_value(field, value, arena);
	if (field->index == FIELD_MODULES)
		ret->crashes = store_walk_crashes(store, field, term);
	return true;
}

bool store_term_name(struct store *store, const struct field *field,
		     uint32_t number, struct arena *arena,
		     struct field_value *ret)
{
	struct btree_key key = btree_key();
	struct store_term term;
	struct bytes value;

	if (store->foreign || store_side_is(field)) {
		if (!store_term_value(store, field, number, arena, &term))
			return false;
		*ret = term.value;
		return true;
	}
	if (store->pending)
		pending_flush(store);
	btree_key_u8(&key, field->number);
	btree_key_u32(&key, number);
	if (!btree_get(store, SCHEMA_TERM, &key, &value))
		return false;
	*ret = term_value(field, value, arena);
	return true;
}
