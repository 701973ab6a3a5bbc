#include "signatures/store/store_settled.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/must.h"
#include "signatures/base/pack.h"
#include "signatures/store/btree.h"
#include "signatures/store/settled.h"
#include "signatures/store/store_foreign.h"

enum {
	SEAL_BYTES = 4,
	EVENTS_MOST = 1 << 20, /* of more it is not known */
	ERASED_AT_ONCE = 4096
};

/* The entry of what happened to rows: u32 row, u32 last, each. */
static const char events_key = 'e';

struct settled {
	struct store_event *events;
	size_t count, room;
	uint8_t *sealed; /* an entry on its way */
	size_t sealed_room;
};

struct settled *store_settled_create(void)
{
	struct settled *settled = must(calloc(1, sizeof(*settled)));

	return settled;
}

void store_settled_destroy(struct settled *settled)
{
	if (!settled)
		return;
	free(settled->events);
	free(settled->sealed);
	free(settled);
}

static void add(struct store *store, struct store_event event)
{
	struct settled *settled = store->settled;

	if (settled->count == settled->room) {
		settled->room = settled->room * 2 + 256;
		settled->events =
			must(realloc(settled->events,
				     settled->room * sizeof(*settled->events)));
	}
	settled->events[settled->count++] = event;
}

void store_settled_changed(struct store *store, uint32_t row)
{
	add(store, (struct store_event){ row, row });
}

void store_settled_dropped(struct store *store, uint32_t row, uint32_t last)
{
	add(store, (struct store_event){ row, last });
}

static struct btree_key key_of(const void *data, size_t size)
{
	struct btree_key key = btree_key();

	btree_key_bytes(&key, data, size);
	return key;
}

/* What an entry ends in: of this key, and this value. */
static uint32_t seal_of(const void *key, size_t key_bytes, const void *value,
			size_t value_bytes)
{
	return (uint32_t)hash_mix(hash_64(key, key_bytes),
				  hash_64(value, value_bytes));
}

/* The value without its seal; false if it is not the one that was put. */
static bool unseal(struct bytes key, struct bytes all, struct bytes *ret)
{
	struct bytes seal;
	size_t left;

	if (bytes_left(&all) < SEAL_BYTES)
		return false;
	left = bytes_left(&all) - SEAL_BYTES;
	seal = bytes_part(all, left, SEAL_BYTES);
	*ret = bytes_part(all, 0, left);
	return bytes_u32(&seal) ==
	       seal_of(key.next, bytes_left(&key), ret->next, left);
}

bool store_settled_get(struct store *store, const void *key, size_t size,
		       struct bytes *ret)
{
	const struct btree_key name = key_of(key, size);
	struct bytes all, value;

	if (store->foreign)
		return store->foreign->settled_get(store->foreign_state,
						   bytes_of(key, size), ret);
	if (!store->txn || !store->dbi[SCHEMA_SETTLED] ||
	    !btree_get(store, SCHEMA_SETTLED, &name, &all))
		return false;
	if (!unseal(bytes_of(key, size), all, &value)) {
		store->settled_is_damaged = true;
		return false;
	}
	*ret = value;
	return true;
}

/* A walk that looks for entries that are not as they were put. */
struct look {
	store_settled_take *take;
	void *closure;
	uint64_t found;
};

static bool look_at(void *closure, struct bytes key, struct bytes value)
{
	struct look *look = closure;
	struct bytes unsealed;

	if (unseal(key, value, &unsealed))
		return true;
	look->found++;
	if (look->take)
		look->take(look->closure, key);
	return true;
}

uint64_t store_settled_look(struct store *store, store_settled_take *take,
			    void *closure)
{
	const struct btree_key all = btree_key();
	struct look look = { take, closure, 0 };

	if (store->dbi[SCHEMA_SETTLED])
		btree_walk(store, SCHEMA_SETTLED, &all, look_at, &look);
	return look.found;
}

/* A walk that hands on entries as they were put. */
struct each {
	store_settled_each *take;
	void *closure;
	bool is_damaged;
};

static bool take_entry(void *closure, struct bytes key, struct bytes all)
{
	struct each *each = closure;
	struct bytes value;

	each->is_damaged = !unseal(key, all, &value);
	return !each->is_damaged && each->take(each->closure, key, value);
}

bool store_settled_walk(struct store *store, uint8_t kind,
			store_settled_each *take, void *closure)
{
	const struct btree_key prefix = key_of(&kind, 1);
	struct each each = { take, closure, false };

	if (!store->foreign && store->dbi[SCHEMA_SETTLED])
		btree_walk(store, SCHEMA_SETTLED, &prefix, take_entry, &each);
	return !each.is_damaged;
}

/* The value and its seal, in memory of the store's. */
static struct bytes seal(struct settled *settled, const void *key, size_t size,
			 struct bytes value)
{
	const size_t left = bytes_left(&value);
	const uint32_t number = seal_of(key, size, value.next, left);

	if (settled->sealed_room < left + SEAL_BYTES) {
		settled->sealed_room = 2 * (left + SEAL_BYTES);
		settled->sealed =
			must(realloc(settled->sealed, settled->sealed_room));
	}
	if (left)
		memcpy(settled->sealed, value.next, left);
	for (unsigned int i = 0; i < SEAL_BYTES; i++)
		settled->sealed[left + i] = (uint8_t)(number >> 8 * i);
	return bytes_of(settled->sealed, left + SEAL_BYTES);
}

void store_settled_put(struct store *store, const void *key, size_t size,
		       struct bytes value)
{
	const struct btree_key name = key_of(key, size);

	if (!store->foreign)
		btree_put(store, SCHEMA_SETTLED, &name,
			  seal(store->settled, key, size, value));
}

bool store_settled_is_damaged(const struct store *store)
{
	return store->settled_is_damaged;
}

uint64_t store_settled_count(struct store *store)
{
	if (store->foreign || !store->dbi[SCHEMA_SETTLED])
		return 0;
	return btree_count(store, SCHEMA_SETTLED);
}

void store_settled_erase(struct store *store, const void *key, size_t size)
{
	const struct btree_key name = key_of(key, size);

	if (!store->foreign)
		btree_delete(store, SCHEMA_SETTLED, &name);
}

/* Keys that are going to be erased. */
struct doomed {
	struct btree_key keys[ERASED_AT_ONCE];
	size_t count;
};

static bool doom(void *closure, struct bytes key, struct bytes value)
{
	struct doomed *doomed = closure;
	struct btree_key *next = &doomed->keys[doomed->count++];

	(void)value;
	*next = btree_key();
	btree_key_bytes(next, key.next, bytes_left(&key));
	return doomed->count < ERASED_AT_ONCE;
}

void store_settled_erase_all(struct store *store, uint8_t kind)
{
	const struct btree_key prefix = key_of(&kind, 1);
	struct doomed *doomed;

	if (store->foreign || !store->dbi[SCHEMA_SETTLED])
		return;
	doomed = must(malloc(sizeof(*doomed)));
	do {
		doomed->count = 0;
		btree_walk(store, SCHEMA_SETTLED, &prefix, doom, doomed);
		for (size_t i = 0; i < doomed->count; i++)
			btree_delete(store, SCHEMA_SETTLED, &doomed->keys[i]);
	} while (doomed->count == ERASED_AT_ONCE);
	free(doomed);
}

void store_settled_clear(struct store *store)
{
	if (store->foreign)
		return;
	btree_clear(store, SCHEMA_SETTLED);
	store->settled_is_damaged = false;
	store->settled->count = 0;
}

static void pack_u32(struct pack *out, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		pack_u8(out, (uint8_t)(value >> 8 * i));
}

static void pack_events(struct pack *out, const struct store_event *events,
			size_t count)
{
	for (size_t i = 0; i < count; i++) {
		pack_u32(out, events[i].row);
		pack_u32(out, events[i].last);
	}
}

bool store_settled_events(struct store *store, struct arena *arena,
			  struct store_event **ret, size_t *count)
{
	struct bytes in;
	size_t kept, told;

	if (!store_settled_get(store, &events_key, 1, &in))
		return false;
	kept = bytes_left(&in) / sizeof(**ret);
	told = store->settled ? store->settled->count : 0;
	*ret = arena_take(arena, kept + told + 1, sizeof(**ret));
	for (size_t i = 0; i < kept; i++) {
		(*ret)[i].row = bytes_u32(&in);
		(*ret)[i].last = bytes_u32(&in);
	}
	for (size_t i = 0; i < told; i++)
		(*ret)[kept + i] = store->settled->events[i];
	*count = kept + told;
	return true;
}

void store_settled_start(struct store *store)
{
	if (store->foreign)
		return;
	store->settled->count = 0;
	store_settled_put(store, &events_key, 1, bytes_of("", 0));
}

void store_settled_flush(struct store *store)
{
	struct store_event *events;
	struct arena arena;
	struct pack out;
	size_t count;

	if (!store->settled->count)
		return;
	arena_init(&arena);
	if (store_settled_events(store, &arena, &events, &count)) {
		if (count > EVENTS_MOST) {
			store_settled_erase(store, &events_key, 1);
		} else {
			out = pack_into(&arena);
			pack_events(&out, events, count);
			store_settled_put(store, &events_key, 1,
					  pack_done(&out));
		}
	}
	store->settled->count = 0;
	arena_deinit(&arena);
}
