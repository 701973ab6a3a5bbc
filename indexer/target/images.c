#include "indexer/target/images.h"

#include <stdlib.h>
#include <string.h>

static int compare(const char *name, crash_build build,
		   const struct images_entry *entry)
{
	const int order = strcmp(name, entry->name);

	if (order != 0)
		return order;
	return (build > entry->build) - (build < entry->build);
}

static int compare_entries(const void *a, const void *b)
{
	const struct images_entry *entry = a;

	return compare(entry->name, entry->build, b);
}

void images_sort(struct images *images)
{
	if (images->count > 1)
		qsort(images->entry, images->count, sizeof(*images->entry),
		      compare_entries);
}

struct bytes images_find(const struct images *images, const char *name,
			 crash_build build)
{
	size_t low = 0;
	size_t high = images ? images->count : 0;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = compare(name, build, &images->entry[middle]);

		if (order == 0)
			return images->entry[middle].file;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return bytes_absent();
}
