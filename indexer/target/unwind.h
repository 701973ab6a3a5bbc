/*
 * unwind.h - from one frame to its caller: one function per kind of evidence.
 *
 * Each takes the registers of a frame and gives those of the caller, as far as
 * the evidence goes: false where it says nothing.  Registers that the callee
 * may have changed and that were not restored become unknown.  None of them
 * judges whether the answer is believable; that is done by chain.h and
 * stack.c, which know the whole stack.
 */
#ifndef TARGET_UNWIND_H
#define TARGET_UNWIND_H

#include "indexer/target/code.h"
#include "indexer/target/cpu.h"
#include "indexer/target/disasm.h"

enum {
	/* registers that a call may change: ax cx dx r8..r11 */
	UNWIND_VOLATILE_X64 = 7 | 0xf << 8,
	UNWIND_VOLATILE_X86 = 7
};

struct unwind {
	const struct target *target;
	struct code *code;
	struct disasm *disasm;
	uint64_t low, high; /* the stack being walked: [low, high) */
	bool is_limited;    /* there is more of it than we look at */
	struct cpu left;    /* what ran on another stack until it was switched
			       to this one; nothing known: see switched.h */
};

struct unwind_step {
	struct cpu cpu; /* of the caller */
	uint64_t slot;	/* where its return address was read; 0 = none */
	enum crash_how how;
	bool is_end;	   /* there is no caller: the thread began here */
	unsigned agreeing; /* epilogue: paths that led to this slot */
};

/* Unwinders of a target, its images found lazily.  Lives in its arena. */
void unwind_x64_init(struct unwind *unwind, const struct target *target);

/* x64: by .pdata, exact.  is_inside: ip is a fault, not a return address. */
bool unwind_x64(struct unwind *unwind, const struct cpu *from, bool is_inside,
		struct unwind_step *ret);

/* x64: the bounds of the function around ip by .pdata. */
bool unwind_x64_function(struct unwind *unwind, uint64_t ip, uint64_t *begin,
			 uint64_t *end);

/*
 * x86, x64: by decoding forward to the function's epilogue.  *floor is filled
 * in any case: the caller's slot lies at least so many bytes above the stack
 * pointer of from, by the locals that the code uses; 0 = nothing known.
 */
bool unwind_epilogue(struct unwind *unwind, const struct cpu *from,
		     struct unwind_step *ret, uint64_t *floor);

/* x86: by the chain of frame pointers, across trap frames. */
bool unwind_x86(struct unwind *unwind, const struct cpu *from,
		struct unwind_step *ret);

/* ARM64: by .pdata, exact as far as the registers it needs are. */
bool unwind_arm64_pdata(struct unwind *unwind, const struct cpu *from,
			bool is_inside, struct unwind_step *ret);

/* ARM64: by the chain of frame pointers, across trap frames. */
bool unwind_arm64(struct unwind *unwind, const struct cpu *from, bool is_inside,
		  struct unwind_step *ret);

#endif
