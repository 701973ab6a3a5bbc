/* The bytes are in schema.h: row. */
#include "signatures/store/placement.h"

#include <string.h>

#include "signatures/base/limits.h"
#include "signatures/store/part.h"

enum {
	PAGE_SHIFT = 12,
	GRAIN_SHIFT = 16 /* later systems load at multiples of 64 KiB */
};

static uint64_t rounded(uint64_t address, unsigned int shift)
{
	const uint64_t rest = (UINT64_C(1) << shift) - 1;

	return (address + rest) & ~rest;
}

/* The most that numbers with these bits in them are all a multiple of. */
static unsigned int shift_of(uint64_t bits)
{
	if (!(bits & ((1u << GRAIN_SHIFT) - 1)))
		return GRAIN_SHIFT;
	return bits & ((1u << PAGE_SHIFT) - 1) ? 0 : PAGE_SHIFT;
}

static unsigned int loaded_shift(const struct crash *crash)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < crash->module_count; i++)
		bits |= crash->modules[i].base;
	return shift_of(bits);
}

static void pack_loaded(const struct crash *crash, struct pack *out)
{
	const unsigned int shift = loaded_shift(crash);
	uint64_t end = 0, zeros = 0;

	pack_u8(out, (uint8_t)shift);
	for (size_t i = 0; i < crash->module_count; i++) {
		const struct crash_module *module = &crash->modules[i];
		const uint64_t gap = module->base - rounded(end, shift);
		const uint64_t sign = gap >> 63 ? ~(UINT64_MAX >> shift) : 0;

		end = module->base + module->bytes;
		if (!gap && zeros++)
			continue;
		if (gap && zeros)
			pack_varint(out, zeros - 1);
		if (gap)
			zeros = 0;
		pack_signed(out, gap >> shift | sign);
	}
	if (zeros)
		pack_varint(out, zeros - 1);
}

static void pack_unloaded(struct store *store, const struct crash *crash,
			  struct pack *out)
{
	uint64_t before = crash->module_count ? crash->modules[0].base : 0;
	uint64_t bases = 0, sizes = 0;
	unsigned int shift, size_shift;

	pack_varint(out, crash->unloaded_count);
	for (size_t i = 0; i < crash->unloaded_count; i++) {
		bases |= crash->unloaded[i].base;
		sizes |= crash->unloaded[i].bytes;
	}
	shift = shift_of(bases);
	size_shift = shift_of(sizes) ? PAGE_SHIFT : 0;
	if (crash->unloaded_count)
		pack_u8(out, (uint8_t)(shift << 1 | !!size_shift));
	for (size_t i = 0; i < crash->unloaded_count; i++) {
		const struct crash_unloaded *unloaded = &crash->unloaded[i];

		pack_varint(out, part_put(store, SCHEMA_NAME,
					  bytes_of(unloaded->name,
						   strlen(unloaded->name))));
		pack_signed(out, (unloaded->base >> shift) - (before >> shift));
		pack_varint(out, unloaded->bytes >> size_shift);
		before = unloaded->base;
	}
}

void placement_pack(struct store *store, const struct crash *crash,
		    struct pack *out)
{
	pack_loaded(crash, out);
	pack_unloaded(store, crash, out);
}

static bool take_loaded(struct bytes *in, struct crash *ret)
{
	const unsigned int shift = bytes_u8(in);
	uint64_t end = 0, zeros = 0;

	if (shift > GRAIN_SHIFT)
		return false;
	for (size_t i = 0; i < ret->module_count; i++) {
		struct crash_module *module = &ret->modules[i];
		uint64_t gap = 0;

		if (zeros) {
			zeros--;
		} else {
			gap = pack_take_signed(in) << shift;
			zeros = gap ? 0 : pack_take_varint(in);
		}
		module->base = rounded(end, shift) + gap;
		end = module->base + module->bytes;
	}
	return !in->failed && !zeros;
}

static const char *take_name(struct store *store, struct bytes *in,
			     struct arena *arena)
{
	const uint32_t id = (uint32_t)pack_take_varint(in);
	struct bytes name;
	char *copy;

	if (!part_get(store, SCHEMA_NAME, id, &name))
		return NULL;
	copy = arena_take(arena, bytes_left(&name) + 1, 1);
	bytes_copy(&name, copy, bytes_left(&name));
	return copy;
}

static bool take_unloaded(struct store *store, struct bytes *in,
			  struct arena *arena, struct crash *ret)
{
	uint64_t before = ret->module_count ? ret->modules[0].base : 0;
	unsigned int shift = 0, size_shift = 0;

	ret->unloaded_count = pack_take_count(in, LIMIT_UNLOADED);
	ret->unloaded =
		arena_take(arena, ret->unloaded_count, sizeof(*ret->unloaded));
	if (ret->unloaded_count) {
		shift = bytes_u8(in);
		size_shift = shift & 1 ? PAGE_SHIFT : 0;
		shift >>= 1;
	}
	if (shift > GRAIN_SHIFT)
		return false;
	for (size_t i = 0; i < ret->unloaded_count; i++) {
		struct crash_unloaded *unloaded = &ret->unloaded[i];

		unloaded->name = take_name(store, in, arena);
		if (!unloaded->name)
			return false;
		unloaded->base = ((before >> shift) + pack_take_signed(in))
				 << shift;
		unloaded->bytes = pack_take_varint(in) << size_shift;
		before = unloaded->base;
	}
	return !in->failed;
}

static enum status damaged(struct store *store, struct error *err)
{
	if (state_check(store, err))
		return err->status;
	return error_set(err, STATUS_STORE, "places of modules are damaged");
}

enum status placement_take(struct store *store, struct bytes *in, uint32_t list,
			   struct arena *arena, struct crash *ret,
			   struct error *err)
{
	if (part_get_list(store, list, arena, ret, err))
		return err->status;
	if (take_loaded(in, ret) && take_unloaded(store, in, arena, ret))
		return STATUS_OK;
	return damaged(store, err);
}

static bool skip_loaded(struct bytes *in, size_t count)
{
	uint64_t zeros = 0;

	bytes_skip(in, 1);
	for (size_t i = 0; i < count && !in->failed; i++) {
		if (zeros)
			zeros--;
		else if (!pack_take_signed(in))
			zeros = pack_take_varint(in);
	}
	return !in->failed && !zeros;
}

static bool skip_unloaded(struct bytes *in)
{
	const size_t count = pack_take_count(in, LIMIT_UNLOADED);

	bytes_skip(in, count ? 1 : 0);
	for (size_t i = 0; i < count; i++) {
		pack_take_varint(in);
		pack_take_signed(in);
		pack_take_varint(in);
	}
	return !in->failed;
}

enum status placement_skip(struct store *store, struct bytes *in, uint32_t list,
			   struct arena *arena, struct crash *ret,
			   struct error *err)
{
	if (!part_count_list(store, list, &ret->module_count) ||
	    !skip_loaded(in, ret->module_count) || !skip_unloaded(in))
		return damaged(store, err);
	ret->modules =
		arena_take(arena, ret->module_count, sizeof(*ret->modules));
	for (size_t i = 0; i < ret->module_count; i++)
		ret->modules[i].name = "";
	return STATUS_OK;
}
