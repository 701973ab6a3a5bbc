#include "indexer/target/hardware.h"

#include <string.h>

#include "indexer/target/secondary.h"
#include "indexer/target/smbios.h"
#include "indexer/target/smbios_search.h"
#include "signatures/base/hash.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

#define REGISTRY_VALUES 64

/* A blob that runs over the end of the image: the rest was cut off. */
static void report_damage(struct target *target)
{
	struct secondary walk = secondary_walk(target->dump->secondary);
	struct secondary_blob blob;

	while (secondary_next(&walk, &blob))
		;
	if (!walk.cut_short)
		return;
	target->crash->image.complete = false;
	crash_problem(target->crash, target->arena,
		      "secondary data: cut short at byte 0x%llx",
		      (unsigned long long)(walk.rest.next -
					   target->dump->image.start));
}

/*
 * Values of a registry key, one after another:
 *
 *	u32 bytes of the name  name, UTF-16 with NUL  u32 type  u32 bytes  data
 */
static const char *processor_name(const struct target *target)
{
	struct bytes in =
		secondary_find(target->dump->secondary, &secondary_processor);

	for (int i = 0; i < REGISTRY_VALUES && !in.failed; i++) {
		uint32_t size = bytes_u32(&in);
		struct bytes name =
			bytes_part(in, (uint64_t)(in.next - in.start), size);
		struct bytes data;

		bytes_skip(&in, size);
		bytes_skip(&in, 4);
		size = bytes_u32(&in);
		data = bytes_part(in, (uint64_t)(in.next - in.start), size);
		bytes_skip(&in, size);
		if (in.failed || bytes_left(&name) > LIMIT_TEXT_BYTES ||
		    bytes_left(&data) > LIMIT_TEXT_BYTES)
			continue;
		if (strcmp(text_from_utf16(target->arena, name),
			   "ProcessorNameString") == 0)
			return text_trimmed(
				target->arena,
				text_from_utf16(target->arena, data));
	}
	return NULL;
}

static bool find_smbios(struct target *target, struct smbios *ret)
{
	struct secondary walk = secondary_walk(target->dump->secondary);
	struct secondary_blob blob;

	/* The first of them that can be read: an empty one may come before. */
	while (secondary_next(&walk, &blob))
		if (memcmp(blob.tag.raw, secondary_smbios.raw,
			   sizeof(blob.tag.raw)) == 0 &&
		    smbios_read_raw(blob.data, target->arena, ret))
			return true;
	return smbios_search(target, ret);
}

/* Neither UUID nor serial leaves the program, only a hash of both. */
static struct crash_number identity(const struct smbios *smbios,
				    struct arena *arena)
{
	const char *serial = smbios->board_serial ? smbios->board_serial : "";
	const size_t length = strlen(serial);
	uint8_t *raw;

	/* Half of it would name another machine. */
	if ((!smbios->has_uuid && length == 0) || smbios->is_cut)
		return CRASH_UNKNOWN;
	raw = arena_take(arena, SMBIOS_UUID_BYTES + length, 1);
	memcpy(raw, smbios->uuid, SMBIOS_UUID_BYTES);
	memcpy(raw + SMBIOS_UUID_BYTES, serial, length);
	return CRASH_NUMBER(hash_64(raw, SMBIOS_UUID_BYTES + length));
}

static void fill(const char **field, const char *text)
{
	if (!*field)
		*field = text;
}

void hardware_examine(struct target *target)
{
	struct crash_machine *machine = &target->crash->machine;
	struct smbios *smbios = arena_take(target->arena, 1, sizeof(*smbios));

	report_damage(target);
	fill(&machine->cpu, processor_name(target));
	if (!find_smbios(target, smbios))
		return;
	target->smbios = smbios;
	fill(&machine->cpu, smbios->processor);
	fill(&machine->bios_vendor, smbios->bios_vendor);
	fill(&machine->bios_version, smbios->bios_version);
	fill(&machine->bios_date, smbios->bios_date);
	fill(&machine->manufacturer, smbios->manufacturer);
	fill(&machine->product_name, smbios->product);
	fill(&machine->product_version, smbios->version);
	fill(&machine->board, smbios->board);
	if (!machine->id.known)
		machine->id = identity(smbios, target->arena);
}
