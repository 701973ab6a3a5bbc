/*
 * triage_lists.c - DUMP_DRIVER_ENTRY, DUMP_STRING and DUMP_UNLOADED_DRIVERS.
 *
 *     loaded   64-bit (90)  32-bit (4c)     unloaded  64-bit (38)  32-bit (28)
 *     name         0            0           length        0            0
 *     DllBase     38           1c           name[c]      10            8
 *     SizeOfImage 48           24           start        28           20
 *     TimeDateSt. 88           48           end          30           24
 *
 * A name is the offset of a string: its length in UTF-16 units, then they.
 * The unloaded list starts with its count, on 64-bit machines padded to 8.
 * Its names fill their 12 units without a NUL, if need be.
 *
 * Sources: public WDK types, Singularity Dump.h; 64-bit checked on real dumps.
 */
#include "indexer/dump/triage_lists.h"

#include "signatures/base/limits.h"
#include "signatures/base/text.h"

#define UNLOADED_NAME_BYTES 24

struct lists_layout {
	unsigned pointer_bytes;
	uint32_t entry_bytes;
	uint32_t base;
	uint32_t size;
	uint32_t stamp;
	uint32_t unloaded_first;
	uint32_t unloaded_bytes;
	uint32_t unloaded_name;
	uint32_t unloaded_start;
	uint32_t unloaded_end;
};

static const struct lists_layout layouts[] = {
	{ 4, 0x4c, 0x1c, 0x24, 0x48, 4, 0x28, 0x08, 0x20, 0x24 },
	{ 8, 0x90, 0x38, 0x48, 0x88, 8, 0x38, 0x10, 0x28, 0x30 },
};

static const struct lists_layout *layout_of(const struct dump *dump)
{
	return &layouts[dump->pointer_bytes == 8];
}

static uint64_t number_at(struct bytes in, uint32_t offset, unsigned width)
{
	bytes_skip(&in, offset);
	return width == 8 ? bytes_u64(&in) : bytes_u32(&in);
}

/* The file name of the DUMP_STRING at offset; "" if there is none. */
static const char *name_at(struct dump *dump, uint64_t offset)
{
	struct bytes in = bytes_part(dump->image, offset, 4);
	uint64_t units = bytes_u32(&in);
	struct bytes text;

	if (in.failed || units > LIMIT_TEXT_BYTES)
		return "";
	text = bytes_part(dump->image, offset + 4, units * 2);
	if (text.failed)
		return "";
	return text_file_name(dump->arena, text_from_utf16(dump->arena, text));
}

void triage_lists_drivers(struct dump *dump, uint64_t offset, uint32_t count)
{
	const struct lists_layout *layout = layout_of(dump);
	struct crash *crash = dump->crash;
	const uint32_t most = count < LIMIT_MODULES ? count : LIMIT_MODULES;
	uint32_t lost = count - most;

	crash->modules =
		arena_take(dump->arena, most + !most, sizeof(*crash->modules));
	for (uint32_t i = 0; i < most; i++) {
		const struct bytes entry = bytes_part(
			dump->image, offset + (uint64_t)i * layout->entry_bytes,
			layout->entry_bytes);
		struct crash_module module = { 0 };

		if (entry.failed) {
			dump->crash->image.complete = false;
			lost += most - i;
			break;
		}
		module.name = name_at(dump, number_at(entry, 0, 4));
		module.base =
			number_at(entry, layout->base, layout->pointer_bytes);
		module.bytes = (uint32_t)number_at(entry, layout->size, 4);
		module.build =
			number_at(entry, layout->stamp, 4) << 32 | module.bytes;
		if (module.name[0] == '\0' || module.base == 0)
			lost++;
		else
			crash->modules[crash->module_count++] = module;
	}
	if (lost > 0)
		crash_problem(crash, dump->arena,
			      "driver list: %u of %u drivers unreadable",
			      (unsigned)lost, (unsigned)count);
}

void triage_lists_unloaded(struct dump *dump, uint64_t offset)
{
	const struct lists_layout *layout = layout_of(dump);
	const unsigned width = layout->pointer_bytes;
	struct crash *crash = dump->crash;
	struct bytes head = bytes_part(dump->image, offset, 4);
	const uint32_t count = bytes_u32(&head);
	const uint32_t most = count < LIMIT_UNLOADED ? count : LIMIT_UNLOADED;
	uint32_t lost = count - most;

	if (head.failed || count == 0x45474150)
		return;
	crash->unloaded =
		arena_take(dump->arena, most + !most, sizeof(*crash->unloaded));
	for (uint32_t i = 0; i < most; i++) {
		const uint64_t at = offset + layout->unloaded_first +
				    (uint64_t)i * layout->unloaded_bytes;
		const struct bytes entry =
			bytes_part(dump->image, at, layout->unloaded_bytes);
		const uint64_t start =
			number_at(entry, layout->unloaded_start, width);
		const uint64_t end =
			number_at(entry, layout->unloaded_end, width);
		const char *name;

		if (entry.failed) {
			lost += most - i;
			break;
		}
		name = text_file_name(
			dump->arena,
			text_from_utf16(dump->arena,
					bytes_part(entry, layout->unloaded_name,
						   UNLOADED_NAME_BYTES)));
		if (name[0] == '\0' || start == 0 || end < start)
			lost++;
		else
			crash->unloaded[crash->unloaded_count++] =
				(struct crash_unloaded){ name, start,
							 end - start };
	}
	if (lost > 0)
		crash_problem(crash, dump->arena,
			      "unloaded drivers: %u of %u unreadable",
			      (unsigned)lost, (unsigned)count);
}
