/*
 * dump_fuzz.c - any bytes, read as a dump: a status or facts, and ranges that
 * keep what dump.h promises.
 */
#include <assert.h>

#include "indexer/dump/dump.h"
#include "tests/fuzz/fuzz.h"

static void check_ranges(const struct dump *dump,
			 const struct dump_ranges *ranges)
{
	for (size_t i = 0; i < ranges->count; i++) {
		const struct dump_range *range = &ranges->range[i];
		const struct bytes view =
			dump_view(dump, ranges, range->start, range->size);

		assert(range->size > 0);
		assert(!view.failed && bytes_left(&view) == range->size);
		assert(i == 0 ||
		       range->start >= range[-1].start + range[-1].size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct crash crash = { 0 };
	struct dump dump;
	struct error err;

	arena_init(&arena);
	if (dump_open(bytes_of(data, size), &arena, &crash, &dump, &err) ==
	    STATUS_OK) {
		check_ranges(&dump, &dump.physical);
		check_ranges(&dump, &dump.virtual);
	}
	arena_deinit(&arena);
	return 0;
}
