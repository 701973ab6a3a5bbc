#include "indexer/target/residue.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/target/processor.h"
#include "indexer/target/space.h"
#include "signatures/base/limits.h"
#include "signatures/knowledge/osmodule.h"
#include "signatures/meaning.h"

/* Stacks of processors, all told: 64 of them at their largest. */
#define SCANNED_MOST (64 * 0x20000)

struct counts {
	struct unwind *unwind;
	uint64_t scanned;
	uint32_t *count; /* per crash->modules */
};

static bool is_frame(const struct crash *crash, uint64_t slot)
{
	for (size_t i = 0; i < crash->stack.count; i++)
		if (crash->stack.frames[i].slot == slot)
			return true;
	return false;
}

static void scan(struct counts *counts, uint64_t low, uint64_t high)
{
	struct unwind *unwind = counts->unwind;
	const struct crash *crash = unwind->target->crash;
	const unsigned width = unwind->target->dump->pointer_bytes;
	uint64_t word, goal;

	for (uint64_t slot = low; slot < high && high - slot >= width;
	     slot += width) {
		if (!space_pointer(unwind->target, slot, &word) ||
		    !code_is_possible(unwind->code, word))
			continue;
		const struct crash_module *module =
			code_module(unwind->code, word)->module;
		if (osmodule_tier(module->name) != OSMODULE_ABSENT ||
		    is_frame(crash, slot) ||
		    disasm_call_before(unwind->disasm, word, &goal) ==
			    DISASM_NO)
			continue;
		counts->count[module - crash->modules]++;
	}
}

/* What of [low, high) is present, and not the crash's own stack again. */
static void scan_stack(struct counts *counts, uint64_t low, uint64_t high)
{
	const struct unwind *unwind = counts->unwind;

	if (low > UINT64_MAX - LIMIT_STACK_BYTES)
		return;
	if (high - low > LIMIT_STACK_BYTES)
		high = low + LIMIT_STACK_BYTES;
	counts->scanned += high - low;
	if (counts->scanned > SCANNED_MOST)
		return;
	if (unwind->low >= low && unwind->low < high) {
		scan(counts, low & ~UINT64_C(7), unwind->low);
		return;
	}
	scan(counts, low & ~UINT64_C(7), high);
}

static uint64_t present_from(const struct target *target, uint64_t sp)
{
	const struct bytes view = space_view(target, sp, LIMIT_STACK_BYTES);

	return sp + bytes_left(&view);
}

/* A processor that was not frozen left no context: all of its stacks count. */
static void scan_processors(struct counts *counts)
{
	const struct target *target = counts->unwind->target;
	const struct crash_number cpus = target->crash->machine.cpus;

	for (unsigned n = 0;
	     cpus.known && n < cpus.value && n < LIMIT_PROCESSORS; n++) {
		struct processor processor;
		uint64_t sp, low, high;
		if (!processor_find(target, n, &processor))
			continue;
		if (processor_stack(target, &processor, &low, &high))
			scan_stack(counts, low, high);
		else if (processor_stack_pointer(target, processor.context,
						 &sp) &&
			 space_is_kernel(target, sp))
			scan_stack(counts, sp, present_from(target, sp));
		if (processor_dpc_stack(target, &processor, &low, &high))
			scan_stack(counts, low, high);
	}
}

static int compare(const void *a, const void *b)
{
	const struct crash_residue *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->module, y->module);
}

void residue_examine(struct unwind *unwind)
{
	const struct target *target = unwind->target;
	struct crash *crash = target->crash;
	struct counts counts = { .unwind = unwind };
	size_t found = 0;

	counts.count = arena_take(target->arena, crash->module_count + 1,
				  sizeof(*counts.count));
	scan(&counts, unwind->low, unwind->high);
	if (meaning_is_hang(&crash->bugcheck))
		scan_processors(&counts);
	for (size_t i = 0; i < crash->module_count; i++)
		found += counts.count[i] != 0;
	if (found == 0)
		return;
	crash->residue =
		arena_take(target->arena, found, sizeof(*crash->residue));
	for (size_t i = 0; i < crash->module_count; i++)
		if (counts.count[i] != 0)
			crash->residue[crash->residue_count++] =
				(struct crash_residue){
					.module = crash_module_canonical(
						crash->modules[i].name),
					.count = counts.count[i]
				};
	qsort(crash->residue, crash->residue_count, sizeof(*crash->residue),
	      compare);
	if (crash->residue_count > LIMIT_RESIDUE)
		crash->residue_count = LIMIT_RESIDUE;
}
