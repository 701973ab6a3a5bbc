/*
 * What switches stacks leaves a machine frame at the new one's end, for
 * unwinders: seen on the stacks of deferred calls, and of exceptions.
 *
 *   -58  return address of the call on this stack
 *   -28  rip: in the routine that switched     -20  cs, not set
 *   -18  eflags, not set                       -10  rsp: the other stack
 *   -08  ss, not set
 */
#include "indexer/target/switched.h"

#include <string.h>

#include "indexer/target/space.h"

enum {
	FRAME_LINK = 0x58,
	FRAME_IP = 0x28,
	FRAME_SP = 0x10,
	PAGES_MOST = 16 /* stacks of processors have six pages */
};

/* Does the other stack look as if it had been left by the code at ip? */
static bool continues(struct unwind *unwind, const struct cpu *cpu)
{
	const uint64_t sp = cpu->reg[CPU_SP];
	struct unwind there = *unwind;
	struct unwind_step step;
	uint64_t word, goal, floor;

	/* nothing was pushed since the return address ... */
	if (sp % 16 == 8 && space_u64(unwind->target, sp, &word) &&
	    code_is_possible(unwind->code, word) &&
	    disasm_call_before(unwind->disasm, word, &goal) != DISASM_NO)
		return true;
	/* ... or what was pushed can be told */
	there.low = sp;
	there.high = sp + SPACE_PAGE_BYTES;
	return unwind_x64(&there, cpu, true, &step) ||
	       unwind_epilogue(&there, cpu, &step, &floor);
}

/* The routine, and its call on this stack, are the kernel's. */
static bool is_kernels(struct unwind *unwind, uint64_t end, uint64_t ip)
{
	const struct code_module *module = code_module(unwind->code, ip);
	uint64_t link, goal;

	return module != NULL &&
	       strcmp(crash_module_canonical(module->module->name), "nt") ==
		       0 &&
	       space_u64(unwind->target, end - FRAME_LINK, &link) &&
	       code_module(unwind->code, link) == module &&
	       code_is_possible(unwind->code, ip) &&
	       disasm_call_before(unwind->disasm, ip, &goal) != DISASM_YES;
}

static bool is_switch(struct unwind *unwind, uint64_t end, struct cpu *ret)
{
	const struct target *target = unwind->target;
	struct cpu cpu = { 0 };
	uint64_t sp;

	if (!space_u64(target, end - FRAME_IP, &cpu.ip) ||
	    !space_u64(target, end - FRAME_SP, &sp) || sp % 8 != 0 ||
	    (sp >= unwind->low && sp < unwind->high) ||
	    !space_is_kernel(target, sp) ||
	    sp > UINT64_MAX - SPACE_PAGE_BYTES ||
	    !is_kernels(unwind, end, cpu.ip))
		return false;
	cpu_set(&cpu, CPU_SP, sp);
	if (!continues(unwind, &cpu))
		return false;
	*ret = cpu;
	return true;
}

void switched_find(struct unwind *unwind, uint64_t sp)
{
	uint64_t end = (sp | (SPACE_PAGE_BYTES - 1)) + 1;

	unwind->left.known = 0;
	if (unwind->target->crash->machine.arch != CRASH_X64)
		return;
	for (unsigned i = 0; i < PAGES_MOST && end <= unwind->high; i++) {
		if (end - sp >= FRAME_LINK &&
		    is_switch(unwind, end, &unwind->left)) {
			unwind->high = end;
			return;
		}
		end += SPACE_PAGE_BYTES;
	}
}
