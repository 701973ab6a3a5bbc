#include "signatures/store/part.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/limits.h"
#include "signatures/base/pack.h"
#include "signatures/store/btree.h"

enum {
	PAGE_SHIFT = 12,
	CACHE_SLOTS = 8192
};

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
	uint64_t hash;
	struct bytes bytes;
	uint32_t id;
};

static bool take_equal(void *closure, uint64_t hash, uint32_t id)
{
	struct search *search = closure;
	const size_t size = bytes_left(&search->bytes);
	struct bytes kept;

	if (hash != search->hash)
		return false;
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
	btree_pair_add(store, (uint8_t)(SCHEMA_FIND_PART + kind),
		       hash_64(bytes.next, bytes_left(&bytes)), id);
}

uint32_t part_put(struct store *store, enum schema_part kind,
		  struct bytes bytes)
{
	struct search search = { .store = store,
				 .kind = kind,
				 .hash = hash_64(bytes.next,
						 bytes_left(&bytes)),
				 .bytes = bytes };
	struct btree_key key = btree_key();

	btree_pair_walk(store, (uint8_t)(SCHEMA_FIND_PART + kind), search.hash,
			take_equal, &search);
	if (search.id)
		return search.id;
	btree_key_u8(&key, (uint8_t)kind);

	const uint32_t id = btree_last(store, SCHEMA_PART, &key) + 1;

	key = key_of(kind, id);
	btree_put(store, SCHEMA_PART, &key, bytes);
	part_index(store, kind, id, bytes);
	return id;
}

bool part_get(struct store *store, enum schema_part kind, uint32_t id,
	      struct bytes *ret)
{
	const struct btree_key key = key_of(kind, id);

	return btree_get(store, SCHEMA_PART, &key, ret);
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

/* Lists seen of late, so that a known one costs one hash. */
struct part_cache {
	struct {
		struct hash128 hash;
		uint32_t list;
	} slots[CACHE_SLOTS];
};

struct part_cache *part_cache_create(void)
{
	struct part_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		abort();
	return cache;
}

void part_cache_destroy(struct part_cache *cache)
{
	free(cache);
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

static uint32_t put_list(struct store *store, const struct crash *crash,
			 struct arena *scratch, bool *is_new)
{
	struct hash128 hash;
	struct btree_key prefix = btree_key();
	uint32_t last, list;

	*is_new = false;
	if (!crash->module_count)
		return 0;
	hash = list_hash(crash, scratch);

	const size_t slot = hash.low % CACHE_SLOTS;

	if (store->parts->slots[slot].list &&
	    hash_128_equal(store->parts->slots[slot].hash, hash))
		return store->parts->slots[slot].list;
	btree_key_u8(&prefix, SCHEMA_LIST);
	last = btree_last(store, SCHEMA_PART, &prefix);
	list = put_new_list(store, crash, scratch);
	*is_new = list > last;
	store->parts->slots[slot].hash = hash;
	store->parts->slots[slot].list = list;
	return list;
}

/* How far each module lies behind the end of the one before it. */
static uint64_t gap(const struct crash *crash, size_t i)
{
	const struct crash_module *before = &crash->modules[i - 1];

	if (i == 0)
		return crash->modules[0].base;
	return crash->modules[i].base - (before->base + before->bytes);
}

static unsigned int shift_of(const struct crash *crash)
{
	for (size_t i = 0; i < crash->module_count; i++)
		if (gap(crash, i) & ((1u << PAGE_SHIFT) - 1))
			return 0;
	return PAGE_SHIFT;
}

uint32_t part_put_layout(struct store *store, const struct crash *crash,
			 struct arena *scratch, uint32_t *list, bool *is_new)
{
	const unsigned int shift = shift_of(crash);
	struct pack out = pack_into(scratch);

	*list = put_list(store, crash, scratch, is_new);
	if (!crash->module_count && !crash->unloaded_count)
		return 0;
	pack_varint(&out, *list);
	pack_u8(&out, (uint8_t)shift);
	for (size_t i = 0; i < crash->module_count; i++) {
		const uint64_t distance = gap(crash, i);
		const uint64_t sign =
			distance >> 63 ? ~(UINT64_MAX >> shift) : 0;

		pack_signed(&out, distance >> shift | sign);
	}
	pack_varint(&out, crash->unloaded_count);
	for (size_t i = 0; i < crash->unloaded_count; i++) {
		const struct crash_unloaded *unloaded = &crash->unloaded[i];

		pack_varint(&out, part_put(store, SCHEMA_NAME,
					   bytes_of(unloaded->name,
						    strlen(unloaded->name))));
		pack_signed(&out, unloaded->base);
		pack_varint(&out, unloaded->bytes);
	}
	return part_put(store, SCHEMA_LAYOUT, pack_done(&out));
}

static enum status damaged(struct store *store, const char *what, uint32_t id,
			   struct error *err)
{
	if (state_check(store, err))
		return err->status;
	return error_set(err, STATUS_STORE, "%s %u is damaged or missing", what,
			 id);
}

static bool get_build(struct store *store, uint32_t id, struct arena *arena,
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

static bool get_unloaded(struct store *store, struct bytes *in,
			 struct arena *arena, struct crash *ret)
{
	ret->unloaded_count = pack_take_count(in, LIMIT_UNLOADED);
	ret->unloaded =
		arena_take(arena, ret->unloaded_count, sizeof(*ret->unloaded));
	for (size_t i = 0; i < ret->unloaded_count; i++) {
		const uint32_t id = (uint32_t)pack_take_varint(in);
		struct bytes name;

		if (!part_get(store, SCHEMA_NAME, id, &name))
			return false;

		char *copy = arena_take(arena, bytes_left(&name) + 1, 1);

		bytes_copy(&name, copy, bytes_left(&name));
		ret->unloaded[i].name = copy;
		ret->unloaded[i].base = pack_take_signed(in);
		ret->unloaded[i].bytes = pack_take_varint(in);
	}
	return !in->failed && !bytes_left(in);
}

enum status part_get_layout(struct store *store, uint32_t layout,
			    struct arena *arena, struct crash *ret,
			    uint32_t *list, struct error *err)
{
	uint64_t end = 0;
	struct bytes in;
	unsigned int shift;

	*list = 0;
	if (!layout)
		return STATUS_OK;
	if (!part_get(store, SCHEMA_LAYOUT, layout, &in))
		return damaged(store, "layout", layout, err);
	*list = (uint32_t)pack_take_varint(&in);
	shift = bytes_u8(&in);
	if (part_get_list(store, *list, arena, ret, err))
		return err->status;
	if (shift > PAGE_SHIFT)
		return damaged(store, "layout", layout, err);
	for (size_t i = 0; i < ret->module_count; i++) {
		struct crash_module *module = &ret->modules[i];

		module->base = end + (pack_take_signed(&in) << shift);
		end = module->base + module->bytes;
	}
	if (!get_unloaded(store, &in, arena, ret))
		return damaged(store, "layout", layout, err);
	return STATUS_OK;
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
