/*
 * bitmap.c - the second header of bitmap dumps, behind the first one.
 *
 *      0 "SDMP" (some pages) or "FDMP" (all)      20 FirstPage (u64)
 *      4 "DUMP"                                   28 TotalPresentPages (u64)
 *      8 DumpOptions: 1 kernel, 2 user pages      30 Pages, in bits (u64)
 *      c reserved                                 38 bitmap
 *
 * FirstPage is an offset into the file and need not be aligned.  Sources:
 * volatility3, LeechCore, kdmp-parser, rizin and its published expectations.
 */
#include "indexer/dump/bitmap.h"

#include <string.h>

#include "indexer/dump/kernel_payload.h"

#define BITS_AT 0x38
#define OPTION_USER 2u
#define ATTRIBUTE_FILTERED (1u << 6) /* FilterDumpFile */

bool bitmap_find(const struct dump *dump, const struct kernel_header *header,
		 struct page_map *ret)
{
	const uint64_t at = header->layout->header_bytes;
	struct bytes in = bytes_part(dump->image, at, BITS_AT);
	struct page_map map = { 0 };
	char head[8];
	uint32_t options;

	bytes_copy(&in, head, sizeof(head));
	if (memcmp(head, "SDMPDUMP", 8) != 0 &&
	    memcmp(head, "FDMPDUMP", 8) != 0)
		return false;
	options = bytes_u32(&in);
	map.options = options == 0x45474150 ? 0 : options;
	bytes_skip(&in, 0x14);
	map.first_page = bytes_u64(&in);
	map.present = bytes_u64(&in);
	map.pages = bytes_u64(&in);
	if (in.failed || map.first_page < at + BITS_AT ||
	    map.first_page >= UINT64_MAX / 2 ||
	    !page_map_bits(dump->image, at + BITS_AT, &map))
		return false;
	*ret = map;
	return true;
}

/*
 * An active dump is a full one without the pages that a crash rarely needs.
 * Windows makes one when asked for a full dump with pages filtered, and says so
 * in the attributes; others are known by user pages in a dump that is not full.
 */
static bool is_active(const struct dump *dump,
		      const struct kernel_header *header,
		      const struct page_map *map)
{
	struct bytes in =
		bytes_part(dump->image, header->layout->header_bytes, 4);
	const bool is_full = bytes_u8(&in) == 'F';

	return (header->attributes & ATTRIBUTE_FILTERED) ||
	       (!is_full && (map->options & OPTION_USER));
}

void bitmap_load(struct dump *dump, const struct kernel_header *header,
		 const struct page_map *map)
{
	dump->crash->image.kind = is_active(dump, header, map)
					  ? CRASH_KERNEL_ACTIVE
					  : CRASH_KERNEL_BITMAP;
	page_map_load(dump, map);
}

bool bitmap_fits(const struct dump *dump, const struct kernel_header *header)
{
	struct page_map map;

	return bitmap_find(dump, header, &map) && page_map_agrees(&map);
}

void bitmap_read(struct dump *dump, const struct kernel_header *header)
{
	struct page_map map;

	if (bitmap_find(dump, header, &map)) {
		bitmap_load(dump, header, &map);
		return;
	}
	dump->crash->image.complete = false;
	crash_problem(dump->crash, dump->arena,
		      "bitmap: no bitmap header behind the first one");
}
