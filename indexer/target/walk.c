#include "indexer/target/walk.h"

#include "indexer/target/align.h"
#include "indexer/target/bounds.h"
#include "indexer/target/fingerprint.h"
#include "indexer/target/hypercall.h"
#include "indexer/target/space.h"
#include "indexer/target/switched.h"
#include "indexer/target/trap.h"
#include "signatures/base/limits.h"

enum {
	TRAP_IP = 0x168,      /* x64 KTRAP_FRAME.Rip */
	SWITCHED_IP = 0x28,   /* see switched.c */
	HOME_BYTES = 0x20,    /* x64: four words above a return address */
	BOTTOM_BYTES = 0xc00, /* a thread's first frame is so near the base;
				 AVX-512 takes 0xa80 of it */
	SWITCHES_MOST = 4     /* interrupted in a deferred call in a thread */
};

static void add_frame(struct walk *walk, uint64_t ip, uint64_t slot,
		      enum crash_how how)
{
	const struct code_module *module = code_module(walk->unwind.code, ip);
	struct crash_frame *frame = &walk->frames[walk->count++];

	trail_pass(&walk->trail, slot, ip);
	*frame = (struct crash_frame){
		.offset = ip, .address = ip, .slot = slot, .how = how
	};
	if (module == NULL)
		return;
	frame->module = crash_module_canonical(module->module->name);
	frame->build = module->module->build;
	frame->offset = ip - module->module->base;
	frame->fingerprint =
		fingerprint_at(&walk->unwind, ip, walk->count == 1);
}

/*
 * x64: entry code called the kernel with the trap frame right above the
 * return address; what it interrupted is the true caller.
 */
static bool step_trap(struct walk *walk, const struct cpu *from,
		      struct unwind_step *ret)
{
	struct trap trap;

	if (!trap_above(walk->unwind.target, walk->unwind.code,
			from->reg[CPU_SP], &trap))
		return false;
	*ret = (struct unwind_step){ .cpu = trap.cpu,
				     .slot = trap.va + TRAP_IP,
				     .how = CRASH_HOW_TRAP_FRAME,
				     .is_end = trap.is_user };
	return true;
}

/*
 * Has the function at ip only just begun?  x64 keeps the stack a multiple of 16
 * everywhere else, so the pointer itself tells; on x86 the call does, if it is
 * of this very place, or the code, if that is what functions begin with.
 */
static bool is_at_entry(struct walk *walk, const struct cpu *from,
			uint64_t goal)
{
	struct disasm *disasm = walk->unwind.disasm;
	const struct disasm_insn *insn = disasm_at(disasm, from->ip);

	if (walk->unwind.target->crash->machine.arch == CRASH_X64)
		return from->reg[CPU_SP] % 16 == 8;
	if (goal == from->ip)
		return true;
	/* mov edi,edi is there to be patched */
	if (insn != NULL && insn->kind == DISASM_ADDRESS &&
	    insn->reg == CPU_DI && insn->base == CPU_DI)
		insn = disasm_at(disasm, from->ip + insn->size);
	if (insn == NULL || insn->kind != DISASM_PUSH || insn->reg != CPU_BP)
		return false;
	insn = disasm_at(disasm, insn->address + insn->size);
	return insn != NULL && insn->kind == DISASM_ADDRESS &&
	       insn->reg == CPU_BP && insn->base == CPU_SP;
}

/*
 * No frame was set up yet, or none ever is: the return address lies on top of
 * the stack.  So it is after a jump to nowhere, in a leaf function, and at the
 * first instruction of KeBugCheckEx, where its context is taken.
 */
static bool step_frameless(struct walk *walk, const struct cpu *from,
			   struct unwind_step *ret)
{
	struct unwind *unwind = &walk->unwind;
	const struct target *target = walk->unwind.target;
	const unsigned width = target->dump->pointer_bytes;
	const uint64_t slot = from->reg[CPU_SP];
	uint64_t goal;

	*ret = (struct unwind_step){ .cpu = *from,
				     .slot = slot,
				     .how = CRASH_HOW_EPILOGUE };
	if (!space_pointer(target, slot, &ret->cpu.ip) ||
	    !code_is_possible(unwind->code, ret->cpu.ip) ||
	    disasm_call_before(unwind->disasm, ret->cpu.ip, &goal) ==
		    DISASM_NO ||
	    (code_module(unwind->code, from->ip) != NULL &&
	     !is_at_entry(walk, from, goal)))
		return false;
	ret->cpu.reg[CPU_SP] = slot + width;
	if (width == 8)
		cpu_forget(&ret->cpu, UNWIND_VOLATILE_X64);
	return true;
}

/* Decoding goes on behind the breakpoint or fail-fast that was hit. */
static struct cpu past_stop(struct walk *walk, struct cpu cpu, bool is_inside)
{
	const struct disasm_insn *insn =
		is_inside ? disasm_at(walk->unwind.disasm, cpu.ip) : NULL;

	if (insn != NULL && insn->kind == DISASM_STOP)
		cpu.ip += insn->size;
	return cpu;
}

/* A machine frame may have been pushed on another stack than it interrupted. */
static bool is_elsewhere(const struct walk *walk,
			 const struct unwind_step *step)
{
	const struct unwind *unwind = &walk->unwind;
	const uint64_t sp = step->cpu.reg[CPU_SP];

	return unwind->target->crash->machine.arch == CRASH_X64 &&
	       step->how == CRASH_HOW_TRAP_FRAME &&
	       (sp < unwind->low || sp >= unwind->high) &&
	       space_is_kernel(unwind->target, sp);
}

/* Is a step one that a true stack could make? */
static bool is_sound(const struct walk *walk, const struct cpu *from,
		     const struct unwind_step *step)
{
	const enum crash_arch arch = walk->unwind.target->crash->machine.arch;
	const uint64_t sp = cpu_sp(from, arch);

	if (step->is_end)
		return true;
	if (step->slot == 0) /* ARM64: the link register */
		return arch == CRASH_ARM64 &&
		       (walk->count == 1 || walk->frames[walk->count - 1].how ==
						    CRASH_HOW_TRAP_FRAME);
	if (step->slot < walk->unwind.low || step->slot >= walk->unwind.high)
		return false;
	if (is_elsewhere(walk, step))
		return walk->switches < SWITCHES_MOST;
	return step->slot >= sp && cpu_sp(&step->cpu, arch) > sp;
}

static bool step_known(struct walk *walk, const struct cpu *from,
		       bool is_inside, struct unwind_step *ret, uint64_t *floor)
{
	struct unwind *unwind = &walk->unwind;
	const struct cpu ahead = past_stop(walk, *from, is_inside);

	*floor = 0;
	switch (walk->unwind.target->crash->machine.arch) {
	case CRASH_X64:
		return (unwind_x64(unwind, from, is_inside, ret) &&
			is_sound(walk, from, ret)) ||
		       (!is_inside && step_trap(walk, from, ret)) ||
		       (is_inside && step_frameless(walk, from, ret)) ||
		       (unwind_epilogue(unwind, &ahead, ret, floor) &&
			is_sound(walk, from, ret));
	case CRASH_X86:
		return (is_inside && step_frameless(walk, from, ret)) ||
		       (unwind_epilogue(unwind, &ahead, ret, floor) &&
			is_sound(walk, from, ret)) ||
		       (unwind_x86(unwind, from, ret) &&
			is_sound(walk, from, ret));
	case CRASH_ARM64:
		return (unwind_arm64_pdata(unwind, from, is_inside, ret) &&
			is_sound(walk, from, ret)) ||
		       (unwind_arm64(unwind, from, is_inside, ret) &&
			is_sound(walk, from, ret));
	default:
		return false;
	}
}

static bool step_unknown(struct walk *walk, const struct cpu *from,
			 uint64_t floor, struct unwind_step *ret)
{
	struct chain **chain;

	if (walk->unwind.target->crash->machine.arch == CRASH_ARM64 ||
	    !cpu_knows(from, CPU_SP))
		return false;
	chain = walk->switches == 0 ? &walk->chain : &walk->other;
	if (*chain == NULL)
		*chain = chain_create(&walk->unwind,
				      walk->switches == 0 ? walk->origin
							  : from->reg[CPU_SP]);
	return chain_next(*chain, from, floor, &walk->trail, ret) &&
	       is_sound(walk, from, ret);
}

/*
 * Decoded or scanned steps go where the machine's own unwinder went.  A trail
 * that nothing on the stack follows is another exception's.
 */
static bool step_any(struct walk *walk, const struct cpu *from, bool is_inside,
		     struct unwind_step *ret)
{
	struct unwind_step other;
	uint64_t floor;

	if (!step_known(walk, from, is_inside, ret, &floor))
		return step_unknown(walk, from, floor, ret);
	if (ret->is_end || ret->how == CRASH_HOW_TRAP_FRAME ||
	    trail_ask(&walk->trail, ret->slot, ret->cpu.ip) != TRAIL_AGAINST)
		return true;
	if (ret->how != CRASH_HOW_UNWIND &&
	    step_unknown(walk, from, 0, &other) &&
	    (walk->trail.slots[walk->trail.passed] != 0 ||
	     trail_ask(&walk->trail, other.slot, other.cpu.ip) == TRAIL_NEXT))
		*ret = other;
	else
		walk->trail.count = 0;
	return true;
}

/* Could a word on the rest of the stack be a return address? */
static bool is_more(const struct walk *walk, uint64_t sp)
{
	const struct target *target = walk->unwind.target;
	const struct unwind *unwind = &walk->unwind;
	const unsigned width = target->dump->pointer_bytes;
	const bool is_x64 = target->crash->machine.arch == CRASH_X64;
	uint64_t slot = (sp + width - 1) / width * width;
	uint64_t word, goal;

	/*
	 * Behind the last frame's home area, which on x64 is its own: there
	 * threads are given what they start with.  As in chain.c, return
	 * addresses stand in odd slots.
	 */
	if (is_x64)
		slot += HOME_BYTES;
	for (; slot < unwind->high; slot += width) {
		if ((is_x64 && slot % 16 != 8) ||
		    !space_pointer(target, slot, &word))
			continue;
		if (code_is_possible(unwind->code, word) &&
		    disasm_call_before(unwind->disasm, word, &goal) !=
			    DISASM_NO)
			return true;
	}
	return false;
}

/* ARM64: a thread's first frame has no frame before it to point at. */
static bool is_chain_end(const struct walk *walk, const struct cpu *from)
{
	return walk->unwind.target->crash->machine.arch == CRASH_ARM64 &&
	       walk->count > 1 && cpu_knows(from, CPU_FP_ARM64) &&
	       from->reg[CPU_FP_ARM64] == 0;
}

/*
 * No caller was found: is it that there is none?  A thread's first frame is
 * near the base, and nothing above it was ever called.
 */
static enum crash_stack_end judge_end(const struct walk *walk,
				      const struct cpu *from)
{
	const struct unwind *unwind = &walk->unwind;
	const uint64_t sp =
		cpu_sp(from, walk->unwind.target->crash->machine.arch);

	if (unwind->is_limited)
		return CRASH_STACK_LIMIT;
	if (is_chain_end(walk, from))
		return CRASH_STACK_COMPLETE;
	if (unwind->high - sp >= BOTTOM_BYTES || is_more(walk, sp))
		return CRASH_STACK_LOST;
	return unwind->high % SPACE_PAGE_BYTES == 0 ? CRASH_STACK_COMPLETE
						    : CRASH_STACK_CUT;
}

/* Threads begin with a return address of 0; .pdata leads right to it. */
static bool is_last(const struct unwind_step *step)
{
	return step->is_end ||
	       (step->cpu.ip == 0 && step->how == CRASH_HOW_UNWIND);
}

/* Code is in modules; a trap may have interrupted something else. */
static bool is_nowhere(const struct walk *walk, const struct unwind_step *step)
{
	return code_module(walk->unwind.code, step->cpu.ip) == NULL &&
	       !(step->how == CRASH_HOW_TRAP_FRAME &&
		 hypercall_before(walk->unwind.target, step->cpu.ip) != NULL);
}

/* The walk goes on on another stack. */
static void enter(struct walk *walk, uint64_t sp)
{
	bounds_set(&walk->unwind, sp);
	switched_find(&walk->unwind, sp);
}

/* The end of a stack that was switched to: on where the other was left. */
static bool step_switched(const struct walk *walk, struct unwind_step *ret)
{
	const struct unwind *unwind = &walk->unwind;

	if (!cpu_knows(&unwind->left, CPU_SP) ||
	    walk->switches >= SWITCHES_MOST)
		return false;
	*ret = (struct unwind_step){ .cpu = unwind->left,
				     .slot = unwind->high - SWITCHED_IP,
				     .how = CRASH_HOW_TRAP_FRAME };
	return true;
}

static void follow(struct walk *walk, struct cpu cpu)
{
	bool is_inside = true;

	while (walk->count < LIMIT_FRAMES) {
		struct unwind_step step;
		if (walk->unwind.low == walk->unwind.high) {
			walk->end = walk->count > 1 ? CRASH_STACK_CUT
						    : CRASH_STACK_ABSENT;
			return;
		}
		if (!step_any(walk, &cpu, is_inside, &step) &&
		    !step_switched(walk, &step)) {
			walk->end = judge_end(walk, &cpu);
			return;
		}
		if (step.is_end || is_nowhere(walk, &step)) {
			walk->end = is_last(&step) ? CRASH_STACK_COMPLETE
						   : CRASH_STACK_LOST;
			return;
		}
		if (is_elsewhere(walk, &step)) {
			walk->switches++;
			walk->other = NULL;
			enter(walk, step.cpu.reg[CPU_SP]);
		}
		cpu = step.cpu;
		is_inside = step.how == CRASH_HOW_TRAP_FRAME;
		add_frame(walk, cpu.ip, step.slot, step.how);
	}
	walk->end = CRASH_STACK_LIMIT;
}

/*
 * The walk was lost on the way to where the dispatcher of the exception stood:
 * that is a frame of this stack, whatever lies between.
 */
static void add_dispatched(struct walk *walk)
{
	const struct trail *trail = &walk->trail;
	const struct crash_frame *last = &walk->frames[walk->count - 1];

	if (trail->passed >= trail->count || walk->count == LIMIT_FRAMES ||
	    last->address == trail->last_ip || last->slot > trail->last_frame)
		return;
	add_frame(walk, trail->last_ip, 0, CRASH_HOW_UNWIND);
	walk->end = CRASH_STACK_LOST;
}

/* One that does not begin at the fault has to be found on the stack. */
static void find_trail(struct walk *walk, const struct start *start)
{
	struct trail *trail = &walk->trail;
	bool is_found = false;

	if (trail->count == 0)
		return;
	if (!start->is_bare && walk->unwind.low < walk->unwind.high) {
		walk->chain = chain_create(&walk->unwind, walk->origin);
		is_found = align_trail(walk->chain, start->cpu.ip, trail);
	}
	if (trail->is_leaf && !is_found)
		trail->count = 0;
}

void walk_run(struct walk *walk, const struct start *start)
{
	struct unwind *unwind = &walk->unwind;
	const struct target *target = unwind->target;

	walk->frames =
		arena_take(target->arena, LIMIT_FRAMES, sizeof(*walk->frames));
	walk->origin = unwind->low;
	walk->end = CRASH_STACK_ABSENT;
	if (!start->is_bare) {
		walk->origin = cpu_sp(&start->cpu, target->crash->machine.arch);
		enter(walk, walk->origin);
	}
	find_trail(walk, start);
	add_frame(walk, start->cpu.ip, 0, start->how);
	if (!start->is_bare) {
		follow(walk, start->cpu);
		if (walk->switches > 0)
			enter(walk, walk->origin);
	}
	add_dispatched(walk);
}
