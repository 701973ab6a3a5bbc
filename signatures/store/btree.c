#include "signatures/store/btree.h"

#include <assert.h>
#include <string.h>

#include "signatures/store/pages.h"

enum {
	KEPT_BYTES =
		64 << 20 /* of a question; who looks at more uses the map */
};

struct btree_key btree_key(void)
{
	return (struct btree_key){ .size = 0 };
}

void btree_key_bytes(struct btree_key *key, const void *data, size_t size)
{
	assert(size <= sizeof(key->data) - key->size);
	memcpy(key->data + key->size, data, size);
	key->size += size;
}

static void put_number(struct btree_key *key, uint64_t value, size_t size)
{
	uint8_t raw[8];

	for (size_t i = 0; i < size; i++)
		raw[i] = (uint8_t)(value >> 8 * (size - 1 - i));
	btree_key_bytes(key, raw, size);
}

void btree_key_u8(struct btree_key *key, uint8_t value)
{
	put_number(key, value, 1);
}

void btree_key_u16(struct btree_key *key, uint16_t value)
{
	put_number(key, value, 2);
}

void btree_key_u32(struct btree_key *key, uint32_t value)
{
	put_number(key, value, 4);
}

void btree_key_u64(struct btree_key *key, uint64_t value)
{
	put_number(key, value, 8);
}

void btree_key_hash(struct btree_key *key, struct hash128 hash)
{
	btree_key_u64(key, hash.high);
	btree_key_u64(key, hash.low);
}

uint64_t btree_take(struct bytes *in, size_t size)
{
	const uint8_t *at = bytes_take(in, size);
	uint64_t value = 0;

	for (size_t i = 0; at && i < size; i++)
		value = value << 8 | at[i];
	return value;
}

/* LMDB does not write through the pointers it is given. */
static MDB_val of_key(struct btree_key *copy, const struct btree_key *key)
{
	copy->size = key->size;
	memcpy(copy->data, key->data, key->size);
	return (MDB_val){ copy->size, copy->data };
}

static struct bytes of_value(MDB_val value)
{
	return bytes_of(value.mv_data, value.mv_size);
}

static void stick(struct store *store, int rc)
{
	if (!store->failed)
		store->failed = rc;
}

static uint64_t root_of(struct store *store, MDB_dbi names, const char *name)
{
	MDB_val key = { strlen(name), (void *)(uintptr_t)name };
	MDB_val record;

	return mdb_get(store->txn, names, &key, &record)
		       ? PAGES_NO_ROOT
		       : pages_root(of_value(record));
}

/* Without these, LMDB is asked everything. */
void btree_begin(struct store *store)
{
	mdb_filehandle_t fd;
	MDB_dbi names;
	MDB_stat stat;

	if (mdb_env_get_fd(store->env, &fd) ||
	    mdb_env_stat(store->env, &stat) ||
	    mdb_dbi_open(store->txn, NULL, 0, &names))
		return;
	for (size_t i = 0; i < SCHEMA_DBS; i++)
		store->roots[i] = root_of(store, names, state_names[i]);
	store->pages = pages_create(fd, stat.ms_psize, KEPT_BYTES);
}

void btree_end(struct store *store)
{
	pages_destroy(store->pages);
	store->pages = NULL;
}

static struct bytes whole(const struct btree_key *key)
{
	return bytes_of(key->data, key->size);
}

typedef enum pages_answer pages_ask(struct pages *pages, uint64_t root,
				    struct bytes key, struct bytes *ret);

static bool get(struct store *store, enum schema_db db,
		const struct btree_key *key, pages_ask *ask, struct bytes *ret)
{
	struct btree_key copy;
	MDB_val name, value;
	int rc;

	if (store->failed)
		return false;
	if (store->pages) {
		const enum pages_answer answer =
			ask(store->pages, store->roots[db], whole(key), ret);

		if (answer != PAGES_UNREAD)
			return answer == PAGES_FOUND;
	}
	name = of_key(&copy, key);
	rc = mdb_get(store->txn, store->dbi[db], &name, &value);
	if (rc == 0) {
		*ret = of_value(value);
		return true;
	}
	if (rc != MDB_NOTFOUND)
		stick(store, rc);
	return false;
}

bool btree_get(struct store *store, enum schema_db db,
	       const struct btree_key *key, struct bytes *ret)
{
	return get(store, db, key, pages_get, ret);
}

bool btree_get_passing(struct store *store, enum schema_db db,
		       const struct btree_key *key, struct bytes *ret)
{
	return get(store, db, key, pages_get_passing, ret);
}

bool btree_part(struct store *store, enum schema_db db,
		const struct btree_key *key, size_t behind, size_t most,
		struct bytes *ret)
{
	struct bytes value;

	if (store->pages && !store->failed) {
		const enum pages_answer answer =
			pages_part(store->pages, store->roots[db], whole(key),
				   behind, most, ret);

		if (answer != PAGES_UNREAD)
			return answer == PAGES_FOUND;
	}
	if (!btree_get(store, db, key, &value))
		return false;
	bytes_skip(&value,
		   behind < bytes_left(&value) ? behind : bytes_left(&value));
	*ret = bytes_of(value.next,
			bytes_left(&value) < most ? bytes_left(&value) : most);
	return true;
}

bool btree_first(struct store *store, enum schema_db db,
		 const struct btree_key *key, size_t most, struct bytes *ret)
{
	return btree_part(store, db, key, 0, most, ret);
}

void btree_put(struct store *store, enum schema_db db,
	       const struct btree_key *key, struct bytes value)
{
	struct btree_key copy;
	MDB_val name = of_key(&copy, key);
	MDB_val room = { bytes_left(&value), NULL };
	int rc;

	if (store->failed)
		return;
	store->is_changed[db] = true;
	rc = mdb_put(store->txn, store->dbi[db], &name, &room, MDB_RESERVE);
	if (rc)
		stick(store, rc);
	else if (room.mv_size)
		memcpy(room.mv_data, value.next, room.mv_size);
}

void btree_delete(struct store *store, enum schema_db db,
		  const struct btree_key *key)
{
	struct btree_key copy;
	MDB_val name = of_key(&copy, key);
	int rc;

	if (store->failed)
		return;
	store->is_changed[db] = true;
	rc = mdb_del(store->txn, store->dbi[db], &name, NULL);
	if (rc && rc != MDB_NOTFOUND)
		stick(store, rc);
}

void btree_clear(struct store *store, enum schema_db db)
{
	int rc;

	if (store->failed)
		return;
	store->is_changed[db] = true;
	rc = mdb_drop(store->txn, store->dbi[db], 0);
	if (rc)
		stick(store, rc);
}

uint64_t btree_count(struct store *store, enum schema_db db)
{
	MDB_stat stat;
	int rc;

	if (store->failed)
		return 0;
	rc = mdb_stat(store->txn, store->dbi[db], &stat);
	if (rc) {
		stick(store, rc);
		return 0;
	}
	return stat.ms_entries;
}

static MDB_cursor *cursor_of(struct store *store, enum schema_db db)
{
	MDB_cursor *cursor;
	int rc;

	if (store->failed)
		return NULL;
	rc = mdb_cursor_open(store->txn, store->dbi[db], &cursor);
	if (rc) {
		stick(store, rc);
		return NULL;
	}
	return cursor;
}

static bool found(struct store *store, int rc)
{
	if (rc && rc != MDB_NOTFOUND)
		stick(store, rc);
	return rc == 0;
}

static uint32_t number_behind(const struct btree_key *prefix, struct bytes key)
{
	if (bytes_left(&key) != prefix->size + 4 ||
	    memcmp(key.next, prefix->data, prefix->size) != 0)
		return 0;
	bytes_skip(&key, prefix->size);
	return (uint32_t)btree_take(&key, 4);
}

uint32_t btree_last(struct store *store, enum schema_db db,
		    const struct btree_key *prefix)
{
	struct btree_key beyond = *prefix;
	enum pages_answer answer = PAGES_UNREAD;
	MDB_cursor *cursor;
	MDB_val name, value;
	struct bytes key;
	bool is_there;

	btree_key_u32(&beyond, UINT32_MAX);
	if (store->pages && !store->failed)
		answer = pages_last(store->pages, store->roots[db],
				    whole(&beyond), &key);
	if (answer != PAGES_UNREAD)
		return answer == PAGES_FOUND ? number_behind(prefix, key) : 0;
	cursor = cursor_of(store, db);
	if (!cursor)
		return 0;
	name = (MDB_val){ beyond.size, beyond.data };
	is_there = mdb_cursor_get(cursor, &name, &value, MDB_SET_RANGE) == 0;
	is_there = found(store, mdb_cursor_get(cursor, &name, &value,
					       is_there ? MDB_PREV : MDB_LAST));
	key = of_value(name);
	mdb_cursor_close(cursor);
	return is_there ? number_behind(prefix, key) : 0;
}

/* As long as keys begin as this one. */
struct walk {
	const struct btree_key *from;
	size_t same;
	btree_take_entry *take;
	void *closure;
};

static bool take_same(void *closure, struct bytes key, struct bytes value)
{
	const struct walk *walk = closure;

	return bytes_left(&key) >= walk->same &&
	       memcmp(key.next, walk->from->data, walk->same) == 0 &&
	       walk->take(walk->closure, key, value);
}

static void walk_map(struct store *store, enum schema_db db, struct walk *walk)
{
	struct btree_key copy;
	MDB_val name = of_key(&copy, walk->from);
	MDB_val value;
	MDB_cursor *cursor = cursor_of(store, db);
	MDB_cursor_op next = walk->from->size ? MDB_SET_RANGE : MDB_FIRST;

	if (!cursor)
		return;
	while (found(store, mdb_cursor_get(cursor, &name, &value, next)) &&
	       take_same(walk, of_value(name), of_value(value)))
		next = MDB_NEXT;
	mdb_cursor_close(cursor);
}

/* From a key on, as long as keys begin as its first same bytes. */
static void walk(struct store *store, enum schema_db db,
		 const struct btree_key *from, size_t same,
		 btree_take_entry *take, void *closure)
{
	struct walk walk = { from, same, take, closure };

	if (!store->pages || store->roots[db] == PAGES_NO_ROOT)
		walk_map(store, db, &walk);
	else if (!store->failed && !pages_walk(store->pages, store->roots[db],
					       whole(from), take_same, &walk))
		stick(store, MDB_CORRUPTED);
}

void btree_walk(struct store *store, enum schema_db db,
		const struct btree_key *prefix, btree_take_entry *take,
		void *closure)
{
	walk(store, db, prefix, prefix->size, take, closure);
}

void btree_walk_from(struct store *store, enum schema_db db,
		     const struct btree_key *from, btree_take_entry *take,
		     void *closure)
{
	walk(store, db, from, 0, take, closure);
}

void btree_set(struct store *store, enum schema_db db,
	       const struct btree_key *key, const struct btree_key *value,
	       bool is_there)
{
	struct btree_key copy, other;
	MDB_val name = of_key(&copy, key);
	MDB_val item = of_key(&other, value);
	int rc;

	if (store->failed)
		return;
	store->is_changed[db] = true;
	if (is_there)
		rc = mdb_put(store->txn, store->dbi[db], &name, &item,
			     MDB_NODUPDATA);
	else
		rc = mdb_del(store->txn, store->dbi[db], &name, &item);
	if (rc && rc != MDB_KEYEXIST && rc != MDB_NOTFOUND)
		stick(store, rc);
}
