/*
 * pool_special.h - special pool: one block to a page, the rest of which is
 * filled with one byte, so that stray writes show.
 */
#ifndef TARGET_POOL_SPECIAL_H
#define TARGET_POOL_SPECIAL_H

#include "indexer/target/pool_header.h"

struct pool_special {
	uint64_t va;	    /* of the block's first byte */
	uint32_t requested; /* bytes; 0 = its header is gone */
	uint32_t given;	    /* rounded up to what blocks are aligned to */
	char tag[5];	    /* "" = its header is gone */
	uint8_t pattern;
	uint32_t slop;	  /* bytes around the block that should be pattern */
	uint32_t corrupt; /* those of them that are not */
};

/*
 * The special pool page that va lies in; false where the page is not present
 * whole, or does not look like one.  A page whose header was overwritten is
 * known by the pattern in front of the block at va.
 */
bool pool_special_at(const struct target *target, uint64_t va,
		     struct pool_special *ret);

#endif
