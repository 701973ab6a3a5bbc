#include "indexer/target/pool_page.h"

#define FIRST_SEGMENT_BUILD 18362

enum {
	BLOCKS_MOST = POOL_PAGE_BYTES / 8
};

bool pool_page_is_classic(const struct target *target)
{
	const struct crash_machine *machine = &target->crash->machine;

	return machine->os_build.known &&
	       machine->os_build.value < FIRST_SEGMENT_BUILD &&
	       machine->arch != CRASH_ARM64;
}

bool pool_page_walk(const struct target *target, uint64_t va,
		    struct pool_page *ret)
{
	struct pool_page page = { .va = va - va % POOL_PAGE_BYTES };
	uint64_t next = page.va;
	uint32_t previous = 0;
	struct pool_header header;

	if (!pool_page_is_classic(target) ||
	    !pool_header_at(target, next, &header) ||
	    header.previous_bytes != 0)
		return false;
	page.blocks =
		arena_take(target->arena, BLOCKS_MOST, sizeof(*page.blocks));
	while (page.count < BLOCKS_MOST && next - page.va < POOL_PAGE_BYTES) {
		if (!pool_header_at(target, next, &header) ||
		    header.previous_bytes != previous) {
			page.broken_at = next;
			break;
		}
		page.blocks[page.count++] = header;
		previous = header.bytes;
		next += header.bytes;
	}
	if (page.count < 2 && page.broken_at != 0)
		return false;
	*ret = page;
	return true;
}

size_t pool_page_find(const struct pool_page *page, uint64_t va)
{
	size_t i = 0;

	while (i < page->count &&
	       !(va >= page->blocks[i].va &&
		 va - page->blocks[i].va < page->blocks[i].bytes))
		i++;
	return i;
}
