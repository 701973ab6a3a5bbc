/*
 * POOL_TRACKER_TABLE, one entry per tag, key 0 = unused:
 *
 *			size	key	nonpaged bytes	paged bytes
 *	to 15063  x86	1c	0	0c u32		18 u32
 *		  x64	28	0	10 u64		20 u64
 *	16299 on  x86	30	0	04 u32		18 u32
 *		  64	38	0	08 u64		20 u64
 *	22000 on  64	50	0	08 u64		20 u64
 *
 * KDBG gives the address of the variable PoolTrackTable; the number of entries
 * stands in the pointer-sized variable right before it.
 *
 * Sources: public kernel types _POOL_TRACKER_TABLE; the volatility framework
 * for the place of the count.
 */
#include "indexer/target/pool_table.h"

#include <string.h>

#include "indexer/target/kdbg.h"
#include "indexer/target/pool_header.h"
#include "indexer/target/space.h"

enum {
	ENTRY_BYTES_MOST = 0x50,
	/* 1024 and more; grown by doubling on large servers */
	ENTRIES_LEAST = 2,
	ENTRIES_MOST = 1 << 18
};

/* More than this is a table that went negative or is none. */
#define BYTES_MOST (UINT64_C(1) << 44)

struct layout {
	uint64_t first_build;
	unsigned wide_size, wide_nonpaged, wide_paged;
	unsigned small_size, small_nonpaged, small_paged;
};

static const struct layout layouts[] = {
	{ 22000, 0x50, 0x08, 0x20, 0x30, 0x04, 0x18 },
	{ 16299, 0x38, 0x08, 0x20, 0x30, 0x04, 0x18 },
	{ 0, 0x28, 0x10, 0x20, 0x1c, 0x0c, 0x18 },
};

struct table {
	const struct target *target;
	uint64_t va;
	uint64_t count;
	unsigned size, nonpaged, paged;
};

static bool find(const struct target *target, struct table *ret)
{
	const struct crash_number build = target->crash->machine.os_build;
	const unsigned width = target->dump->pointer_bytes;
	struct table table = { .target = target };
	const struct layout *layout = layouts;
	uint64_t variable;

	if (!build.known ||
	    !kdbg_pointer(target, KDBG_POOL_TRACK_TABLE, &variable) ||
	    !space_pointer(target, variable, &table.va) ||
	    !space_is_kernel(target, table.va) ||
	    !space_pointer(target, variable - width, &table.count) ||
	    table.count < ENTRIES_LEAST || table.count > ENTRIES_MOST)
		return false;
	while (build.value < layout->first_build)
		layout++;
	table.size = width == 8 ? layout->wide_size : layout->small_size;
	table.nonpaged =
		width == 8 ? layout->wide_nonpaged : layout->small_nonpaged;
	table.paged = width == 8 ? layout->wide_paged : layout->small_paged;
	*ret = table;
	return true;
}

static uint64_t number_at(const struct table *table, const uint8_t *raw,
			  unsigned offset)
{
	const unsigned width = table->target->dump->pointer_bytes;
	struct bytes in = bytes_of(raw + offset, width);

	return width == 8 ? bytes_u64(&in) : bytes_u32(&in);
}

/* Most first, equals by tag; what does not fit falls off the end. */
static size_t insert(struct pool_table_row *rows, size_t count,
		     const struct pool_table_row *row)
{
	size_t at = count;

	while (at > 0 &&
	       (row->bytes > rows[at - 1].bytes ||
		(row->bytes == rows[at - 1].bytes &&
		 memcmp(row->tag, rows[at - 1].tag, sizeof(row->tag)) < 0)))
		at--;
	if (at == POOL_TABLE_TOP)
		return count;
	if (count < POOL_TABLE_TOP)
		count++;
	memmove(rows + at + 1, rows + at, (count - at - 1) * sizeof(*rows));
	rows[at] = *row;
	return count;
}

size_t pool_table_top(const struct target *target,
		      struct pool_table_row ret[POOL_TABLE_TOP])
{
	struct pool_table_row rows[POOL_TABLE_TOP + 1];
	size_t count = 0, used = 0, odd = 0;
	uint8_t raw[ENTRY_BYTES_MOST];
	struct table table;

	if (!find(target, &table))
		return 0;
	for (uint64_t i = 0; i < table.count; i++) {
		struct pool_table_row row;
		if (!space_read(target, table.va + i * table.size, raw,
				table.size))
			continue;
		struct bytes in = bytes_of(raw, sizeof(raw));
		const uint32_t key = bytes_u32(&in);
		if (key == 0)
			continue;
		used++;
		row.bytes = number_at(&table, raw, table.nonpaged) +
			    number_at(&table, raw, table.paged);
		if (row.bytes > BYTES_MOST || !pool_header_tag(key, row.tag)) {
			odd++;
			continue;
		}
		if (row.bytes != 0)
			count = insert(rows, count, &row);
	}
	/* A few odd entries are normal, a table full of them is something else
	 */
	if (odd > used / 4)
		return 0;
	memcpy(ret, rows, count * sizeof(*rows));
	return count;
}
