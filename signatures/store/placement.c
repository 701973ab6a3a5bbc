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

/* The most that all places are a multiple of. */
static unsigned int shift_of(const struct crash *crash)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < crash->module_count; i++)
		bits |= crash->modules[i].base;
	if (!(bits & ((1u << GRAIN_SHIFT) - 1)))
		return GRAIN_SHIFT;
	return bits & ((1u << PAGE_SHIFT) - 1) ? 0 : PAGE_SHIFT;
}

static void pack_loaded(const struct crash *crash, struct pack *out)
{
	const unsigned int shift = shift_of(crash);
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

void placement_pack(struct store *store, const struct crash *crash,
		    struct pack *out)
{
	pack_loaded(crash, out);
	pack_varint(out, crash->unloaded_count);
	for (size_t i = 0; i < crash->unloaded_count; i++) {
		const struct crash_unloaded *unloaded = &crash->unloaded[i];

		pack_varint(out, part_put(store, SCHEMA_NAME,
					  bytes_of(unloaded->name,
						   strlen(unloaded->name))));
		pack_signed(out, unloaded->base);
		pack_varint(out, unloaded->bytes);
	}
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

static bool take_unloaded(struct store *store, struct bytes *in,
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
	return !in->failed;
}

enum status placement_take(struct store *store, struct bytes *in, uint32_t list,
			   struct arena *arena, struct crash *ret,
			   struct error *err)
{
	if (part_get_list(store, list, arena, ret, err))
		return err->status;
	if (take_loaded(in, ret) && take_unloaded(store, in, arena, ret))
		return STATUS_OK;
	if (state_check(store, err))
		return err->status;
	return error_set(err, STATUS_STORE, "places of modules are damaged");
}
