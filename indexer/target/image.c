/*
 * A PE image:
 *
 *	0 "MZ"  3c u32 offset of "PE\0\0" (nt)
 *	nt+4 machine, +6 sections, +8 timestamp, +14 size of optional header
 *	nt+18 optional header: 0 magic (10b, 20b), 38 size of image,
 *	      directories at 60 or 70 behind their count
 *	section, 28 bytes: 8 size, c rva, 10 file size, 14 file offset, 24 flags
 *
 * Source: Microsoft's PE format document.
 */
#include "indexer/target/image.h"

#include <string.h>

#include "indexer/target/space.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

#define HEADER_BYTES 4096
#define SECTION_BYTES 40
#define SECTION_EXECUTE 0x20000000u
#define EXPORT_NAMES 65536 /* ordinals are 16 bits */

static struct image_part directory(struct bytes directories, unsigned n)
{
	struct image_part part = { 0 };

	bytes_skip(&directories, 8ull * n);
	part.rva = bytes_u32(&directories);
	part.bytes = bytes_u32(&directories);
	if (directories.failed)
		return (struct image_part){ 0 };
	return part;
}

static bool read_optional(struct bytes optional, struct image *ret)
{
	struct bytes in = optional;
	struct bytes directories;
	uint64_t count;
	const uint16_t magic = bytes_u16(&in);

	if (magic != 0x10b && magic != 0x20b)
		return false;
	ret->is_wide = magic == 0x20b;
	bytes_skip(&in, 0x38 - 2);
	ret->bytes = bytes_u32(&in);
	bytes_skip(&in, (ret->is_wide ? 0x6c : 0x5c) - 0x3c);
	count = bytes_u32(&in);
	if (in.failed)
		return false;
	if (count > bytes_left(&in) / 8)
		count = bytes_left(&in) / 8;
	directories = bytes_part(optional, (uint64_t)(in.next - optional.start),
				 count * 8);
	ret->exports = directory(directories, 0);
	ret->pdata = directory(directories, 3);
	return true;
}

static void read_sections(struct bytes in, size_t count, struct arena *arena,
			  struct image *ret)
{
	if (count > IMAGE_SECTIONS)
		count = IMAGE_SECTIONS;
	ret->sections = arena_take(arena, count, sizeof(*ret->sections));
	for (size_t i = 0; i < count; i++) {
		struct image_section *section = &ret->sections[i];

		bytes_skip(&in, 8);
		section->bytes = bytes_u32(&in);
		section->rva = bytes_u32(&in);
		section->file_bytes = bytes_u32(&in);
		section->file_offset = bytes_u32(&in);
		bytes_skip(&in, 0x24 - 0x18);
		section->executable = bytes_u32(&in) & SECTION_EXECUTE;
		if (in.failed)
			return;
		if (section->bytes == 0)
			section->bytes = section->file_bytes;
		ret->section_count = i + 1;
	}
}

/* header: the first page or more of the image. */
static bool read_headers(struct bytes header, struct arena *arena,
			 struct image *ret)
{
	struct bytes in = header;
	struct bytes optional;
	uint32_t nt;
	uint16_t sections;
	uint16_t size;

	if (bytes_u16(&in) != 0x5a4d)
		return false;
	bytes_skip(&in, 0x3a);
	nt = bytes_u32(&in);
	if (in.failed || nt >= HEADER_BYTES || nt % 4 != 0)
		return false;
	in = header;
	bytes_skip(&in, nt);
	if (bytes_u32(&in) != 0x4550)
		return false;
	bytes_skip(&in, 2);
	sections = bytes_u16(&in);
	ret->timestamp = bytes_u32(&in);
	bytes_skip(&in, 8);
	size = bytes_u16(&in);
	bytes_skip(&in, 2);
	optional = bytes_part(header, nt + 0x18ull, size);
	if (in.failed || optional.failed || !read_optional(optional, ret))
		return false;
	bytes_skip(&in, size);
	read_sections(in, sections, arena, ret);
	return true;
}

bool image_at(const struct target *target, uint64_t base, struct image *ret)
{
	struct bytes header = space_view(target, base, HEADER_BYTES);
	struct image image = { .target = target, .base = base };
	uint8_t *copy;

	/* Triage blocks may hold the header in pieces that touch. */
	if (header.failed)
		return false;
	if (bytes_left(&header) < HEADER_BYTES) {
		copy = arena_take(target->arena, 1, HEADER_BYTES);
		if (space_read(target, base, copy, HEADER_BYTES))
			header = bytes_of(copy, HEADER_BYTES);
	}
	if (!read_headers(header, target->arena, &image))
		return false;
	*ret = image;
	return true;
}

bool image_of(struct bytes file, struct arena *arena, struct image *ret)
{
	struct image image = { .file = file };

	if (file.failed || !read_headers(file, arena, &image))
		return false;
	*ret = image;
	return true;
}

static const struct image_section *section_at(const struct image *image,
					      uint32_t rva)
{
	for (size_t i = 0; i < image->section_count; i++) {
		const struct image_section *section = &image->sections[i];

		if (rva >= section->rva && rva - section->rva < section->bytes)
			return section;
	}
	return NULL;
}

bool image_is_code(const struct image *image, uint32_t rva)
{
	const struct image_section *section = section_at(image, rva);

	return section && section->executable;
}

static struct bytes view_of_file(const struct image *image, uint32_t rva,
				 uint32_t size)
{
	const struct image_section *section = section_at(image, rva);
	const uint64_t whole = (uint64_t)(image->file.end - image->file.start);
	uint64_t offset = rva;
	uint64_t left = HEADER_BYTES > rva ? HEADER_BYTES - rva : 0;

	if (section) {
		const uint32_t inside = rva - section->rva;

		if (inside >= section->file_bytes)
			return bytes_absent();
		offset = (uint64_t)section->file_offset + inside;
		left = section->file_bytes - inside;
	}
	if (offset >= whole || left == 0)
		return bytes_absent();
	if (left > whole - offset)
		left = whole - offset;
	return bytes_part(image->file, offset, size < left ? size : left);
}

struct bytes image_view(const struct image *image, uint32_t rva, uint32_t size)
{
	if (!image->target)
		return view_of_file(image, rva, size);
	return space_view(image->target, image->base + rva, size);
}

bool image_read(const struct image *image, uint32_t rva, void *buf,
		uint32_t size)
{
	struct bytes view;

	if (image->target)
		return space_read(image->target, image->base + rva, buf, size);
	view = view_of_file(image, rva, size);
	bytes_copy(&view, buf, size);
	return !view.failed;
}

/* count items of size bytes at rva; failed unless all are present. */
static struct bytes array_at(const struct image *image, struct arena *arena,
			     uint32_t rva, uint32_t count, uint32_t size)
{
	struct bytes view = image_view(image, rva, count * size);
	uint8_t *copy;

	if (!view.failed && bytes_left(&view) == (size_t)count * size)
		return view;
	copy = arena_take(arena, count, size);
	if (!image_read(image, rva, copy, count * size))
		return bytes_absent();
	return bytes_of(copy, (size_t)count * size);
}

static const char *text_at(const struct image *image, struct arena *arena,
			   uint32_t rva)
{
	struct bytes view = image_view(image, rva, LIMIT_NAME_BYTES);
	const char *text = text_from_bytes(arena, view);

	return text && *text ? text : NULL;
}

/*
 * Export directory: 14 functions, 18 names, 1c function rvas, 20 name rvas,
 * 24 ordinals (u16) by name.  An rva inside the directory is a forwarder.
 */
const char *image_export_below(const struct image *image, uint32_t rva,
			       struct arena *arena, uint32_t *start)
{
	struct bytes in = array_at(image, arena, image->exports.rva, 1, 40);
	struct bytes functions;
	struct bytes names;
	struct bytes ordinals;
	uint32_t function_count;
	uint32_t name_count;
	uint32_t best = 0;
	uint32_t best_name = 0;

	bytes_skip(&in, 0x14);
	function_count = bytes_u32(&in);
	name_count = bytes_u32(&in);
	if (image->exports.rva == 0 || in.failed || function_count == 0 ||
	    function_count > EXPORT_NAMES || name_count == 0 ||
	    name_count > EXPORT_NAMES)
		return NULL;
	functions = array_at(image, arena, bytes_u32(&in), function_count, 4);
	names = array_at(image, arena, bytes_u32(&in), name_count, 4);
	ordinals = array_at(image, arena, bytes_u32(&in), name_count, 2);
	for (uint32_t i = 0; i < name_count; i++) {
		const uint32_t name = bytes_u32(&names);
		struct bytes function =
			bytes_part(functions, 4ull * bytes_u16(&ordinals), 4);
		const uint32_t at = bytes_u32(&function);
		const bool forwarded =
			at - image->exports.rva < image->exports.bytes;

		if (!function.failed && !names.failed && !ordinals.failed &&
		    !forwarded && at <= rva && at > best) {
			best = at;
			best_name = name;
		}
	}
	if (best == 0)
		return NULL;
	*start = best;
	return text_at(image, arena, best_name);
}
