#include "indexer/dump/ranges.h"

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

static bool is_before(const struct dump_range *a, const struct dump_range *b)
{
	if (a->start != b->start)
		return a->start < b->start;
	if (a->offset != b->offset)
		return a->offset < b->offset;
	return a->size < b->size;
}

static bool are_sorted(const struct dump_range range[], size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (is_before(&range[i], &range[i - 1]))
			return false;
	return true;
}

/* Put new where it belongs in the heap at root, whose own is to go. */
static void sift(struct dump_range range[], size_t root, size_t count,
		 struct dump_range new)
{
	for (size_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
		if (child + 1 < count &&
		    is_before(&range[child], &range[child + 1]))
			child++;
		if (!is_before(&new, &range[child]))
			break;
		range[root] = range[child];
		root = child;
	}
	range[root] = new;
}

/*
 * By a heap: the image has a say in their order, and qsort() is slow where the
 * sandbox will not tell it how much memory there is.
 */
static void sort(struct dump_range range[], size_t count)
{
	if (are_sorted(range, count))
		return;
	for (size_t i = count / 2; i-- > 0;)
		sift(range, i, count, range[i]);
	while (--count > 0) {
		const struct dump_range last = range[count];

		range[count] = range[0];
		sift(range, 0, count, last);
	}
}

bool ranges_settle(struct dump_ranges *ranges)
{
	size_t kept = 0;
	bool is_disjoint = true;

	sort(ranges->range, ranges->count);
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
