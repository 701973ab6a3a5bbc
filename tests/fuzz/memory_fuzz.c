#include "indexer/target/target.h"

#include "tests/fuzz/fuzz.h"

#define VA 0xfffff80000000000u

/* The input is physical memory from 0 on; byte 0 chooses the machine. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const bool small = size > 0 && data[0] & 1;
	const bool arm = size > 0 && data[0] & 2 && !small;
	const uint64_t va = small ? 0x80000000u : VA;
	struct arena arena;
	struct crash crash = {
		.machine.arch = small ? CRASH_X86
				: arm ? CRASH_ARM64
				      : CRASH_X64,
		.machine.os_build = CRASH_NUMBER(19041),
		.machine.cpus = CRASH_NUMBER(2),
	};
	struct dump_range range = { 0, size, 0 };
	struct dump dump = {
		.image = bytes_of(data, size),
		.arena = &arena,
		.crash = &crash,
		.pointer_bytes = small ? 4 : 8,
		.directory_table = 0x20,
		.module_list = va + 0x40,
		.process_list = va + 0x50,
		.debugger_data = va + 0x100,
		.context = bytes_part(bytes_of(data, size), 0, size),
		.exception = bytes_absent(),
		.kdbg = bytes_absent(),
		.process = bytes_absent(),
		.secondary = bytes_absent(),
		.stack = bytes_absent(),
		.physical = { &range, size > 0 },
	};

	arena_init(&arena);
	target_examine(&dump, NULL);
	arena_deinit(&arena);
	return 0;
}
