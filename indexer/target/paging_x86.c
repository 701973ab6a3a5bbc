/*
 * 32-bit paging without PAE: two levels of 4-byte entries.
 *
 *	bit 0 valid, bit 7 large (4 MiB, in the directory), bits 12-31 page
 *	not valid: bit 10 prototype, bit 11 transition
 *
 * Sources: processor manuals; for the software forms the public kernel types
 * _MMPTE_TRANSITION, _MMPTE_PROTOTYPE.
 */
#include "indexer/target/paging.h"

#define PAGE_MASK 0xfffff000ull

static struct paging_step software(uint64_t entry)
{
	if ((entry & 0xc01) == 0x800)
		return (struct paging_step){ PAGING_PAGE, entry & PAGE_MASK,
					     12 };
	if (entry & 0x400)
		return (struct paging_step){ PAGING_PROTOTYPE,
					     (0x80000000u |
					      (entry >> 1 & 0x7ffffc00) |
					      (entry << 1 & 0x3ff)) &
						     0xffffffff,
					     0 };
	return (struct paging_step){ PAGING_ABSENT, 0, 0 };
}

static struct paging_step step(uint64_t entry, unsigned level, uint64_t swizzle)
{
	(void)swizzle;
	if (!(entry & 1))
		return level == 1 ? software(entry)
				  : (struct paging_step){ PAGING_ABSENT, 0, 0 };
	if (level == 1)
		return (struct paging_step){ PAGING_PAGE, entry & PAGE_MASK,
					     12 };
	if (entry & 0x80) /* PSE-36: bits 13-16 are bits 32-35 */
		return (struct paging_step){ PAGING_PAGE,
					     (entry & 0xffc00000) |
						     (entry & 0x1e000) << 19,
					     22 };
	return (struct paging_step){ PAGING_TABLE, entry & PAGE_MASK, 0 };
}

const struct paging paging_x86 = {
	.levels = 2,
	.entry_bytes = 4,
	.root_mask = PAGE_MASK,
	.shift = { 22, 12 },
	.bits = { 10, 10 },
	.kernel = 0x80000000,
	.step = step,
};
