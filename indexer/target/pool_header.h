/*
 * pool_header.h - POOL_HEADER: what stands in front of a block of kernel pool.
 */
#ifndef TARGET_POOL_HEADER_H
#define TARGET_POOL_HEADER_H

#include "indexer/target/target.h"

#define POOL_PAGE_BYTES 0x1000u

struct pool_header {
	uint64_t va;
	uint32_t bytes;		 /* of the block, this header included */
	uint32_t previous_bytes; /* of the block before it; 0 = first of page */
	char tag[5];		 /* "" where not four printable characters */
	uint8_t type;		 /* POOL_TYPE as stored, 0 = free */
};

/* Size of a header, which is also what blocks are counted in: 8 or 16. */
uint32_t pool_header_bytes(const struct target *target);

/*
 * The header at va, whatever it says; false where it is not present, va is not
 * aligned, or the block could not be: empty, or longer than the page.
 */
bool pool_header_at(const struct target *target, uint64_t va,
		    struct pool_header *ret);

/*
 * A tag as text, the protected bit removed; false (and "") unless all four
 * characters are printable and one is no blank.
 */
bool pool_header_tag(uint32_t raw, char ret[5]);

#endif
