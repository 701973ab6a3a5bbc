#include "signatures/store/part.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/limits.h"
#include "signatures/base/must.h"
#include "signatures/base/pack.h"
#include "signatures/store/hashes.h"

enum {
	CACHE_FIRST = 1 << 9,
	CACHE_MOST = 1 << 16,
	BUILDS_MOST = 1 << 20,
	BUILDS_A_PAGE = 64
};

/* Builds that were read, by id; one without a name was not. */
struct part_builds {
	struct crash_module *pages[BUILDS_MOST / BUILDS_A_PAGE];
	struct arena arena;
};

struct part_slot {
	struct hash128 hash;
	uint32_t id;
	uint32_t kind;
};

/*
 * Parts seen of late: a known one costs one hash.  Lists are also known by the
 * hash of their modules, under kind 0.  It grows with what it is told: most
 * nights tell of a few hundred, and each page of it has to be met.
 */
struct part_cache {
	struct part_slot *slots;
	size_t slot_count; /* a power of two */
	size_t used;
};

static struct part_slot *make_slots(size_t count)
{
	struct part_slot *slots = must(calloc(count, sizeof(*slots)));

	return slots;
}

struct part_cache *part_cache_create(void)
{
	struct part_cache *cache = must(calloc(1, sizeof(*cache)));

	cache->slot_count = CACHE_FIRST;
	cache->slots = make_slots(cache->slot_count);
	return cache;
}

void part_cache_destroy(struct part_cache *cache)
{
	if (!cache)
		return;
	free(cache->slots);
	free(cache);
}

static struct part_slot *slot_of(const struct part_cache *cache, uint32_t kind,
				 struct hash128 hash)
{
	return &cache->slots[(hash.low ^ kind) & (cache->slot_count - 1)];
}

/* Those that had a place each have one each among more. */
static void grow(struct part_cache *cache)
{
	struct part_cache larger = { .slot_count = 2 * cache->slot_count,
				     .used = cache->used };

	larger.slots = make_slots(larger.slot_count);
	for (size_t i = 0; i < cache->slot_count; i++) {
		const struct part_slot *slot = &cache->slots[i];

		if (slot->id)
			*slot_of(&larger, slot->kind, slot->hash) = *slot;
	}
	free(cache->slots);
	*cache = larger;
}

/* 0 if it is not known. */
static uint32_t recall(const struct store *store, uint32_t kind,
		       struct hash128 hash)
{
	const struct part_slot *slot = slot_of(store->parts, kind, hash);

	if (slot->kind == kind && hash_128_equal(slot->hash, hash))
		return slot->id;
	return 0;
}

static void remember(struct store *store, uint32_t kind, struct hash128 hash,
		     uint32_t id)
{
	struct part_cache *cache = store->parts;

	if (2 * cache->used >= cache->slot_count &&
	    cache->slot_count < CACHE_MOST)
		grow(cache);

	struct part_slot *slot = slot_of(cache, kind, hash);

	cache->used += !slot->id;
	*slot = (struct part_slot){ hash, id, kind };
}

static struct btree_key key_of(enum schema_part kind, uint32_t id)
{
	struct btree_key key = btree_key();

	btree_key_u8(&key, (uint8_t)kind);
	btree_key_u32(&key, id);
	return key;
}

struct search {
	struct store *store;
	enum schema_part kind;
	struct bytes bytes;
	uint32_t id;
};

static bool take_equal(void *closure, uint32_t id)
{
	struct search *search = closure;
	const size_t size = bytes_left(&search->bytes);
	struct bytes kept;

	if (!part_get(search->store, search->kind, id, &kept) ||
	    bytes_left(&kept) != size ||
	    (size && memcmp(kept.next, search->bytes.next, size) != 0))
		return true;
	search->id = id;
	return false;
}

void part_index(struct store *store, enum schema_part kind, uint32_t id,
		struct bytes bytes)
{
	hashes_add(store, (uint8_t)(SCHEMA_FIND_PART + kind),
		   hash_64(bytes.next, bytes_left(&bytes)), id);
}

static uint32_t put_part(struct store *store, enum schema_part kind,
			 struct bytes bytes)
{
	struct search search = { .store = store, .kind = kind, .bytes = bytes };
	struct btree_key key = btree_key();

	hashes_find(store, (uint8_t)(SCHEMA_FIND_PART + kind),
		    hash_64(bytes.next, bytes_left(&bytes)), take_equal,
		    &search);
	if (search.id)
		return search.id;
	btree_key_u8(&key, (uint8_t)kind);

	const uint32_t id = btree_last(store, SCHEMA_PART, &key) + 1;

	key = key_of(kind, id);
	btree_put(store, SCHEMA_PART, &key, bytes);
	part_index(store, kind, id, bytes);
	return id;
}

uint32_t part_put(struct store *store, enum schema_part kind,
		  struct bytes bytes)
{
	const struct hash128 hash = hash_128(bytes.next, bytes_left(&bytes));
	uint32_t id = recall(store, kind, hash);

	if (!id) {
		id = put_part(store, kind, bytes);
		remember(store, kind, hash, id);
	}
	return id;
}

bool part_get(struct store *store, enum schema_part kind, uint32_t id,
	      struct bytes *ret)
{
	const struct btree_key key = key_of(kind, id);

	return btree_get(store, SCHEMA_PART, &key, ret);
}

bool part_get_passing(struct store *store, enum schema_part kind, uint32_t id,
		      struct bytes *ret)
{
	const struct btree_key key = key_of(kind, id);

	return btree_get_passing(store, SCHEMA_PART, &key, ret);
}

static uint32_t put_build(struct store *store,
			  const struct crash_module *module,
			  struct arena *scratch)
{
	struct pack out = pack_into(scratch);

	pack_text(&out, module->name);
	pack_varint(&out, module->bytes);
	pack_u64(&out, module->build);
	return part_put(store, SCHEMA_BUILD, pack_done(&out));
}

static struct hash128 list_hash(const struct crash *crash,
				struct arena *scratch)
{
	struct pack out = pack_into(scratch);

	for (size_t i = 0; i < crash->module_count; i++) {
		pack_text(&out, crash->modules[i].name);
		pack_varint(&out, crash->modules[i].bytes);
		pack_u64(&out, crash->modules[i].build);
	}
	return hash_128(out.data, out.size);
}

static uint32_t put_new_list(struct store *store, const struct crash *crash,
			     struct arena *scratch)
{
	struct pack out = pack_into(scratch);
	uint64_t before = 0;

	pack_varint(&out, crash->module_count);
	for (size_t i = 0; i < crash->module_count; i++) {
		const uint32_t id =
			put_build(store, &crash->modules[i], scratch);

		pack_signed(&out, id - before);
		before = id;
	}
	return part_put(store, SCHEMA_LIST, pack_done(&out));
}

uint32_t part_put_list(struct store *store, const struct crash *crash,
		       struct arena *scratch, bool *is_new)
{
	struct hash128 hash;
	struct btree_key prefix = btree_key();
	uint32_t last, list;

	*is_new = false;
	if (!crash->module_count)
		return 0;
	hash = list_hash(crash, scratch);
	list = recall(store, 0, hash);
	if (list)
		return list;
	btree_key_u8(&prefix, SCHEMA_LIST);
	last = btree_last(store, SCHEMA_PART, &prefix);
	list = put_new_list(store, crash, scratch);
	*is_new = list > last;
	remember(store, 0, hash, list);
	return list;
}

static enum status damaged(struct store *store, const char *what, uint32_t id,
			   struct error *err)
{
	if (state_check(store, err))
		return err->status;
	return error_set(err, STATUS_STORE, "%s %u is damaged or missing", what,
			 id);
}

static bool read_build(struct store *store, uint32_t id, struct arena *arena,
		       struct crash_module *ret)
{
	struct bytes in;

	if (!part_get(store, SCHEMA_BUILD, id, &in))
		return false;
	ret->name = pack_take_text(&in, arena);
	ret->bytes = (uint32_t)pack_take_varint(&in);
	ret->build = bytes_u64(&in);
	return !in.failed && ret->name;
}

static struct crash_module *build_place(struct store *store, uint32_t id)
{
	const size_t page = id / BUILDS_A_PAGE;
	struct part_builds *builds = store->builds;

	if (!builds) {
		builds = must(calloc(1, sizeof(*builds)));
		arena_init(&builds->arena);
		store->builds = builds;
	}
	if (!builds->pages[page])
		builds->pages[page] = arena_take(&builds->arena, BUILDS_A_PAGE,
						 sizeof(*builds->pages[page]));
	return &builds->pages[page][id % BUILDS_A_PAGE];
}

/* Every list is made of them, so each is read once. */
static bool get_build(struct store *store, uint32_t id, struct arena *arena,
		      struct crash_module *ret)
{
	struct crash_module *kept;
	size_t size;
	char *name;

	if (id >= BUILDS_MOST)
		return read_build(store, id, arena, ret);
	kept = build_place(store, id);
	if (!kept->name &&
	    !read_build(store, id, &store->builds->arena, kept)) {
		kept->name = NULL;
		return false;
	}
	size = strlen(kept->name) + 1;
	name = arena_take(arena, size, 1);
	memcpy(name, kept->name, size);
	*ret = *kept;
	ret->name = name;
	return true;
}

void part_builds_destroy(struct part_builds *builds)
{
	if (!builds)
		return;
	arena_deinit(&builds->arena);
	free(builds);
}

enum status part_get_list(struct store *store, uint32_t list,
			  struct arena *arena, struct crash *ret,
			  struct error *err)
{
	uint64_t id = 0;
	struct bytes in;

	ret->modules = NULL;
	ret->module_count = 0;
	if (!list)
		return STATUS_OK;
	if (!part_get(store, SCHEMA_LIST, list, &in))
		return damaged(store, "module list", list, err);
	ret->module_count = pack_take_count(&in, LIMIT_MODULES);
	ret->modules =
		arena_take(arena, ret->module_count, sizeof(*ret->modules));
	for (size_t i = 0; i < ret->module_count; i++) {
		id += pack_take_signed(&in);
		if (in.failed ||
		    !get_build(store, (uint32_t)id, arena, &ret->modules[i]))
			return damaged(store, "module list", list, err);
	}
	return STATUS_OK;
}

bool part_count_list(struct store *store, uint32_t list, size_t *ret)
{
	struct bytes in;

	*ret = 0;
	if (!list)
		return true;
	if (!part_get(store, SCHEMA_LIST, list, &in))
		return false;
	*ret = pack_take_count(&in, LIMIT_MODULES);
	return !in.failed;
}

uint32_t part_put_machine(struct store *store,
			  const struct crash_machine *machine,
			  struct arena *scratch)
{
	return part_put(store, SCHEMA_MACHINE,
			record_machine_encode(machine, scratch));
}

enum status part_get_machine(struct store *store, uint32_t machine,
			     struct arena *arena, struct crash_machine *ret,
			     struct error *err)
{
	struct bytes in;

	if (!part_get(store, SCHEMA_MACHINE, machine, &in))
		return damaged(store, "machine", machine, err);
	return record_machine_decode(in, arena, ret, err);
}
