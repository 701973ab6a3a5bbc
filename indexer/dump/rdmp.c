/*
 * rdmp.c - the second header of range dumps, known for 64-bit machines only.
 *
 *      0 0x40            10 MetadataSize (u64)      20 types 8, 9: two u64
 *      4 "RDMP"          18 FirstPageOffset (u64)      type a: u32 ranges, u32,
 *      8 "DUMP"             = 2020 + MetadataSize               u64 pages
 *      c reserved                                   30 {pfn, pages}, u64 each
 *
 * Types 8 and 9 end the list with page number 0, type a states the sum.
 * The pages lie packed from FirstPageOffset.  Source: kdmp-parser-rs.
 */
#include "indexer/dump/rdmp.h"

#include <string.h>

#include "indexer/dump/kernel_payload.h"
#include "indexer/dump/ranges.h"
#include "signatures/base/limits.h"

#define LIST_AT 0x30
#define TYPE_COMPLETE 10

static void add_ranges(struct dump *dump, struct bytes list,
		       uint64_t first_page, struct crash_number stated)
{
	const size_t room = bytes_left(&list) / 16;
	const size_t most = room < LIMIT_RANGES ? room : LIMIT_RANGES;
	uint64_t pages = 0;

	if (room > most)
		crash_problem(dump->crash, dump->arena,
			      "ranges: only the first %zu were read", most);
	ranges_init(&dump->physical, dump->arena, most);
	for (size_t i = 0; i < most; i++) {
		const uint64_t pfn = bytes_u64(&list);
		const uint64_t length = bytes_u64(&list);

		if (stated.known ? pages >= stated.value : pfn == 0)
			break;
		if (pfn >= RANGES_PFN_END || length >= RANGES_PFN_END - pfn ||
		    pages >= RANGES_PFN_END) {
			crash_problem(dump->crash, dump->arena,
				      "ranges: one lies outside any memory");
			break;
		}
		ranges_add(&dump->physical, dump->image,
			   pfn * KERNEL_PAGE_BYTES, length * KERNEL_PAGE_BYTES,
			   first_page + pages * KERNEL_PAGE_BYTES);
		pages += length;
	}
	if (stated.known && pages != stated.value)
		crash_problem(dump->crash, dump->arena,
			      "ranges: %llu pages, header says %llu",
			      (unsigned long long)pages,
			      (unsigned long long)stated.value);
	if (!ranges_settle(&dump->physical))
		crash_problem(dump->crash, dump->arena, "ranges: they overlap");

	const uint64_t end = first_page + pages * KERNEL_PAGE_BYTES;

	if (bytes_left(&dump->image) < end)
		kernel_payload_cut(dump, "pages", end);
	else
		kernel_payload_secondary(dump, end);
}

/* What stands before the list. */
struct range_header {
	uint64_t first_page;
	struct crash_number pages;
};

static bool find_header(const struct dump *dump,
			const struct kernel_header *header,
			struct range_header *ret)
{
	const uint64_t at = header->layout->header_bytes;
	struct bytes in = bytes_part(dump->image, at, LIST_AT);
	struct range_header found = { 0 };
	char head[8];

	bytes_skip(&in, 4);
	bytes_copy(&in, head, sizeof(head));
	bytes_skip(&in, 4);

	const uint64_t metadata_bytes = bytes_u64(&in);

	found.first_page = bytes_u64(&in);
	bytes_skip(&in, 8);
	if (header->type.known && header->type.value == TYPE_COMPLETE)
		found.pages = CRASH_NUMBER(bytes_u64(&in));
	if (in.failed || memcmp(head, "RDMPDUMP", 8) != 0 ||
	    found.first_page < at + LIST_AT ||
	    found.first_page >= UINT64_MAX / 2 ||
	    metadata_bytes != found.first_page - at - 0x20)
		return false;
	*ret = found;
	return true;
}

bool rdmp_fits(const struct dump *dump, const struct kernel_header *header)
{
	struct range_header found;

	return find_header(dump, header, &found);
}

void rdmp_read(struct dump *dump, const struct kernel_header *header)
{
	const uint64_t at = header->layout->header_bytes;
	const uint64_t whole = bytes_left(&dump->image);
	struct range_header found;

	if (!find_header(dump, header, &found)) {
		dump->crash->image.complete = false;
		crash_problem(dump->crash, dump->arena,
			      "ranges: no range header behind the first one");
		return;
	}

	const uint64_t list_end =
		found.first_page < whole ? found.first_page : whole;

	add_ranges(
		dump,
		bytes_part(dump->image, at + LIST_AT, list_end - at - LIST_AT),
		found.first_page, found.pages);
}
