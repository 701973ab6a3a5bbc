#include "indexer/dump/ranges.h"

#include <stdlib.h>

void ranges_init(struct dump_ranges *ranges, struct arena *arena, size_t most)
{
	ranges->range = arena_take(arena, most + !most, sizeof(*ranges->range));
	ranges->count = 0;
}

bool ranges_add(struct dump_ranges *ranges, struct bytes image, uint64_t start,
		uint64_t size, uint64_t offset)
{
	const uint64_t whole = (uint64_t)(image.end - image.start);
	const uint64_t wanted = size;

	if (offset >= whole)
		return size == 0;
	if (size > whole - offset)
		size = whole - offset;
	if (size > UINT64_MAX - start)
		size = UINT64_MAX - start;
	if (size > 0)
		ranges->range[ranges->count++] =
			(struct dump_range){ start, size, offset };
	return size == wanted;
}

static int by_start(const void *left, const void *right)
{
	const struct dump_range *a = left;
	const struct dump_range *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return (a->size > b->size) - (a->size < b->size);
}

bool ranges_settle(struct dump_ranges *ranges)
{
	size_t kept = 0;
	bool is_disjoint = true;

	if (ranges->count > 1)
		qsort(ranges->range, ranges->count, sizeof(*ranges->range),
		      by_start);

	for (size_t i = 0; i < ranges->count; i++) {
		struct dump_range next = ranges->range[i];
		struct dump_range *last =
			kept > 0 ? &ranges->range[kept - 1] : NULL;

		if (last && next.start < last->start + last->size) {
			const uint64_t twice =
				last->start + last->size - next.start;

			is_disjoint = false;
			if (twice >= next.size)
				continue;
			next.start += twice;
			next.offset += twice;
			next.size -= twice;
		}
		if (last && next.start == last->start + last->size &&
		    next.offset == last->offset + last->size)
			last->size += next.size;
		else
			ranges->range[kept++] = next;
	}
	ranges->count = kept;
	return is_disjoint;
}
