/*
 * summary.c - SUMMARY_DUMP32 and SUMMARY_DUMP64, behind the first header.
 *
 *      0 "SDMP"          c HeaderSize: offset of the first page
 *      4 "DUMP"         10 BitmapSize, in bits      18 RTL_BITMAP (stale)
 *      8 DumpOptions    14 Pages present            20 or 28: bitmap
 *
 * Sources: Microsoft Research Singularity (Dump.h), rekall.
 */
#include "indexer/dump/summary.h"

#include <string.h>

#include "indexer/dump/bitmap.h"
#include "indexer/dump/kernel_payload.h"

#define LARGEST_HEADER (1u << 30)

static bool find_old(const struct dump *dump,
		     const struct kernel_header *header, struct page_map *ret)
{
	const uint64_t at = header->layout->header_bytes;
	const uint64_t bits_at =
		at + (header->layout->pointer_bytes == 8 ? 0x28 : 0x20);
	struct bytes in = bytes_part(dump->image, at, 0x18);
	struct page_map map = { 0 };
	char head[8];

	bytes_copy(&in, head, sizeof(head));
	if (memcmp(head, "SDMPDUMP", 8) != 0)
		return false;
	map.options = bytes_u32(&in);
	map.first_page = bytes_u32(&in);
	map.pages = bytes_u32(&in);
	map.present = bytes_u32(&in);
	if (map.first_page < bits_at || map.first_page > LARGEST_HEADER ||
	    !page_map_bits(dump->image, bits_at, &map) ||
	    map.first_page < bits_at + (map.pages + 7) / 8)
		return false;
	*ret = map;
	return true;
}

bool summary_fits(const struct dump *dump, const struct kernel_header *header)
{
	struct page_map old;

	return bitmap_fits(dump, header) ||
	       (find_old(dump, header, &old) && page_map_agrees(&old));
}

void summary_read(struct dump *dump, const struct kernel_header *header)
{
	struct page_map old;
	struct page_map bitmap;
	const bool has_old = find_old(dump, header, &old);
	const bool has_bitmap = bitmap_find(dump, header, &bitmap);

	/* The one whose bits add up; the older one where neither does. */
	if (has_bitmap && (!has_old || (page_map_agrees(&bitmap) &&
					!page_map_agrees(&old)))) {
		bitmap_load(dump, header, &bitmap);
	} else if (has_old) {
		page_map_load(dump, &old);
	} else {
		dump->crash->image.complete = false;
		crash_problem(dump->crash, dump->arena,
			      "summary: no bitmap behind the header");
	}
}
