/*
 * any_crash.h - crashes out of a seed, with every field in use, and their text.
 */
#ifndef TESTS_ANY_CRASH_H
#define TESTS_ANY_CRASH_H

#include <stdio.h>
#include <stdlib.h>

#include "signatures/base/text.h"
#include "signatures/field.h"
#include "signatures/record.h"
#include "tests/unit.h"

static inline uint32_t any_number(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static inline const char *any_name(uint64_t *seed)
{
	static const char *const names[] = {
		"ntoskrnl.exe", "hal.dll",
		"ks.sys",	"ntfs.sys",
		"tcpip.sys",	"xenvbd.sys",
		"usbstor.sys",	"d\xc3\xa9j\xc3\xa0.sys"
	};

	return names[any_number(seed, 8)];
}

static inline const char *any_text(uint64_t *seed, const char *word,
				   struct arena *arena)
{
	if (!any_number(seed, 3))
		return NULL;
	return text_printf(arena, "%s %u", word, any_number(seed, 5));
}

static inline uint64_t any_address(uint64_t *seed)
{
	return 0xfffff80000000000u + (uint64_t)any_number(seed, 1 << 30) * 16;
}

static inline struct crash_number any_maybe(uint64_t *seed, uint64_t value)
{
	return any_number(seed, 4) ? CRASH_NUMBER(value) : CRASH_UNKNOWN;
}

static inline void any_lists(struct crash *crash, uint64_t *seed,
			     struct arena *arena)
{
	uint64_t lists = any_number(seed, 6); /* few lists, many crashes */

	crash->module_count = 3 + any_number(&lists, 5);
	crash->modules =
		arena_take(arena, crash->module_count, sizeof(*crash->modules));
	for (size_t i = 0; i < crash->module_count; i++) {
		crash->modules[i].name = any_name(&lists);
		crash->modules[i].bytes = 4096 * (1 + any_number(&lists, 99));
		crash->modules[i].build = any_number(&lists, 1000) + 1;
		crash->modules[i].base = any_address(seed) & ~4095ull;
	}
	crash->unloaded_count = any_number(seed, 4);
	crash->unloaded = arena_take(arena, crash->unloaded_count,
				     sizeof(*crash->unloaded));
	for (size_t i = 0; i < crash->unloaded_count; i++)
		crash->unloaded[i] =
			(struct crash_unloaded){ any_name(seed),
						 any_address(seed), 8192 };
	crash->candidate_count = any_number(seed, 5);
	crash->candidates = arena_take(arena, crash->candidate_count,
				       sizeof(*crash->candidates));
	for (size_t i = 0; i < crash->candidate_count; i++) {
		struct crash_candidate *it = &crash->candidates[i];

		it->module = any_number(seed, (uint32_t)crash->module_count);
		it->offset = any_number(seed, 100000);
		it->slot = (uint32_t)i * 8;
		it->landing = i % 2 ? it->slot + 8 : 0;
		it->how = i % 2 ? CRASH_HOW_EPILOGUE : 0;
	}
}

static inline void any_stack(struct crash *crash, uint64_t *seed,
			     struct arena *arena)
{
	crash->stack.count = any_number(seed, 12);
	crash->stack.end = any_number(seed, CRASH_STACK_ENDS);
	crash->stack.frames = arena_take(arena, crash->stack.count,
					 sizeof(*crash->stack.frames));
	for (size_t i = 0; i < crash->stack.count; i++) {
		struct crash_frame *frame = &crash->stack.frames[i];
		const struct crash_module *module = &crash->modules[any_number(
			seed, (uint32_t)crash->module_count)];

		frame->how = any_number(seed, CRASH_HOWS);
		frame->offset = any_number(seed, 50) * 16;
		if (any_number(seed, 9) == 0) {
			frame->offset = any_address(seed);
			frame->address = frame->offset;
			continue;
		}
		frame->module = crash_module_canonical(module->name);
		frame->build = module->build;
		frame->address = module->base + frame->offset;
		frame->slot =
			any_number(seed, 2) ? 0xffffd00000000000u + i * 8 : 0;
		frame->fingerprint = any_number(seed, 2);
		frame->symbol = any_number(seed, 6) ? NULL : "KeBugCheckEx";
	}
}

static inline void any_machine(struct crash_machine *machine, uint64_t *seed,
			       struct arena *arena)
{
	const uint32_t number = any_number(seed, 20);
	uint64_t own = number;

	if (any_number(seed, 3))
		machine->id = CRASH_NUMBER(0xabcd000000000000u + number);
	machine->arch = any_number(&own, CRASH_ARCHS);
	machine->cpus = any_maybe(&own, 8);
	machine->cpu = any_text(&own, "cpu", arena);
	machine->os_build = any_maybe(&own, 19041);
	machine->product = any_number(&own, CRASH_PRODUCTS);
	machine->manufacturer = any_text(&own, "maker", arena);
	machine->product_name = any_text(&own, "product", arena);
	machine->product_version = any_text(&own, "version", arena);
	machine->board = any_text(&own, "board", arena);
	machine->bios_vendor = any_text(&own, "vendor", arena);
	machine->bios_version = any_text(&own, "bios", arena);
	machine->bios_date = any_text(&own, "date", arena);
	if (number % 4 == 0) {
		machine->hypervisor = "xen";
		machine->evidence_count = 1;
		machine->evidence = arena_take(arena, 1, sizeof(char *));
		machine->evidence[0] = "driver=xenvbd";
	}
}

static inline struct crash any_crash(uint64_t *seed, struct arena *arena)
{
	static const uint32_t codes[] = { 0xd1, 0xa, 0x7e, 0x50, 0x9f, 0x19 };
	struct crash crash = { 0 };

	crash.image.bytes = any_number(seed, 1 << 20);
	crash.image.content.high = (uint64_t)any_number(seed, 1u << 31) << 32 |
				   any_number(seed, 1u << 31);
	crash.image.content.low = any_number(seed, 1u << 31);
	crash.image.kind = 1 + any_number(seed, CRASH_DEBUGGER_LOG);
	crash.image.complete = any_number(seed, 5) != 0;
	crash.time = any_maybe(seed, 133000000000000001u +
					     any_number(seed, 1u << 30) * 777u);
	crash.uptime = any_maybe(seed, any_number(seed, 1u << 30));
	crash.bugcheck.code = any_maybe(seed, codes[any_number(seed, 6)]);
	crash.bugcheck.minidump_form =
		crash.bugcheck.code.known && any_number(seed, 2);
	for (size_t i = 0; i < 4; i++)
		crash.bugcheck.args[i] = any_maybe(
			seed, i == 3 ? UINT64_MAX : any_address(seed) * i);
	crash.exception.code = any_maybe(seed, 0xc0000005);
	crash.exception.address = any_maybe(seed, any_address(seed));
	any_machine(&crash.machine, seed, arena);
	any_lists(&crash, seed, arena);
	any_stack(&crash, seed, arena);
	if (any_number(seed, 2)) {
		crash.fault.module = "ks.sys";
		crash.fault.offset = any_maybe(seed, any_number(seed, 999));
		crash.fault.how = any_number(seed, CRASH_FAULT_HOWS);
		crash.fault.trust = any_number(seed, CRASH_TRUSTS);
		crash.buckets.exact = any_number(seed, 20);
		crash.buckets.portable = any_number(seed, 10);
		crash.buckets.modules = any_number(seed, 5);
	}
	if (any_number(seed, 4) == 0) {
		crash.pool_count = 1;
		crash.pool = arena_take(arena, 1, sizeof(*crash.pool));
		strcpy(crash.pool[0].tag, "DRIV");
		crash.pool[0].owner = any_text(seed, "owner", arena);
		crash.pool[0].bytes = any_maybe(seed, 312);
		crash.residue_count = 1;
		crash.residue = arena_take(arena, 1, sizeof(*crash.residue));
		crash.residue[0].module = any_name(seed);
		crash.residue[0].count = 3;
		crash.processor_count = 1;
		crash.processors =
			arena_take(arena, 1, sizeof(*crash.processors));
		crash.processors[0].number = *seed % 64;
		crash.processors[0].stack = crash.stack;
		crash.trail_count = 2;
		crash.trail = arena_take(arena, 2, sizeof(*crash.trail));
		crash.trail[0] =
			(struct crash_function){ "nt", 7, 0x5000, 0, 0 };
		crash.trail[1] =
			(struct crash_function){ "driver.sys", 8, 0x600c,
						 0x1000, 0x1230 };
		crash.value_count = 2;
		crash.values = arena_take(arena, 2, sizeof(*crash.values));
		crash.values[0].word = 0x4f71a3c2 + *seed % 9;
		crash.values[0].module = crash.residue[0].module;
		crash.values[0].offset = 0x1040;
		crash.values[1].word = UINT64_C(0x7a5531d04f71a3c2);
		crash.values[1].is_sound = true;
		crash_flag(&crash, arena, "wild-pointer-ascii");
		crash_problem(&crash, arena, "cut at %u", any_number(seed, 9));
	}
	crash.process = any_number(seed, 2) ? "System" : NULL;
	return crash;
}

#endif
