/*
 * 64-bit paging: four or five levels of 8-byte entries.
 *
 *	bit 0 valid, bit 7 large (1 GiB, 2 MiB), bits 12-51 page
 *	not valid: bit 10 prototype (its address in bits 16-63), bit 11
 *	transition (page in bits 12-47), bit 4 swizzle
 *
 * Kernels that guard against L1TF set high bits in the page of an entry that
 * is not valid; where bit 4 is clear those bits have to go.
 *
 * Sources: processor manuals; public kernel types _MMPTE_TRANSITION,
 * _MMPTE_PROTOTYPE, _MMPTE_SUBSECTION.
 */
#include "indexer/target/paging.h"

#define PAGE_MASK 0xffffffffff000ull
#define SOFTWARE_MASK 0xfffffffff000ull

static struct paging_step software(uint64_t entry, uint64_t swizzle)
{
	if ((entry & 0xc01) == 0x800) {
		const uint64_t page = entry & SOFTWARE_MASK;

		return (struct paging_step){
			PAGING_PAGE, entry & 0x10 ? page : page & ~swizzle, 12
		};
	}
	/* Sign-extended from bit 48 with the read-only bits clear. */
	if ((entry & 0x8000000000070401) == 0x8000000000000400)
		return (struct paging_step){ PAGING_PROTOTYPE,
					     0xffff000000000000 | entry >> 16,
					     0 };
	return (struct paging_step){ PAGING_ABSENT, 0, 0 };
}

/* below: levels between this one and the last. */
static struct paging_step step_below(uint64_t entry, unsigned below,
				     uint64_t swizzle)
{
	const unsigned shift = 12 + 9 * below;

	if (!(entry & 1))
		return below == 0 ? software(entry, swizzle)
				  : (struct paging_step){ PAGING_ABSENT, 0, 0 };
	if (below == 0)
		return (struct paging_step){ PAGING_PAGE, entry & PAGE_MASK,
					     12 };
	if (below <= 2 && entry & 0x80)
		return (struct paging_step){ PAGING_PAGE,
					     entry & PAGE_MASK &
						     ~((1ull << shift) - 1),
					     shift };
	return (struct paging_step){ PAGING_TABLE, entry & PAGE_MASK, 0 };
}

static struct paging_step step4(uint64_t entry, unsigned level,
				uint64_t swizzle)
{
	return step_below(entry, 3 - level, swizzle);
}

static struct paging_step step5(uint64_t entry, unsigned level,
				uint64_t swizzle)
{
	return step_below(entry, 4 - level, swizzle);
}

const struct paging paging_x64 = {
	.levels = 4,
	.entry_bytes = 8,
	.root_mask = PAGE_MASK,
	.shift = { 39, 30, 21, 12 },
	.bits = { 9, 9, 9, 9 },
	.kernel = 0xffff800000000000,
	.step = step4,
};

const struct paging paging_x64_la57 = {
	.levels = 5,
	.entry_bytes = 8,
	.root_mask = PAGE_MASK,
	.shift = { 48, 39, 30, 21, 12 },
	.bits = { 9, 9, 9, 9, 9 },
	.kernel = 0xff00000000000000,
	.step = step5,
};
