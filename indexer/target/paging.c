#include "indexer/target/paging.h"

#include "indexer/target/space.h"

/* One entry out of a table in physical memory. */
static bool read_entry(const struct target *target, uint64_t pa, uint64_t *ret)
{
	const unsigned size = target->paging->entry_bytes;
	struct bytes raw = space_physical(target, pa, size);

	*ret = size == 4 ? bytes_u32(&raw) : bytes_u64(&raw);
	return !raw.failed;
}

static bool walk(const struct target *target, uint64_t va, bool prototypes,
		 struct paging_step *ret);

/*
 * The entry a prototype points to lives in paged pool: one more walk, which may
 * not lead to a prototype again.
 */
static bool follow_prototype(const struct target *target, uint64_t va,
			     struct paging_step *ret)
{
	const struct paging *paging = target->paging;
	const unsigned last = paging->levels - 1;
	struct paging_step page;
	uint64_t entry;

	if (!walk(target, va, false, &page))
		return false;
	page.address |= va & ((1ull << page.shift) - 1);
	if (!read_entry(target, page.address, &entry))
		return false;
	*ret = paging->step(entry, last, target->swizzle);
	return ret->kind == PAGING_PAGE;
}

static bool walk(const struct target *target, uint64_t va, bool prototypes,
		 struct paging_step *ret)
{
	const struct paging *paging = target->paging;
	uint64_t table = target->table_root;

	for (unsigned level = 0; level < paging->levels; level++) {
		const uint64_t mask = (1ull << paging->bits[level]) - 1;
		const uint64_t index = va >> paging->shift[level] & mask;
		uint64_t entry;

		if (!read_entry(target, table + index * paging->entry_bytes,
				&entry))
			return false;
		*ret = paging->step(entry, level, target->swizzle);
		if (ret->kind == PAGING_PAGE)
			return true;
		if (ret->kind == PAGING_PROTOTYPE)
			return prototypes &&
			       follow_prototype(target, ret->address, ret);
		if (ret->kind != PAGING_TABLE)
			return false;
		table = ret->address;
	}
	return false;
}

bool paging_translate(const struct target *target, uint64_t va, uint64_t *pa,
		      uint64_t *left)
{
	struct paging_step page;
	uint64_t inside;

	if (!target->paging || !walk(target, va, true, &page))
		return false;
	inside = va & ((1ull << page.shift) - 1);
	*pa = page.address + inside;
	*left = (1ull << page.shift) - inside;
	return true;
}
