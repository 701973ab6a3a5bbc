/*
 * The bytes of a page: its pairs in order, each the rest of a hash (what is
 * behind the place) and the number in four bytes, both big-endian.
 */
#include "signatures/store/findpage.h"

#include <string.h>

enum {
	PLACE_BITS = 16,
	REST_BYTES = 2, /* one look-up in 400 is in vain at 10 million */
	REST_WHOLE = 6, /* of an identity: crashes are listed in its order */
	NUMBER_BYTES = 4
};

static unsigned int rest_bytes(uint8_t kind)
{
	return kind == SCHEMA_FIND_IDENTITY ? REST_WHOLE : REST_BYTES;
}

static size_t pair_bytes(uint8_t kind)
{
	return rest_bytes(kind) + NUMBER_BYTES;
}

uint64_t findpage_hash(uint8_t kind, uint64_t hash)
{
	const unsigned int bits = PLACE_BITS + 8 * rest_bytes(kind);

	return bits < 64 ? hash >> (64 - bits) << (64 - bits) : hash;
}

uint32_t findpage_place(uint64_t hash)
{
	return (uint32_t)(hash >> (64 - PLACE_BITS));
}

static struct btree_key key_of(uint8_t kind, uint64_t hash)
{
	struct btree_key key = btree_key();

	btree_key_u8(&key, kind);
	btree_key_u16(&key, (uint16_t)findpage_place(hash));
	return key;
}

static void write_pair(uint8_t *at, uint8_t kind, uint64_t hash,
		       uint32_t number)
{
	const unsigned int rest = rest_bytes(kind);

	for (unsigned int i = 0; i < rest; i++)
		at[i] = (uint8_t)(hash >> (64 - PLACE_BITS - 8 * (i + 1)));
	for (unsigned int i = 0; i < NUMBER_BYTES; i++)
		at[rest + i] = (uint8_t)(number >> (24 - 8 * i));
}

/* Where the first pair that is not below this one lies, or would lie. */
static const uint8_t *lower_bound(const uint8_t *from, const uint8_t *end,
				  const uint8_t *pair, size_t size)
{
	size_t count = (size_t)(end - from) / size;

	while (count) {
		const size_t half = count / 2;

		if (memcmp(from + half * size, pair, size) < 0) {
			from += (half + 1) * size;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return from;
}

/* The store is ours, but it lies on somebody's disk: whole pairs alone. */
static const uint8_t *end_of(struct bytes in, size_t size)
{
	const size_t bytes = bytes_left(&in) / size * size;

	return bytes ? in.next + bytes : in.next;
}

static size_t merge(struct bytes old, const struct findpage_pair *pairs,
		    size_t count, uint8_t *out)
{
	const size_t size = pair_bytes(pairs[0].kind);
	const uint8_t *from = old.next, *end = end_of(old, size);
	uint8_t *to = out;

	for (size_t i = 0; i < count; i++) {
		uint8_t pair[REST_WHOLE + NUMBER_BYTES];
		const uint8_t *at;

		write_pair(pair, pairs[i].kind, pairs[i].hash, pairs[i].number);
		at = lower_bound(from, end, pair, size);
		if (at != from)
			memcpy(to, from, (size_t)(at - from));
		to += at - from;
		from = at;
		if (from != end && !memcmp(from, pair, size))
			from += size;
		if (pairs[i].is_there) {
			memcpy(to, pair, size);
			to += size;
		}
	}
	if (from != end)
		memcpy(to, from, (size_t)(end - from));
	return (size_t)(to - out) + (size_t)(end - from);
}

void findpage_change(struct store *store, const struct findpage_pair *pairs,
		     size_t count, struct arena *scratch)
{
	const struct btree_key key = key_of(pairs[0].kind, pairs[0].hash);
	struct bytes old = bytes_absent();
	uint8_t *out;
	size_t size;

	btree_get(store, SCHEMA_FIND, &key, &old);
	out = arena_take(scratch,
			 bytes_left(&old) + count * pair_bytes(pairs[0].kind),
			 1);
	size = merge(old, pairs, count, out);
	if (size)
		btree_put(store, SCHEMA_FIND, &key, bytes_of(out, size));
	else
		btree_delete(store, SCHEMA_FIND, &key);
}

struct walk {
	uint8_t kind;
	uint64_t hash;
	findpage_take *take;
	void *closure;
};

static bool take_page(void *closure, struct bytes key, struct bytes value)
{
	const struct walk *walk = closure;
	const uint8_t kind = bytes_u8(&key);
	const uint64_t place = btree_take(&key, 2);
	const size_t size = pair_bytes(walk->kind);
	const uint8_t *end = end_of(value, size);
	uint8_t first[REST_WHOLE + NUMBER_BYTES];

	if (kind != walk->kind)
		return false;
	if (place == findpage_place(walk->hash)) {
		write_pair(first, kind, walk->hash, 0);
		value.next = lower_bound(value.next, end, first, size);
	}
	while (value.next != end) {
		const uint64_t rest = btree_take(&value, rest_bytes(kind));
		const uint64_t hash =
			place << (64 - PLACE_BITS) |
			rest << (64 - PLACE_BITS - 8 * rest_bytes(kind));

		if (!walk->take(walk->closure, hash,
				(uint32_t)btree_take(&value, NUMBER_BYTES)))
			return false;
	}
	return true;
}

void findpage_walk(struct store *store, uint8_t kind, uint64_t hash,
		   findpage_take *take, void *closure)
{
	struct walk walk = { kind, hash, take, closure };
	const struct btree_key from = key_of(kind, hash);

	btree_walk_from(store, SCHEMA_FIND, &from, take_page, &walk);
}

void findpage_find(struct store *store, uint8_t kind, uint64_t hash,
		   findpage_take *take, void *closure)
{
	struct walk walk = { kind, hash, take, closure };
	const struct btree_key key = key_of(kind, hash);
	struct bytes page;

	if (btree_get(store, SCHEMA_FIND, &key, &page))
		take_page(&walk, bytes_of(key.data, key.size), page);
}
