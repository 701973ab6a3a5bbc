#include "indexer/target/poolwalk.h"

#include "indexer/target/kdbg.h"
#include "indexer/target/object.h"
#include "indexer/target/oddities.h"
#include "indexer/target/space.h"
#include "indexer/target/values.h"
#include "tests/fuzz/fuzz.h"

#define HEAD_BYTES 8
#define KDBG_AT 0x200
#define MODULE_AT 0x1000

/*
 * Byte 0: which machine; 1: the build; 2 and 3: the bugcheck's code; 4 to 7:
 * where in the memory the arguments point, in 16 bytes.  The rest is memory.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t builds[] = { 2600,  3790,	 7601,	9600,
					   16299, 19041, 22000, 26100 };
	if (size < HEAD_BYTES)
		return 0;
	const bool small = data[0] & 1;
	const uint64_t va = small ? 0xa3450000u : 0xffffe00100000000u;
	struct arena arena;
	struct crash_module modules[] = {
		{ "ntoskrnl.exe", va + MODULE_AT, 0x1000, 1 },
		{ "vendor.sys", va + 2 * MODULE_AT, 0x1000, 2 },
	};
	struct crash crash = {
		.image.kind = CRASH_KERNEL_FULL,
		.machine.arch = small	      ? CRASH_X86
				: data[0] & 2 ? CRASH_ARM64
					      : CRASH_X64,
		.machine.os_build = CRASH_NUMBER(builds[data[1] % 8]),
		.bugcheck.code = CRASH_NUMBER(data[2] | data[3] << 8),
		.modules = modules,
		.module_count = 2,
	};
	struct dump_range range = { va, size - HEAD_BYTES, 0 };
	struct bytes memory = bytes_of(data + HEAD_BYTES, size - HEAD_BYTES);
	struct dump dump = {
		.image = memory,
		.arena = &arena,
		.crash = &crash,
		.pointer_bytes = small ? 4 : 8,
		.context = memory,
		.exception = memory,
		.kdbg = bytes_part(memory, KDBG_AT, 0x340),
		.process = bytes_absent(),
		.secondary = bytes_absent(),
		.stack = memory,
		.stack_start = va,
		.virtual = { &range, size > HEAD_BYTES },
	};
	struct target target = {
		.dump = &dump,
		.crash = &crash,
		.arena = &arena,
		.kdbg = dump.kdbg,
		.wants_values = true,
	};

	arena_init(&arena);
	for (unsigned i = 0; i < 4; i++) {
		const uint64_t at = data[4 + i];
		/* small ones are selectors */
		crash.bugcheck.args[i] =
			CRASH_NUMBER(at < 0x40 ? at : va + (at - 0x40) * 16);
	}
	space_init(&target);
	poolwalk_examine(&target);
	object_examine(&target);
	poolwalk_blame(&target);
	oddities_examine(&target);
	values_examine(&target);
	arena_deinit(&arena);
	return 0;
}
