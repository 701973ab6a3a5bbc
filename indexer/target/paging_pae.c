/*
 * 32-bit paging with PAE: four root entries, then two levels, of 8 bytes each.
 *
 *	bit 0 valid, bit 7 large (2 MiB, in the directory), bits 12-37 page
 *	not valid: bit 10 prototype (its address in the high half),
 *	bit 11 transition
 *
 * Sources: processor manuals; public kernel types as in paging_x86.c.
 */
#include "indexer/target/paging.h"

#define PAGE_MASK 0x3ffffff000ull

static struct paging_step software(uint64_t entry)
{
	if ((entry & 0xc01) == 0x800)
		return (struct paging_step){ PAGING_PAGE, entry & PAGE_MASK,
					     12 };
	if ((entry & 0x401) == 0x400)
		return (struct paging_step){ PAGING_PROTOTYPE, entry >> 32, 0 };
	return (struct paging_step){ PAGING_ABSENT, 0, 0 };
}

static struct paging_step step(uint64_t entry, unsigned level, uint64_t swizzle)
{
	(void)swizzle;
	if (!(entry & 1))
		return level == 2 ? software(entry)
				  : (struct paging_step){ PAGING_ABSENT, 0, 0 };
	if (level == 2)
		return (struct paging_step){ PAGING_PAGE, entry & PAGE_MASK,
					     12 };
	if (level == 1 && entry & 0x80)
		return (struct paging_step){ PAGING_PAGE, entry & 0x3fffe00000,
					     21 };
	return (struct paging_step){ PAGING_TABLE, entry & PAGE_MASK, 0 };
}

const struct paging paging_pae = {
	.levels = 3,
	.entry_bytes = 8,
	.root_mask = 0xffffffe0,
	.shift = { 30, 21, 12 },
	.bits = { 2, 9, 9 },
	.kernel = 0x80000000,
	.step = step,
};
