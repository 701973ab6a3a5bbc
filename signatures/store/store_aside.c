#include "signatures/store/store_aside.h"

#include "signatures/base/pack.h"
#include "signatures/store/btree.h"

struct walk {
	const struct store_aside *aside;
	struct arena arena;
};

static struct hash128 take_hash(struct bytes *in)
{
	struct hash128 hash;

	hash.high = btree_take(in, 8);
	hash.low = btree_take(in, 8);
	return hash;
}

static bool take_refused(void *closure, struct bytes key, struct bytes value)
{
	struct walk *walk = closure;
	const struct hash128 content = take_hash(&key);
	const uint32_t why = bytes_u32(&value);
	const char *source, *text;

	arena_reset(&walk->arena);
	source = pack_take_text(&value, &walk->arena);
	text = pack_take_text(&value, &walk->arena);
	if (value.failed || !why || why >= STATUS_COUNT || !source || !text)
		return true;
	return walk->aside->refused(walk->aside->closure, content,
				    (enum status)why, source, text);
}

/* Sizes were not always kept. */
static uint64_t take_size(struct bytes *value)
{
	return bytes_left(value) ? pack_take_varint(value) : 0;
}

static bool take_archive(void *closure, struct bytes key, struct bytes value)
{
	const struct walk *walk = closure;
	const struct hash128 content = take_hash(&key);
	const uint64_t dumps = pack_take_varint(&value);

	return walk->aside->archive(walk->aside->closure, content, dumps,
				    take_size(&value));
}

static bool take_copy(void *closure, struct bytes key, struct bytes value)
{
	const struct walk *walk = closure;

	return walk->aside->copy(walk->aside->closure, btree_take(&key, 8),
				 take_hash(&value));
}

enum status store_aside_walk(struct store *store,
			     const struct store_aside *aside, struct error *err)
{
	const struct btree_key all = btree_key();
	struct walk walk = { .aside = aside };

	arena_init(&walk.arena);
	if (aside->refused)
		btree_walk(store, SCHEMA_REFUSED, &all, take_refused, &walk);
	if (aside->archive)
		btree_walk(store, SCHEMA_ARCHIVE, &all, take_archive, &walk);
	if (aside->copy)
		btree_walk(store, SCHEMA_COPY, &all, take_copy, &walk);
	arena_deinit(&walk.arena);
	return state_check(store, err);
}

enum status store_aside_put_archive(struct store *store, struct hash128 content,
				    uint64_t dumps, uint64_t size,
				    struct error *err)
{
	struct btree_key key = btree_key();
	struct arena arena;
	struct bytes known;
	struct pack out;

	btree_key_hash(&key, content);
	if (!size && btree_get(store, SCHEMA_ARCHIVE, &key, &known)) {
		pack_take_varint(&known);
		size = take_size(&known);
	}
	arena_init(&arena);
	out = pack_into(&arena);
	pack_varint(&out, dumps);
	if (size)
		pack_varint(&out, size);
	btree_put(store, SCHEMA_ARCHIVE, &key, pack_done(&out));
	arena_deinit(&arena);
	return state_check(store, err);
}

enum status store_aside_put_copy(struct store *store, uint64_t source,
				 struct hash128 content, struct error *err)
{
	struct btree_key key = btree_key();
	struct btree_key value = btree_key();

	btree_key_u64(&key, source);
	btree_key_hash(&value, content);
	btree_set(store, SCHEMA_COPY, &key, &value, true);
	return state_check(store, err);
}
