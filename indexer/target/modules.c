/*
 * A loader entry, as far as every version has it in one place:
 *
 *			64-bit	32-bit
 *	Flink, Blink	  0, 8	  0, 4
 *	DllBase		 30	 18
 *	SizeOfImage	 40	 20	u32
 *	FullDllName	 48	 24	UNICODE_STRING
 *	BaseDllName	 58	 2c	UNICODE_STRING
 *	TimeDateStamp	 9c	 58	u32, Windows 10 on
 *
 * UNICODE_STRING: u16 length in bytes, u16 room, pointer (at 8 or 4).
 *
 * An unloaded driver: UNICODE_STRING, start at 10 (8), end at 18 (c); 28 (18)
 * bytes each, a ring of 50.
 *
 * Source: public kernel types _KLDR_DATA_TABLE_ENTRY, _UNLOADED_DRIVERS.
 */
#include "indexer/target/modules.h"

#include "indexer/target/image.h"
#include "indexer/target/kdbg.h"
#include "indexer/target/space.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

#define BUILD_WITH_TIMESTAMP 10240
#define UNLOADED_RING 50
#define MODULE_MOST 0x40000000u /* no driver image is a GiB */

struct layout {
	unsigned pointer;
	unsigned base;
	unsigned size;
	unsigned full_name;
	unsigned base_name;
	unsigned timestamp;
	unsigned unloaded_start;
	unsigned unloaded_bytes;
};

static const struct layout wide = {
	8, 0x30, 0x40, 0x48, 0x58, 0x9c, 0x10, 0x28
};
static const struct layout small = {
	4, 0x18, 0x20, 0x24, 0x2c, 0x58, 0x08, 0x18
};

static const struct layout *layout_of(const struct target *target)
{
	return target->dump->pointer_bytes == 8 ? &wide : &small;
}

/* The text of the UNICODE_STRING at va; NULL where not readable or empty. */
static const char *read_name(const struct target *target, uint64_t va)
{
	uint8_t units[2 * LIMIT_NAME_BYTES];
	uint16_t length;
	uint64_t buffer;
	const char *name;

	if (!space_u16(target, va, &length) || length == 0 ||
	    !space_pointer(target, va + layout_of(target)->pointer, &buffer) ||
	    !space_is_kernel(target, buffer))
		return NULL;
	if (length > sizeof(units))
		length = sizeof(units);
	length &= ~1u;
	if (!space_read(target, buffer, units, length))
		return NULL;
	name = text_file_name(
		target->arena,
		text_from_utf16(target->arena, bytes_of(units, length)));
	return name && *name ? name : NULL;
}

/* A link and its way back; false ends the walk. */
static bool next_entry(struct target *target, uint64_t entry, uint64_t *ret)
{
	const unsigned pointer = layout_of(target)->pointer;
	uint64_t next;
	uint64_t back;

	if (!space_pointer(target, entry, &next) ||
	    !space_is_kernel(target, next) ||
	    !space_pointer(target, next + pointer, &back)) {
		crash_problem(target->crash, target->arena,
			      "module list: breaks off at 0x%llx",
			      (unsigned long long)entry);
		return false;
	}
	if (back != entry) {
		crash_problem(target->crash, target->arena,
			      "module list: 0x%llx does not link back",
			      (unsigned long long)next);
		return false;
	}
	*ret = next;
	return true;
}

static uint32_t find_timestamp(struct target *target, uint64_t entry,
			       uint64_t base)
{
	const struct crash_number build = target->crash->machine.os_build;
	struct image image;
	uint32_t timestamp = 0;

	if (image_at(target, base, &image))
		return image.timestamp;
	if (build.known && build.value >= BUILD_WITH_TIMESTAMP &&
	    !space_u32(target, entry + layout_of(target)->timestamp,
		       &timestamp))
		return 0;
	return timestamp;
}

static bool read_entry(struct target *target, uint64_t entry,
		       struct crash_module *ret)
{
	const struct layout *layout = layout_of(target);
	uint32_t timestamp;

	if (!space_pointer(target, entry + layout->base, &ret->base) ||
	    !space_u32(target, entry + layout->size, &ret->bytes) ||
	    !space_is_kernel(target, ret->base) || ret->bytes == 0 ||
	    ret->bytes > MODULE_MOST)
		return false;
	ret->name = read_name(target, entry + layout->base_name);
	if (!ret->name)
		ret->name = read_name(target, entry + layout->full_name);
	if (!ret->name)
		ret->name = "unknown";
	timestamp = find_timestamp(target, entry, ret->base);
	if (timestamp != 0)
		ret->build = (crash_build)timestamp << 32 | ret->bytes;
	return true;
}

static void examine_loaded(struct target *target)
{
	struct crash *crash = target->crash;
	uint64_t head = target->dump->module_list;
	uint64_t entry;
	size_t steps = 0;

	if (!space_is_kernel(target, head) &&
	    !kdbg_pointer(target, KDBG_LOADED_MODULES, &head))
		return;
	/* Not one page of it: nothing to say about its links either. */
	if (space_view(target, head, 1).failed)
		return;
	crash->modules = arena_take(target->arena, LIMIT_MODULES,
				    sizeof(*crash->modules));
	entry = head;
	while (next_entry(target, entry, &entry) && entry != head) {
		if (steps++ == LIMIT_MODULES) {
			crash_problem(crash, target->arena,
				      "module list: more than %d entries",
				      LIMIT_MODULES);
			break;
		}
		if (read_entry(target, entry,
			       &crash->modules[crash->module_count]))
			crash->module_count++;
	}
}

static void examine_unloaded(struct target *target)
{
	const struct layout *layout = layout_of(target);
	struct crash *crash = target->crash;
	uint64_t array;

	if (!kdbg_pointer(target, KDBG_UNLOADED_DRIVERS, &array) ||
	    !space_pointer(target, array, &array) ||
	    !space_is_kernel(target, array))
		return;
	crash->unloaded = arena_take(target->arena, UNLOADED_RING,
				     sizeof(*crash->unloaded));
	for (unsigned n = 0; n < UNLOADED_RING; n++) {
		const uint64_t va = array + n * layout->unloaded_bytes;
		struct crash_unloaded *ret =
			&crash->unloaded[crash->unloaded_count];
		uint64_t end;

		ret->name = read_name(target, va);
		if (!ret->name ||
		    !space_pointer(target, va + layout->unloaded_start,
				   &ret->base) ||
		    !space_pointer(target,
				   va + layout->unloaded_start +
					   layout->pointer,
				   &end) ||
		    end <= ret->base)
			continue;
		ret->bytes = end - ret->base;
		crash->unloaded_count++;
	}
}

void modules_examine(struct target *target)
{
	if (target->crash->module_count == 0)
		examine_loaded(target);
	if (target->crash->unloaded_count == 0 && target->paging)
		examine_unloaded(target);
}
