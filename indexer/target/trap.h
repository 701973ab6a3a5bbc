/*
 * trap.h - KTRAP_FRAME: what the processor and the kernel's entry code saved
 * when execution was interrupted.
 */
#ifndef TARGET_TRAP_H
#define TARGET_TRAP_H

#include "indexer/target/code.h"
#include "indexer/target/cpu.h"

struct trap {
	uint64_t va;
	struct cpu cpu;		/* volatile registers, bp, sp and ip */
	uint64_t fault_address; /* CR2; x64 only */
	bool is_user;
};

/*
 * A plausible trap frame at va: possible selectors and flags, and, where it
 * interrupted the kernel, code at its ip and a stack pointer that fits.  A
 * frame of kernel mode on another stack than its own fails the last test.
 */
bool trap_at(const struct target *target, struct code *code, uint64_t va,
	     struct trap *ret);

/*
 * ARM64: the trap frame that the chain of frame pointers leads into, where its
 * x29 and pc lie like any frame's.  In the kernel the interrupted stack begins
 * shortly above.
 */
bool trap_at_record(const struct target *target, struct code *code,
		    uint64_t record, struct trap *ret);

/*
 * x64: the trap frame above the return address into entry code; sp is the stack
 * pointer there.  It lies right there; after a system call, behind the
 * arguments that were copied.
 */
bool trap_above(const struct target *target, struct code *code, uint64_t sp,
		struct trap *ret);

/*
 * The trap frame nearest above `from` that interrupted the instruction at ip;
 * or, with ip 0, that faulted on `address`, which ARM64's do not tell.  Looks
 * no further than to.
 */
bool trap_find(const struct target *target, struct code *code, uint64_t from,
	       uint64_t to, uint64_t ip, uint64_t address, struct trap *ret);

#endif
