/*
 * One module's code and two stacks, and two processors that ran on them.
 *
 * Words of the stacks are told in two bytes each, so that a fuzzer need not
 * guess addresses:
 *
 *   00 choices, see below     02 four arguments      0a ip sp bp of processor 0
 *   10 ip sp bp of processor 1    16 not used        20 words of the stacks
 *   the rest is code, from the module's second page on
 *
 *   word: 0xxx.. a number    10.. an offset in the module    11.. in the stacks
 */
#include <stdlib.h>
#include <string.h>

#include "indexer/target/space.h"
#include "indexer/target/stack.h"
#include "signatures/base/limits.h"
#include "signatures/record.h"
#include "signatures/signature.h"
#include "tests/fuzz/fuzz.h"

enum {
	HEAD_BYTES = 0x20,
	STACK_BYTES = 0x1000,
	STACK_APART = 0x100000, /* from one stack to the other */
	CODE_AT = 0x1000,
	CODE_BYTES = 0x3000,
	BLOCK_BYTES = 0x2000, /* processors, threads, contexts */
	PRCB_AT = 0x100,
	THREAD_AT = 0x200,
	CONTEXT_AT = 0x800,
	EACH = 0x800 /* from one processor's to the other's */
};

struct machine {
	uint8_t code[CODE_BYTES];
	uint8_t stack[2][STACK_BYTES];
	uint8_t block[BLOCK_BYTES];
	uint64_t module_va, stack_va, block_va;
	unsigned width;
	enum crash_arch arch;
};

static void put(uint8_t *to, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t word(const struct machine *machine, const uint8_t *data)
{
	const unsigned told = data[0] | (unsigned)data[1] << 8;
	const uint64_t offset = told & 0x3fff;

	if (told < 0x8000)
		return told;
	if (told < 0xc000)
		return machine->module_va + offset;
	return machine->stack_va + (offset & 0x2000 ? STACK_APART : 0) +
	       (offset & 0x1fff);
}

/* Offsets of flags, cs, ss, sp, bp and ip in a CONTEXT, by architecture. */
static void put_context(const struct machine *machine, const uint8_t *told,
			uint8_t *to)
{
	static const struct {
		uint32_t flags;
		uint16_t flags_at, cs_at, ss_at, ip_at, sp_at, bp_at;
	} rows[CRASH_ARCHS] = {
		[CRASH_X86] = { 0x10007, 0, 0xbc, 0xc8, 0xb8, 0xc4, 0xb4 },
		[CRASH_X64] = { 0x10000f, 0x30, 0x38, 0x42, 0xf8, 0x98, 0xa0 },
		[CRASH_ARM64] = { 0x400007, 0, 4, 4, 0x108, 0x100, 0xf0 },
	};
	const unsigned width = machine->width;

	put(to + rows[machine->arch].cs_at, width == 8 ? 0x10 : 8, 2);
	put(to + rows[machine->arch].ss_at, width == 8 ? 0x18 : 0x10, 2);
	put(to + rows[machine->arch].flags_at, rows[machine->arch].flags, 4);
	put(to + rows[machine->arch].ip_at, word(machine, told), width);
	put(to + rows[machine->arch].sp_at, word(machine, told + 2), width);
	put(to + rows[machine->arch].bp_at, word(machine, told + 4), width);
}

static void build(struct machine *machine, const uint8_t *data, size_t size,
		  uint8_t kdbg[0x380])
{
	const unsigned width = machine->width;
	uint8_t *stacks = machine->stack[0];
	size_t at = HEAD_BYTES;

	for (size_t i = 0; i + width <= 2 * STACK_BYTES && at + 2 <= size;
	     i += width, at += 2)
		put(stacks + i, word(machine, data + at), width);
	for (size_t i = 0; i < CODE_BYTES && at < size; i++, at++)
		machine->code[i] = data[at];
	for (unsigned n = 0; n < 2; n++) {
		uint8_t *own = machine->block + n * EACH;
		const uint64_t va = machine->block_va + n * EACH;
		const uint64_t stack = machine->stack_va + n * STACK_APART;

		put(machine->block + n * width, va + PRCB_AT, width);
		put(own + PRCB_AT + width, va + THREAD_AT, width);
		put(own + PRCB_AT + 0x20, va + CONTEXT_AT, width);
		put(own + THREAD_AT + 0x28, stack + STACK_BYTES - 0x200, width);
		put(own + THREAD_AT + 0x28 + width, stack, width);
		put_context(machine, data + 0xa + 6 * n, own + CONTEXT_AT);
	}
	put(kdbg + 0x218, machine->block_va, 8);
	put(kdbg + 0x29e, 0x28, 2);
	put(kdbg + 0x2b4, width, 2);
	put(kdbg + 0x338, 0x20, 2);
}

/* A record of what was found can always be read back. */
static void check(struct crash *crash, struct arena *arena)
{
	struct record_file file = { .source = "", .crash = *crash };
	struct error err;

	signature_make(&file.crash, arena);
	const struct bytes raw = record_encode(&file, arena);
	if (record_decode(raw, arena, &file, &err))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t codes[] = { 0xd1, 0x133, 0x101, 0x7e,
					  0x50, 0xf7,  0xef,  0x1ca };
	static struct machine machine;
	static uint8_t kdbg[0x380];
	struct arena arena;

	if (size < HEAD_BYTES)
		return 0;
	memset(&machine, 0, sizeof(machine));
	memset(kdbg, 0, sizeof(kdbg));
	machine.arch = 1 + data[0] % 3;
	machine.width = machine.arch == CRASH_X86 ? 4 : 8;
	machine.module_va =
		machine.width == 8 ? 0xfffff80010000000 : 0x9a400000;
	machine.stack_va = machine.width == 8 ? 0xffffa00000001000 : 0x80401000;
	machine.block_va = machine.stack_va + 2 * STACK_APART;
	build(&machine, data, size, kdbg);

	struct crash_module module = { data[1] & 1 ? "ntoskrnl.exe" : "drv.sys",
				       machine.module_va, CODE_AT + CODE_BYTES,
				       7 };
	struct dump_range ranges[] = {
		{ machine.stack_va, STACK_BYTES,
		  offsetof(struct machine, stack) },
		{ machine.stack_va + STACK_APART, STACK_BYTES,
		  offsetof(struct machine, stack) + STACK_BYTES },
		{ machine.block_va, BLOCK_BYTES,
		  offsetof(struct machine, block) },
		{ machine.module_va + CODE_AT, CODE_BYTES, 0 },
	};
	struct crash crash = {
		.image.kind = CRASH_KERNEL_TRIAGE,
		.machine = { .arch = machine.arch, .cpus = CRASH_NUMBER(2) },
		.bugcheck.code = CRASH_NUMBER(codes[data[0] / 3 % 8]),
		.modules = &module,
		.module_count = 1,
	};
	struct dump dump = {
		.image = bytes_of((const uint8_t *)&machine, sizeof(machine)),
		.arena = &arena,
		.crash = &crash,
		.pointer_bytes = machine.width,
		.context = bytes_of(machine.block + CONTEXT_AT, 0x4d0),
		.exception = bytes_absent(),
		.kdbg = bytes_absent(),
		.process = bytes_absent(),
		.secondary = bytes_absent(),
		.stack = bytes_absent(),
		.virtual = { ranges, sizeof(ranges) / sizeof(ranges[0]) },
	};
	struct target target = { .dump = &dump,
				 .crash = &crash,
				 .arena = &arena,
				 .kdbg = bytes_of(kdbg, sizeof(kdbg)) };

	for (unsigned i = 0; i < 4; i++)
		crash.bugcheck.args[i] =
			CRASH_NUMBER(word(&machine, data + 2 + 2 * i));
	arena_init(&arena);
	space_init(&target);
	stack_examine(&target);
	check(&crash, &arena);
	arena_deinit(&arena);
	return 0;
}
