/*
 * windbg_log_fuzz.c - any bytes, read as a debugger log: parts that lie inside
 * the image and are logs themselves, and a crash within its limits.
 */
#include <assert.h>

#include "indexer/dump/dump.h"
#include "indexer/dump/windbg_log.h"
#include "signatures/base/limits.h"
#include "tests/fuzz/fuzz.h"

#define PARTS 8

static void check_crash(struct bytes image)
{
	struct arena arena;
	struct crash crash = { 0 };
	struct dump dump;
	struct error err;

	arena_init(&arena);
	if (windbg_log_format.claims(image) &&
	    dump_open(image, &arena, &crash, &dump, &err) == STATUS_OK) {
		assert(crash.stack.count <= LIMIT_FRAMES);
		assert(crash.module_count <= LIMIT_MODULES);
		assert(crash.pool_count <= LIMIT_POOL);
		assert(crash.residue_count <= LIMIT_RESIDUE);
	}
	arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes image = bytes_of(data, size);
	struct bytes parts[PARTS];
	const size_t count = windbg_log_split(image, parts, PARTS);

	for (size_t i = 0; i < count && i < PARTS; i++) {
		assert(!parts[i].failed);
		assert(parts[i].next >= data && parts[i].end <= data + size);
		check_crash(parts[i]);
	}
	check_crash(image);
	return 0;
}
