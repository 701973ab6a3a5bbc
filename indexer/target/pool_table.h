/*
 * pool_table.h - the kernel's own account of pool by tag: PoolTrackTable.
 *
 * Only in dumps that hold the kernel's data; the global table, which leaves
 * out sessions and is one of several on large machines.
 */
#ifndef TARGET_POOL_TABLE_H
#define TARGET_POOL_TABLE_H

#include "indexer/target/target.h"

#define POOL_TABLE_TOP 10

struct pool_table_row {
	char tag[5];
	uint64_t bytes; /* outstanding, paged and nonpaged together */
};

/*
 * The tags that hold most, most first; returns how many, 0 where there is no
 * table or it makes no sense.
 */
size_t pool_table_top(const struct target *target,
		      struct pool_table_row ret[POOL_TABLE_TOP]);

#endif
