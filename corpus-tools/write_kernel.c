#include "corpus-tools/write_kernel.h"

#include <string.h>

#include "corpus-tools/firmware.h"
#include "corpus-tools/pagetables.h"
#include "corpus-tools/write_header.h"
#include "corpus-tools/write_secondary.h"

/* Runs of page frames that follow each other. */
static size_t runs_of(const struct dead *dead, const struct pagetables *tables,
		      struct write_header_run **ret)
{
	struct write_header_run *runs =
		arena_take(dead->arena, tables->count, sizeof(*runs));
	size_t count = 0;

	for (size_t i = 0; i < tables->count; i++) {
		const uint64_t pfn = tables->frames[i].pfn;

		if (count && runs[count - 1].pfn + runs[count - 1].count == pfn)
			runs[count - 1].count++;
		else
			runs[count++] = (struct write_header_run){ pfn, 1 };
	}
	*ret = runs;
	return count;
}

static void append_pages(const struct pagetables *tables, struct buffer *out)
{
	for (size_t i = 0; i < tables->count; i++)
		buffer_append(out, tables->frames[i].data, CANVAS_PAGE);
}

static enum status write_full(const struct dead *dead,
			      const struct pagetables *tables,
			      struct buffer *out, struct error *err)
{
	struct write_header_run *runs;
	const size_t count = runs_of(dead, tables, &runs);

	if (!write_header_runs(dead, out, runs, count))
		return error_set(err, STATUS_USAGE,
				 "%zu runs of pages are more than fit", count);
	append_pages(tables, out);
	return STATUS_OK;
}

static void set_bits(const struct pagetables *tables, struct buffer *out,
		     size_t bitmap)
{
	for (size_t i = 0; i < tables->count; i++) {
		const uint64_t pfn = tables->frames[i].pfn;

		out->data[bitmap + pfn / 8] |= (uint8_t)(1u << pfn % 8);
	}
}

static uint64_t bits_of(const struct pagetables *tables)
{
	return (tables->frames[tables->count - 1].pfn + 8) & ~(uint64_t)7;
}

/*
 * Windows 2000 to 7:
 *   SDMP DUMP options header-size bits pages | bits pointer | bitmap
 */
static void write_summary(const struct dead *dead,
			  const struct pagetables *tables, struct buffer *out)
{
	const bool wide = dead->pointer == 8;
	const uint64_t bits = (bits_of(tables) + 31) & ~(uint64_t)31;
	const size_t start = out->size;
	const size_t bitmap = start + (wide ? 0x28 : 0x20);

	buffer_grow(out, bitmap - start + bits / 8);
	buffer_align(out, CANVAS_PAGE);
	memcpy(out->data + start, "SDMPDUMP", 8);
	buffer_put(out, start + 8, 1, 4);
	buffer_put(out, start + 0xc, out->size, 4);
	buffer_put(out, start + 0x10, bits, 4);
	buffer_put(out, start + 0x14, tables->count, 4);
	buffer_put(out, start + 0x18, bits, 4);
	buffer_put(out, bitmap - dead->pointer, dead->map->pool + 0x38,
		   dead->pointer);
	set_bits(tables, out, bitmap);
	append_pages(tables, out);
}

/*
 * Windows 8 and later:
 *   SDMP|FDMP DUMP options | 20: first page | pages | bits | 38: bitmap
 */
static void write_bitmap(const struct dead *dead,
			 const struct pagetables *tables, struct buffer *out)
{
	const enum machine_format format = dead->machine->format;
	const bool whole = format == MACHINE_BITMAP || format == MACHINE_ACTIVE;
	const uint64_t bits = bits_of(tables);
	const size_t start = out->size;

	buffer_grow(out, 0x38 + bits / 8);
	if (format != MACHINE_LIVE)
		buffer_align(out, CANVAS_PAGE);
	memcpy(out->data + start, whole ? "FDMPDUMP" : "SDMPDUMP", 8);
	buffer_put(out, start + 8, whole ? 3 : 1, 4);
	buffer_put(out, start + 0x20, out->size, 8);
	buffer_put(out, start + 0x28, tables->count, 8);
	buffer_put(out, start + 0x30, bits, 8);
	set_bits(tables, out, start + 0x38);
	append_pages(tables, out);
}

/*
 * A debugger's dump of ranges:
 *   40 RDMP DUMP 0 | metadata size | first page | 20: two words | 30: ranges
 */
static void write_ranges(const struct dead *dead,
			 const struct pagetables *tables, struct buffer *out)
{
	struct write_header_run *runs;
	const size_t count = runs_of(dead, tables, &runs);
	const size_t start = buffer_grow(out, 0x30 + 16 * (count + 1));

	buffer_align(out, CANVAS_PAGE);
	const size_t first = out->size;
	buffer_put(out, start, 0x40, 4);
	memcpy(out->data + start + 4, "RDMPDUMP", 8);
	buffer_put(out, start + 0x10, first - start - 0x20, 8);
	buffer_put(out, start + 0x18, first, 8);
	if (dead->machine->type_known && dead->machine->type == 0xa) {
		buffer_put(out, start + 0x20, count, 4);
		buffer_put(out, start + 0x28, tables->count, 8);
	}
	for (size_t i = 0; i < count; i++) {
		buffer_put(out, start + 0x30 + 16 * i, runs[i].pfn, 8);
		buffer_put(out, start + 0x38 + 16 * i, runs[i].count, 8);
	}
	append_pages(tables, out);
}

static bool keeps_low_memory(const struct machine *machine)
{
	if (!firmware_known(machine))
		return false;
	if (machine->smbios)
		return !strcmp(machine->smbios, "low");
	return machine->format == MACHINE_FULL;
}

enum status write_kernel(struct dead *dead, struct buffer *out,
			 struct error *err)
{
	const enum machine_format format = dead->machine->format;
	const bool ranges = format == MACHINE_RDMP;
	struct pagetables tables;
	struct buffer low;

	write_header(dead, out);
	if (format == MACHINE_HEADER)
		return STATUS_OK;
	if (ranges && dead->pointer == 4)
		return error_set(err, STATUS_USAGE,
				 "range dumps are of 64-bit machines");
	buffer_init(&low);
	if (keeps_low_memory(dead->machine))
		firmware_low_area(dead->machine, &low);
	pagetables_build(dead, low.data, low.size, &tables);
	enum status status = STATUS_OK;
	if (format == MACHINE_FULL)
		status = write_full(dead, &tables, out, err);
	else if (format == MACHINE_SUMMARY)
		write_summary(dead, &tables, out);
	else if (ranges)
		write_ranges(dead, &tables, out);
	else
		write_bitmap(dead, &tables, out);
	buffer_deinit(&low);
	write_header_required(dead, out, out->size);
	if (status || format == MACHINE_LIVE)
		return status;
	return write_secondary(dead, out, err);
}
