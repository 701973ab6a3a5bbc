#include "corpus-tools/write_secondary.h"

#include <string.h>

#include "corpus-tools/firmware.h"
#include "corpus-tools/literal.h"

/*
 *   "Dump" "Blob" | 10 | build        once
 *   20 | GUID | size | pad before | pad after | data        each
 */
static const char smbios_guid[] = "bc5c008f-1e3a-44d7-988d-86f6884c6758";
static const char processor_guid[] = "6c7ac389-4313-47dc-9f34-a8800a0fb56c";
static const char registers_guid[] = "d03dc06f-d88e-44c5-ba2a-fae035172d19";
static const char acpi_guid[] = "e83b40d2-b0a0-4842-abea-71c9e3463dd1";

/* A GUID's first three parts are numbers, least significant byte first. */
static bool guid_bytes(const char *text, uint8_t to[16])
{
	static const uint8_t order[16] = { 3, 2, 1,  0,	 5,  4,	 7,  6,
					   8, 9, 10, 11, 12, 13, 14, 15 };
	uint8_t raw[16];
	char plain[33];
	size_t length = 0, size;

	for (; *text && length < 32; text++)
		if (*text != '-')
			plain[length++] = *text;
	plain[length] = '\0';
	if (!literal_hex(plain, raw, sizeof(raw), &size) || size != 16)
		return false;
	for (size_t i = 0; i < 16; i++)
		to[i] = raw[order[i]];
	return true;
}

/* Begin a blob; end_blob() fills in its size. */
static bool begin_blob(struct buffer *out, const char *guid, size_t *ret)
{
	uint8_t raw[16];

	if (!guid_bytes(guid, raw))
		return false;
	*ret = buffer_grow(out, 0x20);
	buffer_put(out, *ret, 0x20, 4);
	memcpy(out->data + *ret + 4, raw, sizeof(raw));
	return true;
}

static void end_blob(struct buffer *out, size_t blob)
{
	const size_t size = out->size - blob - 0x20;
	const size_t pad = (8 - out->size % 8) % 8;

	buffer_put(out, blob + 0x14, size, 4);
	buffer_put(out, blob + 0x1c, pad, 4);
	buffer_grow(out, pad);
}

static void firmware_blob(const struct machine *machine, struct buffer *out)
{
	size_t blob;

	if (!begin_blob(out, smbios_guid, &blob))
		return;
	const size_t header = buffer_grow(out, 8);
	buffer_put(out, header + 1, 2, 1);
	buffer_put(out, header + 2, 8, 1);
	firmware_table(machine, out);
	buffer_put(out, header + 4, out->size - header - 8, 4);
	end_blob(out, blob);
}

/* A registry value: name, type, data, each with its length. */
static void value(struct buffer *out, const char *name, uint32_t type,
		  const char *text, uint64_t number)
{
	buffer_number(out, 2 * strlen(name) + 2, 4);
	buffer_utf16(out, name);
	buffer_number(out, 0, 2);
	buffer_number(out, type, 4);
	if (type == 4) {
		buffer_number(out, 4, 4);
		buffer_number(out, number, 4);
		return;
	}
	buffer_number(out, 2 * strlen(text) + 2, 4);
	buffer_utf16(out, text);
	buffer_number(out, 0, 2);
}

static void processor(const struct machine *machine, struct buffer *out)
{
	size_t blob;

	if (!begin_blob(out, processor_guid, &blob))
		return;
	value(out, "~MHz", 4, NULL, machine->mhz);
	value(out, "Identifier", 1, "Family 6 Model 165 Stepping 3", 0);
	value(out, "ProcessorNameString", 1, machine->processor_name, 0);
	value(out, "VendorIdentifier", 1, machine->processor_vendor, 0);
	end_blob(out, blob);
}

/* CPUID leaves 0 and 1; bit 31 of leaf 1's ECX: a hypervisor is below. */
static void registers(const struct machine *machine, struct buffer *out)
{
	const char *vendor = machine->processor_vendor;
	uint8_t name[12] = { 0 };
	size_t blob;

	memcpy(name, vendor, strnlen(vendor, sizeof(name)));
	if (!begin_blob(out, registers_guid, &blob))
		return;
	for (uint32_t leaf = 0; leaf < 2; leaf++) {
		buffer_number(out, 0, 4);
		buffer_number(out, leaf, 4);
		for (int twice = 0; twice < 2; twice++) {
			buffer_number(out, leaf ? 0xa0653 : 0x16, 4);
			if (leaf == 0) {
				buffer_append(out, name, 4);
				buffer_append(out, name + 8, 4);
				buffer_append(out, name + 4, 4);
				continue;
			}
			buffer_number(out, 0x100800, 4);
			buffer_number(out,
				      0x7ffafbbf | (machine->hypervisor_bit
							    ? 0x80000000u
							    : 0),
				      4);
			buffer_number(out, 0xbfebfbff, 4);
		}
	}
	end_blob(out, blob);
}

/* One table's header: "OEMID TABLE". */
static void acpi(const struct machine *machine, struct buffer *out)
{
	char oem[6], table[8];
	const char *blank = strchr(machine->acpi, ' ');
	const char *second = blank ? blank + 1 : "";
	size_t blob;

	memset(oem, ' ', sizeof(oem));
	memset(table, ' ', sizeof(table));
	const size_t first =
		blank ? (size_t)(blank - machine->acpi) : strlen(machine->acpi);
	memcpy(oem, machine->acpi, first < 6 ? first : 6);
	memcpy(table, second, strnlen(second, 8));
	if (!begin_blob(out, acpi_guid, &blob))
		return;
	const size_t at = buffer_grow(out, 0x24);
	memcpy(out->data + at, "DSDT", 4);
	buffer_put(out, at + 4, 0x24, 4);
	buffer_put(out, at + 8, 2, 1);
	memcpy(out->data + at + 0xa, oem, sizeof(oem));
	memcpy(out->data + at + 0x10, table, sizeof(table));
	end_blob(out, blob);
}

static enum status described(const struct dead *dead, struct buffer *out,
			     struct error *err)
{
	const struct machine *machine = dead->machine;

	for (size_t i = 0; i < machine->blob_count; i++) {
		const struct machine_blob *b = &machine->blobs[i];
		const size_t room = strlen(b->hex) / 2 + 1;
		uint8_t *raw = arena_take(dead->arena, room, 1);
		size_t size, blob;

		if (!literal_hex(b->hex, raw, room, &size) ||
		    !begin_blob(out, b->guid, &blob))
			return error_set(err, STATUS_USAGE,
					 "blob %s: no GUID or no hexadecimal",
					 b->guid);
		buffer_append(out, raw, size);
		end_blob(out, blob);
	}
	return STATUS_OK;
}

enum status write_secondary(const struct dead *dead, struct buffer *out,
			    struct error *err)
{
	const struct machine *machine = dead->machine;
	const char *where = machine->smbios ? machine->smbios : "secondary";

	if (!strcmp(where, "none"))
		return STATUS_OK;
	buffer_align(out, 8);
	buffer_append(out, "DumpBlob", 8);
	buffer_number(out, 0x10, 4);
	buffer_number(out, 0xf0000000 | machine->build, 4);
	if (firmware_known(machine) && !strcmp(where, "secondary"))
		firmware_blob(machine, out);
	processor(machine, out);
	if (dead->arch != LAYOUT_ARM64)
		registers(machine, out);
	if (machine->acpi)
		acpi(machine, out);
	return described(dead, out, err);
}
