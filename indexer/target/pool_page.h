/*
 * pool_page.h - the blocks of one page of classic pool (XP to Windows 10
 * 1809), header after header, and where the chain breaks.
 *
 * Later systems keep their pool in segment heaps, whose headers are no chain:
 * pages of theirs are never walked.
 */
#ifndef TARGET_POOL_PAGE_H
#define TARGET_POOL_PAGE_H

#include "indexer/target/pool_header.h"

struct pool_page {
	uint64_t va;
	struct pool_header *blocks; /* those that agree, in order */
	size_t count;
	uint64_t broken_at; /* of the first header that does not; 0 = whole */
};

/* Does this system keep its pool in pages of chained blocks? */
bool pool_page_is_classic(const struct target *target);

/*
 * Walk the page that va lies in.  False where it is not present, or shows no
 * chain: fewer than two blocks that agree, unless one fills the page.
 */
bool pool_page_walk(const struct target *target, uint64_t va,
		    struct pool_page *ret);

/* Index of the block that va lies in; page->count where the chain ends first.
 */
size_t pool_page_find(const struct pool_page *page, uint64_t va);

#endif
