/*
 * ARM64 paging with 4 KiB granules: four levels of 8-byte descriptors.
 *
 *	bits 0-1: 11 table (page at the last level), 01 block, x0 not valid
 *	bits 12-49 page
 *
 * What Windows writes into descriptors that are not valid is not documented;
 * such pages are absent.  Source: the Arm architecture manual.
 */
#include "indexer/target/paging.h"

#define PAGE_MASK 0x3fffffffff000ull

static struct paging_step step(uint64_t entry, unsigned level, uint64_t swizzle)
{
	const unsigned shift = 12 + 9 * (3 - level);

	(void)swizzle;
	if ((entry & 3) == 3 && level == 3)
		return (struct paging_step){ PAGING_PAGE, entry & PAGE_MASK,
					     12 };
	if ((entry & 3) == 3)
		return (struct paging_step){ PAGING_TABLE, entry & PAGE_MASK,
					     0 };
	if ((entry & 3) == 1 && (level == 1 || level == 2))
		return (struct paging_step){ PAGING_PAGE,
					     entry & PAGE_MASK &
						     ~((1ull << shift) - 1),
					     shift };
	return (struct paging_step){ PAGING_ABSENT, 0, 0 };
}

const struct paging paging_arm64 = {
	.levels = 4,
	.entry_bytes = 8,
	.root_mask = PAGE_MASK,
	.shift = { 39, 30, 21, 12 },
	.bits = { 9, 9, 9, 9 },
	.kernel = 0xffff000000000000,
	.step = step,
};
