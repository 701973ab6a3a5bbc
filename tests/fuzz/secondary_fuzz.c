#include "indexer/target/target.h"

#include "tests/fuzz/fuzz.h"

/* Everything that is read from secondary data, as of an otherwise bare dump. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct crash crash = { .machine.arch = CRASH_X64 };
	struct dump dump = {
		.image = bytes_of(data, size),
		.arena = &arena,
		.crash = &crash,
		.pointer_bytes = 8,
		.context = bytes_absent(),
		.exception = bytes_absent(),
		.kdbg = bytes_absent(),
		.process = bytes_absent(),
		.secondary = bytes_of(data, size),
		.stack = bytes_absent(),
	};

	arena_init(&arena);
	target_examine(&dump, NULL);
	arena_deinit(&arena);
	return 0;
}
