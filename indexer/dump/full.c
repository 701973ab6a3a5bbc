/*
 * full.c - PHYSICAL_MEMORY_DESCRIPTOR, in the header's PhysicalMemoryBlock.
 *
 *     64-bit  0 NumberOfRuns (u32)   8 NumberOfPages   10 runs {pfn, pages}
 *     32-bit  0 NumberOfRuns         4 NumberOfPages    8 runs {pfn, pages}
 *
 * The pages follow the header in the order of the runs, with no gaps.
 * Source: SDK metadata; volatility3, rekall and kdmp-parser agree.
 */
#include "indexer/dump/full.h"

#include "indexer/dump/kernel_payload.h"
#include "indexer/dump/ranges.h"

static uint64_t take_number(struct bytes *in, unsigned width)
{
	return width == 8 ? bytes_u64(in) : bytes_u32(in);
}

static void add_runs(struct dump *dump, const struct kernel_header *header,
		     struct bytes runs, uint32_t count, uint64_t stated_pages)
{
	const uint64_t start = header->layout->header_bytes;
	const unsigned width = header->layout->pointer_bytes;
	uint64_t pages = 0;
	bool is_sane = true;

	ranges_init(&dump->physical, dump->arena, count);
	for (uint32_t i = 0; i < count; i++) {
		const uint64_t pfn = take_number(&runs, width);
		const uint64_t length = take_number(&runs, width);

		if (pfn >= RANGES_PFN_END || length >= RANGES_PFN_END - pfn) {
			is_sane = false;
			break;
		}
		ranges_add(&dump->physical, dump->image,
			   pfn * KERNEL_PAGE_BYTES, length * KERNEL_PAGE_BYTES,
			   start + pages * KERNEL_PAGE_BYTES);
		pages += length;
	}
	if (!is_sane)
		crash_problem(dump->crash, dump->arena,
			      "run list: a run lies outside any memory");
	else if (pages != stated_pages)
		crash_problem(dump->crash, dump->arena,
			      "run list: %llu pages, header says %llu",
			      (unsigned long long)pages,
			      (unsigned long long)stated_pages);
	if (!ranges_settle(&dump->physical))
		crash_problem(dump->crash, dump->arena,
			      "run list: runs overlap");

	const uint64_t end = start + pages * KERNEL_PAGE_BYTES;

	if (bytes_left(&dump->image) < end)
		kernel_payload_cut(dump, "pages", end);
	else
		kernel_payload_secondary(dump, end);
}

/* The runs, and in ret how many; not whether they add up. */
static bool find_runs(const struct kernel_header *header, uint32_t *ret,
		      uint64_t *ret_pages, struct bytes *ret_runs)
{
	const unsigned width = header->layout->pointer_bytes;
	const uint32_t most =
		(KERNEL_HEADER_RUNS_BYTES - 2 * width) / (2 * width);
	struct bytes in = header->runs;
	const struct crash_number count = kernel_header_number(in, 0, 4);
	const struct crash_number pages =
		kernel_header_number(in, width, width);

	if (!count.known || !pages.known || count.value == 0 ||
	    count.value > most)
		return false;
	bytes_skip(&in, 2 * width);
	*ret = (uint32_t)count.value;
	*ret_pages = pages.value;
	*ret_runs = in;
	return true;
}

bool full_fits(const struct dump *dump, const struct kernel_header *header)
{
	const unsigned width = header->layout->pointer_bytes;
	uint64_t stated, pages = 0;
	struct bytes runs;
	uint32_t count;

	(void)dump;
	if (!find_runs(header, &count, &stated, &runs))
		return false;
	for (uint32_t i = 0; i < count; i++) {
		const uint64_t pfn = take_number(&runs, width);
		const uint64_t length = take_number(&runs, width);

		if (pfn >= RANGES_PFN_END || length >= RANGES_PFN_END - pfn)
			return false;
		pages += length;
	}
	return pages == stated;
}

void full_read(struct dump *dump, const struct kernel_header *header)
{
	struct bytes runs;
	uint64_t pages;
	uint32_t count;

	if (!find_runs(header, &count, &pages, &runs)) {
		crash_problem(dump->crash, dump->arena,
			      "run list: not a list of runs");
		dump->crash->image.complete = false;
		return;
	}
	add_runs(dump, header, runs, count, pages);
}
