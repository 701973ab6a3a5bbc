#include "signatures/store/store_schema.h"

#include "signatures/store/btree.h"
#include "signatures/store/column.h"

static struct btree_key schema_key(void)
{
	struct btree_key key = btree_key();

	btree_key_bytes(&key, "schema", 6);
	return key;
}

static void put_schema(struct store *store)
{
	const struct btree_key key = schema_key();
	static const uint8_t version[4] = { SCHEMA_VERSION };

	btree_put(store, SCHEMA_META, &key, bytes_of(version, 4));
	store->has_heads = store->has_split = true;
}

enum status store_schema_check(struct store *store, struct error *err)
{
	const struct btree_key key = schema_key();
	struct bytes in;

	if (btree_get(store, SCHEMA_META, &key, &in)) {
		const uint32_t found = bytes_u32(&in);

		store->has_split = found == SCHEMA_VERSION;
		store->has_heads =
			store->has_split || found == SCHEMA_WITHOUT_SPLIT;
		if (!store->has_heads && found != SCHEMA_WITHOUT_HEADS)
			return error_set(err, STATUS_STORE,
					 "%s: has schema version %u, want %d: "
					 "index the dumps into a new store",
					 store->path, found, SCHEMA_VERSION);
		return STATUS_OK;
	}
	if (state_check(store, err))
		return err->status;
	if (store->mode == STORE_READ || btree_count(store, SCHEMA_ROW))
		return error_set(err, STATUS_STORE,
				 "%s: has no schema version, want %d",
				 store->path, SCHEMA_VERSION);
	put_schema(store);
	return state_check(store, err);
}

enum status store_schema_begin(struct store *store, struct error *err)
{
	if (store_schema_check(store, err))
		return err->status;
	if (store->has_split || store->mode == STORE_READ)
		return STATUS_OK;
	column_write_again(store);
	put_schema(store);
	return state_check(store, err);
}
