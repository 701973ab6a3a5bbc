/*
 * x86 code that keeps frame pointers chains them: ebp points at {the caller's
 * ebp, the return address}.  The kernel's entry code points ebp at the trap
 * frame instead, which restarts the walk where execution was interrupted.
 */
#include "indexer/target/space.h"
#include "indexer/target/trap.h"
#include "indexer/target/unwind.h"

static bool is_on_stack(const struct unwind *unwind, uint64_t va)
{
	return va % 4 == 0 && va >= unwind->low && va < unwind->high;
}

bool unwind_x86(struct unwind *unwind, const struct cpu *from,
		struct unwind_step *ret)
{
	const struct target *target = unwind->target;
	const uint64_t bp = from->reg[CPU_BP];
	struct trap trap;
	uint64_t caller_bp, link, goal;

	if (!cpu_knows(from, CPU_BP) || !is_on_stack(unwind, bp) ||
	    bp < from->reg[CPU_SP])
		return false;
	if (trap_at(target, unwind->code, bp, &trap)) {
		*ret = (struct unwind_step){ .cpu = trap.cpu,
					     .slot = bp + 0x68,
					     .how = CRASH_HOW_TRAP_FRAME,
					     .is_end = trap.is_user,
					     .agreeing = 1 };
		return true;
	}
	if (!space_pointer(target, bp, &caller_bp) ||
	    !space_pointer(target, bp + 4, &link) ||
	    (link != 0 &&
	     (!code_is_possible(unwind->code, link) ||
	      disasm_call_before(unwind->disasm, link, &goal) == DISASM_NO)))
		return false;
	*ret = (struct unwind_step){ .slot = bp + 4,
				     .how = CRASH_HOW_FRAME_POINTER,
				     .is_end = link == 0,
				     .agreeing = 1 };
	ret->cpu.ip = link;
	cpu_set(&ret->cpu, CPU_SP, bp + 8);
	if (caller_bp > bp)
		cpu_set(&ret->cpu, CPU_BP, caller_bp);
	return true;
}
