/*
 * cpu.h - the registers of a dead processor, as far as they are known.
 *
 * One shape for the three architectures: general registers by the number that
 * the machine itself gives them, so that unwind codes and decoded instructions
 * can name them.  x86 and x64: 0 ax, 1 cx, 2 dx, 3 bx, 4 sp, 5 bp, 6 si, 7 di,
 * 8..15 r8..r15.  ARM64: 0..30 x0..x30 (29 fp, 30 lr), 31 sp.
 */
#ifndef TARGET_CPU_H
#define TARGET_CPU_H

#include "indexer/target/target.h"

enum cpu_register {
	CPU_CX = 1,
	CPU_DX = 2,
	CPU_BX = 3,
	CPU_SP = 4,
	CPU_BP = 5,
	CPU_DI = 7,
	CPU_R8 = 8,
	CPU_R11 = 11,
	CPU_FP_ARM64 = 29,
	CPU_LR_ARM64 = 30,
	CPU_SP_ARM64 = 31,
	CPU_REGISTERS = 32
};

struct cpu {
	uint64_t reg[CPU_REGISTERS];
	uint32_t known; /* bit n: reg[n] is known */
	uint64_t ip;
};

uint64_t cpu_sp(const struct cpu *cpu, enum crash_arch arch);

void cpu_set(struct cpu *cpu, unsigned number, uint64_t value);
void cpu_forget(struct cpu *cpu, uint32_t registers);
bool cpu_knows(const struct cpu *cpu, unsigned number);

/*
 * ARM64 signs return addresses in their upper bits: an address without the
 * signature.
 */
uint64_t cpu_strip_arm64(uint64_t pointer);

/*
 * Read a CONTEXT record; false where it is cut short or does not look like one
 * (flags of another architecture, impossible selectors, instruction pointer 0).
 */
bool cpu_from_context(enum crash_arch arch, struct bytes context,
		      struct cpu *ret);

/* The same for one in the dead machine's memory. */
bool cpu_from_context_at(const struct target *target, uint64_t va,
			 struct cpu *ret);

#endif
