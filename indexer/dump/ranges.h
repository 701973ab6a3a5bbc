/*
 * ranges.h - stated pieces of memory, brought into the order dump.h promises.
 *
 * A reader takes room for as many pieces as it may add, adds them as the image
 * states them, and settles.
 */
#ifndef DUMP_RANGES_H
#define DUMP_RANGES_H

#include "indexer/dump/dump.h"

/* No page of memory has this number, or one above: addresses have 52 bits. */
#define RANGES_PFN_END (1ull << 40)

/* Empty, with room for most pieces out of arena. */
void ranges_init(struct dump_ranges *ranges, struct arena *arena, size_t most);

/*
 * Add one piece.  What lies behind the end of the image is cut off, and so is
 * what runs over the end of the address space.  False if anything was cut.
 * The caller adds no more than there is room for.
 */
bool ranges_add(struct dump_ranges *ranges, struct bytes image, uint64_t start,
		uint64_t size, uint64_t offset);

/*
 * Sort, join what continues in both memory and image, and cut overlaps: a byte
 * stated twice comes from the piece that starts first, of two such from the
 * one that lies first in the image.  False if anything was stated twice.
 */
bool ranges_settle(struct dump_ranges *ranges);

#endif
