/*
 * ARM64 code keeps a chain of frames: x29 points at {the caller's x29, the
 * return address}.  Return addresses may be signed.  The kernel's entry code
 * points x29 at those of the trap frame, whatever they interrupted.
 */
#include "indexer/target/space.h"
#include "indexer/target/trap.h"
#include "indexer/target/unwind.h"

enum {
	LEAF_BYTES = 0x1000 /* functions without a frame are small */
};

/*
 * A function without a frame of its own was interrupted: the link register
 * still holds its caller, and the call there leads to it (bl: 0x94000000 with
 * a signed 26-bit count of words).
 */
static bool step_over_leaf(struct unwind *unwind, const struct cpu *from,
			   struct unwind_step *ret)
{
	const uint64_t link = cpu_strip_arm64(from->reg[CPU_LR_ARM64]);
	uint32_t insn;

	if (!cpu_knows(from, CPU_LR_ARM64) ||
	    !space_u32(unwind->target, link - 4, &insn) || insn >> 26 != 0x25)
		return false;
	const uint64_t words = insn & 0x3ffffff;
	const uint64_t goal =
		link - 4 +
		((words ^ UINT64_C(0x2000000)) - UINT64_C(0x2000000)) * 4;
	if (goal > from->ip || from->ip - goal > LEAF_BYTES ||
	    !code_is_possible(unwind->code, link))
		return false;
	*ret = (struct unwind_step){ .cpu = *from,
				     .how = CRASH_HOW_EPILOGUE,
				     .agreeing = 1 };
	ret->cpu.ip = link;
	cpu_forget(&ret->cpu, UINT32_C(1) << CPU_LR_ARM64);
	return true;
}

bool unwind_arm64(struct unwind *unwind, const struct cpu *from, bool is_inside,
		  struct unwind_step *ret)
{
	const uint64_t fp = from->reg[CPU_FP_ARM64];
	uint64_t caller_fp, link;
	struct trap trap;

	if (!cpu_knows(from, CPU_FP_ARM64) || fp % 8 != 0 || fp < unwind->low ||
	    fp >= unwind->high || !space_u64(unwind->target, fp, &caller_fp) ||
	    !space_u64(unwind->target, fp + 8, &link))
		return false;
	if (trap_at_record(unwind->target, unwind->code, fp, &trap)) {
		*ret = (struct unwind_step){ .cpu = trap.cpu,
					     .slot = fp + 8,
					     .how = CRASH_HOW_TRAP_FRAME,
					     .is_end = trap.is_user,
					     .agreeing = 1 };
		return true;
	}
	link = cpu_strip_arm64(link);
	if (is_inside && link != cpu_strip_arm64(from->reg[CPU_LR_ARM64]) &&
	    step_over_leaf(unwind, from, ret))
		return true;
	*ret = (struct unwind_step){ .slot = fp + 8,
				     .how = CRASH_HOW_FRAME_POINTER,
				     .is_end = link == 0,
				     .agreeing = 1 };
	ret->cpu.ip = link;
	cpu_set(&ret->cpu, CPU_FP_ARM64, caller_fp);
	ret->cpu.reg[CPU_SP_ARM64] = fp + 16; /* or more: it stays unknown */
	return true;
}
